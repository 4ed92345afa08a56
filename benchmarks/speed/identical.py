"""Shows that a change loses no site and no finding: analyses folders with two versions of wattlint and compares.

    python benchmarks/speed/identical.py BASE FOLDER...

BASE is a git revision; the other version is the working tree. Each folder is one run (``-j1``, no cache). Exit status
1 when anything differs: a site, a finding, a problem, or any fact of them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUMP = """
import json, os, sys
sys.path.insert(0, os.path.join(sys.argv[1], "src"))
from wattlint.config import Configuration
from wattlint.run import analyse

for folder in sys.argv[2:]:
    found = analyse([folder], Configuration(), jobs=1)
    for kind in ("sites", "findings", "problems"):
        for one in getattr(found, kind):
            print(folder, kind, one, sep="\\t")
"""
"""Everything is a dataclass or a named tuple, whose ``repr`` holds all fields."""


def dump(version: Path, folders: list[str], to: Path) -> subprocess.Popen[bytes]:
    with to.open("wb") as output:
        return subprocess.Popen([sys.executable, "-c", DUMP, str(version), *folders], stdout=output)


def difference(base: Path, folders: list[str], changed: Path = ROOT) -> list[str]:
    """The lines in which ``base`` and ``changed``, two checkouts, differ over ``folders``."""
    with tempfile.TemporaryDirectory() as scratch:
        outputs = [Path(scratch, "before"), Path(scratch, "after")]
        runs = [dump(version, folders, to) for version, to in zip((base, changed), outputs)]
        statuses = [run.wait() for run in runs]
        if any(statuses):
            sys.exit("identical: a run failed")
        before, after = (to.read_text("utf-8").splitlines() for to in outputs)
    lost, new = set(before) - set(after), set(after) - set(before)
    print(f"{len(before):,} lines before, {len(after):,} after, {len(lost)} lost, {len(new)} new")
    moved = ["order differs"] if before != after and not lost and not new else []
    return [*(f"- {line}" for line in sorted(lost)), *(f"+ {line}" for line in sorted(new)), *moved]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        archive = subprocess.run(
            ["git", "archive", options.base, "src", "rules"], cwd=ROOT, capture_output=True, check=True
        )
        subprocess.run(["tar", "-x", "-C", scratch], input=archive.stdout, check=True)
        found = difference(Path(scratch), options.folders)
    print("\n".join(line[:400] for line in found[:40]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
