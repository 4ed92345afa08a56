"""The files that paths mean, each looked at by the sieve: what is known before any is parsed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from wattlint.collection import without_collection
from wattlint.config import ConfigError, Configuration
from wattlint.outcome import dropped_cells, is_marked
from wattlint.settings import Settings
from wattlint.sources import disk
from wattlint.sources.discovery import Covered, discover, in_order
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.folders import folder_of
from wattlint.sources.reach import Look
from wattlint.sources.reading import is_plain, read_raw, source_from_bytes
from wattlint.sources.sieve import NONE
from wattlint.workers import deal, in_blocks, processes
from wattlint.workspace import Workspace

Progress = Callable[[int, int], None]
"""(files done, files in all)"""
_NO_PROBLEMS: Sequence[Problem] = ()


class Sifted(NamedTuple):
    """A file after the sieve. ``look`` is None where there is no text to look at."""

    problems: Sequence[Problem]
    look: Look | None
    unreadable: Sequence[Problem] | None = None
    marked: bool = False


class SiftedFiles(NamedTuple):
    """What is known of all files before any is parsed."""

    refs: list[FileRef]
    problems: list[Problem]
    covered: Covered
    workspace: Workspace
    sifted: dict[int, Sifted]
    """By number of the file."""

    def by_path(self) -> dict[str, Sifted]:
        return {self.refs[number].file: one for number, one in self.sifted.items()}


def sift_paths(
    paths: Sequence[str],
    configuration: Configuration,
    jobs: int | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Sifted] | None = None,
) -> SiftedFiles:
    """The first half of ``analyse``. ``known``: files that went through the sieve already, by path."""
    with without_collection():
        refs, problems, covered, listings = _files(paths, configuration)
        workspace = Workspace(configuration, listings=listings)
        sifted = sift(refs, workspace, jobs, progress, known)
    return SiftedFiles(refs, problems, covered, workspace, sifted)


def _files(
    paths: Sequence[str], configuration: Configuration
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
        found = discover([path], settings)
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


def sift(
    refs: Sequence[FileRef],
    workspace: Workspace,
    jobs: int | None,
    progress: Progress | None = None,
    known: Mapping[str, Sifted] | None = None,
) -> dict[int, Sifted]:
    """Each of ``refs`` after the sieve, by its number. ``known``: those that went through it already, by path."""
    jobs = processes(jobs, len(refs))
    sifted: dict[int, Sifted] = {}
    if known:
        sifted = {number: known[ref.file] for number, ref in enumerate(refs) if ref.file in known}
    todo = [number for number in range(len(refs)) if number not in sifted]
    blocks, here = in_blocks(todo), os.getpid()

    def sift_blocks(drawn: Iterator[int]) -> tuple[dict[int, bytes], dict[int, Sifted]]:
        """Of most files there is nothing to tell but what they import, and that goes from process to process fastest."""
        plain: dict[int, bytes] = {}
        others: dict[int, Sifted] = {}
        for block in drawn:
            if progress:
                progress(min((len(plain) + len(others)) * jobs, len(todo)), len(todo))
            for number in blocks[block]:
                one = _sift(refs[number], workspace)
                imports = _only_imports(one)
                if imports is None:
                    others[number] = one
                    if one.look is not None and one.look.passes and os.getpid() == here:
                        import wattlint.callsites.finder  # noqa: F401  # it will be needed, and the others go on
                else:
                    plain[number] = imports
        return plain, others

    if refs:
        _load(workspace, refs[0])
    for plain, others in deal(sift_blocks, len(blocks), jobs):
        sifted.update(others)
        sifted.update((number, _stopped(imports)) for number, imports in plain.items())
    return sifted


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
