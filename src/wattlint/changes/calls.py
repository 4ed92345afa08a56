"""The calls of one version, as changes are counted: a call through the project's own wrapper is one for each caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from wattlint.analysis import Analysis, Estimated
from wattlint.callsites.facts import CallSite, Place

if TYPE_CHECKING:
    from wattlint.lint.findings import Finding

    Places = dict[tuple[str, int | None, int], list[Finding]]


class Call(NamedTuple):
    item: Estimated
    """``site`` in it stands where the caller of a wrapper stands."""
    via: Place | None
    """The wrapper's own call, where ``item`` is one of its callers."""
    findings: tuple[Finding, ...]

    @property
    def site(self) -> CallSite:
        return self.item.site


def calls_of(analysis: Analysis, items: list[Estimated]) -> list[Call]:
    """``items``: the estimates of ``analysis``."""
    found: Places = {}
    for finding in analysis.findings:
        found.setdefault((finding.path, finding.cell, finding.line), []).append(finding)
    return [
        call._replace(findings=tuple(_about(call, found)))
        for item in items
        for call in _expanded(item, analysis)
    ]


def _expanded(item: Estimated, analysis: Analysis) -> Iterator[Call]:
    site = item.site
    if (
        not site.contexts or site.cell is not None
    ):  # lines of callers in a notebook are not those of its cells
        yield Call(item, None, ())
        return
    from wattlint.lint.subject import Subject

    subject = Subject(site, analysis.settings[site.path])
    wrapper = Place(site.path, site.line, site.function or "")
    for caller, context in zip(subject.callers(), site.contexts, strict=True):
        view = replace(
            caller.site,
            path=context.caller.path,
            line=context.caller.line,
            end_line=context.end_line,
            column=context.column,
            end_column=context.end_column,
            function=context.function,
            callee=context.caller.note.removeprefix("call of "),
        )
        # A workload stated at the wrapper counts all its callers together: it stays with the only one, if it is.
        month = item.month if len(site.contexts) == 1 else None
        yield Call(Estimated(view, caller.record, caller.impact, month), wrapper, ())


def _about(call: Call, found: Places) -> Iterator[Finding]:
    """The findings at the call's line that are about it; those at a wrapper's own line are about all its callers."""
    for finding in found.get(_place(call.site), ()):
        if _same_kind(finding, call) and (call.via is not None or finding.column == call.site.column):
            yield finding
    if call.via is not None:
        for finding in found.get((call.via.path, None, call.via.line), ()):
            if _same_kind(finding, call):
                yield finding


def _same_kind(finding: Finding, call: Call) -> bool:
    return finding.site is not None and finding.site.entry_point == call.site.entry_point


def _place(site: CallSite) -> tuple[str, int | None, int]:
    return site.path, site.cell, site.line
