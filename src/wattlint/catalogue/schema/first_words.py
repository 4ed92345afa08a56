"""The words a pattern can begin with, read from the pattern: an index that spares most of the matching.

``(?:find|get)\\s+the date`` begins with ``find`` or ``get``, so no demand with another verb can match it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

MAX_WORDS = 400
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


class _Open(Exception):
    """The pattern may begin with any word."""


def first_words(pattern: str) -> tuple[str, ...] | None:
    """Every run of a-z that a text matched by ``pattern`` can start with; None when that cannot be told."""
    try:
        ends, running = _follow(parser.parse(pattern), {""})
    except _Open:
        return None
    return tuple(sorted(ends)) if ends and not running and "" not in ends else None


def _follow(items: Iterable[tuple[Any, Any]], running: set[str]) -> tuple[set[str], set[str]]:
    """(words that ended, words that go on) after ``items``, when the words of ``running`` stand before them."""
    ended: set[str] = set()
    for operation, argument in items:
        if not running:
            break
        stopped, running = _step(str(operation), argument, running)
        ended |= stopped
        if len(ended) + len(running) > MAX_WORDS:
            raise _Open
    return ended, running


def _step(operation: str, argument: Any, running: set[str]) -> tuple[set[str], set[str]]:
    if operation == "LITERAL":
        letter = chr(argument)
        return (set(), {word + letter for word in running}) if letter in LETTERS else (running, set())
    if operation == "SUBPATTERN":
        return _follow(argument[3], running)
    if operation == "BRANCH":
        ended: set[str] = set()
        going: set[str] = set()
        for branch in argument[1]:
            stopped, on = _follow(branch, running)
            ended |= stopped
            going |= on
        return ended, going
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        low, high, items = argument
        return _repeat(low, high, items, running)
    if operation == "IN":
        letters = {letter for member in argument for letter in _letters(*member)}
        others = any(not _letters(*member) for member in argument)
        return running if others else set(), {word + letter for word in running for letter in letters}
    if operation == "AT":
        return {word for word in running if word}, running & {""}
    if operation in ("ASSERT", "ASSERT_NOT"):
        return set(), running  # looks, takes nothing
    raise _Open


def _repeat(
    low: int, high: int, items: Iterable[tuple[Any, Any]], running: set[str]
) -> tuple[set[str], set[str]]:
    """Nothing, once, or more: more than once only where the first time ends the word."""
    ended, going = _follow(items, running)
    if going - running and high > 1:
        raise _Open
    return ended, going | running if low == 0 else going


def _letters(kind: object, value: Any) -> str:
    """The letter that this member of a character class is, if any."""
    if str(kind) == "LITERAL":
        return chr(value) if chr(value) in LETTERS else ""
    if str(kind) == "CATEGORY" and str(value) in ("CATEGORY_SPACE", "CATEGORY_NOT_WORD", "CATEGORY_DIGIT"):
        return ""
    raise _Open
