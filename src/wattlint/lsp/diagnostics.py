"""Findings and problems as diagnostics."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lsprotocol import types
from pygls.workspace import TextDocument

from wattlint.analysis import Analysis
from wattlint.lint.findings import Finding
from wattlint.sources.discovery import display_path
from wattlint.sources.secrets import hide

SOURCE = "wattlint"
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def diagnostics(analysis: Analysis, document: TextDocument) -> list[types.Diagnostic]:
    """What is shown in ``document``; findings at callers in other files are shown there."""
    here = display_path(str(Path(document.path)))
    found = [_finding(finding, document) for finding in analysis.findings if finding.path == here]
    found += _problems(analysis, document, here)
    return found


def range_of(finding: Finding, document: TextDocument) -> types.Range:
    end_line, end_column = finding.end_line, finding.end_column
    if (finding.line, finding.column) == (end_line, end_column):  # only the line is known
        end_column = line_length(document, end_line)
    return client_range(document, finding.line, finding.column, end_line, end_column)


def client_range(
    document: TextDocument, line: int, column: int, end_line: int, end_column: int
) -> types.Range:
    """Lines from 1 and columns in characters, as the client counts (in UTF-16 units, unless it agreed otherwise)."""
    start, end = types.Position(line - 1, column), types.Position(end_line - 1, end_column)
    return document.position_codec.range_to_client_units(lines_of(document), types.Range(start, end))


def lines_of(document: TextDocument) -> list[str]:
    """With their ends. Python and the protocol know three of them; ``str.splitlines`` also breaks at form feeds."""
    return _lines(document.source)


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    return LINE.findall(text)


def line_length(document: TextDocument, line: int) -> int:
    lines = lines_of(document)
    return len(lines[line - 1].rstrip("\r\n")) if 0 < line <= len(lines) else 0


def _finding(finding: Finding, document: TextDocument) -> types.Diagnostic:
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(
                Path(os.path.abspath(place.path)).as_uri(),
                types.Range(types.Position(place.line - 1, 0), types.Position(place.line - 1, 0)),
            ),
            hide(place.note) or "see here",
        )
        for place in finding.related
        if place.line
    ]
    return types.Diagnostic(
        range=range_of(finding, document),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(finding.url),
        source=SOURCE,
        message=hide(f"{finding.message}\n{finding.help}"),
        related_information=related,
    )


def _problems(analysis: Analysis, document: TextDocument, here: str) -> Iterator[types.Diagnostic]:
    for problem in analysis.unreported:
        own = problem.path == here
        line = problem.line if own and problem.line else 1
        yield types.Diagnostic(
            range=client_range(document, line, 0, line, line_length(document, line)),
            severity=types.DiagnosticSeverity.Warning,
            code="LLM901",
            source=SOURCE,
            message=hide(problem.message if own else str(problem)),
        )
