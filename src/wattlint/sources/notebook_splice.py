"""Changes in the source of notebook cells; every other byte of the file stays.

The JSON is not written anew: the strings that hold the source are found in the text, and only characters in them change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wattlint.sources.files import SourceFile
from wattlint.sources.splice import Change, Unsplicable

_SPACE = re.compile(r"[ \t\r\n]*")
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u.{4}|\\.|.", re.DOTALL
)
_decode = json.JSONDecoder().raw_decode
"""(text, start of a value) -> (value, its end)."""


class Token(NamedTuple):
    """A JSON string: from its opening quote to after its closing one."""

    start: int
    end: int
    value: str


def splice_notebook(source: SourceFile, changes: Sequence[Change]) -> bytes:
    """Raises Unsplicable."""
    mark = b"\xef\xbb\xbf" if source.raw.startswith(b"\xef\xbb\xbf") else b""
    raw = source.raw[len(mark) :].decode("utf-8")
    cells = _sources(raw)
    done = len(raw) + 1
    for change in sorted(changes, reverse=True):  # from the end, so that earlier places stay
        cell, start, end = _in_cell(source, change, cells)
        first, last, text = _raw_change(raw, cells[cell], start, end, change.text)
        if last > done:
            raise Unsplicable("two changes overlap")
        raw, done = raw[:first] + text + raw[last:], first
    return mark + raw.encode("utf-8")


def _in_cell(source: SourceFile, change: Change, cells: list[list[Token]]) -> tuple[int, int, int]:
    """(cell, start, end) of a change in the cell's own text."""
    assert source.cells is not None
    numbers = [source.text.count("\n", 0, offset) + 1 for offset in (change.start, change.end)]
    (cell, first), (end_cell, last) = map(source.cells.locate, numbers)
    if cell != end_cell:
        raise Unsplicable("it spans several cells")
    text = "".join(token.value for token in cells[cell])
    lines = text.split("\n")
    if "\r" in text or lines[first - 1 : last] != source.lines[numbers[0] - 1 : numbers[1]]:
        raise Unsplicable("the lines hold IPython's own syntax")
    places = []
    for offset, line in ((change.start, first), (change.end, last)):
        column = offset - (source.text.rfind("\n", 0, offset) + 1)
        places.append(sum(len(each) + 1 for each in lines[: line - 1]) + column)
    return cell, places[0], places[1]


def _raw_change(raw: str, tokens: list[Token], start: int, end: int, text: str) -> tuple[int, int, str]:
    """(start, end, text) in the JSON, for a change in what ``tokens`` say together."""
    escaped = json.dumps(text, ensure_ascii=raw.isascii())[1:-1]
    if _is_list(raw, tokens):
        escaped = escaped.replace("\\n", f'\\n"{_separator(raw, tokens)}"')
    return _raw_offset(raw, tokens, start), _raw_offset(raw, tokens, end), escaped


def _is_list(raw: str, tokens: list[Token]) -> bool:
    return raw[: tokens[0].start].rstrip().endswith("[")


def _separator(raw: str, tokens: list[Token]) -> str:
    """What stands between two lines of the cell."""
    if len(tokens) > 1:
        return raw[tokens[0].end : tokens[1].start]
    gap = raw[raw.rindex("[", 0, tokens[0].start) + 1 : tokens[0].start]
    return f",{gap or ' '}"


def _raw_offset(raw: str, tokens: list[Token], offset: int) -> int:
    """Where a place in the text of ``tokens`` stands in the JSON."""
    for index, token in enumerate(tokens):
        if offset < len(token.value) or index == len(tokens) - 1:
            at = token.start + 1
            for _ in range(offset):
                match = _CHARACTER.match(raw, at)
                assert match is not None
                at = match.end()
            return at
        offset -= len(token.value)
    raise Unsplicable("the cell is empty")


def _sources(raw: str) -> list[list[Token]]:
    """The strings of the source of every cell, in the order of ``sources.notebooks``."""
    found: list[list[Token]] = []
    for key, at in _members(raw, _skip(raw, 0)):
        if key == "cells":
            found += (_source(raw, cell) for cell in _items(raw, at))
        elif key == "worksheets":
            for sheet in _items(raw, at):
                for inner, cells in _members(raw, sheet):
                    if inner == "cells":
                        found += (_source(raw, cell) for cell in _items(raw, cells))
    return found


def _source(raw: str, cell: int) -> list[Token]:
    places = {key: at for key, at in _members(raw, cell) if key in ("source", "input")}
    at = places.get("source", places.get("input"))
    if at is None:
        return []
    starts = _items(raw, at) if raw[at] == "[" else [at]
    return [Token(start, end, value) for start in starts for value, end in [_decode(raw, start)]]


def _members(raw: str, at: int) -> Iterator[tuple[str, int]]:
    """(key, start of its value) of the object at ``at``."""
    at = _skip(raw, at + 1)
    while raw[at] != "}":
        key, at = _decode(raw, at)
        at = _skip(raw, _skip(raw, at) + 1)
        yield key, at
        at = _next(raw, at)


def _items(raw: str, at: int) -> Iterator[int]:
    """Where the items of the array at ``at`` start."""
    at = _skip(raw, at + 1)
    while raw[at] != "]":
        yield at
        at = _next(raw, at)


def _next(raw: str, at: int) -> int:
    """After the value at ``at`` and the comma that may follow."""
    at = _skip(raw, _decode(raw, at)[1])
    return _skip(raw, at + 1) if raw[at] == "," else at


def _skip(raw: str, at: int) -> int:
    match = _SPACE.match(raw, at)
    return match.end() if match else at
