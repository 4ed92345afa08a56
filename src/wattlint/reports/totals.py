"""What one pass over every call site costs, and which sites that leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wattlint.callsites.facts import RUNNING

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.impact.quantities import Interval


class Totals(NamedTuple):
    """Each running call with an estimate, once. Intervals are None where no site has the quantity."""

    sites: int
    """Running calls that are in the sums."""
    without_estimate: int
    """Running calls that are not: their model or its size is unknown."""
    without_price: int
    """Calls in the sums that have no list price: one's own hardware, or no published price."""
    energy_wh: Interval | None
    carbon_gco2e: Interval | None
    water_ml: Interval | None
    cost_usd: Interval | None


def totals(estimates: Sequence[Estimated]) -> Totals:
    """Sums of the percentiles: the same unknowns (hardware, grid, batch) move every site together."""
    from wattlint.impact.quantities import total

    running = [item for item in estimates if item.site.kind in RUNNING]
    impacts = [item.impact for item in running if item.impact is not None]
    costs = [impact.cost_usd for impact in impacts if impact.cost_usd is not None]
    return Totals(
        sites=len(impacts),
        without_estimate=len(running) - len(impacts),
        without_price=len(impacts) - len(costs),
        energy_wh=total(impact.energy_wh for impact in impacts) if impacts else None,
        carbon_gco2e=total(impact.carbon_gco2e for impact in impacts) if impacts else None,
        water_ml=total(impact.water_ml for impact in impacts) if impacts else None,
        cost_usd=total(costs) if costs else None,
    )
