"""Scores the reader of model names against a list of Hugging Face ids with known parameter counts.

    python benchmarks/score_names.py hf_models.csv [--misses]

The CSV has the columns id, parameters_raw, hf_downloads, pipeline and active_parameters_llmfit (may be empty). Two of
its truths are wrong by construction: repositories with packed 4-bit weights under-count (two or eight weights per
stored element), and active counts that are not round were computed by llmfit as a share of the total.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from wattlint.catalogue.compile import compile_section
from wattlint.catalogue.models import ModelCatalogue

PACKED = ("int4", "nf4", "mxfp4", "nvfp4")
RULES = Path(__file__).resolve().parent.parent / "rules"


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:.1f} %" if whole else "none"


def ratio(estimate: float, truth: float) -> float:
    return max(estimate / truth, truth / estimate)


def score(title: str, rows: list[dict[str, str]], catalogue: ModelCatalogue, misses: bool) -> None:
    parsed, ratios, plain, actives, disclosed = 0, [], [], [], []
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
        if row["active_parameters_llmfit"]:
            active = float(row["active_parameters_llmfit"]) / 1e9
            actives.append(ratio(record.active_b.mid, active))
            if misses and actives[-1] > 1.25:
                print(f"   {row['id']}: active {record.active_b.mid:.3g} B read, {active:.3g} B in the list")
            if round(active, 1) == active:
                disclosed.append(actives[-1])
    print(title)
    print("   read                  ", share(parsed, len(rows)))
    for limit in (1.25, 2.0):
        print(f"   of these within × {limit:<4}", share(sum(r <= limit for r in ratios), parsed))
    print("      without packed 4-bit", share(sum(r <= 1.25 for r in plain), len(plain)))
    print("   active within × 1.25  ", share(sum(r <= 1.25 for r in actives), len(actives)), end="; ")
    print("of those the maker disclosed (round)", share(sum(r <= 1.25 for r in disclosed), len(disclosed)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("csv", type=Path)
    parser.add_argument("--misses", action="store_true", help="also print every id that is missed or wrong")
    options = parser.parse_args()
    catalogue = ModelCatalogue(compile_section("models", RULES))  # type: ignore[arg-type]
    with options.csv.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if float(row["parameters_raw"] or 0) >= 1e5]
    rows.sort(key=lambda row: -int(row["hf_downloads"] or 0))
    language = [row for row in rows if row["pipeline"] in ("text-generation", "unknown")]
    labelled = [row for row in rows if row["pipeline"] == "text-generation"]
    score(f"labelled text-generation ({len(labelled)})", labelled, catalogue, options.misses)
    score("300 most downloaded, text-generation or not labelled", language[:300], catalogue, options.misses)
    score("300 most downloaded of any kind", rows[:300], catalogue, False)
    score(f"all {len(rows)}", rows, catalogue, False)


if __name__ == "__main__":
    main()
