"""The command line: what it prints, its exit status, and what it says about bad input."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wattlint import __version__
from wattlint.cli import main

HOSTED = """\
from openai import OpenAI

client = OpenAI()


def greet(name):
    return client.chat.completions.create(
        model="gpt-6-sol",
        messages=[{"role": "user", "content": f"Write a long poem for {name}."}],
    )
"""
LOADED = """\
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-70b-hf")
"""
PLAIN = "import os\n\nprint(os.getcwd())\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two call sites, one of them with findings, and a file without."""
    tmp_path = tmp_path / "project"
    tmp_path.mkdir()
    (tmp_path / "requirements.txt").write_text("transformers>=4.40,<5\n")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'sample'\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "hosted.py").write_text(HOSTED)
    (tmp_path / "app" / "loaded.py").write_text(LOADED)
    (tmp_path / "app" / "plain.py").write_text(PLAIN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_findings_are_shown_in_their_code_with_the_cure_and_a_summary(project, capsys):
    assert main(["check"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0].startswith("app/loaded.py:3:9: LLM201 meta-llama/Llama-2-70b-hf")
    assert lines[1:5] == [
        "1 | from transformers import AutoModelForCausalLM",
        "2 |",
        '3 | model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-70b-hf")',
        "  |         " + "^" * 65,
    ]
    assert lines[5].startswith("  = help: pass `dtype=")
    assert lines[6] == '  = fix: load with torch_dtype="auto" (--fix --unsafe-fixes)'
    assert lines[7] == "  = more: wattlint rule LLM201"
    assert lines[-3:-1] == ["Found 2 findings (2 warnings).", "2 fixable with --fix --unsafe-fixes."]
    assert lines[-1] == "2 call sites in 2 of 3 files: 2 models known, 0 unknown"


def test_concise_is_one_line_for_each_finding(project, capsys):
    assert main(["check", "--format", "concise", "--quiet", "app"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["app/loaded.py:3:9:", "LLM201"],
        ["app/loaded.py:3:9:", "LLM202"],
    ]


def test_the_problem_matcher_of_the_docs_reads_every_line_of_concise(project, capsys):
    """VS Code's: its regular expression, and the groups that it takes the place from."""
    page = (Path(__file__).parent.parent / "docs" / "editors.md").read_text(encoding="utf-8")
    block = next(one for one in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "problemMatcher" in one)
    (task,) = json.loads(block)["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    cell = {"cell_type": "code", "source": LOADED.splitlines(keepends=True)}
    (project / "app" / "note: book.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    (project / "app" / "broken.py").write_text("import openai\ndef f(:\n")
    main([*task["command"].split()[1:], "--no-cache"])
    lines = capsys.readouterr().out.splitlines()
    main(["check", "--format", "json", "--no-cache"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert len(lines) == len(found) >= 5
    for line, finding in zip(lines, found, strict=True):
        match = re.match(pattern["regexp"], line)
        assert match is not None, line
        place = finding["path"] + (f":cell {finding['cell'] + 1}" if finding["cell"] is not None else "")
        groups = [match[pattern[name]] for name in ("file", "line", "column", "code", "message")]
        assert groups == [
            place,
            str(finding["line"]),
            str(finding["column"]),
            finding["code"],
            finding["message"],
        ]


def test_a_clean_run_exits_with_0(project, capsys):
    assert main(["check", "app/hosted.py", "app/plain.py"]) == 0
    out = capsys.readouterr().out
    assert out == "No findings.\n1 call site in 1 of 2 files: 1 model known, 0 unknown\n"


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "LLM201"], {"LLM201"}),
        (["--select", "LLM1,LLM202"], {"LLM202"}),
        (["--select", "LLM201", "--select", "LLM202"], {"LLM201", "LLM202"}),
        (["--ignore", "LLM201"], {"LLM202"}),
        (["--select", "LLM201", "--extend-select", "LLM202"], {"LLM201", "LLM202"}),
        (["--exclude", "loaded.py"], set()),
    ],
)
def test_selection(project, capsys, options, codes):
    assert main(["check", "--format", "json", *options]) == bool(codes)
    assert {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]} == codes


def test_exit_zero_and_statistics(project, capsys):
    assert main(["check", "--exit-zero", "--format", "concise", "--statistics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:4] == ["     1  LLM201  full-precision-load", "     1  LLM202  unquantized-large-load"]


def test_statistics_count_why_models_are_unknown(project, capsys):
    code = "from openai import OpenAI\n\ndef ask(model, name):\n    OpenAI().responses.create(model=%s, input='hi')\n"
    (project / "app" / "one.py").write_text(code % "model")
    (project / "app" / "two.py").write_text(code % "name")
    assert main(["check", "--statistics", "--quiet", "app/one.py", "app/two.py"]) == 0
    assert capsys.readouterr().out == "     2  model unknown: a parameter\n"


def test_the_configuration_nearest_to_each_file_counts(project, capsys):
    (project / "other").mkdir()
    (project / "other" / "loaded.py").write_text(LOADED)
    (project / "other" / "wattlint.toml").write_text('select = ["LLM202"]\n')
    assert main(["check", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(finding["path"], finding["code"]) for finding in found] == [
        ("app/loaded.py", "LLM201"),
        ("app/loaded.py", "LLM202"),
        ("other/loaded.py", "LLM202"),
    ]


def test_config_names_one_file_for_all(project, capsys):
    (project / "base.toml").write_text('ignore = ["LLM201"]\n')
    assert main(["check", "--format", "json", "--config", "base.toml"]) == 1
    assert [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]] == ["LLM202"]


def test_the_same_output_whatever_the_order_of_paths(project, capsys):
    main(["check", "app/loaded.py", "app/hosted.py", "app"])
    one = capsys.readouterr().out
    main(["check", "app", "./app/../app/hosted.py", str(project / "app" / "loaded.py")])
    assert capsys.readouterr().out == one


# Bad input: exit status 2, one line that names the place, and the rest is linted all the same


def breakage(project: Path) -> dict[str, tuple[list[str], str]]:
    (project / "broken.py").write_text("import openai\n\ndef f(:\n    pass\n")
    (project / "plain_broken.py").write_text("x = (\n")
    (project / "latin.py").write_bytes(b"import openai\nname = '\xe9'\n")
    (project / "null.py").write_bytes(b"import openai\n\0\n")
    (project / "damaged.ipynb").write_text('{"cells": [')
    (project / "bad.toml").write_text("[tool.wattlint]\nselct = []\n")
    pipe = project.parent / "pipe.py"
    os.mkfifo(pipe)
    return {
        "missing": (["ap"], 'ap: no such file or directory (did you mean "app"?)'),
        "syntax error": (["broken.py"], "broken.py:3: syntax error: "),
        "syntax error in a file without calls": (["plain_broken.py"], "plain_broken.py:1: syntax error: "),
        "encoding": (["latin.py"], "latin.py:2: not valid utf-8: byte 0xe9"),
        "null byte": (["null.py"], "null.py:2: contains null bytes"),
        "notebook": (["damaged.ipynb"], "damaged.ipynb:1: damaged notebook"),
        "pipe": ([str(pipe)], f"{pipe}: neither a file nor a folder"),
        "null in the path": (["a\0b.py"], "a\\x00b.py: "),
    }


@pytest.mark.parametrize(
    "case",
    [
        "missing",
        "syntax error",
        "syntax error in a file without calls",
        "encoding",
        "null byte",
        "notebook",
        "pipe",
        "null in the path",
    ],
)
@pytest.mark.parametrize("command", ["check", "estimate"])
def test_what_cannot_be_analysed_is_named_and_the_rest_is_analysed(project, capsys, case, command):
    paths, message = breakage(project)[case]
    assert main([command, "--format", "json", *paths, "app"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(message)
    assert err.count("\n") == 1
    report = json.loads(out)
    assert len(report["skipped"]) == 1
    assert report["coverage"]["sites"] == 2


def test_a_broken_module_that_another_file_uses_is_named(project, capsys):
    (project / "app" / "names.py").write_text("MODEL = 'gpt-6-sol'\ndef f(:\n")
    (project / "app" / "hosted.py").write_text(
        "from app.names import MODEL\n" + HOSTED.replace('"gpt-6-sol"', "MODEL")
    )
    assert main(["check", "app/hosted.py"]) == 0, "a file that was not to be linted"
    assert main(["check", "app", "--select", "LLM1"]) == 2
    assert capsys.readouterr().err.startswith("app/names.py:2: syntax error: ")


def test_a_run_that_skipped_something_never_looks_clean(project, capsys):
    (project / "broken.py").write_text("import openai\ndef f(:\n")
    assert main(["check", "broken.py", "--exit-zero"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("broken.py:2:1: LLM901 syntax error: ")
    assert out.endswith("Found 1 finding (1 error).\n0 call sites in 0 of 1 file; 1 file unreadable\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["check", "--select", "LLM2O1"],
            'wattlint: --select: unknown rule code "LLM2O1" (did you mean "LLM201"?)\n',
        ),
        (["check", "--ignore", "E501"], 'wattlint: --ignore: unknown rule code "E501"'),
        (["check", "--extend-select", "LLM999"], 'wattlint: --extend-select: unknown rule code "LLM999"'),
        (["check", "--config", "nope.toml"], "nope.toml: no such configuration file\n"),
        (
            ["check", "--config", "bad.toml"],
            'bad.toml:2: tool.wattlint.selct: unknown key (did you mean "select"?)\n',
        ),
        (["estimate", "--config", "bad.toml"], "bad.toml:2: "),
        (
            ["check", "app/hosted.py", "--output-file", "no/such/folder.txt"],
            "wattlint: no/such/folder.txt: cannot be written",
        ),
        (["rule", "LLM2O1"], 'wattlint: unknown rule code "LLM2O1"'),
        (["rule"], "wattlint: rule: give one of CODE, --all, --new NAME and --test\n"),
        (
            ["estimate", "--explain", "app/hosted.py"],
            'wattlint: --explain: expected FILE:LINE, not "app/hosted.py"\n',
        ),
        (
            ["estimate", "--explain", "app/hosted.py:1"],
            "wattlint: app/hosted.py:1: no call site here (call sites at line 7)\n",
        ),
        (["estimate", "--explain", "app/nope.py:1"], "app/nope.py: no such file or directory"),
    ],
)
def test_a_wrong_option_is_named_with_the_nearest_choice(project, capsys, arguments, message):
    breakage(project)
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chekc"], '(did you mean "check"?)'),
        (["check", "--formt", "json"], '(did you mean "--format"?)'),
        (["diff", "--staget"], '(did you mean "--staged"?)'),
        (["check", "--format", "jsn"], '(did you mean "json"?)'),
        (["baseline", "wrote"], '(did you mean "write"?)'),
        (["check", "--sel", "LLM1"], "usage: wattlint check"),
        (["check", "--format", "zzz"], "choose from"),
    ],
)
def test_unknown_commands_and_options(project, capsys, arguments, meant):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "usage: wattlint" in said and meant in said


def test_a_broken_configuration_spares_the_files_of_others(project, capsys):
    (project / "other").mkdir()
    (project / "other" / "loaded.py").write_text(LOADED)
    (project / "other" / "also.py").write_text(LOADED)
    (project / "other" / "wattlint.toml").write_text("preview = 3\n")
    assert main(["check", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert err == "other/wattlint.toml:1: preview: must be a boolean, not 3\n"
    assert {finding["path"] for finding in json.loads(out)["findings"]} == {"app/loaded.py"}


def test_a_broken_configuration_is_named_where_no_file_has_a_call(project, capsys):
    (project / "other").mkdir()
    (project / "other" / "plain.py").write_text(PLAIN)
    (project / "other" / "wattlint.toml").write_text("preview = 3\n")
    assert main(["check", "."]) == 2
    assert capsys.readouterr().err == "other/wattlint.toml:1: preview: must be a boolean, not 3\n"


def test_a_suppression_with_a_typo_is_no_suppression(project, capsys):
    (project / "app" / "loaded.py").write_text(LOADED.rstrip() + "  # wattlint: ignore[LLM2O1]\n")
    assert main(["check", "app/loaded.py"]) == 2
    out, err = capsys.readouterr()
    assert "LLM201" in out
    assert err.startswith('app/loaded.py:3: wattlint comment: unknown rule code "LLM2O1"')


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: LLM201,LLM202", "# wattlint: ignore", "# wattlint: ignore[LLM2] measured"]
)
def test_suppressions(project, capsys, comment):
    (project / "app" / "loaded.py").write_text(f"{LOADED.rstrip()}  {comment}\n")
    assert main(["check", "app"]) == 0


def test_no_warning_of_the_parser_reaches_the_user(project, capsys, recwarn):
    (project / "app" / "hosted.py").write_text(HOSTED + "PATTERN = '\\d'\n")
    (project / "app" / "plain.py").write_text(PLAIN + "PATTERN = '\\d'\n")
    main(["check", "app/hosted.py", "app/plain.py"])
    assert not recwarn.list


# Other places for the report


def test_output_file(project, capsys):
    assert main(["check", "--output-file", "report.txt"]) == 1
    assert capsys.readouterr().out == ""
    assert "LLM201" in (project / "report.txt").read_text()


def test_standard_input(project, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOADED.encode())))
    assert main(["check", "-", "--stdin-filename", "app/new.py", "--format", "concise", "--quiet"]) == 1
    assert capsys.readouterr().out.startswith("app/new.py:3:9: LLM201")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOADED.encode())))
    assert main(["estimate", "-", "--stdin-filename", "app/new.py"]) == 0
    assert "\napp/new.py\n" in capsys.readouterr().out


def run(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "wattlint", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        timeout=60,
    )


def test_a_reader_that_stops_early_is_no_error(project):
    command = f"'{sys.executable}' -m wattlint check --format json app | true"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, env=environment, capture_output=True, timeout=60
    )
    assert done.stderr == b""


