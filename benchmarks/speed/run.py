"""Measures wattlint beside its peers and writes docs/benchmarks.md.

    python benchmarks/speed/run.py [--runs 5] [--only PART ...]

Parts: cold, llm, torch, warm, peers, start, plugin, memory, analysis, growth. Trees and peers are downloaded once into
``.cache/bench``. Commands take turns; every figure is a ratio of medians of one session. Results of the parts that ran
are kept in ``.cache/bench/results.json``, and the page is written from all of them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.speed import parts
from benchmarks.speed.growth import growth
from benchmarks.speed.page import page

ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    "cold": parts.cold,
    "llm": parts.cold_llm,
    "torch": parts.cold_torch,
    "warm": parts.warm,
    "peers": parts.peers,
    "start": parts.start,
    "plugin": parts.plugin,
    "memory": parts.memory,
    "analysis": parts.analysis,
    "growth": growth,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "bench")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    options = parser.parse_args()
    cache = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / "results.json"
    results = json.loads(kept.read_text()) if kept.is_file() else {}
    parts.install()
    for name in options.only:
        print(f"{name} ...", flush=True)
        results[name] = {**PARTS[name](cache, options.runs), "machine": machine(), "runs": options.runs}
        kept.write_text(json.dumps(results, indent=1))
        for figure in results[name]["figures"]:
            print("  ", *figure, flush=True)
    (ROOT / "docs" / "benchmarks.md").write_text(page(results), encoding="utf-8")
    return 0


def machine() -> str:
    """What the figures of one part were taken on."""
    ruff = subprocess.run(
        [str(parts.RUFF), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.date.today()}, commit {commit}, {platform.system()} {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} processors, Python {platform.python_version()}, {ruff}, load average {load}"
    )


if __name__ == "__main__":
    sys.exit(main())
