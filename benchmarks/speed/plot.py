"""The growth figures as one SVG drawing, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 240, 200, 40
COLOURS = ("#4477aa", "#cc6677")
Row = tuple[int, float, float]
"""Size, CPU seconds, MB."""


def panels(series: Mapping[str, Sequence[Row]]) -> str:
    """A panel for each series: processor time (blue) and memory (red) against size, both axes logarithmic."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(series)} {HEIGHT}" font-family="sans-serif" font-size="10">',
        f'<rect width="{WIDTH * len(series)}" height="{HEIGHT}" fill="white"/>',
    ]
    for number, (name, rows) in enumerate(series.items()):
        parts += [f'<g transform="translate({number * WIDTH} 0)">', *_panel(name, rows), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(name: str, rows: Sequence[Row]) -> list[str]:
    parts = [f'<text x="{WIDTH / 2}" y="14" text-anchor="middle">{name}</text>']
    axis = f"M{MARGIN} 20 V{HEIGHT - MARGIN} H{WIDTH - 10}"
    parts.append(f'<path d="{axis}" fill="none" stroke="black"/>')
    sizes = [row[0] for row in rows]
    for size in sizes:
        x = _across(size, sizes)
        parts.append(f'<text x="{x}" y="{HEIGHT - MARGIN + 14}" text-anchor="middle">{_short(size)}</text>')
    for which, (colour, unit) in enumerate(zip(COLOURS, ("s CPU", "MB"), strict=True)):
        values = [row[1 + which] for row in rows]
        points = [f"{_across(row[0], sizes)},{_up(row[1 + which])}" for row in rows]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"/>')
        parts.append(
            f'<text x="{WIDTH - 12}" y="{_up(values[-1]) - 5}" text-anchor="end" fill="{colour}">{values[-1]:.3g} {unit}</text>'
        )
    return parts


def _across(size: int, sizes: Sequence[int]) -> float:
    share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
    return round(MARGIN + 8 + share * (WIDTH - MARGIN - 30), 1)


def _up(value: float) -> float:
    """From 0.01 to 10,000."""
    share = (math.log10(max(value, 0.01)) + 2) / 6
    return round(HEIGHT - MARGIN - share * (HEIGHT - MARGIN - 20), 1)


def _short(size: int) -> str:
    return f"{size // 1000}k" if size >= 1000 else str(size)
