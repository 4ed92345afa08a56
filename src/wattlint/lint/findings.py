"""A finding: one rule at one place, with everything that front doors and reports show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from wattlint.callsites.facts import CallSite, Place

if TYPE_CHECKING:
    from wattlint.lint.rules import Rule


class Span(NamedTuple):
    """Where a finding stands; columns are 0-based, in characters."""

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of_call(cls, site: CallSite) -> Span:
        return cls(site.path, site.cell, site.line, site.column, site.end_line, site.end_column)


@dataclass(frozen=True, slots=True)
class Finding:
    """``column`` and ``end_column`` are 0-based, in characters; both are 0 where only the line is known."""

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

    @classmethod
    def of_rule(
        cls,
        rule: Rule,
        span: Span,
        message: str,
        help: str,
        site: CallSite | None = None,
        related: tuple[Place, ...] = (),
    ) -> Finding:
        return cls(
            *span, rule.code, rule.name, rule.severity, message, help, rule.url, rule.fix, site, related
        )

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
