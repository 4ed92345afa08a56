"""Work spread over several processes: forked, so that they share what is loaded already, and never threads."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Generic, TypeVar

from wattlint.sources import touched

Result = TypeVar("Result")
Item = TypeVar("Item")
BLOCK = 64
"""Files, or folders of them, that one process looks at in a row."""
FEW_FILES = 200
"""Fewer are not worth a second process."""
_NUMBER = 4
"""Bytes of one number, where the processes draw them."""


def usual_number() -> int:
    """Processors that this process may use; 1 where forking is not safe (Windows, macOS, beside threads)."""
    threading = sys.modules.get("threading")
    if not sys.platform.startswith("linux") or (threading is not None and threading.active_count() > 1):
        return 1
    return len(os.sched_getaffinity(0))


def processes(jobs: int | None, files: int) -> int:
    """As many as were asked for; else as many as pay."""
    if jobs is not None:
        return jobs
    return usual_number() if files >= FEW_FILES else 1


def in_blocks(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[at : at + BLOCK] for at in range(0, len(items), BLOCK)]


def deal(
    work: Callable[[Iterator[int]], Result],
    count: int,
    jobs: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    """``work`` in this process and in ``jobs - 1`` others, each over those of ``range(count)`` that it draws: whoever is
    done with one takes the next. ``meanwhile`` is done in this process alone, before it takes its first,
    where there are others.

    What a process has drawn that dies or fails is done again here, so that its error is raised as if there were one
    process.
    """
    if min(count, jobs) <= 1 or not hasattr(os, "fork"):
        return [work(iter(range(count)))]
    numbers = _place()
    children: list[Child[tuple[Result, list[int], touched.Digests]]] = []
    try:
        os.write(numbers, b"".join(number.to_bytes(_NUMBER, "big") for number in range(count)))
        os.lseek(numbers, 0, os.SEEK_SET)  # the place to read at is one for all who have the file open
        with contextlib.suppress(OSError):  # no more processes are to be had: those that are there do it all
            for _ in range(min(count, jobs) - 1):
                children.append(start(partial(_noted, work, numbers)))
        meanwhile()
        result, drawn = _over_drawn(work, numbers)
        results, left = [result], set(range(count)).difference(drawn)
        while children:
            found = children.pop(0).result()
            if found is not None:
                result, drawn, noted = found[0]
                results.append(result)
                left.difference_update(drawn)
                touched.add(noted)
        return [*results, work(iter(sorted(left)))] if left else results
    finally:
        os.close(numbers)
        for child in children:
            child.end()


def _over_drawn(work: Callable[[Iterator[int]], Result], numbers: int) -> tuple[Result, list[int]]:
    drawn: list[int] = []

    def draw() -> Iterator[int]:
        while raw := os.read(numbers, _NUMBER):
            drawn.append(int.from_bytes(raw, "big"))
            yield drawn[-1]

    return work(draw()), drawn


def _noted(
    work: Callable[[Iterator[int]], Result], numbers: int
) -> tuple[Result, list[int], touched.Digests]:
    """In a process of its own: the result, and what was drawn and looked at for it."""
    if touched.recording():
        touched.record()
    return *_over_drawn(work, numbers), touched.recorded()


class Child(Generic[Result]):
    """A process, and where its result will be. In memory, not in a pipe: a process that has to wait until somebody
    reads what it found keeps all that it has meanwhile."""

    def __init__(self, pid: int, place: int, told: int) -> None:
        """``told``: where it tells that the result is there."""
        self._pid, self._place, self._told = pid, place, told

    def result(self) -> tuple[Result] | None:
        """When it is there; None when the process did not come to its end."""
        pickle = _pickle()
        with open(self._told, "rb", buffering=0) as told, open(self._place, "rb") as file:
            complete = told.read(1)
            file.seek(0)
            found = (pickle.load(file),) if complete else None  # of our own process
        os.waitpid(self._pid, 0)  # it has given its memory back meanwhile
        return found

    def end(self) -> None:
        import signal

        os.close(self._place)
        os.close(self._told)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def start(work: Callable[[], Result]) -> Child[Result]:
    """``work()`` in a forked process."""
    place = _place()
    told, tell = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        for opened in (place, told, tell):
            os.close(opened)
        raise
    if pid:
        os.close(tell)
        return Child(pid, place, told)
    status = 1
    try:
        pickle = _pickle()
        with open(place, "wb") as file:
            pickle.dump(work(), file, protocol=5)
        os.write(tell, b".")
        status = 0
    finally:
        os._exit(status)  # without the parent's exit handlers and buffers


def _pickle() -> ModuleType:
    """``pickle``, or the part of it that is written in C: to import all of it takes as long as many a run."""
    try:
        return import_module("_pickle")
    except ImportError:
        return import_module("pickle")


def _place() -> int:
    """An open file without a name, in memory where the system can."""
    try:
        return os.memfd_create("wattlint")
    except (AttributeError, OSError):
        import tempfile

        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
