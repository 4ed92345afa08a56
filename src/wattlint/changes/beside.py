"""Work done by a copy of this process, beside what this one does meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from wattlint.workers import Child, start

T = TypeVar("T")


class Beside(Generic[T]):
    """``work()`` in a forked process; where that cannot be, or fails there, in this one when it is asked for.

    What the copy remembers goes away with it.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._child: Child[T] | None = None
        if hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1:
            self._child = start(work)

    def result(self) -> T:
        """What ``work`` returns; raises what it raises."""
        child, self._child = self._child, None
        found = child.result() if child is not None else None
        return found[0] if found is not None else self._work()
