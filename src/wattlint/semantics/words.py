"""Which files of a project hold a name, answered without parsing them.

Of each file only the hashes of its words are kept, as plain bytes: to make a look-up table of them all takes longer
than the few questions that most projects have, so that comes only when there are more.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from wattlint.sources.text_words import words_of

FEW_QUESTIONS = 50
"""Words up to which the files are gone through one by one."""
HASH = "q"
MAX_FILE_BYTES = 2_000_000
"""Larger modules are not followed into (they can still be linted themselves)."""


def hashes(text: bytes) -> bytes:
    """Of the words of ``text``; they hold in this process and those forked from it."""
    return array(HASH, map(hash, words_of(text))).tobytes()


def _holds(held: bytes, needle: bytes) -> bool:
    """As one of the hashes, not across the border of two."""
    at = held.find(needle)
    while at >= 0 and at % len(needle):
        at = held.find(needle, at + 1)
    return at >= 0


class Words:
    """``files`` in their order, each read once."""

    def __init__(
        self, files: Sequence[str], read: Callable[[str], bytes], known: Mapping[str, bytes] | None = None
    ) -> None:
        """``known``: the hashes of files that were read before."""
        self._files = files
        known = known or {}
        self._hashes = [known[file] if file in known else hashes(read(file)) for file in files]
        self._known: dict[str, list[str]] = {}
        self._numbers: dict[int, list[int]] = {}

    def files_with(self, word: str) -> list[str]:
        """The files in which ``word`` stands, in their order; none for a single letter, which stands everywhere."""
        if len(word) < 2:
            return []
        known = self._known.get(word)
        if known is None:
            if len(self._known) == FEW_QUESTIONS:
                self._tabulate()
            known = self._known[word] = self._found(hash(word.encode()))
        return known

    def _found(self, wanted: int) -> list[str]:
        if not self._hashes:
            return [self._files[number] for number in self._numbers.get(wanted, ())]
        needle = array(HASH, [wanted]).tobytes()
        return [
            file for file, held in zip(self._files, self._hashes) if needle in held and _holds(held, needle)
        ]

    def _tabulate(self) -> None:
        for number, held in enumerate(self._hashes):
            for one in array(HASH, held):
                self._numbers.setdefault(one, []).append(number)
        self._hashes = []
