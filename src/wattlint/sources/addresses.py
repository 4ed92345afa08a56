"""Whether a project holds the address of a model server anywhere: without one, no request in it can go to one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from wattlint.sources import touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.folders import Tree

TRANSLATIONS = frozenset({"translations", "locale", "locales", "_locales", "i18n", "l10n"})
"""The data in folders of these names are texts for people in many languages: no request is sent to what they name."""
CODE = (".py", ".ipynb")
TEXTS = (*CODE, ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf")
"""Files that the value of an expression can come from."""
SECRETS = ".env"
"""Files with this in their name are not read for this: one of them counts as an address."""
MAX_BYTES = 2_000_000
"""Larger files are not looked into by anybody."""


class Addresses:
    """Answers for one project; remembers the files that hold none."""

    def __init__(self, tree: Tree, holds_address: Callable[[bytes], bool]) -> None:
        self._tree, self._root = tree, tree.root
        self._holds_address = holds_address
        self._files: list[str] | None = None
        self._without: set[str] = set()
        self._found: bool | None = None
        """None: not asked yet, or a text has changed since."""

    def anywhere(self) -> bool:
        if self._found is None:
            self._found = any(map(self._in_file, self._listed()))
        return self._found

    def look_into_data(self) -> None:
        """Read what is no module, as far as ``anywhere`` will."""
        if not any(map(_is_secret, self._listed())):
            any(self._in_file(file) for file in self._listed() if not file.endswith(CODE[0]))

    def forget(self, file: str) -> None:
        """The text of ``file`` is no longer what it was."""
        self._without.discard(file)
        self._found = None

    def _listed(self) -> list[str]:
        """The files that can hold one."""
        if self._files is not None:
            return self._files
        found = self._files = []
        for folder, names in self._tree.listed():
            texts = TEXTS if TRANSLATIONS.isdisjoint(folder[len(self._root) :].split(os.sep)) else CODE
            found += [f"{folder}{os.sep}{name}" for name in names if SECRETS in name or name.endswith(texts)]
        return found

    def _in_file(self, file: str) -> bool:
        if file in self._without:
            return False
        if _is_secret(file):
            return True
        try:
            raw = read_bytes(file, MAX_BYTES + 1)
        except (OSError, ValueError):
            raw = b""
        touched.file(file, raw)
        if self.shown_in(raw):
            return True
        self._without.add(file)
        return False

    def shown_in(self, raw: bytes) -> bool:
        """Whether ``raw``, of a file, holds one."""
        return len(raw) <= MAX_BYTES and self._holds_address(
            raw.replace(b"\\/", b"/") if b"\\/" in raw else raw
        )

    def without(self, files: Iterable[str]) -> None:
        """These files were read before, and hold none."""
        self._without.update(files)


def _is_secret(file: str) -> bool:
    return SECRETS in file and SECRETS in os.path.basename(file)
