"""Work spread over several processes: forked, so that they share what is loaded already, and never threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

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
    import pickle
    import signal

    children: list[tuple[int, int]] = []
    try:
        for share in shares[1:]:
            children.append(_start(work, share))
        results = [work(share) for share in shares[:1]]
        for share in shares[1:]:
            data = _collect(*children.pop(0))
            if data is None:
                results.append(work(share))
            else:
                result, noted = pickle.loads(data)
                touched.add(noted)
                results.append(result)
        return results
    finally:
        for pid, place in children:
            os.close(place)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _start(work: Callable[[Share], Result], share: Share) -> tuple[int, int]:
    """The process, and where its result will be. In memory, not in a pipe: a process that has to wait until somebody
    reads what it found keeps all that it has meanwhile."""
    place = _place()
    pid = os.fork()
    if pid:
        return pid, place
    status = 1
    try:
        import pickle

        if touched.recording():
            touched.record()
        with open(place, "wb") as file:
            pickle.dump((work(share), touched.recorded()), file, protocol=pickle.HIGHEST_PROTOCOL)
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


def _collect(pid: int, place: int) -> bytes | None:
    """What the process left; None when it did not come to its end."""
    status = os.waitpid(pid, 0)[1]
    with open(place, "rb") as file:
        file.seek(0)
        return file.read() if status == 0 else None
