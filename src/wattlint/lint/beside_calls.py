"""Findings that are about no call: files that cannot be read, comments that suppress nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from wattlint.lint.facts import GETTERS
from wattlint.lint.findings import Finding, Span
from wattlint.lint.messages import render
from wattlint.lint.selection import ignored_in_file, selected_rules
from wattlint.lint.subject import Subject
from wattlint.lint.suppressions import Marker
from wattlint.settings import Settings
from wattlint.sources.files import Problem, SourceFile

LINTER = "LLM9"
"""Rules about the linting itself. A comment that names them is not called unused, nor is another one beside it."""


class Comment(NamedTuple):
    """A marker as rules see it."""

    text: str
    whole_file: bool
    unused: str | None


class Beside:
    """What such a rule is evaluated on; all that is known of calls is unknown here."""

    def __init__(self, problem: Problem | None = None, marker: Comment | None = None) -> None:
        self.problem, self.marker = problem, marker

    def __getattr__(self, name: str) -> None:
        return None


def unreadable(problem: Problem, settings: Settings, cell: int | None = None) -> list[Finding]:
    """What rules say about a file, or a cell of a notebook, that could not be analysed."""
    span = Span(problem.path, cell, problem.line or 1, 0, problem.line or 1, 0)
    return list(_findings("file", Beside(problem=problem), span, settings))


def unused(
    markers: Sequence[Marker], source: SourceFile, settings: Settings, lines: set[int] | None
) -> Iterator[Finding]:
    """Comments that suppress none of the findings they are there for. ``lines``: those on which a finding could be
    expected; None: all."""
    rules = selected_rules(settings)
    if not any("comment" in rule.kinds for rule in rules):
        return
    enabled = [rule.code for rule in rules if not ignored_in_file(rule.code, source.display, settings)]
    accepted = {
        line
        for marker in markers
        for line in marker.lines or ()
        if any(LINTER in code for code in marker.codes)
    }
    letters = {code.rstrip("0123456789") for code in enabled}
    for marker in markers:
        if marker.line in accepted:
            continue
        if lines is not None and lines.isdisjoint(lines if marker.lines is None else marker.lines):
            continue
        idle = [
            code
            for code in marker.idle(letters)
            if not code.startswith(LINTER) and any(one.startswith(code) for one in enabled)
        ]
        cell, line = source.cells.locate(marker.line) if source.cells else (None, marker.line)
        named = None if not idle else "any rule" if "" in idle else ", ".join(idle)
        comment = Comment(marker.text, marker.whole_file, named)
        end = marker.column + len(marker.text) + 2
        span = Span(source.display, cell, line, marker.column, line, end)
        yield from _findings("comment", Beside(marker=comment), span, settings)


def _findings(kind: str, beside: Beside, span: Span, settings: Settings) -> Iterator[Finding]:
    subject = cast(Subject, beside)
    for rule in selected_rules(settings):
        ignored = settings.per_file_ignores and ignored_in_file(rule.code, span.path, settings)
        if kind in rule.kinds and not ignored and rule.holds(subject):
            message, help = (render(part, subject, GETTERS) for part in (rule.message, rule.help))
            yield Finding.of_rule(rule, span, message, help)
