"""docs/benchmarks.md from the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEAD = """\
# Benchmarks

Written by `make bench` (`benchmarks/speed/run.py`); nothing here is typed by hand. Every figure is a ratio of medians
from commands that took turns in one session on one machine, so that other load hits all of them: read the ratios, not
the seconds. Trees and peers are pinned in `benchmarks/speed/trees/` and `benchmarks/speed/peers/`. Slow peers run on
every n-th file of a tree, and so do ruff and wattlint beside them.

Where a bar is missed, it says so: the bar stands beside the figure.
"""
TITLES = {
    "cold": "Cold",
    "llm": "Applications of LLMs",
    "torch": "Libraries of PyTorch",
    "warm": "Warm",
    "peers": "Beside other tools",
    "start": "Start-up",
    "plugin": "flake8 plugin",
    "memory": "Memory",
    "analysis": "Analysis",
    "growth": "Growth",
}


def page(results: Mapping[str, Any]) -> str:
    parts = [HEAD]
    for name, title in TITLES.items():
        if name not in results:
            continue
        part = results[name]
        parts.append(f"## {title}\n\n| what | measured | bar |\n| --- | --- | --- |\n")
        parts[-1] += "".join(f"| {what} | {value} | {bar or '–'} |\n" for what, value, bar in part["figures"])
        parts += [f"{note}.\n" for note in part["notes"]]
        if name == "growth":
            parts.append("![Time and memory against size](benchmarks-growth.svg)\n")
        parts.append(f"_{part['machine']}; {part['runs']} runs._\n")
    return "\n".join(parts)
