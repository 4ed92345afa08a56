"""The flake8 plugin: the same findings as the command line, under the real flake8."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wattlint import flake8_plugin
from wattlint.catalogue.schema.checks import read_folder
from wattlint.cli import main
from wattlint.flake8_plugin import Flake8Plugin

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import parity  # noqa: E402

EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
CASES = [
    case
    for page in read_folder(ROOT / "rules" / "checks")
    for case in page.cases[:2]  # the page's own example, and what it recommends
    if page.front.kinds != ["file"]  # flake8 runs no plugin on what it cannot parse
]
LOADED = """\
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-70b-hf")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "requirements.txt").write_text("transformers>=4.40,<5\n")
    (tmp_path / "loaded.py").write_text(LOADED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_plugin(path: Path) -> list[tuple[int, int, str]]:
    """(line, 1-based column, ``CODE message``), as flake8 prints them."""
    flake8_plugin._workspace.cache_clear()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    reports = Flake8Plugin(ast.parse("".join(lines)), str(path), lines).run()
    return sorted((line, column + 1, message) for line, column, message, _ in reports)


def by_command(path: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[int, int, str]]:
    main(["check", "--format", "json", str(path)])
    found = json.loads(capsys.readouterr().out)["findings"]
    return sorted((each["line"], each["column"], f"{each['code']} {each['message']}") for each in found)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_the_command_and_flake8_agree_on_every_example(path, capsys):
    assert by_plugin(path) == by_command(path, capsys)


def test_the_command_on_a_project_and_flake8_on_its_files_agree():
    assert parity.differences(ROOT / "examples") == (len(EXAMPLES), [])


ENGINE = """\
from openai import OpenAI

class Engine:
    def __init__(self):
        self.client = OpenAI()

    def embed(self, text, model="text-embedding-3-small"):
        return self.client.embeddings.create(model=model, input=text)
"""
"""A wrapper: what its callers make of it is reported at them."""
CALLER = """\
from engine import Engine

def index(texts):
    engine = Engine()
    return [engine.embed(text) for text in texts]
"""


def test_a_caller_of_a_wrapper_in_another_file_shows_the_same_alone(project, capsys):
    (project / "engine.py").write_text(ENGINE)
    (project / "caller.py").write_text(CALLER)
    found = by_plugin(project / "caller.py")
    assert [(line, message[:6]) for line, _, message in found] == [(5, "LLM310")]
    assert by_command(project / "caller.py", capsys) == found
    assert parity.differences(project) == (3, [])
    # What the configuration leaves out is not looked into, and comments count where the finding is shown.
    (project / "wattlint.toml").write_text('extend-exclude = ["engine.py"]\n')
    assert by_plugin(project / "caller.py") == [] and parity.differences(project)[1] == []
    (project / "wattlint.toml").unlink()
    (project / "caller.py").write_text(CALLER.rstrip() + "  # wattlint: ignore[LLM310] few\n")
    assert by_plugin(project / "caller.py") == [] and parity.differences(project)[1] == []


def test_standard_input_is_read_as_a_caller_too(project):
    (project / "engine.py").write_text(ENGINE)
    done = flake8(project, "--stdin-display-name", "new.py", "-", stdin=CALLER)
    assert done.stdout.startswith("new.py:5:13: LLM310")


def test_line_ends_and_byte_order_marks_make_no_second_module(project):
    """flake8 hands over decoded lines: they are the same module that the caller's imports lead to on disk."""
    (project / "caller.py").write_bytes(b"\xef\xbb\xbf" + CALLER.replace("\n", "\r\n").encode())
    (project / "engine.py").write_bytes(ENGINE.replace("\n", "\r\n").encode())
    (project / "first.py").write_text(
        "from caller import index\nfrom engine import Engine\n\nEngine().embed('a')\n"
    )
    assert parity.differences(project) == (4, [])


def test_a_module_named_setup_inside_a_package_begins_no_project(project):
    package = project / "app" / "memory"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "setup.py").write_text("def prepare():\n    pass\n")
    (package.parent / "engine.py").write_text(ENGINE)
    (package / "caller.py").write_text(CALLER.replace("from engine", "from app.engine"))
    assert [message[:6] for _, _, message in by_plugin(package / "caller.py")] == ["LLM310"]


