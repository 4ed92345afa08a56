"""Which two versions of a project are compared, and the analysis of each."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wattlint.analysis import Analysis
from wattlint.changes.beside import Beside
from wattlint.config import Configuration
from wattlint.settings import Settings
from wattlint.sources.discovery import display_path
from wattlint.sources.git import Repository
from wattlint.sources.project import project_root
from wattlint.sources.snapshot import lay_out


class Version(NamedTuple):
    kind: str
    """``commit``, ``index`` or ``tree`` (the files as they lie in the working tree)."""
    commit: str | None
    name: str
    """For people."""


class Versions(NamedTuple):
    base: Version
    head: Version


def versions(repository: Repository, revision: str | None, staged: bool, uncommitted: bool) -> Versions:
    """What ``wattlint diff`` was asked to compare. Raises GitError.

    ``A..B`` are two commits, ``A...B`` the merge base of both and ``B``, as in git. Else the base is the merge base of
    ``revision`` (the default branch) and HEAD; HEAD itself for what is staged or not committed.
    """
    if revision and ".." in revision:
        one, dots, other = _range(revision)
        base = repository.merge_base(one, other) if dots == "..." else repository.commit(one)
        name = f"merge base of {one} and {other}" if dots == "..." else one
        return Versions(_commit(repository, base, name), _commit(repository, repository.commit(other), other))
    head = Version("index", None, "what is staged") if staged else Version("tree", None, "the working tree")
    if revision is None and (staged or uncommitted):
        return Versions(_commit(repository, repository.commit("HEAD"), "HEAD"), head)
    branch = revision or repository.default_branch()
    base = repository.merge_base(branch, "HEAD")
    name = branch if base == repository.commit(branch) else f"merge base of {branch} and HEAD"
    return Versions(_commit(repository, base, name), head)


def _commit(repository: Repository, commit: str, name: str) -> Version:
    return Version("commit", commit, f"{name} ({repository.short(commit)})")


def _range(revision: str) -> tuple[str, str, str]:
    dots = "..." if "..." in revision else ".."
    one, _, other = revision.partition(dots)
    return one or "HEAD", dots, other or "HEAD"


def analyses(
    repository: Repository, compared: Versions, paths: Sequence[str], configuration: Configuration
) -> tuple[Analysis, Analysis]:
    """Before and after. The configuration of the newer version holds for both: the ruler does not change in between."""
    # What a sparse checkout leaves out of the working tree is not there to compare with, and was not removed.
    absent = repository.left_out() if compared.head.kind == "tree" else ()
    before = Beside(lambda: _analysis(repository, compared.base, paths, configuration, absent))
    after = _analysis(repository, compared.head, paths, configuration)
    return before.result(), after


def renames(repository: Repository, compared: Versions) -> dict[str, str]:
    """New path -> old path, as displayed."""
    assert compared.base.commit is not None
    found = repository.renames(compared.base.commit, compared.head.commit, compared.head.kind == "index")
    return {_displayed(repository, new): _displayed(repository, old) for new, old in found.items()}


def _displayed(repository: Repository, path: str) -> str:
    return display_path(os.path.join(repository.top, *path.split("/")))


def _analysis(
    repository: Repository,
    version: Version,
    paths: Sequence[str],
    configuration: Configuration,
    but: Container[str] = (),
) -> Analysis:
    from wattlint.run import analyse

    if version.kind == "tree":
        return analyse(_existing(paths), configuration)
    with _laid_out(repository, version, paths, but) as folder:
        return analyse(_existing(paths), Moved(configuration, folder, str(repository.top)))


def _existing(paths: Sequence[str]) -> list[str]:
    """A path need not exist on both sides."""
    return [path for path in paths if os.path.lexists(path)]


@contextlib.contextmanager
def _laid_out(
    repository: Repository, version: Version, paths: Sequence[str], but: Container[str]
) -> Iterator[str]:
    """The version in a folder for as long as it is analysed, and the working folder within it, so that all paths
    that the analysis shows, and all that it finds relative to the working folder, are those of the real one."""
    here = os.getcwd()
    below = {os.path.relpath(project_root(Path(path)), repository.top) for path in paths}
    below = set() if any(path == "." or path.startswith("..") for path in below) else below
    with tempfile.TemporaryDirectory(prefix="wattlint-") as name:
        folder = os.path.realpath(name)
        inside = [path.replace(os.sep, "/") for path in below]
        lay_out(repository, version.commit, inside, Path(folder), but)
        there = os.path.join(folder, os.path.relpath(here, repository.top))
        os.makedirs(there, exist_ok=True)
        os.chdir(there)
        try:
            yield folder
        finally:
            os.chdir(here)


class Moved(Configuration):
    """The configuration of the folder ``home``, for a copy of what lies in it."""

    def __init__(self, original: Configuration, copy: str, home: str) -> None:
        super().__init__()
        self._original, self._copy, self._home = original, copy, home
        self._settings: dict[int, Settings] = {}

    def of_folder(self, folder: Path) -> Settings:
        original = self._original.of_folder(self._moved(folder))
        # The same object for the same settings: finders are kept by it.
        if id(original) not in self._settings:
            self._settings[id(original)] = dataclasses.replace(
                original, config_path=self._copied(original.config_path)
            )
        return self._settings[id(original)]

    def may_set(self, key: str, folder: Path) -> bool:
        return self._original.may_set(key, self._moved(folder))

    def _moved(self, folder: Path) -> Path:
        return Path(self._home, os.path.relpath(folder, self._copy))

    def _copied(self, file: str | None) -> str | None:
        """Patterns in a configuration count from its folder."""
        if file is None or not os.path.abspath(file).startswith(f"{self._home}{os.sep}"):
            return file
        return os.path.join(self._copy, os.path.relpath(file, self._home))
