"""Published figures beside wattlint's own, for the same model and tokens.

    PYTHONPATH=src python benchmarks/published_figures.py

Also printed by ``make validate-impact``. None of them took part in a fit.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

from wattlint.callsites.facts import CallSite, LoadFact, ModelFact, Workload
from wattlint.catalogue.models import load_models
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact.estimate import estimate
from wattlint.impact.quantities import Interval, plain
from wattlint.settings import ImpactSettings

FIGURES = Path(__file__).parent / "published_figures.csv"
UNITS = {
    "energy_wh": "Wh",
    "accelerator_wh": "Wh, GPUs",
    "carbon_gco2e": "gCO2e",
    "water_ml": "mL",
    "water_onsite_ml": "mL on site",
}


def number(text: str) -> float | None:
    return float(text) if text else None


def record_of(row: dict[str, str]) -> ModelRecord:
    known = load_models().lookup(row["model"])
    if not row["total_b"]:
        assert known is not None, row["model"]
        return known
    plainly = load_models().lookup("meta-llama/Llama-2-7b-hf")
    assert plainly is not None
    low, *rest = map(float, row["total_b"].split(" to "))
    size = Range(low, math.sqrt(low * rest[-1]) if rest else low, rest[-1] if rest else low)
    kind = "encoder" if row["tokens_out"] == "0" and not row["effort"] else "chat"
    return plainly._replace(id=row["model"], total_b=size, active_b=None, kind=kind)


def ours(row: dict[str, str]) -> Interval:
    training = row["effort"] == "train"
    site = CallSite(
        "", 1, 0, 1, 1, "", "", "", "train" if training else "call", "resolved", row["provider"] or None
    )
    site.model = ModelFact(id=row["model"])
    site.workload = Workload(
        tokens_in=number(row["tokens_in"]), tokens_out=number(row["tokens_out"]), source=row["figure"]
    )
    site.reasoning_effort = row["effort"] if row["effort"] not in ("", "train") else None
    if row["batch"] == "1":
        site.load = LoadFact(dtype="float32" if row["total_b"] else None, library="transformers")
    hosted = site.load is None and (row["hardware"] or row["batch"] or row["gpus"])
    settings = ImpactSettings(
        deployment="api" if hosted else None,
        hardware=row["hardware"] or None, batch=int(row["batch"]) if row["batch"] else None,
        gpus=int(row["gpus"]) if row["gpus"] else None, region=row["region"] or None,
    )  # fmt: skip
    impact = estimate(site, record_of(row), settings)
    assert impact is not None, row
    value: Interval = getattr(impact, row["quantity"])
    return value


def verdicts() -> Iterator[tuple[dict[str, str], Interval, str]]:
    """(row, our interval, where the published figure lies: ``inside``, ``above`` or ``below`` it)."""
    with FIGURES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            low, high, value = float(row["low"]), float(row["high"]), ours(row)
            inside = value.p10 <= high and low <= value.p90
            yield row, value, "inside" if inside else "below" if high < value.p10 else "above"


def table() -> None:
    print(
        "| figure | asked of wattlint | published | wattlint p50 (p10 to p90) | | remark |\n|---|---|---|---|---|---|"
    )
    for row, value, verdict in verdicts():
        low, high = float(row["low"]), float(row["high"])
        scale, unit = (1e9, "GWh") if low > 1e6 else (1.0, UNITS[row["quantity"]])
        span = plain(low / scale) + (f" to {plain(high / scale)}" if high > low else "")
        mine = f"{plain(value.p50 / scale)} ({plain(value.p10 / scale)} to {plain(value.p90 / scale)})"
        asked = f"{row['model']}, {plain(float(row['tokens_in']))} in"
        if row["effort"] != "train":
            asked += f", {row['tokens_out'] or 'prior'} out" + f", effort {row['effort']}" * bool(
                row["effort"]
            )
        print(
            f"| {row['figure']}, {row['kind']} ({row['like']}) | {asked} | {span} {unit} | {mine} | {verdict} | {row['remark']} |"
        )


if __name__ == "__main__":
    table()
