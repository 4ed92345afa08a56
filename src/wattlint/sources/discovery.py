"""Which files the given paths mean."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wattlint.config_texts import FILE_NAMES
from wattlint.settings import Settings
from wattlint.sources import disk, project, touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.git_folder import private_excludes

if TYPE_CHECKING:
    from wattlint.sources.ignore import IgnoreRules

SUFFIXES = (".py", ".pyw", ".ipynb")
MAX_IGNORE_BYTES = 100_000
"""Of one ``.gitignore``: each line costs a pattern."""

DEFAULT_EXCLUDE = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".hypothesis", ".ipynb_checkpoints",
        ".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox",
        ".venv", ".vscode", ".wattlint_cache", "__pycache__", "__pypackages__", "_build", "buck-out", "build",
        "dist", "node_modules", "site-packages", "venv",
    }
)  # fmt: skip
"""Names of folders and files that are passed over below a given folder (ruff's, and a few more)."""


class Covered(NamedTuple):
    """Which folders were walked, and what below them was left out although Python could import it."""

    folders: frozenset[str]
    left_out: frozenset[str]

    def with_(self, other: Covered) -> Covered:
        return Covered(self.folders | other.folders, self.left_out | other.left_out)

    def left_out_of(self, root: str) -> Callable[[bytes], bool] | None:
        """Tells whether import statements name a module below ``root`` that was left out; None where ``root`` was
        not walked as a whole."""
        if not any(root == top or root.startswith(top.rstrip(os.sep) + os.sep) for top in self.folders):
            return None
        below = root.rstrip(os.sep) + os.sep
        names = {
            os.path.basename(path).removesuffix(".py") for path in self.left_out if path.startswith(below)
        }
        if not names:
            return lambda imports: False
        import re

        named = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b".encode())
        return lambda imports: named.search(imports) is not None


class Discovery(NamedTuple):
    """Sorted by path and free of duplicates."""

    files: list[FileRef]
    problems: list[Problem]
    covered: Covered = Covered(frozenset(), frozenset())
    unconfigured: frozenset[str] = frozenset()
    """Folders that were walked and hold no configuration file."""
    listings: Mapping[str, disk.Listing] = {}
    """What the folders hold that were walked."""


def discover(paths: Sequence[str], settings: Settings, tracked: Iterable[str] = ()) -> Discovery:
    """The Python files and notebooks that ``paths`` (files and folders) mean. ``tracked``: files (absolute) that count
    although ignore files name them.

    Files named explicitly are taken whatever their suffix, and excluded only with ``force_exclude``. Folders are
    walked; symbolic links to folders below them are not followed. Never raises for anything on disk.
    """
    walk = _Walk(settings)
    for path in paths:
        walk.start(path)
    for path in tracked:
        walk.take_tracked(path)
    files = sorted(walk.files.values(), key=in_order)
    covered = Covered(frozenset(walk.folders), frozenset(walk.left_out))
    problems = sorted(walk.problems, key=str)
    return Discovery(files, problems, covered, frozenset(walk.unconfigured), walk.listings)


def is_excluded(path: str, settings: Settings) -> bool:
    """Whether patterns leave out the file ``path`` (absolute), wherever it comes from."""
    return _Walk(settings).is_excluded(path, False)


def in_order(ref: FileRef) -> str:
    """Sorts folder by folder."""
    return ref.display.replace("/", "\0")


def display_path(path: str, below: str | None = None) -> str:
    """``path`` (absolute) as shown to people: posix, relative to ``below`` (the working directory) when under it."""
    prefix = (below or os.getcwd()).rstrip(os.sep) + os.sep
    shown = path[len(prefix) :] if path.startswith(prefix) else path
    return shown.replace(os.sep, "/") or "."


class _Walk:
    def __init__(self, settings: Settings) -> None:
        self.files: dict[str, FileRef] = {}
        self.problems: set[Problem] = set()
        self.folders: list[str] = []
        self.left_out: list[str] = []
        """Modules and packages that exist below ``folders`` and are not among ``files``."""
        self.unconfigured: set[str] = set()
        self.listings: dict[str, disk.Listing] = {}
        self._settings = settings
        self._cwd = os.getcwd()
        self._names = frozenset() if settings.exclude else DEFAULT_EXCLUDE
        self._patterns = self._user_patterns()

    def _user_patterns(self) -> IgnoreRules | None:
        lines = [*self._settings.exclude, *self._settings.extend_exclude]
        if not lines:
            return None
        from wattlint.sources.ignore import IgnoreRules

        config = self._settings.config_path
        base = os.path.dirname(os.path.abspath(config)) if config else self._cwd
        rules, bad = IgnoreRules.parse(base, lines)
        for line in bad:
            self._problem(config or "exclude", f'exclude: "{line}" is no valid pattern')
        return rules

    def _problem(self, path: str, message: str) -> None:
        self.problems.add(Problem(display_path(path, self._cwd), None, message))

    def start(self, given: str) -> None:
        path = os.path.abspath(given)
        try:
            if not given:
                raise FileNotFoundError
            mode = disk.mode(path)
        except (OSError, ValueError) as error:
            self._problem(given or '""', _why(path, error))
            return
        if self._settings.force_exclude and self.is_excluded(path, stat.S_ISDIR(mode)):
            return
        if stat.S_ISDIR(mode):
            self._folder(path)
        elif stat.S_ISREG(mode):
            self.files[path] = FileRef(path, display_path(path, self._cwd), True)
        else:
            self._problem(given, "neither a file nor a folder")

    def is_excluded(self, path: str, is_folder: bool) -> bool:
        """Whether ``path`` or a folder above it, up to the working directory, is excluded."""
        if not self._names.isdisjoint(display_path(path, self._cwd).split("/")):
            return True
        return self._patterns is not None and self._patterns.ignores(path, is_folder)

    def _folder(self, top: str) -> None:
        """Walk ``top``. What applies to the folder itself does not apply below it: the user asked for it."""
        chain: tuple[IgnoreRules, ...] = ()
        # Of a version that git keeps, it tracks all: it ignores nothing of that.
        obeys = self._settings.respect_gitignore and not disk.is_stood_in(top)
        if obeys:
            chain = tuple(
                rules.without_those_matching(top) for rules in _ignore_rules_above(top, self._problem)
            )
        exclude = self._patterns.without_those_matching(top) if self._patterns else None
        self.folders.append(top)
        todo = [(top, chain)]
        while todo:
            folder, chain = todo.pop()
            try:
                entries = disk.entries(folder)
            except OSError as error:
                touched.folder(folder)
                self._problem(folder, _why(folder, error))
                continue
            names = {entry.name for entry in entries}
            touched.folder(folder, entries)
            project.seen(folder, names)
            if names.isdisjoint(FILE_NAMES) and not disk.is_stood_in(folder):
                self.unconfigured.add(folder)
            if folder != top and "pyvenv.cfg" in names:
                self.left_out.append(folder)  # a virtual environment under another name
                continue
            if obeys:
                chain = (*_ignore_rules_in(folder, names, self._problem), *chain)
            inside = display_path(os.path.join(folder, "-"), self._cwd)[:-1]
            listing = self.listings[folder] = disk.Listing()
            for entry in entries:
                name, path = entry.name, entry.path
                is_folder = listing.take(entry)
                if not is_folder and not name.endswith(SUFFIXES):
                    if name.isidentifier() and entry.is_symlink():
                        self.left_out.append(path)
                    continue
                if (
                    name in self._names
                    or (exclude and exclude.verdict(path, is_folder))
                    or (chain and _is_ignored(chain, path, is_folder))
                ):
                    if name != "__pycache__" and name.removesuffix(".py").isidentifier():
                        self.left_out.append(path)
                    continue
                if is_folder:
                    todo.append((path, chain))
                else:
                    self._found(entry, inside + name)

    def take_tracked(self, path: str) -> None:
        """A file that git tracks, whatever ignore files say."""
        if path in self.files or not path.endswith(SUFFIXES) or not os.path.isfile(path):
            return
        for top in self.folders:
            below = path.removeprefix(top.rstrip(os.sep) + os.sep)
            exclude = self._patterns.without_those_matching(top) if self._patterns else None
            if below == path or not self._names.isdisjoint(below.split(os.sep)):
                continue
            if exclude is None or not exclude.ignores(path, False):
                self.files[path] = FileRef(path, display_path(path, self._cwd), False)

    def _found(self, entry: disk.Entry, shown: str) -> None:
        try:
            if entry.is_file():
                if entry.path not in self.files:  # else it was named
                    self.files[entry.path] = FileRef(entry.path, shown, False)
                return
            touched.file(entry.path)  # it may become one
            if entry.is_symlink() and not entry.name.startswith(".#"):  # ".#x.py" is an Emacs lock
                entry.stat()  # raises when the link leads nowhere
        except FileNotFoundError:
            self._problem(entry.path, f"a link to {disk.target(entry.path)}, which does not exist")
        except OSError as error:
            self._problem(entry.path, _why(entry.path, error))


def _is_ignored(chain: Sequence[IgnoreRules], path: str, is_folder: bool) -> bool:
    """The nearest ignore file that says anything decides, as in git."""
    for rules in chain:
        verdict = rules.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def _ignore_rules_in(folder: str, names: set[str], say: Callable[[str, str], None]) -> Iterator[IgnoreRules]:
    """Rules of ``.gitignore`` and, at the top of a repository, ``info/exclude``; nearest first."""
    files = [os.path.join(folder, ".gitignore")] if ".gitignore" in names else []
    if ".git" in names:
        files.append(private_excludes(folder))
    for path in files:
        touched.file(path)
        try:
            raw = read_bytes(path, MAX_IGNORE_BYTES + 1)
        except OSError:  # no such file, or .gitignore is a folder: git passes over it too
            continue
        if len(raw) > MAX_IGNORE_BYTES:
            say(path, f"larger than {MAX_IGNORE_BYTES // 1000} kB, not obeyed")
            continue
        text = raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
        if any(line and not line.startswith("#") for line in text.split("\n")):
            from wattlint.sources.ignore import IgnoreRules

            yield IgnoreRules.parse(folder, text.split("\n"))[0]


def _ignore_rules_above(top: str, say: Callable[[str, str], None]) -> list[IgnoreRules]:
    """Rules of the folders above ``top`` in the same repository, nearest first; none outside a repository."""
    found: list[IgnoreRules] = []
    folder = top
    while not disk.exists(os.path.join(folder, ".git")):
        touched.file(os.path.join(folder, ".git"))
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        folder = parent
        touched.file(os.path.join(folder, ".gitignore"))
        names = {name for name in (".gitignore", ".git") if disk.exists(os.path.join(folder, name))}
        found.extend(_ignore_rules_in(folder, names, say))
    return found


def _why(path: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "no such file or directory" + _nearest_name(path)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


def _nearest_name(path: str) -> str:
    """Suggest a sibling of the first missing part of ``path``."""
    from wattlint.catalogue.errors import nearest

    folder, name = os.path.split(path)
    try:
        return nearest(name, sorted(disk.names(folder)))
    except (OSError, ValueError):
        return ""
