"""Predicted against measured energy as an SVG drawing, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Iterable

from impact_rows import Row

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
