"""What the calls of a month cost, where somebody said or recorded how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wattlint.callsites.facts import CallSite
from wattlint.impact.quantities import Impact, Interval, total


@dataclass(frozen=True, slots=True)
class PerMonth:
    """A month of 30.4 days."""

    calls: float
    energy_kwh: Interval
    carbon_kgco2e: Interval
    water_l: Interval
    cost_usd: Interval | None
    """None where no part of it has a list price."""
    source: str
    """Who says how many calls there are."""


def per_month(impact: Impact, calls: float, source: str) -> PerMonth | None:
    """``calls`` times the impact of one; the number of calls counts as exact. None for training, which is no call."""
    if impact.unit not in ("call", "text"):
        return None
    thousand = calls / 1000
    return PerMonth(
        calls=calls,
        energy_kwh=impact.energy_wh.scaled(thousand),
        carbon_kgco2e=impact.carbon_gco2e.scaled(thousand),
        water_l=impact.water_ml.scaled(thousand),
        cost_usd=impact.cost_usd.scaled(calls) if impact.cost_usd else None,
        source=source,
    )


def together(parts: Sequence[PerMonth], source: str = "") -> PerMonth | None:
    """The sum; hardware, grid and batch are the same unknowns for all, so percentiles add. None without parts."""
    if not parts:
        return None
    costs = [part.cost_usd for part in parts if part.cost_usd is not None]
    return PerMonth(
        calls=sum(part.calls for part in parts),
        energy_kwh=total(part.energy_kwh for part in parts),
        carbon_kgco2e=total(part.carbon_kgco2e for part in parts),
        water_l=total(part.water_l for part in parts),
        cost_usd=total(costs) if costs else None,
        source=source or "; ".join(dict.fromkeys(part.source for part in parts)),
    )


def stated(site: CallSite, impact: Impact) -> PerMonth | None:
    """From the workload that a comment or the configuration states for ``site``."""
    if site.workload is None or not site.workload.calls_per_month:
        return None
    return per_month(impact, site.workload.calls_per_month, site.workload.source)
