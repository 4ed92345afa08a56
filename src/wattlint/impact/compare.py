"""How much more energy one model needs than another for the same work.

Relative statements are far safer than absolute ones: batch, hardware and place are the same on both sides and cancel.
On pairs of models of families left out of the fit (``benchmarks/validate_impact.py``), the model predicted to need more
did so in all 419 pairs at a ratio of 2 to 3 and in all 1,414 pairs from 3; an independent form of the model
was right in 95.8 % and in 1,178 of 1,178. Below 2 nothing is claimed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from wattlint.callsites.facts import CallSite, Workload
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact import constants
from wattlint.impact.estimate import estimate
from wattlint.impact.quantities import Factor, combine
from wattlint.settings import ImpactSettings

Reliability = Literal["certain", "reliable", "none"]
CERTAIN_FROM, RELIABLE_FROM = 3.0, 2.0


class Ratio(NamedTuple):
    """Energy of the first model over that of the second, with 10th and 90th percentile."""

    value: float
    low: float
    high: float
    reliability: Reliability
    """``certain`` from 3, ``reliable`` from 2, else ``none``: then say nothing. Always ``none`` where ``low`` < 1."""


def ratio(a: ModelRecord, b: ModelRecord, site: CallSite, settings: ImpactSettings) -> Ratio | None:
    """Energy of ``a`` over ``b`` for the same tokens at ``site``; None where the size of either is not known."""
    first, second = estimate(site, a, settings), estimate(site, b, settings)
    if first is None or second is None:
        return None
    work = Workload(
        tokens_in=first.tokens_in.p50,
        tokens_out=max(first.tokens_out.p50, 1.0),
        batch=round(min(first.batch.p50, second.batch.p50)),
        source="the same work for both",
    )
    same = replace(site, workload=work)
    energy_a, energy_b = _energies(a, same, settings), _energies(b, same, settings)
    if energy_a is None or energy_b is None:
        return None
    value = energy_a.mid / energy_b.mid
    spread = constants.known("ratio_moe" if "moe" in (a.architecture, b.architecture) else "ratio_dense")
    interval = combine(
        value,
        [
            spread.factor("model of the energy"),
            Factor.of("size of the first", *energy_a),
            Factor.of("size of the second", *energy_b),
        ],
    )
    return Ratio(value, interval.p10, interval.p90, _reliability(value, interval.p10))


def _reliability(value: float, low: float) -> Reliability:
    if low < 1 or value < RELIABLE_FROM:
        return "none"
    return "certain" if value >= CERTAIN_FROM else "reliable"


def _energies(record: ModelRecord, site: CallSite, settings: ImpactSettings) -> Range | None:
    """Energy at the low, middle and high end of the model's size."""
    ends = []
    for end in (0, 1, 2):
        total, active = (
            Range(size[end], size[end], size[end]) if size else None
            for size in (record.total_b, record.active_b)
        )
        impact = estimate(site, record._replace(total_b=total, active_b=active), settings)
        if impact is None:
            return None
        ends.append(impact.accelerator_wh.p50)
    return Range(*ends)
