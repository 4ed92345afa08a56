"""What a command said of a result, kept beside it: a run that finds nothing changed says it again."""

from __future__ import annotations

from wattlint.reports.terminal import is_safe
from wattlint.sources.limits import SECONDS
from wattlint.sources.secrets import holds_secret, may_hold_secret


class Said:
    """A report, the lines on standard error, and what the command ended with."""

    __slots__ = ("problems", "report", "status")

    def __init__(self, report: str, problems: str, status: int) -> None:
        self.report, self.problems, self.status = report, problems, status

    @property
    def may_be_kept(self) -> bool:
        """Not what another day may bring in time, nor secrets."""
        return SECONDS not in self.report and all(
            is_safe(text) and not holds_secret(text) and not may_hold_secret(text)
            for text in (self.report, self.problems)
        )

    def packed(self) -> bytes:
        head = f"{self.status} {len(self.report)}\n"
        return (head + self.report + self.problems).encode("utf-8", "surrogatepass")

    @classmethod
    def unpacked(cls, raw: bytes) -> Said:
        """Raises ValueError, also for what no report sends to a terminal."""
        head, _, text = raw.decode("utf-8", "surrogatepass").partition("\n")
        status, length = map(int, head.split(" "))
        if not is_safe(text):
            raise ValueError("no report of ours")
        return cls(text[:length], text[length:], status)
