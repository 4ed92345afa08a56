"""How much of one file is looked at, in size and in time."""

from __future__ import annotations

MAX_CHARACTERS = 2_000_000
"""Of one file: a syntax tree takes up to 130 bytes for each."""
OUT_OF_TIME = "analysis stopped after"


class OutOfTime(Exception):
    """One file took longer than ``seconds-per-file``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{OUT_OF_TIME} {seconds:g} s of processor time (seconds-per-file)")
