"""Puts the output of commands into README.md, so that what it shows is what they print.

A fenced block after ``<!-- output: COMMAND | lines A-B -->`` holds these lines of the command's output (1-based).
``python tools/readme_output.py`` rewrites the blocks; ``tests/test_readme.py`` fails when one is out of date.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"(<!-- output: (?P<command>[^|]+?) \| lines (?P<first>\d+)-(?P<last>\d+) -->\n```\w*\n)(?P<body>.*?)(?=```)",
    re.S,
)
WIDTH = "124"


def output_of(command: str) -> list[str]:
    """Lines that a ``wattlint ...`` command prints in the repository's root."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": WIDTH,
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }
    arguments = [sys.executable, "-m", "wattlint", *command.split()[1:]]
    run = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    if run.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit status {run.returncode}\n{run.stderr}")
    return run.stdout.splitlines()


def renewed(text: str) -> str:
    """``text`` with every block as the commands print it now."""

    def block(match: re.Match[str]) -> str:
        lines = output_of(match["command"])[int(match["first"]) - 1 : int(match["last"])]
        return match[1] + "".join(f"{line}\n" for line in lines)

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(renewed(readme.read_text(encoding="utf-8")), encoding="utf-8")
