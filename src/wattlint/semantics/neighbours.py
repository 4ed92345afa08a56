"""Which top-level folders of a project have to do with each other, so that callers of a function in one are not looked
for in all.

A call can only reach a function by way of imports: of the function's module, of a module that is handed the function, or
of both by a third. Folders that no such way connects, as those of separate programs in one repository, are strangers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from wattlint.sources.folders import SOURCE_FOLDERS
from wattlint.sources.imported_modules import BY_NAME
from wattlint.sources.sieve import import_lines

MAX_NAMES = 60
"""Where imports can begin with more, nothing is told apart: to look for them all takes longer than it saves."""
_TEXT = rb"[\"'](%s(?:\.\w+)*)(\.)?"
"""The name of a module in a string, and whether the rest of it is made up at run time."""


Imported = Callable[[str, bytes], Iterable[str]]
"""The files of the project that import statements in a folder name."""


class Neighbours:
    """``files`` are those of the project in ``root``; ``files_with`` those of them in which a word stands."""

    def __init__(
        self,
        root: str,
        files: Iterable[str],
        files_with: Callable[[str], Iterable[str]],
        read: Callable[[str], bytes],
        imported: Imported,
    ) -> None:
        self._root = root.rstrip(os.sep) + os.sep
        self._files_with, self._read, self._imported = files_with, read, imported
        inside: dict[str, list[str]] = {}
        for file in files:
            inside.setdefault(self._folder(file), []).append(file)
        names = {folder: self._names(folder, own) for folder, own in inside.items()}
        self._reaches: dict[str, set[str]] = {}
        """Folder -> those that its imports lead to; nothing where they are not told apart."""
        every = set().union(*names.values())
        if (
            len(inside) > 1
            and len(every) <= MAX_NAMES
            and min(map(len, every)) > 1
            and "__init__" not in every
        ):
            self._reaches = {folder: {folder} for folder in inside}
            for folder in inside:
                for name in names[folder]:
                    self._find_importers(folder, name)
            self._follow()
        self._of: dict[str, frozenset[str]] = {}

    def near(self, files: list[str], file: str) -> list[str]:
        """Those of ``files`` whose folder has to do with that of ``file``."""
        folder = self._folder(file)
        if folder not in self._reaches:
            return files
        if folder not in self._of:
            # What reaches this folder, and what that reaches beside it: it may hand the one to the other.
            above = [reached for reached in self._reaches.values() if folder in reached]
            self._of[folder] = frozenset().union(*above)
        related = self._of[folder]
        return [one for one in files if self._folder(one) in related]

    def _folder(self, file: str) -> str:
        """The top-level folder; ``""`` for a file in the root itself, something else for one that is not below it."""
        if not file.startswith(self._root):
            return os.sep
        return file[len(self._root) :].rpartition(os.sep)[0].partition(os.sep)[0]

    def _names(self, folder: str, own: Iterable[str]) -> set[str]:
        """With what an import of a module in it can begin."""
        names = {folder} if folder else set()
        if not folder or folder in SOURCE_FOLDERS:
            below = len(os.path.join(self._root, folder, ""))
            names.update(file[below:].partition(os.sep)[0].removesuffix(".py") for file in own)
        return names

    def _find_importers(self, folder: str, name: str) -> None:
        for file in self._files_with(name):
            importer = self._folder(file)
            reached = self._reaches.get(importer)
            if reached is not None and folder not in reached and self._imports(file, folder, name):
                reached.add(folder)

    def _imports(self, file: str, folder: str, name: str) -> bool:
        code = self._read(file)
        statements = [import_lines(code)]
        joins = any(word in code for word in BY_NAME)
        for dotted, is_open in re.findall(_TEXT % re.escape(name).encode(), code):
            if is_open or joins:
                return True
            statements.append(b"import " + dotted)
        imported = self._imported(os.path.dirname(file), b"\n".join(statements))
        return any(self._folder(one) == folder for one in imported)

    def _follow(self) -> None:
        """From each folder to all that its imports lead to."""
        for reached in self._reaches.values():
            todo = list(reached)
            while todo:
                fresh = self._reaches[todo.pop()] - reached
                reached |= fresh
                todo += fresh
