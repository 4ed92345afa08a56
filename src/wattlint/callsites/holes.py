"""What fills the parts of a prompt that are not literal, told from where their values come."""

from __future__ import annotations

from collections.abc import Iterator

from wattlint.callsites.facts import Hole
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.values import (
    Const,
    Element,
    External,
    Member,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
)

TEMPLATE_METHODS = frozenset({"from_template", "from_messages", "from_file", "from_examples"})
MAX_STEPS = 8
MEDIA_MAKERS = frozenset(
    {
        "from_bytes",
        "from_uri",
        "from_data",
        "from_image",
        "upload",
        "upload_file",
        "get_file",
        "load_from_file",
    }
)
"""Methods that give a picture, a recording or an uploaded file (google-genai 3.6, google-generativeai 0.8, vertexai 2.7)."""


def pieces(ev: Evaluator, value: Const | Text) -> tuple[str | Hole, ...]:
    """A text, with a hole for each part of it that is not literal."""
    if isinstance(value, Const):
        return (str(value.value),)
    return tuple(
        piece if isinstance(piece, str) else Hole(piece.source, hole_kind(ev, piece.value))
        for piece in value.pieces
    )


def hole_kind(ev: Evaluator, value: Value) -> str:
    """What a hole is likely filled with."""
    for one in alternatives(value):
        if _is_of_loop(ev, one):
            return "loop-item"
        if isinstance(one, Unknown):
            return "parameter" if one.why.startswith("parameter") else "value"
        if isinstance(one, Sequence):
            return "history" if one.repeated or one.open else "value"
        if isinstance(one, (Result, Element)):
            name = called(one)[0] if isinstance(one, Result) else ""
            if name in MEDIA_MAKERS or _is_picture(one):
                return "image"
            return "file" if name in ("read", "read_text", "load", "getvalue") else "value"
    return "value"


def called(value: Result) -> tuple[str, Value | None]:
    """The name of what was called for a value, and what it was a method of."""
    callee = alternatives(value.callee)[0]
    if isinstance(callee, Member):
        return callee.name, callee.owner
    path = getattr(callee, "path", "")
    head, _, last = path.rpartition(".")
    if last in TEMPLATE_METHODS:
        return last, External(head)
    return last, None


def _is_picture(value: Value) -> bool:
    """``PIL.Image.open(file)``, also through ``.convert("RGB")``."""
    *_, root = _taken_from(value)
    path = getattr(alternatives(root.callee)[0], "path", "") if isinstance(root, Result) else ""
    return isinstance(path, str) and path.startswith("PIL.")


def _is_of_loop(ev: Evaluator, value: Value) -> bool:
    """A loop's item or what was taken from it, or ``texts[i]``, ``frame.loc[i, "text"]`` with ``i`` the place of an item."""
    root = value
    for root in _taken_from(value):
        if isinstance(root, Element) and root.key is not None and _is_index(ev, root.key):
            return True
    return isinstance(root, Unknown) and root.why in ("loop item", "loop index")


def _taken_from(value: Value) -> Iterator[Value]:
    """``value``, and what an attribute, an item or a method's result was taken from."""
    yield value
    for _ in range(MAX_STEPS):
        if isinstance(value, (Element, Member)):
            value = alternatives(value.owner)[0]
        elif isinstance(value, Result) and isinstance(value.callee, (Element, Member)):
            value = alternatives(value.callee)[0]
        else:
            return
        yield value


def _is_index(ev: Evaluator, key: Value) -> bool:
    for one in alternatives(key):
        if isinstance(one, Unknown) and one.why == "loop index":
            return True
        if isinstance(one, Sequence) and one.kind == "tuple" and one.items:
            first = ev.force(one.items[0])
            return isinstance(first, Unknown) and first.why == "loop index"
    return False
