"""The modules of one project: parsed once, on demand, found by import name or by a word they contain."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from wattlint.semantics.mentions import BY_IMPORT, Mentions, Shape, is_telling
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.neighbours import Imported, Neighbours
from wattlint.semantics.words import MAX_FILE_BYTES, Block, Words
from wattlint.sources import disk, touched
from wattlint.sources.buffers import held_below, read_bytes
from wattlint.sources.folders import SOURCE_FOLDERS, Tree, names_in
from wattlint.sources.reading import characters, decode

NO_SOURCES = frozenset({"env", "build", "dist", "__pypackages__", "buck-out"})
"""Folders without modules of the project, besides those that ``folders.Tree`` leaves out."""
MAX_MENTIONING = 40
"""Modules parsed to find the callers of one function."""
FEW_TO_PARSE = 8
"""Modules that are parsed sooner than it is found out whether imports lead from them to another."""
LARGE_TREE = 3_000
"""Files from which on a tree is taken for several projects side by side."""


class Project:
    """``root`` is the folder that import names are resolved under; the tree below it is listed once."""

    def __init__(
        self,
        root: str,
        display: Callable[[str], str] | None = None,
        is_external: Callable[[str], bool] = lambda name: False,
        outside: frozenset[str] = frozenset(),
        is_external_itself: Callable[[], bool] = lambda: False,
    ) -> None:
        """``is_external``: top-level names that a module beside a script must not shadow. ``outside``: functions and
        classes of the project itself (``package.module.name``) that count as other people's code.
        ``is_external_itself``: the project is where such a name comes from, so that its examples and tests import it
        as others do."""
        self.root = os.path.abspath(root)
        self.display = display or (lambda file: os.path.relpath(file, self.root).replace(os.sep, "/"))
        self.is_external = lru_cache(maxsize=None)(is_external)
        self.outside = outside
        self._is_external_itself = is_external_itself
        self._modules: dict[str, ModuleIndex | None] = {}
        self.broken: dict[str, SyntaxError] = {}
        """Files that others led to and that are no Python."""
        self._names_in = lru_cache(maxsize=None)(names_in)
        self._resolved: dict[tuple[str, str], ModuleIndex | str | None] = {}
        """What an import means, by its name and the importer: the same few are asked again and again."""
        self._nowhere: set[tuple[str, str]] = set()
        """Folder of an importer, and the first name of an import that leads out of the project from there."""
        self._files: list[str] | None = None
        self._texts: dict[str, int] = {}
        """Hash of the text that each module was parsed from: editors and flake8 hand over other bytes than the disk."""
        self._mentions: dict[str, Mentions] = {}
        """Of the files that are not parsed (yet)."""
        self._words: dict[str, Words] = {}
        self.tree = Tree(self.root)
        self.parsed_before: dict[str, tuple[str, ast.Module]] = {}
        """Texts that somebody else has parsed already, by file."""
        self.known_words: Sequence[Block] = ()
        """Of modules that were read before."""
        self.imported: Imported | None = None
        """What import statements lead to, told from texts alone."""
        self.is_stranger: Callable[[str, str], bool] = lambda file, module: False
        """Whether imports, told from texts alone, lead from a file to a module by no way."""
        self._neighbours: Neighbours | None = None
        self.before_parsing: Callable[[], None] = lambda: None
        """Raises where the time is up: one question can lead to very many modules."""

    # -- modules ------------------------------------------------------------------------------------------------

    def add(self, file: str, text: str, display: str) -> ModuleIndex:
        """The module for this text of ``file`` (what is on disk, an unsaved buffer, a notebook's cells).

        A module that other modules already led to is kept, so that its functions stay the same objects.
        Raises what ``ast.parse`` raises.
        """
        file = os.path.abspath(file)
        known = self._modules.get(file)
        if known is None or self._texts.get(file) != hash(text):
            parsed, tree = self.parsed_before.pop(file, ("", None))
            if tree is None or parsed != text:
                tree = ast.parse(text, filename=display)
            known = ModuleIndex(tree, display, file, *self._names(file))
            if file in self._modules:
                self._resolved.clear()
            self._modules[file] = known
            self._texts[file] = hash(text)
        return known

    def module(self, file: str) -> ModuleIndex | None:
        """The module in ``file``; None when it cannot be read or parsed."""
        if file not in self._modules:
            self.before_parsing()
            self._modules[file] = None
            try:
                raw = self._read(file)
                if len(raw) <= MAX_FILE_BYTES:
                    tree = ast.parse(raw, filename=file)
                    self._texts[file] = hash(decode(raw, file))
                    self._modules[file] = ModuleIndex(tree, self.display(file), file, *self._names(file))
            except SyntaxError as error:
                self.broken[file] = error
            except (OSError, ValueError, RecursionError, MemoryError):
                pass
        return self._modules[file]

    def forget(self, file: str) -> None:
        """The text of ``file`` is no longer what it was."""
        self._modules.pop(file, None)
        self._resolved.clear()
        self._texts.pop(file, None)
        self._mentions.pop(file, None)
        self.broken.pop(file, None)

    def let_go(self) -> None:
        """Nothing more is asked of the project."""
        self.before_parsing = lambda: None
        self._is_external_itself = lambda: False
        for module in self._modules.values():
            if module is not None:
                module.let_go()
        self._resolved.clear()
        self._modules.clear()

    def list_anew(self) -> None:
        """Files came or went, or hold other words."""
        self._names_in.cache_clear()
        self.tree = Tree(self.root)
        self._nowhere.clear()
        self._resolved.clear()
        self._files = None
        self._words.clear()
        self._neighbours = None

    def outside_name(self, module: ModuleIndex, name: str) -> str | None:
        """The name in ``outside`` that ``name`` of ``module`` is; folders need no ``__init__`` to be packages."""
        below = os.path.relpath(os.path.splitext(module.file)[0], self.root).split(os.sep)
        below = below[1:] if below[0] in SOURCE_FOLDERS else below
        spelled = (f"{dotted}.{name}" for dotted in (module.dotted, ".".join(below)))
        return next((path for path in spelled if path in self.outside), None)

    def _names(self, file: str) -> tuple[str, bool]:
        folder, name = os.path.split(file)
        stem = os.path.splitext(name)[0]
        parts = [] if stem == "__init__" else [stem]
        while self._has(folder, "__init__.py") and len(folder) > len(self.root):
            folder, last = os.path.split(folder)
            parts.insert(0, last)
        return ".".join(parts), stem == "__init__"

    def resolve(self, dotted: str, importer: ModuleIndex) -> ModuleIndex | str | None:
        """The project module an absolute import names; a folder's path for a namespace package; else None."""
        key = (dotted, importer.file)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(dotted, importer)
        return self._resolved[key]

    def _resolve(self, dotted: str, importer: ModuleIndex) -> ModuleIndex | str | None:
        first = dotted.partition(".")[0]
        folder = os.path.dirname(importer.file)
        if (folder, first) in self._nowhere:
            return None
        relative = dotted.replace(".", os.sep)
        is_external = self.is_external(first)
        if is_external and first != importer.dotted.partition(".")[0] and self._is_external_itself():
            return None
        namespace: str | None = None
        nowhere = True
        for root in self._roots(importer):
            names = self._names_in(root)
            if first not in names and first + ".py" not in names:
                continue
            nowhere = False
            if is_external and "__init__.py" in names:
                continue  # ``pkg/providers/openai/`` is nobody's ``import openai``
            found = self._at(os.path.join(root, relative))
            if isinstance(found, ModuleIndex):
                if found is not importer:
                    return found
            elif found is not None and namespace is None:
                namespace = found
        if namespace is None and not is_external:
            # A script inside a package sees the modules beside it.
            names = self._names_in(folder)
            if nowhere and first not in names and first + ".py" not in names:
                self._nowhere.add((folder, first))
                return None
            found = self._at(os.path.join(folder, relative))
            return found if isinstance(found, ModuleIndex) and found is not importer else None
        return namespace

    def relative(self, level: int, dotted: str, importer: ModuleIndex) -> ModuleIndex | str | None:
        """The project module ``from ..dotted import`` names, counted from the importer's folder."""
        folder = os.path.dirname(importer.file)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return self._at(os.path.join(folder, dotted.replace(".", os.sep)) if dotted else folder)

    def submodule(self, package: ModuleIndex | str, name: str) -> ModuleIndex | str | None:
        folder = package if isinstance(package, str) else os.path.dirname(package.file)
        return self._at(os.path.join(folder, name))

    def _at(self, stem: str) -> ModuleIndex | str | None:
        folder, name = os.path.split(stem)
        names = self._names_in(folder)
        if name in names and self._has(stem, "__init__.py"):
            return self.module(os.path.join(stem, "__init__.py"))
        if name + ".py" in names:
            return self.module(stem + ".py")
        if name in names and disk.is_folder(stem):
            return stem
        return None

    def _roots(self, importer: ModuleIndex) -> Iterator[str]:
        """Folders on the import path: above the importer's package, the folders between it and the root, the root."""
        folder = os.path.dirname(importer.file)
        while self._has(folder, "__init__.py") and len(folder) > len(self.root):
            folder = os.path.dirname(folder)
        while True:
            yield folder
            if folder == self.root or len(folder) <= len(self.root):
                break
            folder = os.path.dirname(folder)
        for name in SOURCE_FOLDERS:
            if name in self._names_in(self.root):
                yield os.path.join(self.root, name)

    def _has(self, folder: str, name: str) -> bool:
        return name in self._names_in(folder)

    # -- search -------------------------------------------------------------------------------------------------

    def files(self) -> list[str]:
        """Every Python file below the root, also those that an editor has not written yet."""
        if self._files is None:
            found: list[str] = []
            for folder, names in self.tree.listed():
                if NO_SOURCES.isdisjoint(folder[len(self.root) :].split(os.sep)):
                    found += [os.path.join(folder, name) for name in names if name.endswith(".py")]
            new = {file for file in held_below(self.root) if file.endswith(".py")}.difference(found)
            self._files = sorted([*found, *new]) if new else found
        return self._files

    def mentioning(self, word: str, near: ModuleIndex, how: Shape | None = None) -> list[ModuleIndex]:
        """At most MAX_MENTIONING modules in whose text the name ``word`` occurs, those closest to ``near`` in the tree.

        Of these, ``how`` leaves only those that can use the word in that way: the others are not parsed for it.
        In a very large tree only the part of it that ``near`` lies in is searched; else not the parts that have nothing
        to do with it.
        """
        files = self._mentioning(word, near, how in BY_IMPORT and not is_telling(word))
        if how is not None:
            files = [file for file in files if file in self._modules or how(self._mentions_of(file), word)]
        if how is Mentions.derived and sum(file not in self._modules for file in files) > FEW_TO_PARSE:
            files = [file for file in files if not self._is_stranger(file, near.file)]
        return [module for module in map(self.module, files) if module is not None]

    def mentions(self, word: str, near: ModuleIndex) -> bool:
        """Whether ``mentioning`` has any file to look into."""
        return bool(self._mentioning(word, near))

    def _mentioning(self, word: str, near: ModuleIndex, by_import: bool = False) -> list[str]:
        """``by_import``: whatever uses the word counts only where imports connect it with ``near``."""
        part = self._part_of(near.file) if len(self.files()) > LARGE_TREE else ""
        if part not in self._words:
            below = [file for file in self.files() if file.startswith(part)]
            self._words[part] = Words(below, self._read_or_empty, self.known_words)
        files = self._words[part].files_with(word)
        if by_import and not part and self.imported is not None:
            if self._neighbours is None:
                found = self._words[part].files_with
                self._neighbours = Neighbours(
                    self.root, self.files(), found, self._read_or_empty, self.imported
                )
            files = self._neighbours.near(files, near.file)
        return _closest(files, near.file, self.root) if len(files) > MAX_MENTIONING else files

    def _is_stranger(self, file: str, module: str) -> bool:
        """Whether no class of ``module`` can be a base in ``file``: it was not imported, or handed to a function."""
        return self.is_stranger(file, module) and not self._mentions_of(file).derives_inside

    def _mentions_of(self, file: str) -> Mentions:
        if file not in self._mentions:
            self._mentions[file] = Mentions(partial(self._read_or_empty, file))
        return self._mentions[file]

    def _part_of(self, file: str) -> str:
        """The folder or file directly below the root that ``file`` lies in."""
        below = os.path.relpath(file, self.root).split(os.sep)[0]
        return os.path.join(self.root, below)

    def span(self, file: str, node: ast.expr) -> tuple[int, int, int]:
        """Column, last line and end column of ``node`` in ``file``, in characters, as people and editors count; ``ast``
        counts UTF-8 bytes."""
        end_line = node.end_lineno or node.lineno
        raw = self._read_or_empty(file)
        text = "" if raw.isascii() else decode(raw, file)
        lines = text.split("\n") if isinstance(text, str) else []
        column, end_column = (
            characters(lines[line - 1], octets) if line <= len(lines) else octets
            for line, octets in ((node.lineno, node.col_offset), (end_line, node.end_col_offset or 0))
        )
        return column, end_line, end_column

    def _read(self, file: str) -> bytes:
        touched.file(file)
        return read_bytes(file, MAX_FILE_BYTES + 1)

    def _read_or_empty(self, file: str) -> bytes:
        try:
            return self._read(file)
        except OSError:
            return b""


def _closest(files: list[str], near: str, root: str) -> list[str]:
    """MAX_MENTIONING of ``files``: ``near`` itself, then those that share most of its path; in their order."""
    found = {near}.intersection(files)
    folder = os.path.dirname(near)
    while len(found) < MAX_MENTIONING:
        inside = folder.rstrip(os.sep) + os.sep
        around = [file for file in files if file.startswith(inside) and file not in found]
        found.update(sorted(around)[: MAX_MENTIONING - len(found)])
        if len(folder) <= len(root):
            break
        folder = os.path.dirname(folder)
    return sorted(found)
