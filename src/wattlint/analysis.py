"""What a run yields: call sites, findings, problems, and how much was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wattlint.sources.limits import Spent

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite
    from wattlint.catalogue.records import ModelRecord
    from wattlint.impact.monthly import PerMonth
    from wattlint.impact.quantities import Impact
    from wattlint.lint.findings import Finding
    from wattlint.settings import Settings
    from wattlint.sources.files import FileRef, Problem, SourceFile
    from wattlint.traffic.measured import Recorded


class Estimated(NamedTuple):
    """A call site and what one call costs. ``impact`` is None where the model, or its size, is unknown."""

    site: CallSite
    record: ModelRecord | None
    impact: Impact | None
    month: PerMonth | None = None
    """Where somebody said, or recorded, how often the call runs."""

    @property
    def why_unknown(self) -> str:
        """Why there is no estimate."""
        model = self.site.model
        if model.id is None:
            return f"model unknown: {model.unknown_reason or 'not given in the code'}"
        if model.local_path:
            return f"{model.id}: a folder, not a published model"
        if self.record is None:
            return f"{model.id}: not in the catalogue, and its name does not tell its size"
        if self.record.total_b is None:
            return f"{model.id}: its size is not known"
        return f"{model.id}: no estimate for {self.record.kind} models"


class Coverage:
    """What was looked at, and what was not."""

    __slots__ = _fields = (
        "files", "files_with_sites", "sites", "models_known", "sites_not_checked", "unreadable", "not_budgeted",
    )  # fmt: skip

    def __init__(
        self,
        files: int = 0,
        files_with_sites: int = 0,
        sites: int = 0,
        models_known: int = 0,
        sites_not_checked: int = 0,
        unreadable: int = 0,
        not_budgeted: int = 0,
    ) -> None:
        """``sites_not_checked``: in tests, examples, docs or benchmarks folders: estimated, but not linted;
        ``not_budgeted``: calls without an estimate, which no configured limit can be held against."""
        self.files = files
        self.files_with_sites = files_with_sites
        self.sites = sites
        self.models_known = models_known
        self.sites_not_checked = sites_not_checked
        self.unreadable = unreadable
        self.not_budgeted = not_budgeted

    @property
    def models_unknown(self) -> int:
        return self.sites - self.models_known

    def __str__(self) -> str:
        if not self.files:
            return "0 files"
        line = f"{_count(self.sites, 'call site')} in {self.files_with_sites} of {_count(self.files, 'file')}"
        if self.sites:
            line += f": {_count(self.models_known, 'model')} known, {self.models_unknown} unknown"
        if self.sites_not_checked:
            line += f"; {self.sites_not_checked} in tests or examples not checked"
        if self.not_budgeted:
            line += f"; {self.not_budgeted} without an estimate not held against the budget"
        if self.unreadable:
            line += f"; {_count(self.unreadable, 'file')} unreadable"
        return line


class Analysis:
    """Everything a report may show, in an order that depends on the input alone."""

    __slots__ = (
        "coverage", "files", "findings", "problems", "recorded", "settings", "sites", "sources", "spent",
        "suppressed", "unreported",
    )  # fmt: skip

    def __init__(
        self,
        sites: list[CallSite] | None = None,
        findings: list[Finding] | None = None,
        suppressed: list[Finding] | None = None,
        problems: list[Problem] | None = None,
        unreported: list[Problem] | None = None,
        coverage: Coverage | None = None,
        sources: dict[str, SourceFile] | None = None,
        settings: dict[str, Settings] | None = None,
    ) -> None:
        self.sites = sites if sites is not None else []
        self.findings = findings if findings is not None else []
        self.suppressed = suppressed if suppressed is not None else []
        """Findings that a comment keeps from being reported."""
        self.problems = problems if problems is not None else []
        self.unreported = unreported if unreported is not None else []
        """Those that are not among the findings as well."""
        self.coverage = coverage if coverage is not None else Coverage()
        self.files: dict[str, FileRef] = {}
        """Every file that was asked for, by the path that findings show."""
        self.sources = sources if sources is not None else {}
        """Files with call sites or findings, by the path that those show."""
        self.settings = settings if settings is not None else {}
        """Of files with call sites."""
        self.recorded: Recorded | None = None
        """Of ``estimate --traffic``."""
        self.spent = Spent()

    def lines_of(self, finding: Finding) -> list[str]:
        """The source lines that ``finding.line`` counts in: of its file, or of its notebook cell."""
        source = self.sources.get(finding.path)
        if source is None:  # it could not be read
            return []
        return source.lines[text_line(source, finding.cell, 1) - 1 :]


def text_line(source: SourceFile, cell: int | None, line: int) -> int:
    """The line of ``source.text`` that is ``line`` of ``cell`` (a notebook's cells are joined there)."""
    if source.cells is None or cell is None:
        return line
    return source.cells.starts[source.cells.cells.index(cell)] + line - 1


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
