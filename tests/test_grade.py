"""The energy grade: relative to the smallest adequate solver, silent where no task is recognised."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from wattlint.cli import main
from wattlint.impact.grade import LETTERS, SCALE, letter

CALL = "client.chat.completions.create(model={model!r}, messages=[{{'role': 'user', 'content': {prompt!r} + text}}])"
SPAM = "Is this email spam? Answer yes or no. "
EMAILS = "Extract all email addresses from the text below. Return only the addresses.\n\n"
STORY = "Write a short story about the following characters: "
UNKNOWN = "Consider this. "


def badge(tmp_path: Path, capsys: pytest.CaptureFixture[str], *calls: tuple[str, str]) -> str:
    lines = ["from openai import OpenAI", "client = OpenAI()", "def run(text):"]
    lines += [f"    {CALL.format(model=model, prompt=prompt)}" for model, prompt in calls]
    (tmp_path / "app.py").write_text("\n".join(lines) + "\n")
    assert main(["badge", str(tmp_path), "--format", "json", "-q"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schemaVersion"] == 1 and data["label"] == "LLM energy"
    return str(data["message"])


def test_the_scale_has_no_gap() -> None:
    assert [letter(end) for _, end in SCALE] == list(LETTERS[1:])
    assert [letter(end * 0.999) for _, end in SCALE] == list(LETTERS[:-1])
    assert letter(1.0) == "A" and letter(1e9) == "G"


def test_a_task_for_code_done_by_a_large_model_is_g(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert badge(tmp_path, capsys, ("gpt-4o", EMAILS)) == "G (1 of 1 calls)"


def test_a_task_that_needs_a_language_model_is_a(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert badge(tmp_path, capsys, ("gpt-4o", STORY)) == "A (1 of 1 calls)"


def test_unknown_tasks_and_unknown_models_are_not_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert badge(tmp_path, capsys, ("gpt-4o", UNKNOWN), ("no-such-model", SPAM)) == "not graded"


def test_the_badge_says_on_how_many_calls_it_rests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert badge(tmp_path, capsys, ("gpt-4o", SPAM), ("gpt-4o", UNKNOWN)).endswith("(1 of 2 calls)")


def test_a_larger_model_never_grades_better(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = badge(tmp_path, capsys, ("gpt-4o-mini", SPAM))
    large = badge(tmp_path, capsys, ("gpt-4", SPAM))
    assert LETTERS.index(large[0]) >= LETTERS.index(small[0])


def test_the_svg_is_xml_and_says_what_the_json_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = badge(tmp_path, capsys, ("gpt-4o", EMAILS))
    assert main(["badge", str(tmp_path), "-o", str(tmp_path / "badge.svg")]) == 0
    svg = ElementTree.fromstring((tmp_path / "badge.svg").read_text())
    assert svg.get("aria-label") == f"LLM energy: {message}"


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.py").write_text("import openai\nopenai.(\n")
    assert main(["badge", str(tmp_path)]) == 2
    assert "broken.py" in capsys.readouterr().err
