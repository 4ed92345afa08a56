"""What folders hold. Callers keep the answers as long as they may trust them."""

from __future__ import annotations

from wattlint.sources import disk, touched

SOURCE_FOLDERS = ("src", "lib", "python")
"""Folders below a project's root that import names may start from."""


def names_in(folder: str) -> frozenset[str]:
    """Names of the files and folders in ``folder``; none where it cannot be listed."""
    try:
        names = frozenset(disk.names(folder))
    except OSError:
        touched.folder(folder)
        return frozenset()
    touched.folder(folder, names)
    return names
