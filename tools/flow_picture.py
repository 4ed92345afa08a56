"""Draws docs/architecture.svg from what the packages import, so that the picture is the program's.

python tools/flow_picture.py
"""

from __future__ import annotations

from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
FLOW = ("sources", "semantics", "callsites", "impact", "lint", "reports")
DOORS = ("cli", "flake8_plugin", "lsp")
WIDTH, GAP, TOP, HEIGHT = 118, 34, 150, 44
CATALOGUE_TOP = 300


def imports() -> set[tuple[str, str]]:
    """(package, imported package)."""
    graph = grimp.build_graph("wattlint", exclude_type_checking_imports=True)
    found: set[tuple[str, str]] = set()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            pair = module.split(".")[1:2], other.split(".")[1:2]
            if all(pair) and pair[0] != pair[1]:
                found.add((pair[0][0], pair[1][0]))
    return found


def picture(found: set[tuple[str, str]]) -> str:
    left = {name: 20 + index * (WIDTH + GAP) for index, name in enumerate(FLOW)}
    whole = left[FLOW[-1]] + WIDTH + 20
    parts = [_box(x, TOP, WIDTH, name, "#dcefe6") for name, x in left.items()]
    middle = {name: x + WIDTH / 2 for name, x in left.items()}
    for importer, imported in sorted(found):
        if importer in left and imported in left:
            if left[imported] > left[importer]:
                raise SystemExit(f"{importer} imports {imported}: data would flow back")
            parts.append(
                _arc(middle[imported], middle[importer], FLOW.index(importer) - FLOW.index(imported))
            )
        elif importer in left and imported == "catalogue":
            parts.append(_line(middle[importer], CATALOGUE_TOP, middle[importer], TOP + HEIGHT))
    parts.append(_box(20, CATALOGUE_TOP, whole - 40, "catalogue (compiled from rules/)", "#e9e2f3"))
    doors = " · ".join(DOORS)
    parts.append(_box(20, 370, whole - 40, f"front doors: {doors}: read options, call run, print", "#f3ecdc"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} 430" font-family="sans-serif" font-size="14" role="img">\n'
        "<title>Data flows from sources to reports; each package imports only what stands to its left, and the catalogue</title>\n"
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#456"/></marker></defs>\n'
        f'<rect width="{whole}" height="430" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _box(x: float, y: float, width: float, text: str, fill: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#456"/>'
        f'<text x="{x + width / 2}" y="{y + 27}" text-anchor="middle">{text}</text>'
    )


def _arc(start: float, end: float, distance: int) -> str:
    """Data goes from ``start`` to ``end``."""
    top = TOP - 14 - 24 * distance
    return f'<path d="M{start} {TOP}C{start} {top} {end} {top} {end} {TOP - 2}" fill="none" stroke="#456" marker-end="url(#a)"/>'


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x} {y}L{to_x} {to_y + 2}" stroke="#456" stroke-dasharray="4 3" marker-end="url(#a)"/>'


if __name__ == "__main__":
    (ROOT / "docs" / "architecture.svg").write_text(picture(imports()), encoding="utf-8")
