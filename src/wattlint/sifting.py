"""The files that paths mean, each looked at by the sieve: what is known before any is parsed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wattlint.batch import Progress, Sifted, sift
from wattlint.collection import without_collection
from wattlint.config import ConfigError, Configuration
from wattlint.settings import Settings
from wattlint.sources import disk
from wattlint.sources.discovery import Covered, discover, in_order
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.folders import folder_of
from wattlint.workspace import Workspace


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
    refs, problems, covered = _files(paths, configuration)
    workspace = Workspace(configuration)
    with without_collection():
        sifted = sift(refs, workspace, jobs, progress, known)
    return SiftedFiles(refs, problems, covered, workspace, sifted)


def _files(
    paths: Sequence[str], configuration: Configuration
) -> tuple[list[FileRef], list[Problem], Covered]:
    """The files that ``paths`` mean; each path is walked with the configuration that holds there."""
    covered = Covered(frozenset(), frozenset())
    refs: dict[str, FileRef] = {}
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
    return files, problems, covered
