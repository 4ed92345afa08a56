"""How quantities are written: two significant digits, always with their interval and unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.changes.compare import Change
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


def rounded(value: float) -> float:
    """Four significant digits, for programs: more would differ between platforms and mean nothing."""
    return float(f"{value:.4g}")


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


def signed(change: Change, unit: str) -> str:
    """``+0.34 Wh (+0.11 to +1.2)``, ``−US$ 1.2 (−2.5 to −0.40)``, in the unit that fits the middle."""
    from wattlint.impact.quantities import Interval, in_readable_unit

    if not any(change):
        return "±0"
    middle = abs(change.p50) or max(map(abs, change))
    if unit.endswith("$"):
        scale = 1.0
    else:
        interval, unit = in_readable_unit(Interval(middle, middle, middle), unit)
        scale = interval.p50 / middle
    low, mid, high = (_with_sign(value * scale) for value in change)
    ends = "(exact)" if low == high else f"({low} to {high})"
    if not unit.endswith("$"):
        return f"{mid} {unit} {ends}"
    sign = mid[:1] if mid[:1] in "+−" else ""
    return f"{sign}{unit} {mid.removeprefix(sign)} {ends}"


def percent(share: float) -> str:
    """``+17 %``, ``−74 %``; a manifold increase as a factor."""
    if share >= 900:
        return f"×{short(share / 100 + 1)}"
    rounded = short(abs(share)) if abs(share) < 100 else f"{abs(share):.0f}"
    return f"{'−' if share < 0 else '+'}{rounded} %"


def _with_sign(value: float) -> str:
    written = short(abs(value))
    return written if written == "0" else f"{'−' if value < 0 else '+'}{written}"
