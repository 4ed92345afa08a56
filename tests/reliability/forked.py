"""Runs wattlint in a forked process, with everything loaded already, and says what it used: processor time, not wall
time, and memory on top of what was in use."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from wattlint import cli
from wattlint.callsites.finder import Finder
from wattlint.lint import engine
from wattlint.settings import Settings

ENDS_AFTER_S = 60
"""Of processor time."""


class Ran(NamedTuple):
    status: int
    cpu_s: float
    peak_mb: float
    out: str
    err: str


class Child:
    """One run of the command line."""

    def __init__(
        self, folder: Path, *arguments: str, main: Callable[[list[str]], int] = cli.main, before: Callable[[], None] = lambda: None
    ) -> None:  # fmt: skip
        Finder(folder, Settings())  # loaded once, here, and not in every child
        engine.selected_rules(Settings())
        reader, writer = os.pipe()
        sys.stdout.flush()
        self._pid = os.fork()
        if not self._pid:
            os.close(reader)
            _run(folder, list(arguments), writer, main, before)
        os.close(writer)
        self._reader = reader

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    def end(self) -> Ran | None:
        """None where it was killed."""
        with os.fdopen(self._reader, "rb") as answer:
            text = answer.read()
        os.waitpid(self._pid, 0)
        if not text:
            return None
        ran = Ran(*json.loads(text))
        assert "Traceback" not in ran.err, ran.err[-3_000:]
        return ran


def run(folder: Path, *arguments: str, **more: Callable[[], None]) -> Ran:
    """``wattlint`` with ``arguments`` in ``folder``. It must come to its end by itself."""
    ran = Child(folder, *arguments, **more).end()  # type: ignore[arg-type]
    assert ran is not None, f"it took more than {ENDS_AFTER_S} s: wattlint {' '.join(arguments)}"
    return ran


def _run(folder: Path, arguments: list[str], writer: int, main: Callable[[list[str]], int], before: Callable[[], None]) -> None:  # fmt: skip
    status = -1
    out, err = sys.stdout, sys.stderr = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    used_mb, began = 0.0, time.process_time()
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (ENDS_AFTER_S, ENDS_AFTER_S))
        os.chdir(folder)
        used_mb = _memory_mb("VmRSS")
        before()
        status = main(arguments)
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        numbers = (status, time.process_time() - began, _memory_mb("VmHWM") - used_mb)
        with os.fdopen(writer, "wb") as answer:
            texts = [(stream.flush(), stream.buffer.getvalue().decode())[1] for stream in (out, err)]
            answer.write(json.dumps([*numbers, *texts]).encode())
        os._exit(0)


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
