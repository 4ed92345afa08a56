"""What goes wrong around us: killed at any moment, a full disk, a tree that cannot be written, two runs at once, a clock
set back. Files are whole, before or after, and never half of each."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
KILLS = int(os.environ.get("WATTLINT_KILLS", "4"))
"""Of each command; ``make fuzz`` takes many more."""
APP = (
    "from openai import OpenAI\nclient = OpenAI()\n"
    + "client.chat.completions.create(model='gpt-4-turbo', messages=[])\n" * 20
)
LOAD = (
    "import torch\nfrom transformers import AutoModelForCausalLM\n"
    "model = AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3.1-8B', torch_dtype=torch.float32)\n"
)
COMMANDS = {
    "fix": ["check", "--fix", "--unsafe-fixes", "--no-cache", "."],
    "baseline": ["baseline", "write", "."],
    "cache": ["check", "."],
}


def start(folder: Path, *arguments: str, before: str = "") -> subprocess.Popen[bytes]:
    code = f"import sys; sys.path.insert(0, {str(SRC)!r})\n{before}\nfrom wattlint.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def project(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(4):
        (folder / f"a{number}.py").write_text(APP)
        (folder / f"b{number}.py").write_text(LOAD)
    return folder


def wait(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    assert b"Traceback" not in err, err.decode()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_killed(command: str, tmp_path: Path) -> None:
    """At a moment of chance within the time of a whole run; the files then are those of before or after."""
    whole = project(tmp_path / "whole")
    began = time.monotonic()
    wait(start(whole, *COMMANDS[command]))
    took = time.monotonic() - began
    texts = {path.name: {path.read_bytes()} for path in whole.glob("*.py")}
    chance = random.Random(command)
    for turn in range(KILLS):
        folder = project(tmp_path / f"{turn}")
        for path in folder.glob("*.py"):
            texts[path.name].add(path.read_bytes())
        process = start(folder, *COMMANDS[command])
        time.sleep(took * chance.uniform(0.3, 1.05))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path in folder.glob("*.py"):
            assert path.read_bytes() in texts[path.name], f"{path.name} is half written"
            ast.parse(path.read_bytes())
        for path in folder.glob(".wattlint-baseline.json"):
            json.loads(path.read_bytes())
        status, _, err = wait(start(folder, "check", "."))
        assert status in (0, 1), err
        shutil.rmtree(folder)


FULL = """
import errno, io, os
def full(*rest, **more):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
import tempfile
tempfile.mkstemp = full
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_disk_full(command: str, tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    status, out, err = wait(start(folder, *COMMANDS[command], before=FULL))
    assert all(path.read_text() in (APP, LOAD) for path in folder.glob("*.py"))
    assert not list(folder.glob(".wattlint-*"))
    if command == "cache":
        assert status == 1 and "gpt-4-turbo" in out  # a result that cannot be kept is a result
    else:
        assert status == 2 and "no space left" in err.lower(), err


def test_a_tree_that_cannot_be_written(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    refuse = "import os\nallowed = os.access\nos.access = lambda path, mode, **more: mode != os.W_OK and allowed(path, mode, **more)"
    status, _, err = wait(start(folder, *COMMANDS["fix"], before=refuse))
    assert status == 2 and "write-protected" in err
    assert all(path.read_text() in (APP, LOAD) for path in folder.glob("*.py"))


def test_two_runs_at_once(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    together = [start(folder, "check", "--format", "json", ".") for _ in range(3)]
    results = [wait(process)[:2] for process in together]
    assert len(set(results)) == 1 and results[0] == wait(start(folder, "check", "--format", "json", "."))[:2]


def test_two_fixers_at_once(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    for process in [start(folder, *COMMANDS["fix"]) for _ in range(2)]:
        wait(process)
    alone = project(tmp_path / "alone")
    wait(start(alone, *COMMANDS["fix"]))
    for path in folder.glob("*.py"):
        ast.parse(path.read_bytes())
        assert path.read_text() in (APP, LOAD, (alone / path.name).read_text())


def test_a_clock_set_back(tmp_path: Path) -> None:
    """A file that changes while its time stamp goes into the past is seen as changed."""
    folder = project(tmp_path / "project")
    wait(start(folder, "check", "."))
    back = "import time\nnow = time.time_ns\ntime.time_ns = lambda: now() - 10**18"
    for path in folder.glob("a*.py"):
        path.write_text("x = 1\n")
        os.utime(path, (1, 1))
    _, out, _ = wait(start(folder, "check", ".", before=back))
    assert "gpt-4-turbo" not in out
