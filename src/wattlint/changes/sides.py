"""The analysis of each of two versions, from what an earlier run kept on disk where that still holds."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint.catalogue.errors import CatalogueError
from wattlint.changes.beside import Beside
from wattlint.config import Configuration
from wattlint.sources import touched
from wattlint.sources.project import project_root
from wattlint.sources.snapshot import lay_out
from wattlint.workers import usual_number

if TYPE_CHECKING:
    from collections.abc import Collection

    from wattlint.analysis import Analysis
    from wattlint.changes.versions import Version, Versions
    from wattlint.settings import Settings
    from wattlint.sources.git import Repository


def analyses(
    repository: Repository,
    compared: Versions,
    paths: Sequence[str],
    configuration: Configuration,
    jobs: int | None = None,
    keep: Any = None,
) -> tuple[Analysis, Analysis]:
    """Before and after. The configuration of the newer version holds for both: the ruler does not change in between.

    ``keep``: what the results depend on besides files, as JSON data; None: nothing is kept, nor taken.
    """
    # What a sparse checkout leaves out of the working tree is not there to compare with, and was not removed.
    absent = repository.left_out() if compared.head.kind == "tree" else set()
    base = _Side(repository, compared.base, paths, configuration, keep, absent)
    head = _Side(repository, compared.head, paths, configuration, keep)
    before, after = base.kept(), head.kept()
    if before is None and after is None and jobs != 1:
        half = max(1, (jobs or usual_number()) // 2)
        _prepare()
        beside = Beside(lambda: base.analysed(half))
        after = head.analysed(half)
        return beside.result(), after
    if before is None:
        before = base.analysed(jobs)
    return before, after if after is not None else head.analysed(jobs)


def _prepare() -> None:
    """Load what both processes need, before they part."""
    import wattlint.callsites.finder
    import wattlint.lint.engine  # noqa: F401
    from wattlint.catalogue.models import load_models
    from wattlint.lint.rules import load_rules
    from wattlint.sources.sieve import load_sieve

    with contextlib.suppress(CatalogueError):  # said where the files are analysed
        load_models()
        load_sieve()
        load_rules()


class _Side:
    def __init__(
        self,
        repository: Repository,
        version: Version,
        paths: Sequence[str],
        configuration: Configuration,
        keep: Any,
        absent: Collection[str] = (),
    ) -> None:
        self._repository, self._version, self._paths = repository, version, paths
        self._configuration, self._absent = configuration, absent
        self._in_place = version.kind == "tree"
        self._cache = None
        if keep is not None:
            from wattlint.cache import Cache

            if self._in_place:  # what ``wattlint check`` keeps, and takes
                self._cache = Cache(_existing(paths), keep)
            else:
                state = repository.state(version.commit)
                self._cache = Cache(list(paths), [keep, str(repository.top), state, sorted(absent)])

    def kept(self) -> Analysis | None:
        return self._cache.load(self._configuration, self._in_place) if self._cache else None

    def analysed(self, jobs: int | None) -> Analysis:
        from wattlint.run import analyse

        if self._in_place:
            analysis = analyse(_existing(self._paths), self._configuration, jobs=jobs)
            if self._cache:
                self._cache.save(analysis, touched.noted())
            return analysis
        with self._laid_out() as folder:
            moved = Moved(self._configuration, folder, str(self._repository.top))
            analysis = analyse(_existing(self._paths), moved, jobs=jobs)
            there = touched.take_below(folder)
        if self._cache and not any(digest and _is_secret(path) for path, digest in there.items()):
            self._cache.save(analysis, touched.noted())  # what lies in the folder is told by the version
        return analysis

    @contextlib.contextmanager
    def _laid_out(self) -> Iterator[str]:
        """The version in a folder for as long as it is analysed, and the working folder within it, so that all paths
        that the analysis shows, and all that it finds relative to the working folder, are those of the real one."""
        here, top = os.getcwd(), self._repository.top
        below = {os.path.relpath(project_root(Path(path)), top) for path in self._paths}
        below = set() if any(path == "." or path.startswith("..") for path in below) else below
        with tempfile.TemporaryDirectory(prefix="wattlint-") as name:
            folder = os.path.realpath(name)
            inside = [path.replace(os.sep, "/") for path in below]
            lay_out(self._repository, self._version.commit, inside, Path(folder), self._absent)
            there = os.path.join(folder, os.path.relpath(here, top))
            os.makedirs(there, exist_ok=True)
            os.chdir(there)
            try:
                yield folder
            finally:
                os.chdir(here)


def _existing(paths: Sequence[str]) -> list[str]:
    """A path need not exist on both sides."""
    return [path for path in paths if os.path.lexists(path)]


def _is_secret(path: str) -> bool:
    from wattlint.cache import SECRETS

    return os.path.basename(path).startswith(SECRETS)


class Moved(Configuration):
    """The configuration of the folder ``home``, for a copy of what lies in it."""

    def __init__(self, original: Configuration, copy: str, home: str) -> None:
        super().__init__()
        self._original, self._copy, self._home = original, copy, home
        self._settings: dict[int, Settings] = {}

    def of_folder(self, folder: str | Path) -> Settings:
        original = self._original.of_folder(self._moved(folder))
        # The same object for the same settings: finders are kept by it.
        if id(original) not in self._settings:
            self._settings[id(original)] = original._replace(config_path=self._copied(original.config_path))
        return self._settings[id(original)]

    def may_set(self, key: str, folder: str | Path) -> bool:
        return self._original.may_set(key, self._moved(folder))

    def _moved(self, folder: str | Path) -> Path:
        return Path(self._home, os.path.relpath(folder, self._copy))

    def _copied(self, file: str | None) -> str | None:
        """Patterns in a configuration count from its folder."""
        if file is None or not os.path.abspath(file).startswith(f"{self._home}{os.sep}"):
            return file
        return os.path.join(self._copy, os.path.relpath(file, self._home))
