"""Time of ``wattlint diff`` next to ``wattlint check`` on the same tree: ``python benchmarks/diff_speed.py FOLDER...``.

The Python files of the folders become a repository of one commit; a second changes some of them. Both commands run in
turn; the medians of processor time (children included) and wall time are printed with their ratio.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# An installed package has its byte code beside it: runs that write none would time the compiler.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folders: list[Path], top: Path, most: int, changed: int) -> int:
    """At most ``most`` files, ``changed`` of them different in the second commit; how many files there are."""
    files: list[Path] = []
    for folder in folders:
        for file in sorted(folder.rglob("*.py"))[: most - len(files)]:
            target = top / folder.name / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            files.append(target)
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A", "-f")
    git(top, "commit", "-q", "-m", "before")
    git(top, "checkout", "-q", "-b", "feature")
    for file in random.Random(1).sample(files, min(changed, len(files))):
        with open(file, "a", encoding="utf-8") as handle:
            handle.write("\n\nCHANGED = True\n")
    git(top, "commit", "-q", "-a", "-m", "after")
    return len(files)


def timed(top: Path, *arguments: str) -> tuple[float, float]:
    """(processor, wall) seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "wattlint", *arguments]
    done = subprocess.run(command, cwd=top, capture_output=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1, 2), done.stderr
    return (
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        time.monotonic() - began,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--changed", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--warm", action="store_true", help="time the second run of diff, with what the first kept"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        count = repository(options.folders, top, options.files, options.changed)
        cold = () if "--no-cache" not in help_of(top) else ("--no-cache",)
        rows: dict[str, list[tuple[float, float]]] = {"check": [], "diff": []}
        for command in ("check", "diff"):  # byte code; and with --warm what the first run keeps
            timed(top, command, "-q", *(() if options.warm else cold))
        for _ in range(options.runs):
            rows["check"].append(timed(top, "check", "-q", *cold))
            rows["diff"].append(timed(top, "diff", "-q", *(() if options.warm else cold)))
        print(
            f"{count} files, {options.changed} changed, {os.cpu_count()} processors, medians of {options.runs}"
        )
        medians = {
            command: [statistics.median(column) for column in zip(*times)] for command, times in rows.items()
        }
        for command, (cpu, wall) in medians.items():
            print(f"{command:6} {cpu:7.2f} s of processors, {wall:7.2f} s")
        ratios = [after / before for before, after in zip(medians["check"], medians["diff"])]
        print(f"ratio  {ratios[0]:7.2f}                  {ratios[1]:7.2f}")


def help_of(top: Path) -> str:
    command = [sys.executable, "-m", "wattlint", "diff", "--help"]
    return subprocess.run(command, cwd=top, capture_output=True, encoding="utf-8").stdout


if __name__ == "__main__":
    main()
