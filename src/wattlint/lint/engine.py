"""Evaluates the selected rules on call sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import thread_time

from wattlint.callsites.facts import CallSite, Place
from wattlint.lint.facts import GETTERS
from wattlint.lint.findings import Finding, Span
from wattlint.lint.messages import render
from wattlint.lint.rules import Rule
from wattlint.lint.selection import ignored_in_file, selected_rules
from wattlint.lint.subject import Subject
from wattlint.settings import Settings
from wattlint.sources.limits import Spent


def check_sites(sites: Sequence[CallSite], settings: Settings, spent: Spent | None = None) -> list[Finding]:
    """Findings in order of place and code, before comments suppress any. Raises UnknownCode, CatalogueError.

    Where a file takes longer than ``seconds-per-file`` all together, the rest of its sites is not looked at: it then is
    in ``spent.late``.
    """
    rules = selected_rules(settings)
    findings: dict[tuple[object, ...], Finding] = {}
    for site in sites:
        if site.in_tests and not settings.check_tests:
            continue
        if spent is not None and spent.over(site.path, settings.seconds_per_file):
            spent.late.add(site.path)
            continue
        began = thread_time()
        for finding in _check_site(site, rules, settings):
            if not (settings.per_file_ignores and ignored_in_file(finding.code, finding.path, settings)):
                # One place may call a wrapper that reaches several providers: it is said once.
                known = findings.setdefault(finding.order[:-1], finding)
                if finding.order < known.order:
                    findings[finding.order[:-1]] = finding
        if spent is not None:
            spent.add(site.path, thread_time() - began)
    return sorted(findings.values(), key=lambda finding: finding.order)


def _check_site(site: CallSite, rules: Sequence[Rule], settings: Settings) -> Iterator[Finding]:
    """What holds for the call as written is reported there; what only holds for some callers is reported at them."""
    applicable = [rule for rule in rules if site.kind in rule.kinds]
    if not applicable:
        return
    subject = Subject(site, settings)
    holding = {rule.code: rule for rule in applicable if rule.holds(subject)}
    yield from (_finding(rule, subject) for rule in _strongest(holding))
    if site.contexts:
        left = [rule for rule in applicable if not {rule.code, *rule.yields_to} & holding.keys()]
        for caller in map(Subject.judged, subject.callers()):
            held = {rule.code: rule for rule in left if rule.holds(caller)}
            yield from (_finding(rule, caller) for rule in _strongest(held))


def _strongest(holding: Mapping[str, Rule]) -> list[Rule]:
    """Less those that a stronger one makes superfluous."""
    return [rule for rule in holding.values() if not rule.yields_to & holding.keys()]


def _finding(rule: Rule, subject: Subject) -> Finding:
    site, context = subject.site, subject.context
    span = Span.of_call(site)
    if context is not None and site.cell is None:  # lines of callers in a notebook are not those of its cells
        place = context.caller
        span = Span(place.path, None, place.line, context.column, context.end_line, context.end_column)
    return Finding.of_rule(
        rule,
        span,
        render(rule.message, subject, GETTERS),
        render(rule.help, subject, GETTERS),
        site,
        tuple(_related(subject, span.line)),
    )


def _related(subject: Subject, line: int) -> Iterator[Place]:
    site = subject.site
    if subject.caller is not None:
        yield Place(site.path, site.line, "the call itself")
    if subject.origin is not None:
        yield site.model.origin[-1]
    if site.loop.line not in (None, line) and site.loop.via_function is None:
        yield Place(site.path, site.loop.line, "the loop")
