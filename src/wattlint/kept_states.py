"""What the files and folders that a kept result depends on looked like, and whether they still do.

A file that has its size, times of change and number is taken for what it was; else its bytes are read and compared.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Final

from wattlint.sources import touched
from wattlint.sources.touched import SETTLED_NS
from wattlint.workers import deal, in_blocks, usual_number

if TYPE_CHECKING:
    from wattlint.kept_parts import Parts

State = tuple[int, int, int, int]
UNKNOWN: State = (0, 0, 0, 0)
"""Of what cannot be trusted."""
ABSENT: State = (-1, -1, -1, -1)
Settled = tuple[int, State]
"""Number of a file or folder, and its state."""
MANY = 5_000
"""Fewer files are not worth a second process."""
NUMBER: Final = "q"
"""How a number of a state is kept: the same for all, so that none of them has to be looked for."""
LARGEST = 2**63 - 1


class Seen:
    """The files and folders that a result depends on, as ``parts_of`` keeps them. Raises ValueError, TypeError or KeyError
    where it did not."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._folders = os.fsdecode(parts["folders"]).split("\0")
        self._names = [names.split("\0") for names in os.fsdecode(parts["names"]).split("/")]
        self._first = list(accumulate(map(len, self._names), initial=0))
        """Of each folder, the number of the first name in it."""
        self._states = memoryview(parts["states"]).cast(NUMBER)
        if len(self._names) != len(self._folders) or len(self._states) != len(UNKNOWN) * self._first[-1]:
            raise ValueError("its parts do not belong together")
        self._digests: list[str] | None = None

    def settled(self, began_ns: int, jobs: int | None = None) -> list[Settled] | None:
        """None where anything is not as it was; else the states that can be trusted from now on, and could not before."""
        blocks = in_blocks(range(len(self._folders)))

        def look(drawn: Iterator[int]) -> list[Settled] | None:
            found: list[Settled] = []
            for folder in chain.from_iterable(map(blocks.__getitem__, drawn)):
                here = self._settled_in(folder, began_ns)
                if here is None:
                    return None
                found += here
            return found

        many = self._first[-1] > MANY
        found = deal(look, len(blocks), (jobs or usual_number()) if many else 1)
        return None if None in found else [one for part in found for one in part or ()]

    def _settled_in(self, folder: int, began_ns: int) -> list[Settled] | None:
        stat = os.stat
        top, first, end = self._top(folder), self._first[folder], self._first[folder + 1]
        settled = []
        states = iter(self._states[len(UNKNOWN) * first : len(UNKNOWN) * end])
        for number, (name, modified, changed, size, inode) in enumerate(
            zip(self._names[folder], states, states, states, states), first
        ):
            try:  # ``state_of`` written out: of a large project most of the time goes by here
                now = stat(top + name)
                if (
                    now.st_mtime_ns == modified
                    and now.st_ctime_ns == changed
                    and now.st_size == size
                    and now.st_ino & LARGEST == inode
                ):
                    continue
            except OSError:
                if modified == ABSENT[0]:
                    continue
            state = state_of(top + name)  # before it is read
            if touched.digest_of(top + name) != self._digest(number):
                return None
            if _may_be_trusted(state, began_ns):
                settled.append((number, state))
        return settled

    def _top(self, folder: int) -> str:
        return self._folders[folder].rstrip(os.sep) + os.sep

    def _digest(self, number: int) -> str | None:
        """Only read where a state does not say enough."""
        if self._digests is None:
            self._digests = self._parts["digests"].decode().split("\n")
        return self._digests[number] or None

    def holds(self, noted: touched.Digests) -> bool:
        """Whether all of it was seen, and was the same."""
        if not noted:
            return True
        paths = (self._top(number) + name for number, names in enumerate(self._names) for name in names)
        known = {path: self._digest(number) for number, path in enumerate(paths)}
        return all(
            known[path] == digest if path in known else digest is None and _is_missing(path, known)
            for path, digest in noted.items()
        )

    def with_states(self, settled: list[Settled]) -> bytes:
        """The part ``states`` with these among them."""
        states = self._states.tolist()
        for number, state in settled:
            states[len(state) * number : len(state) * (number + 1)] = state
        return _packed(states)


def state_of(path: str) -> State:
    """What will differ as soon as a file or folder changes: times of change, size; and where a link leads to another one
    of the same size and age, its number."""
    try:
        status = os.stat(path)
    except OSError:
        return ABSENT
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino & LARGEST


def _may_be_trusted(state: State, began_ns: int) -> bool:
    return max(state[:2]) < began_ns - SETTLED_NS


def _is_missing(path: str, seen: touched.Digests) -> bool:
    """Whether there is nothing, and the digest of the folder says so too."""
    return seen.get(os.path.dirname(path)) is not None and not os.path.lexists(path)


def is_fresh(state: State, began_ns: int) -> bool:
    """Whether that of a file says little, although it did not change during the run that began then."""
    return max(state[:2]) < began_ns and not _may_be_trusted(state, began_ns)


def _packed(numbers: list[int]) -> bytes:
    """Raises ValueError where there is a time out of all bounds."""
    try:
        return struct.pack(f"{len(numbers)}{NUMBER}", *numbers)
    except struct.error as error:
        raise ValueError(error) from None


def parts_of(seen: touched.Digests, began_ns: int) -> dict[str, bytes]:
    """All that was looked at in a run that began then, as ``Seen`` takes it. Raises ValueError for what it cannot keep."""
    folders: dict[str, dict[str, tuple[State, str | None]]] = {}
    for path, digest in sorted(seen.items()):
        folder, _, name = path.rpartition(os.sep)
        if digest is None and _is_missing(path, seen):
            continue
        state = state_of(path)
        kept = state if _may_be_trusted(state, began_ns) else UNKNOWN
        folders.setdefault(folder or os.sep, {})[name] = kept, digest
    rows = [row for names in folders.values() for row in names.values()]
    return {
        "folders": os.fsencode("\0".join(folders)),
        "names": os.fsencode("/".join(map("\0".join, folders.values()))),  # which no name holds
        "states": _packed([number for state, _ in rows for number in state]),
        "digests": "\n".join(digest or "" for _, digest in rows).encode(),
    }
