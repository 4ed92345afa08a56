"""Findings for people: one line each (``concise``), or with the code they stand in (``text``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from wattlint.lint.fixes.edits import Fix
from wattlint.reports.terminal import TAB, Paint, printable, width

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.callsites.facts import CallSite, ModelFact
    from wattlint.lint.findings import Finding
    from wattlint.lint.fixes.edits import NotFixed

COLOURS = {"error": "red bold", "warning": "yellow bold", "info": "blue bold"}
LONGEST_LINE = 160
"""Cells of a source line that are shown."""

GENERAL = {
    r"^parameter .*": "a parameter",
    r"^placeholder .*": "a placeholder",
    r"^.* is not served by .*": "the only candidate is another provider's",
    r"^.* has no weights to load$": "the only candidate has no weights to load",
    r"^local path .*": "a local path",
    r"^environment variable.*": "an environment variable without a default",
}
"""Reasons for an unknown model -> the same without names of the user's own code."""

Propose = Callable[["Finding"], "Fix | NotFixed | None"]
"""The fix of a finding, or why there is none."""
Lines = Callable[["Finding"], "list[str]"]
"""The source lines of the file (or notebook cell) that a finding stands in."""


def place(path: str, cell: int | None, line: int, column: int) -> str:
    """``path:line:column``, with ``cell N`` (counted from 1, as notebooks are read) in between for a notebook.

    ``column`` is 0-based, as in the facts.
    """
    inside = f":cell {cell + 1}" if cell is not None else ""
    return f"{printable(path)}{inside}:{line}:{column + 1}"


class Fixes:
    """The fixes of findings as text shows them."""

    def __init__(
        self, findings: Iterable[Finding] = (), propose: Propose | None = None, unsafe: bool = False
    ) -> None:
        """``unsafe``: those that may change behaviour count too."""
        self._unsafe = unsafe
        self._by_finding = {
            id(finding): propose(finding) for finding in findings if propose and finding.fix is not None
        }

    def sign(self, finding: Finding) -> str:
        """``[*] `` where ``--fix``, as it is called here, would remove the finding."""
        fix = self._by_finding.get(id(finding))
        return "[*] " if isinstance(fix, Fix) and (fix.safe or self._unsafe) else ""

    def note(self, finding: Finding, paint: Paint) -> Iterator[str]:
        fix = self._by_finding.get(id(finding))
        if isinstance(fix, Fix):
            option = "--fix" if fix.safe else "--fix --unsafe-fixes"
            yield f"  = {paint('fix', 'green bold')}: {printable(fix.message)} ({option})"
        elif fix is not None:
            yield f"  = {paint('not fixed', 'dim')}: {printable(fix.reason)}"

    def summary(self) -> Iterator[str]:
        """``[*] 3 fixable with --fix (1 more with --unsafe-fixes).``"""
        fixes = [fix for fix in self._by_finding.values() if isinstance(fix, Fix)]
        hidden = 0 if self._unsafe else sum(not fix.safe for fix in fixes)
        if len(fixes) > hidden:
            more = f" ({hidden} more with --unsafe-fixes)" if hidden else ""
            yield f"[*] {len(fixes) - hidden} fixable with --fix{more}."
        elif hidden:
            yield f"{hidden} fixable with --fix --unsafe-fixes."


NO_FIXES = Fixes()


def concise(findings: Iterable[Finding], paint: Paint, fixes: Fixes = NO_FIXES) -> Iterator[str]:
    """``path:line:column: CODE message``, one line each."""
    for finding in findings:
        yield _headline(finding, paint, fixes)


def full(
    findings: Iterable[Finding], lines_of: Lines, paint: Paint, fixes: Fixes = NO_FIXES
) -> Iterator[str]:
    """The concise line, the code with the call underlined, the cure and where to read more."""
    for finding in findings:
        yield _headline(finding, paint, fixes)
        yield from _frame(finding, lines_of(finding), paint)
        if finding.help:
            yield f"  = {paint('help', 'cyan bold')}: {printable(finding.help)}"
        yield from fixes.note(finding, paint)
        yield f"  = {paint('more', 'dim')}: wattlint rule {printable(finding.code)}"
        yield ""


def verdict(analysis: Analysis, fixed: int = 0) -> str:
    """The line before the coverage: how many findings, by severity. Nothing that was skipped looks clean."""
    findings, seen = analysis.findings, analysis.coverage
    if fixed:
        total = len(findings) + fixed
        return f"Found {total} finding{'s' if total > 1 else ''} ({fixed} fixed, {len(findings)} remaining)."
    if not findings:
        if seen.files == seen.unreadable:
            return (
                "Nothing could be analysed." if analysis.problems else "No Python files or notebooks found."
            )
        return "No findings in what could be analysed." if analysis.problems else "No findings."
    counts = Counter(finding.severity for finding in findings)
    parts = [f"{counts[name]} {name}{'s' if counts[name] > 1 else ''}" for name in COLOURS if counts[name]]
    return f"Found {len(findings)} finding{'s' if len(findings) > 1 else ''} ({', '.join(parts)})."


def statistics(findings: Iterable[Finding], sites: Iterable[CallSite]) -> list[str]:
    """Findings of each rule, and the reasons why models are unknown, the most frequent first."""
    rules = Counter(f"{finding.code}  {finding.name}" for finding in findings)
    reasons = Counter(f"model unknown: {_reason(site.model)}" for site in sites if site.model.id is None)
    return [f"{count:6d}  {what}" for counts in (rules, reasons) for what, count in _ranked(counts)]


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _reason(model: ModelFact) -> str:
    """Without the names of the user's own code, so that equal reasons count as one."""
    reason = model.unknown_reason or "not given in the code"
    for pattern, general in GENERAL.items():
        reason = re.sub(pattern, general, reason)
    return printable(reason)


def _headline(finding: Finding, paint: Paint, fixes: Fixes) -> str:
    where = place(finding.path, finding.cell, finding.line, finding.column)
    code = paint(finding.code, COLOURS.get(finding.severity, "bold"))
    return f"{paint(where, 'bold')}: {code} {fixes.sign(finding)}{printable(finding.message)}"


def _frame(finding: Finding, lines: list[str], paint: Paint) -> Iterator[str]:
    """Two lines of context, the call's first line, and carets under the part of the call on that line."""
    if not 1 <= finding.line <= len(lines):
        return
    gutter = len(str(finding.line))
    bar = paint("|", "blue")
    for number in range(max(1, finding.line - 2), finding.line + 1):
        shown = _cut(_source(lines[number - 1]))
        yield f"{paint(f'{number:>{gutter}}', 'blue')} {bar} {shown}".rstrip()
    line = lines[finding.line - 1]
    end = finding.end_column if finding.end_line == finding.line else len(line.rstrip())
    start = width(_source(line[: finding.column]))
    length = width(_source(line[: max(end, finding.column + 1)])) - start
    if start < LONGEST_LINE:
        carets = "^" * max(1, min(length, LONGEST_LINE - start))
        yield f"{' ' * gutter} {bar} {' ' * start}{paint(carets, 'red bold')}"


def _source(text: str) -> str:
    return printable(text.rstrip("\r\n").expandtabs(TAB))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
