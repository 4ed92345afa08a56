"""A real repository for tests, and a front door to run in it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from wattlint.cli import main

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
SLOW = """\
from transformers import pipeline

pipe = pipeline("text-generation", model="gpt2")


def run_all(texts):
    for text in texts:
        pipe(text)
"""
"""A module with one finding."""
BASELINE = ".wattlint-baseline.json"


class Repo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.folder,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout

    def write(self, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

    def commit(self, files: dict[str, str | None]) -> None:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """(exit status, standard output, standard error) of the command in ``folder``."""
    out, err, here = io.StringIO(), io.StringIO(), os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(list(arguments))
    finally:
        os.chdir(here)
    return status, out.getvalue(), err.getvalue()


def diff(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON report of ``wattlint diff``."""
    status, out, err = run(folder, "diff", "--format", "json", *arguments)
    assert status in (0, 1), err
    data: dict[str, Any] = json.loads(out)
    return data


def told(data: dict[str, Any]) -> list[str]:
    """``changed app.py ask: model a → b`` for each pair, sorted."""
    lines = []
    for pair in data["pairs"]:
        site = pair["after"] or pair["before"]
        what = ", ".join(f"{one['what']} {one['before']} → {one['after']}" for one in pair["differences"])
        lines.append(f"{pair['status']} {site['path']} {site['function']}: {what}".rstrip(": "))
    return sorted(lines)
