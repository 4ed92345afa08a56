"""Which files of a project hold a name, answered without parsing them.

Of each file only its words are kept, in one text: to make a look-up table of them all takes longer than the few
questions that most projects have, so that comes only when there are more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wattlint.sources.text_words import words_of

FEW_QUESTIONS = 35
"""Words up to which the files are gone through one by one: that takes as long as the table of them all."""
MAX_FILE_BYTES = 2_000_000
"""Larger modules are not followed into (they can still be linted themselves)."""


def joined_words(text: bytes) -> bytes:
    """The words of ``text``, each once, with a space before and after it."""
    return b" %b " % b" ".join(words_of(text))


class Words:
    """``files`` in their order, each read once."""

    def __init__(
        self, files: Sequence[str], read: Callable[[str], bytes], known: Mapping[str, bytes] | None = None
    ) -> None:
        """``known``: the joined words of files that were read before."""
        self._files = files
        known = known or {}
        self._words = [known[file] if file in known else joined_words(read(file)) for file in files]
        self._known: dict[str, list[str]] = {}
        self._numbers: dict[bytes, list[int]] = {}

    def files_with(self, word: str) -> list[str]:
        """The files in which ``word`` stands, in their order; none for a single letter, which stands everywhere."""
        if len(word) < 2:
            return []
        known = self._known.get(word)
        if known is None:
            if len(self._known) == FEW_QUESTIONS:
                self._tabulate()
            known = self._known[word] = self._found(word.encode())
        return known

    def _found(self, word: bytes) -> list[str]:
        if not self._words:
            return [self._files[number] for number in self._numbers.get(word, ())]
        needle = b" %b " % word
        return [file for file, words in zip(self._files, self._words) if needle in words]

    def _tabulate(self) -> None:
        for number, words in enumerate(self._words):
            for word in words.split():
                self._numbers.setdefault(word, []).append(number)
        self._words = []
