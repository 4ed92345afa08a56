"""``wattlint check --fix``, ``--unsafe-fixes`` and ``--diff``: what is written, printed and returned."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from fix_rules import write
from jsonschema import validate

from wattlint.cli import main

APP = """\
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B-Instruct", device_map="auto")
print(model.generate)
"""
FIXED = APP.replace('"auto")', '"auto", torch_dtype="auto")')
LARGE = APP.replace("Qwen/Qwen2.5-7B-Instruct", "meta-llama/Llama-3.3-70B-Instruct")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"app.py": APP, "requirements.txt": "transformers<5\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_without_the_option_a_fix_is_announced_and_nothing_is_written(project, capsys):
    assert main(["check"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("app.py:3:9: LLM201 [*] Qwen/")
    assert '\n  = fix: load with torch_dtype="auto" (--fix)\n' in out
    assert "\n[*] 1 fixable with --fix.\n" in out
    assert (project / "app.py").read_text() == APP


def test_fix_writes_and_reports_what_remains(project, capsys):
    assert main(["check", "--fix"]) == 0
    assert capsys.readouterr().out.startswith("Found 1 finding (1 fixed, 0 remaining).\n")
    assert (project / "app.py").read_text() == FIXED
    assert main(["check", "--fix"]) == 0
    assert (project / "app.py").read_text() == FIXED


def test_unsafe_fixes_are_only_applied_when_asked_for(project, capsys):
    (project / "app.py").write_text(LARGE)
    assert main(["check", "--format", "concise"]) == 1
    out = capsys.readouterr().out
    assert "app.py:3:9: LLM202 meta" in out
    assert "[*] 1 fixable with --fix (1 more with --unsafe-fixes)." in out
    assert main(["check", "--fix"]) == 1
    out = capsys.readouterr().out
    assert "Found 2 findings (1 fixed, 1 remaining)." in out and "1 fixable with --fix --unsafe-fixes." in out
    assert "BitsAndBytesConfig" not in (project / "app.py").read_text()
    assert main(["check", "--fix", "--unsafe-fixes"]) == 0
    text = (project / "app.py").read_text()
    assert text.startswith("from transformers import AutoModelForCausalLM, BitsAndBytesConfig\n")
    assert text.count("BitsAndBytesConfig") == 2


def test_diff_shows_what_fix_would_do_and_writes_nothing(project, capsys):
    assert main(["check", "--diff"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("--- app.py\n+++ app.py\n@@ ")
    assert err == "Would fix 1 finding.\n"
    assert (project / "app.py").read_text() == APP
    subprocess.run(["patch", "-s", "-p0"], input=out.encode(), check=True, cwd=project)
    assert (project / "app.py").read_text() == FIXED
    assert main(["check", "--diff"]) == 0
    assert capsys.readouterr() == ("", "No fixes to apply.\n")


def test_diff_of_a_file_without_a_last_line_end(project, capsys):
    (project / "app.py").write_bytes(APP.rstrip("\n").replace("\n", "\r\n").encode())
    assert main(["check", "--diff"]) == 1
    assert "\n\\ No newline at end of file\n" in capsys.readouterr().out


def test_json_carries_the_edits(project, capsys):
    assert main(["check", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    schema = Path(__file__).parents[2] / "docs" / "schemas" / "check.schema.json"
    validate(report, json.loads(schema.read_text()))
    [finding] = report["findings"]
    [edit] = finding["fix"]["edits"]
    assert (finding["fix"]["name"], finding["fix"]["safe"], finding["not_fixed"]) == (
        "load-checkpoint-dtype",
        True,
        None,
    )
    assert (edit["path"], edit["line"], edit["end_line"]) == ("app.py", 3, 3)
    lines = APP.splitlines(keepends=True)
    line = lines[2]
    lines[2] = line[: edit["column"] - 1] + edit["replacement"] + line[edit["end_column"] - 1 :]
    assert "".join(lines) == FIXED


def test_standard_input_is_fixed_to_standard_output(project, capsysbinary, monkeypatch):
    raw = APP.replace("\n", "\r\n").encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert main(["check", "-", "--stdin-filename", "app.py", "--fix"]) == 0
    out, err = capsysbinary.readouterr()
    assert out == FIXED.replace("\n", "\r\n").encode()
    assert b"Found 1 finding (1 fixed, 0 remaining)." in err
    assert (project / "app.py").read_text() == APP


def test_suppressed_findings_are_not_fixed(project):
    text = APP.replace('"auto")\n', '"auto")  # noqa: LLM201\n')
    (project / "app.py").write_text(text)
    assert main(["check", "--fix"]) == 0
    assert (project / "app.py").read_text() == text


def test_findings_of_a_baseline_are_not_fixed(project, capsys):
    assert main(["baseline", "write", "--baseline", "old.json"]) == 0
    (project / "new.py").write_text(APP)
    assert main(["check", "--baseline", "old.json", "--fix"]) == 0
    assert "Found 1 finding (1 fixed, 0 remaining)." in capsys.readouterr().out
    assert (project / "app.py").read_text() == APP
    assert (project / "new.py").read_text() == FIXED


def test_permissions_and_links_stay(project):
    real = project / "real" / "module.py"
    real.parent.mkdir()
    real.write_text(APP)
    real.chmod(0o751)
    (project / "app.py").unlink()
    (project / "app.py").symlink_to("real/module.py")
    assert main(["check", "--fix", "app.py"]) == 0
    assert (project / "app.py").is_symlink() and real.read_text() == FIXED
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o751
    assert sorted(path.name for path in real.parent.iterdir()) == ["module.py"]


def test_nothing_is_written_when_a_file_is_write_protected(project, capsys):
    (project / "other.py").write_text(APP)
    (project / "other.py").chmod(0o444)
    assert main(["check", "--fix"]) == 2
    out, err = capsys.readouterr()
    assert err == "other.py: not fixed: it is write-protected\n"
    assert "Found 2 findings (2 warnings)." in out
    assert (project / "app.py").read_text() == (project / "other.py").read_text() == APP


def test_nothing_is_written_when_a_file_changed_meanwhile(project, capsys, monkeypatch):
    from wattlint import writing

    def late(changed: object) -> object:
        (project / "app.py").write_text("# saved by an editor\n" + APP)
        return original(changed)

    original = writing.write_all
    monkeypatch.setattr(writing, "write_all", late)
    assert main(["check", "--fix"]) == 2
    assert capsys.readouterr().err == "app.py: not fixed: it changed while it was analysed\n"
    assert (project / "app.py").read_text().startswith("# saved by an editor")


def test_a_failing_write_leaves_the_file_and_no_rubbish(project, capsys, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert main(["check", "--fix"]) == 2
    assert "app.py: cannot be written: no space left on device" in capsys.readouterr().err
    assert (project / "app.py").read_text() == APP
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "requirements.txt"]


def test_a_broken_file_does_not_keep_others_from_being_fixed(project, capsys):
    (project / "broken.py").write_text("import openai\nx = = 1\n")
    assert main(["check", "--fix"]) == 2
    assert "broken.py:2:1: LLM901 syntax error" in capsys.readouterr().out
    assert (project / "app.py").read_text() == FIXED


def test_a_broken_file_that_only_others_lead_to_is_still_told_after_a_fix(project, capsys):
    (project / "broken.py").write_text("x = = 1\n")
    caller = "import openai\nfrom broken import client\nclient.messages.create()\n"
    (project / "caller.py").write_text(caller)
    assert main(["check", "--fix"]) == 2
    assert "broken.py:1:1: LLM901 syntax error" in capsys.readouterr().out
    assert (project / "app.py").read_text() == FIXED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "cp1252", "iso2022_jp"])
def test_files_in_other_encodings(project, encoding):
    cookie = "" if encoding == "utf-8-sig" else f"# -*- coding: {encoding} -*-\n"
    note = "# 日本\n" if encoding == "iso2022_jp" else "# größer\n"
    for text, path in ((APP, "app.py"), (FIXED, "wanted.txt")):
        (project / path).write_bytes((cookie + note + text).encode(encoding))
    assert main(["check", "--fix", "app.py"]) == 0
    assert (project / "app.py").read_bytes() == (project / "wanted.txt").read_bytes()


# Origins of names

MODELS = {
    "app/__init__.py": "",
    "app/settings.py": 'SMALL = "gpt-4o-mini"\nMODEL = "claude-2.1"  # ours\n',
    "app/one.py": """\
        from anthropic import Anthropic
        from app.settings import MODEL
        a = Anthropic().messages.create(model=MODEL, max_tokens=9, messages=[])
        """,
    "app/two.py": """\
        from anthropic import Anthropic
        from .settings import MODEL
        b = Anthropic().messages.create(model=MODEL, max_tokens=9, messages=[])
        """,
}


def replace_models(rules: Path, *arguments: str) -> int:
    from fix_rules import CODES

    Path("wattlint.toml").write_text(f'rules-dir = "{rules}"\nselect = ["{CODES["replace-model"]}"]\n')
    return main(["check", *arguments])


def test_a_name_is_replaced_where_it_stands_once(project, rules, capsys):
    (project / "app.py").unlink()
    write(project, MODELS)
    assert replace_models(rules, "--fix", "--unsafe-fixes") == 0
    assert "Found 2 findings (2 fixed, 0 remaining)." in capsys.readouterr().out
    settings = (project / "app" / "settings.py").read_text()
    assert settings == 'SMALL = "gpt-4o-mini"\nMODEL = "claude-sonnet-4-6"  # ours\n'


ASKED = """\
        from anthropic import Anthropic
        client = Anthropic()

        def ask(prompt, model="claude-2.1"):
            return client.messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": prompt}])

        def ask_once(prompt):
            return ask(prompt)
        """
ASKED_TWICE = """\

        def ask_twice(prompt, model="claude-2"):
            return [ask(prompt, model), ask(prompt, model)]
        """


def test_a_finding_at_a_caller_that_comes_to_light_is_fixed_in_the_next_round(project, rules, capsys):
    write(project, {"app.py": ASKED + ASKED_TWICE})
    assert replace_models(rules, "--fix", "--unsafe-fixes") == 0
    assert (project / "app.py").read_text().count('model="claude-sonnet-4-6"') == 2


def test_a_finding_that_comes_to_light_in_another_file_is_fixed_in_the_same_run(project, rules, capsys):
    (project / "app.py").unlink()
    caller = "        from client import ask\n" + ASKED_TWICE
    write(project, {"client.py": ASKED, "caller.py": caller})
    assert replace_models(rules, "--fix", "--unsafe-fixes") == 0
    for name in ("client.py", "caller.py"):
        assert 'model="claude-sonnet-4-6"' in (project / name).read_text()


def test_an_origin_outside_the_paths_is_left_alone_and_said(project, rules, capsys):
    write(project, MODELS)
    assert replace_models(rules, "app/one.py", "--fix", "--unsafe-fixes") == 1
    reason = "the name stands in app/settings.py:2, outside the files that are linted"
    assert f"\n  = not fixed: {reason}\n" in capsys.readouterr().out
    assert replace_models(rules, "app/one.py", "--diff", "--unsafe-fixes") == 0
    assert reason in capsys.readouterr().err
    assert (project / "app" / "settings.py").read_text() == MODELS["app/settings.py"]


def test_an_origin_that_is_no_python_is_left_alone_and_said(project, rules, capsys):
    write(
        project,
        {
            "config.yaml": "model: claude-2.1\n",
            "app.py": """\
                import yaml
                from anthropic import Anthropic
                config = yaml.safe_load(open("config.yaml"))
                a = Anthropic().messages.create(model=config["model"], max_tokens=9, messages=[])
                """,
        },
    )
    assert replace_models(rules, "--fix", "--unsafe-fixes") == 1
    assert "the name stands in config.yaml:1, which is no Python" in capsys.readouterr().out
    assert (project / "config.yaml").read_text() == "model: claude-2.1\n"
