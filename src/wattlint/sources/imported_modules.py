"""What import statements lead to, told from their text and from the names of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from wattlint.sources.folders import SOURCE_FOLDERS, names_in
from wattlint.sources.sieve import LISTED

_WORD = rb"\w\x80-\xff"
FROM = rb"\bfrom\s+(\.*)\s*([%b.]*)\s*\bimport\b[\s\\]*(\(%b|[^\n;#]*)" % (_WORD, LISTED)
IMPORT = rb"(?:^|[\n;:])[ \t\f]*import\s+([^\n;#]*)"
CLIMB = rb"\bfrom\s+(\.{2,})"
NAME = rb"(?:^|[,(])\s*(?:#[^\n]*\n\s*)*([%b.]+)" % _WORD
BY_NAME = (b"import_module", b"__import__", b"importorskip", b"guard_import", b"find_spec", b"lazy_loader")
"""What imports a module whose name may be put together from parts."""
NAMES = ("utf-8", "surrogateescape")
"""How names of files are encoded."""


class ImportedModules:
    """Those of one project, below ``root``."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._sources = [os.path.join(root, name) for name in SOURCE_FOLDERS]
        self.tops = frozenset((root, *self._sources))
        """Folders that an import can begin in, wherever it stands."""
        self._names_in = lru_cache(maxsize=None)(names_in)
        self._bases_of: dict[tuple[str, str], tuple[str, ...]] = {}

    def named(self, folder: str, imports: bytes) -> Iterator[str]:
        """Files of the project that import statements in ``folder`` get names from: modules and submodules; the packages
        around a module too where the whole path is imported (``import package.module`` binds ``package``)."""
        for dots, module, names in re.findall(FROM, imports) if b"from" in imports else ():
            parts = module.decode(*NAMES).split(".") if module else []
            bases = self._bases(folder, len(dots), parts)
            if bases:  # most statements import from outside the project
                submodules = [name.decode(*NAMES) for name in re.findall(NAME, names)]
                for base in bases:
                    yield from self._named_from(base, parts, submodules)
        for names in re.findall(IMPORT, imports):
            for name in re.findall(NAME, names):
                parts = name.decode(*NAMES).split(".")
                for base in self._bases(folder, 0, parts):
                    yield from (file for files in self._on_the_way(base, parts) for file in files)

    def _bases(self, folder: str, dots: int, parts: list[str]) -> tuple[str, ...]:
        """Folders in which ``parts`` may begin."""
        if dots:
            for _ in range(dots - 1):
                folder = os.path.dirname(folder)
            return (folder,)
        first = parts[0] if parts else ""
        known = self._bases_of.get((folder, first))
        if known is None:
            known = self._bases_of[folder, first] = tuple(self._above(folder, first))
        return known

    def _above(self, folder: str, first: str) -> Iterator[str]:
        """The folders from ``folder`` up to the root, and the root's source folders, that hold a module ``first``."""
        while True:
            if self._has_module(folder, first):
                yield folder
            if folder == self._root or len(folder) <= len(self._root):
                break
            folder = os.path.dirname(folder)
        for name, source in zip(SOURCE_FOLDERS, self._sources):
            if name in self._names_in(self._root) and self._has_module(source, first):
                yield source

    def _named_from(self, base: str, parts: list[str], submodules: list[str]) -> Iterator[str]:
        """What ``from`` reads names in: the module itself, or as much of the way to it as there is."""
        if not parts and "__init__.py" in self._names_in(base):
            yield os.path.join(base, "__init__.py")
        yield from next(filter(None, reversed(self._on_the_way(base, parts))), ())
        folder = os.sep.join((base, *parts))
        if self._names_in(folder):
            for name in submodules:
                yield from self._module_files(folder, name)

    def _on_the_way(self, base: str, parts: list[str]) -> list[list[str]]:
        """The files of each package on the way to a module, and its own."""
        found = []
        for part in parts:
            found.append(list(self._module_files(base, part)))
            base = f"{base}{os.sep}{part}"
        return found

    def _module_files(self, folder: str, name: str) -> Iterator[str]:
        names = self._names_in(folder)
        if name + ".py" in names:
            yield f"{folder}{os.sep}{name}.py"
        if name in names:
            package = f"{folder}{os.sep}{name}"
            if "__init__.py" in self._names_in(package):
                yield f"{package}{os.sep}__init__.py"

    def _has_module(self, folder: str, name: str) -> bool:
        names = self._names_in(folder)
        return name in names or name + ".py" in names


def climbs_out(root: str, file: str, imports: bytes) -> bool:
    """A relative import in ``file`` leads above the project in ``root``."""
    folders = file[len(root) :].count(os.sep)
    return any(len(dots) > folders for dots in re.findall(CLIMB, imports))
