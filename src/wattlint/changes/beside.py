"""Work done by a copy of this process, beside what this one does meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """``work()`` in a forked process; where that cannot be, or fails there, in this one when it is asked for.

    The copy's working folder is its own, and what it remembers goes away with it.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._answer: BinaryIO | None = None
        self._child = 0
        if hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1:
            reader, writer = os.pipe()
            self._child = os.fork()
            if not self._child:
                os.close(reader)
                _answer(work, writer)
            os.close(writer)
            self._answer = os.fdopen(reader, "rb")

    def result(self) -> T:
        """What ``work`` returns; raises what it raises."""
        if self._answer is None:
            return self._work()
        with self._answer as answer:
            raw = answer.read()
        os.waitpid(self._child, 0)
        self._answer = None
        import pickle

        try:
            found: T = pickle.loads(raw)  # of our own process
        except (EOFError, pickle.UnpicklingError):
            return self._work()  # it raised, or was killed: perhaps there was not enough memory for both
        return found


def _answer(work: Callable[[], T], writer: int) -> None:
    """Send the result, if there is one, and end, past everything that this process would else do at its end."""
    import pickle

    try:
        raw = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writer, "wb") as answer:
            answer.write(raw)
    finally:
        os._exit(0)
