"""How time and memory grow: with files, with the length of a file, with call sites, with depth of wrappers, with dicts."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import ROOT, peak_memory_mb, run
from benchmarks.speed.parts import PLAIN, wattlint
from benchmarks.speed.plot import panels

SDK = "from openai import OpenAI\n\nclient = OpenAI()\n"
STATEMENT = (
    "client.chat.completions.create(model={}, messages=[{{'role': 'user', 'content': {}}}], max_tokens=20)"
)
PLOT = ROOT / "docs" / "benchmarks-growth.svg"
Write = Callable[[Path, int], None]


def files(folder: Path, count: int) -> None:
    """Packages of 50 modules; one module in 50 holds a call."""
    plain = "\n".join(PLAIN.replace("names", f"names_{n}").split('"""\n', 1)[1] for n in range(12))
    for number in range(count):
        package = folder / f"package_{number // 50}"
        if number % 50 == 0:
            package.mkdir(parents=True)
            (package / "setup.py").touch()
        text = (
            SDK + f"\n\ndef ask(text):\n    return {STATEMENT.format(repr('gpt-4o'), 'text')}\n"
            if number % 50 == 7
            else plain
        )
        (package / f"module_{number}.py").write_text(text)


def lines(folder: Path, count: int) -> None:
    """One module with a call in each 400 lines. Short lines: a file of more than 2 MB is not analysed."""
    call = f"    return {STATEMENT.format('MODEL', 'text')}"
    out = [*SDK.split("\n"), "MODEL = 'gpt-4o'"]
    while len(out) < count:
        out += [f"def ask_{len(out)}(text):", "    total = 0"]
        out += [f"    total += {line}" for line in range(397)] + [call]
    (folder / "module.py").write_text("\n".join(out) + "\n")


def sites(folder: Path, count: int) -> None:
    """One project; twenty calls in each module."""
    for number in range(0, count, 20):
        calls = "\n".join(
            f"def ask_{n}(text):\n    return {STATEMENT.format('MODEL', f'f{chr(39)}Question {n}: {{text}}{chr(39)}')}\n"
            for n in range(number, min(number + 20, count))
        )
        (folder / f"module_{number}.py").write_text(f"{SDK}MODEL = 'gpt-4o'\n\n{calls}")


def wrappers(folder: Path, depth: int) -> None:
    """A chain of functions that hand model and text on, each in a module of its own."""
    (folder / "step_0.py").write_text(
        f"{SDK}\n\ndef step_0(model, text):\n    return {STATEMENT.format('model', 'text')}\n"
    )
    for number in range(1, depth):
        below = f"step_{number - 1}"
        (folder / f"step_{number}.py").write_text(
            f"from {below} import {below}\n\n\ndef step_{number}(model, text):\n    return {below}(model, text)\n"
        )
    top = f"step_{depth - 1}"
    (folder / "app.py").write_text(f"from {top} import {top}\n\n{top}('gpt-4o', 'Is this spam? yes or no')\n")


def entries(folder: Path, count: int) -> None:
    """A dict of models, and a call that looks one up."""
    rows = "".join(f"'{n}':'m{n}',\n" for n in range(count))
    call = STATEMENT.format("MODELS['1']", "'x'")
    (folder / "module.py").write_text(f"{SDK}MODELS = {{\n{rows}}}\n{call}\n")


SERIES: dict[str, tuple[Write, tuple[int, ...]]] = {
    "files": (files, (1_000, 3_000, 10_000, 30_000)),
    "lines of one file": (lines, (1_000, 3_000, 10_000, 30_000, 100_000)),
    "call sites": (sites, (10, 100, 1_000, 10_000)),
    "depth of wrappers": (wrappers, (1, 4, 16, 64)),
    "entries of a dict": (entries, (10, 100, 1_000, 10_000, 100_000)),
}


def growth(cache: Path, runs: int) -> dict[str, Any]:
    figures, drawn = [], {}
    for name, (write, sizes) in SERIES.items():
        rows = []
        for size in sizes:
            folder = cache / "growth"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / ".git").mkdir()
            write(folder, size)
            command = wattlint(folder, "--no-cache", "-j1")
            cpu = min(run(command).cpu_s for _ in range(2))
            rows.append((size, cpu, peak_memory_mb(command)))
        shutil.rmtree(folder)
        drawn[name] = rows
        (small, _, _), (large, cpu, memory) = rows[0], rows[-1]
        # What a larger input adds, over what the middle one added: start-up counts nowhere.
        (before, earlier, _) = rows[-2]
        slope = math.log(max(cpu - rows[0][1], 1e-3) / max(earlier - rows[0][1], 1e-3)) / math.log(
            (large - small) / (before - small)
        )
        figures.append(
            (f"growth with {name}, {small:,} to {large:,}",
             f"{cpu:.2f} s CPU and {memory:.0f} MB at the end; time grows with size to the power {slope:.2f}", "close to 1")
        )  # fmt: skip
    PLOT.write_text(panels(drawn), encoding="utf-8")
    return {"figures": figures, "notes": [], "rows": drawn}
