"""The hooks with pre-commit itself, in a scratch repository that takes them from this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BAD = """\
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.1-8B-Instruct")
"""
FIXABLE = """\
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2", dtype="auto")
inputs = tokenizer("Once upon a time", return_tensors="pt")
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=200, use_cache=False)[0]))
"""
GOOD = "print('no model here')\n"


def run(folder: Path, *command: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(home or folder / ".pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(ROOT / "src"),
        "NO_COLOR": "1",
    }
    for name, value in (("user.name", "t"), ("user.email", "t@example.org"), ("init.defaultBranch", "main")):
        count = int(environment.get("GIT_CONFIG_COUNT", "0"))
        environment |= {
            f"GIT_CONFIG_KEY_{count}": name,
            f"GIT_CONFIG_VALUE_{count}": value,
            "GIT_CONFIG_COUNT": str(count + 1),
        }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """With our hooks run by the interpreter of these tests: pre-commit's own environments would need the network."""
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    local = [{**hook, "language": "system"} for hook in hooks if hook["id"] != "wattlint-diff"]
    return with_hooks(tmp_path / "repository", local)


@pytest.fixture
def totals(tmp_path: Path) -> Path:
    """With the hook that shows what a commit adds, and nothing else."""
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return with_hooks(
        tmp_path, [{**hook, "language": "system"} for hook in hooks if hook["id"] == "wattlint-diff"]
    )


def with_hooks(folder: Path, local: list[dict[str, object]]) -> Path:
    import yaml

    configuration = {"repos": [{"repo": "local", "hooks": local}]}
    folder.mkdir(exist_ok=True)
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    (folder / ".gitignore").write_text(".pre-commit/\n")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\ndependencies = ["transformers<5"]\n'
    )
    assert run(folder, "git", "init", "-q").returncode == 0
    run(folder, "git", "add", ".")
    assert run(folder, "git", "commit", "-qm", "start").returncode == 0
    installed = run(folder, "pre-commit", "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder


def test_the_hooks_are_valid(tmp_path: Path) -> None:
    validated = run(tmp_path, "pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    assert validated.returncode == 0, validated.stdout


def test_a_staged_finding_blocks_the_commit(repository: Path) -> None:
    (repository / "app.py").write_text(BAD)
    (repository / "other.py").write_text(GOOD)
    run(repository, "git", "add", ".")
    blocked = run(repository, "git", "commit", "-qm", "bad")
    assert blocked.returncode == 1
    assert "LLM201" in blocked.stdout + blocked.stderr and "app.py:3" in blocked.stdout + blocked.stderr
    assert run(repository, "git", "log", "--oneline").stdout.count("\n") == 1


def test_only_staged_files_are_reported_and_unstaged_changes_stay(repository: Path) -> None:
    (repository / "app.py").write_text(BAD)
    (repository / "clean.py").write_text(GOOD)
    run(repository, "git", "add", "clean.py")
    committed = run(repository, "git", "commit", "-qm", "clean")
    assert committed.returncode == 0, committed.stdout + committed.stderr
    assert (repository / "app.py").read_text() == BAD
    # Staged clean, edited since: what is staged counts, and the edit comes back.
    (repository / "clean.py").write_text(GOOD + "# staged\n")
    run(repository, "git", "add", "clean.py")
    (repository / "clean.py").write_text(BAD)
    committed = run(repository, "git", "commit", "-qm", "staged part")
    assert committed.returncode == 0, committed.stdout + committed.stderr
    assert (repository / "clean.py").read_text() == BAD


def test_excluded_files_stay_out_although_they_are_passed(repository: Path) -> None:
    with (repository / "pyproject.toml").open("a") as file:
        file.write('[tool.wattlint]\nextend-exclude = ["legacy/"]\n')
    (repository / "legacy").mkdir()
    (repository / "legacy" / "app.py").write_text(BAD)
    run(repository, "git", "add", ".")
    committed = run(repository, "git", "commit", "-qm", "legacy")
    assert committed.returncode == 0, committed.stdout + committed.stderr


def test_the_fixing_hook_leaves_the_fix_to_be_staged(repository: Path) -> None:
    (repository / "app.py").write_text(FIXABLE)
    run(repository, "git", "add", "app.py")
    fixed = run(repository, "pre-commit", "run", "wattlint-fix", "--hook-stage", "manual")
    assert fixed.returncode == 1 and "files were modified by this hook" in fixed.stdout
    assert "use_cache=False" not in (repository / "app.py").read_text()
    run(repository, "git", "add", "app.py")
    again = run(repository, "pre-commit", "run", "wattlint-fix", "--hook-stage", "manual")
    assert "files were modified" not in again.stdout


CALL = """\
from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": f"Explain: {text}"}])
"""


def test_a_commit_shows_what_it_adds_and_goes_through(totals: Path) -> None:
    (totals / "app.py").write_text(CALL)
    run(totals, "git", "add", "app.py")
    (totals / "app.py").write_text(CALL * 2)  # not staged: does not count
    committed = run(totals, "git", "commit", "-qm", "a call")
    said = committed.stdout + committed.stderr
    assert committed.returncode == 0, said
    assert "what is staged against HEAD" in said and "+ app.py:7  gpt-4o in ask" in said
    assert "One call of each: 0 before, 1 now" in said and "Call sites: 1 added, 0 unchanged." in said
    assert (totals / "app.py").read_text() == CALL * 2


def test_a_configured_budget_blocks_the_commit(totals: Path) -> None:
    with (totals / "pyproject.toml").open("a") as file:
        file.write("[tool.wattlint.budget.increase]\nenergy-wh = 0.000001\n")
    run(totals, "git", "add", ".")
    assert run(totals, "git", "commit", "-qm", "budget").returncode == 0
    (totals / "app.py").write_text(CALL)
    run(totals, "git", "add", ".")
    blocked = run(totals, "git", "commit", "-qm", "a call")
    assert blocked.returncode == 1
    assert "failed: budget.increase.energy-wh" in blocked.stdout + blocked.stderr
    assert run(totals, "git", "log", "--format=%s").stdout.split() == ["budget", "start"]
