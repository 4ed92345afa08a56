"""Estimates for people: two lines for each call site, the sum of one pass over them, and what is unknown.

Every figure is followed by its interval, both always in full; where the width does not hold all columns, the last
ones are left to the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from wattlint.impact.quantities import in_readable_unit
from wattlint.reports.figures import in_brackets, short, with_span
from wattlint.reports.terminal import Paint, painter, printable
from wattlint.reports.terminal import width as cells
from wattlint.reports.totals import Totals, totals

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.callsites.facts import CallSite, Place
    from wattlint.impact.quantities import Impact, Interval

VIA = {
    "literal": "",
    "local_const": "constant",
    "module_const": "constant",
    "imported_const": "imported constant",
    "env_default": "environment default",
    "param_default": "parameter default",
    "self_attr": "attribute",
    "class_attr": "class attribute",
    "settings_class": "settings class",
    "dict_config": "configuration dict",
    "cli_default": "command-line default",
    "config_file": "configuration file",
    "via_caller": "given by a caller",
    "omitted_default": "the library's default",
    "kwargs": "keyword arguments",
}
COLUMNS = {"energy": "Energy", "carbon": "CO2e", "price": "US$ per 1,000", "water": "Water"}
"""Most important first: a narrow page drops the last ones."""
SHORTEST_NAME = 24
"""Cells that a model's name has at least; a longer one is cut in the middle."""
GAP = "  "


class Figure(NamedTuple):
    """``86 mWh (19–420)`` in three parts, each with a column of its own."""

    middle: str
    unit: str
    ends: str


class Row(NamedTuple):
    line: str
    model: str
    details: str
    figures: dict[str, Figure]


def estimate_text(estimates: Sequence[Estimated], width: int, colour: bool) -> str:
    """The report of ``wattlint estimate``, ``width`` terminal cells wide where the figures fit into that."""
    paint = painter(colour)
    known = [item for item in estimates if item.impact is not None]
    unknown = [item for item in estimates if item.impact is None]
    lines: list[str] = []
    if known:
        lines += _table([(printable(item.site.path), _row(item)) for item in known], width, paint)
    if unknown:
        lines += ["", f"No estimate for {len(unknown)} of {len(estimates)} call sites:"]
        lines += [f"  {_place(item.site)}  {printable(item.why_unknown)}" for item in unknown]
    if estimates:
        lines.append("")
    lines += summary(totals(estimates))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _table(rows: Sequence[tuple[str, Row]], width: int, paint: Paint) -> Iterator[str]:
    gutter = max(cells(row.line) for _, row in rows) + 2
    columns = {name: _widths([row.figures[name] for _, row in rows], head) for name, head in COLUMNS.items()}
    while len(columns) > 1 and gutter + len(GAP) + SHORTEST_NAME + _total(columns) > width:
        columns.popitem()
    name_cells = max(SHORTEST_NAME, width - gutter - len(GAP) - _total(columns))
    name_cells = min(name_cells, max(SHORTEST_NAME, *(cells(row.model) for _, row in rows)))
    heads = "".join(GAP + COLUMNS[name].ljust(sum(parts) + 2) for name, parts in columns.items())
    head = f"{'Line':<{gutter}}{GAP}{'Model':<{name_cells}}{heads}".rstrip()
    yield "One call of each, p50 (p10–p90)"
    yield paint(head, "bold")
    yield "─" * (gutter + len(GAP) + name_cells + _total(columns))
    for path, group in groupby(rows, key=lambda pair: pair[0]):
        yield paint(path, "bold")
        for _, row in group:
            model = _padded(_cut_middle(row.model, name_cells), name_cells)
            figures = "".join(GAP + _cell(row.figures[name], parts) for name, parts in columns.items())
            yield f"{row.line:>{gutter}}{GAP}{paint(model, 'cyan')}{figures}"
            indent = gutter + len(GAP)
            yield " " * indent + paint(_cut(row.details, max(width - indent, 40)), "dim")


def _widths(figures: Sequence[Figure], head: str) -> tuple[int, int, int]:
    """Cells of the three parts of a column."""
    middle, unit, ends = (max(map(cells, part)) for part in zip(*figures, strict=True))
    return middle, unit, max(ends, cells(head) - middle - unit - 2)


def _total(columns: dict[str, tuple[int, int, int]]) -> int:
    return sum(sum(parts) + 2 + len(GAP) for parts in columns.values())


def _cell(figure: Figure, parts: tuple[int, int, int]) -> str:
    middle, unit, ends = parts
    gap = " " if unit else ""
    return f"{figure.middle:>{middle}}{gap}{figure.unit:<{unit}} {figure.ends:<{ends}}" + (
        "" if unit else " "
    )


