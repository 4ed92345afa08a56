"""What folders hold. Callers keep the answers as long as they may trust them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wattlint.sources import disk, touched

SOURCE_FOLDERS = ("src", "lib", "python")
"""Folders below a project's root that import names may start from."""


SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})
"""Folders of other people's code, and of none."""


def folder_of(file: str) -> str:
    """``os.path.dirname`` of an absolute path, for where it is asked of every file."""
    return file.rpartition(os.sep)[0] or os.sep


def names_in(folder: str) -> frozenset[str]:
    """Names of the files and folders in ``folder``; none where it cannot be listed."""
    try:
        entries = disk.entries(folder)
    except OSError:
        touched.folder(folder)
        return frozenset()
    touched.folder(folder, entries)
    return frozenset(entry.name for entry in entries)


class Tree:
    """What is below a folder, listed once for all who ask."""

    def __init__(self, root: str, listings: Mapping[str, disk.Listing] | None = None) -> None:
        """``listings``: of folders that were just looked into."""
        self.root = root
        self._listings = listings or {}
        self._listed: list[tuple[str, list[str]]] | None = None

    def listed(self) -> list[tuple[str, list[str]]]:
        """Folder by folder the names of its files, sorted."""
        if self._listed is None:
            self._listed = []
            todo = [self.root]
            while todo:
                folder = todo.pop()
                listing = self._listings.get(folder)
                if listing is None:
                    try:
                        listing = disk.listing(folder)
                    except OSError:
                        continue
                touched.folder(folder)
                self._listed.append((folder, sorted(listing.files)))
                below = (name for name in listing.folders if name not in SKIPPED and name[0] != ".")
                todo += [f"{folder}{os.sep}{name}" for name in sorted(below, reverse=True)]
        return self._listed
