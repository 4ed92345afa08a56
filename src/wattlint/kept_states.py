"""What the files and folders that a kept result depends on looked like, and whether they still do.

A file that has its size and times of change is taken for what it was; else its bytes are read and compared.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from itertools import chain
from typing import Any

from wattlint.sources import touched
from wattlint.workers import deal, in_blocks, usual_number

SETTLED_NS = 2_000_000_000
"""A file that was changed this short before it was read may change again without a new time stamp."""
State = tuple[int, int, int]
UNKNOWN: State = (0, 0, 0)
"""Of what cannot be trusted."""
ABSENT: State = (-1, -1, -1)
Settled = tuple[str, int, State]
"""Folder, number of the file in it, state."""
MANY = 5_000
"""Fewer files are not worth a second process."""


class Seen:
    """The files and folders that a result depends on."""

    def __init__(self, states: dict[str, list[Any]], digests: bytes) -> None:
        """``states``: folder -> name, time of change, time of change of its entry, size, again and again; ``digests``:
        JSON, folder -> name -> digest, which is only read where a state does not say enough."""
        self._states = states
        self._raw = digests

    @functools.cached_property
    def _digests(self) -> dict[str, dict[str, str | None]]:
        known: dict[str, dict[str, str | None]] = json.loads(self._raw)
        return known

    def settled(self, began_ns: int, jobs: int | None = None) -> list[Settled] | None:
        """None where anything is not as it was; else the states that can be trusted from now on, and could not before."""
        blocks = in_blocks(list(self._states))
        many = sum(map(len, self._states.values())) > MANY * 4

        def look(drawn: Iterator[int]) -> list[Settled] | None:
            found: list[Settled] = []
            for folder in chain.from_iterable(map(blocks.__getitem__, drawn)):
                here = self._settled_in(folder, began_ns)
                if here is None:
                    return None
                found += here
            return found

        found = deal(look, len(blocks), (jobs or usual_number()) if many else 1)
        return None if None in found else [one for part in found for one in part or ()]

    def _settled_in(self, folder: str, began_ns: int) -> list[Settled] | None:
        stat = os.stat
        top = folder.rstrip(os.sep) + os.sep
        settled = []
        rows = iter(self._states[folder])
        for number, (name, modified, changed, size) in enumerate(zip(rows, rows, rows, rows)):
            try:  # ``state_of`` written out: of a large project most of the time goes by here
                now = stat(top + name)
                if now.st_mtime_ns == modified and now.st_ctime_ns == changed and now.st_size == size:
                    continue
            except OSError:
                if modified == ABSENT[0]:
                    continue
            state = state_of(top + name)  # before it is read
            if touched.digest_of(top + name) != self._digests[folder][name]:
                return None
            if _may_be_trusted(state, began_ns):
                settled.append((folder, number, state))
        return settled

    def with_states(self, settled: list[Settled]) -> bytes:
        """The states with these among them, as JSON."""
        for folder, number, state in settled:
            self._states[folder][number * 4 + 1 : number * 4 + 4] = state
        return as_json(self._states)


def state_of(path: str) -> State:
    """What will differ as soon as a file or folder changes: times of change, size."""
    try:
        status = os.stat(path)
    except OSError:
        return ABSENT
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _may_be_trusted(state: State, began_ns: int) -> bool:
    return max(state[:2]) < began_ns - SETTLED_NS


def states_and_digests(seen: touched.Digests, began_ns: int) -> tuple[bytes, bytes]:
    """Of all that was looked at in a run that began then, as ``Seen`` takes them."""
    states: dict[str, list[Any]] = {}
    digests: dict[str, dict[str, str | None]] = {}
    for path, digest in sorted(seen.items()):
        folder, name = os.path.split(path)
        if digest is None and seen.get(folder) is not None and not os.path.lexists(path):
            continue  # the folder's own digest says that it is not there
        state = state_of(path)
        trusted = _may_be_trusted(state, began_ns)
        states.setdefault(folder, []).extend((name, *(state if trusted else UNKNOWN)))
        digests.setdefault(folder, {})[name] = digest
    return as_json(states), as_json(digests)


def as_json(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()
