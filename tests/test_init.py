"""``wattlint init``: what it sees, what it shows, what it writes, and what it never touches."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from wattlint.cli import main
from wattlint.run import check_paths
from wattlint.sources.toml import loads

CALL = """\
import boto3

client = boto3.client("bedrock-runtime", region_name="eu-west-1")
answer = client.converse(modelId="anthropic.claude-3-haiku-20240307-v1:0", messages=[{"role": "user", "content": [{"text": "Tell a story."}]}])
"""
COMPOSE = "services:\n  llm:\n    gpu: A100\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    (tmp_path / "app.py").write_text(CALL)
    (tmp_path / "deploy.yaml").write_text(COMPOSE)
    (tmp_path / ".github").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_what_it_saw_and_the_result_is_a_valid_configuration(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / "pyproject.toml").read_text()
    assert main(["init", "--yes"]) == 0
    shown = capsys.readouterr().out
    text = (project / "pyproject.toml").read_text()
    assert text.startswith(before) and loads(text)["tool"]["wattlint"]["impact"] == {
        "region": "eu-west-1",
        "hardware": "A100-80",
    }
    assert "seen in app.py:3" in text and "seen in deploy.yaml:3" in text and "bedrock (1)" in text
    hooks = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["id"] for hook in hooks[0]["hooks"]] == ["wattlint"]
    assert yaml.safe_load((project / ".github/workflows/wattlint.yml").read_text())["jobs"]["wattlint"]
    assert all(f"+++ {name}" in shown for name in ("pyproject.toml", ".pre-commit-config.yaml"))
    assert "wrote pyproject.toml" in shown
    assert check_paths(["."]).problems == []


def test_nothing_is_written_without_a_yes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = sorted(path.name for path in project.rglob("*"))
    assert main(["init"]) == 0  # standard input is no terminal: nobody can say yes
    assert "nothing written" in capsys.readouterr().out
    assert main(["init", "--diff", "--yes"]) == 0
    assert "+[tool.wattlint]" in capsys.readouterr().out
    assert sorted(path.name for path in project.rglob("*")) == names


def test_a_second_run_leaves_everything_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes"]) == 0
    texts = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert main(["init", "--yes"]) == 0
    assert capsys.readouterr().out.count("left alone: ") == 3
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == texts


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: local\n  hooks: []\n",
        "# ours\nrepos:\n  - repo: local  # why\n    hooks: []",
        "fail_fast: true\nrepos:\n    - repo: local\n      hooks: []\n",
        "repos:\r\n  - repo: local\r\n    hooks: []\r\n",
    ],
)
def test_the_hook_is_added_behind_what_is_there(project: Path, text: str) -> None:
    file = project / ".pre-commit-config.yaml"
    file.write_bytes(text.encode())
    assert main(["init", "--yes"]) == 0
    after = file.read_bytes().decode()
    assert after.startswith(text)
    assert yaml.safe_load(after)["repos"][0]["repo"] == "local"
    assert len(yaml.safe_load(after)["repos"]) == 2
    assert ("\r\n" in text) == ("\r\n" in after) and "\n" not in after.replace("\r\n", "") * ("\r\n" in text)


@pytest.mark.parametrize(
    "text", ["repos: []\n", "repos:\n- repo: local\n  hooks: []\nexclude: x\n", "repos: [\n"]
)
def test_a_pre_commit_file_of_another_form_is_left_alone(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = project / ".pre-commit-config.yaml"
    file.write_text(text)
    assert main(["init", "--yes"]) == 0
    assert file.read_text() == text
    assert "add the hook yourself" in capsys.readouterr().out


def test_hooks_and_workflows_stand_at_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text('[remote "origin"]\n\turl = git@github.com:a/b.git\n')
    project = tmp_path / "services" / "chat.bot"
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    (project / "app.py").write_text(CALL)
    monkeypatch.chdir(project)
    assert main(["init", "--yes"]) == 0
    said = capsys.readouterr().out
    assert (
        "wrote ../../.pre-commit-config.yaml" in said and "+++ ../../.github/workflows/wattlint.yml" in said
    )
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "pyproject.toml"]
    job = yaml.safe_load((tmp_path / ".github/workflows/wattlint.yml").read_text())["jobs"]["wattlint"]
    assert job["defaults"]["run"]["working-directory"] == "services/chat.bot"
    (hook,) = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert re.search(hook["files"], "services/chat.bot/app.py")
    assert not re.search(hook["files"], "services/chat_bot/app.py")
    assert main(["init", "--yes"]) == 0
    assert capsys.readouterr().out.count("left alone: ") == 3


def test_without_a_pyproject_a_file_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text("print()\n")
    assert main(["init", "--yes"]) == 0
    assert loads((tmp_path / "wattlint.toml").read_text()) == {"impact": {}}
    assert check_paths(["."]).problems == []


@pytest.mark.parametrize(
    ("text", "said"), [("[project\n", "line 1"), ("[tool.wattlint]\nselct = []\n", "selct")]
)
def test_a_broken_pyproject_is_said_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (project / "pyproject.toml").write_text(text)
    status = main(["init", "--yes"])
    captured = capsys.readouterr()
    if status == 2:
        assert said in captured.err and not (project / ".pre-commit-config.yaml").exists()
    else:
        assert "pyproject.toml has a [tool.wattlint] already" in captured.out
    assert (project / "pyproject.toml").read_text() == text


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_scripts_name_commands_and_options(
    capsys: pytest.CaptureFixture[str], shell: str, tmp_path: Path
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "estimate" in script and "--format" in script
    if shell == "bash":
        file = tmp_path / "completion"
        file.write_text(script)
        assert subprocess.run(["bash", "-n", str(file)]).returncode == 0


def test_an_extra_that_is_missing_is_named() -> None:
    program = (
        "import sys; sys.modules['shtab'] = None; sys.modules['pygls'] = None\n"
        "from wattlint.cli import main\n"
        "print(main(['completion', 'bash']), main(['lsp']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "2 2"
    assert "wattlint[completion]" in done.stderr and "wattlint[lsp]" in done.stderr
