"""How much of one file is looked at, in size and in time."""

from __future__ import annotations

MAX_CHARACTERS = 2_000_000
"""Of one file: a syntax tree takes up to 130 bytes for each."""
OUT_OF_TIME = "analysis stopped after"
SECONDS = "seconds-per-file"
"""The option that is named where time was short: another day there may be more."""


class Spent:
    """Processor time by file: that of analysis, rules and fixes counts together."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.late: set[str] = set()
        """Files whose rules were not all looked at."""

    def over(self, path: str, limit_s: float) -> bool:
        return self.seconds.get(path, 0.0) > limit_s

    def add(self, path: str, seconds: float) -> None:
        self.seconds[path] = self.seconds.get(path, 0.0) + seconds


class OutOfTime(Exception):
    """One file took longer than ``seconds-per-file``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{OUT_OF_TIME} {seconds:g} s of processor time ({SECONDS})")
