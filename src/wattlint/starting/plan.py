"""The files that ``init`` would write: before and after. What stands there already is never changed, only added to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from wattlint import __version__
from wattlint.sources import yaml_text
from wattlint.sources.toml import loads
from wattlint.starting.detect import Detected

REPOSITORY = "https://github.com/wattlint/wattlint"
PRE_COMMIT = Path(".pre-commit-config.yaml")
GITHUB = Path(".github/workflows/wattlint.yml")
WORKFLOW = """\
name: wattlint
on: pull_request
permissions:
  contents: read
jobs:
  wattlint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          fetch-depth: 0  # wattlint diff compares with the base branch
      - uses: actions/setup-python@v6
        with:
          python-version: "3.13"
      - run: pip install wattlint
      - run: wattlint check --format github
      - run: wattlint diff "origin/$GITHUB_BASE_REF" --format markdown >> "$GITHUB_STEP_SUMMARY"
"""


class Planned(NamedTuple):
    path: Path
    """Relative to the project's root; hooks and workflows stand at the top of its repository."""
    before: str | None
    """None: a new file."""
    after: str


class Left(NamedTuple):
    """What is not done, and why."""

    what: str


def plan(
    root: Path, top: Path, detected: Detected, hosted_on_github: bool
) -> tuple[list[Planned], list[Left]]:
    """``top``: the folder of the repository, where ``root`` is a project in it."""
    planned: list[Planned] = []
    left: list[Left] = []
    for one in (
        _configuration(root, detected),
        _pre_commit(root, top),
        _workflow(root, top, hosted_on_github),
    ):
        if isinstance(one, Planned):
            planned.append(one)
        elif one is not None:
            left.append(one)
    return planned, left


def _configuration(root: Path, detected: Detected) -> Planned | Left:
    if (root / "wattlint.toml").exists():
        return Left("wattlint.toml is there already")
    path = root / "pyproject.toml"
    if not path.exists():
        return Planned(Path("wattlint.toml"), None, configuration(detected, ""))
    text = text_of(path)
    if "wattlint" in loads(text).get("tool", {}):
        return Left("pyproject.toml has a [tool.wattlint] already")
    end = text.replace("\r\n", "\n")[-2:]
    gap = "" if end in ("", "\n\n") else "\n" if end.endswith("\n") else "\n\n"
    return Planned(
        Path("pyproject.toml"), text, text + ended_as(text, gap + configuration(detected, "tool.wattlint"))
    )


def configuration(detected: Detected, prefix: str) -> str:
    """Commented TOML; only what was seen in the project is set, with the place where it was seen."""
    uses = ", ".join(f"{sdk} ({calls})" for sdk, calls in detected.sdks[:6]) or "none seen"
    lines = [f"[{prefix}]"] if prefix else []
    lines += [
        f"# Call sites when this was written: {detected.calls}; SDKs: {uses}.",
        "# All keys: https://wattlint.readthedocs.io/configuration/",
        '# extend-select = ["LLM306"]   # rules that are off by default',
        "# preview = true               # rules whose precision is not settled yet",
        "# check-tests = true           # findings in tests, examples and docs too",
    ]
    lines += ["", f"[{'.'.join(filter(None, (prefix, 'impact')))}]"]
    lines.append(
        f'region = "{detected.region.value}"   # seen in {detected.region.place}'
        if detected.region
        else '# region = "eu-north-1"        # whose electricity; default: where the provider runs'
    )
    lines.append(
        f'hardware = "{detected.gpu.value}"   # seen in {detected.gpu.place}; for models you run yourself'
        if detected.gpu
        else '# hardware = "A100-80"         # for models you run yourself; default: a range over usual GPUs'
    )
    lines += [
        "",
        "# How often calls run, for figures per month:",
        f"# [{'.'.join(filter(None, (prefix, 'workload')))}]",
        '# "src/app/*.py::answer" = "2_000/day"',
    ]
    return "\n".join(lines) + "\n"


def _pre_commit(root: Path, top: Path) -> Planned | Left:
    path, shown = top / PRE_COMMIT, _above(root, top) / PRE_COMMIT
    entry = f"- repo: {REPOSITORY}\n  rev: v{__version__}\n  hooks:\n    - id: wattlint\n"
    if root != top:
        below = re.escape(root.relative_to(top).as_posix()).replace("'", "''")
        entry += f"      files: '^{below}/'\n"
    if not path.exists():
        return Planned(shown, None, "repos:\n" + _indented(entry, 2))
    text = text_of(path)
    try:
        before = yaml_text.loads(text)
    except ValueError:
        return Left(f"{shown.as_posix()} is no valid YAML: add the hook yourself")
    if "wattlint" in text:
        return Left(f"{shown.as_posix()} names wattlint already")
    gap = "" if text.endswith("\n") else "\n"
    for indent in (2, 0, 4):
        after = text + ended_as(text, gap + _indented(entry, indent))
        if _adds_one(before, after):
            return Planned(shown, text, after)
    return Left(f"{shown.as_posix()}: the list of repos is not at its end: add the hook yourself\n{entry}")


def _adds_one(before: object, after: str) -> bool:
    """Whether ``after`` is ``before`` with one more entry at the end of its repos, and nothing else."""
    try:
        found = yaml_text.loads(after)
    except ValueError:
        return False
    if not isinstance(before, dict) or not isinstance(found, dict):
        return False
    old, new = before.get("repos"), found.get("repos")
    if not isinstance(old, list) or not isinstance(new, list) or new[:-1] != old:
        return False
    return {**found, "repos": old} == before


def text_of(path: Path) -> str:
    """With its line ends as they are."""
    return path.read_bytes().decode("utf-8")


def ended_as(text: str, addition: str) -> str:
    """``addition`` with the line ends of ``text``."""
    return addition.replace("\n", "\r\n") if "\r\n" in text else addition


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}" for line in text.splitlines(keepends=True))


def _workflow(root: Path, top: Path, hosted_on_github: bool) -> Planned | Left | None:
    if not hosted_on_github:
        return None
    shown = _above(root, top) / GITHUB
    if (top / GITHUB).exists():
        return Left(f"{shown.as_posix()} is there already")
    if root == top:
        return Planned(shown, None, WORKFLOW)
    below = json.dumps(root.relative_to(top).as_posix())
    place = f"    defaults:\n      run:\n        working-directory: {below}\n"
    return Planned(shown, None, WORKFLOW.replace("    steps:\n", f"{place}    steps:\n"))


def _above(root: Path, top: Path) -> Path:
    """From the project up to the repository's folder."""
    return Path(*[".."] * len(root.relative_to(top).parts))
