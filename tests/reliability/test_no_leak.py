"""Linted code is never run, nothing is started, connected to, or written beside project and cache, and no secret shows:
held by Python's own audit events, not by reading our code."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from forked import run

from git_helper import Repo
from wattlint import cli
from wattlint.catalogue import store

CONNECTS = frozenset({"socket.connect", "socket.bind", "socket.getaddrinfo"})
STARTS = frozenset({"os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"})
CHANGES = frozenset(
    {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "shutil.rmtree"}
)
KEYS = {
    "openai": "sk-proj-Zq8Lw3Xv6Tn1Rb5Yc9Kd2Mf7",
    "face": "hf_ZqLwXvTnRbYcKdMfPgHsJuEiOa",
    "named": "correct-horse-battery",
    "env": "env-value-nobody-may-see",
    "yaml": "yaml-value-nobody-may-see",
    "url": "url-pass-nobody-may-see",
    "prose": "tr0ub4dor",
}
APP = f"""
import os, pathlib, yaml
pathlib.Path(__file__).with_name("RAN").write_text("executed")
from dotenv import load_dotenv
from openai import OpenAI
load_dotenv()
OPENAI_API_KEY = "{KEYS["openai"]}"; client = OpenAI(api_key=OPENAI_API_KEY)
client.chat.completions.create(model="gpt-4-turbo", user="{KEYS["openai"]}", messages=[{{"role": "user", "content": "Is it spam? Answer yes or no. {KEYS["face"]}"}}], extra_headers={{"api_key": "{KEYS["named"]}"}})
OpenAI(api_key="{KEYS["named"]}", base_url="https://user:{KEYS["url"]}@host/v1").chat.completions.create(model=os.environ["MODEL"], messages=[])
client.chat.completions.create(model=os.environ["DB_PASSWORD"], messages=[{{"role": "user", "content": os.environ["DB_PASSWORD"]}}])
client.chat.completions.create(model=yaml.safe_load(open("settings.yaml"))["api_key"], messages=[])
client.chat.completions.create(model="{KEYS["face"]}", messages=[])
"""
PROSE = "from openai import OpenAI\nOpenAI().responses.create(model='gpt-4o', input='Log in. The password is {}.')\n"


class Watch:
    """Notes what must not happen; audit hooks stay for the life of a process, so this is for a forked one."""

    def __init__(self, project: Path, allowed: tuple[str, ...]) -> None:
        self._project, self._allowed = str(project), allowed
        self.seen: list[str] = []
        sys.dont_write_bytecode = True
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in CONNECTS | STARTS:
            self.seen.append(f"{event} {arguments!r}")
        elif event == "subprocess.Popen" and os.path.basename(str(arguments[0])) not in self._allowed:
            self.seen.append(f"started {arguments[:2]!r}")
        elif event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith(self._project):
            self.seen.append(f"ran {arguments[0]!r}")
        elif event == "import" and str(arguments[1] or "").startswith(self._project):
            self.seen.append(f"imported {arguments[1]}")
        elif event == "open" and isinstance(arguments[0], str | bytes) and self._writes(*arguments[1:3]):
            self._below(f"wrote {os.fsdecode(arguments[0])}", arguments[0])
        elif event in CHANGES:
            self._below(f"{event} {arguments!r}", arguments[0])

    def _writes(self, mode: object, flags: object) -> bool:
        by_mode = isinstance(mode, str) and bool(set(mode) & set("wax+"))
        return by_mode or (isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR)))

    def _below(self, what: str, path: object) -> None:
        real = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        if not real.startswith(self._project) and real != os.devnull:
            self.seen.append(what)


def watched(project: Path, arguments: list[str]) -> int:
    watch = Watch(
        project, ("git", "python", os.path.basename(sys.executable)) if arguments[0] == "diff" else ()
    )
    if arguments[0] == "flake8":
        from flake8.main.cli import main as flake8

        status = flake8(arguments[1:])
    else:
        status = cli.main(arguments)
    assert not watch.seen, watch.seen
    return status


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched").resolve() / "project"
    folder.mkdir()
    (folder / "app.py").write_text("x = 1\n")
    (folder / ".env").write_text(
        f"MODEL=gpt-4o-mini\nDB_PASSWORD={KEYS['env']}\nOPENAI_API_KEY={KEYS['openai']}\n"
    )
    (folder / "settings.yaml").write_text(f"api_key: {KEYS['yaml']}\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "watched"\n')
    repository = Repo(folder)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "first")
    (folder / "app.py").write_text(APP)
    (folder / "conftest.py").write_text(APP)
    (folder / "sitecustomize.py").write_text(APP)
    (folder / "prose").mkdir()
    (folder / "prose" / "a.py").write_text(PROSE.format(KEYS["prose"]))
    for name in store.rules_folder().iterdir():
        if name.is_dir():
            store.section(name.name)  # a checkout compiles its catalogue at first use
    return folder


FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "markdown", "junit")
COMMANDS = [
    *(["check", "--preview", "--format", one, "."] for one in FORMATS),
    ["check", "--no-cache", "-j", "2", "."],
    ["check", "--quiet", "prose"],
    ["check", "--diff", "--unsafe-fixes", "."],
    ["check", "--explain", "LLM105", "app.py:8", "."],
    *(["estimate", "--format", one, "."] for one in ("text", "json", "markdown", "html")),
    ["estimate", "--explain", "app.py:8"],
    *(["diff", "HEAD", "--format", one] for one in ("text", *FORMATS[2:])),
    ["baseline", "write", "--baseline", "kept.json"],
    ["badge"],
    ["flake8", "--select", "LLM", "app.py"],
    ["check", "--fix", "--unsafe-fixes", "conftest.py"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_nothing_runs_and_nothing_shows(
    arguments: list[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("GITHUB")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    ran = run(project, *arguments, main=lambda given: watched(project, given))
    assert ran.status in (0, 1, 2) and (ran.out or ran.status == 0)
    assert not (project / "RAN").exists(), "the linted code was executed"
    kept = [
        file
        for file in project.rglob("*")
        if file.is_file() and (".wattlint_cache" in file.parts or file.name in ("kept.json", "summary.md"))
    ]
    for text in (ran.out, ran.err):  # what reads like ordinary text can stand in an excerpt, but is not kept
        assert {name for name, key in KEYS.items() if key in text} <= {"prose"}
    for file in kept:
        assert not [name for name, key in KEYS.items() if key.encode() in file.read_bytes()], file.name


def test_no_program_of_the_configuration_of_git_is_started(tmp_path: Path) -> None:
    repository = Repo(tmp_path / "project")
    repository.commit({"app.py": "x = 1\n"})
    started = tmp_path / "started"
    for key in ("core.fsmonitor", "core.pager", "diff.external", "filter.x=y.clean", "filter.x=y.process"):
        repository.git("config", key, f"touch {started} {key}; cat")
    repository.git("config", "filter.x=y.required", "true")
    repository.write({".gitattributes": "*.py filter=x=y diff=z\n", "app.py": APP})
    for what in ([], ["--staged"], ["HEAD"]):
        assert "Traceback" not in run(repository.folder, "diff", *what).err
    assert "app.py" in run(repository.folder, "diff", "HEAD").out and not started.exists()


def test_the_watch_sees(tmp_path: Path) -> None:
    """A test that could not fail would prove nothing."""

    def main(given: list[str]) -> int:
        watch = Watch(tmp_path / "project", ())
        (tmp_path / "outside").write_text("x")
        os.mkdir(tmp_path / "folder")
        exec(compile("1", str(tmp_path / "project" / "a.py"), "exec"))
        print(json.dumps(watch.seen))
        return 0

    seen = json.loads(run(tmp_path, main=main).out)
    assert [one.split()[0] for one in seen] == ["wrote", "os.mkdir", "ran"]


def test_a_known_setting_of_the_env_file_is_used(project: Path) -> None:
    ran = run(project, "estimate", "--format", "json", "app.py")
    assert "gpt-4o-mini" in [site["model"]["id"] for site in json.loads(ran.out)["sites"]]


@pytest.mark.parametrize(
    "text",
    [
        'client = OpenAI(base_url="http://localhost:8000/v1", api_key="unused")',
        'api_key=os.environ["OPENAI_API_KEY"]',
        'client.create(model="gpt-4o", max_tokens=40, stop="token")',
        "sk-learn and hf_hub_download",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    from wattlint.sources.secrets import hide

    assert hide(text) == text
