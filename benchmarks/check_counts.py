"""Compares the counts in the table of open families with the parameter counts of published weights.

    python benchmarks/check_counts.py [LIST.csv ...]

A LIST has the columns id, parameters and source; default: published_counts.csv beside this file, one repository for
each size of the table that a published list confirms (llmfit's list of Hugging Face models, MIT; the model metadata of
mteb, Apache-2.0). A size is confirmed when a repository that is read as it has that many parameters, give or take 5 %.
Prints what neither is confirmed nor marked `unchecked`, and the reverse; exit status 1 when there is any.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from wattlint.catalogue.compile import compile_section
from wattlint.catalogue.models import ModelCatalogue

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "rules"
TOLERANCE = 0.05


def confirmed(paths: list[Path]) -> set[tuple[str, float]]:
    """(family, total in billions) of every count that a listed repository bears out."""
    catalogue = ModelCatalogue(compile_section("models", RULES))  # type: ignore[arg-type]
    found = set()
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                record = catalogue.lookup(row["id"])
                total = record.total_b.mid if record and record.total_b else 0
                if record and total and abs(float(row["parameters"]) / 1e9 / total - 1) <= TOLERANCE:
                    found.add((record.family, total))
    return found


def table() -> Iterator[tuple[str, str, float, bool]]:
    """(family, tokens of the size, total in billions, marked as checked)."""
    compiled: dict[str, list[tuple[object, ...]]] = compile_section("models", RULES)  # type: ignore[assignment]
    for family in compiled["families"]:
        for words, (total, _, checked) in family[-1].items():  # type: ignore[attr-defined]
            yield str(family[0]), "-".join(words) or "default", total, checked


def main() -> int:
    known = confirmed([Path(name) for name in sys.argv[1:]] or [HERE / "published_counts.csv"])
    counts = {True: 0, False: 0}
    wrong = 0
    for family, size, total, checked in table():
        is_confirmed = (family, float(f"{total:.4g}")) in known
        counts[is_confirmed] += 1
        if is_confirmed != checked:
            wrong += 1
            print(f"{family} {size}: {total:g} B is {'' if is_confirmed else 'not '}confirmed")
    print(
        f"{counts[True]} of {sum(counts.values())} sizes confirmed by published weights, {wrong} marked wrongly"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
