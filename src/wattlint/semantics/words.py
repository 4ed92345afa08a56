"""Which files of a project hold a name, answered without parsing them.

Of files only their words are kept, in one text: to make a look-up table of them all takes longer than the few questions
that most projects have, so that comes only when there are more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from wattlint.sources.text_words import words_of

FEW_QUESTIONS = 50
"""Words up to which the files are gone through, block by block: that takes as long as the table of them all."""
MAX_FILE_BYTES = 2_000_000
"""Larger modules are not followed into (they can still be linted themselves)."""


BLOCK = 64
"""Files that are asked together before each is asked by itself: neighbours have most of their words in common."""


class Block(NamedTuple):
    """The words of some files, each once, with a space before and after it: of all together, and of each."""

    words: bytes
    files: list[tuple[str, bytes]]


def block_of(texts: Iterable[tuple[str, bytes]]) -> Block:
    """``texts``: with the file of each."""
    found = [(file, words_of(text)) for file, text in texts]
    together = frozenset().union(*(words for _, words in found))
    return Block(_joined(together), [(file, _joined(words)) for file, words in found])


def _joined(words: frozenset[bytes]) -> bytes:
    return b" %b " % b" ".join(words)


class Words:
    """``files`` in their order, each read once."""

    def __init__(
        self, files: Sequence[str], read: Callable[[str], bytes], known: Sequence[Block] = ()
    ) -> None:
        """``known``: of files that were read before, these or others."""
        self._files = files
        self._numbers = {file: number for number, file in enumerate(files)}
        unread = self._numbers.keys() - {file for block in known for file, _ in block.files}
        todo = [file for file in files if file in unread]
        self._blocks = [
            *known,
            *(
                block_of((file, read(file)) for file in todo[at : at + BLOCK])
                for at in range(0, len(todo), BLOCK)
            ),
        ]
        self._known: dict[str, list[str]] = {}
        self._table: defaultdict[bytes, list[int]] = defaultdict(list)

    def files_with(self, word: str) -> list[str]:
        """The files in which ``word`` stands, in their order; none for a single letter, which stands everywhere."""
        if len(word) < 2:
            return []
        known = self._known.get(word)
        if known is None:
            if len(self._known) == FEW_QUESTIONS:
                self._tabulate()
            numbers = sorted(self._found(word.encode()))
            known = self._known[word] = [self._files[number] for number in numbers]
        return known

    def _found(self, word: bytes) -> list[int]:
        """Numbers of files."""
        if not self._blocks:
            return self._table.get(word, [])
        needle = b" %b " % word
        return [
            self._numbers[file]
            for block in self._blocks
            if needle in block.words
            for file, words in block.files
            if needle in words and file in self._numbers
        ]

    def _tabulate(self) -> None:
        for block in self._blocks:
            for file, words in block.files:
                if file in self._numbers:
                    number = self._numbers[file]
                    for word in words.split():
                        self._table[word].append(number)
        self._blocks = []
