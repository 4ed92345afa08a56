"""What goes wrong around us: killed at any moment, a full disk, a tree that cannot be written, two runs at once, a clock
set back. Files are whole, before or after, and never half of each."""

from __future__ import annotations

import ast
import errno
import json
import os
import random
import resource
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from forked import Child, run

KILLS = int(os.environ.get("WATTLINT_KILLS", "5"))
"""Of each command; ``make kills`` takes many more."""
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


def project(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(4):
        (folder / f"a{number}.py").write_text(APP)
        (folder / f"b{number}.py").write_text(LOAD)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_killed(command: str, tmp_path: Path) -> None:
    """At a moment of chance within the time of a whole run; the files then are those of before or after."""
    whole = project(tmp_path / "whole")
    began = time.monotonic()
    run(whole, *COMMANDS[command])
    took = time.monotonic() - began
    texts = {path.name: {path.read_bytes()} for path in whole.glob("*.py")}
    chance = random.Random(command)
    for turn in range(KILLS):
        folder = project(tmp_path / f"{turn}")
        for path in folder.glob("*.py"):
            texts[path.name].add(path.read_bytes())
        child = Child(folder, *COMMANDS[command])
        # Most of them where files are written: at the end.
        time.sleep(took * (chance.uniform(0.1, 1.1) if turn % 2 else chance.uniform(0.7, 1.1)))
        child.kill()
        child.end()
        for path in folder.glob("*.py"):
            assert path.read_bytes() in texts[path.name], f"{path.name} is half written"
            ast.parse(path.read_bytes())
        for path in folder.glob(".wattlint-baseline.json"):
            json.loads(path.read_bytes())
        again = run(folder, "check", ".")
        assert again.status in (0, 1), again.err
        shutil.rmtree(folder)


def full() -> None:
    def refuse(*rest: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    tempfile.mkstemp = refuse  # type: ignore[assignment]


def nearly_full() -> None:
    """A write ends in the middle of a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))


@pytest.mark.parametrize("disk", [full, nearly_full])
@pytest.mark.parametrize("command", COMMANDS)
def test_disk_full(command: str, disk: object, tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    ran = run(folder, *COMMANDS[command], before=disk)  # type: ignore[arg-type]
    if command != "fix" or disk is full:
        assert all(path.read_text() in (APP, LOAD) for path in folder.glob("*.py"))
    for path in folder.glob("*.py"):
        ast.parse(path.read_text())
    assert not list(folder.glob(".wattlint-*")) and not list(folder.glob(".wattlint_cache/*.part"))
    if command == "cache":
        assert ran.status == 1 and "gpt-4-turbo" in ran.out  # a result that cannot be kept is a result
    else:
        assert ran.status == 2 and ("no space left" if disk is full else "too large") in ran.err.lower(), ran


def test_a_tree_that_cannot_be_written(tmp_path: Path) -> None:
    def refuse() -> None:
        allowed = os.access
        os.access = lambda path, mode, **more: mode != os.W_OK and allowed(path, mode, **more)  # type: ignore[assignment]

    folder = project(tmp_path / "project")
    ran = run(folder, *COMMANDS["fix"], before=refuse)
    assert ran.status == 2 and "write-protected" in ran.err
    assert all(path.read_text() in (APP, LOAD) for path in folder.glob("*.py"))


def test_two_runs_at_once(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    together = [Child(folder, "check", "--format", "json", ".") for _ in range(3)]
    results = [child.end() for child in together]
    after = run(folder, "check", "--format", "json", ".")
    assert all(one is not None and (one.status, one.out) == (after.status, after.out) for one in results)


def test_two_fixers_at_once(tmp_path: Path) -> None:
    folder, alone = project(tmp_path / "project"), project(tmp_path / "alone")
    for child in [Child(folder, *COMMANDS["fix"]) for _ in range(2)]:
        child.end()
    run(alone, *COMMANDS["fix"])
    for path in folder.glob("*.py"):
        ast.parse(path.read_bytes())
        assert path.read_text() in (APP, LOAD, (alone / path.name).read_text())


def test_a_clock_set_back(tmp_path: Path) -> None:
    """A file that changes while its time stamp goes into the past is seen as changed."""

    def back() -> None:
        now = time.time_ns
        time.time_ns = lambda: now() - 10**18

    folder = project(tmp_path / "project")
    run(folder, "check", ".")
    for path in folder.glob("a*.py"):
        path.write_text("x = 1\n")
        os.utime(path, (1, 1))
    assert "gpt-4-turbo" not in run(folder, "check", ".", before=back).out
