"""``benchmarks/score_tasks.py`` on a few prompts of our own."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from wattlint.callsites.facts import OutputContract
from wattlint.callsites.tasks import recognise
from wattlint.callsites.tasks.template import read_template

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "score_tasks.py"
OWN = Path(__file__).with_name("prompts.jsonl")
"""Prompts in the style of public code, labelled by hand; not examples of any one task."""
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


def test_the_bars_hold_on_our_own_labelled_prompts() -> None:
    rows = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    judged = [(row["label"], recognise(read_template(row["prompt"]), OutputContract())) for row in rows]
    sure = [
        (label, v.solver)
        for label, v in judged
        if v and v.confidence != "low" and v.solver in ("code", "small-model")
    ]
    assert sum(label == solver for label, solver in sure) >= 0.9 * len(sure)
    for label, bar in (("code", 0.75), ("small-model", 0.6)):
        found = [v is not None and v.solver == label for wanted, v in judged if wanted == label]
        assert sum(found) >= bar * len(found)
    assert not [v for label, v in judged if label == "llm" and v and v.solver == "code"]
