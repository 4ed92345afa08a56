"""What an estimate is made of: intervals, derivation steps and the estimate itself.

An interval holds the 10th, 50th and 90th percentile. Independent sources of uncertainty are combined in log space:
each moves the median by a factor down and a factor up, and the logarithms of these factors add as squares. That is
exact for products of log-normal quantities, deterministic, and yields each source's share of the uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wattlint.impact.levers import Lever


class Interval(NamedTuple):
    """10th, 50th and 90th percentile of a positive quantity; all equal when it is exact."""

    p10: float
    p50: float
    p90: float

    def scaled(self, factor: float) -> Interval:
        return Interval(self.p10 * factor, self.p50 * factor, self.p90 * factor)

    @property
    def width(self) -> float:
        """p90 / p10: the factor between the ends (1 when exact)."""
        return self.p90 / self.p10 if self.p10 > 0 else math.inf


def exactly(value: float) -> Interval:
    return Interval(value, value, value)


def plain(value: float) -> str:
    """Three significant digits, never in exponent form."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):.12f}".rstrip("0").rstrip(".")


PREFIXES = {-3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G"}
"""Power of 1000 -> prefix of a unit."""


def in_readable_unit(interval: Interval, unit: str) -> tuple[Interval, str]:
    """The same quantity in the unit that puts its middle between 1 and 1000: 0.0036 ``Wh`` is 3.6 ``mWh``."""
    middle = float(f"{interval.p50:.1e}")
    if middle <= 0 or not math.isfinite(middle):
        return interval, unit
    power = min(max(math.floor(math.log10(middle) / 3), min(PREFIXES)), max(PREFIXES))
    return interval.scaled(1000.0**-power), PREFIXES[power] + unit


class Factor(NamedTuple):
    """One source of uncertainty: by which factors it moves the result (``down`` <= 1 <= ``up``)."""

    source: str
    down: float
    up: float

    @classmethod
    def of(cls, source: str, low: float, mid: float, high: float) -> Factor:
        """The factor between the results at the source's low, middle and high value, in whichever order they lie."""
        if min(low, mid, high) <= 0:
            return cls(source, 1.0, 1.0)
        return cls(source, min(low, mid, high) / mid, max(low, mid, high) / mid)


def combine(p50: float, factors: Iterable[Factor]) -> Interval:
    """The interval around ``p50`` from independent ``factors``."""
    down = up = 0.0
    for factor in factors:
        down += math.log(factor.down) ** 2
        up += math.log(factor.up) ** 2
    return Interval(p50 * math.exp(-math.sqrt(down)), p50, p50 * math.exp(math.sqrt(up)))


def total(parts: Iterable[Interval]) -> Interval:
    """The sum of quantities that rise and fall together (same call, same energy)."""
    lows, mids, highs = zip(*parts, strict=True)
    return Interval(sum(lows), sum(mids), sum(highs))


def shares(factors: Iterable[Factor]) -> tuple[tuple[str, float], ...]:
    """(source, share of the squared log width), largest first; the shares add up to 1."""
    widths = [(factor.source, math.log(factor.up / factor.down) ** 2) for factor in factors]
    whole = sum(width for _, width in widths)
    ranked = sorted(
        ((source, width / whole) for source, width in widths if width > 0), key=lambda pair: -pair[1]
    )
    return tuple(ranked)


class Step(NamedTuple):
    """One line of the derivation."""

    name: str
    formula: str
    """With the numbers filled in; empty for an assumption."""
    value: Interval | None
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Impact:
    """One estimate. Energy in Wh, carbon in gCO2e, water in mL, money in US dollars, each per ``unit``."""

    unit: str
    """``call``, ``text`` (embedding), ``million training tokens``, or ``training on N tokens`` where the code or a comment says so."""
    deployment: str
    """``api``, ``server`` or ``local``."""
    hardware: str
    """Name, or several joined by " or "."""
    gpus: int
    precision: str
    batch: Interval
    tokens_in: Interval
    tokens_out: Interval
    accelerator_wh: Interval
    """GPUs alone."""
    energy_wh: Interval
    """Whole system (GPUs, host, idle share) times PUE."""
    region: str
    carbon_gco2e: Interval
    carbon_operational_gco2e: Interval
    carbon_embodied_gco2e: Interval
    water_ml: Interval
    water_onsite_ml: Interval
    water_offsite_ml: Interval
    cost_usd: Interval | None
    """By list price; None without one, and for models one runs oneself."""
    steps: tuple[Step, ...]
    shares: tuple[tuple[str, float], ...]
    """Shares of the uncertainty of ``energy_wh`` by source, largest first."""
    energy_wh_per_million_tokens: Interval | None = None
    """Of an embedding or encoder model: what a text of unknown length leaves open is not in it."""
    levers: tuple[Lever, ...] = ()
    """What techniques could change, as bounds."""
