"""A finding: one rule at one place, with everything that front doors and reports show."""

from __future__ import annotations

from dataclasses import dataclass, field

from wattlint.callsites.facts import CallSite, Place


@dataclass(frozen=True, slots=True)
class Finding:
    """``column`` and ``end_column`` are 0-based, as in ``ast``. Where only the line is known (a finding at a caller of
    the project's own wrapper) ``end_line`` is ``line`` and both columns are 0."""

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    severity: str
    """``error``, ``warning`` or ``info``."""
    message: str
    """One line."""
    help: str
    """One line: what to do."""
    url: str
    fix: str | None
    """Name of the fix for such findings, if there is one; ``lint.fixes`` makes its edits."""
    site: CallSite | None = field(repr=False, compare=False)
    """None: the finding is about a file or a comment."""
    related: tuple[Place, ...] = ()
    """Further places that matter: where the model's name stands, the loop, the wrapper's own call."""

    @property
    def order(self) -> tuple[str, int, int, int, str, str]:
        """Sort key: by place, then by code."""
        return (
            self.path,
            -1 if self.cell is None else self.cell,
            self.line,
            self.column,
            self.code,
            self.message,
        )
