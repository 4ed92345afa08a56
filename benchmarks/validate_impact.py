"""How well the energy model does on model families it was not fitted on.

    make validate-impact [ROWS=FILE.csv]
    PYTHONPATH=src python benchmarks/validate_impact.py [MEASURED.csv] [--rows FILE.csv] [--write docs/impact.md]

Leaves each family out, fits the rest, predicts it (needs numpy and scipy). ``--rows`` or the environment variable ROWS
scores other rows of the same columns with the constants as shipped (needs nothing). MdAPE: median absolute percentage error; p90 factor: 90th percentile of max(p/m, m/p).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import itertools
import math
import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import published_figures
from impact_rows import FITTED, IMAGE_TASKS, Row, Rows, UnreadableFile, fit_rows, read

from wattlint.impact import constants, physics
from wattlint.impact.constants import Coefficients
from wattlint.impact.deployment import hosted_batch
from wattlint.impact.physics import Serving, Size
from wattlint.impact.quantities import Factor, Interval, combine

MEASURED = Path(__file__).parents[2] / "shared" / "facts" / "energy" / "measured.csv"
TRAINING = Path(__file__).parent / "training_runs.csv"
START, END = "<!-- tables of make validate-impact -->", "<!-- end of tables -->"
Predicted = list[tuple[Row, float]]
Measured = list[tuple[Interval, float]]
"""Intervals, each with what was measured."""
Spread = tuple[float, float]
"""10th and 90th percentile of measured / predicted."""


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def score(name: str, pairs: Iterable[tuple[float, float]]) -> None:
    """One table line from (predicted, measured)."""
    ratios = [predicted / measured for predicted, measured in pairs]
    if not ratios:
        return
    error = statistics.median(abs(ratio - 1) for ratio in ratios)
    factor = quantile([max(ratio, 1 / ratio) for ratio in ratios], 0.9)
    bias = statistics.median(ratios)
    print(f"| {name} | {len(ratios)} | {error:.1%} | {factor:.2f} | {bias:.2f} |")


def table(predicted: Predicted) -> None:
    print("| rows | n | MdAPE | p90 factor | median predicted / measured |\n|---|---|---|---|---|")
    groups = {
        "all": lambda row: True,
        "dense": lambda row: not row.size.is_moe,
        "mixtures of experts": lambda row: row.size.is_moe,
        **{
            name: (lambda row, name=name: row.serving.precision.name == name)
            for name in sorted({row.serving.precision.name for row, _ in predicted})
        },
        "fp8 and mxfp4": lambda row: row.serving.precision.name in ("fp8", "mxfp4"),
        "batch 1": lambda row: row.batch <= 1,
        **{
            name: (lambda row, name=name, column=column: getattr(row, column) == name)
            for column in ("source", "task", "family")
            for name in sorted({getattr(row, column) for row, _ in predicted})
        },
    }
    for name, belongs in groups.items():
        score(name, [(joules, row.joules) for row, joules in predicted if belongs(row)])


def fits_without(rows: Sequence[Row]) -> dict[str, Coefficients]:
    """For each family, the constants fitted to all others."""
    try:
        from fit_impact import fit
    except ModuleNotFoundError as missing:
        sys.exit(f"fitting needs {missing.name}: pip install numpy scipy")

    families = sorted({row.family for row in rows})
    return {family: fit([row for row in rows if row.family != family]) for family in families}


def spreads(predicted: Predicted, without: str | None = None) -> dict[bool, Spread]:
    """By mixture or not: the 80 % spread of measured / predicted to expect of a further family.

    Two parts, added as squares: how far families lie off as a whole (root mean square of their median logarithms, with
    Student's t for so few of them) and how far rows lie off their family (80th percentile). Where fewer than three
    families of the kind are at hand, the first part is taken from families of both kinds.
    """
    from scipy.stats import t

    families: dict[tuple[bool, str], list[float]] = {}
    for row, joules in predicted:
        if row.family != without:
            families.setdefault((row.size.is_moe, row.family), []).append(math.log(row.joules / joules))
    result = {}
    for moe in (False, True):
        same = [logs for (kind, _), logs in families.items() if kind == moe]
        offsets = [statistics.median(logs) for logs in (same if len(same) >= 3 else families.values())]
        between = math.sqrt(sum(offset**2 for offset in offsets) / len(offsets))
        between *= t.ppf(0.9, len(offsets)) * math.sqrt(1 + 1 / len(offsets))
        within = [abs(log - statistics.median(logs)) for logs in same or families.values() for log in logs]
        width = math.exp(math.hypot(between, quantile(within, 0.8)))
        result[moe] = (1 / width, width)
    return result


def coverage(name: str, intervals: Sequence[tuple[Interval, float]]) -> None:
    if not intervals:
        print(f"| {name} | 0 | - | - |")
        return
    inside = sum(interval.p10 <= measured <= interval.p90 for interval, measured in intervals) / len(
        intervals
    )
    width = statistics.median(interval.width for interval, _ in intervals)
    print(f"| {name} | {len(intervals)} | {inside:.0%} | x {width:.1f} |")


def known_deployment(predicted: Predicted, shipped: bool) -> list[tuple[Interval, float]]:
    intervals = []
    for row, joules in predicted:
        if shipped:
            known = constants.known("residual_moe" if row.size.is_moe else "residual_dense")
            low, high = known.low, known.high
        else:
            low, high = spreads(predicted, without=row.family)[row.size.is_moe]
        intervals.append((Interval(joules * min(low, 1), joules, joules * max(high, 1)), row.joules))
    return intervals


def unknown_deployment(rows: Sequence[Row], fits: dict[str, Coefficients]) -> list[tuple[Interval, float]]:
    """Batch 8 to 512, H100 or B200, GPU count by the memory rule: what a hosted model's interval claims to cover.

    Rows count alike: they were measured at 8, 16, 32, ... sequences, about evenly in log batch.
    """
    intervals = []
    both = [hardware for hardware in map(constants.hardware, ("H100", "B200")) if hardware is not None]
    for row in rows:
        if row.serving.hardware.name not in ("H100", "B200") or not 7 <= row.batch <= 513:
            continue
        k = fits[row.family]

        def joules(together: float, row: Row = row, k: Coefficients = k) -> list[float]:
            serving = [
                Serving(
                    hardware,
                    physics.gpus_needed(row.size, row.serving.precision, hardware.memory_gb, 1.2),
                    row.serving.precision,
                )
                for hardware in both
            ]
            return [row.predicted(k, together, each) for each in serving]

        h100 = both[0]
        batch = hosted_batch(physics.memories_filled(row.size, row.serving.precision, h100.memory_gb, 1.2))
        each = joules(batch.mid)
        mid = math.sqrt(each[0] * each[1])
        residual = constants.known("residual_moe" if row.size.is_moe else "residual_dense")
        factors = [
            Factor.of("hardware", min(each), mid, max(each)),
            Factor.of("batch", joules(batch.low)[0], each[0], joules(batch.high)[0]),
            residual.factor("residual"),
        ]
        intervals.append((combine(mid, factors), row.joules))
    return intervals


def relative_claims(predicted: Predicted) -> None:
    """Pairs of models on the same task and GPU type at the same batch: is the one predicted to use more the one that does?"""
    bins = ((1, 1.25), (1.25, 1.5), (1.5, 2), (2, 3), (3, math.inf))
    right = {edges: [0, 0] for edges in bins}
    off: dict[bool, list[float]] = {False: [], True: []}
    for (a, predicted_a), (b, predicted_b) in itertools.combinations(predicted, 2):
        alike = (
            a.source == b.source and a.task == b.task and a.serving.hardware.name == b.serving.hardware.name
        )
        if not alike or a.model == b.model or abs(math.log(a.batch / b.batch)) > 0.1:
            continue
        ratio = max(predicted_a, predicted_b) / min(predicted_a, predicted_b)
        measured = a.joules / b.joules if predicted_a > predicted_b else b.joules / a.joules
        off[a.size.is_moe or b.size.is_moe].append(measured / ratio)
        edges = next(edges for edges in bins if edges[0] <= ratio < edges[1])
        right[edges][1] += 1
        right[edges][0] += (predicted_a > predicted_b) == (a.joules > b.joules)
    if not any(pairs for _, pairs in right.values()):
        print("no two models of one source, task and GPU at the same batch")
        return
    print("| predicted ratio | pairs | right |\n|---|---|---|")
    for (low, high), (hits, pairs) in right.items():
        if pairs:
            print(f"| {low:g} to {high:g} | {pairs} | {hits} ({hits / pairs:.1%}) |")
    hits, pairs = (sum(right[edges][i] for edges in bins if edges[0] >= 2) for i in (0, 1))
    if pairs:
        print(f"| 2 or more | {pairs} | {hits} ({hits / pairs:.1%}) |")
    for moe, name in ((False, "dense models"), (True, "pairs with a mixture of experts")):
        if off[moe]:
            low, high = quantile(off[moe], 0.1), quantile(off[moe], 0.9)
            print(f"\n{name}: measured ratio / predicted ratio {low:.2f} to {high:.2f} (p10 to p90)")


def training() -> None:
    """GPU energy of published runs (GPU hours x TDP x draw where only hours are published) against 6 FLOP per token."""
    flop, mfu, draw = (constants.known(name).mid for name in ("train_flop", "train_mfu", "train_draw"))
    pairs = []
    with TRAINING.open(newline="", encoding="utf-8") as file:
        for run in csv.DictReader(line for line in file if not line.startswith("#")):
            hardware = constants.hardware(run["gpu"])
            assert hardware is not None, run
            size = Size(float(run["total_b"]) * 1e9, float(run["active_b"]) * 1e9)
            joules = physics.training_joules_per_token(size, hardware, flop, mfu, draw)
            predicted = joules * float(run["tokens_b"]) * 1e9 / 3.6e9
            measured = float(run["gpu_mwh"] or float(run["gpu_hours"]) * hardware.tdp_w * draw / 1e6)
            pairs.append((predicted, measured))
    print("| rows | n | MdAPE | p90 factor | median predicted / measured |\n|---|---|---|---|---|")
    score("published training runs", pairs)


def as_shipped(rows: Sequence[Row]) -> None:
    """Rows of other files with the shipped constants: those of families that were in the fit apart from the rest."""
    k = constants.coefficients()
    predicted = [(row, row.predicted(k)) for row in rows]
    new = [(row, joules) for row, joules in predicted if row.family not in FITTED]
    old = [(row, joules) for row, joules in predicted if row.family in FITTED]
    for title, part in (("Families that were not in the fit", new), ("Families that were in the fit", old)):
        if not part:
            continue
        print(f"### {title}: {', '.join(sorted({row.family for row, _ in part}))}\n")
        table(part)
        print("\n| 80 % interval, shipped constants | rows | coverage | median width |\n|---|---|---|---|")
        coverage("deployment known", known_deployment(part, shipped=True))
        fits = dict.fromkeys((row.family for row, _ in part), k)
        unknown = unknown_deployment([row for row, _ in part], fits)
        coverage("deployment unknown (rows at batch 8 to 512 on H100 or B200)", unknown)
        print("\nRelative claims\n")
        relative_claims(part)
        print()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("measured", type=Path, nargs="?", default=MEASURED)
    parser.add_argument(
        "--rows", type=Path, default=os.environ.get("ROWS") or None, help="score these as shipped"
    )
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="replace the tables in this page, and its plot"
    )
    options = parser.parse_args()
    path = Path(options.rows or options.measured)
    if not path.is_file():
        print(f"no such file: {path} (name another: ROWS=FILE.csv)", file=sys.stderr)
        return 2
    try:
        found = read(path)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    report_left_out(found)
    every, skipped = found.rows, found.skipped
    if options.rows:
        left_out = f"{len(skipped)} skipped, {len(found.damaged)} damaged"
        print(f"{path}: {len(every)} rows scored with the shipped constants, {left_out}\n")
        as_shipped(every)
        return 2 if found.damaged or not every else 0

    if options.write is None:
        leave_one_out(every, len(skipped))
        return 0
    from impact_plot import calibration, scatter

    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        predicted, intervals = leave_one_out(every, len(skipped))
    folder = options.write.parent
    (folder / "impact-predicted.svg").write_text(scatter(predicted), encoding="utf-8")
    (folder / "impact-coverage.svg").write_text(calibration(intervals), encoding="utf-8")
    before, start, rest = options.write.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        print(f"{options.write}: the lines {START} and {END} are missing", file=sys.stderr)
        return 2
    options.write.write_text(f"{before}{START}\n{text.getvalue()}{END}{after}", encoding="utf-8")
    return 0


def report_left_out(found: Rows) -> None:
    """What was not scored, and why: damaged values all, other rows the first ones of each reason."""
    for line in found.damaged:
        print(f"error: {line}", file=sys.stderr)
    reasons: dict[str, list[str]] = {}
    for line in found.skipped:
        place, _, reason = line.partition(": ")
        reasons.setdefault(reason, []).append(place)
    for reason, places in reasons.items():
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        print(f"skipped: {', '.join(places[:3])}{more}: {reason}", file=sys.stderr)


def leave_one_out(every: Sequence[Row], skipped: int) -> tuple[Predicted, dict[str, Measured]]:
    """Prints every table; the predictions of families left out, and the intervals with what was measured."""
    rows = fit_rows(every)
    print(f"{len(every)} usable rows, {skipped} skipped; {len(rows)} text rows of ML.ENERGY v2 and v3\n")
    print("### Each family predicted by a fit to the others\n")
    fits = fits_without(rows)
    predicted = [(row, row.predicted(fits[row.family])) for row in rows]
    table(predicted)
    print("\n### Not fitted at all: batch 1 in plain transformers (ML.ENERGY v1)\n")
    shipped = constants.coefficients()
    table([(row, row.predicted(shipped)) for row in every if row.source == "mlenergy-v1"])
    print("\n### Not fitted at all: prompts with images and videos (ML.ENERGY v2 and v3)\n")
    table([(row, row.predicted(shipped)) for row in every if row.task in IMAGE_TASKS])
    print("\n### 80 % intervals on families left out\n")
    for moe, (low, high) in spreads(predicted).items():
        print(
            f"{'mixtures of experts' if moe else 'dense'}: measured / predicted {low:.2f} to {high:.2f} (p10 to p90)"
        )
    print("\n| interval | rows | coverage | median width |\n|---|---|---|---|")
    coverage("deployment known, spread of the other families", known_deployment(predicted, shipped=False))
    known, unknown = known_deployment(predicted, shipped=True), unknown_deployment(rows, fits)
    coverage("deployment known, shipped spread", known)
    coverage("deployment unknown (batch 8 to 512, H100 or B200)", unknown)
    print("\n### Relative claims on families left out\n")
    relative_claims(predicted)
    print("\n### Training\n")
    training()
    print("\n### Against published figures\n")
    published_figures.table()
    return predicted, {"deployment known": known, "deployment unknown": unknown}


if __name__ == "__main__":
    sys.exit(main())
