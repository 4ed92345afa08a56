"""Which files of a project can get an LLM object from another module, by following imports.

A file that shows no sign of an LLM itself may still call one that it imports: ``from .models import llm``. It has to
be parsed only where some module behind its imports imports an SDK, which most projects' modules do not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wattlint.sources import touched
from wattlint.sources.buffers import read_or_empty
from wattlint.sources.folders import Tree
from wattlint.sources.imported_modules import BY_NAME, NAMES, ImportedModules, climbs_out
from wattlint.sources.sieve import Scan, Sieve
from wattlint.sources.text_words import words_of

if TYPE_CHECKING:
    from pathlib import Path

    from wattlint.sources.addresses import Addresses
    from wattlint.sources.disk import Listing

_NO_WORDS: frozenset[bytes] = frozenset()
MANY_FILES = 3_000
"""More are not all read to answer for one of them."""
FEW_MODULES = 60
"""Modules up to which it pays to look for each one's importers."""
MAX_BYTES = 2_000_000
"""Larger modules are not looked into."""


class Look(NamedTuple):
    """What the text of one file shows by itself."""

    passes: bool | None
    """It has to be parsed; None: only where the project holds the address of a model server."""
    imports_sdk: bool
    imports: bytes
    """Its import statements."""
    words: frozenset[bytes]
    """Those of their words that the path of an SDK begins with."""


