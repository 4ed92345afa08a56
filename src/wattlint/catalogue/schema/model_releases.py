"""Release dates that no record states itself: the date in a snapshot's id, and ``rules/models/derived_releases.csv``,
which ``tools/refresh_releases.py`` writes from the model profiles in LangChain's packages."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path
from typing import Any

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.records import ModelRecord

COLUMNS = ("id", "released", "package")

_DATE = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


def date_in(id: str) -> str | None:
    """``gpt-4o-2024-08-06`` -> ``2024-08-06``."""
    found = _DATE.search(id)
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def read_releases(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise CatalogueError(path, 1, None, f"the columns must be {', '.join(COLUMNS)}")
    rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise CatalogueError(path, number, row.get("id"), f"a row has {len(COLUMNS)} fields")
        try:
            datetime.date.fromisoformat(row["released"])
        except ValueError as error:
            raise CatalogueError(path, number, "released", str(error)) from None
    return rows


def add_releases(path: Path, compiled: dict[str, Any]) -> None:
    """Fill the release dates that the hand-written records leave open."""
    if not path.is_file():
        return
    index, records = compiled["index"], compiled["records"]
    for number, row in enumerate(read_releases(path), start=2):
        position = index.get(key(row["id"]))
        if position is None:
            raise CatalogueError(path, number, "id", f'no model "{row["id"]}"')
        record = ModelRecord(*records[position])
        if record.released is None:
            source = f"models.dev, in {row['package']}"
            records[position] = tuple(record._replace(released=row["released"], release_source=source))
