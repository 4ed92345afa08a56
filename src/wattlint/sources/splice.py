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


class Unsplicable(ValueError):
    """The change cannot be made without touching other bytes; the message says why."""


def splice(source: SourceFile, changes: Sequence[Change]) -> bytes:
    """The file's bytes with ``changes`` made, which do not overlap. Raises Unsplicable."""
    if source.cells is not None:
        from wattlint.sources.notebook_splice import splice_notebook

        return splice_notebook(source, changes)
    mark, codec = _encoding(source.raw)
    try:
        full = source.raw[len(mark) :].decode(codec)
        if full.encode(codec) != source.raw[len(mark) :]:
            raise Unsplicable(f"its bytes are not what {codec} makes of its text")
        place = _Places(full)
        out = [mark]
        done = 0
        for change in sorted(changes):
            start, end = place.of(change.start), place.of(change.end)
            if start < done:
                raise Unsplicable("two changes overlap")
            out.append(full[done:start].encode(codec))
            out.append(change.text.replace("\n", _line_end_near(full, start)).encode(codec))
            done = end
        out.append(full[done:].encode(codec))
    except UnicodeError as error:
        raise Unsplicable(f"cannot be written in {codec}: {error}") from None
    return b"".join(out)


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


def decoded(raw: bytes) -> str:
    """The text of a source file with its own line ends, without byte order mark."""
    mark, codec = _encoding(raw)
    return raw[len(mark) :].decode(codec)
