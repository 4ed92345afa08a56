"""Wall time of ``wattlint check`` next to one ruff rule, and what importing the flake8 plugin costs.

    python benchmarks/speed.py TREE [--runs 5]

``TREE`` is any folder of Python files, such as an environment's ``site-packages``. The two commands take turns, so
that what else the machine does hits both; medians are printed as a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
HEAVY = ("libcst", "pydantic", "yaml", "rich", "pathspec", "packaging", "argparse")


class Cost(NamedTuple):
    wall_s: float
    cpu_s: float


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if not options.tree.is_dir():
        parser.error(f"{options.tree}: no such folder")
    compare(options.tree.resolve(), options.runs)
    plugin(options.runs)
    sieve(options.tree.resolve())
    return 0


def compare(tree: Path, runs: int) -> None:
    ruff = shutil.which("ruff") or str(Path(sys.executable).with_name("ruff"))
    commands = {
        "ruff check --select F401 --no-cache": [
            *(
                ruff,
                "check",
                "--isolated",
                "--select",
                "F401",
                "--no-cache",
                "--quiet",
                "--exit-zero",
                str(tree),
            )
        ],
        "wattlint check": [sys.executable, "-m", "wattlint", "check", "--quiet", "--exit-zero", str(tree)],
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(measure(command))
    print("| command | wall s | CPU s | wall, × ruff |\n| --- | --- | --- | --- |")
    base = median(cost.wall_s for cost in costs["ruff check --select F401 --no-cache"])
    for name, measured in costs.items():
        wall, cpu = median(cost.wall_s for cost in measured), median(cost.cpu_s for cost in measured)
        print(f"| `{name}` | {wall:.2f} | {cpu:.2f} | {wall / base:.2f} |")


def measure(command: list[str]) -> Cost:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def plugin(runs: int) -> None:
    """Import time of the flake8 plugin, and which heavy modules came with it."""
    times, modules = [], set()
    for _ in range(runs):
        command = [sys.executable, "-X", "importtime", "-c", "import ast, re; import wattlint.flake8_plugin"]
        report = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True).stderr
        rows = re.findall(r"import time:\s+\d+ \|\s+(\d+) \| +([\w.]+)$", report, re.MULTILINE)
        times += [int(cumulative) / 1000 for cumulative, name in rows if name == "wattlint.flake8_plugin"]
        modules |= {name.partition(".")[0] for _, name in rows}
    heavy = ", ".join(sorted(modules.intersection(HEAVY))) or "none"
    print(f"\nimport of wattlint.flake8_plugin: {median(times):.1f} ms; heavy modules imported: {heavy}")


def sieve(tree: Path) -> None:
    """Cost of walking, reading and sieving, per file."""
    sys.path.insert(0, str(ROOT / "src"))
    from wattlint.settings import Settings
    from wattlint.sources.discovery import discover
    from wattlint.sources.files import SourceFile
    from wattlint.sources.project import project_root
    from wattlint.sources.reach import Reach
    from wattlint.sources.reading import read
    from wattlint.sources.sieve import load_sieve

    load_sieve()
    reaches: dict[Path, Reach] = {}
    start = time.perf_counter()
    refs = discover([str(tree)], Settings()).files
    walked = time.perf_counter()
    sources = [source for source in map(read, refs) if isinstance(source, SourceFile)]
    read_at = time.perf_counter()
    passed = 0
    for source in sources:
        root = project_root(source.path)
        if root not in reaches:
            reaches[root] = Reach(root, load_sieve())
        passed += reaches[root].passes(source.path, source.code)
    decided = time.perf_counter()
    count = max(len(sources), 1)
    steps = zip(("walk", "read", "sieve"), (walked - start, read_at - walked, decided - read_at), strict=True)
    shares = ", ".join(f"{name} {seconds / count * 1e6:.0f} µs" for name, seconds in steps)
    print(f"\n{len(sources)} files, per file: {shares}; {passed / count:.1%} pass the sieve")


if __name__ == "__main__":
    sys.exit(main())
