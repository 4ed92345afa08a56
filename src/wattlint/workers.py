"""Work spread over several processes: forked, so that they share what is loaded already, and never threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from wattlint.sources import touched

Share = TypeVar("Share")
Result = TypeVar("Result")


def usual_number() -> int:
    """Processors that this process may use; 1 where forking is not safe (Windows, macOS, beside threads)."""
    threading = sys.modules.get("threading")
    if not sys.platform.startswith("linux") or (threading is not None and threading.active_count() > 1):
        return 1
    return len(os.sched_getaffinity(0))


def spread(work: Callable[[Share], Result], shares: Sequence[Share]) -> list[Result]:
    """``work(share)`` for every share in order: the first one here, each other in a process of its own.

    A share whose process dies or fails is done again here, so that its error is raised as if there were one process.
    """
    if len(shares) <= 1:
        return [work(share) for share in shares]
    children: list[Child[tuple[Result, touched.Digests]]] = []
    try:
        for share in shares[1:]:
            children.append(start(partial(_noted, work, share)))
        results = [work(share) for share in shares[:1]]
        for share in shares[1:]:
            found = children.pop(0).result()
            if found is None:
                results.append(work(share))
            else:
                result, noted = found[0]
                touched.add(noted)
                results.append(result)
        return results
    finally:
        for child in children:
            child.end()


def _noted(work: Callable[[Share], Result], share: Share) -> tuple[Result, touched.Digests]:
    """The result, and what was looked at for it, by a process of its own."""
    if touched.recording():
        touched.record()
    return work(share), touched.recorded()


class Child(Generic[Result]):
    """A process, and where its result will be. In memory, not in a pipe: a process that has to wait until somebody
    reads what it found keeps all that it has meanwhile."""

    def __init__(self, pid: int, place: int) -> None:
        self._pid, self._place = pid, place

    def result(self) -> tuple[Result] | None:
        """When it has ended; None when it did not come to its end."""
        import pickle

        status = os.waitpid(self._pid, 0)[1]
        with open(self._place, "rb") as file:
            file.seek(0)
            return (pickle.load(file),) if status == 0 else None  # of our own process

    def end(self) -> None:
        import signal

        os.close(self._place)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def start(work: Callable[[], Result]) -> Child[Result]:
    """``work()`` in a forked process."""
    place = _place()
    pid = os.fork()
    if pid:
        return Child(pid, place)
    status = 1
    try:
        import pickle

        with open(place, "wb") as file:
            pickle.dump(work(), file, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # without the parent's exit handlers and buffers


def _place() -> int:
    """An open file without a name, in memory where the system can."""
    try:
        return os.memfd_create("wattlint")
    except (AttributeError, OSError):
        import tempfile

        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
