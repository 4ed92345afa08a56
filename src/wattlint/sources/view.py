"""A version of a project as the file system would show it: which files and folders there are, and their bytes where
those on disk are others. Nothing is written anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

MAX_LINKS = 40
"""Links that lead to links are followed this far, as by Linux."""


class ViewEntry(NamedTuple):
    """What ``os.DirEntry`` tells of a file or folder."""

    view: View
    path: str
    name: str

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self.view.is_folder(self.path) and (follow_symlinks or not self.is_symlink())

    def is_file(self) -> bool:
        return self.view.is_file(self.path)

    def is_symlink(self) -> bool:
        return self.view.target(self.path) is not None

    def stat(self) -> None:
        """Raises FileNotFoundError for a link that leads nowhere."""
        self.view.real_path(self.path)


class View:
    """All below ``tops`` (absolute folders) is what was added here; all paths are absolute and normal."""

    def __init__(self, tops: Iterable[str]) -> None:
        self._tops = tuple(top.rstrip(os.sep) + os.sep for top in tops)
        self._names: dict[str, set[str]] = {}
        """By folder."""
        self._files: dict[str, bytes | None] = {}
        """None where the file on disk has the same content."""
        self._unread: set[str] = set()
        self._links: dict[str, str] = {}

    # -- building -----------------------------------------------------------------------------------------------

    def add(self, path: str, raw: bytes | None) -> None:
        """A file; ``raw``: None where the one on disk has the same content."""
        self._files[path] = raw
        self._enter(path)

    def add_unread(self, path: str) -> None:
        """A file that is there and that nobody reads."""
        self._unread.add(path)
        self.add(path, b"")

    def add_link(self, path: str, target: str) -> None:
        """A symbolic link; one that leads out of ``tops`` is none of this version's."""
        leads_to = os.path.normpath(os.path.join(os.path.dirname(path), target))
        if not os.path.isabs(target) and self.covers(leads_to):
            self._links[path] = leads_to
            self._enter(path)

    def _enter(self, path: str) -> None:
        while self.covers(path):
            folder, name = os.path.split(path)
            known = self._names.get(folder)
            if known is not None:
                known.add(name)
                return
            self._names[folder] = {name}
            path = folder

    # -- asking -------------------------------------------------------------------------------------------------

    def covers(self, path: str) -> bool:
        return f"{path}{os.sep}".startswith(self._tops)

    def real_path(self, path: str) -> str:
        """Where links lead. Raises FileNotFoundError."""
        at = path
        for _ in range(MAX_LINKS):
            if at in self._files or (at in self._names and self.covers(at)):
                return at
            link = at if at in self._links else self._link_above(at)
            if link is None:
                break
            at = self._links[link] + at[len(link) :]
        raise FileNotFoundError(2, "No such file or directory", path)

    def _link_above(self, path: str) -> str | None:
        while self._links and self.covers(path):
            path = os.path.dirname(path)
            if path in self._links:
                return path
        return None

    def is_file(self, path: str) -> bool:
        return self._find(path) in self._files

    def is_folder(self, path: str) -> bool:
        return self._find(path) in self._names

    def exists(self, path: str) -> bool:
        return self._find(path) != ""

    def target(self, path: str) -> str | None:
        """Where a link leads; None for what is no link."""
        return self._links.get(path)

    def names(self, folder: str) -> set[str]:
        """Raises FileNotFoundError."""
        names = self._names.get(self.real_path(folder))
        if names is None:
            raise NotADirectoryError(20, "Not a directory", folder)
        return names

    def entries(self, folder: str) -> list[ViewEntry]:
        """Raises FileNotFoundError."""
        return [ViewEntry(self, f"{folder}{os.sep}{name}", name) for name in sorted(self.names(folder))]

    def content(self, path: str) -> bytes | str:
        """The bytes of a file, or where they are on disk. Raises OSError."""
        real = self.real_path(path)
        if real not in self._files:
            raise IsADirectoryError(21, "Is a directory", path)
        if real in self._unread:
            raise FileNotFoundError(2, "not read from git", path)
        raw = self._files[real]
        return real if raw is None else raw

    def is_same(self, path: str, other: View | None) -> bool:
        """Whether the file ``path`` itself has the same content in ``other`` (None: on disk)."""
        if path not in self._files or path in self._unread:
            return False
        if other is None:
            return self._files[path] is None
        return path in other._files and self._files[path] == other._files[path]

    def _find(self, path: str) -> str:
        try:
            return self.real_path(path)
        except FileNotFoundError:
            return ""
