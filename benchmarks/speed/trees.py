"""The trees that are measured: real packages, pinned in ``trees/*.txt``, downloaded and unpacked once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = (".py", ".dist-info/METADATA", ".yaml", ".yml", ".toml", ".json")


def tree(name: str, cache: Path) -> Path:
    """The folder with the packages of ``trees/NAME.txt``, each in a folder of its own."""
    target = cache / name
    if not (target / "complete").is_file():
        wheels = cache / f"{name}-wheels"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--python-version", "3.11", "-r", str(HERE / "trees" / f"{name}.txt"), "-d", str(wheels)]
        subprocess.run(command, check=True)
        for wheel in sorted(wheels.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                members = [member for member in archive.namelist() if member.endswith(KEPT)]
                archive.extractall(target / wheel.name.split("-")[0], members)
        (target / "complete").touch()
    return target


def python_files(top: Path) -> list[Path]:
    return sorted(file for file in top.rglob("*.py") if file.is_file())


def sample(top: Path, target: Path, every: int) -> Path:
    """Every ``every``-th file of ``top``, in the same folders, for tools that would take minutes on all."""
    if not target.is_dir():
        for file in python_files(top)[::every]:
            copy = target / file.relative_to(top)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return target
