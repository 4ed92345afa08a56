"""Fetches the SDKs that ``rules/sdks`` was checked against, each version into a folder of its own, for verify_sdks.py.

    python tools/install_sdks.py [--into .cache/sdks] [--newest] [NAME ...]

Every file of rules/sdks says under ``distributions`` which packages and versions its entries stand on. They are unpacked
without their dependencies and never run: a few hundred megabytes of Python source, no GPU libraries. ``--newest`` fetches
the newest release of each package instead, to see what drifted. What is there already is kept. Names select packages.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from wattlint.catalogue.schema.sdk_file import SdkFile  # noqa: E402
from wattlint.catalogue.yaml_source import read_yaml  # noqa: E402

PIP = ["uv", "pip"] if shutil.which("uv") else [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def wanted(newest: bool) -> Iterator[tuple[str, str]]:
    """(distribution, version or "") of everything that the catalogue's files name."""
    for path in sorted((ROOT / "rules" / "sdks").glob("*.yaml")):
        for name, versions in read_yaml(path).validate(SdkFile).distributions.items():
            yield from [(name, "")] if newest else ((name, version) for version in versions)


def fetch(name: str, version: str, folder: Path) -> str | None:
    """Unpacks one distribution into ``folder``; what pip said when it could not."""
    requirement = f"{name}=={version}" if version else name
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        target = Path(scratch, "wheel")
        result = run(
            *PIP, "install", "--no-deps", "--only-binary", ":all:", "--target", str(target), requirement
        )
        if result:
            target, result = Path(scratch, "source"), unpack_source(requirement, Path(scratch))
        if result is None:
            target.replace(folder)
        return result


def unpack_source(requirement: str, scratch: Path) -> str | None:
    """For what has no wheel here: the source archive, its packages moved to the top."""
    archive_folder = scratch / "archive"
    result = run(
        sys.executable,
        *("-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"),
        *("--dest", str(archive_folder), requirement),
    )
    archives = list(archive_folder.glob("*.tar.gz"))
    if not archives:
        return result or "no source archive"
    with tarfile.open(archives[0]) as archive:
        archive.extractall(scratch / "unpacked", filter="data")
    top = next((scratch / "unpacked").iterdir())
    (top / "src" if (top / "src").is_dir() else top).replace(scratch / "source")
    return None


def run(*command: str) -> str | None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = result.stderr.strip().splitlines()
    return None if result.returncode == 0 else (lines[-1] if lines else f"exit status {result.returncode}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--into", type=Path, default=ROOT / ".cache" / "sdks")
    parser.add_argument("--newest", action="store_true")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name, version in dict.fromkeys(wanted(options.newest)):
        folder = options.into / (f"{name}-{version}" if version else name)
        if folder.exists() or (options.names and name not in options.names):
            continue
        problem = fetch(name, version, folder)
        if problem:
            missing += 1
            print(f"{name} {version}: {problem}")
    print(f"{sum(1 for _ in options.into.iterdir())} packages in {options.into}, {missing} could not be had")
    return 0


if __name__ == "__main__":
    sys.exit(main())
