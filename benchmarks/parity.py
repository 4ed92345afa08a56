"""Whether flake8 and the command say the same: ``python benchmarks/parity.py FOLDER...``.

``wattlint check`` runs once over each folder; the plugin gets its files one by one, as flake8 hands them over. Notes, which
flake8 leaves out by default, are compared too. Exit status 1 where a file differs.
"""

from __future__ import annotations

import ast
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from wattlint import flake8_plugin
from wattlint.config import Configuration
from wattlint.run import analyse

Place = tuple[int, int, str]
"""Line, column, ``CODE message``."""


def differences(folder: Path) -> tuple[int, list[str]]:
    """How many Python files were compared, and one line for each finding that only one of the two has."""
    with _inside(folder):
        return _differences()


def _differences() -> tuple[int, list[str]]:
    analysis = analyse(["."], Configuration())
    by_command: dict[str, set[Place]] = {}
    for finding in analysis.findings:
        place = (finding.line, finding.column, f"{finding.code} {finding.message}")
        by_command.setdefault(finding.path, set()).add(place)
    flake8_plugin._workspace.cache_clear()
    compared, found = 0, []
    for shown, ref in analysis.files.items():
        if ref.path.suffix != ".py" or (by_plugin := _by_plugin(ref.path)) is None:
            continue  # flake8 hands over Python alone, and runs no plugin on what it cannot parse
        compared += 1
        expected = by_command.get(shown, set())
        for who, places in (("command", expected - by_plugin), ("flake8", by_plugin - expected)):
            found += [f"{shown}:{line}:{column + 1}: only {who}: {what}" for line, column, what in places]
    return compared, sorted(found)


def _by_plugin(path: Path) -> set[Place] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
            tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return None
    reports = flake8_plugin.Flake8Plugin(tree, os.path.relpath(path), lines).run()
    return {(line, column, message) for line, column, message, _ in reports}


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def main() -> int:
    failed = False
    for name in sys.argv[1:]:
        compared, found = differences(Path(name))
        print(f"{name}: {compared} files, {len(found)} findings of one alone", *found, sep="\n  ")
        failed |= bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
