"""How names occur in the text of a module, so that most modules that merely mention a name are never parsed.

Each answer may be yes without need, never no where parsing would find something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from wattlint.regexes import regex
from wattlint.semantics import handed_on

_USED = regex(rb"[\s\\)]*[(#]|[\s\\]+as\b")
"""After a name. Between it and its parenthesis may stand closing ones, a comment, line ends."""
_GIVEN = regex(rb"[\s\\)]*[,)#]")
_DEFINED = regex(rb"\bdef[\s\\]+([A-Za-z_]\w*)")
_DERIVES = regex(rb"\bclass\s[^:([]*[([]")
_DERIVES_INSIDE = regex(rb"\n[ \t\f]+class\s[^:([]*[([]")
_HANDS_ON = tuple(name.encode() for name in (*handed_on.POSITIONS, *handed_on.BY_KEYWORD))
_DEFINES = frozenset({b"def", b"class"})
_IN_WORD = regex(rb"\w")


class Mentions:
    """What one text does with the names in it, looked up when it is asked for: most texts are asked for few things."""

    def __init__(self, code: bytes | Callable[[], bytes]) -> None:
        """``code`` may be what reads it: nothing of it is kept then."""
        self._read = code if callable(code) else lambda: code
        self._called: dict[str, bool] = {}

    @cached_property
    def _defined(self) -> frozenset[bytes]:
        return frozenset(_DEFINED.findall(self._read()))

    @cached_property
    def derives(self) -> bool:
        return _DERIVES.search(self._read()) is not None

    @cached_property
    def derives_inside(self) -> bool:
        """A class with bases stands in a function, perhaps."""
        return _DERIVES_INSIDE.search(self._read()) is not None

    def called(self, word: str) -> bool:
        """``word(...)``, ``(x.word)(...)``, ``word as other``, or an argument beside a function that calls what it is
        given."""
        known = self._called.get(word)
        if known is None:
            known = self._called[word] = _is_called(word.encode(), self._read())
        return known

    def constructed(self, word: str) -> bool:
        """Like ``called``; a class may also be made through ``cls(...)``."""
        return self.called(word) or self.called("cls")

    def derived(self, word: str) -> bool:
        """A class with bases stands in the text: which ones they are, only evaluating tells."""
        return self.derives

    def defined(self, word: str) -> bool:
        """``def word``."""
        return word.encode() in self._defined


def _is_called(word: bytes, code: bytes) -> bool:
    hands_on: bool | None = None
    at = code.find(word)
    while at >= 0:
        end = at + len(word)
        if not _IN_WORD.match(code, end) and (not at or not _IN_WORD.match(code, at - 1)):
            if _USED.match(code, end):
                if not _is_definition(code, at):
                    return True
            elif _GIVEN.match(code, end):
                if hands_on is None:
                    hands_on = any(name in code for name in _HANDS_ON)
                if hands_on:
                    return True
        at = code.find(word, end)
    return False


def _is_definition(code: bytes, at: int) -> bool:
    """``def`` or ``class`` stands before the name that begins ``at``: that is no use of it."""
    before = code[max(0, at - 10) : at]
    name = before.rstrip(b" \t")
    return name != before and re.split(rb"\W", name)[-1] in _DEFINES


Shape = Callable[[Mentions, str], bool]
BY_IMPORT = frozenset({Mentions.called, Mentions.constructed, Mentions.derived})
"""Uses that only imports can lead to, unless the name ``is_telling``."""


def is_telling(name: str) -> bool:
    """A method of this name may be taken for the only one of the project, where nothing is known of the object."""
    return "_" in name.strip("_") and not name.startswith("__")
