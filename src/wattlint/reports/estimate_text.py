"""Estimates for people: a table of call sites, the sum of one pass over them, and what is unknown.

Every figure stands above its interval; a figure without one is never printed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wattlint.reports.figures import short, span, with_span
from wattlint.reports.terminal import printable
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
    "env_default": "default of an environment variable",
    "param_default": "default of a parameter",
    "self_attr": "attribute",
    "class_attr": "class attribute",
    "settings_class": "settings class",
    "dict_config": "configuration dict",
    "cli_default": "default of a command-line option",
    "config_file": "configuration file",
    "via_caller": "given by a caller",
    "omitted_default": "the library's default",
    "kwargs": "keyword arguments",
}
FIGURES = {"Tokens": 14, "Wh": 13, "gCO2e": 15, "Water mL": 13, "US$": 16}
"""Columns of figures and their cells: every table of a report has the same, so that they line up."""
LINE = 5
NARROW = 110
"""Below this many cells water and money are only in the sum."""
NARROWEST = 72


def estimate_text(estimates: Sequence[Estimated], width: int, colour: bool) -> str:
    """The report of ``wattlint estimate``, ``width`` terminal cells wide."""
    width = max(width, NARROWEST)
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    known = [item for item in estimates if item.impact is not None]
    unknown = [item for item in estimates if item.impact is None]
    if known:
        console.print(_table(width, show_header=True))
    for path, items in groupby(known, key=lambda item: item.site.path):
        console.print(Text(printable(path), style="bold"), soft_wrap=True)
        table = _table(width, show_header=False)
        for item in items:
            table.add_row(*_row(item)[: len(table.columns)])
        console.print(table)
    if unknown:
        console.print(f"No estimate for {len(unknown)} of {len(estimates)} call sites:")
        for item in unknown:
            console.print(Text(f"  {_place(item.site)}  {printable(item.why_unknown)}"), soft_wrap=True)
    console.print()
    for line in _summary(totals(estimates)):
        console.print(line, soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _table(width: int, show_header: bool) -> Table:
    figures = dict(list(FIGURES.items())[: 3 if width < NARROW else None])
    table = Table(
        box=SIMPLE_HEAD if show_header else None, show_header=show_header, show_edge=False, pad_edge=False
    )
    table.add_column("Line", width=LINE)
    rest = width - LINE - sum(figures.values()) - 2 * (len(figures) + 1)
    table.add_column("Model and call", overflow="fold", width=rest)
    for name, cells in figures.items():
        table.add_column(name, justify="right", width=cells, no_wrap=True)
    return table


def _row(item: Estimated) -> tuple[Text, ...]:
    site, impact = item.site, item.impact
    assert impact is not None
    cell = f"cell {site.cell + 1}, " if site.cell is not None else ""
    call = Text.assemble((printable(site.model.id or "?"), "bold"), (f"\n{_what(site, impact)}", "dim"))
    if given := _given(site):
        call.append(f"\n{printable(given)}", "dim")
    tokens = Text(f"{_tokens(impact.tokens_in)} in\n{_tokens(impact.tokens_out)} out")
    figures = (impact.energy_wh, impact.carbon_gco2e, impact.water_ml, impact.cost_usd)
    return Text(f"{cell}{site.line}"), call, tokens, *map(_figure, figures)


def _figure(interval: Interval | None) -> Text:
    if interval is None:
        return Text("–\n", style="dim")
    return Text.assemble((short(interval.p50), "bold"), "\n", (span(interval), "dim"))


def _tokens(interval: Interval) -> str:
    low, high = (f"{interval.p10:,.0f}", f"{interval.p90:,.0f}")
    return low if low == high else f"{low}–{high}"


def _place(site: CallSite) -> str:
    cell = f":cell {site.cell + 1}" if site.cell is not None else ""
    return f"{printable(site.path)}{cell}:{site.line}"


def _short_place(place: Place, seen_from: str) -> str:
    """``line 5`` in the same file, ``settings.py:5`` in the same folder, else the whole path."""
    if place.path == seen_from:
        return f"line {place.line}"
    folder, slash, name = place.path.rpartition("/")
    return f"{name if seen_from.startswith(folder + slash) else place.path}:{place.line}"


def _what(site: CallSite, impact: Impact) -> str:
    unit = "" if impact.unit == "call" else f", per {impact.unit}"
    return f"{site.entry_point} ({site.kind}, {impact.deployment}{unit})"


def _given(site: CallSite) -> str:
    """How the model is given and where, as short as it can be said: ``constant, line 3``."""
    model = site.model
    parts = [VIA.get(model.via, model.via)]
    if model.origin and (model.origin[-1].path, model.origin[-1].line) != (site.path, site.line):
        parts.append(_short_place(model.origin[-1], site.path))
    others = len(set(model.candidates) - {model.id})
    if others:
        parts.append(f"or {others} other{'s' if others > 1 else ''}")
    return ", ".join(part for part in parts if part)


def _summary(sums: Totals) -> Iterator[str]:
    if sums.energy_wh is None or sums.carbon_gco2e is None or sums.water_ml is None:
        return
    figures = [
        with_span(sums.energy_wh, "Wh"),
        with_span(sums.carbon_gco2e, "gCO2e"),
        with_span(sums.water_ml, "mL water"),
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
