"""Estimates for people: a table of call sites, the sum of one pass over them, and what is unknown.

Every figure stands above its interval; a figure without one is never printed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
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
    from wattlint.callsites.facts import CallSite
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
COLUMNS = ("Call", "Model", "Tokens", "Wh", "gCO2e", "Water mL", "US$")
NARROWEST = 78


def estimate_text(estimates: Sequence[Estimated], width: int, colour: bool) -> str:
    """The report of ``wattlint estimate``, ``width`` terminal cells wide."""
    known = [item for item in estimates if item.impact is not None]
    unknown = [item for item in estimates if item.impact is None]
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    if known:
        console.print(_table(known))
    if unknown:
        console.print(f"No estimate for {len(unknown)} of {len(estimates)} call sites:")
        for item in unknown:
            console.print(Text(f"  {_place(item.site)}  {printable(item.why_unknown)}"), soft_wrap=True)
        console.print()
    for line in _summary(totals(estimates)):
        console.print(line, soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _table(estimates: Sequence[Estimated]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    for name in COLUMNS:
        text = name in COLUMNS[:2]
        table.add_column(name, justify="left" if text else "right", overflow="fold", no_wrap=not text)
    for item in estimates:
        site, impact = item.site, item.impact
        assert impact is not None
        table.add_row(
            _two(_place(site), _what(site, impact)),
            _two(site.model.id or "?", _given(site)),
            Text(f"{_tokens(impact.tokens_in)} in\n{_tokens(impact.tokens_out)} out"),
            _figure(impact.energy_wh),
            _figure(impact.carbon_gco2e),
            _figure(impact.water_ml),
            _figure(impact.cost_usd),
        )
    return table


def _two(first: str, second: str) -> Text:
    return Text.assemble((printable(first), "bold"), "\n", (printable(second), "dim"))


def _figure(interval: Interval | None) -> Text:
    if interval is None:
        return Text("–\n", style="dim")
    return Text.assemble((short(interval.p50), "bold"), "\n", (span(interval), "dim"))


def _tokens(interval: Interval) -> str:
    return span(interval)


def _place(site: CallSite) -> str:
    cell = f":cell {site.cell + 1}" if site.cell is not None else ""
    return f"{printable(site.path)}{cell}:{site.line}"


def _what(site: CallSite, impact: Impact) -> str:
    unit = "" if impact.unit == "call" else f", per {impact.unit}"
    return f"{site.entry_point} ({site.kind}, {impact.deployment}{unit})"


def _given(site: CallSite) -> str:
    """How the model is given and where, as short as it can be said: ``constant, settings.py:3``."""
    model = site.model
    parts = [VIA.get(model.via, model.via)]
    if model.origin and (model.origin[-1].path, model.origin[-1].line) != (site.path, site.line):
        parts.append(f"{model.origin[-1].path}:{model.origin[-1].line}")
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
