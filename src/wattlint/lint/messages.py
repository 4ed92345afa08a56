"""Messages of rules: text with facts in braces, ``{model.id}`` or ``{load.memory_gb:.0f}``.

A part in double square brackets, ``[[ ({model.origin})]]``, is left out when a fact in it is unknown; a semicolon that
is then left at the end goes too. Compiled to plain tuples for the catalogue:
``((optional, (literal or (fact, format), ...)), ...)``.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping
from typing import Any

from wattlint.catalogue.errors import nearest
from wattlint.lint.conditions import FactType
from wattlint.regexes import regex

Piece = str | tuple[str, str]
Template = tuple[tuple[bool, tuple[Piece, ...]], ...]

OPTIONAL = regex(r"\[\[(.*?)\]\]", re.DOTALL)


class MessageError(ValueError):
    """A template that cannot be compiled."""


def compile_template(text: str, facts: Mapping[str, FactType]) -> Template:
    """``text`` on one line as plain tuples; raises MessageError."""
    text = " ".join(text.split())
    if text.count("[[") != len(OPTIONAL.findall(text)) or text.count("]]") != text.count("[["):
        raise MessageError("`[[` and `]]` do not match")
    segments = []
    for index, part in enumerate(OPTIONAL.split(text)):
        if part:
            segments.append((index % 2 == 1, tuple(_pieces(part, facts))))
    return tuple(segments)


def _pieces(text: str, facts: Mapping[str, FactType]) -> list[Piece]:
    pieces: list[Piece] = []
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise MessageError(str(error)) from None
    for literal, name, spec, conversion in parsed:
        if literal:
            pieces.append(literal)
        if name is None:
            continue
        if name not in facts:
            raise MessageError(f'unknown fact "{name}"{nearest(name, facts)}; docs/facts.md lists them all')
        if conversion:
            raise MessageError(f"{{{name}!{conversion}}}: conversions are not allowed")
        if spec and facts[name].kind in ("boolean", "texts"):
            raise MessageError(f"{{{name}:{spec}}}: a {facts[name].kind} takes no format")
        try:
            format(1.5 if facts[name].kind == "number" else "text", spec or "")
        except ValueError as error:
            raise MessageError(f"{{{name}:{spec}}}: {error}") from None
        pieces.append((name, spec or ""))
    return pieces


def render(template: Template, subject: Any, getters: Mapping[str, Callable[[Any], Any]]) -> str:
    """The message for one subject, on one line."""
    parts = []
    for optional, pieces in template:
        values = [
            piece if isinstance(piece, str) else _value(getters[piece[0]](subject), piece[1])
            for piece in pieces
        ]
        if not (optional and None in values):
            parts += ["unknown" if value is None else value for value in values]
    return " ".join("".join(parts).split()).removesuffix(";")


def _value(value: Any, spec: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, (int, float)):
        return format(value, spec) if spec else short_number(value)
    return format(str(value), spec)


def two_digits(value: float) -> str:
    """For figures that are not known better: 11, 0.049, 370, 5,800."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e15 else short_number(rounded)


def short_number(value: float) -> str:
    """Three significant digits, never in exponent form: 70, 141, 4.12, 0.035."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return (
        str(int(round(value, -1)))
        if abs(value) >= 1000
        else f"{float(f'{value:.3g}'):.12f}".rstrip("0").rstrip(".")
    )
