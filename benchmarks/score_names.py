"""Scores the reader of model names against a list of Hugging Face ids with known parameter counts.

    python benchmarks/score_names.py hf_models.csv [--misses] [--active]

The CSV has the columns id, parameters_raw, hf_downloads, pipeline and active_parameters_llmfit (may be empty). Two of
its truths are wrong by construction. Repositories with packed 4-bit weights under-count (two or eight weights per
stored element). And of the active counts llmfit knows some 30 as published; the others are 5 % of the stored elements
plus the share of experts that a token uses of the other 95 % (scripts/scrape_hf_models.py in AlexsJones/llmfit), which
for DeepSeek-R1-0528 gives 54.5 billion where DeepSeek says 37. So the active counts are scored three times: against the
column, against those of its values that are published (they are round), and against what makers say: in
active_parameters.csv beside this file, else in the name (``30B-A3B``). ``--active`` prints where list and makers differ.
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

from wattlint.catalogue.compile import compile_section
from wattlint.catalogue.models import ModelCatalogue

PACKED = ("int4", "nf4", "mxfp4", "nvfp4")
ACTIVE_IN_NAME = re.compile(r"(?<![a-z0-9])a(\d+(?:\.\d+)?)(b|m)(?![a-z])")
HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "rules"


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:.1f} %" if whole else "none"


def ratio(estimate: float, truth: float) -> float:
    return max(estimate / truth, truth / estimate)


def stated_by_makers() -> list[tuple[re.Pattern[str], float, str]]:
    with (HERE / "active_parameters.csv").open(newline="", encoding="utf-8") as file:
        return [
            (re.compile(row["pattern"]), float(row["active_b"]), row["source"])
            for row in csv.DictReader(file)
        ]


def makers_active(id: str, stated: list[tuple[re.Pattern[str], float, str]]) -> tuple[float, str] | None:
    """(billions, source) of the active parameters by the maker's own words."""
    name = id.lower().rsplit("/", 1)[-1]
    if "random" in name:  # a fixture of tests, named after the model
        return None
    for pattern, active, source in stated:
        if pattern.search(name):
            return active, source
    written = ACTIVE_IN_NAME.search(name)
    return (float(written[1]) * (1 if written[2] == "b" else 1e-3), "the name") if written else None


def score_active(rows: list[dict[str, str]], catalogue: ModelCatalogue, show: bool) -> None:
    stated = stated_by_makers()
    column, published, makers, by_list = [], [], [], []
    for row in rows:
        if not row["active_parameters_llmfit"]:
            continue
        listed = float(row["active_parameters_llmfit"]) / 1e9
        record = catalogue.lookup(row["id"])
        ours = record.active_b.mid if record and record.active_b else None
        column.append(bool(ours and ratio(ours, listed) <= 1.25))
        if round(listed, 1) == listed:
            published.append(column[-1])
        said = makers_active(row["id"], stated)
        if said:
            makers.append(bool(ours and ratio(ours, said[0]) <= 1.25))
            by_list.append(ratio(listed, said[0]) <= 1.25)
            if show and (not by_list[-1] or not makers[-1]):
                print(f"| {row['id']} | {listed:.3g} | {said[0]:g} | {ours or 0:.3g} | {said[1]} |")
    print("   active within × 1.25 of the list's column    ", share(sum(column), len(column)))
    print("      of those values that are published         ", share(sum(published), len(published)))
    print("      of what the makers say                     ", share(sum(makers), len(makers)))
    print("      (the list's own column against the makers')", share(sum(by_list), len(by_list)))


def score(title: str, rows: list[dict[str, str]], catalogue: ModelCatalogue, misses: bool) -> None:
    parsed, ratios, plain = 0, [], []
    for row in rows:
        record = catalogue.lookup(row["id"])
        truth = float(row["parameters_raw"]) / 1e9
        if not record or not record.total_b or not record.active_b:
            if misses:
                print("   not read:", row["id"], f"({truth:.3g} B)")
            continue
        parsed += 1
        ratios.append(ratio(record.total_b.mid, truth))
        if record.native_precision not in PACKED:
            plain.append(ratios[-1])
        if misses and ratios[-1] > 1.25:
            print(
                f"   {row['id']}: {record.total_b.mid:.3g} B read, {truth:.3g} B in the list, {record.quantized}"
            )
    print(title)
    print("   read                  ", share(parsed, len(rows)))
    for limit in (1.25, 2.0):
        print(f"   of these within × {limit:<4}", share(sum(r <= limit for r in ratios), parsed))
    print("      without packed 4-bit", share(sum(r <= 1.25 for r in plain), len(plain)))
    score_active(rows, catalogue, show=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("csv", type=Path)
    parser.add_argument("--misses", action="store_true", help="also print every id that is missed or wrong")
    parser.add_argument(
        "--active", action="store_true", help="only print where list and makers differ on active counts"
    )
    options = parser.parse_args()
    catalogue = ModelCatalogue(compile_section("models", RULES))  # type: ignore[arg-type]
    with options.csv.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if float(row["parameters_raw"] or 0) >= 1e5]
    if options.active:
        print("| id | list (B) | maker (B) | ours (B) | source |\n|---|---|---|---|---|")
        score_active(rows, catalogue, show=True)
        return
    rows.sort(key=lambda row: -int(row["hf_downloads"] or 0))
    language = [row for row in rows if row["pipeline"] in ("text-generation", "unknown")]
    labelled = [row for row in rows if row["pipeline"] == "text-generation"]
    score(f"labelled text-generation ({len(labelled)})", labelled, catalogue, options.misses)
    score("300 most downloaded, text-generation or not labelled", language[:300], catalogue, options.misses)
    score("300 most downloaded of any kind", rows[:300], catalogue, False)
    score(f"all {len(rows)}", rows, catalogue, False)


if __name__ == "__main__":
    main()
