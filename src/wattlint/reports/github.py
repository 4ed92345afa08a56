"""GitHub's workflow commands, which it shows beside the code.

A step shows 10 annotations of each level, a job 50: those of the calls that use the most energy come first, and the
whole table goes into the job's summary.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wattlint.reports.places import cell_note, located
from wattlint.reports.terminal import printable
from wattlint.sources.secrets import hide

if TYPE_CHECKING:
    from wattlint.changes.compare import Comparison
    from wattlint.lint.findings import Finding
    from wattlint.sources.files import Problem

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
PER_LEVEL = 10
SUMMARY = "GITHUB_STEP_SUMMARY"
"""Environment variable that names the file for the job's summary."""


def check_github(
    findings: Sequence[Finding], problems: Sequence[Problem], energy: Mapping[int, float]
) -> str:
    """``energy``: by id of a call site."""
    ranked = sorted(findings, key=lambda finding: (-energy.get(id(finding.site), 0.0), finding.order))
    return "".join(f"{line}\n" for line in [*_capped(_problems(problems)), *_capped(map(_finding, ranked))])


def diff_github(comparison: Comparison) -> str:
    """New findings, the largest increase first, and the limits that are not kept."""
    ranked = [finding for pair in comparison.pairs for finding in pair.new_findings]
    unique = list({finding.order: finding for finding in ranked}.values())
    gates = [
        ("error" if gate.verdict == "failed" else "warning", {"title": f"wattlint {gate.name}"}, gate.message)
        for gate in comparison.gates
        if gate.verdict != "passed"
    ]
    lines = [*_capped(_problems(comparison.problems)), *_capped(iter(gates)), *_capped(map(_finding, unique))]
    return "".join(f"{line}\n" for line in lines)


def append_summary(markdown: str) -> str:
    """Add to the job's summary, where there is one; else what to say about it."""
    path = os.environ.get(SUMMARY)
    try:
        if path:
            with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(hide(markdown))
    except OSError as error:
        return f"::warning::{_data(f'the summary of the job cannot be written: {error}')}\n"
    return ""


Command = tuple[str, dict[str, str], str]
"""(level, properties, message)"""


def _finding(finding: Finding) -> Command:
    properties = {"file": located(finding.path).path}
    if finding.cell is None:
        properties |= {"line": str(finding.line), "endLine": str(finding.end_line)}
        if (
            finding.end_column and finding.line == finding.end_line
        ):  # GitHub takes columns within one line only
            properties |= {"col": str(finding.column + 1), "endColumn": str(finding.end_column + 1)}
    properties["title"] = f"{finding.code} {finding.name}"
    note = cell_note(finding.cell, finding.line)
    return LEVELS[finding.severity], properties, f"{finding.message}{note}. {finding.help}"


def _problems(problems: Iterable[Problem]) -> Iterator[Command]:
    for problem in problems:
        properties = {"file": located(problem.path).path}
        if problem.line:
            properties["line"] = str(problem.line)
        yield "error", {**properties, "title": "wattlint could not read this"}, problem.message


def _capped(commands: Iterable[Command]) -> Iterator[str]:
    shown: dict[str, int] = {}
    left = 0
    for level, properties, message in commands:
        shown[level] = shown.get(level, 0) + 1
        if shown[level] > PER_LEVEL:
            left += 1
            continue
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::{level} {listed}::{_data(message)}"
    if left:
        yield f"{left} more, which GitHub would not show beside the code: see the summary of the job."


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
