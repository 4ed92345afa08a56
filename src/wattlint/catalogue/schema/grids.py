"""Schema of ``rules/impact/grids.csv`` and ``regions.csv``: grid intensity and water of countries and cloud regions.

Compiles to plain data: each record a tuple in the field order of ``Grid`` and ``Region`` in ``impact/constants.py``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wattlint.catalogue.errors import CatalogueError, nearest

GRID_COLUMNS = (
    "iso3",
    "iso2",
    "country",
    "owid_gco2e_kwh",
    "owid_year",
    "ecologits_gco2e_kwh",
    "offsite_water_l_kwh",
    "water_scope",
)


def grids(path: Path) -> dict[str, Any]:
    grids: dict[str, Any] = {}
    for line, row in _rows(path, GRID_COLUMNS):
        owid, other = (
            _number(path, line, row, column) for column in ("owid_gco2e_kwh", "ecologits_gco2e_kwh")
        )
        water = _number(path, line, row, "offsite_water_l_kwh")
        mid = owid if owid is not None else other
        if mid is None or water is None:
            raise CatalogueError(path, line, "owid_gco2e_kwh", "a grid needs an intensity and a water factor")
        if row["iso3"] in grids:
            raise CatalogueError(path, line, "iso3", f'"{row["iso3"]}" appears twice')
        others = [value for value in (owid, other) if value is not None]
        where = f"Our World in Data / Ember {row['owid_year']}" if owid is not None else "EcoLogits 0.11.3"
        world = ", world average" if row["water_scope"] == "world" else ""
        grids[row["iso3"]] = (
            row["iso3"],
            row["country"],
            (min(others), mid, max(others)),
            water,
            f"grid: {where}; off-site water: EcoLogits 0.11.3 (WRI){world}",
            row["iso2"],
        )
    if "WOR" not in grids:
        raise CatalogueError(path, None, None, "the row WOR (world) is missing")
    return grids


def grid_names(grids: Mapping[str, Any]) -> dict[str, str]:
    names = {}
    for iso3, grid in grids.items():
        names.update({spelling.lower(): iso3 for spelling in (grid[5], grid[1], iso3) if spelling})
    return names


REGION_COLUMNS = (
    "provider", "region", "location", "iso3", "gco2e_kwh", "grid_year", "pue", "pue_year", "wue_l_kwh", "wue_year",
)  # fmt: skip


def regions(path: Path, grids: Mapping[str, Any]) -> dict[str, Any]:
    regions: dict[str, Any] = {}
    for line, row in _rows(path, REGION_COLUMNS):
        if row["iso3"] not in grids:
            raise CatalogueError(
                path, line, "iso3", f'no country "{row["iso3"]}" in grids.csv' + nearest(row["iso3"], grids)
            )
        numbers = [_number(path, line, row, column) for column in ("gco2e_kwh", "pue", "wue_l_kwh")]
        key = row["region"].lower()
        if key in regions:
            raise CatalogueError(path, line, "region", f'"{row["region"]}" appears twice')
        year = f" {row['grid_year']}" if row["grid_year"] else ""
        regions[key] = (
            row["region"], row["provider"], row["location"], row["iso3"], *numbers,
            f"Green Software Foundation real-time-cloud{year}",
        )  # fmt: skip
    return regions


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV file whose first lines may be ``#`` comments."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path, None, None, str(error)) from None
    first = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(lines[first:])
    found = tuple(reader.fieldnames or ())
    if found != columns:
        raise CatalogueError(
            path, first + 1, None, f"columns are {', '.join(found)}; expected {', '.join(columns)}"
        )
    rows = []
    for row in reader:
        line = first + reader.line_num
        if None in row or None in row.values():
            raise CatalogueError(path, line, None, f"{len(columns)} columns expected")
        rows.append((line, row))
    return rows


def _number(path: Path, line: int, row: Mapping[str, str], column: str) -> float | None:
    try:
        value = float(row[column]) if row[column] else None
    except ValueError:
        raise CatalogueError(path, line, column, f'"{row[column]}" is no number') from None
    if value is not None and value < 0:
        raise CatalogueError(path, line, column, "is negative")
    return value
