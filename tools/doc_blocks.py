"""Tries every code block of the documentation, and puts the output of commands into it.

A page's blocks are gone through in order, in one scratch copy of the sample project (``examples/support_desk``; for
README.md of ``examples/``), so that a page may change a file and show what follows:

- ``sh``: wattlint is run with the arguments given; what else is typed must exist (an extra, a target, a program);
- ``text`` behind ``<!-- output: COMMAND | lines A-B -->``: these lines of what the command prints (1-based);
- ``diff`` behind ``<!-- edit: FILE -->``: the lines with ``-`` must be in the file, and give way to those with ``+``;
- ``toml`` with ``[tool.wattlint]``: a configuration; ``yaml`` for pre-commit: hooks that exist; any ``toml``, ``yaml``,
  ``json``, ``ini`` and ``python`` must parse;
- anything else needs ``<!-- not run: REASON -->``.

``python tools/doc_blocks.py`` rewrites the outputs; ``tests/test_readme.py`` fails where one is out of date.
"""

from __future__ import annotations

import ast
import configparser
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import yaml

from wattlint.cli import build_parser, main
from wattlint.config import ConfigError, Configuration

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(?P<head>(?:^<!-- (?P<marker>[^\n]*?) -->\n)?^(?P<indent> *)(?P<fence>```+)(?P<language>\w*)[^\n]*\n)"
    r"(?P<body>.*?)(?P<foot>^(?P=indent)(?P=fence)$)",
    re.DOTALL | re.MULTILINE,
)
OUTPUT = re.compile(r"output: (?P<command>[^|]+?) \| lines (?P<first>\d+)-(?P<last>\d+)")
ENVIRONMENT = {"COLUMNS": "124", "NO_COLOR": "1"}
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}  # fmt: skip
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".wattlint_cache")
SERVERS = {"lsp"}
"""Commands that wait for a client."""
OTHERS = {"cd", "cp", "git", "python", "python3", "flake8", "pre-commit", ".venv/bin/pip", ".venv/bin/wattlint", ".ci/run"}  # fmt: skip


class DocumentError(Exception):
    """A block that does not hold, with its page and line."""


def renewed(page: Path) -> str:
    """The page with every output as the commands print it now; raises DocumentError for a block that does not hold."""
    text = page.read_text(encoding="utf-8")
    with scratch(page) as folder:

        def block(match: re.Match[str]) -> str:
            try:
                return match["head"] + tried(match, folder) + match["foot"]
            except (
                ValueError,
                SyntaxError,
                ConfigError,
                yaml.YAMLError,
                subprocess.CalledProcessError,
            ) as error:
                line = text.count("\n", 0, match.start()) + 1
                raise DocumentError(f"{page.name}:{line}: {error}") from error

        return BLOCK.sub(block, text)


@contextlib.contextmanager
def scratch(page: Path) -> Iterator[Path]:
    """A repository with the sample project, as the working directory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "work")
        if page.parent == ROOT:
            shutil.copytree(ROOT / "examples", folder / "examples", ignore=LEFT_OUT)
            (folder / "src").mkdir()
            shutil.copy(ROOT / "examples/support_desk/support_desk/extract.py", folder / "src" / "app.py")
        else:
            shutil.copytree(ROOT / "examples" / "support_desk", folder, ignore=LEFT_OUT)
            (folder / "docs").mkdir()
        back = Path.cwd()
        os.chdir(folder)
        try:
            with mock.patch.dict(os.environ, {**ENVIRONMENT, **GIT}):
                for command in ("init -q -b main", "add .", "commit -q -m start", "branch release"):
                    subprocess.run(["git", *command.split()], check=True)
                yield folder
        finally:
            os.chdir(back)


def tried(match: re.Match[str], folder: Path) -> str:
    """The block's body, renewed; ValueError where it does not hold."""
    language, body, marker = match["language"], match["body"], match["marker"] or ""
    if marker.startswith("not run: "):
        return body
    if output := OUTPUT.fullmatch(marker):
        printed = output_of(output["command"]).splitlines()[int(output["first"]) - 1 : int(output["last"])]
        return "".join(f"{line}\n" for line in printed)
    if language == "sh":
        for line in body.splitlines():
            typed(line, folder)
    elif language == "diff" and marker.startswith("edit: "):
        edited(folder / marker.removeprefix("edit: "), body)
    elif language == "python":
        ast.parse(body)
    elif language == "json":
        json.loads(body)
    elif language == "ini":
        settings = configparser.ConfigParser()
        settings.read_string(body)
        configured("[tool.wattlint]\n" + settings["flake8"].get("wattlint-settings", ""))
    elif language == "toml":
        configured(body)
    elif language == "yaml":
        hooked(body)
    elif language != "markdown":
        raise ValueError(
            f"a block of {language or 'no language'} that nothing tries: say why in <!-- not run: … -->"
        )
    return body


def output_of(command: str) -> str:
    """What a ``wattlint ...`` command prints."""
    words = shlex.split(command, comments=True)
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    errors = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        try:
            status = main(words[1:])
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 2
    if status not in (0, 1):
        raise ValueError(f"{command}: exit status {status}\n{errors.getvalue()}")
    printed.seek(0)
    return printed.read()


def typed(line: str, folder: Path) -> None:
    """Runs a line of a shell session where it calls wattlint; checks that the rest can be typed."""
    command = line.partition(" < ")[0].partition(" && ")[0]
    words = shlex.split(command, comments=True)
    if not words:
        return
    if words[0] == "wattlint" and words[1] not in SERVERS and "-" not in words:
        output_of(command.partition(" > ")[0])
    elif words[0] == "wattlint":
        build_parser().parse_args(words[1:])
    elif words[0] == "pip":
        extras = set(re.findall(r"\w+", "".join(re.findall(r"wattlint\[(.*?)\]", command))))
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        if unknown := extras - project["optional-dependencies"].keys():
            raise ValueError(f"no such extra: {unknown}")
    elif words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        if unknown := {word for word in words[1:] if "=" not in word} - set(targets):
            raise ValueError(f"no such target: {unknown}")
    elif words[0] == "git" and words[1] in {"add", "commit", "switch"}:
        subprocess.run(words, cwd=folder, capture_output=True)  # there may be nothing to commit
    elif words[0] not in OTHERS:
        raise ValueError(f"{words[0]}: not a command that these pages know")
    for word in words[1:]:
        if (
            words[0] in {"python", ".venv/bin/python"}
            and word.endswith(".py")
            and not (ROOT / word).is_file()
        ):
            raise ValueError(f"no such file: {word}")


def edited(file: Path, body: str) -> None:
    """Makes the change that a page shows."""
    old = "".join(line[1:] + "\n" for line in body.splitlines() if not line.startswith("+"))
    new = "".join(line[1:] + "\n" for line in body.splitlines() if not line.startswith("-"))
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if text.count(old) != 1 and file.is_file():
        raise ValueError(f"{file.name} does not have these lines once")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace(old, new) if file.is_file() else new, encoding="utf-8")


def configured(body: str) -> None:
    """Parses TOML; what is in ``[tool.wattlint]`` must be a configuration."""
    data = tomllib.loads(body)
    if "wattlint" in data.get("tool", {}):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name, "pyproject.toml")
            file.write_text(body, encoding="utf-8")
            if rules := data["tool"]["wattlint"].get("rules-dir"):
                Path(name, rules, "checks").mkdir(parents=True)
            Configuration(file).of_folder(Path(name))


def hooked(body: str) -> None:
    """Parses YAML; a pre-commit entry names hooks that exist."""
    data = yaml.safe_load(body)
    if not isinstance(data, dict) or "repos" not in data:
        return
    hooks = {
        one["id"] for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    }
    for repo in data["repos"]:
        if repo["repo"].endswith("/wattlint") and not {one["id"] for one in repo["hooks"]} <= hooks:
            raise ValueError("a hook that does not exist")


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(renewed(each), encoding="utf-8")
