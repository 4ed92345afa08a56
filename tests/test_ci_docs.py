"""The action and the pages for CI services: valid by the services' own schemas, and every command can be typed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from git_helper import ENVIRONMENT, Repo
from wattlint.cli import build_parser
from wattlint.starting.plan import WORKFLOW

ROOT = Path(__file__).parent.parent
PAGES = [*sorted((ROOT / "docs" / "ci").glob("*.md")), ROOT / "docs" / "gates.md", ROOT / "docs" / "diff.md"]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SCHEMAS = {
    ".github/workflows/wattlint.yml": ["vendor.github-workflows"],
    ".gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "azure-pipelines.yml": [
        "vendor.azure-pipelines",
        "--data-transform",
        "azure-pipelines",
        "--regex-variant",
        "nonunicode",
    ],
}


def blocks(page: Path, *languages: str) -> list[str]:
    return [
        body for language, body in BLOCK.findall(page.read_text(encoding="utf-8")) if language in languages
    ]


def commands(text: str) -> list[str]:
    """``wattlint ...`` as written in a script, up to what ends the command."""
    found = re.findall(
        r"(?:^|[\s'\"/])(wattlint (?:check|diff|estimate|baseline|rule|badge)\b[^\n|;)]*)", text, re.MULTILINE
    )
    return [re.split(r"\s(?:#|\|\||2> )|'\s*$|`", command)[0].strip() for command in found]


TYPED = sorted(
    {
        (page.name, command)
        for page in PAGES
        for command in commands(
            "\n".join(
                [*blocks(page, "yaml", "sh", "groovy"), *re.findall("`(wattlint [^`]*)`", page.read_text())]
            )
        )
    }
    | {("action.yml", command) for step in STEPS.values() for command in commands(step.get("run", ""))}
)


@pytest.mark.parametrize(
    ("page", "command"), TYPED, ids=[f"{page}-{command[:40]}" for page, command in TYPED]
)
def test_every_command_can_be_typed(page, command):
    parser = build_parser()
    words = shlex.split(command.replace("${arguments[@]}", "main").replace("${paths[@]}", "."))[1:]
    parser.parse_args(words)  # exits where an option does not exist


def test_commands_are_found():
    assert len(TYPED) > 20
    assert {"github.md", "gitlab.md", "azure.md", "jenkins.md", "gates.md", "action.yml"} <= {
        page for page, _ in TYPED
    }


def validated(file: Path, schema: list[str]) -> str:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, str(file)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def named(page: Path) -> list[tuple[str, str]]:
    """(file that a block is for, text), by the comment on its first line."""
    found = [(body.partition("\n")[0].removeprefix("# "), body) for body in blocks(page, "yaml")]
    assert found, page
    return found


@pytest.mark.parametrize("name", ["github", "gitlab", "azure"])
def test_workflow_files_are_valid(name, tmp_path):
    for number, (target, body) in enumerate(named(ROOT / "docs" / "ci" / f"{name}.md")):
        file = tmp_path / f"{number}.yml"
        file.write_text(body, encoding="utf-8")
        assert validated(file, SCHEMAS[target]) == ""
    file.write_text("jobs: 3\nsteps: 4\nwattlint: 5\n")
    assert validated(file, SCHEMAS[target]) != ""


def test_what_init_writes_is_valid_and_every_file_uses_one_version_of_each_action(tmp_path):
    file = tmp_path / "wattlint.yml"
    file.write_text(WORKFLOW, encoding="utf-8")
    assert validated(file, SCHEMAS[".github/workflows/wattlint.yml"]) == ""
    typed = commands(WORKFLOW)
    assert typed
    for command in typed:
        build_parser().parse_args(shlex.split(command.partition(" >>")[0])[1:])
    texts = [WORKFLOW, (ROOT / "action.yml").read_text(encoding="utf-8")]
    texts += [page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md")]
    versions: dict[str, set[str]] = {}
    for text in texts:
        for action, version in re.findall(r"uses: (actions/[\w-]+)@(\S+)", text):
            versions.setdefault(action, set()).add(version)
    assert {"actions/checkout", "actions/setup-python"} <= versions.keys()
    assert all(len(one) == 1 for one in versions.values()), versions


def test_the_action_is_valid():
    assert validated(ROOT / "action.yml", ["vendor.github-actions"]) == ""


def test_examples_use_inputs_that_exist_and_the_page_lists_all():
    page = ROOT / "docs" / "ci" / "github.md"
    for _, body in named(page):
        for job in yaml.safe_load(body)["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("wattlint/"):
                    assert step.get("with", {}).keys() <= ACTION["inputs"].keys()
    text = page.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in ACTION["inputs"] if name != "token")


def test_the_pre_commit_hook_exists_with_these_options():
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    for _, body in named(ROOT / "docs" / "ci" / "pre-commit-ci.md"):
        for hook in yaml.safe_load(body)["repos"][0]["hooks"]:
            words = shlex.split(hooks[hook["id"]]["entry"])[1:] + hook.get("args", []) + ["a.py"]
            build_parser().parse_args(words)


def test_nothing_of_the_event_is_put_into_a_script():
    assert not any("${{" in step.get("run", "") for step in STEPS.values())


# The scripts of the action, run


@pytest.fixture
def runner(tmp_path):
    """A pull request that changes a model, on something like a runner; returns what runs a step."""
    repo = Repo(tmp_path / "repo")
    code = "import openai\n\n\ndef f(t):\n    return openai.OpenAI().responses.create(model='gpt-4o', input='Hello ' + t)\n"
    repo.commit({"app.py": code, "wattlint.toml": "[budget]\nincrease = { energy-wh = 0 }\n"})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"app.py": code.replace("gpt-4o", "gpt-4.5-preview")})
    binaries = tmp_path / "bin"
    binaries.mkdir()
    script(binaries / "wattlint", f'exec "{sys.executable}" -m wattlint "$@"')
    script(
        binaries / "gh",
        f'printf "%s\\n" "$*" >> "{tmp_path}/gh.log"; case "$*" in *--paginate*) cat "{tmp_path}/known";; esac',
    )
    (tmp_path / "known").write_text("")

    def step(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEPS[name]["run"]],
            cwd=repo.folder,
            env={
                **os.environ, **ENVIRONMENT,
                "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT / "src"),
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_OUTPUT": str(tmp_path / "output"),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
                "GITHUB_REPOSITORY": "o/r",
                **environment,
            },
            capture_output=True,
            encoding="utf-8",
        )  # fmt: skip

    return step, tmp_path


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


def test_the_action_compares_and_says_so_in_the_summary(runner):
    step, folder = runner
    done = step("Compare", BASE="main", CHECKED=".", FAIL_ON="error")
    assert done.returncode == 0, done.stderr
    assert "status=1\n" in (folder / "output").read_text()
    assert "::error title=wattlint budget.increase.energy-wh::" in done.stdout
    assert (folder / "summary.md").read_text().startswith("<!-- wattlint -->\n### wattlint: +")
    assert (folder / "wattlint.md").read_text() == (folder / "summary.md").read_text()
    assert step("Status", STATUS="1").returncode == 1


def test_the_action_without_a_base_uses_the_default_branch(runner):
    step, folder = runner
    assert step("Compare", BASE="", CHECKED="app.py", FAIL_ON="").returncode == 0
    assert "against main" in (folder / "summary.md").read_text()
    step("Compare", BASE="nowhere", CHECKED=".", FAIL_ON="")
    assert (folder / "output").read_text().endswith("status=2\nreport=" + str(folder / "wattlint.md") + "\n")


def test_a_later_run_changes_the_same_comment(runner):
    step, folder = runner
    step("Compare", BASE="main", CHECKED=".", FAIL_ON="")
    facts = {"NUMBER": "7", "REPORT": str(folder / "wattlint.md"), "GH_TOKEN": "x"}
    assert step("Comment on the pull request", **facts).returncode == 0
    assert "--method POST repos/o/r/issues/7/comments" in (folder / "gh.log").read_text()
    (folder / "known").write_text("41\n")
    assert step("Comment on the pull request", **facts).returncode == 0
    assert "--method PATCH repos/o/r/issues/comments/41" in (folder / "gh.log").read_text()