def test_a_terminal_that_knows_ascii_only(project):
    done = run(project, "estimate", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"p10-p90" in done.stdout


def test_a_file_name_that_is_no_text(project):
    os.rename(project / "app" / "loaded.py", os.fsencode(project / "app" / "lo") + b"\xff\n\x1b[31m.py")
    done = run(project, "check", "--format", "concise", "--quiet")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(rb"app/lo\udcff\n\x1b[31m.py:3:9: LLM201")
    report = json.loads(run(project, "check", "--format", "json").stdout)
    assert os.fsencode(report["findings"][0]["path"]) == b"app/lo\xff\n\x1b[31m.py"


def test_version(project):
    assert run(project, "--version").stdout.decode() == f"wattlint {__version__}\n"


def test_the_version_and_the_help_import_nothing_heavy(project):
    code = "import sys, wattlint.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    heavy = {"pydantic", "yaml", "libcst", "json", "wattlint.run"}
    if sys.version_info < (3, 14):  # whose argparse imports it for its colours
        heavy.add("ast")
    assert not heavy & set(done.stderr.split())


def test_progress_waits_a_second_keeps_to_standard_error_and_leaves_nothing_behind(monkeypatch, capsys):
    from wattlint.reports import progress

    with progress.Progress() as line:
        line(0, 10)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(progress, "PATIENCE_S", 0)
    with progress.Progress() as line:
        line(5, 10)
        line(12, 10)
    out, err = capsys.readouterr()
    steps = err.split("\r")
    assert out == "" and [step for step in steps if step.strip()] == [
        "Reading files: 5 of 10",
        "Reading files: 10 of 10",
    ]
    assert set(steps[-2]) == {" "} and len(steps[-2]) == len("Reading files: 10 of 10") and steps[-1] == ""


def test_a_file_nested_too_deeply_is_named(project, capsys):
    (project / "deep.py").write_text("import openai\nx = " + "(" * 3000 + ")" * 3000 + "\n")
    (project / "long.py").write_text("import openai\nx = " + "-" * 100_000 + "1\n")
    (project / "sum.py").write_text("import openai\nx = " + "+".join(["openai.a()"] * 30_000) + "\n")
    assert main(["check", ".", "deep.py", "--select", "LLM201"]) == 2
    out, err = capsys.readouterr()
    assert "app/loaded.py:3:9: LLM201" in out
    # How much nesting the parser bears depends on the version of Python.
    assert {line.split(":")[0] for line in err.splitlines()} | {"sum.py"} == {"deep.py", "long.py", "sum.py"}
    assert "internal error" not in err


# The other commands


def test_estimate_shows_every_figure_with_its_interval(project, capsys):
    assert main(["estimate"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\napp/hosted.py\n +7  gpt-6-sol .* [\d.]+ m?Wh \([\d.]+–[\d,.]+\) ", out)
    assert "Running the call once: " in out
    assert out.splitlines()[-1] == "2 call sites in 2 of 3 files: 2 models known, 0 unknown"


def test_explain_derives_one_estimate(project, capsys):
    for line in (7, 8, 10):
        assert main(["estimate", "--explain", f"app/hosted.py:{line}"]) == 0
        out = capsys.readouterr().out
        assert "gpt-6-sol" in out and "Wh" in out


def test_rule_prints_the_page(capsys):
    assert main(["rule", "llm201"]) == 0
    assert "## Why it matters" in capsys.readouterr().out


def test_rule_all_lists_every_rule(capsys):
    assert main(["rule", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == sorted(lines)
    assert any(line.startswith("LLM201") for line in lines)


def test_models_says_what_is_known_and_suggests_what_is_near(capsys):
    assert main(["models", "openai/gpt-4o"]) == 0
    assert "gpt-4o" in capsys.readouterr().out
    assert main(["models", "no-such-model-at-all"]) == 2


def test_a_users_own_rule_has_a_page_too(project, capsys):
    ours = (Path(__file__).parent.parent / "rules" / "checks" / "LLM201-full-precision-load.md").read_text(
        encoding="utf-8"
    )
    (project / "rules" / "checks").mkdir(parents=True)
    page = ours.replace("LLM201", "ACM001").replace("full-precision-load", "full-precision-load-too")
    (project / "rules" / "checks" / "ACM001-full-precision-load-too.md").write_text(page, encoding="utf-8")
    (project / "wattlint.toml").write_text('rules-dir = "rules"\n')
    assert main(["rule", "ACM001"]) == 0
    assert "ACM001" in capsys.readouterr().out
    assert main(["check", "--select", "ACM", "--format", "concise", "--quiet"]) == 1
    assert capsys.readouterr().out.startswith("app/loaded.py:3:9: ACM001 ")


def test_the_hook_of_pre_commit_uses_options_that_exist(project, capsys):
    import yaml

    hook = yaml.safe_load(
        (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    )[0]
    command, *arguments = hook["entry"].split()
    assert (command, hook["require_serial"], hook["types_or"]) == ("wattlint", True, ["python", "jupyter"])
    (project / "wattlint.toml").write_text('exclude = ["loaded.py"]\n')
    assert main([*arguments, "app/loaded.py", "app/hosted.py"]) == 0
    assert main([*arguments[:1], "app/loaded.py", "app/hosted.py"]) == 1


def test_an_unreadable_file_is_said_once_on_the_screen_and_in_every_report(project, capsys):
    (project / "broken.py").write_text("import openai\ndef f(:\n")
    assert main(["check", "broken.py", "--format", "concise", "--quiet"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("broken.py:2:1: LLM901 syntax error: ") and err == ""
    assert main(["check", "broken.py", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert [each["code"] for each in json.loads(out)["findings"]] == ["LLM901"]
    assert err.startswith("broken.py:2: syntax error: ")
    assert main(["check", "broken.py", "--ignore", "LLM901"]) == 2
    out, err = capsys.readouterr()
    assert "LLM901" not in out and err.startswith("broken.py:2: syntax error: ")


def test_a_stale_suppression_is_noted_also_where_no_call_is_left(project, capsys):
    stale = project / "app" / "stale.py"
    stale.write_text("x = 1  # noqa: LLM201\ny = 2  # noqa: F401\nz = '# noqa: LLM201'\n")
    assert main(["check", "app", "--format", "concise", "--select", "LLM2,LLM902"]) in (0, 1)
    notes = [line for line in capsys.readouterr().out.splitlines() if "LLM902" in line]
    assert notes == [
        "app/stale.py:1:8: LLM902 `# noqa: LLM201` suppresses nothing: there is no finding of LLM201 here"
    ]
    # Named alone, a file is not judged by lines without a call: what is reported there may belong to another file.
    assert main(["check", "app/stale.py", "--select", "LLM2,LLM902"]) == 0
    assert "LLM902" not in capsys.readouterr().out
    # A rule that is switched off, and folders that are not checked, say nothing about a comment.
    assert main(["check", "app", "--select", "LLM1,LLM902", "--format", "concise"]) in (0, 1)
    assert "stale.py" not in capsys.readouterr().out
    (project / "tests").mkdir()
    stale.rename(project / "tests" / "stale.py")
    assert main(["check", ".", "--select", "LLM2,LLM902", "--format", "concise"]) in (0, 1)
    assert "stale.py" not in capsys.readouterr().out


def test_notes_do_not_change_the_exit_status(project, capsys):
    (project / "note.py").write_text(
        'from openai import OpenAI\n\nOpenAI().responses.create(model="gtp-4o", input="Write a poem.")\n'
    )
    assert main(["check", "note.py"]) == 0
    assert "LLM903 gtp-4o is not in the catalogue" in capsys.readouterr().out
