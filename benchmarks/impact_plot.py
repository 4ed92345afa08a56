"""The plots of docs/impact.md as SVG drawings, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist

from impact_rows import Row

from wattlint.impact.quantities import Interval

LOW, HIGH = 0.02, 40.0
"""Ends of both axes, J per output token."""
SIDE, MARGIN = 420, 50
COLOURS = {"dense": "#4477aa", "mixture": "#cc6677"}


def scatter(predicted: Iterable[tuple[Row, float]]) -> str:
    """Each row's energy, measured to the right and predicted upward, both logarithmic; lines at 1, 1.5 x and 1 / 1.5."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" font-family="sans-serif" font-size="11">',
        f'<rect width="{SIDE}" height="{SIDE}" fill="white"/>',
    ]
    for factor, dash in ((1.0, ""), (1.5, "4 3"), (1 / 1.5, "4 3")):
        ends = [(LOW, LOW * factor), (HIGH, HIGH * factor)]
        (x1, y1), (x2, y2) = ((_at(x), SIDE - _at(min(max(y, LOW), HIGH))) for x, y in ends)
        parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#888" stroke-dasharray="{dash}"/>'
        )
    for tick in (0.1, 1.0, 10.0):
        at = _at(tick)
        parts.append(f'<text x="{at}" y="{SIDE - MARGIN + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{SIDE - at + 4}" text-anchor="end">{tick:g}</text>')
    axis = f"M{MARGIN} {MARGIN} V{SIDE - MARGIN} H{SIDE - MARGIN}"
    parts.append(f'<path d="{axis}" fill="none" stroke="black"/>')
    parts.append(
        f'<text x="{SIDE / 2}" y="{SIDE - 12}" text-anchor="middle">measured, J per output token</text>'
    )
    parts.append(
        f'<text transform="translate(14 {SIDE / 2}) rotate(-90)" text-anchor="middle">predicted, family left out</text>'
    )
    for number, (name, colour) in enumerate(COLOURS.items()):
        y = MARGIN + 16 * number
        parts.append(
            f'<circle cx="{MARGIN + 14}" cy="{y}" r="3" fill="{colour}"/><text x="{MARGIN + 22}" y="{y + 4}">{name}</text>'
        )
    for row, joules in predicted:
        colour = COLOURS["mixture" if row.size.is_moe else "dense"]
        parts.append(
            f'<circle cx="{_at(row.joules)}" cy="{SIDE - _at(joules):.1f}" r="2" fill="{colour}" fill-opacity="0.5"/>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _at(joules: float) -> float:
    share = math.log(min(max(joules, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return round(MARGIN + share * (SIDE - 2 * MARGIN), 1)


LEVELS = tuple(level / 20 for level in range(1, 20))
LINES = {"deployment known": "#4477aa", "deployment unknown": "#cc6677"}


def calibration(intervals: Mapping[str, Sequence[tuple[Interval, float]]]) -> str:
    """Share of measurements inside an interval, upward, against the share it promises; on the diagonal it keeps its word.

    Intervals are log-normal halves around the median, so that of any level follows from the one of 80 %.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" font-family="sans-serif" font-size="11">',
        f'<rect width="{SIDE}" height="{SIDE}" fill="white"/>',
        f'<line x1="{_share(0)}" y1="{SIDE - _share(0)}" x2="{_share(1)}" y2="{SIDE - _share(1)}" stroke="#888" stroke-dasharray="4 3"/>',
        f'<path d="M{MARGIN} {MARGIN} V{SIDE - MARGIN} H{SIDE - MARGIN}" fill="none" stroke="black"/>',
        f'<text x="{SIDE / 2}" y="{SIDE - 12}" text-anchor="middle">promised share</text>',
        f'<text transform="translate(14 {SIDE / 2}) rotate(-90)" text-anchor="middle">share of rows inside, family left out</text>',
    ]
    for tick in (0.2, 0.4, 0.6, 0.8, 1.0):
        at = _share(tick)
        parts.append(f'<text x="{at}" y="{SIDE - MARGIN + 16}" text-anchor="middle">{tick:.0%}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{SIDE - at + 4}" text-anchor="end">{tick:.0%}</text>')
    for number, (name, pairs) in enumerate(intervals.items()):
        colour = LINES[name]
        needed = [_level(interval, measured) for interval, measured in pairs]
        points = [
            f"{_share(level)},{SIDE - _share(sum(one <= level for one in needed) / len(needed))}"
            for level in LEVELS
        ]
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        y = MARGIN + 16 * number
        parts.append(
            f'<circle cx="{MARGIN + 14}" cy="{y}" r="3" fill="{colour}"/><text x="{MARGIN + 22}" y="{y + 4}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _level(interval: Interval, measured: float) -> float:
    """The level at which the interval just reaches ``measured``."""
    normal = NormalDist()
    end = interval.p90 if measured > interval.p50 else interval.p10
    widths = abs(math.log(measured / interval.p50) / math.log(end / interval.p50))
    return 2 * normal.cdf(widths * normal.inv_cdf(0.9)) - 1


def _share(share: float) -> float:
    return round(MARGIN + share * (SIDE - 2 * MARGIN), 1)
