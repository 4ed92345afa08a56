"""How names occur in the text of a module, so that most modules that merely mention a name are never parsed.

Each answer may be yes without need, never no where parsing would find something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from wattlint.semantics import handed_on

_USED = re.compile(rb"\b(?:(?:def|class)[ \t]+[A-Za-z_]\w*|([A-Za-z_]\w*)(?:[\s\\)]*[(#]|[\s\\]+as\b))")
"""Between a name and its parenthesis may stand closing ones, a comment, line ends. A definition is no use."""
_GIVEN = re.compile(rb"\b([A-Za-z_]\w*)[\s\\)]*[,)#]")
_DEFINED = re.compile(rb"\bdef[\s\\]+([A-Za-z_]\w*)")
_DERIVES = re.compile(rb"\bclass\s[^:]*\(")
_HANDS_ON = frozenset(name.encode() for name in (*handed_on.POSITIONS, *handed_on.BY_KEYWORD))


class Mentions:
    """What one text does with the names in it, worked out when it is asked for: most texts are asked for one thing."""

    def __init__(self, code: bytes | Callable[[], bytes]) -> None:
        """``code`` may be what reads it: nothing of it is kept then."""
        self._read = code if callable(code) else lambda: code

    @cached_property
    def _called(self) -> frozenset[bytes]:
        code = self._read()
        found = _USED.findall(code)
        if any(name in code for name in _HANDS_ON):
            found += _GIVEN.findall(code)
        return frozenset(found)

    @cached_property
    def _defined(self) -> frozenset[bytes]:
        return frozenset(_DEFINED.findall(self._read()))

    @cached_property
    def derives(self) -> bool:
        return _DERIVES.search(self._read()) is not None

    def called(self, word: str) -> bool:
        """``word(...)``, ``(x.word)(...)``, ``word as other``, or an argument beside a function that calls what it is
        given."""
        return word.encode() in self._called

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
