"""What prices add to the model catalogue: the derived price list, and sizes from prices where nothing else is known."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.records import ModelRecord
from wattlint.catalogue.schema.model_releases import date_in

COLUMNS = ("id", "maker", "mode", "context", "input", "output", "retires", "reasoning", "litellm_key")

# Total and active parameters (billions) from the price of output (US dollars per million tokens): a * price ** b,
# fitted on the 78 open mixtures of experts that six hosts offer in litellm 1.106.2. Half of them lie within a factor
# of 2.3, nine in ten within 3.7. Makers of closed models earn more per parameter, hence a third is taken off.
_TOTAL, _ACTIVE, _MARGIN, _SPREAD = (110.0, 0.81), (8.9, 0.57), 1.5, 2.6

_KINDS = {
    "chat": "chat",
    "responses": "chat",
    "completion": "completion",
    "embedding": "embedding",
    "rerank": "rerank",
}
_CONVERTERS: dict[str, Callable[[str], object]] = {
    "context": int,
    "input": float,
    "output": float,
    "retires": datetime.date.fromisoformat,
}

Counts = tuple[float, float, float]
Find = Callable[[str], ModelRecord | None]


def sizes_from_price(usd_per_mtok: float) -> tuple[Counts, Counts, str]:
    """([low, mid, high] total, the same active, source), counts in billions, for a price of output."""
    source = f"price of output, {usd_per_mtok:g} $/Mtok, against hosted open models of known size (litellm 1.106.2)"
    return _from_price(usd_per_mtok, _TOTAL), _from_price(usd_per_mtok, _ACTIVE), source


def _from_price(usd_per_mtok: float, rule: tuple[float, float]) -> Counts:
    mid = rule[0] * usd_per_mtok ** rule[1] / _MARGIN
    return float(f"{mid / _SPREAD:.2g}"), float(f"{mid:.2g}"), float(f"{mid * _SPREAD:.2g}")


def add_derived(path: Path, compiled: dict[str, Any], find: Find) -> None:
    """Fill prices, context and retirement dates that the hand-written records leave open; add the ids they lack.

    ``find`` resolves an id among the hand-written records and families. The file: a comment line
    ``# litellm VERSION, DATE``, then CSV with ``COLUMNS``. Prices in US dollars per million tokens.
    """
    if not path.is_file():
        return
    origin, date, rows = read_derived(path)
    index, records = compiled["index"], compiled["records"]
    added: list[ModelRecord] = []
    for row in rows:
        facts: dict[str, Any] = {
            "context_tokens": int(row["context"]) if row["context"] else None,
            "input_usd_per_mtok": float(row["input"]) if row["input"] else None,
            "output_usd_per_mtok": float(row["output"]) if row["output"] else None,
        }
        if any(facts[name] is not None for name in ("input_usd_per_mtok", "output_usd_per_mtok")):
            facts["price_date"], facts["price_source"] = date, f"{origin} price list"
        if row["retires"]:
            facts["retired"], facts["retirement_source"] = row["retires"], f"{origin} price list"
        position = index.get(key(row["id"]))
        known = ModelRecord(*records[position]) if position is not None else find(row["id"])
        if position is not None and known and key(known.id) == key(row["id"]):
            records[position] = _plain(known._replace(**_missing(known, facts)))
        else:
            added.append(_new_record(row, known, facts, origin, date))
    for record in added:
        index[key(record.id)] = len(records)
        records.append(_plain(record))


def _plain(record: ModelRecord) -> tuple[Any, ...]:
    """The record as marshal takes it: it knows no subclass of tuple."""
    return tuple(tuple(value) if isinstance(value, tuple) else value for value in record)


def read_derived(path: Path) -> tuple[str, str, list[dict[str, str]]]:
    """(``litellm VERSION``, date of its data, rows)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    heading = re.fullmatch(r"# (litellm \S+), (\d{4}-\d\d-\d\d)", lines[0]) if lines else None
    if not heading:
        raise CatalogueError(path, 1, None, 'the first line must read "# litellm VERSION, YYYY-MM-DD"')
    reader = csv.DictReader(lines[1:])
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise CatalogueError(path, 2, None, f"the columns must be {', '.join(COLUMNS)}")
    rows = list(reader)
    for number, row in enumerate(rows, start=3):
        _check(path, number, row)
    return heading[1], heading[2], rows


def _check(path: Path, line: int, row: dict[str, str]) -> None:
    if None in row or None in row.values():
        raise CatalogueError(path, line, row.get("id"), f"a row has {len(COLUMNS)} fields")
    if row["mode"] not in _KINDS:
        raise CatalogueError(path, line, "mode", f'"{row["mode"]}" is none of {", ".join(_KINDS)}')
    for name, convert in _CONVERTERS.items():
        try:
            if row[name]:
                convert(row[name])
        except ValueError as error:
            raise CatalogueError(path, line, name, str(error)) from None


def _missing(known: ModelRecord, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts for fields that are open in ``known``; prices and the retirement go together with their dates."""
    taken = {}
    if known.context_tokens is None:
        taken["context_tokens"] = facts["context_tokens"]
    if known.input_usd_per_mtok is None and known.output_usd_per_mtok is None and facts.get("price_date"):
        taken.update(
            {
                name: facts[name]
                for name in ("input_usd_per_mtok", "output_usd_per_mtok", "price_date", "price_source")
            }
        )
    if known.retired is None and "retired" in facts:
        taken.update({name: facts[name] for name in ("retired", "retirement_source")})
    return taken


def _new_record(
    row: dict[str, str], like: ModelRecord | None, facts: dict[str, Any], origin: str, date: str
) -> ModelRecord:
    """A snapshot or variant of ``like``, or a model of which only the price list knows."""
    snapshot = date_in(row["id"])
    dates: dict[str, Any] = {"released": snapshot, "release_source": "the date in the id"} if snapshot else {}
    if like:
        kept = {name: value for name, value in facts.items() if value is not None}
        return like._replace(
            id=row["id"], dated=date, **{"released": None, "release_source": None, **dates}, **kept
        )
    kind = _KINDS[row["mode"]]
    total = active = None
    source = f"{origin} price list"
    if kind in ("chat", "completion") and facts["output_usd_per_mtok"]:
        total, active, source = sizes_from_price(facts["output_usd_per_mtok"])
    unknown = dict.fromkeys(ModelRecord._fields)
    return ModelRecord(**{
        **unknown, **facts, "id": row["id"], "maker": row["maker"], "family": row["id"], "kind": kind, "total_b": total,
        "active_b": active, "provenance": "price-derived" if total else None, "source": source, "architecture": "unknown",
        "native_precision": "unknown", "open_weights": False, "reasoning": row["reasoning"] == "yes", **dates,
        "dated": date,
    })  # fmt: skip
