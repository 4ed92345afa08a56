"""The files that paths mean, each looked at by the sieve: what is known before any is parsed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from wattlint.collection import without_collection
from wattlint.config import ConfigError, Configuration
from wattlint.outcome import dropped_cells, is_marked
from wattlint.settings import Settings
from wattlint.sources import disk
from wattlint.sources.discovery import Covered, discover, in_order
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.folders import folder_of
from wattlint.sources.project import root_of
from wattlint.sources.reach import Look
from wattlint.sources.reading import is_plain, read_raw, source_from_bytes
from wattlint.sources.sieve import NONE
from wattlint.workers import deal, in_blocks, processes
from wattlint.workspace import Workspace

Progress = Callable[[int, int], None]
"""(files done, files in all)"""
LARGE_PROJECT = 1_000
"""Modules of one project that are not left to the one process that analyses it."""
FILES_PER_ANALYSIS = 200
"""As many are sifted while one is analysed."""
_NO_PROBLEMS: Sequence[Problem] = ()


class Sifted(NamedTuple):
    """A file after the sieve. ``look`` is None where there is no text to look at."""

    problems: Sequence[Problem]
    look: Look | None
    unreadable: Sequence[Problem] | None = None
    marked: bool = False


Looks = tuple[dict[int, bytes], dict[int, Sifted]]
"""Files by their number. Of most there is nothing to tell but what they import, and that goes from process to process
fastest."""


class SiftedFiles(NamedTuple):
    """What is known of all files before any is parsed."""

    refs: list[FileRef]
    problems: list[Problem]
    covered: Covered
    workspace: Workspace
    projects: dict[str, list[int]]
    """Root of each project, and the numbers of its files."""
    sifted: dict[int, Sifted]
    """By number of the file."""
    later: Sifter | None = None
    """Sifts those that are not in it yet."""

    def by_path(self) -> dict[str, Sifted]:
        return {self.refs[number].file: one for number, one in self.sifted.items()}


def sift_paths(
    paths: Sequence[str],
    configuration: Configuration,
    jobs: int | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Sifted] | None = None,
    at_once: bool = True,
    tracked: Sequence[str] = (),
) -> SiftedFiles:
    """The first half of ``analyse``. ``known``: files that went through the sieve already, by path; ``tracked``: see
    ``discover``. Not ``at_once``: a
    large project with few files to analyse goes first, and the others are left to be sifted while one process does that.
    """
    with without_collection():
        refs, problems, covered, listings = _files(paths, configuration, tracked)
        workspace = Workspace(configuration, listings=listings)
        projects = _by_project(refs)
        jobs = processes(jobs, len(refs))
        sifted: dict[int, Sifted] = {}
        if known:
            sifted = {number: known[ref.file] for number, ref in enumerate(refs) if ref.file in known}
        if refs:
            _load(workspace, refs[0])
        sifter = Sifter(refs, workspace, jobs, progress)

        def sift(numbers: Sequence[int]) -> None:
            sifter.take(numbers)
            for looks in deal(sifter, len(sifter.blocks), jobs):
                sifted.update(each(looks))
            sifter.take(())

        first = () if at_once or jobs == 1 else _large(projects)
        sift(first)
        others = [number for number in range(len(refs)) if number not in sifted]
        passing = sum(bool(look and look.passes) for look in (sifted[number].look for number in first))
        if first and passing * FILES_PER_ANALYSIS <= len(others):
            sifter.take(others)
        else:
            sift(others)
        later = sifter if sifter.blocks else None
        return SiftedFiles(refs, problems, covered, workspace, projects, sifted, later)


def _large(projects: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """The files of the largest project, where it is a large one."""
    largest: Sequence[int] = max(projects.values(), key=len, default=())
    return largest if len(largest) >= LARGE_PROJECT else ()


def _by_project(refs: Sequence[FileRef]) -> dict[str, list[int]]:
    roots: dict[str, str] = {}
    groups: dict[str, list[int]] = {}
    for number, ref in enumerate(refs):
        folder = folder_of(ref.file)
        root = roots.get(folder)
        if root is None:
            root = roots[folder] = root_of(folder)
        groups.setdefault(root, []).append(number)
    return groups


def _files(
    paths: Sequence[str], configuration: Configuration, tracked: Sequence[str]
) -> tuple[list[FileRef], list[Problem], Covered, dict[str, disk.Listing]]:
    """The files that ``paths`` mean; each path is walked with the configuration that holds there."""
    covered = Covered(frozenset(), frozenset())
    refs: dict[str, FileRef] = {}
    listings: dict[str, disk.Listing] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            absolute = os.path.abspath(path)
            settings = configuration.of_folder(
                absolute if disk.is_folder(absolute) else os.path.dirname(absolute)
            )
        except ConfigError as error:
            problems += error.problems
            continue
        except ValueError:  # a path that no file system can hold, such as one with a null byte
            settings = Settings()
        found = discover([path], settings, tracked)
        configuration.none_in(found.unconfigured)
        problems += found.problems
        covered = covered.with_(found.covered)
        listings.update(found.listings)
        for ref in found.files:
            if ref.explicit or ref.file not in refs:
                refs[ref.file] = ref
    for folder in sorted(set(map(folder_of, refs))):
        # Also where no file holds a call: a mistake in a configuration is never passed over.
        try:
            configuration.of_folder(folder)
        except ConfigError as error:
            problems += error.problems
    files = list(refs.values()) if len(paths) == 1 else sorted(refs.values(), key=in_order)
    return files, problems, covered, listings


class Sifter:
    """Looks at files, block by block, in whichever process draws the block."""

    def __init__(
        self, refs: Sequence[FileRef], workspace: Workspace, jobs: int, progress: Progress | None
    ) -> None:
        self._refs, self._workspace = refs, workspace
        self._jobs, self._progress = jobs, progress
        self._here = os.getpid()
        self._done = 0
        self.blocks: list[Sequence[int]] = []
        """Numbers of the files that it looks at next."""

    def take(self, numbers: Sequence[int]) -> None:
        self.blocks = in_blocks(numbers)

    def __call__(self, drawn: Iterable[int]) -> Looks:
        plain: dict[int, bytes] = {}
        others: dict[int, Sifted] = {}
        for block in drawn:
            if self._progress:
                self._progress(min(self._done * self._jobs, len(self._refs)), len(self._refs))
            for number in self.blocks[block]:
                one = _sift(self._refs[number], self._workspace)
                imports = _only_imports(one)
                if imports is None:
                    others[number] = one
                    if one.look is not None and one.look.passes and os.getpid() == self._here:
                        import wattlint.callsites.finder  # noqa: F401  # it will be needed, and the others go on
                else:
                    plain[number] = imports
            self._done += len(self.blocks[block])
        return plain, others


def each(looks: Looks) -> Iterator[tuple[int, Sifted]]:
    plain, others = looks
    yield from others.items()
    for number, imports in plain.items():
        yield number, _stopped(imports)


def _only_imports(one: Sifted) -> bytes | None:
    """The import statements of a file of which there is nothing else to tell: the sieve stops it, it names no SDK."""
    look = one.look
    if (
        look is None
        or one.problems
        or one.marked
        or look.words
        or look.imports_sdk
        or look.passes is not False
    ):
        return None
    return look.imports


def _stopped(imports: bytes) -> Sifted:
    """The opposite of ``_only_imports``."""
    return Sifted(_NO_PROBLEMS, Look(False, False, imports, NONE))


def _load(workspace: Workspace, ref: FileRef) -> None:
    """What every process needs, before they part."""
    with contextlib.suppress(ConfigError):  # reported with each file that it holds for
        workspace.reach(ref.file)


def _sift(ref: FileRef, workspace: Workspace) -> Sifted:
    raw = read_raw(ref)
    if isinstance(raw, Problem):
        return Sifted([raw], None, [raw])
    code, dropped = raw, _NO_PROBLEMS
    if not is_plain(ref, raw):
        source = source_from_bytes(ref, raw)
        if isinstance(source, Problem):
            return Sifted([source], None, [source])
        code, dropped = source.code, dropped_cells(source)
    marked = is_marked(raw)
    try:
        look = workspace.reach(ref.file).look(ref.file, code)
    except ConfigError as error:
        return Sifted([*dropped, *error.problems], None, error.problems, marked)
    return Sifted(dropped, look, None, marked)
