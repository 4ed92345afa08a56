"""Runs wattlint in a process of its own and says what it used: processor time, not wall time, and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SRC = Path(__file__).parents[2] / "src"
CODE = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_CPU, (15, 15))
sys.path.insert(0, {src!r})
from wattlint.cli import main
started = time.process_time()
status = main({arguments!r})
sys.stdout.flush()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
json.dump([status, time.process_time() - started, peak / 1024], open({result!r}, "w"))
"""


class Ran(NamedTuple):
    status: int
    cpu_s: float
    peak_mb: float
    out: str
    err: str


def run(folder: Path, *arguments: str) -> Ran:
    """``wattlint`` with ``arguments`` in ``folder``. It must come to its end by itself."""
    result = folder.parent / f"{folder.name}.used.json"
    code = CODE.format(src=str(SRC), arguments=list(arguments), result=str(result))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3_000:]
    return Ran(*json.loads(result.read_text()), done.stdout, done.stderr)
