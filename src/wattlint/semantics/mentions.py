"""How names occur in the text of a module, so that most modules that merely mention a name are never parsed.

Each answer may be yes without need, never no where parsing would find something.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wattlint.semantics import handed_on

_USED = re.compile(rb"\b(?:(?:def|class)[ \t]+[A-Za-z_]\w*|([A-Za-z_]\w*)(?:[\s\\)]*[(#]|[\s\\]+as\b))")
"""Between a name and its parenthesis may stand closing ones, a comment, line ends. A definition is no use."""
_GIVEN = re.compile(rb"\b([A-Za-z_]\w*)[\s\\)]*[,)#]")
_DEFINED = re.compile(rb"\bdef[\s\\]+([A-Za-z_]\w*)")
_DERIVES = re.compile(rb"\bclass\s[^:]*\(")
_HANDS_ON = frozenset(name.encode() for name in (*handed_on.POSITIONS, *handed_on.BY_KEYWORD))


class Mentions:
    """What one text does with the names in it."""

    __slots__ = ("_called", "_defined", "_given", "derives")

    def __init__(self, code: bytes) -> None:
        self._called = frozenset(_USED.findall(code))
        self._defined = frozenset(_DEFINED.findall(code))
        hands_on = any(name in code for name in _HANDS_ON)
        self._given = frozenset(_GIVEN.findall(code)) if hands_on else frozenset()
        self.derives = bool(_DERIVES.search(code))

    def called(self, word: str) -> bool:
        """``word(...)``, ``(x.word)(...)``, ``word as other``, or an argument beside a function that calls what it is
        given."""
        return word.encode() in self._called or word.encode() in self._given

    def constructed(self, word: str) -> bool:
        """Like ``called``; a class may also be made through ``cls(...)``."""
        return self.called(word) or self.called("cls")

    def derived(self, word: str) -> bool:
        """A class with bases stands in the text: which ones they are, only evaluating tells."""
        return self.derives

    def defined(self, word: str) -> bool:
        """``def word``."""
        return word.encode() in self._defined


Shape = Callable[[Mentions, str], bool]
