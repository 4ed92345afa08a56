"""Scores the call-site finder on published packages whose call sites were labelled by reading.

    python benchmarks/evaluate.py [--cache .cache/corpus] [--labels ../shared/corpus] [--check]

Downloads the pinned packages once (the only step that uses the network), runs the scorer, and writes
``docs/evaluation.md``. With ``--check`` it writes nothing and fails where a figure is below its floor.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from parity import differences
from rule_verdicts import with_section

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
FLOORS = {
    "recall": 0.95,
    "precision": 0.98,
    "model_right_of_resolvable": 0.88,
    "model_right_of_claimed": 0.97,
}
"""What a merge must not fall below; raise them when the figures have risen for good."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "corpus")
    parser.add_argument("--labels", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument(
        "--check", action="store_true", help="compare with the floors instead of writing the page"
    )
    parser.add_argument(
        "--verdicts",
        action="store_true",
        help="only bring the section on rules up to date (no packages needed)",
    )
    options = parser.parse_args()
    if options.verdicts:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    cache, labels = options.cache.resolve(), options.labels.resolve()
    if not (labels / "score.py").is_file():
        parser.error(f"no labels in {labels}: give their folder with --labels")
    fetch(cache, labels)
    figures, misses = score(cache, labels)
    compared, apart = agreement(cache, labels)
    if options.check:
        print("\n".join(apart) or f"flake8 and the command agree on {compared} files")
        return check(figures) or int(bool(apart))
    PAGE.write_text(with_section(page(figures, misses, compared, apart)), encoding="utf-8")
    print(
        f"recall {figures['recall']:.1%}, precision {figures['precision']:.1%}; written to {PAGE.relative_to(ROOT)}"
    )
    return 1 if figures["failed"] or apart else 0


def fetch(cache: Path, labels: Path) -> None:
    """Download what is not there yet."""
    manifest = json.loads((labels / "manifest.json").read_text(encoding="utf-8"))
    units = [f"{entry['package']}-{entry['version']}" for entry in manifest]
    if all((cache / "src" / unit).is_dir() for unit in units):
        return
    subprocess.run([sys.executable, str(labels / "fetch_corpus.py"), str(cache)], check=True)


def agreement(cache: Path, labels: Path) -> tuple[int, list[str]]:
    """How many files flake8 was asked about, and the findings that only one of flake8 and the command has."""
    manifest = json.loads((labels / "manifest.json").read_text(encoding="utf-8"))
    compared, apart = 0, []
    for entry in manifest:
        unit = f"{entry['package']}-{entry['version']}"
        files, lines = differences(cache / "src" / unit)
        compared += files
        apart += [f"{unit}/{line}" for line in lines]
    return compared, apart


def score(cache: Path, labels: Path) -> tuple[dict[str, Any], str]:
    """The scorer's figures, and its lists of single errors as text."""
    inputs = [
        argument
        for name in ("labels", "negatives", "ambiguous")
        for argument in (f"--{name}", str(labels / f"{name}.jsonl"))
    ]
    command = [
        *(sys.executable, str(labels / "score.py"), *inputs, "--manifest", str(labels / "manifest.json")),
        *(
            "--root",
            str(cache / "src"),
            "--wattlint",
            f"{sys.executable} -m wattlint",
            "--json",
            "--misses",
            "1000",
        ),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    try:
        figures, end = json.JSONDecoder().raw_decode(run.stdout)
    except ValueError:
        raise SystemExit(
            f"the scorer failed ({run.returncode}): {run.stderr[-2000:] or run.stdout[-2000:]}"
        ) from None
    return figures, run.stdout[end:]


def check(figures: dict[str, Any]) -> int:
    below = [
        f"{name} {figures[name]:.3f}, floor {floor}"
        for name, floor in FLOORS.items()
        if figures[name] < floor
    ]
    problems = [*below, *figures["failed"]]
    print("\n".join(problems) or ", ".join(f"{name} {figures[name]:.3f}" for name in FLOORS))
    return 1 if problems else 0


def page(figures: dict[str, Any], misses: str, compared: int, apart: Sequence[str]) -> str:
    found, negatives = figures["model"], figures["negatives_reported"]
    claimed_unknown = found.get("unknown_claimed", 0)
    unresolvable = claimed_unknown + found.get("unknown_left", 0)
    summary = [
        ("call sites found (recall)", f"{figures['recall']:.1%} of {figures['sites']}"),
        ("reported sites that are sites (precision)", f"{figures['precision']:.1%}"),
        ("reported that are none", figures["false_sites"]),
        ("look-alikes reported", negatives),
        ("model right, of those a reader could resolve", f"{figures['model_right_of_resolvable']:.1%}"),
        ("model right, of those claimed", f"{figures['model_right_of_claimed']:.1%}"),
        ("model claimed where no reader could tell", f"{claimed_unknown} of {unresolvable}"),
        (
            "findings that only one of flake8 (file by file) and `wattlint check` (the whole) has",
            f"{len(apart)} in {compared} files",
        ),
    ]
    kinds = [(kind, *share.split("/")) for kind, share in figures["recall_by_kind"].items()]
    hows = [
        (how, counts.get("right", 0), counts.get("wrong", 0), counts.get("unknown", 0))
        for how, counts in figures["model_by_how"].items()
    ]
    sections = sections_of(misses)
    missed = [Miss.parse(line) for line in sections.get("not found", [])]
    by_sdk = Counter(f"{miss.words[0]}, {miss.words[1]}" for miss in missed)
    wrong_models = [Miss.parse(line) for line in sections.get("model wrong or unknown", [])]
    unlabelled = [Miss.parse(line) for line in sections.get("reported, not labelled", [])]
    parts = [
        "# Evaluation",
        "Written by `make evaluate`; do not edit. It downloads the published packages that were labelled by reading, "
        "each pinned to one version, runs `wattlint estimate --format json` on every one of them, and compares.",
        table(("", "figure"), summary),
        "## By kind of call",
        table(("kind", "found", "labelled"), kinds),
        "## By the way the model is given",
        "Of the sites found whose model a reader could resolve. An unknown model is reported as unknown and left out "
        "of the totals; a wrong one is an error.",
        table(("how", "right", "wrong", "left unknown"), hows),
        "## What is missed",
        table(("SDK and kind", "sites missed"), by_sdk.most_common()),
        listing("Sites not found", (f"{miss.place} `{' '.join(miss.words[2:])}`" for miss in missed)),
        listing(
            f"Reported and not labelled ({figures['false_sites']} of them in files whose every call was judged)",
            (miss.place for miss in unlabelled),
        ),
        listing("Findings of flake8 or the command alone", apart),
        listing(
            "Model wrong or left unknown: what was said, what is true, how it is given",
            (f"{miss.place}: {' · '.join(miss.words)}" for miss in wrong_models),
        ),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def sections_of(misses: str) -> dict[str, list[str]]:
    """The scorer's lists: a title with a count, then one indented line each."""
    sections: dict[str, list[str]] = {}
    title = ""
    for line in misses.splitlines():
        if line.startswith("   "):
            sections[title].append(line.strip())
        elif ":" in line:
            title = line.rpartition(":")[0]
            sections[title] = []
    return sections


class Miss(NamedTuple):
    """One line of the scorer's lists."""

    place: str
    words: list[str]

    @classmethod
    def parse(cls, line: str) -> Miss:
        """``UNIT PATH CELL LINE words...``; the first four may stand in a tuple."""
        if line.startswith("("):
            line = line.translate(str.maketrans("", "", "(',)"))
        unit, path, cell, number, *words = line.split()
        return cls(
            f"{unit}/{path}:{number}" if cell == "None" else f"{unit}/{path}:cell {cell}:{number}", words
        )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in lines)


def listing(title: str, items: Iterable[str]) -> str:
    lines = [f"- {item}" for item in items]
    if not lines:
        return ""
    return f"<details><summary>{title}: {len(lines)}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


if __name__ == "__main__":
    sys.exit(main())