def _row(item: Estimated) -> Row:
    site, impact = item.site, item.impact
    assert impact is not None
    cell = f"cell {site.cell + 1}, " if site.cell is not None else ""
    price = None if impact.cost_usd is None else impact.cost_usd.scaled(1000)
    figures = {
        "energy": _figure(impact.energy_wh, "Wh"),
        "carbon": _figure(impact.carbon_gco2e, "g"),
        "price": Figure("–", "", "") if price is None else Figure(short(price.p50), "", in_brackets(price)),
        "water": _figure(impact.water_ml.scaled(1e-3), "L"),
    }
    return Row(
        f"{cell}{site.line}", printable(site.model.id or "?"), printable(_details(site, impact)), figures
    )


def _figure(interval: Interval, unit: str) -> Figure:
    interval, unit = in_readable_unit(interval, unit)
    return Figure(short(interval.p50), unit, in_brackets(interval))


def _details(site: CallSite, impact: Impact) -> str:
    """What the figures are for, the most useful first: ``28–1,518 tokens in, 40 out · call, api · settings.py:5``."""
    unit = "" if impact.unit == "call" else f", per {impact.unit}"
    tokens = f"{_tokens(impact.tokens_in)} tokens in"
    if impact.tokens_out.p90 > 0:
        tokens += f", {_tokens(impact.tokens_out)} out"
    parts = [tokens, f"{site.kind}, {impact.deployment}{unit}", _given(site), site.entry_point]
    return " · ".join(part for part in parts if part)


def _tokens(interval: Interval) -> str:
    low, high = (f"{interval.p10:,.0f}", f"{interval.p90:,.0f}")
    return low if low == high else f"{low}–{high}"


def _given(site: CallSite) -> str:
    """Where the model's name stands and how it is given: ``settings.py:3, constant``."""
    model, parts = site.model, []
    if model.origin and not model.origin[-1].line:
        return f"default of {site.sdk}"
    if model.origin and (model.origin[-1].path, model.origin[-1].line) != (site.path, site.line):
        parts.append(_short_place(model.origin[-1], site.path))
    parts.append(VIA.get(model.via, model.via))
    others = len(set(model.candidates) - {model.id})
    if others:
        parts.append(f"or {others} other{'s' if others > 1 else ''}")
    return ", ".join(part for part in parts if part)


def _short_place(place: Place, seen_from: str) -> str:
    """``line 5`` in the same file, ``settings.py:5`` in the same folder, else the whole path."""
    if place.path == seen_from:
        return f"line {place.line}"
    folder, slash, name = place.path.rpartition("/")
    return f"{name if seen_from.startswith(folder + slash) else place.path}:{place.line}"


def _place(site: CallSite) -> str:
    cell = f":cell {site.cell + 1}" if site.cell is not None else ""
    return f"{printable(site.path)}{cell}:{site.line}"


def _padded(text: str, wanted: int) -> str:
    return text + " " * (wanted - cells(text))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _cut_middle(text: str, most: int) -> str:
    """The end of a model's name tells more than its middle: ``nomic-ai/nom…v1.5.f16.gguf``."""
    if len(text) <= most:
        return text
    start = (most - 1) // 2
    return f"{text[:start]}…{text[start + 1 - most :]}"


def summary(sums: Totals) -> Iterator[str]:
    """What one pass over all calls uses, and what is not in it."""
    if sums.energy_wh is None or sums.carbon_gco2e is None or sums.water_ml is None:
        return
    figures = [
        with_span(*in_readable_unit(sums.energy_wh, "Wh")),
        with_span(*in_readable_unit(sums.carbon_gco2e, "gCO2e")),
        with_span(*in_readable_unit(sums.water_ml.scaled(1e-3), "L water")),
    ]
    if sums.cost_usd is not None:
        figures.append(with_span(sums.cost_usd, "US$"))
    calls = "the call" if sums.sites == 1 else f"each of {_calls(sums.sites)}"
    yield f"Running {calls} once: {', '.join(figures)}."
    left_out = []
    if sums.without_estimate:
        left_out.append(f"{_calls(sums.without_estimate)} without an estimate")
    if sums.without_price and sums.cost_usd is not None:
        left_out.append(f"the price of {_calls(sums.without_price)} without a list price")
    if left_out:
        yield f"Not in the sum: {' and '.join(left_out)}."
    yield "Intervals are p10–p90. Bound and loaded models show one typical call and are not in the sum."


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"
