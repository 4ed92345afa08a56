"""What answers may cost: steps for one question, processor time for one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, thread_time
from typing import Any

from wattlint.semantics.limits import (
    ATTEMPTS,
    BLAMED,
    FAILURES,
    STEPS_AFTER_FAILURES,
    STEPS_PER_QUERY,
)
from wattlint.sources.limits import OutOfTime

Key = tuple[object, object]
NOTHING = object()
"""No answer, where None may be one."""


class Budget:
    """Of one evaluator. Its steps are counted where they are taken, in ``Evaluator``, which this is a part of."""

    def __init__(self) -> None:
        self._steps = 0
        self._budget = STEPS_PER_QUERY
        self._gives_up = False
        self._failures = 0
        """Questions that used up their budget, of those that may give up."""
        self._blamed = 0
        """How many answers were found to blame for the end of a budget."""
        self._failed: dict[Key, tuple[int, Any]] = {}
        """Those answers: in how many questions, and what was found of them."""
        self._seconds = 0.0
        self._deadline = float("inf")
        self._ask_again = float("inf")
        """When the deadline can have passed at the earliest."""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Questions asked meanwhile raise OutOfTime when they all together take longer (of processor time)."""
        self._seconds, self._deadline = seconds, thread_time() + seconds
        self._ask_again = perf_counter() + seconds
        try:
            yield
        finally:
            self._deadline = self._ask_again = float("inf")

    def check_time(self) -> None:
        now = perf_counter()
        if now < self._ask_again:
            return  # no more processor time than time has passed, and to ask for it is slow
        left = self._deadline - thread_time()
        if left < 0:
            raise OutOfTime(self._seconds)
        self._ask_again = now + left

    def begin_query(self, gives_up: bool = False) -> None:
        """Start a new budget: call before each question about a call site. Raises OutOfTime.

        ``gives_up``: where other questions of that kind used up theirs, be content with what they found. A large framework
        otherwise takes a whole budget for each of hundreds of calls, for one and the same code.
        """
        self.check_time()
        self._failures += self._gives_up and self._steps > self._budget
        self._gives_up = gives_up
        is_doubtful = gives_up and self._failures >= FAILURES
        self._budget = STEPS_AFTER_FAILURES if is_doubtful else STEPS_PER_QUERY
        self._steps = 0

    def insist(self) -> None:
        """Do not give up in what remains of this question; where its budget is used up, there is a new one."""
        if self._steps > self._budget:
            self.begin_query()
        self._gives_up = False
        self._budget = STEPS_PER_QUERY

    def _blame(self, key: Key, result: object, steps: int, blamed: int) -> None:
        """Remember an answer under way when the budget came to its end, if it took much of it. ``steps`` and ``blamed``: as they were
        before it was asked for."""
        if (
            self._gives_up
            and self._steps - steps >= self._budget * BLAMED
            and self._blamed == blamed  # nothing inside it is to blame
        ):
            self._blamed += 1
            self._failed[key] = self._failed.get(key, (0, None))[0] + 1, result

    def _given_up(self, key: Key) -> Any:
        """What was found in vain, often enough not to try again."""
        if self._gives_up and key in self._failed:
            attempts, result = self._failed[key]
            if attempts >= ATTEMPTS:
                return result
        return NOTHING
