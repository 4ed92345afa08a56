"""A change for people: each call that differs, what one pass over all calls costs before and after, and the gates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wattlint.reports.figures import percent, signed, with_span
from wattlint.reports.terminal import Paint, painter, printable
from wattlint.reports.text import concise

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.changes.compare import Change, Comparison, SitePair
    from wattlint.impact.monthly import PerMonth
    from wattlint.impact.quantities import Impact, Interval

MARKS = {"added": ("+", "red"), "removed": ("−", "green"), "changed": ("~", "yellow")}
QUANTITIES = {
    "energy_wh": ("energy", "Wh", 1.0),
    "carbon_gco2e": ("carbon", "gCO2e", 1.0),
    "water_ml": ("water", "L", 1e-3),
    "cost_usd": ("price", "US$", 1.0),
}
"""Name -> what it is called, unit, and the factor to that unit."""
MONTHLY = {
    "energy_kwh": ("energy", "Wh", 1e3),
    "carbon_kgco2e": ("carbon", "gCO2e", 1e3),
    "water_l": ("water", "L", 1.0),
    "cost_usd": ("price", "US$", 1.0),
}
"""The same of a month."""
INDENT = "    "


def diff_text(comparison: Comparison, colour: bool, quiet: bool = False) -> str:
    """The report of ``wattlint diff``."""
    paint = painter(colour)
    lines = [paint(printable(f"{comparison.head} against {comparison.base}"), "bold")]
    listed = [pair for pair in comparison.pairs if _has_figures(pair)]
    for pair in listed:
        lines += ["", *_pair(pair, paint)]
    lines += _without_figures([pair for pair in comparison.pairs if not _has_figures(pair)], paint)
    lines.append("")
    if comparison.pairs:
        lines += _sums(comparison)
    lines += _findings(comparison, paint)
    lines += gate_lines(comparison, paint)
    lines += [f"Not read at the base: {printable(str(problem))}" for problem in comparison.base_problems]
    if not quiet:
        lines += [verdict(comparison), str(comparison.coverage)]
    return "".join(f"{line}\n" for line in lines)


def verdict(comparison: Comparison) -> str:
    """``2 calls added, 1 changed, 14 unchanged.``"""
    if not comparison.pairs:
        return f"No call site changed ({comparison.same} unchanged)."
    counts = {status: len(comparison.having(status)) for status in ("added", "removed", "changed")}
    parts = [f"{count} {status}" for status, count in counts.items() if count]
    return f"Call sites: {', '.join(parts)}, {comparison.same} unchanged."


def place(item: Estimated) -> str:
    cell = f":cell {item.site.cell + 1}" if item.site.cell is not None else ""
    return printable(f"{item.site.path}{cell}:{item.site.line}")


def model(item: Estimated) -> str:
    return printable(item.site.model.id or "model unknown")


def reasons(pair: SitePair) -> str:
    """``model gpt-4o → gpt-4o-mini (settings.py:3), loop none → once per item``"""
    parts = []
    for one in pair.differences:
        origin = f" ({pair.origin.path}:{pair.origin.line})" if one.what == "model" and pair.origin else ""
        parts.append(f"{one}{origin}")
    return printable(", ".join(parts))


def quantity(impact: Impact | None, name: str) -> str:
    """``86 mWh (19–420)``; empty where it is not known."""
    value: Interval | None = getattr(impact, name) if impact is not None else None
    return "" if value is None else figure(value, name)


def change(pair: SitePair | Comparison, name: str) -> str:
    """``+62 mWh (+12 to +310)``; empty where it is not known."""
    return _signed(pair.change(name), *QUANTITIES[name][1:])


def month_change(pair: SitePair | Comparison, name: str) -> str:
    """The same of a month."""
    return _signed(pair.month_change(name), *MONTHLY[name][1:])


def _signed(difference: Change | None, unit: str, factor: float) -> str:
    if difference is None:
        return ""
    return signed(type(difference)(*(end * factor for end in difference)), unit)


def month_changes(pair: SitePair) -> str:
    """``+1.2 kWh (+0.4 to +3.1), ...`` of all quantities; empty where none changed, or nobody says how often it runs."""
    changed = [name for name in MONTHLY if any(pair.month_change(name) or ())]
    return ", ".join(month_change(pair, name) + (" water" if name == "water_l" else "") for name in changed)


def month_figure(month: PerMonth | None, name: str) -> str:
    """``1.2 kWh (0.4–3.1)``; ``none`` where there is none."""
    value: Interval | None = getattr(month, name) if month is not None else None
    if value is None:
        return "none"
    _, unit, factor = MONTHLY[name]
    return _shown(value, unit, factor)


def _has_figures(pair: SitePair) -> bool:
    return any(item is not None and item.impact is not None for item in (pair.before, pair.after))


def _without_figures(pairs: Sequence[SitePair], paint: Paint) -> Iterator[str]:
    """Those without an estimate on either side, more shortly."""
    if pairs:
        yield ""
        yield "No estimate, before or now:"
    for pair in pairs:
        yield f"  {_headline(pair, paint)}"
        what = reasons(pair) or printable(pair.item.why_unknown)
        yield f"{INDENT}  {what}"


def _headline(pair: SitePair, paint: Paint) -> str:
    mark, style = MARKS[pair.status]
    item, site = pair.item, pair.item.site
    moved = ""
    if pair.before is not None and pair.after is not None and pair.before.site.path != site.path:
        moved = f", was in {printable(pair.before.site.path)}"
    through = f", through {printable(f'{pair.via.path}:{pair.via.line}')}" if pair.via else ""
    where = f" in {printable(site.function)}" if site.function else ""
    return f"{paint(f'{mark} {place(item)}', style)}  {paint(model(item), 'cyan')}{where}{through}{moved}"


def _pair(pair: SitePair, paint: Paint) -> Iterator[str]:
    item = pair.item
    yield _headline(pair, paint)
    if pair.differences:
        yield INDENT + reasons(pair)
    for side in (pair.before, pair.after):
        if side is not None and side.impact is None:
            when = "" if pair.status != "changed" else "before: " if side is pair.before else "now: "
            yield f"{INDENT}{when}no estimate ({printable(side.why_unknown)})"
    if pair.status == "changed" and pair.is_known:
        if any(pair.change("energy_wh") or ()):
            yield INDENT + ", ".join(_steps(pair))
    elif item.impact is not None:
        figures = [quantity(item.impact, name) for name in QUANTITIES]
        unit = "" if item.impact.unit == "call" else f" per {item.impact.unit}"
        yield f"{INDENT}{', '.join(figure for figure in figures if figure)}{unit}"
    if month := month_changes(pair):
        yield f"{INDENT}per month {month}"


def _steps(pair: SitePair) -> Iterator[str]:
    """``220 mWh → 57 mWh: −160 mWh (−780 to −23)`` for each quantity."""
    assert pair.before is not None and pair.after is not None
    for name in QUANTITIES:
        old, new = quantity(pair.before.impact, name), quantity(pair.after.impact, name)
        if old and new and name == "energy_wh":
            yield f"{old.partition(' (')[0]} → {new.partition(' (')[0]}: {change(pair, name)}"
        elif old and new:
            yield change(pair, name) + (" water" if name == "water_ml" else "")


def _sums(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    if before.calls or after.calls:  # else there are only loads, or nothing that has an estimate
        yield f"One call of each: {before.calls} before, {after.calls} now, p50 (p10–p90)"
    for name, (title, _, _) in QUANTITIES.items():
        sides = [sums.quantities.get(name) for sums in (before, after)]
        if any(sides):
            old, new = (figure(side, name) if side else "none" for side in sides)
            share = comparison.percent(name)
            of_base = f", {percent(share)}" if share else ""
            yield f"  {title:7} {old} → {new}: {change(comparison, name)}{of_base}"
    yield from not_in_sums(comparison)
    if after.without_estimate or before.without_estimate:
        yield f"Calls without an estimate: {before.without_estimate} before, {after.without_estimate} now."
    yield from _months(comparison)


def not_in_sums(comparison: Comparison) -> Iterator[str]:
    """Why the sums may differ from what the calls above them come to."""
    if comparison.known_on_one_side:
        yield f"Not in the change: calls with an estimate on one side only ({comparison.known_on_one_side})."
    if comparison.not_running:
        yield f"Not in the sums: bound and loaded models ({comparison.not_running}), shown with one typical call each."


def _months(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.before.month, comparison.after.month
    if before is None and after is None:
        return
    calls = " → ".join(f"{side.calls:,.0f}" if side else "none" for side in (before, after))
    yield f"Per month, where the number of calls is known: {calls} calls"
    for name, (title, _, _) in MONTHLY.items():
        old, new = month_figure(before, name), month_figure(after, name)
        if (old, new) != ("none", "none"):
            difference = month_change(comparison, name)
            yield f"  {title:7} {old} → {new}{f': {difference}' if difference else ''}"


def _findings(comparison: Comparison, paint: Paint) -> Iterator[str]:
    fresh, fixed = comparison.new_findings, comparison.fixed_findings
    if fresh:
        yield f"New findings: {len(fresh)}"
        yield from (f"  {line}" for line in concise(fresh, paint))
    if fixed:
        codes = ", ".join(f"{finding.code} {printable(finding.path)}" for finding in fixed[:10])
        yield f"Findings gone: {len(fixed)} ({codes}{', ...' if len(fixed) > 10 else ''})"


def gate_lines(comparison: Comparison, paint: Paint) -> Iterable[str]:
    styles = {"passed": "green", "failed": "red", "unknown": "yellow"}
    for gate in comparison.gates:
        yield f"{paint(gate.verdict, styles[gate.verdict])}: {printable(f'{gate.name}: {gate.message}')}"


def figure(value: Interval, name: str) -> str:
    _, unit, factor = QUANTITIES[name]
    return _shown(value, unit, factor)


def _shown(value: Interval, unit: str, factor: float) -> str:
    from wattlint.impact.quantities import in_readable_unit

    if unit.endswith("$"):
        return with_span(value, unit)
    return with_span(*in_readable_unit(value.scaled(factor), unit))
