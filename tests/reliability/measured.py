"""Runs wattlint in a forked process and says what it used: processor time, not wall time, and memory on top."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple

from wattlint import cli
from wattlint.callsites.finder import Finder
from wattlint.lint import engine
from wattlint.settings import Settings

ENDS_AFTER_S = 60


class Ran(NamedTuple):
    status: int
    cpu_s: float
    peak_mb: float
    """More than what was used before."""
    out: str
    err: str


def run(folder: Path, *arguments: str) -> Ran:
    """``wattlint`` with ``arguments`` in ``folder``. It must come to its end by itself."""
    Finder(folder, Settings())  # loaded once, here, and not in every child
    engine.selected_rules(Settings())
    files = [folder.parent / f"{folder.name}.{name}" for name in ("out", "err", "used")]
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _child(folder, arguments, *files)
    began = time.monotonic()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() - began > 5 * ENDS_AFTER_S:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"no end: {arguments}")
        time.sleep(0.01)
    out, err, used = (file.read_text("utf-8", "replace") if file.exists() else "" for file in files)
    assert used and "Traceback" not in err, err[-3_000:] or "killed"
    status, cpu_s, peak_mb = json.loads(used)
    return Ran(status, cpu_s, peak_mb, out, err)


def _child(folder: Path, arguments: tuple[str, ...], out: Path, err: Path, used: Path) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (ENDS_AFTER_S, ENDS_AFTER_S))
        os.chdir(folder)
        sys.stdout, sys.stderr = out.open("w", encoding="utf-8"), err.open("w", encoding="utf-8")
        before_mb, began = _peak_mb("VmRSS"), time.process_time()
        status = cli.main(list(arguments))
        taken = time.process_time() - began
        sys.stdout.flush()
        used.write_text(json.dumps([status, taken, _peak_mb("VmHWM") - before_mb]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _peak_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
