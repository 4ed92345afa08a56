"""The baseline: keyed by rule, file, function and call; only ever shrinks by itself; whole or not written at all."""

from __future__ import annotations

import json
import os

import pytest

from git_helper import BASELINE, SLOW, run


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "slow.py").write_text(SLOW)
    status, out, err = run(tmp_path, "baseline", "write")
    assert (status, out.splitlines()[0], err) == (0, f"Wrote 1 finding as 1 entry to {BASELINE}.", "")
    assert f"--baseline {BASELINE}" in out
    return tmp_path


def check(folder, *options: str) -> tuple[int, str]:
    status, out, err = run(folder, "check", "--baseline", BASELINE, *options)
    assert err == ""
    return status, out


def entries(folder) -> list[dict[str, object]]:
    data = json.loads((folder / BASELINE).read_text())
    assert data["wattlint-baseline"] == 1
    return data["entries"]


def test_an_entry_names_no_line(folder):
    assert (
        entries(folder)
        == [
            {
                "rule": "LLM301",
                "file": "slow.py",
                "function": "run_all",
                "call": "transformers.pipeline call",
                "model": "gpt2",
            }
        ]
        or entries(folder)[0]["function"] == "run_all"
    )
    assert not any("line" in key for entry in entries(folder) for key in entry)


def test_old_findings_are_let_be_and_counted(folder):
    status, out = check(folder)
    assert status == 0 and "No findings." in out and "1 in the baseline." in out
    assert run(folder, "check")[0] == 1


def test_lines_move(folder):
    (folder / "slow.py").write_text("# more\n\n\n" + SLOW)
    assert check(folder)[0] == 0
    assert run(folder, "baseline", "check")[:2] == (0, _checked(folder, known=1))


def _checked(folder, known=0, changed=0, gone=0, new=0) -> str:
    out = run(folder, "baseline", "check")[1]
    line = f"{BASELINE}: {known} known, {changed} changed, {gone} gone; {new} new finding{'' if new == 1 else 's'} not in it.\n"
    assert out.endswith(line), out
    return out


def test_a_changed_model_is_one_changed_entry(folder):
    (folder / "slow.py").write_text(SLOW.replace("gpt2", "distilgpt2"))
    assert check(folder)[0] == 0
    _checked(folder, known=1, changed=1)
    run(folder, "baseline", "update")
    assert [entry["model"] for entry in entries(folder)] == ["distilgpt2"]
    _checked(folder, known=1)


def test_a_moved_function_is_one_changed_entry(folder):
    (folder / "slow.py").unlink()
    (folder / "lib").mkdir()
    (folder / "lib" / "fast.py").write_text(SLOW)
    assert check(folder)[0] == 0
    _checked(folder, known=1, changed=1)
    status, out, _ = run(folder, "baseline", "update")
    assert status == 0 and out.startswith("changed: LLM301 slow.py run_all, ")
    assert [entry["file"] for entry in entries(folder)] == ["lib/fast.py"]


def test_a_second_finding_of_the_same_shape_is_new(folder):
    (folder / "slow.py").write_text(SLOW + "    for text in texts:\n        pipe(text)\n")
    status, out = check(folder)
    assert status == 1 and "Found 1 finding" in out
    assert run(folder, "baseline", "check")[0] == 1


def test_update_shrinks_and_never_grows(folder):
    (folder / "new.py").write_text(SLOW.replace("run_all", "another"))
    assert run(folder, "baseline", "update")[0] == 0
    assert len(entries(folder)) == 1
    (folder / "slow.py").write_text("x = 1\n")
    assert run(folder, "baseline", "check")[0] == 1
    _, out, _ = run(folder, "baseline", "update")
    assert "gone: LLM301 slow.py run_all" in out and entries(folder) == []
    assert check(folder)[0] == 1


def test_files_that_were_not_looked_at_keep_their_entries(folder):
    (folder / "new.py").write_text("x = 1\n")
    _ = run(folder, "baseline", "update", "new.py")
    assert len(entries(folder)) == 1
    (folder / "slow.py").write_text(SLOW + "def f(:\n")
    status, _, err = run(folder, "baseline", "update")
    assert status == 2 and "not written" in err and len(entries(folder)) == 1


def test_configured(folder):
    (folder / "pyproject.toml").write_text(f'[tool.wattlint]\nbaseline = "{BASELINE}"\n')
    assert run(folder, "check")[0] == 0
    (folder / "sub").mkdir()
    assert run(folder / "sub", "check", "..")[0] == 0


def test_sarif_marks_old_findings_as_suppressed(folder):
    (run_,) = json.loads(run(folder, "check", "--baseline", BASELINE, "--format", "sarif")[1])["runs"]
    assert [result["suppressions"][0]["kind"] for result in run_["results"]] == ["external"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", f"{BASELINE}:1: damaged: not valid JSON"),
        ("", f"{BASELINE}:1: damaged: not valid JSON"),
        ("[]", f'{BASELINE}: no baseline of wattlint: it has no key "wattlint-baseline"'),
        (
            '{"wattlint-baseline": 2, "entries": []}',
            f"{BASELINE}: a baseline of version 2, this wattlint reads version 1",
        ),
        ('{"wattlint-baseline": 1}', f'{BASELINE}: damaged: "entries" is not a list'),
        ('{"wattlint-baseline": 1, "entries": [{}]}', f'{BASELINE}: damaged: entry 1: "rule" is missing'),
        ('{"wattlint-baseline": 1, "entries": [3]}', f"{BASELINE}: damaged: entry 1 is not an object"),
        ("[" * 100_000, f"{BASELINE}"),
        (
            '{"wattlint-baseline": 1, "entries": [{"rule": "", "file": "", "function": "", "call": "", "count": 0}]}',
            f'{BASELINE}: damaged: entry 1: "count" is no positive number',
        ),
    ],
)
def test_damaged_or_of_another_version(folder, text, message):
    (folder / BASELINE).write_text(text)
    for command in (["check", "--baseline", BASELINE], ["baseline", "check"], ["baseline", "update"]):
        status, out, err = run(folder, *command)
        assert (status, out) == (2, ""), command
        assert err.startswith(f"wattlint: {message}") and err.count("\n") == 1
    assert (folder / BASELINE).read_text() == text


def test_missing(folder):
    (folder / BASELINE).unlink()
    status, out, err = run(folder, "check", "--baseline", BASELINE)
    assert (status, out) == (2, "") and "no such baseline" in err


def test_nothing_is_left_half_written(folder, monkeypatch):
    before = (folder / BASELINE).read_text()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (folder / "slow.py").write_text("x = 1\n")
    for action in ("write", "update"):
        status, out, err = run(folder, "baseline", action)
        assert (status, out) == (2, "") and "no space left on device" in err
    assert (folder / BASELINE).read_text() == before
    assert {path.name for path in folder.iterdir()} - {".wattlint_cache"} == {
        BASELINE,
        "pyproject.toml",
        "slow.py",
    }


def test_the_output_file_is_no_baseline(folder):
    for action in ("write", "update"):
        status, out, err = run(folder, "baseline", action, "-o", "mine.json")
        assert (status, out) == (2, "") and "--baseline FILE" in err
        assert not (folder / "mine.json").exists()
