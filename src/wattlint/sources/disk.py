"""What the analysis asks of the file system; where a version of the project stands in for it, that answers."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wattlint.sources.view import View, ViewEntry

Name: TypeAlias = "str | os.PathLike[str]"
Entry: TypeAlias = "os.DirEntry[str] | ViewEntry"

_view: View | None = None


@contextmanager
def standing_in(view: View | None) -> Iterator[None]:
    """While this lasts, ``view`` answers in this process for the folders that it covers; None: nothing does."""
    global _view
    before, _view = _view, view
    try:
        yield
    finally:
        _view = before


def is_stood_in(path: str) -> bool:
    """Whether a version of the project answers for ``path`` (absolute)."""
    return _view is not None and _view.covers(path)


def names(folder: Name) -> Collection[str]:
    """Raises OSError."""
    view = view_of(folder)
    return os.listdir(folder) if view is None else view.names(_path(folder))


def entries(folder: str) -> Sequence[Entry]:
    """Raises OSError."""
    view = view_of(folder)
    if view is not None:
        return view.entries(_path(folder))
    with os.scandir(folder) as listing:
        return list(listing)


def is_own_folder(entry: Entry) -> bool:
    """Whether it is a folder, and no link to one."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


class Listing:
    """What a folder holds, by name. A link to a folder is neither."""

    __slots__ = ("files", "folders")

    def __init__(self) -> None:
        self.folders: list[str] = []
        self.files: list[str] = []

    def take(self, entry: Entry) -> bool:
        """Whether it is a folder."""
        if is_own_folder(entry):
            self.folders.append(entry.name)
            return True
        try:
            if not (entry.is_symlink() and entry.is_dir()):
                self.files.append(entry.name)
        except OSError:
            pass
        return False


def listing(folder: str) -> Listing:
    """Raises OSError."""
    found = Listing()
    for entry in entries(folder):
        found.take(entry)
    return found


def mode(path: str) -> int:
    """What kind of file is there, as ``stat`` says it. Raises OSError, ValueError."""
    view = view_of(path)
    if view is None:
        return os.stat(path).st_mode
    view.real_path(_path(path))
    return stat.S_IFDIR if view.is_folder(_path(path)) else stat.S_IFREG


def is_file(path: Name) -> bool:
    view = view_of(path)
    return os.path.isfile(path) if view is None else view.is_file(_path(path))


def is_folder(path: Name) -> bool:
    view = view_of(path)
    return os.path.isdir(path) if view is None else view.is_folder(_path(path))


def exists(path: Name) -> bool:
    view = view_of(path)
    return os.path.exists(path) if view is None else view.exists(_path(path))


def is_there(path: Name) -> bool:
    """Also a link that leads nowhere."""
    view = view_of(path)
    if view is None:
        return os.path.lexists(path)
    return view.exists(_path(path)) or view.target(_path(path)) is not None


def real_path(path: Name) -> str:
    """Without links, as far as there is something."""
    view = view_of(path)
    if view is None:
        return os.path.realpath(path)
    try:
        return view.real_path(_path(path))
    except FileNotFoundError:
        return _path(path)


def target(link: str) -> str:
    """Raises OSError."""
    view = view_of(link)
    if view is None:
        return os.readlink(link)
    return os.path.relpath(view.target(_path(link)) or "", os.path.dirname(_path(link)))


def view_of(path: Name) -> View | None:
    """The version of the project that answers for ``path``."""
    return _view if _view is not None and _view.covers(_path(path)) else None


def _path(path: Name) -> str:
    return os.path.abspath(path)
