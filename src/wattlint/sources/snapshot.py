"""A revision as a view: what git lists, with the bytes on disk wherever the working tree holds the same.

The analysis asks the file system many small questions (is there a module of that name, a settings file beside it);
a view answers them all alike, whatever revision it shows.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from wattlint.sources import touched
from wattlint.sources.discovery import SUFFIXES
from wattlint.sources.git import Entry, Repository
from wattlint.sources.reading import MAX_BYTES
from wattlint.sources.view import Told, Unmodified, View

DATA_SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".env")
"""Files that the resolver reads values from."""
DATA_BYTES = 1_000_000
"""Larger ones are not read."""
PROJECT_SUFFIXES = (".txt", ".in", ".lock")
PROJECT_NAMES = frozenset({"Pipfile", "PKG-INFO", "METADATA"})
"""What tells where a project begins and which versions it wants."""
PROJECT_BYTES = 20_000_000
LINK, SUBMODULE = "120000", "160000"
FILES = frozenset({"100644", "100755", LINK})


def view_of(
    repository: Repository,
    revision: str | None,
    below: Iterable[str],
    absent: Collection[str] | None = None,
) -> View:
    """``revision`` (None: the index) below these folders of the repository. ``absent``: paths to leave out; None:
    nothing, and what a sparse checkout left out of the working tree is read from git. Raises GitError."""
    folders = sorted(below)
    view = View([str(repository.top.joinpath(*folder.split("/"))) for folder in folders or [""]])
    _add(view, repository, revision, folders, absent)
    return view


def _add(
    view: View,
    repository: Repository,
    revision: str | None,
    folders: Sequence[str],
    absent: Collection[str] | None,
) -> None:
    top = f"{repository.top}{os.sep}"
    compared = repository.differences(revision, None)
    elsewhere = compared.paths | repository.passed_over()
    told = Told(compared.began_ns, lambda oid: next(repository.contents([oid])))
    fetched: list[tuple[Entry, str]] = []
    for entry in repository.files(revision, folders):
        path = top + (entry.path if os.sep == "/" else entry.path.replace("/", os.sep))
        if not _is_inside(entry.path) or (absent and entry.path in absent):
            continue
        if entry.mode == LINK or (entry.mode in FILES and entry.path in elsewhere):
            if _bytes_read(entry):
                fetched.append((entry, path))
            else:
                view.add_unread(path)
        elif entry.mode in FILES:
            view.add(path, Unmodified(entry.oid, told))
        elif entry.mode == SUBMODULE:
            touched.file(os.path.join(path, ".git"))
            if os.path.lexists(os.path.join(path, ".git")):
                _add(view, Repository(Path(path), nested=True), entry.oid, (), None)
    _fetch(view, repository, fetched)
    view.add(os.path.join(repository.top, ".git", "HEAD"), b"")  # where a project begins


def _fetch(view: View, repository: Repository, wanted: Sequence[tuple[Entry, str]]) -> None:
    sizes = repository.sizes(entry.oid for entry, _ in wanted)
    small = [(entry, path) for (entry, path), size in zip(wanted, sizes) if size <= _bytes_read(entry)]
    for (entry, path), raw in zip(small, repository.contents(entry.oid for entry, _ in small)):
        if entry.mode == LINK:
            view.add_link(path, os.fsdecode(raw))
        else:
            view.add(path, raw)


def _bytes_read(entry: Entry) -> int:
    """How large a file of this name may be for the analysis to read it."""
    name = entry.path.rpartition("/")[2]
    if entry.mode == LINK or name.endswith(SUFFIXES):
        return MAX_BYTES
    if name in PROJECT_NAMES or name.endswith(PROJECT_SUFFIXES):
        return PROJECT_BYTES
    return DATA_BYTES if name.endswith(DATA_SUFFIXES) or name.startswith(".env") else 0


def _is_inside(path: str) -> bool:
    """Whether a path of a tree, which anybody may have made, stays where it belongs."""
    return not path.startswith("/") and {"..", ".git"}.isdisjoint(path.split("/"))
