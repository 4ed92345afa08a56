"""What the texts of configuration files above a folder name, before anything of them is parsed."""

from __future__ import annotations

import os
from collections.abc import Set

from wattlint.sources import touched
from wattlint.sources.buffers import read_or_empty

FILE_NAMES = ("wattlint.toml", "pyproject.toml")
"""In one folder the first wins."""
MAX_BYTES = 250_000
"""More is no configuration that a person wrote."""


class ConfigTexts:
    """Remembers the answers for each folder."""

    def __init__(self, without: Set[str] = frozenset()) -> None:
        """``without``: folders that are known to have no configuration file."""
        self._without = without
        self._known: dict[tuple[str, str], bool] = {}

    def mention(self, key: str, folder: str) -> bool:
        """Whether a configuration that can hold in ``folder`` (absolute) has ``key`` in its text."""
        known = self._known.get((folder, key))
        if known is None:
            names = FILE_NAMES if folder not in self._without else ()
            here = any(key.encode() in _bytes(os.path.join(folder, name)) for name in names)
            parent = os.path.dirname(folder)
            known = self._known[folder, key] = here or (parent != folder and self.mention(key, parent))
        return known


def _bytes(file: str) -> bytes:
    touched.file(file)
    return read_or_empty(file, MAX_BYTES)
