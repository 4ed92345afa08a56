"""From changes of a file's text to its bytes: what is not changed stays as it is, byte for byte."""

from __future__ import annotations

import codecs
import io
import re
from bisect import bisect_left
from collections.abc import Sequence
from tokenize import detect_encoding
from typing import NamedTuple

from wattlint.sources.files import SourceFile

_LINE_END = re.compile("\r\n?|\n")


class Change(NamedTuple):
    """``text`` in place of ``source.text[start:end]``; its lines end in ``\\n``."""

    start: int
    end: int
    text: str

    def moved(self, by: int) -> Change:
        return self._replace(start=self.start + by, end=self.end + by)


class Unsplicable(ValueError):
    """The change cannot be made without touching other bytes; the message says why."""


class Splicer:
    """A file read once for any number of changes. Raises Unsplicable."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        if source.cells is not None:
            return
        self._mark, self._codec = _encoding(source.raw)
        try:
            self._full = source.raw[len(self._mark) :].decode(self._codec)
            same = self._full.encode(self._codec) == source.raw[len(self._mark) :]
        except UnicodeError as error:
            raise Unsplicable(f"cannot be written in {self._codec}: {error}") from None
        if not same:
            raise Unsplicable(f"its bytes are not what {self._codec} makes of its text")
        self._places = _Places(self._full)

    def check(self, changes: Sequence[Change]) -> None:
        """Raises Unsplicable where ``splice`` would."""
        if self._source.cells is not None:
            self.splice(changes)
        else:
            self._encoded(changes)

    def splice(self, changes: Sequence[Change]) -> bytes:
        """The file's bytes with ``changes`` made, which do not overlap. Raises Unsplicable."""
        if self._source.cells is not None:
            from wattlint.sources.notebook_splice import splice_notebook

            return splice_notebook(self._source, changes)
        out = [self._mark]
        done = 0
        for start, end, new in self._encoded(changes):
            out += (self._full[done:start].encode(self._codec), new)
            done = end
        return b"".join((*out, self._full[done:].encode(self._codec)))

    def _encoded(self, changes: Sequence[Change]) -> list[tuple[int, int, bytes]]:
        """(start, end, bytes in its place) for each change."""
        found: list[tuple[int, int, bytes]] = []
        for change in sorted(changes):
            start, end = self._places.of(change.start), self._places.of(change.end)
            if found and start < found[-1][1]:
                raise Unsplicable("two changes overlap")
            text = change.text.replace("\n", _line_end_near(self._full, start))
            try:
                found.append((start, end, text.encode(self._codec)))
            except UnicodeError as error:
                raise Unsplicable(f"cannot be written in {self._codec}: {error}") from None
        return found


def changed_text(text: str, changes: Sequence[Change]) -> str:
    """``text`` with ``changes`` made."""
    out: list[str] = []
    done = 0
    for change in sorted(changes):
        out += (text[done : change.start], change.text)
        done = change.end
    return "".join((*out, text[done:]))


def _encoding(raw: bytes) -> tuple[bytes, str]:
    """(byte order mark, codec)."""
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    head = raw[:10_000].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    name = detect_encoding(io.BytesIO(head).readline)[0]
    return mark, "utf-8" if mark else name


class _Places:
    """Offsets in a text with ``\\n`` alone, as offsets in ``full``, where some lines end in ``\\r\\n``."""

    def __init__(self, full: str) -> None:
        self._pairs = [
            match.start() - number for number, match in enumerate(re.finditer("\r\n", full))
        ]  # where each stands in the shorter text

    def of(self, offset: int) -> int:
        return offset + bisect_left(self._pairs, offset)


def _line_end_near(full: str, offset: int) -> str:
    """How the line at ``offset`` ends, or the one before it."""
    match = _LINE_END.search(full, offset) or _LINE_END.search(full)
    return match[0] if match else "\n"


def codec_of(raw: bytes) -> str:
    """In which a source file is written."""
    return _encoding(raw)[1]
