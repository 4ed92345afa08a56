"""Paths of files: ``pathlib`` and ``os.path`` over texts. A path is the text that it is written as."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wattlint.semantics import strings
from wattlint.semantics.values import Const, Gap, Sequence, Text, Thunk, Unknown, Value, alternatives

if TYPE_CHECKING:
    import ast

    from wattlint.semantics.arguments import Arguments
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame
    from wattlint.semantics.scopes import Spot

READERS = frozenset({"open", "read_text", "read_bytes"})
"""Methods of a path that open its file: their results are followed where a file's content is asked for."""
SAME_PATH = frozenset({"resolve", "absolute", "expanduser", "as_posix"})
MAX_PARENTS = 20


def join(ev: Evaluator, parts: list[Thunk]) -> Value:
    """``Path(a, b)``, ``os.path.join(a, b)``."""
    pieces: list[str | Gap] = []
    for number, thunk in enumerate(parts):
        if number:
            pieces.append("/")
        written = strings.source(thunk[0]) if isinstance(thunk, tuple) else "..."
        pieces.extend(strings.pieces_of(alternatives(ev.force(thunk))[0], written))
    return strings.build(pieces)


def joined(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    return join(ev, given.positional)


def dirname(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Unknown("path")
    if isinstance(first, Const) and isinstance(first.value, str):
        return Const(os.path.dirname(first.value))
    return Unknown("path")


def attribute(owner: Const, name: str) -> Value | None:
    """``path.parent`` and ``path.parents``; None for other attributes."""
    if not isinstance(owner.value, str):
        return None
    if name == "parent":
        return Const(owner.value.rpartition("/")[0], owner.origin)
    if name == "parents":
        found: list[Value] = []
        folder = owner.value
        while "/" in folder and len(found) < MAX_PARENTS:
            folder = folder.rpartition("/")[0]
            found.append(Const(folder, owner.origin))
        return Sequence(tuple(found), kind="tuple")
    return None


def method(ev: Evaluator, owner: Const | Text, name: str, given: list[Thunk]) -> Value | None:
    """A method that only paths have; None for others."""
    if name in SAME_PATH:
        return owner
    if name == "joinpath":
        return join(ev, [owner, *given])
    if name in ("with_name", "with_suffix") and isinstance(owner, Const) and given:
        new = alternatives(ev.force(given[0]))[0]
        if isinstance(new, Const) and isinstance(new.value, str):
            folder, _, last = str(owner.value).rpartition("/")
            changed = new.value if name == "with_name" else os.path.splitext(last)[0] + new.value
            return Const(f"{folder}/{changed}" if folder else changed)
    return None
