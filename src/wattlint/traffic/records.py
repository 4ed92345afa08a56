"""Recorded calls as plain data, whatever file they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from wattlint.catalogue.errors import CatalogueError

SECONDS_PER_DAY = 86_400
MOST_TOKENS = 1e12
MOST_CALLS = 1e15
"""Per line: beyond these a number is a mistake."""
DAYS_PER_MONTH = 365.25 / 12


class TrafficError(CatalogueError):
    """A recording that cannot be read; names file, line and key."""


class Call(NamedTuple):
    """One line of a recording: one call, or ``calls`` alike. Tokens are means per call; times are Unix seconds."""

    model: str | None
    function: str | None = None
    """Dotted, as far as it was recorded: ``app.grader.Grader.grade``, ``grade``."""
    file: str | None = None
    calls: float = 1.0
    tokens_in: float | None = None
    tokens_out: float | None = None
    start: float | None = None
    end: float | None = None


@dataclass(slots=True)
class Group:
    """All recorded calls of one model from one place."""

    model: str | None
    function: str | None
    file: str | None
    calls: float = 0.0
    _read: list[float] = field(default_factory=lambda: [0.0, 0.0])
    _written: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """(calls whose tokens are known, their tokens)"""

    def add(self, call: Call) -> None:
        self.calls += call.calls
        for sums, tokens in ((self._read, call.tokens_in), (self._written, call.tokens_out)):
            if tokens is not None:
                sums[0] += call.calls
                sums[1] += call.calls * tokens

    @property
    def tokens_in(self) -> float | None:
        """Mean per call; None where no call says."""
        return self._read[1] / self._read[0] if self._read[0] else None

    @property
    def tokens_out(self) -> float | None:
        return self._written[1] / self._written[0] if self._written[0] else None


@dataclass(slots=True)
class Traffic:
    """A whole recording."""

    name: str
    """The file as given."""
    format: str
    groups: tuple[Group, ...]
    start: float | None
    end: float | None
    left_out: dict[str, int]
    """Why entries are no calls of a model -> how many."""

    @property
    def calls(self) -> float:
        return sum(group.calls for group in self.groups)

    @property
    def days(self) -> float | None:
        """Length of the recording, never less than a day: less says nothing about a month. None without times."""
        if self.start is None or self.end is None:
            return None
        return max((self.end - self.start) / SECONDS_PER_DAY, 1.0)

    @property
    def per_month(self) -> float:
        """Factor from calls recorded to calls per month; a recording without times counts as a month."""
        return DAYS_PER_MONTH / self.days if self.days is not None else 1.0


def gather(name: str, format: str, calls: Iterable[Call], left_out: Counter[str]) -> Traffic:
    """``calls`` summed up by model and place, in order of appearance."""
    groups: dict[tuple[str | None, str | None, str | None], Group] = {}
    start = end = None
    for call in calls:
        key = (call.model, call.function, call.file)
        groups.setdefault(key, Group(*key)).add(call)
        for time in (call.start, call.end):
            if time is not None:
                start, end = min(time, start or time), max(time, end or time)
    return Traffic(name, format, tuple(groups.values()), start, end, dict(left_out))