class Reach:
    """Answers for the files of one project; remembers every module it read."""

    def __init__(
        self,
        root: str | Path,
        sieve: Sieve,
        own_modules: Iterable[str] = (),
        listings: Mapping[str, Listing] | None = None,
    ) -> None:
        """``own_modules``: modules of the project that count as an SDK (``package.module``); ``listings``: of folders
        that were just looked into."""
        self._own = tuple(os.sep + module.replace(".", os.sep) for module in own_modules)
        self._root = str(root)
        self._sieve = sieve
        self.tree = Tree(self._root, listings)
        self._modules = ImportedModules(self._root)
        self.imported = self._modules.named
        """The files of the project that import statements in a folder name."""
        self._imports_sdk: dict[str, bool] = {}
        self._imports: dict[str, bytes] = {}
        """Import statements."""
        self._targets: dict[str, tuple[str, ...]] = {}
        self._reaches: dict[str, bool] = {}
        self._words: dict[str, frozenset[bytes]] = {}
        self._all_words: frozenset[str] | None = None
        self._some_import = self._climbs = False
        self._read_all: Sequence[str] | None = None
        """The files of the project, when all of them have been looked into: each of them asks."""
        self._knows_all = False
        """All files that import anything of the project are known."""
        self._importing_it: dict[str, list[str]] = {}
        self._connected_with: dict[str, set[str] | None] = {}
        self._by_name: set[str] = set()
        """Files that import modules by names that they may put together."""
        self._all_in: dict[str, frozenset[bytes]] = {}
        """The words of some files, not only of their import statements."""

    @cached_property
    def addresses(self) -> Addresses:
        """Asked only where a file sends requests to who knows where."""
        from wattlint.sources.addresses import Addresses

        return Addresses(self.tree, self._sieve.holds_address)

    def passes(self, path: str | Path, code: bytes) -> bool:
        """Whether ``code``, the text of ``path``, has to be parsed. It may differ from what is on disk."""
        file = os.path.abspath(path)
        look = self.look(file, code)
        self.know(file, look)
        return bool(look.passes) or self._leads(file) or (look.passes is None and self.holds_address())

    def look(self, file: str, code: bytes) -> Look:
        """What ``code`` shows by itself; nothing is remembered."""
        scan = Scan(code)
        imports_sdk = self._sieve.imports_sdk(scan)
        passes = self._sieve.passes(scan, imports_sdk)
        return Look(passes, imports_sdk or self._is_own(file), scan.imports, self._sieve.words(scan))

    def know(self, file: str, look: Look) -> None:
        """Remember a look at the text of ``file`` (absolute), in place of what is on disk."""
        self._know(file, look.imports_sdk, look.imports, look.words)

    def leading(self, files: Sequence[str], all_known: bool) -> set[str]:
        """Those of ``files``, which are known, whose imports lead to an SDK. ``all_known``: there are no other modules."""
        if all_known and not self._climbs:
            self._knows_all = True
            if not self._some_import:
                return set()
            begin = [file for file in files if self._imports_sdk[file]]
            found = self._importers(begin)
            if found is not None:
                return found.difference(begin)
        return {file for file in files if self._leads(file)}

    def is_stranger(self, file: str, module: str) -> bool:
        """Whether the imports of ``file`` are known not to lead to ``module``, directly or not, and nothing else in it can:
        ``import package; package.module.Class``."""
        if not self._knows_all or file == module or file not in self._imports or file in self._by_name:
            return False
        if module not in self._connected_with:
            self._connected_with[module] = self._connected(module)
        connected = self._connected_with[module]
        return connected is not None and file not in connected and not self._names(file, module)

    def _connected(self, module: str) -> set[str] | None:
        """``module``, who imports it, by statements or by its name, and who imports those. None as for ``_importers``."""
        begin = [module]
        while True:
            found = self._importers(begin)
            if found is None:
                return None
            named = set().union(*map(self._naming, found)) if self._by_name else found
            if named <= found:
                return found
            begin += named - found

    def _naming(self, module: str) -> set[str]:
        """Files that import modules by names, and this name among them perhaps."""
        inside, word, around = self._place_of(module)
        return {
            file
            for file in self._by_name
            if word in (words := self._words_in(file)) and (around in words or file.startswith(inside))
        }

    def _words_in(self, file: str) -> frozenset[bytes]:
        if file not in self._all_in:
            self._all_in[file] = words_of(read_or_empty(file, MAX_BYTES))
        return self._all_in[file]

    def _names(self, file: str, module: str) -> bool:
        """Whether the name of ``module`` and that of its folder stand in ``file``."""
        words = self._place_of(module)[1:]
        code = read_or_empty(file, MAX_BYTES)
        return all(word in code for word in words) and words_of(code).issuperset(words)

    def _leads(self, file: str) -> bool:
        return not self._imports_sdk[file] and any(map(self._leads_to_sdk, self._targets_of(file)))

    def _importers(self, modules: Sequence[str]) -> set[str] | None:
        """``modules``, who imports one of them, and who imports those, where all are known. Most files then need not be
        asked what they import. None where these are so many that it does not pay."""
        found = set(modules)
        todo = list(modules)
        for module in todo:
            if len(todo) > FEW_MODULES:
                return None
            fresh = [file for file in self._importing(module) if file not in found]
            found.update(fresh)
            todo += fresh
        return found

    def _importing(self, module: str) -> list[str]:
        """Who imports ``module`` itself."""
        known = self._importing_it.get(module)
        if known is None:
            likely = dict.fromkeys(self._likely_importers(module))
            known = [file for file in likely if module in self._targets_of(file)]
            self._importing_it[module] = known
        return known

    def _likely_importers(self, module: str) -> list[str]:
        """Those whose statements name it and, outside of the folder that it lies in, name that."""
        folder, name = os.path.split(module)
        likely = []
        if name == "__init__.py":  # ``from . import`` does not name it
            likely = [file for file in self._imports if file.startswith(folder + os.sep)]
        inside, word, around = self._place_of(module)
        return likely + [
            file
            for file, lines in self._imports.items()
            if word in lines and (around in lines or file.startswith(inside))
        ]

    def _place_of(self, module: str) -> tuple[str, bytes, bytes]:
        """The folder that it lies in, and the last two names of its path, one of them twice where an import can begin with
        it."""
        folder, name = os.path.split(module)
        if name == "__init__.py":
            folder, name = os.path.split(folder)
        word = name.removesuffix(".py")
        around = word if folder in self._modules.tops else os.path.basename(folder)
        return folder + os.sep, word.encode(*NAMES), around.encode(*NAMES)

    def forget(self, file: str) -> None:
        """The text of ``file`` is no longer what it was; the same files are there."""
        for known in (self._imports_sdk, self._imports, self._targets):
            known.pop(file, None)
        self._by_name.discard(file)
        self.addresses.forget(file)
        self._reaches.clear()
        self._importing_it.clear()
        self._connected_with.clear()
        self._all_in.pop(file, None)
        self._some_import = any(self._imports_sdk.values())
        self._read_all, self._knows_all = None, False

    def holds_address(self) -> bool:
        """Whether some file of the project holds the address of a model server."""
        return self.addresses.anywhere()

    def sends_request(self, code: bytes) -> bool:
        """Whether ``code`` may send a request to a model server."""
        sends = self._sieve.sends_request(Scan(code))
        return self.holds_address() if sends is None else sends

    def project_imports_sdk(self, files: Sequence[str]) -> bool:
        """Whether one of ``files``, the project's, or of those looked into so far imports an SDK."""
        if not self._some_import and files is not self._read_all:
            self._some_import = any(map(self._reads_sdk, files))
            if not self._some_import:
                self._read_all = files
        return self._some_import

    def project_words(self, files: Sequence[str]) -> frozenset[str] | None:
        """What the import lines of ``files``, the project's, and of those looked into so far name of all that the path
        of an SDK can begin with. None: they are too many to be read for this."""
        if files is not self._read_all:
            if len(files) - len(self._imports_sdk) > MANY_FILES:
                return None
            unread = [file for file in files if file not in self._imports_sdk]
            if len(unread) > MANY_FILES:
                return None
            for file in unread:
                self._read(file)
            self._read_all = files
        if self._all_words is None:
            self._all_words = frozenset(word.decode() for words in self._words.values() for word in words)
        return self._all_words

    def _reads_sdk(self, file: str) -> bool:
        self._read(file)
        return self._imports_sdk[file]

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
                fresh = [target for target in self._targets_of(file) if target not in came_from]
                came_from.update(dict.fromkeys(fresh, file))
                todo += fresh
        self._reaches.update(dict.fromkeys(came_from, False))
        return False

    def _read(self, file: str) -> None:
        if file in self._imports_sdk:
            return
        code = read_or_empty(file, MAX_BYTES)
        touched.file(file)
        scan = Scan(code)
        imports_sdk = self._is_own(file) or self._sieve.imports_sdk(scan)
        self._know(file, imports_sdk, scan.imports, self._sieve.words(scan))

    def _is_own(self, file: str) -> bool:
        return bool(self._own) and file.removesuffix(".py").removesuffix(f"{os.sep}__init__").endswith(
            self._own
        )

    def _know(self, file: str, imports_sdk: bool, imports: bytes, words: frozenset[bytes]) -> None:
        self._imports_sdk[file] = imports_sdk
        if self._words.get(file, _NO_WORDS) != words:
            self._words[file] = words
            self._all_words = None
        self._imports[file] = imports
        self._targets.pop(file, None)
        self._importing_it.clear()
        self._connected_with.clear()
        self._all_in.pop(file, None)
        if any(word in imports for word in BY_NAME):
            self._by_name.add(file)
        self._some_import = self._some_import or imports_sdk
        self._climbs = self._climbs or (b".." in imports and climbs_out(self._root, file, imports))

    def _targets_of(self, file: str) -> tuple[str, ...]:
        if file not in self._targets:
            self._targets[file] = tuple(
                dict.fromkeys(self.imported(os.path.dirname(file), self._imports[file]))
            )
        return self._targets[file]
