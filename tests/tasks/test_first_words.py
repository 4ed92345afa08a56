"""The index by first word leaves out only patterns that cannot match."""

from __future__ import annotations

import re
import time

import pytest

from wattlint.callsites.tasks.demands import demands
from wattlint.callsites.tasks.instruction import read_instruction
from wattlint.callsites.tasks.template import read_template
from wattlint.catalogue.schema.first_words import first_words
from wattlint.catalogue.schema.tasks import read_tasks
from wattlint.catalogue.store import rules_folder, section


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?:find|get)\s+x", ("find", "get")),
        (r"translate\b(?!x)", ("translate",)),
        (r"de-?dup(?:licate|e)\s", ("de", "dedupe", "deduplicate")),
        (r"analy[sz]e\s", ("analyse", "analyze")),
        (r"(?:the |a )*find ", ("a", "find", "the")),
        (r"spell[- ]?check\b", ("spell", "spellcheck")),
        (r"\w+ x", None),
        (r"trans", None),
        (r"(?:x)?", None),
    ],
)
def test_first_words_of_a_pattern(pattern: str, words: tuple[str, ...] | None) -> None:
    assert first_words(pattern) == words


def test_no_match_is_lost_to_the_index() -> None:
    entries = [entry for task in section("tasks")["tasks"] for entry in task["recognise"]["demand"]]
    indexed = [(re.compile(pattern), words) for pattern, words in entries]
    assert all(words for _, words in indexed), "a pattern that any word may begin is tried on every demand"
    matched = 0
    for task in read_tasks(rules_folder() / "tasks"):
        for text in task.examples.positive:
            for demand in demands(read_instruction(read_template(text)).sentences):
                first = re.match("[a-z]+", demand.text)
                for pattern, words in indexed:
                    if pattern.match(demand.text):
                        matched += 1
                        assert first and first[0] in words, (demand.text, pattern.pattern)
    assert matched > 300


@pytest.mark.parametrize("unit", ["the ", "all of the ", "{x} ", "of the two ", "email, and ", "only me "])
def test_no_pattern_backtracks_exponentially(unit: str) -> None:
    """A loop in a loop takes 2 ** 16 steps and more on these."""
    for task in section("tasks")["tasks"]:
        for pattern, words in task["recognise"]["demand"]:
            compiled = re.compile(pattern)
            text = f"{words[0]} {unit * 16}zz"
            start = time.process_time()
            compiled.match(text)
            assert time.process_time() - start < 0.05, (task["name"], pattern)
