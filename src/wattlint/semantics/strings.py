"""Strings with gaps: f-strings, ``+``, ``%``, ``.format``, ``join`` and the methods that keep a text a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from string import Formatter
from typing import TYPE_CHECKING

from wattlint.regexes import regex
from wattlint.semantics.values import (
    Choice,
    Const,
    Gap,
    Hop,
    Mapping,
    Origin,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame
    from wattlint.semantics.scopes import Spot

MAX_TEXT = 200_000
"""Characters of literal text kept per value; longer texts are cut, which only makes estimates smaller."""
MAX_PIECES = 2_000
SOURCE_LENGTH = 60


def source(node: ast.AST) -> str:
    """An expression as written, shortened, on one line."""
    try:
        text = " ".join(ast.unparse(node).split())
    except (ValueError, RecursionError, AttributeError):
        return "..."
    return text if len(text) <= SOURCE_LENGTH else text[: SOURCE_LENGTH - 3] + "..."


def pieces_of(value: Value, written: str | ast.expr) -> tuple[str | Gap, ...]:
    """The pieces a value contributes to a text. An expression is only written out where it is not known."""
    value = (
        alternatives(value)[0]
        if isinstance(value, Choice) and isinstance(value.values[0], (Const, Text))
        else value
    )
    if isinstance(value, Text):
        return value.pieces
    if (
        isinstance(value, Const)
        and isinstance(value.value, (str, int, float))
        and not isinstance(value.value, bool)
    ):
        return (str(value.value),)
    return (Gap(written if isinstance(written, str) else source(written), value),)


def build(pieces: Iterable[str | Gap], origin: Origin = ()) -> Value:
    """A Const when all pieces are literal, else a Text; neighbouring literals are merged, size is bounded."""
    merged: list[str | Gap] = []
    literal: list[str] = []
    size = 0
    for piece in pieces:
        if isinstance(piece, str):
            if size < MAX_TEXT:
                literal.append(piece)
                size += len(piece)
        else:
            if literal:
                merged.append("".join(literal))
                literal = []
            merged.append(piece)
            if len(merged) >= MAX_PIECES:
                break
    if literal:
        merged.append("".join(literal))
    if not merged:
        return Const("", origin)
    if len(merged) == 1 and isinstance(merged[0], str):
        return Const(merged[0][:MAX_TEXT], origin)
    return Text(tuple(merged), origin)


def joined(ev: Evaluator, node: ast.JoinedStr, frame: Frame, spot: Spot) -> Value:
    """An f-string."""
    pieces: list[str | Gap] = []
    origin: Origin = ()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = ev.value(part.value, frame, spot)
            pieces.extend(pieces_of(value, part.value))
            if isinstance(value, (Const, Text)) and not origin:
                origin = value.origin
        elif isinstance(part, ast.Constant):
            pieces.append(str(part.value))
    return build(pieces, origin or (Hop("literal", frame.module.path, node.lineno),))


def add(ev: Evaluator, operands: list[Thunk]) -> Value:
    """``a + b + ...``: texts, lists or numbers."""
    values = [ev.force(operand) for operand in operands]
    first = alternatives(values[0])[0]
    if isinstance(first, Sequence) or any(isinstance(alternatives(value)[0], Sequence) for value in values):
        items: list[Thunk] = []
        is_open = False
        for value in values:
            one = alternatives(value)[0]
            if isinstance(one, Sequence):
                items.extend(one.items)
                is_open |= one.open
            else:
                is_open = True
        return Sequence(tuple(items[:5_000]), is_open)
    numbers = [one.value for one in values if isinstance(one, Const) and isinstance(one.value, (int, float))]
    if len(numbers) == len(values):
        return Const(sum(numbers))
    texts = any(
        isinstance(one, Text) or (isinstance(one, Const) and isinstance(one.value, str))
        for value in values
        for one in alternatives(value)
    )
    if not texts:
        return Unknown("sum")
    pieces: list[str | Gap] = []
    origin: Origin = ()
    for operand, value in zip(operands, values):
        pieces.extend(pieces_of(value, operand[0] if isinstance(operand, tuple) else "..."))
        if isinstance(value, (Const, Text)) and not origin:
            origin = value.origin
        if sum(len(piece) for piece in pieces if isinstance(piece, str)) > MAX_TEXT:
            break
    return build(pieces, origin)


PERCENT = regex(r"%(?:\((\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?([diouxXeEfFgGcrsa%])")


def percent(ev: Evaluator, left: Value, right: Value, node: ast.BinOp) -> Value:
    """``"..." % values``."""
    template = alternatives(left)[0]
    if not (isinstance(template, Const) and isinstance(template.value, str)):
        return Unknown("expression")
    values = alternatives(right)[0]
    pieces: list[str | Gap] = []
    at = position = 0
    for match in PERCENT.finditer(template.value):
        pieces.append(template.value[at : match.start()])
        at = match.end()
        if match.group(2) == "%":
            pieces.append("%")
            continue
        name = match.group(1)
        inner: Value = Unknown("value")
        written = name or "..."
        if name is not None and isinstance(values, Mapping) and name in values.entries:
            inner = ev.force(values.entries[name])
        elif isinstance(values, Sequence) and position < len(values.items):
            thunk = values.items[position]
            inner = ev.force(thunk)
            written = source(thunk[0]) if isinstance(thunk, tuple) else written
        elif not isinstance(values, (Sequence, Mapping)):
            inner, written = right, source(node.right)
        position += 1
        pieces.extend(pieces_of(inner, written))
    pieces.append(template.value[at:])
    return build(pieces, template.origin)


def formatted(ev: Evaluator, template: Value, positional: list[Thunk], keywords: dict[str, Thunk]) -> Value:
    """``template.format(...)``; fields that are not given stay gaps named after the field."""
    if not (isinstance(template, (Const, Text))):
        return Unknown("format")
    pieces: list[str | Gap] = []
    counter = 0
    for piece in template.pieces if isinstance(template, Text) else (template.value,):
        if not isinstance(piece, str):
            pieces.append(piece)  # type: ignore[arg-type]
            continue
        try:
            parts = list(Formatter().parse(piece))
        except ValueError:
            return Text((Gap("...", Unknown("format")),), template.origin)
        for literal, name, _, _ in parts:
            pieces.append(literal)
            if name is None:
                continue
            first = re.split(r"[.\[]", name)[0]
            thunk: Thunk | None = None
            if first == "":
                thunk = positional[counter] if counter < len(positional) else None
                counter += 1
            elif first.isdigit():
                thunk = positional[int(first)] if int(first) < len(positional) else None
            else:
                thunk = keywords.get(first)
            if thunk is None:
                pieces.append(Gap(name or "...", Unknown("format field")))
            elif first != name:
                pieces.append(Gap(name, Unknown("format field")))
            else:
                written = source(thunk[0]) if isinstance(thunk, tuple) else name or "..."
                pieces.extend(pieces_of(ev.force(thunk), written))
    return build(pieces, template.origin)


SUBSTITUTE = regex(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def substituted(ev: Evaluator, template: Const, given: dict[str, Thunk]) -> Value:
    """``string.Template(template).substitute(**given)``."""
    text = str(template.value)
    pieces: list[str | Gap] = []
    at = 0
    for match in SUBSTITUTE.finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
        name = match[2] or match[3]
        thunk = given.get(name) if name else None
        if name is None:
            pieces.append("$")
        elif thunk is None:
            pieces.append(Gap(name, Unknown("format field")))
        else:
            written = source(thunk[0]) if isinstance(thunk, tuple) else name
            pieces.extend(pieces_of(ev.force(thunk), written))
    pieces.append(text[at:])
    return build(pieces, template.origin)


SAME_TEXT = frozenset(
    {
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "encode",
        "decode",
        "expandtabs",
        "casefold",
    }
)


def method(
    ev: Evaluator, text: Const | Text, name: str, positional: list[Thunk], keywords: dict[str, Thunk]
) -> Value:
    """A method call on a text."""
    if name == "format":
        return formatted(ev, text, positional, keywords)
    if name == "format_map" and positional:
        mapping = alternatives(ev.force(positional[0]))[0]
        given = (
            {str(key): value for key, value in mapping.entries.items()}
            if isinstance(mapping, Mapping)
            else {}
        )
        return formatted(ev, text, [], given)
    if name == "join" and positional:
        return _join(ev, text, positional[0])
    arguments = [alternatives(ev.force(one))[0] for one in positional]
    if isinstance(text, Const) and isinstance(text.value, str):
        plain = [
            one.value for one in arguments if isinstance(one, Const) and isinstance(one.value, (str, int))
        ]
        if len(plain) == len(arguments) and not keywords:
            return _plain_method(text, text.value, name, plain)
        if (
            name == "replace"
            and len(arguments) >= 2
            and isinstance(arguments[0], Const)
            and isinstance(arguments[0].value, str)
        ):
            return _replace(text, text.value, arguments[0].value, ev.force(positional[1]), positional[1])
    if name in SAME_TEXT or name in ("replace", "removeprefix", "removesuffix"):
        return text
    return Unknown("text method")


def _plain_method(text: Const, value: str, name: str, arguments: list[str | int]) -> Value:
    if name in ("split", "rsplit", "splitlines", "partition", "rpartition"):
        try:
            parts = getattr(value, name)(*arguments)
        except (TypeError, ValueError):
            return Unknown("text method")
        return Sequence(tuple(Const(part, text.origin) for part in parts[:100]), kind="list")
    if name in ("startswith", "endswith") and arguments and isinstance(arguments[0], str):
        return Const(getattr(value, name)(arguments[0]))
    if name in SAME_TEXT - {"encode", "decode"} or name in ("replace", "removeprefix", "removesuffix"):
        try:
            changed = getattr(value, name)(*arguments)
        except (TypeError, ValueError, OverflowError, MemoryError):
            return Unknown("text method")
        return Const(changed[:MAX_TEXT], text.origin)
    if name in ("encode", "decode"):
        return text
    return Unknown("text method")


def _replace(text: Const, value: str, marker: str, new: Value, thunk: Thunk) -> Value:
    """``"... {marker} ...".replace("{marker}", value)``: the marker becomes a gap."""
    if not marker or marker not in value:
        return text
    written = source(thunk[0]) if isinstance(thunk, tuple) else marker
    pieces: list[str | Gap] = []
    for number, part in enumerate(value.split(marker)[:200]):
        if number:
            pieces.extend(pieces_of(new, written))
        pieces.append(part)
    return build(pieces, text.origin)


def _join(ev: Evaluator, separator: Const | Text, thunk: Thunk) -> Value:
    items = alternatives(ev.force(thunk))[0]
    written = source(thunk[0]) if isinstance(thunk, tuple) else "..."
    if not isinstance(items, Sequence) or items.repeated:
        return Text((Gap(written, items),))
    glue = separator.value if isinstance(separator, Const) and isinstance(separator.value, str) else " "
    pieces: list[str | Gap] = []
    for number, entry in enumerate(items.items[:1_000]):
        if number:
            pieces.append(glue)
        pieces.extend(pieces_of(ev.force(entry), source(entry[0]) if isinstance(entry, tuple) else "..."))
    if items.open:
        pieces.append(Gap(written, Unknown("further items")))
    return build(pieces)


def is_text(value: Value) -> bool:
    return isinstance(value, Text) or (isinstance(value, Const) and isinstance(value.value, str))


def gap(value: Value, written: str) -> Value:
    """An unknown value as a text of one gap."""
    return value if is_text(value) else Text((Gap(written, value),))
