"""How far a run is, on standard error, for people who wait: only on a terminal, only after a second."""

from __future__ import annotations

import sys
import time

PATIENCE_S = 1.0


class Progress:
    """Call it with (files done, files in all); leave the ``with`` block to take the line away."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cells = 0
        """Of the line that is shown."""

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._started >= PATIENCE_S:
            line = f"Reading files: {min(done, total)} of {total}"
            self._write(f"\r{line:<{self._cells}}")
            self._cells = len(line)

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._cells:
            self._write(f"\r{'':<{self._cells}}\r")
