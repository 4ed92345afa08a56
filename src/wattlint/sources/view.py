"""A version of a project as the file system would show it: which files and folders there are, and their bytes where
those on disk are others. Nothing is written anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from wattlint.sources import touched
from wattlint.sources.git import GitError

MAX_LINKS = 40
"""Links that lead to links are followed this far, as by Linux."""


class Told(NamedTuple):
    """What git said when it was asked which files are unmodified."""

    began_ns: int
    content: Callable[[str], bytes]
    """Of a blob. Raises GitError."""


class Unmodified(NamedTuple):
    """A file that had the same content on disk when git was asked."""

    oid: str
    told: Told

    def is_still(self, path: str, raw: bytes | None = None) -> bool:
        """``raw``: what was read there, before this is asked."""
        try:
            status = os.stat(path)
            if max(status.st_mtime_ns, status.st_ctime_ns) < self.told.began_ns - touched.SETTLED_NS:
                return True
            if raw is None:
                with open(path, "rb") as file:
                    raw = file.read()
        except OSError:
            return False
        return self.oid in (_oid(raw, len(self.oid)), _oid(raw.replace(b"\r\n", b"\n"), len(self.oid)))


def _oid(raw: bytes, length: int) -> str:
    """git's name of a blob."""
    import hashlib  # 5 ms, for a file that has just changed

    new = hashlib.sha1 if length == 40 else hashlib.sha256
    return new(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


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
        self._files: dict[str, bytes | Unmodified] = {}
        self._unread: set[str] = set()
        self._links: dict[str, str] = {}

    # -- building -----------------------------------------------------------------------------------------------

    def add(self, path: str, content: bytes | Unmodified) -> None:
        """A file."""
        self._files[path] = content
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

    def read(self, path: str, read_from_disk: Callable[[str], bytes]) -> bytes:
        """The bytes of a file: those on disk unless it has changed since git was asked. Raises OSError."""
        real = self.real_path(path)
        if real not in self._files:
            raise IsADirectoryError(21, "Is a directory", path)
        if real in self._unread:
            raise FileNotFoundError(2, "not read from git", path)
        content = self._files[real]
        if isinstance(content, bytes):
            return content
        try:
            raw = read_from_disk(real)
            if content.is_still(real, raw):
                return raw
        except OSError:
            pass
        try:
            raw = self._files[real] = content.told.content(content.oid)
        except GitError as error:
            raise OSError(str(error)) from error
        return raw

    def is_same(self, path: str, other: View | None) -> bool:
        """Whether the file ``path`` itself has the same content in ``other`` (None: on disk)."""
        content = self._files.get(path)
        if content is None or path in self._unread:
            return False
        if other is None:
            return isinstance(content, Unmodified) and content.is_still(path)
        their = other._files.get(path)
        if isinstance(content, Unmodified) and isinstance(their, Unmodified):
            return content.oid == their.oid
        return content == their

    def _find(self, path: str) -> str:
        try:
            return self.real_path(path)
        except FileNotFoundError:
            return ""
