"""Scores the task recogniser, from the words of prompts alone, against labelled prompts.

    python benchmarks/score_tasks.py FILE.jsonl [--show]

Each line has ``prompt`` and ``label`` (code, small-model, llm, cannot-tell). A verdict ``small-llm`` counts as ``llm``.
``--show`` prints every prompt whose verdict differs from its label. The time is the processor's, of a second pass: a
pattern is compiled when a prompt first needs it, and that is stated apart.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from time import process_time

from wattlint.callsites.facts import OutputContract
from wattlint.callsites.tasks import recognise
from wattlint.callsites.tasks.template import read_template

LABELS = ("code", "small-model", "llm", "cannot-tell")
NONE = "(silent)"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--show", action="store_true", help="print prompts whose verdict differs from the label"
    )
    options = parser.parse_args()
    rows = [
        json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    judged = []
    prompts = [read_template(row["prompt"]) for row in rows]
    start = process_time()
    for prompt in prompts:
        recognise.__wrapped__(prompt, OutputContract())  # the work itself, not what is remembered
    first_pass = process_time() - start
    seconds = []
    for row, prompt in zip(rows, prompts, strict=True):
        start = process_time()
        verdict = recognise.__wrapped__(prompt, OutputContract())
        seconds.append(process_time() - start)
        given = NONE if verdict is None else "llm" if verdict.solver == "small-llm" else verdict.solver
        judged.append((row, verdict, given))
        if options.show and (
            given != row["label"] and (given != NONE or row["label"] in ("code", "small-model"))
        ):
            print(f"--- {row.get('id', '')} label {row['label']}, verdict {verdict}\n{row['prompt'][:400]}")
    _table("all verdicts", [(row["label"], given) for row, _, given in judged])
    sure = [
        (row["label"], given if verdict and verdict.confidence != "low" else NONE)
        for row, verdict, given in judged
    ]
    _table("confidence medium or above", sure)
    speaks = [label == given for label, given in sure if given in ("code", "small-model")]
    print(f"precision of code and small-model together (medium or above): {_share(sum(speaks), len(speaks))}")
    needs = [given for row, _, given in judged if row["label"] == "llm"]
    print(f"prompts labelled llm that get code: {_share(needs.count('code'), len(needs))}")
    if seconds:
        late = sorted(seconds)[int(0.95 * len(seconds))]
        print(
            f"time: {1000 * sum(seconds) / len(seconds):.2f} ms per prompt, p95 {1000 * late:.2f} ms; "
            f"compiling patterns on the way: {1000 * (first_pass - sum(seconds)):.0f} ms in all"
        )


def _table(title: str, pairs: list[tuple[str, str]]) -> None:
    counts = Counter(pairs)
    columns = ("code", "small-model", "llm", NONE)
    print(f"\n{title}\n{'label':<14}" + "".join(f"{column:>13}" for column in columns) + f"{'recall':>22}")
    for label in LABELS:
        total = sum(counts[label, column] for column in columns)
        recall = _share(counts[label, label], total) if label in columns else ""
        print(
            f"{label:<14}" + "".join(f"{counts[label, column]:>13}" for column in columns) + f"{recall:>22}"
        )
    cells = (
        _share(counts[c, c], sum(counts[label, c] for label in LABELS)) if c != NONE else "" for c in columns
    )
    print(f"{'precision':<14}" + "".join(f"{cell.split(' ')[0]:>13}" for cell in cells))


def _share(part: int, total: int) -> str:
    return f"{part / total:.3f} ({part}/{total})" if total else "- (0/0)"


if __name__ == "__main__":
    main()