@pytest.mark.parametrize("case", CASES, ids=[f"{Path(case.path).name[:6]}-{case.line}" for case in CASES])
def test_the_command_and_flake8_agree_on_the_examples_of_the_pages(case, tmp_path, monkeypatch, capsys):
    (tmp_path / "requirements.txt").write_text("\n".join(case.requires) + "\n", encoding="utf-8")
    (tmp_path / "case.py").write_text(case.source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert by_plugin(Path("case.py")) == by_command(Path("case.py"), capsys)


def test_columns_count_characters(project, capsys):
    line = 'model = "é" and AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-70b-hf")\n'
    (project / "loaded.py").write_text(
        f"from transformers import AutoModelForCausalLM\n{line}", encoding="utf-8"
    )
    found = by_plugin(project / "loaded.py")
    assert found and {column for _, column, _ in found} == {line.index("Auto") + 1}
    assert found == by_command(project / "loaded.py", capsys)


def test_the_projects_configuration_holds(project, capsys):
    (project / "wattlint.toml").write_text('select = ["LLM202"]\n')
    assert [message[:6] for _, _, message in by_plugin(project / "loaded.py")] == ["LLM202"]
    (project / "wattlint.toml").write_text('extend-exclude = ["loaded.py"]\n')
    assert by_plugin(project / "loaded.py") == []


def test_a_broken_configuration_is_a_finding(project):
    (project / "wattlint.toml").write_text("preview = true\nselct = []\n")
    ((line, column, message),) = by_plugin(project / "loaded.py")
    assert (line, column) == (1, 1)
    assert message == 'LLM901 wattlint.toml:2: selct: unknown key (did you mean "select"?)'


def test_our_own_suppression_comments_hold(project):
    (project / "loaded.py").write_text(LOADED.rstrip() + "  # wattlint: ignore[LLM201] measured\n")
    assert [message[:6] for _, _, message in by_plugin(project / "loaded.py")] == ["LLM202"]


# Under flake8 itself


def flake8(project: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    config = project / "flake8.ini"
    installed = any(
        point.value.startswith("wattlint.")
        for point in importlib.metadata.entry_points(group="flake8.extension")
    )
    local = (
        ""
        if installed
        else "[flake8:local-plugins]\nextension =\n  LLM = wattlint.flake8_plugin:Flake8Plugin\n"
    )
    config.write_text(f"[flake8]\nselect = E9,LLM\n{local}")
    return subprocess.run(
        [sys.executable, "-m", "flake8", "--config", str(config), *arguments],
        cwd=project,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_flake8_reports_our_findings(project, capsys):
    done = flake8(project, "loaded.py")
    assert done.stderr == ""
    main(["check", "--format", "concise", "--quiet", "loaded.py"])
    assert done.stdout == capsys.readouterr().out
    assert done.returncode == 1


def test_flake8_reads_standard_input(project):
    (project / "wattlint.toml").write_text('select = ["LLM202"]\n')
    done = flake8(project, "--stdin-display-name", "other.py", "-", stdin=LOADED)
    assert done.stdout.startswith("other.py:3:9: LLM202")
    assert done.stdout.count("\n") == 1


def test_flake8_suppressions(project):
    (project / "loaded.py").write_text(LOADED.rstrip() + "  # noqa: LLM201\n")
    done = flake8(project, "--per-file-ignores", "loaded.py:LLM202", "loaded.py")
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_syntax_error_is_flake8s_own_to_report(project):
    (project / "loaded.py").write_text("import openai\ndef f(:\n")
    done = flake8(project, "loaded.py")
    assert "E999" in done.stdout and "LLM" not in done.stdout


def test_nothing_heavy_is_imported_for_a_file_without_calls(project):
    (project / "plain.py").write_text("import os\nprint(os.getcwd())\n")
    (project / "pyproject.toml").write_text("[tool.wattlint]\npreview = true\n")
    code = (
        "import sys; from wattlint.flake8_plugin import Flake8Plugin\n"
        "lines = open('plain.py').readlines()\n"
        "assert list(Flake8Plugin(None, 'plain.py', lines).run()) == []\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stderr == ""
    heavy = {"libcst", "pydantic", "yaml", "tomllib", "json", "pathspec", "dataclasses"}
    ours = {
        "wattlint.run",
        "wattlint.config",
        "wattlint.catalogue.models",
        "wattlint.lint.engine",
        "wattlint.callsites.finder",
        "wattlint.semantics",
    }
    assert not (heavy | ours) & set(done.stdout.split())


def test_the_collector_runs_on_and_passes_over_what_was_loaded(project):
    code = (
        "import gc\n"
        "from wattlint.flake8_plugin import Flake8Plugin\n"
        "lines = open('loaded.py').readlines()\n"
        "found, frozen = [], []\n"
        "for _ in range(2):\n"
        "    found += Flake8Plugin(None, 'loaded.py', lines).run()\n"
        "    frozen.append(gc.get_freeze_count())\n"
        "assert found and gc.isenabled()\n"
        "assert frozen[0] > 10_000 and frozen[1] <= frozen[0]\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], timeout=60, env=environment, check=True)


ACME = """\
sdk: acme
imports: [acme.llm]
entry_points:
  - {name: acme.ask, kind: call, callees: [acme.llm.ask], model: model, prompt: {names: [question], position: 0}}
"""


def test_the_sieve_knows_what_the_projects_own_rules_describe(project):
    """The first look at a file, which stops most, is none where a configuration may have a say in it."""
    (project / "plain.py").write_text(
        "from acme import llm\n"
        "llm.ask(f'Is this message spam? Answer only yes or no.\\n\\n{input()}', model='claude-opus-4-1')\n"
    )
    rules = project / "rules" / "sdks"
    rules.mkdir(parents=True)
    (rules / "acme.yaml").write_text(ACME)
    settings = 'rules-dir = "rules"\npreview = true\n'
    assert "LLM" not in flake8(project, "plain.py").stdout
    assert "plain.py:2:" in flake8(project, "--wattlint-settings", settings, "plain.py").stdout
    (project / "pyproject.toml").write_text(f"[tool.wattlint]\n{settings}")
    assert "plain.py:2:" in flake8(project, "plain.py").stdout


def test_flake8_leaves_notes_out_unless_they_are_selected(project):
    text = 'from openai import OpenAI\n\nOpenAI().responses.create(model="gtp-4o", input="Write a poem.")\n'
    (project / "note.py").write_text(text)
    assert flake8(project, "--select=", "note.py").stdout == ""
    assert "LLM903" in flake8(project, "--extend-select", "LLM903", "note.py").stdout


def test_the_notes_of_the_plugin_are_the_rules_of_severity_info():
    from wattlint.lint.rules import load_rules

    assert (
        tuple(code for code, rule in load_rules().items() if rule.severity == "info" and rule.default == "on")
        == flake8_plugin.NOTES
    )


def codes_by_flake8(project: Path, *arguments: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-m", "flake8", "--select", "LLM", *arguments, "."],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert run.stderr == ""
    return run.stdout.splitlines()


def test_every_setting_can_stand_in_flake8s_configuration(project):
    assert [line.split()[1] for line in codes_by_flake8(project)] == ["LLM201", "LLM202"]
    (project / ".flake8").write_text(
        "[flake8]\nwattlint-settings =\n    ignore = ['LLM202']\n    impact.hardware = 'H200'\n"
    )
    assert [line.split()[1] for line in codes_by_flake8(project)] == ["LLM201"]
    # The file of wattlint counts, and flake8's settings come on top of it, key by key.
    (project / "wattlint.toml").write_text("ignore = ['LLM201']\n[impact]\ngpus = 1\n")
    assert [line.split()[1] for line in codes_by_flake8(project)] == ["LLM201"]
    (project / ".flake8").write_text("[flake8]\nwattlint-settings = impact.hardware = 'H200'\n")
    assert [line.split()[1] for line in codes_by_flake8(project)] == []
    (project / "other.toml").write_text("ignore = ['LLM202']\n")
    assert [line.split()[1] for line in codes_by_flake8(project, "--wattlint-config", "other.toml")] == [
        "LLM201"
    ]


def test_several_processes_report_the_same(project):
    for number in range(6):
        (project / f"copy_{number}.py").write_text(LOADED)
    (project / ".flake8").write_text("[flake8]\nwattlint-settings = ignore = ['LLM202']\n")
    assert sorted(codes_by_flake8(project, "-j4")) == sorted(codes_by_flake8(project, "-j1"))
    assert len(codes_by_flake8(project, "-j4")) == 7
    (project / ".flake8").write_text("[flake8]\nper-file-ignores = copy_*: LLM\n")
    assert {line.split(":")[0] for line in codes_by_flake8(project)} == {"./loaded.py"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("ignor = ['LLM2']", "ignor: unknown key"),
        ("preview = 3", "preview"),
        ("= x", "not valid TOML"),
        ("select = ['LLM99x']", "LLM99x"),
    ],
)
def test_a_mistake_in_flake8s_configuration_is_a_finding_with_its_place(project, settings, said):
    (project / ".flake8").write_text(f"[flake8]\nwattlint-settings = {settings}\n")
    (line,) = codes_by_flake8(project)
    assert "LLM901 wattlint-settings of flake8:1: " in line and said in line
