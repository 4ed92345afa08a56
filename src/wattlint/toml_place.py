"""The line of a key in a TOML text, so that an error in a configuration file can name it.

tomllib keeps no positions. Only used once an error is known, so a scan of the lines is enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")


def line_of(text: str, key_path: Sequence[str], value: object = None) -> int:
    """The line (1-based) of the deepest part of ``key_path`` that stands in ``text``.

    ``value`` is what is wrong there: an element of an array, or a key of an inline table. The line that
    shows it is named when it follows the key before the next table.
    """
    lines = text.splitlines()
    wanted = tuple(key_path)
    table: tuple[str, ...] = ()
    best, depth = 1, 0
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            here = table = _split(header[1])
        elif key := _KEY.match(line):
            here = (*table, *_split(key[1]))
        else:
            continue
        shared = min(len(here), len(wanted))
        if shared > depth and here[:shared] == wanted[:shared]:
            best, depth = number, shared
    needle = str(value if depth == len(wanted) and value is not None else wanted[-1] if wanted else "")
    for number, line in enumerate(lines[best - 1 :], best):
        if number > best and _HEADER.match(line):
            break
        if needle and needle in line:
            return number
    return best


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
