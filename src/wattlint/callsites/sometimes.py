"""What of a prompt is only sometimes sent: ``if error: prompt += "Fix the JSON."`` does not make the call a repair."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from wattlint.semantics.scopes import Branch, Spot, is_handler
from wattlint.semantics.values import Const, Gap, Text, Thunk, Unknown, Value

Pieces = list["str | Gap"]


def base(whole: Const | Text, options: Sequence[Value]) -> Value | None:
    """The one of ``options`` to which ``whole`` only adds; None where it adds to none."""
    return next((one for one in options if one is not whole and _adds_to(whole, one)), None)


def _adds_to(whole: Const | Text, other: Value) -> bool:
    pieces = _pieces(whole)
    if not isinstance(other, (Const, Text)):  # the text of somebody else, in the place of a hole
        return any(isinstance(piece, Gap) and _is_same(piece.value, other) for piece in pieces)
    start = _pieces(other)
    if not start or start == [""]:
        return False
    *full, last = start
    if not all(_is_equal(mine, theirs) for mine, theirs in zip(pieces, full)) or len(pieces) < len(start):
        return False
    mine = pieces[len(full)]
    return mine.startswith(last) if isinstance(mine, str) and isinstance(last, str) else _is_equal(mine, last)


def _pieces(value: Const | Text) -> Pieces:
    return list(value.pieces) if isinstance(value, Text) else [str(value.value)]


def _is_equal(mine: str | Gap, theirs: str | Gap) -> bool:
    if isinstance(mine, Gap) and isinstance(theirs, Gap):
        return _is_same(mine.value, theirs.value)
    return mine == theirs


def _is_same(mine: Value, theirs: Value) -> bool:
    return mine is theirs or (
        isinstance(mine, Unknown) and isinstance(theirs, Unknown) and mine.why == theirs.why
    )


def optional(items: Sequence[Thunk], around: Spot) -> list[bool]:
    """Which items of a list are put into it under a condition that the call itself (at ``around``) does not stand in."""
    written = [item[2].branches for item in items if isinstance(item, tuple)]
    if not any(written):
        return [False] * len(items)
    certain = {_key(branch) for branch in around.branches}
    certain |= set.intersection(*({_key(one) for one in branches} for branches in written))
    return [
        isinstance(item, tuple)
        and any(_is_condition(one) and _key(one) not in certain for one in item[2].branches)
        for item in items
    ]


def _key(branch: Branch) -> tuple[int, str]:
    return id(branch[0]), branch[1]


def _is_condition(branch: Branch) -> bool:
    return isinstance(branch[0], ast.If) or is_handler(branch)
