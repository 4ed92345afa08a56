"""Whether one call is given several prompts: a list of texts or conversations, not the messages of one conversation."""

from __future__ import annotations

import ast

from wattlint.callsites import tokenized
from wattlint.callsites.holes import called
from wattlint.callsites.prompts import MESSAGE_CLASSES, role_of
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.values import Mapping, Result, Sequence, Text, Value, alternatives

LIST_MAKERS = frozenset({"tolist", "to_list", "split", "rsplit", "splitlines", "readlines"})
"""Methods that give a list, whatever their object is."""
MAX_ITEMS = 12
MAX_STEPS = 4


def batch_size(value: Value | None) -> int | None:
    """Number of prompts when a plain list of texts is passed."""
    if value is None:
        return None
    one = alternatives(value)[0]
    if isinstance(one, Sequence) and one.kind == "list" and not one.open and not one.repeated and one.items:
        texts = [item[0] if isinstance(item, tuple) else item for item in one.items]
        if all(isinstance(item, (ast.Constant, ast.JoinedStr, Text)) for item in texts):
            return len(texts)
    return None


def are_sent(ev: Evaluator, value: Value | None, steps: int = MAX_STEPS) -> bool:
    """It may be a list of more than one prompt, given as it is or through a tokenizer."""
    for one in alternatives(value) if value is not None else ():
        text = tokenized.source(ev, one) if steps else None
        if text is not None:
            if are_sent(ev, ev.force(text), steps - 1):
                return True
        elif isinstance(one, Result):
            if one.call is not None and called(one)[0] in LIST_MAKERS:
                return True
        elif isinstance(one, Sequence) and one.kind == "list":
            many = one.open or one.repeated or len(one.items) > 1
            if many and not any(_is_message(ev, ev.force(item)) for item in one.items[:MAX_ITEMS]):
                return True
    return False


def _is_message(ev: Evaluator, value: Value) -> bool:
    """``{"role": ..., "content": ...}``, ``HumanMessage(...)``, ``("user", ...)``."""
    for one in alternatives(value):
        if isinstance(one, Mapping) and "role" in one.entries:
            return True
        if isinstance(one, Result) and called(one)[0] in MESSAGE_CLASSES:
            return True
        if isinstance(one, Sequence) and one.kind == "tuple" and len(one.items) == 2:
            return role_of(alternatives(ev.force(one.items[0]))[0]) is not None
    return False
