"""``--explain`` of ``estimate`` and ``check``: the call that a place names, and how its figures or findings arise."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattlint.config import Configuration
from wattlint.run import analyse, estimates
from wattlint.sources.discovery import display_path
from wattlint.sources.files import Problem
from wattlint.sources.project import project_root

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.callsites.facts import CallSite
    from wattlint.lint.rules import Rule
    from wattlint.lint.subject import Subject


class Unexplained(Exception):
    """There is nothing to explain; the message says why and what there is."""


class Explanation(NamedTuple):
    text: str
    problems: list[Problem]


class Spot(NamedTuple):
    """``FILE:LINE``, as findings show it: with ``cell N`` for a notebook, and perhaps a column, which is ignored."""

    text: str
    path: str
    cell: int | None
    line: int

    def is_at(self, site: CallSite) -> bool:
        return site.line <= self.line <= site.end_line and self.cell in (None, site.cell)


def spot(text: str) -> Spot:
    """Raises Unexplained."""
    place = re.fullmatch(r"(.+?)(?::cell (\d+))?:(\d+)(?::\d+)?:?", text)
    if place is None:
        raise Unexplained(f'--explain: expected FILE:LINE, not "{text}"')
    return Spot(text, place[1], int(place[2]) - 1 if place[2] else None, int(place[3]))


def explain_estimate(where: Spot, configuration: Configuration) -> Explanation:
    """The derivation of the figures of the calls at ``where``. Raises Unexplained."""
    from wattlint.impact.explain import explain

    analysis = analyse([where.path], configuration, lint=False)
    here = [item for item in estimates(analysis) if where.is_at(item.site)]
    if not here and not analysis.problems:
        raise Unexplained(_no_call(where, analysis))
    texts = [
        explain(item.site, item.impact)
        if item.impact
        else f"{item.site.path}:{item.site.line}: {item.why_unknown}"
        for item in here
    ]
    return Explanation("\n\n".join(texts), analysis.problems)


def explain_finding(code: str, where: Spot, configuration: Configuration) -> Explanation:
    """Why the rule ``code`` (or its name) fires at ``where``, or does not. Raises Unexplained."""
    from wattlint.lint.explain import explain

    rule = _rule(code, configuration)
    analysis = analyse([where.path], configuration)
    here = list(_subjects(where, analysis))
    if not here and not analysis.problems:
        # Findings at the callers of a wrapper come from the wrapper's file.
        whole = analyse([str(project_root(Path(where.path)))], configuration)
        here = list(_subjects(where, whole))
        if not here:
            raise Unexplained(_no_call(where, analysis))
        whole.problems.clear()
        analysis = whole
    texts = [explain(rule, subject, _verdict(rule, subject, analysis)) for subject in here]
    return Explanation("\n\n\n".join(texts), analysis.problems)


def _rule(code: str, configuration: Configuration) -> Rule:
    from wattlint.catalogue.user_folder import part
    from wattlint.lint.rules import load_rules
    from wattlint.lint.selection import UnknownCode, whole_code

    try:
        return whole_code(code, load_rules(part(configuration.of_folder(Path.cwd()).rules_dir, "checks")))
    except UnknownCode as error:
        raise Unexplained(f"--explain: {error}") from None


def _subjects(where: Spot, analysis: Analysis) -> Iterator[Subject]:
    """The calls at ``where``, and calls elsewhere as a caller at ``where`` makes them."""
    from wattlint.lint.subject import Subject

    path = display_path(os.path.abspath(where.path))
    for site in analysis.sites:
        subject = Subject(site, analysis.settings[site.path])
        if site.path == path and where.is_at(site):
            yield subject
        elif site.cell is None:
            for caller in map(Subject.judged, subject.callers()):
                if caller.caller is not None and (caller.caller.path, caller.caller.line) == (
                    path,
                    where.line,
                ):
                    yield caller


def _verdict(rule: Rule, subject: Subject, analysis: Analysis) -> str:
    from wattlint.lint.selection import ignored_in_file, selected_rules

    site, settings = subject.site, subject.settings
    path, line = (subject.caller or (site.path, site.line))[:2]
    if any((it.code, it.path, it.line) == (rule.code, path, line) for it in analysis.findings):
        return "reported"
    if site.kind not in rule.kinds:
        return f"not reported, for it looks at calls of kind {', '.join(sorted(rule.kinds))}, and this is a {site.kind}"
    if not rule.holds(subject):
        return "not reported, for its condition does not hold"
    if site.in_tests and not settings.check_tests:
        return "not reported, for folders of tests and examples are only checked with check-tests"
    if rule.code not in {chosen.code for chosen in selected_rules(settings)}:
        off = {"off": "; it is off by default", "preview": "; it is in preview"}.get(rule.default, "")
        return f"not reported, for it is not selected{off}"
    if ignored_in_file(rule.code, path, settings):
        return "not reported, for per-file-ignores names it"
    stronger = sorted(
        rule.yields_to & {it.code for it in analysis.findings if (it.path, it.line) == (path, line)}
    )
    if stronger:
        return f"not reported, for {stronger[0]} says more about the same call"
    if subject.caller is not None:
        return "not reported here, but at the call itself"
    return "not reported, for a comment suppresses it"


def _no_call(where: Spot, analysis: Analysis) -> str:
    lines = ", ".join(dict.fromkeys(map(_line, analysis.sites)))
    known = f"call sites at {lines}" if lines else "no call sites in this file"
    return f"{where.text}: no call site here ({known})"


def _line(site: CallSite) -> str:
    return f"line {site.line}" if site.cell is None else f"cell {site.cell + 1}:{site.line}"
