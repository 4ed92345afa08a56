"""What the HTML report of ``wattlint diff`` shows: the change in figures, and the calls that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wattlint import __version__
from wattlint.impact.grade import LETTERS, SCALE
from wattlint.reports.diff_text import model, place, reasons, verdict
from wattlint.reports.html_report.data import Data, interval_data, month_data, site_data
from wattlint.reports.terminal import printable

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.changes.compare import Comparison, SitePair, Sums


def comparison_data(comparison: Comparison) -> Data:
    """The report shows the newer side; ``grade`` is left out, for a change is not graded."""
    lines: dict[str, int] = {}
    coverage = str(comparison.coverage) if comparison.coverage else ""
    problems = [*comparison.problems, *comparison.base_problems]
    return {
        "version": __version__,
        "title": printable(f"{comparison.base} → {comparison.head}"),
        "scale": [[name, end] for name, end in SCALE],
        "letters": list(LETTERS),
        "totals": _totals(comparison.after),
        "month": month_data(comparison.after.month),
        "coverage": coverage,
        "problems": [printable(str(problem)) for problem in problems],
        "sites": [site_data(pair.item, None, lines) for pair in comparison.pairs],
        "lines": list(lines),
        "comparison": {
            "base": printable(comparison.base),
            "verdict": printable(verdict(comparison)),
            "before": _totals(comparison.before),
            "same": comparison.same,
            "unknown": len(comparison.unknown),
            "pairs": [_pair(pair) for pair in comparison.pairs],
        },
    }


def _totals(sums: Sums) -> Data:
    named = (("energy", "energy_wh"), ("carbon", "carbon_gco2e"), ("water", "water_ml"), ("cost", "cost_usd"))
    figures = {key: interval_data(sums.quantities.get(name)) for key, name in named}
    return {
        "sites": sums.calls - sums.without_estimate,
        "without_estimate": sums.without_estimate,
        "without_price": sums.without_price,
        **figures,
    }


def _pair(pair: SitePair) -> Data:
    return {
        "status": pair.status,
        "place": printable(place(pair.item)),
        "model": printable(model(pair.item)),
        "reasons": printable(reasons(pair)),
        "before": _energy(pair.before),
        "after": _energy(pair.after),
        "known": pair.is_known,
    }


def _energy(item: Estimated | None) -> list[float] | None:
    return interval_data(item.impact.energy_wh) if item is not None and item.impact is not None else None
