"""Markdown for pull-request comments and job summaries: one headline, a table folded past ten rows, and the three worst
calls with their cure.

Nothing of the user's code can break or spoof it: what comes from there stands in code spans, or has every character
that Markdown, HTML and GitHub's references know escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wattlint.reports.diff_text import (
    MONTHLY,
    QUANTITIES,
    change,
    figure,
    month_change,
    month_changes,
    month_figure,
    not_in_sums,
    place,
    quantity,
    reasons,
    verdict,
)
from wattlint.reports.figures import percent
from wattlint.reports.terminal import printable
from wattlint.reports.text import place as finding_place
from wattlint.reports.text import verdict as findings_verdict
from wattlint.sources.secrets import hide

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Estimated
    from wattlint.changes.compare import Comparison, SitePair
    from wattlint.lint.findings import Finding

MARKER = "<!-- wattlint -->"
"""By which a later run finds its comment."""
LONGEST = 60_000
"""GitHub takes comments of up to 65,536 characters."""
OPEN_ROWS = 10
WORST = 3
CELL = 160
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!~|])")
ICONS = {"added": "➕", "removed": "➖", "changed": "✏️"}
VERDICTS = {"passed": "✅", "failed": "❌", "unknown": "❔"}


def text(value: str) -> str:
    """Text that shows as it is: no markup, links, mentions or references."""
    shown = html.escape(printable(hide(value)), quote=False)
    shown = _SPECIAL.sub(r"\\\1", shown)
    return shown.replace("@", "&#64;").replace("://", ":&#47;&#47;").replace("www\\.", "www&#46;")


def code(value: str) -> str:
    """A code span, also in a table."""
    shown = printable(hide(value))
    if len(shown) > CELL:
        shown = shown[: CELL - 1] + "…"
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    gap = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{gap}{shown}{gap}{ticks}".replace("|", "\\|")


def diff_markdown(comparison: Comparison) -> str:
    """The report of ``wattlint diff --format markdown``."""
    lines = [MARKER, f"### wattlint: {_headline(comparison)}", ""]
    lines += [f"{text(comparison.head)} against {text(comparison.base)}. {text(verdict(comparison))}", ""]
    lines += [
        f"- {VERDICTS[gate.verdict]} {code(gate.name)} {gate.verdict}: {text(gate.message)}"
        for gate in comparison.gates
    ]
    lines += ["", *_sums(comparison), ""] if comparison.pairs else []
    lines += [text(" ".join(not_in_sums(comparison))), ""]
    lines += [*_new_findings(comparison), *_worst(comparison)]
    head = "| | call | model | what changed | energy of one call | change |\n|---|---|---|---|---|---|"
    notes = [f"Not read: {code(str(one))}" for one in comparison.problems[:20]]
    notes += [f"Not read at the base: {code(str(one))}" for one in comparison.base_problems[:20]]
    notes.append("Energy as p50 (p10–p90), estimated from the source, not measured.")
    return _assembled(lines, "All calls that differ", head, [_row(pair) for pair in comparison.pairs], notes)


def check_markdown(analysis: Analysis, energy: Mapping[int, float]) -> str:
    """The report of ``wattlint check --format markdown``. ``energy``: by id of a call site."""
    ranked = sorted(analysis.findings, key=lambda one: (-energy.get(id(one.site), 0.0), one.order))
    lines = [
        MARKER,
        f"### wattlint: {text(findings_verdict(analysis))}",
        "",
        text(str(analysis.coverage)),
        "",
    ]
    if ranked:
        lines += ["**Begin with**", ""]
        lines += [f"1. {_where(finding)} {_advice(finding)}" for finding in ranked[:WORST]]
        lines.append("")
    rows = [f"| {_where(finding)} | {code(finding.code)} | {text(finding.message)} |" for finding in ranked]
    notes = [f"Not read: {code(str(one))}" for one in analysis.problems[:20]]
    return _assembled(lines, "All findings", "| call | rule | finding |\n|---|---|---|", rows, notes)


def estimate_markdown(analysis: Analysis, items: Sequence[Estimated]) -> str:
    """The report of ``wattlint estimate --format markdown``."""
    from wattlint.reports.estimate_text import summary
    from wattlint.reports.totals import totals

    lines = [
        MARKER,
        "### wattlint: what each call uses",
        "",
        *map(text, summary(totals(items))),
        "",
        text(str(analysis.coverage)),
        "",
    ]
    ranked = sorted(items, key=lambda item: -item.impact.energy_wh.p50 if item.impact else 0.0)
    names = " | ".join(title for title, _, _ in QUANTITIES.values())
    head = f"| call | model | {names} |\n|---|---|{'---|' * len(QUANTITIES)}"
    rows = [
        f"| {code(place(item))} | {_model(item)} | "
        + " | ".join(quantity(item.impact, name) or "not known" for name in QUANTITIES)
        + " |"
        for item in ranked
    ]
    notes = [f"Not read: {code(str(one))}" for one in analysis.problems[:20]]
    notes.append("One call of each, p50 (p10–p90), estimated from the source, not measured.")
    return _assembled(lines, "All calls", head, rows, notes)


def _headline(comparison: Comparison) -> str:
    if not comparison.pairs:
        return "no call of a model changed"
    unknown = len(comparison.unknown)
    beside = f", {unknown} without an estimate" if unknown else ""
    difference = change(comparison, "energy_wh")
    if not difference:
        return f"no estimate for the {len(comparison.pairs)} calls that changed"
    share = comparison.percent("energy_wh")
    return f"{difference} for one call of each{f', {percent(share)}' if share else ''}{beside}"


def _sums(comparison: Comparison) -> Iterator[str]:
    yield "| one call of each | before | now | change |"
    yield "|---|---|---|---|"
    for name, (title, _, _) in QUANTITIES.items():
        old, new = (sums.quantities.get(name) for sums in (comparison.before, comparison.after))
        if old or new:
            shown = " | ".join(figure(side, name) if side else "none" for side in (old, new))
            yield f"| {title} | {shown} | {change(comparison, name)} |"
    before, after = comparison.before, comparison.after
    yield f"| calls | {before.calls} | {after.calls} | {after.calls - before.calls:+d} |"
    if before.without_estimate or after.without_estimate:
        missing = after.without_estimate - before.without_estimate
        yield f"| calls without an estimate | {before.without_estimate} | {after.without_estimate} | {missing:+d} |"
    for name, (title, _, _) in MONTHLY.items():
        one, other = month_figure(before.month, name), month_figure(after.month, name)
        if (one, other) != ("none", "none"):
            yield f"| {title} per month | {one} | {other} | {month_change(comparison, name) or 'not known'} |"
    if before.month or after.month:
        counts = [f"{side.calls:,.0f}" if side else "none" for side in (before.month, after.month)]
        yield f"| calls per month, where known | {' | '.join(counts)} | |"


def _new_findings(comparison: Comparison) -> Iterator[str]:
    fresh = comparison.new_findings
    if not fresh:
        return
    yield f"**New findings: {len(fresh)}**"
    yield ""
    for finding in fresh[:OPEN_ROWS]:
        yield f"- {_where(finding)} {code(finding.code)} {text(finding.message)}"
    if len(fresh) > OPEN_ROWS:
        yield f"- and {len(fresh) - OPEN_ROWS} more: see the text report"
    yield ""


def _worst(comparison: Comparison) -> Iterator[str]:
    """The three calls that grew most, with what a rule advises."""
    grown = [
        (difference.p50, pair)
        for pair in comparison.pairs
        if pair.after is not None
        and (difference := pair.change("energy_wh")) is not None
        and difference.p50 > 0
    ]
    if not grown:
        return
    yield "**Grew most**"
    yield ""
    for _, pair in sorted(grown, key=lambda one: -one[0])[:WORST]:
        assert pair.after is not None
        advice = "; ".join(_advice(finding) for finding in pair.findings[:2])
        cure = advice or "no rule has advice for it"
        yield f"1. {code(place(pair.after))} {change(pair, 'energy_wh')} {_model(pair.after)}: {cure}"
    yield ""


def _row(pair: SitePair) -> str:
    what = text(reasons(pair)) or pair.status
    if pair.before is not None and pair.after is not None and pair.before.site.path != pair.after.site.path:
        what += f", was in {code(pair.before.site.path)}"
    difference = change(pair, "energy_wh") or "not known"
    if month := month_changes(pair):
        difference += f"; a month {month}"
    energy = quantity(pair.item.impact, "energy_wh") or "not known"
    return f"| {ICONS[pair.status]} | {code(place(pair.item))} | {_model(pair.item)} | {what} | {energy} | {difference} |"


def _model(item: Estimated) -> str:
    return code(item.site.model.id) if item.site.model.id else "unknown"


def _where(finding: Finding) -> str:
    return code(finding_place(finding.path, finding.cell, finding.line, finding.column).rpartition(":")[0])


def _advice(finding: Finding) -> str:
    return f"{code(finding.code)} {text(finding.help)}"


def _assembled(lines: list[str], title: str, head: str, rows: list[str], notes: Sequence[str]) -> str:
    """The rows that fit; folded where there are many."""
    tail = ["", *notes]
    room = LONGEST - sum(len(line) + 1 for line in [*lines, title, head, *tail]) - 200
    shown: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            tail.insert(
                0, f"\n{len(rows) - len(shown)} more rows do not fit here: see the text or JSON report."
            )
            break
        shown.append(row)
    if not shown:
        table = []
    elif len(rows) > OPEN_ROWS:
        table = ["<details>", f"<summary>{title} ({len(rows)})</summary>", "", head, *shown, "", "</details>"]
    else:
        table = [head, *shown]
    return "\n".join([*lines, *table, *tail]).rstrip("\n") + "\n"
