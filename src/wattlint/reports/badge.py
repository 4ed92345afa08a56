"""The energy grade as a badge: an SVG, or the JSON that an endpoint badge of shields.io reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.impact.grade import Grade

LABEL = "LLM energy"
COLOURS = {
    "A": "#17733f",
    "B": "#3d7a1d",
    "C": "#6b7300",
    "D": "#8a6100",
    "E": "#a84a00",
    "F": "#b3261e",
    "G": "#7d1145",
}
"""White text on each has a contrast of at least 4.5."""
UNGRADED = "#5a6663"
CHARACTER, MARGIN, HEIGHT = 6.6, 6, 20
"""Pixels: mean width of a character of 11 px Verdana, space at both ends, height."""


def badge_json(grade: Grade | None) -> str:
    colour = COLOURS[grade.letter] if grade else UNGRADED
    data = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(grade),
        "color": colour.removeprefix("#"),
    }
    return json.dumps(data, indent=1) + "\n"


def badge_svg(grade: Grade | None) -> str:
    left, right = (round(len(text) * CHARACTER + 2 * MARGIN) for text in (LABEL, message(grade)))
    colour = COLOURS[grade.letter] if grade else UNGRADED
    width, middle = left + right, left + right / 2
    name = f"{LABEL}: {message(grade)}"
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img" aria-label="{name}">
<title>{name}</title>
<clipPath id="r"><rect width="{width}" height="{HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="#404744"/><rect x="{left}" width="{right}" height="{HEIGHT}" fill="{colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2:g}" y="14">{LABEL}</text><text x="{middle:g}" y="14">{message(grade)}</text>
</g>
</svg>
"""


def message(grade: Grade | None) -> str:
    """``C (4 of 9 calls)``: a letter never stands without how many calls it rests on."""
    if grade is None:
        return "not graded"
    return f"{grade.letter} ({grade.judged} of {grade.calls} calls)"
