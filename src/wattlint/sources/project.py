"""Where a project begins."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from wattlint.sources import disk

if TYPE_CHECKING:
    from pathlib import Path

STRONG_MARKERS = frozenset(
    {"pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "wattlint.toml", ".git", ".hg"}
)
WEAK_MARKERS = frozenset({"requirements.txt", "environment.yml", "environment.yaml"})
"""Mark a project too, except in the folders of a bigger project that only serve it."""

_PACKAGE = frozenset({"__init__.py"})
_TELLING = STRONG_MARKERS | WEAK_MARKERS | _PACKAGE

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders of installed packages: what lies above them is no project of theirs."""

SERVING_FOLDERS = frozenset(
    {
        "tests",
        "test",
        "testing",
        "docs",
        "doc",
        "examples",
        "example",
        "samples",
        "benchmarks",
        "benchmark",
        "scripts",
    }
)


def project_root(path: Path) -> Path:
    """The folder that ``path`` (a file or a folder) belongs to: the nearest one with a project file or a repository;
    else the folder that holds its outermost package; else its own folder."""
    from pathlib import Path

    absolute = os.path.abspath(path)
    return Path(root_of(absolute if disk.is_folder(absolute) else os.path.dirname(absolute)))


def seen(folder: str, names: Collection[str]) -> None:
    """A walk has just listed ``folder`` (absolute): the disk need not be asked for that again."""
    _known_names[folder] = _telling(names)


def _names_in(folder: str) -> frozenset[str]:
    """Of the names in ``folder`` those that matter here: what else is put beside a project says nothing of it."""
    known = _known_names.get(folder)
    if known is None:
        try:
            known = _telling(disk.names(folder))
        except OSError:
            known = frozenset()
        _known_names[folder] = known
    return known


def _telling(names: Collection[str]) -> frozenset[str]:
    telling = _TELLING.intersection(names)
    if ".dist-info" in "\0".join(names):  # a folder can hold very many names
        telling |= {name for name in names if name.endswith(".dist-info")}
    return telling


_known_names: dict[str, frozenset[str]] = {}
_roots: dict[str, str | None] = {}


def root_of(folder: str) -> str:
    """``project_root`` of a folder (absolute)."""
    way = []
    at = folder
    while at not in _roots and not _has_sign(at):
        way.append(at)
        parent = os.path.dirname(at)
        if parent == at:
            _roots[at] = None
            break
        at = parent
    if at not in _roots:
        _roots[at] = _marked_root(at)
    root = _roots[at]
    _roots.update(dict.fromkeys(way, root))
    return root or _above_package(folder)


def _has_sign(folder: str) -> bool:
    """Whether anything in ``folder`` has a say in where a project begins."""
    return not _names_in(folder) <= _PACKAGE or os.path.basename(folder) in INSTALLED


def _marked_root(folder: str) -> str | None:
    """The root that some file in ``folder`` or above it marks."""
    weak: str | None = None
    at = folder
    while True:
        names = _names_in(at)
        if os.path.basename(at) in INSTALLED:
            return weak or at
        if _marks_project(at, names):
            if weak is None or _serves(os.path.relpath(weak, at)):
                return at
            return weak
        if weak is None and (not names.isdisjoint(WEAK_MARKERS) or wheel_metadata(at)):
            weak = at
        parent = os.path.dirname(at)
        if parent == at:
            return weak
        at = parent


def _marks_project(folder: str, names: frozenset[str]) -> bool:
    marks = names & STRONG_MARKERS
    if marks == {"setup.py"} and "__init__.py" in names:  # a module of that name inside a package
        return "__init__.py" not in _names_in(os.path.dirname(folder))
    return bool(marks)


def surroundings(path: str) -> list[str]:
    """What says, in the folders above ``path``, where projects begin."""
    above = []
    while os.path.dirname(path) != path:
        path = os.path.dirname(path)
        above.append(f"{path}:{' '.join(sorted(_names_in(path)))}")
    return above


def _serves(relative: str) -> bool:
    return not SERVING_FOLDERS.isdisjoint(relative.lower().split(os.sep))


def _above_package(folder: str) -> str:
    while "__init__.py" in _names_in(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def wheel_metadata(folder: str) -> str | None:
    """``METADATA`` of the one wheel unpacked in ``folder``; None where several are installed (site-packages)."""
    unpacked = [name for name in _names_in(folder) if name.endswith(".dist-info")]
    return os.path.join(folder, unpacked[0], "METADATA") if len(unpacked) == 1 else None


def forget() -> None:
    """Read project files anew: one of them has changed."""
    from wattlint.sources import declared, declared_version, locks

    for known in (_known_names, _roots):
        known.clear()
    for remembered in (
        declared_version.by_project,
        declared.declarations,
        declared.own_name,
        locks.locked,
    ):
        remembered.cache_clear()
