"""How quantities are written: two significant digits, always with their interval and unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.impact.quantities import Interval


def short(value: float) -> str:
    """Two significant digits, never in exponent form down to a billionth: ``0.00034``, ``1.2``, ``12,000``."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    rounded = float(f"{value:.1e}")
    decimals = 1 - math.floor(math.log10(abs(rounded)))
    if decimals <= 0:
        return f"{rounded:,.0f}"
    return f"{rounded:.{decimals}f}" if decimals <= 10 else f"{rounded:.1e}"


def span(interval: Interval) -> str:
    """``0.11–1.2``, from the 10th to the 90th percentile; one figure where both ends read the same."""
    low, high = short(interval.p10), short(interval.p90)
    return low if low == high else f"{low}–{high}"


def with_span(interval: Interval, unit: str) -> str:
    """``0.34 Wh (0.11–1.2)``, ``US$ 1.2 (0.40–2.5)``; an exact quantity says so."""
    figure = f"{unit} {short(interval.p50)}" if unit.endswith("$") else f"{short(interval.p50)} {unit}"
    return f"{figure} {in_brackets(interval)}"


def in_brackets(interval: Interval) -> str:
    """``(0.11–1.2)`` or ``(exact)``."""
    ends = span(interval)
    return f"({ends if '–' in ends else 'exact'})"
