"""Linted code is never run, nothing is started, connected to, or written beside project and cache, and no secret shows:
held by Python's own audit events, not by reading our code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from git_helper import Repo
from wattlint.catalogue import store

SRC = Path(__file__).parents[2] / "src"
WATCHED = """
import os, sys
sys.path.insert(0, {src!r})
PROJECT, ALLOWED = {project!r}, {allowed!r}
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"):
        seen.append(f"{{event}} {{arguments!r}}")
    elif event == "subprocess.Popen" and not (ALLOWED and os.path.basename(str(arguments[0])) in ALLOWED):
        seen.append(f"started {{arguments[:2]!r}}")
    elif event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith(PROJECT):
        seen.append(f"ran {{arguments[0].co_filename}}")
    elif event == "import" and str(arguments[1] or "").startswith(PROJECT):
        seen.append(f"imported {{arguments[1]}}")
    elif event == "open" and isinstance(arguments[0], (str, bytes)) and (
        (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")) or arguments[2] & (os.O_WRONLY | os.O_RDWR)
    ):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not path.startswith(PROJECT) and path != os.devnull:
            seen.append(f"wrote {{path}}")
    elif event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "shutil.rmtree"):
        if not os.path.realpath(os.fsdecode(arguments[0])).startswith(PROJECT):
            seen.append(f"{{event}} {{arguments!r}}")
sys.addaudithook(hook)
sys.dont_write_bytecode = True
if {arguments!r}[0] == "flake8":
    from flake8.main.cli import main
    main({arguments!r}[1:])
else:
    from wattlint.cli import main
    main({arguments!r})
sys.stdout.flush()
if seen:
    os.write(2, ("\\nAUDIT " + "\\nAUDIT ".join(seen)).encode())
"""
KEYS = {
    "openai": "sk-proj-Zq8Lw3Xv6Tn1Rb5Yc9Kd2Mf7",
    "face": "hf_ZqLwXvTnRbYcKdMfPgHsJuEiOa",
    "named": "correct-horse-battery",
    "env": "env-value-nobody-may-see",
    "yaml": "yaml-value-nobody-may-see",
    "url": "url-pass-nobody-may-see",
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
    store.section("impact")  # a checkout compiles its catalogue at first use
    return folder


FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "markdown", "junit")
COMMANDS = [
    *(["check", "--preview", "--format", one, "."] for one in FORMATS),
    ["check", "--no-cache", "-j", "2", "."],
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
def test_nothing_runs_and_nothing_shows(arguments: list[str], project: Path) -> None:
    allowed = ("git", "python", os.path.basename(sys.executable)) if arguments[0] == "diff" else ()
    code = WATCHED.format(src=str(SRC), project=str(project), allowed=allowed, arguments=arguments)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB")}
    summary = project / "summary.md"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code]
        if sys.version_info >= (3, 11)
        else [sys.executable, "-I", "-c", code],
        cwd=project,
        env={**environment, "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "AUDIT" not in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not (project / "RAN").exists(), "the linted code was executed"
    kept = [
        file
        for file in project.rglob("*")
        if file.is_file() and (".wattlint_cache" in file.parts or file.name in ("kept.json", "summary.md"))
    ]
    for text in (done.stdout, done.stderr, *(file.read_text() for file in kept)):
        assert [name for name, key in KEYS.items() if key in text] == []


def test_a_known_setting_of_the_env_file_is_used(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(SRC)!r}); from wattlint.cli import main; main(['estimate', '--format', 'json', 'app.py'])"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "gpt-4o-mini" in [site["model"]["id"] for site in json.loads(done.stdout)["sites"]]


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
