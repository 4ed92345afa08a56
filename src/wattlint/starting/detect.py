"""What a project shows of itself: SDKs, GPU, region, and where its checks run."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from wattlint.analysis import Analysis
from wattlint.impact import constants

MAX_BYTES = 200_000
MAX_FILES = 2_000
SUFFIXES = (".py", ".yaml", ".yml", ".toml", ".tf", ".sh", ".sbatch", ".slurm", ".json", ".cfg")
SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "env", "build", "dist", "site-packages"})
GPU_KEY = r"(?:gpus?|accelerators?|gpu_type|gpu_kind|gres|nvidia\.com/gpu\.product|hardware)\b[\"']?\s*[=:]\s*[\"'{\[]?\s*(?:gpu:)?(?:NVIDIA[- ])?"
REGION_KEY = r"(?:AWS_REGION|AWS_DEFAULT_REGION|region_name|region|location)\b[\"']?\s*[=:]\s*[\"']?"


class Seen(NamedTuple):
    """A value, and where it stands."""

    value: str
    place: str


class Detected(NamedTuple):
    sdks: tuple[tuple[str, int], ...]
    """(SDK, call sites), the most used first."""
    calls: int
    gpu: Seen | None
    """A name of ``rules/impact/hardware``."""
    region: Seen | None


def detect(root: Path, analysis: Analysis) -> Detected:
    counted = Counter(site.sdk for site in analysis.sites)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    gpu, region = _deployment(root)
    in_code = next((site for site in analysis.sites if site.region and constants.region(site.region)), None)
    if region is None and in_code is not None and in_code.region is not None:
        region = Seen(in_code.region, f"{in_code.path}:{in_code.line}")
    return Detected(tuple(ranked), len(analysis.sites), gpu, region)


def _deployment(root: Path) -> tuple[Seen | None, Seen | None]:
    """The GPU and the region that most places of the project's files name."""
    names = sorted(constants.hardware_names(), key=len, reverse=True)
    gpu_pattern = re.compile(GPU_KEY + f"({'|'.join(map(re.escape, names))}|A100)\\b", re.IGNORECASE)
    regions = [name for name in constants.region_names() if "-" in name]
    region_pattern = re.compile(REGION_KEY + f"({'|'.join(map(re.escape, regions))})\\b")
    gpus: list[Seen] = []
    found: list[Seen] = []
    for path, text in _texts(root):
        gpus += _matches(gpu_pattern, path, text)
        found += _matches(region_pattern, path, text)
    return _commonest(gpus, _hardware_name), _commonest(found, lambda name: name)


def _hardware_name(name: str) -> str:
    """An A100 has 40 or 80 GB; the larger one is the usual one in clouds."""
    known = constants.hardware("A100-80" if name.upper() == "A100" else name)
    return known.name if known else name


def _matches(pattern: re.Pattern[str], path: str, text: str) -> Iterator[Seen]:
    for match in pattern.finditer(text):
        yield Seen(match[1], f"{path}:{text.count(chr(10), 0, match.start()) + 1}")


def _commonest(seen: list[Seen], name: Callable[[str], str]) -> Seen | None:
    if not seen:
        return None
    counted = Counter(name(one.value) for one in seen)
    value = min(counted, key=lambda it: (-counted[it], it))
    return Seen(value, next(one.place for one in seen if name(one.value) == value))


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    read = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED and (not name.startswith(".") or name == ".github")
        )
        for name in sorted(names):
            if not (name.endswith(SUFFIXES) or name.startswith("Dockerfile")) or read >= MAX_FILES:
                continue
            path = Path(folder, name)
            try:
                if path.is_file() and path.stat().st_size <= MAX_BYTES:
                    read += 1
                    yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
