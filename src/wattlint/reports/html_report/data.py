"""What the HTML report shows, as plain data: totals, grade, one row a call site, and the derivations.

Figures are lists [p10, p50, p90] in Wh, gCO2e, mL and US$. A derivation is a list of line numbers into ``lines``: most
lines stand in many derivations, and a report on thousands of sites would be many times its size otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattlint import __version__
from wattlint.impact.explain import explain
from wattlint.impact.grade import LETTERS, SCALE, Grade, Judged
from wattlint.impact.monthly import PerMonth, together
from wattlint.reports.figures import rounded
from wattlint.reports.terminal import printable
from wattlint.reports.totals import totals

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Estimated
    from wattlint.grading import Graded
    from wattlint.impact.quantities import Interval

Data = dict[str, Any]
PROMPT_CHARACTERS = 400


def report_data(analysis: Analysis, estimates: Sequence[Estimated], graded: Graded, title: str) -> Data:
    lines: dict[str, int] = {}
    return {
        "version": __version__,
        "title": printable(title),
        "grade": _grade(graded.project),
        "scale": [[name, end] for name, end in SCALE],
        "letters": list(LETTERS),
        "totals": _totals(estimates),
        "month": month_data(together([item.month for item in estimates if item.month])),
        "coverage": str(analysis.coverage),
        "problems": [printable(str(problem)) for problem in analysis.problems],
        "sites": [site_data(item, one, lines) for item, one in zip(estimates, graded.sites, strict=True)],
        "lines": list(lines),
    }


def _grade(project: Grade | None) -> Data | None:
    if project is None:
        return None
    return {**project._asdict(), "ratio": rounded(project.ratio)}


def _totals(estimates: Sequence[Estimated]) -> Data:
    sums = totals(estimates)
    return {
        "sites": sums.sites,
        "without_estimate": sums.without_estimate,
        "without_price": sums.without_price,
        "energy": interval_data(sums.energy_wh),
        "carbon": interval_data(sums.carbon_gco2e),
        "water": interval_data(sums.water_ml),
        "cost": interval_data(sums.cost_usd),
    }


def month_data(month: PerMonth | None) -> Data | None:
    if month is None:
        return None
    return {
        "calls": rounded(month.calls),
        "energy": interval_data(month.energy_kwh.scaled(1000)),
        "carbon": interval_data(month.carbon_kgco2e.scaled(1000)),
        "water": interval_data(month.water_l.scaled(1000)),
        "cost": interval_data(month.cost_usd),
        "source": printable(month.source),
    }


def site_data(item: Estimated, judged: Judged | None, lines: dict[str, int]) -> Data:
    site, impact = item.site, item.impact
    text = explain(site, impact) if impact else item.why_unknown
    data = {
        "path": printable(site.path),
        "cell": None if site.cell is None else site.cell + 1,
        "line": site.line,
        "function": site.function and printable(site.function),
        "callee": printable(site.callee),
        "kind": site.kind,
        "model": site.model.id and printable(site.model.id),
        "task": site.task.name if site.task and site.task.confidence != "low" else None,
        "grade": judged.letter if judged else None,
        "solver": judged.solver if judged else None,
        "deployment": impact.deployment if impact else None,
        "unit": impact.unit if impact else None,
        "energy": interval_data(impact.energy_wh) if impact else None,
        "carbon": interval_data(impact.carbon_gco2e) if impact else None,
        "water": interval_data(impact.water_ml) if impact else None,
        "cost": interval_data(impact.cost_usd) if impact else None,
        "month": month_data(item.month),
        "prompt": _prompt(item),
        "derivation": [lines.setdefault(printable(line), len(lines)) for line in text.split("\n")],
    }
    return {key: value for key, value in data.items() if value is not None}


def _prompt(item: Estimated) -> str | None:
    prompt = item.site.prompt
    if prompt is None or not prompt.parts:
        return None
    text = prompt.with_holes()
    cut = text if len(text) <= PROMPT_CHARACTERS else text[: PROMPT_CHARACTERS - 1] + "…"
    return "\n".join(map(printable, cut.split("\n")))


def interval_data(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [rounded(end) for end in interval]
