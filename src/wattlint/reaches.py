"""What is known of the imports in each project that files lie in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from wattlint.sources.folders import folder_of
from wattlint.sources.project import root_of
from wattlint.sources.reach import Reach
from wattlint.sources.sieve import load_sieve

if TYPE_CHECKING:
    from pathlib import Path

    from wattlint.sources.disk import Listing


class Reaches:
    """One for each project, and for each folder of rules that is configured in it."""

    def __init__(
        self, rules_dir: Callable[[str], str | None], listings: Mapping[str, Listing] | None = None
    ) -> None:
        """``rules_dir``: of a folder; ``listings``: of folders that were just looked into."""
        self._rules_dir = rules_dir
        self._listings = listings
        self._reaches: dict[tuple[str, str | None], Reach] = {}
        self._of_folder: dict[str, Reach] = {}

    def of(self, file: str | Path) -> Reach:
        """Raises ConfigError, CatalogueError."""
        folder = folder_of(os.fspath(file))
        reach = self._of_folder.get(folder)
        if reach is None:
            reach = self._of_folder[folder] = self._find(folder)
        return reach

    def _find(self, folder: str) -> Reach:
        rules_dir = self._rules_dir(folder)
        key = (root_of(folder), rules_dir)
        reach = self._reaches.get(key)
        if reach is None:
            reach = self._reaches[key] = _reach(*key, self._listings)
        return reach

    def in_root(self, root: str) -> Reach | None:
        """One of the project in ``root``, as far as somebody asked."""
        return next((reach for key, reach in self._reaches.items() if key[0] == root), None)

    def __iter__(self) -> Iterator[Reach]:
        return iter(self._reaches.values())

    def forget(self, root: str) -> None:
        """Let go of the project in ``root``."""
        gone = [self._reaches.pop(key) for key in list(self._reaches) if key[0] == root]
        for folder in [folder for folder, reach in self._of_folder.items() if reach in gone]:
            del self._of_folder[folder]

    def clear(self) -> None:
        self._listings = None
        self._reaches.clear()
        self._of_folder.clear()


def _reach(root: str, rules_dir: str | None, listings: Mapping[str, Listing] | None) -> Reach:
    if rules_dir is None:
        return Reach(root, load_sieve(), listings=listings)
    from wattlint.catalogue.sdks import load_sdks
    from wattlint.catalogue.user_folder import part

    folder = part(rules_dir, "sdks")
    return Reach(root, load_sieve(folder), load_sdks(folder).own_modules, listings)
