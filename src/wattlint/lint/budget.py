"""``[tool.wattlint.budget]`` held against estimates: of one call, and of one call of each site of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wattlint.callsites.facts import RUNNING
from wattlint.impact.quantities import Impact, Interval, in_readable_unit, plain, total

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite
    from wattlint.lint.findings import Finding
    from wattlint.settings import Settings

UNITS = {"energy_wh": "Wh", "carbon_gco2e": "gCO2e", "water_ml": "mL", "cost_usd": "US$"}
"""What can be limited, with the unit that its name says."""
CODE = "LLM501"


def excess(found: Mapping[str, Interval], limits: Mapping[str, float], at: str) -> list[str]:
    """``energy 0.34 Wh (0.11–1.2), limit 0.1 Wh`` for each limit that the percentile ``at`` exceeds."""
    return [
        f"{name.partition('_')[0]} {amount(found[name], name)}, limit {plain(limit)} {UNITS[name]}"
        for name, limit in limits.items()
        if name in found and getattr(found[name], at) > limit
    ]


def quantities(impact: Impact | None) -> dict[str, Interval]:
    """Those of ``UNITS`` that are known."""
    values = {name: getattr(impact, name) for name in UNITS} if impact is not None else {}
    return {name: value for name, value in values.items() if value is not None}


def amount(value: Interval, name: str) -> str:
    """``0.34 Wh (0.11–1.2)``."""
    if name == "cost_usd":
        shown, unit = value, "US$"
    elif name == "water_ml":
        shown, unit = in_readable_unit(value.scaled(1e-3), "L")
    else:
        shown, unit = in_readable_unit(value, UNITS[name])
    low, middle, high = (plain(float(f"{end:.2g}")) for end in shown)
    return f"{middle} {unit} ({low}–{high})" if low != high else f"{middle} {unit}"


def project_finding(sites: Sequence[CallSite], settings: Settings) -> Finding | None:
    """What one call of each of ``sites`` exceeds, said at the one that uses the most energy."""
    from wattlint.lint.findings import Finding, Span
    from wattlint.lint.rules import load_rules
    from wattlint.lint.subject import Subject

    known = []
    for site in sites:
        impact = Subject(site, settings).impact if site.kind in RUNNING else None
        if impact is not None:
            known.append((site, quantities(impact)))
    sums = {
        name: total(found[name] for _, found in known if name in found)
        for name in UNITS
        if any(name in found for _, found in known)
    }
    over = excess(sums, settings.budget.per_project, settings.budget.at)
    if not over:
        return None
    site = max(known, key=lambda pair: pair[1]["energy_wh"].p50)[0]
    return Finding.of_rule(
        load_rules()[CODE],
        Span.of_call(site),
        message=f"one call of each of the {len(known)} call sites exceeds the budget of the project: {'; '.join(over)}",
        help="this call uses the most energy: begin here, or raise `budget.per-project`",
        site=site,
    )
