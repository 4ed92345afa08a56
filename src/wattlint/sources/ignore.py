"""Patterns of ``.gitignore`` files and of the ``exclude`` setting, matched as git matches them.

Written out here because pathspec (1.1) lets ``!pkg`` bring back files that another pattern ignores below ``pkg``, and
takes 30 ms to import, and some patterns take it for ever; a test holds this against ``git ls-files``. Imported only where there are patterns.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r"\ \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": r"\ -~", "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}  # fmt: skip


MAX_CHARACTERS = 4_096
"""Of one pattern: no path is longer."""


class Pattern(NamedTuple):
    """One line of an ignore file."""

    matches: re.Pattern[str]
    """For the whole path of one file or folder, relative to the ignore file, without a slash at its end."""
    ignores: bool
    """False for ``!pattern``."""
    folders_only: bool


class IgnoreRules:
    """The patterns of one ignore file; they apply below ``base`` (an absolute folder)."""

    def __init__(self, base: str, patterns: list[Pattern]) -> None:
        self._base = base.rstrip(os.sep) + os.sep
        self._patterns = patterns

    @classmethod
    def parse(cls, base: str, lines: Iterable[str]) -> tuple[IgnoreRules, list[str]]:
        """The rules, and the lines that can never match."""
        patterns, bad = [], []
        for line in lines:
            if not line or line.startswith("#"):
                continue
            pattern = parse_line(line)
            if pattern:
                patterns.append(pattern)
            elif line.strip():
                bad.append(line)
        return cls(base, patterns[::-1]), bad

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True: ignored; False: expressly not (``!pattern``); None: nothing said. Folders above are not looked at."""
        if not path.startswith(self._base):
            return None
        relative = path[len(self._base) :].replace(os.sep, "/")
        for pattern in self._patterns:  # the last line that matches decides
            if (is_folder or not pattern.folders_only) and pattern.matches.fullmatch(relative):
                return pattern.ignores
        return None

    def ignores(self, path: str, is_folder: bool) -> bool:
        """Whether ``path`` or a folder above it is ignored."""
        return bool(self.verdict(path, is_folder)) or any(
            self.verdict(above, True) for above in self._above(path)
        )

    def without_those_matching(self, folder: str) -> IgnoreRules:
        """The rules less those that ignore ``folder`` or one above it, and with it all that is in it."""
        relatives = [at[len(self._base) :].replace(os.sep, "/") for at in (folder, *self._above(folder))]
        kept = [one for one in self._patterns if not any(map(one.matches.fullmatch, relatives))]
        return IgnoreRules(self._base, kept)

    def _above(self, path: str) -> Iterator[str]:
        path = os.path.dirname(path)
        while path.startswith(self._base) and path != self._base:  # the base of all is "/"
            yield path
            path = os.path.dirname(path)


@lru_cache(maxsize=4096)
def fits(pattern: str, path: str) -> bool:
    """Whether a setting for ``pattern`` holds for the file ``path`` (relative, with slashes): it matches, or a folder
    above does."""
    return IgnoreRules.parse("", [pattern])[0].ignores(f"{os.sep}{path.replace('/', os.sep)}", False)


def parse_line(line: str) -> Pattern | None:
    """None for a line that never matches: blank, ``!``, ``/``, an unclosed ``[``, a lone backslash at the end, one
    longer than any path."""
    text = line.removesuffix("\r")
    if len(text) > MAX_CHARACTERS:
        return None
    while text.endswith(" ") and not _escaped(text, len(text) - 1):
        text = text[:-1]
    negated = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    if not text:
        return None
    regex = _translate(text, anchored)
    if regex is None:
        return None
    prefix = "" if anchored else "(?:.*/)?"
    return Pattern(re.compile(prefix + regex, re.DOTALL), not negated, folders_only)


def _escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _translate(text: str, anchored: bool) -> str | None:
    """The regex. Of several ``*`` all but the last take the shortest match for good, as in ``fnmatch``, and so do
    several ``**``: that finds every match, in about linear time."""
    parts: list[str] = []
    star: int | None = None
    deep: int | None = None
    """Where the last ``**`` between slashes stands."""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "*":
            end = at
            while end < len(text) and text[end] == "*":
                end += 1
            starts, ends = at == 0 or text[at - 1] == "/", end == len(text) or text[end] == "/"
            if anchored and end - at == 2 and starts and ends:
                if deep is not None:
                    fixed = "".join(parts[deep + 1 :])
                    parts[deep:] = [f"(?=(?P<deep{at}>(?:.*?/)??{fixed}))(?P=deep{at})"] if fixed else []
                deep = len(parts)
                if end == len(text):
                    parts.append(".+" if at else ".*")
                else:
                    parts.append("(?:.*/)?")
                    end += 1
                star = None
            else:
                if star is not None:
                    fixed = "".join(parts[star + 1 :])
                    parts[star:] = [f"(?=(?P<star{at}>[^/]*?{fixed}))(?P=star{at})"]
                star = len(parts)
                parts.append("[^/]*")
            at = end
        elif char == "?":
            parts.append("[^/]")
            at += 1
        elif char == "[":
            bracket = _bracket(text, at + 1)
            if bracket is None:
                return None
            regex, at = bracket
            parts.append(f"(?!/){regex}")
        elif char == "\\":
            if at + 1 == len(text):
                return None
            parts.append(re.escape(text[at + 1]))
            at += 2
        else:
            parts.append(re.escape(char))
            at += 1
    return "".join(parts)


def _bracket(text: str, at: int) -> tuple[str, int] | None:
    """The regex of the bracket expression whose content starts at ``at``, and where it ends; None when unclosed."""
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    items: list[str] = []
    first = True
    while first or text[at : at + 1] != "]":
        first = False
        if at >= len(text):
            return None
        named = re.compile(r"\[:(\w*):\]").match(text, at)
        if named:
            if named[1] not in _POSIX_CLASSES:
                return None
            items.append(_POSIX_CLASSES[named[1]])
            at = named.end()
            continue
        low, at = _bracket_char(text, at)
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("", "]"):
            high, at = _bracket_char(text, at + 1)
            if low <= high:
                items.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            items.append(re.escape(low))
    content = "".join(items)
    if not content:  # only empty ranges such as [z-a]
        return ("[^/]" if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{content}]", at + 1


def _bracket_char(text: str, at: int) -> tuple[str, int]:
    if text[at] == "\\" and at + 1 < len(text):
        at += 1
    return text[at], at + 1
