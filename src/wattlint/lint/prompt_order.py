"""In which order fixed and changing parts of a prompt are sent, and what is seen of its purpose without a task."""

from __future__ import annotations

import re
from typing import NamedTuple

from wattlint.callsites.facts import Hole, Prompt
from wattlint.regexes import regex

ANOTHER = regex(
    r"random|creativ|joke|different|unique|surpris|today|tonight|tomorrow|current|latest|\bnow\b|\bnews?\b|generate|invent"
    r"|suggest|\bideas?\b|story|poem|quote|riddle|fresh|another|attach|image|above|hello|\btests?\b|\bping\b|weather",
    re.IGNORECASE,
)
"""Words of prompts whose answer is meant to be another one each time, or that lean on what is not written in them."""
PROBE = regex(r"test|check|health|ping|verif|valid|warm|demo|example|bench|probe", re.IGNORECASE)
"""In names of functions that only see whether a service answers, or show how it is called."""
NEW_EACH_TIME = regex(r"\b(?:now|utcnow|time|time_ns|uuid\d?|token_hex|randint|random|perf_counter)\(")
"""Calls whose result is another one each time."""
FORMAT = r"\b(?P<{}>JSON|YAML|XML|CSV)\b"
REPAIR = regex(
    r"\b(?:fix|repair|correct)\b(?! (?:JSON|YAML|XML|CSV))[^.?!]{0,50}?"
    + FORMAT.format("fixed")
    + r"|\b(?:convert|reformat|rewrite|turn|transform)\b[^.?!]{0,40}?\b(?:into|to|as|in)\b[^.?!]{0,20}?"
    + FORMAT.format("made")
    + r"|\b(?:invalid|malformed|broken|not valid|unparsable|unparseable)\s+"
    + FORMAT.format("broken"),
    re.IGNORECASE | re.DOTALL,
)
ANSWER = regex(
    r"response|answer|output|completion|result|reply|content|malformed|invalid|broken|raw|bad|text|json",
    re.IGNORECASE,
)
"""Names of what a model said before, where that is known to be no good."""
SAID = regex(r"response|answer|output|completion|result|reply", re.IGNORECASE)
"""Names of what a model said before, not of a document."""
LONGEST_REPAIR = 800
"""Characters: longer prompts ask for more than a repair."""


class Order(NamedTuple):
    prefix_tokens: int
    """Literal text before the first hole."""
    early_hole: str | None
    """The first hole whose filling differs from call to call, as written."""
    late_tokens: int
    """Literal text after it."""


def of(prompt: Prompt) -> Order | None:
    from wattlint.impact.tokens import count_tokens

    if not prompt.complete:
        return None
    pieces = [piece for part in prompt.parts for piece in part.pieces]
    first = next((place for place, piece in enumerate(pieces) if isinstance(piece, Hole)), len(pieces))
    early = next(
        (place for place, piece in enumerate(pieces) if isinstance(piece, Hole) and _changes(piece)), None
    )
    late = pieces[early + 1 :] if early is not None else []
    hole = pieces[early] if early is not None else None
    return Order(
        count_tokens(_literal(pieces[:first])).tokens,
        hole.name if isinstance(hole, Hole) else None,
        count_tokens(_literal(late)).tokens,
    )


def _changes(hole: Hole) -> bool:
    return hole.kind == "loop-item" or NEW_EACH_TIME.search(hole.name) is not None


def _literal(pieces: list[str | Hole]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))


def asks_for_new(prompt: Prompt) -> bool:
    return ANOTHER.search(prompt.static_text) is not None


def is_probe(function: str | None) -> bool:
    return function is not None and PROBE.search(function) is not None


def repairs(prompt: Prompt) -> str | None:
    """The format that an answer in a hole is to be brought into."""
    prompt = prompt.least
    text = prompt.static_text
    if not prompt.holes or len(text) > LONGEST_REPAIR:
        return None
    found = REPAIR.search(text)
    if found is None:
        return None
    said = SAID if found["made"] else ANSWER
    if not any(said.search(hole.name.replace("json.dumps", "")) for hole in prompt.holes):
        return None
    return str(next(filter(None, found.groups()))).upper()
