"""Which files of a project can get an LLM object from another module, by following imports.

A file that shows no sign of an LLM itself may still call one that it imports: ``from .models import llm``. It has to
be parsed only where some module behind its imports imports an SDK, which most projects' modules do not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from wattlint.sources.folders import SOURCE_FOLDERS, names_in
from wattlint.sources.sieve import Scan, Sieve

_FROM = re.compile(rb"\bfrom\s+(\.*)\s*([\w.]*)\s*\bimport\b[\s\\]*(\([^)]*|[^\n;#]*)")
_IMPORT = re.compile(rb"(?:^|[\n;:])[ \t]*import\s+([^\n;#]*)")
_NAME = re.compile(rb"(?:^|[,(])\s*(?:#[^\n]*\n\s*)*([\w.]+)")
MAX_BYTES = 2_000_000
"""Larger modules are not looked into."""


class Reach:
    """Answers for the files of one project; remembers every module it read."""

    def __init__(self, root: Path, sieve: Sieve, own_modules: Iterable[str] = ()) -> None:
        """``own_modules``: modules of the project that count as an SDK (``package.module``)."""
        self._own = tuple(os.sep + module.replace(".", os.sep) for module in own_modules)
        self._root = str(root)
        self._sieve = sieve
        self._names_in = lru_cache(maxsize=None)(names_in)
        self._bases_of: dict[tuple[str, str], tuple[str, ...]] = {}
        self._imports_sdk: dict[str, bool] = {}
        self._targets: dict[str, tuple[str, ...]] = {}
        self._reaches: dict[str, bool] = {}

    def passes(self, path: Path, code: bytes) -> bool:
        """Whether ``code``, the text of ``path``, has to be parsed. It may differ from what is on disk."""
        scan = Scan(code)
        file = os.path.abspath(path)
        self._note(file, scan)
        return self._sieve.passes(scan) or any(map(self._leads_to_sdk, self._targets[file]))

    def _leads_to_sdk(self, start: str) -> bool:
        """Whether ``start`` or a module behind its imports imports an SDK. Iterative: import chains can be long."""
        if start in self._reaches:
            return self._reaches[start]
        came_from: dict[str, str | None] = {start: None}
        todo = [start]
        while todo:
            file = todo.pop()
            self._read(file)
            if self._imports_sdk[file] or self._reaches.get(file):
                at: str | None = file
                while at is not None:
                    self._reaches[at] = True
                    at = came_from[at]
                return True
            if file not in self._reaches:
                fresh = [target for target in self._targets[file] if target not in came_from]
                came_from.update(dict.fromkeys(fresh, file))
                todo += fresh
        self._reaches.update(dict.fromkeys(came_from, False))
        return False

    def _read(self, file: str) -> None:
        if file in self._imports_sdk:
            return
        try:
            with open(file, "rb") as handle:
                code = handle.read(MAX_BYTES)
        except OSError:
            code = b""
        self._note(file, Scan(code))

    def _note(self, file: str, scan: Scan) -> None:
        is_sdk = bool(self._own) and file.removesuffix(".py").removesuffix(f"{os.sep}__init__").endswith(
            self._own
        )
        self._imports_sdk[file] = is_sdk or self._sieve.imports_sdk(scan)
        self._targets[file] = (
            () if self._imports_sdk[file] else tuple(self._imported(os.path.dirname(file), scan.imports))
        )

    def _imported(self, folder: str, imports: bytes) -> Iterator[str]:
        """Files of the project that the import statements name: modules, the packages around them, submodules."""
        for dots, module, names in _FROM.findall(imports):
            parts = module.decode("ascii", "ignore").split(".") if module else []
            submodules = [name.decode("ascii", "ignore") for name in _NAME.findall(names)]
            for base in self._bases(folder, len(dots), parts):
                yield from self._files(base, parts, submodules)
        for names in _IMPORT.findall(imports):
            for name in _NAME.findall(names):
                parts = name.decode("ascii", "ignore").split(".")
                for base in self._bases(folder, 0, parts):
                    yield from self._files(base, parts, [])

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
        for name in SOURCE_FOLDERS:
            source = os.path.join(self._root, name)
            if name in self._names_in(self._root) and self._has_module(source, first):
                yield source

    def _files(self, base: str, parts: list[str], submodules: list[str]) -> Iterator[str]:
        if not parts and "__init__.py" in self._names_in(base):
            yield os.path.join(base, "__init__.py")
        for part in parts:
            yield from self._module_files(base, part)
            base = f"{base}{os.sep}{part}"
        if self._names_in(base):
            for name in submodules:
                yield from self._module_files(base, name)

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
