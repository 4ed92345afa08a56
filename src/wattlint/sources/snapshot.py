"""A revision laid out in a folder of its own, as far as the analysis reads files: sources and data, nothing else.

The analysis asks the file system many small questions (is there a module of that name, a settings file beside it);
a folder answers them all alike, whatever revision it holds.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable
from pathlib import Path, PurePosixPath

from wattlint.sources import touched
from wattlint.sources.discovery import SUFFIXES
from wattlint.sources.git import Entry, GitError, Repository
from wattlint.sources.reading import MAX_BYTES

DATA_SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".env")
"""Files that the resolver reads values from."""
DATA_BYTES = 1_000_000
"""Larger ones are not read."""
PROJECT_SUFFIXES = (".txt", ".in", ".lock")
PROJECT_NAMES = frozenset({"Pipfile", "PKG-INFO", "METADATA", ".gitignore"})
"""What tells where a project begins, which versions it wants, and what git ignores."""
PROJECT_BYTES = 20_000_000
LINK, SUBMODULE = "120000", "160000"
FILES = frozenset({"100644", "100755", LINK})


def lay_out(
    repository: Repository,
    revision: str | None,
    below: Iterable[str],
    folder: Path,
    but: Container[str] = (),
) -> None:
    """Write what the analysis may read of ``revision`` (None: of the index) to ``folder``, without the paths ``but``.
    Raises GitError."""
    listed = repository.files(revision, sorted(below))
    entries = [entry for entry in listed if _is_read(entry) and entry.path not in but]
    made: set[str] = set()
    for entry, raw in zip(entries, repository.contents(entry.oid for entry in entries)):
        path = os.path.join(folder, *entry.path.split("/"))
        parent = os.path.dirname(path)
        try:
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            if entry.mode == LINK:
                _link(path, os.fsdecode(raw), folder)
            else:
                with open(path, "wb") as file:
                    file.write(raw)
        except (OSError, ValueError) as error:
            raise GitError(f"{entry.path}: cannot be laid out: {error}") from None
    _as_repository(repository, folder)
    for entry in listed:
        nested = repository.top / entry.path
        if entry.mode == SUBMODULE:
            touched.file(nested / ".git")
        if entry.mode == SUBMODULE and _is_inside(entry.path) and os.path.lexists(nested / ".git"):
            inner = folder / entry.path
            inner.mkdir(parents=True, exist_ok=True)
            lay_out(Repository(nested, nested=True), entry.oid, (), inner)


def _is_read(entry: Entry) -> bool:
    if entry.mode not in FILES or not _is_inside(entry.path):
        return False
    name, size = entry.path.rpartition("/")[2], entry.size or 0
    if name.endswith(SUFFIXES):
        return size <= MAX_BYTES
    if name.endswith(DATA_SUFFIXES) or name.startswith(".env"):
        return size <= DATA_BYTES or name.endswith(".lock")
    return (name in PROJECT_NAMES or name.endswith(PROJECT_SUFFIXES)) and size <= PROJECT_BYTES


def _is_inside(path: str) -> bool:
    """Whether a path of a tree, which anybody may have made, stays where it belongs."""
    return not PurePosixPath(path).is_absolute() and {"..", ".git"}.isdisjoint(PurePosixPath(path).parts)


def _link(path: str, target: str, folder: Path) -> None:
    """A symbolic link, where it stays inside ``folder``."""
    leads_to = os.path.normpath(os.path.join(os.path.dirname(path), target))
    if not os.path.isabs(target) and leads_to.startswith(f"{folder}{os.sep}"):
        os.symlink(target, path)


def _as_repository(repository: Repository, folder: Path) -> None:
    """Mark ``folder`` as the top of a repository, so that projects begin and ignore files count as in the real one."""
    info = folder / ".git" / "info"
    info.mkdir(parents=True, exist_ok=True)
    private = repository.private_excludes()
    touched.file(private)
    with contextlib.suppress(OSError):  # there need not be one
        (info / "exclude").write_bytes(private.read_bytes())
