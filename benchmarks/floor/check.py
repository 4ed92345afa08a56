"""Fails where the finder falls below a floor on a small labelled part of the corpus, or flake8 and the command differ.

    python benchmarks/floor/check.py [--cache .cache/floor]

Fetches the pinned packages of ``packages.json`` from the package registry by hash, never to be imported or run.
A registry that cannot be reached is said aloud and is no failure; ``make evaluate`` measures the whole corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from parity import differences  # noqa: E402

RECALL_FLOOR = 0.90
MODEL_FLOOR = 0.85
"""Right models, of those a reader could resolve at the sites found."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "floor")
    cache = parser.parse_args().cache.resolve()
    found: dict[tuple[str, str, int], str | None] = {}
    differ = False
    for package in json.loads((HERE / "packages.json").read_text(encoding="utf-8")):
        folder = fetched(package, cache)
        if folder is None:
            print(f"floor: {package['filename']} could not be fetched; not checked")
            return 0
        compared, apart = differences(folder)
        print(
            f"floor: flake8 and the command differ in {len(apart)} findings of {compared} files",
            *apart,
            sep="\n  ",
        )
        differ = differ or bool(apart)
        found.update(
            ((package["package"], site["path"], site["line"]), site["model"]["id"])
            for site in estimated(folder)
        )
    return compare(found) or int(differ)


def fetched(package: dict[str, str], cache: Path) -> Path | None:
    """The folder of the unpacked wheel; None when pip cannot bring it. Exits on a wrong hash."""
    folder, wheel = cache / package["filename"].removesuffix(".whl"), cache / package["filename"]
    if folder.is_dir():
        return folder
    pinned = f"{package['package']}=={package['version']}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
    command = [*pip, "--only-binary", ":all:", "--dest", str(cache), pinned]
    if subprocess.run(command).returncode or not wheel.is_file():
        return None
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != package["sha256"]:
        raise SystemExit(f"floor: {wheel.name} is not the file that was labelled (sha256)")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def estimated(folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "wattlint", "estimate", "--format", "json", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    try:
        sites: list[dict[str, Any]] = json.loads(run.stdout)["sites"]
    except ValueError:
        raise SystemExit(f"floor: no JSON for {folder.name}: {run.stderr[-1000:]}") from None
    return sites


def compare(found: dict[tuple[str, str, int], str | None]) -> int:
    lines = (HERE / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = {(row["package"], row["path"], row["line"]): row["models"] for row in map(json.loads, lines)}
    hit = [place for place in labels if place in found]
    known = [place for place in hit if labels[place]]
    right = [place for place in known if (found[place] or "").lower() in map(str.lower, labels[place])]
    recall, models = len(hit) / len(labels), len(right) / max(1, len(known))
    print(
        f"floor: recall {recall:.3f} (at least {RECALL_FLOOR}), models {models:.3f} (at least {MODEL_FLOOR})"
    )
    return int(recall < RECALL_FLOOR or models < MODEL_FLOOR)


if __name__ == "__main__":
    sys.exit(main())
