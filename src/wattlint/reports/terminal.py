"""What a terminal may be sent: text without control characters, ANSI colours, columns that line up."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TextIO

from wattlint.sources.secrets import hide

_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029"  # C0 and C1 controls (escape sequences start with one), line breaks
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction overrides: text that shows otherwise than it is
    "\ud800-\udfff]"  # lone surrogates: bytes of a file name that are no text
)
_OURS = re.compile("\n|\x1b\\[[0-9;]*m")
"""What ``_UNSAFE`` finds in reports: ends of lines, colours."""
_ASCII = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "…": "...",
        "·": "|",
        "×": "x",
        "≈": "~",
        "→": "->",
        "─": "-",
        "│": "|",
        "₂": "2",
        "≥": ">=",
    }
)
CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36", "dim": "2"}
TAB = 4

Paint = Callable[[str, str], str]
"""(text, style names separated by a space) -> the text as it is written."""


def printable(text: str) -> str:
    """``text`` on one line, with every control character shown as an escape instead of obeyed."""
    return _UNSAFE.sub(lambda match: _escape(match[0]), text)


def is_safe(text: str) -> bool:
    """Whether a whole report, which may come from elsewhere, shows as it is: only colours are obeyed in it."""
    return _UNSAFE.search(_OURS.sub("", text)) is None


def _escape(character: str) -> str:
    code = ord(character)
    names = {10: "\\n", 13: "\\r", 27: "\\x1b"}
    return names.get(code) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def painter(colour: bool) -> Paint:
    """A function that adds ANSI colours, or leaves the text alone."""
    if not colour:
        return lambda text, style: text
    return lambda text, style: f"\x1b[{';'.join(CODES[name] for name in style.split())}m{text}\x1b[0m"


def wants_colour(stream: TextIO, refused: bool) -> bool:
    """Colour only on a terminal, unless refused here, by NO_COLOR or by TERM=dumb; FORCE_COLOR insists."""
    if refused or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(text: str) -> int:
    """Terminal cells that ``text`` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def emit(stream: TextIO, text: str) -> None:
    """Write ``text`` to a stream of any encoding, without secrets: what it cannot show becomes ASCII or an escape."""
    text = hide(text)
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
