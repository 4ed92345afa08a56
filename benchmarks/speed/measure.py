"""Wall time, processor time and memory of commands that take turns, so that what else the machine does hits them all."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.02


class Cost(NamedTuple):
    wall_s: float
    cpu_s: float


class Command(NamedTuple):
    arguments: Sequence[str]
    environment: Mapping[str, str] = {}
    folder: str = "/"
    before: Sequence[str] = ()
    """Run before each measured run, unmeasured (to clear a cache)."""
    statuses: Sequence[int] = (0, 1)
    """Clean, and with findings: a command that was called wrongly is quick."""


def run(command: Command) -> Cost:
    if command.before:
        _wait(_start(Command(command.before, command.environment, command.folder)))
    start = time.perf_counter()
    process = _start(command)
    usage = _wait(process)
    if process.returncode not in command.statuses:
        raise SystemExit(
            f"exit status {process.returncode}, so its time is none: {' '.join(command.arguments)}"
        )
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime)


def take_turns(commands: Mapping[str, Command], runs: int) -> dict[str, Cost]:
    """Medians of ``runs`` rounds, after one that is thrown away (unless there is only one)."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    warm_up = runs > 1
    for turn in range(runs + warm_up):
        for name, command in commands.items():
            cost = run(command)
            if turn or not warm_up:
                costs[name].append(cost)
    return {
        name: Cost(median(cost.wall_s for cost in each), median(cost.cpu_s for cost in each))
        for name, each in costs.items()
    }


def peak_memory_mb(command: Command) -> float:
    """The largest sum, over the processes of a command, of memory that each has for itself or its share of (PSS)."""
    process = _start(command)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_pss_kb(pid) for pid in _group(process.pid)))
        time.sleep(POLL_S)
    return peak / 1024


def _start(command: Command) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command.arguments),
        env={**os.environ, **command.environment},
        cwd=command.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes]) -> os.struct_rusage:  # type: ignore[name-defined]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _group(leader: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getpgid(int(name)) == leader:
                    found.append(int(name))
            except ProcessLookupError:
                pass
    return found


def _pss_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
