"""``benchmarks/score_tasks.py`` on a few prompts of our own."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "score_tasks.py"
ROWS = [
    ("Extract all email addresses from {text}", "code"),
    ("Translate the following text to {language}: {text}", "small-model"),
    ("Write a poem about {topic}.", "llm"),
    ("{prompt}", "cannot-tell"),
]


def test_prints_both_tables_and_the_bars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("\n".join(json.dumps({"prompt": prompt, "label": label}) for prompt, label in ROWS))
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(file)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    printed = capsys.readouterr().out
    assert "confidence medium or above" in printed
    assert "code and small-model together (medium or above): 1.000 (2/2)" in printed
    assert "labelled llm that get code: 0.000 (0/1)" in printed
