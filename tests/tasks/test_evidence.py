"""Evidence beyond the words, from a file to the JSON that users read. ``calls.txt`` holds one call a function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wattlint.cli import main

SOURCE = Path(__file__).with_name("calls.txt")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Function name, or name of a bound agent, -> its call; ``*``: all."""
    file = tmp_path_factory.mktemp("evidence") / "calls.py"
    file.write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    target = file.with_suffix(".json")
    main(["estimate", str(file), "--format", "json", "--output-file", str(target)])
    found = json.loads(target.read_text(encoding="utf-8"))["sites"]
    lines = file.read_text(encoding="utf-8").splitlines()
    return {"*": found} | {
        call["function"] or lines[call["line"] - 1].split(" =")[0]: call
        for call in found
        if call["kind"] == "call" or not call["function"]
    }


@pytest.mark.parametrize(
    ("function", "task", "confidence", "evidence"),
    [
        ("schema_literal", "label-classification", "high", 'Verdict allows only "billing"'),
        ("json_schema_enum", "sentiment", "high", 'JSON schema allows only "positive"'),
        ("five_tokens", "label-classification", "medium", "at most 3 output tokens"),
        ("bias_only", "label-classification", "medium", "logit_bias"),
        ("stop_words", "label-classification", "low", ""),
        ("compared", "spam", "high", 'compared with "yes"'),
        ("in_tuple", "sentiment", "high", 'compared with "positive", "negative"'),
        ("as_int", "counting", "high", "converted with int()"),
        ("rematch", "sentiment", "high", 'matched against "positive", "negative"'),
        ("starts", "toxicity", "high", 'startswith("yes")'),
        ("looked_up", "label-classification", "high", 'looked up among "billing", "sales"'),
        ("few_shot", "label-classification", "medium", "few-shot answers: cancel, delivery"),
        ("tool_schema", "label-classification", "high", 'takes only "bug", "feature"'),
        ("instructor_model", "label-classification", "high", "Verdict allows only"),
        ("instructor_bool", "spam", "high", "IsSpam holds one bool"),
        ("structured", "label-classification", "high", "Verdict allows only"),
        ("structured_direct", "label-classification", "high", "Verdict allows only"),
        ("agent", "label-classification", "high", "Verdict allows only"),
        ("agent2", "sentiment", "high", 'Mood allows only "positive", "negative"'),
        ("agent3", "spam", "high", "output_type is bool"),
        ("agent4", "sentiment", "high", 'output_type allows only "positive", "negative"'),
        ("with_dspy", "sentiment", "high", 'sentiment allows only "positive", "negative"'),
        ("with_dspy_inline", "sentiment", "high", "sentiment is bool"),
        ("chain", "translation", "medium", ""),
        ("german", "translation", "medium", ""),
        ("classify_sentiment", "sentiment", "low", "name `classify_sentiment`"),
    ],
)
def test_evidence(calls: dict[str, Any], function: str, task: str, confidence: str, evidence: str) -> None:
    verdict = calls[function]["task"]
    assert (verdict["name"], verdict["confidence"]) == (task, confidence)
    assert any(evidence in clause for clause in verdict["evidence"])


def test_what_tells_about_the_answer_is_not_the_answer(calls: dict[str, Any]) -> None:
    assert "converted" in str(calls["as_int"])
    assert "converted" not in str(calls["tokens_as_int"])
    assert "startswith" not in str(calls["model_asserted"])


def test_an_agent_s_call_keeps_the_type_it_was_made_with(calls: dict[str, Any]) -> None:
    made = [call for call in calls["*"] if call["function"] == "ask_agent"]
    assert [(call["task"]["name"], call["task"]["confidence"]) for call in made] == [
        ("label-classification", "high"),
        ("sentiment", "high"),
        ("spam", "high"),
        ("sentiment", "high"),
    ]


def test_a_format_of_plain_text_is_no_json(calls: dict[str, Any]) -> None:
    assert calls["plain_text"]["task"]["name"] == "spam"
    assert "JSON" not in str(calls["plain_text"])
