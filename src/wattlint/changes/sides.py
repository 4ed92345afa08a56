"""The analysis of each of two versions, from what an earlier run kept on disk where that still holds."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint.catalogue.errors import CatalogueError
from wattlint.changes.beside import Beside
from wattlint.config import Configuration
from wattlint.sources import disk, project, touched
from wattlint.sources.discovery import SUFFIXES
from wattlint.sources.project import project_root
from wattlint.sources.reading import UNREAD
from wattlint.sources.snapshot import view_of
from wattlint.workers import usual_number

if TYPE_CHECKING:
    from collections.abc import Collection

    from wattlint.analysis import Analysis
    from wattlint.changes.versions import Version, Versions
    from wattlint.settings import Settings
    from wattlint.sifting import Sifted, SiftedFiles
    from wattlint.sources.git import Repository
    from wattlint.sources.view import View


def analyses(
    repository: Repository,
    compared: Versions,
    paths: Sequence[str],
    configuration: Configuration,
    jobs: int | None = None,
    keep: Any = None,
    fixes: bool = False,
) -> tuple[Analysis, Analysis, View | None]:
    """Before and after, and with ``fixes`` the view of the files after that these are made for. The configuration of the
    newer version holds for both: the ruler does not change in between.

    ``keep``: what the results depend on besides files, as JSON data; None: nothing is kept, nor taken.
    """
    # What a sparse checkout leaves out of the working tree is not there to compare with, and was not removed.
    absent = repository.left_out() if compared.head.kind == "tree" else None
    base = _Side(repository, compared.base, paths, configuration, keep, absent)
    head = _Side(repository, compared.head, paths, configuration, keep, fixes=fixes)
    before, after = base.kept(jobs), head.kept(jobs)
    if before is not None or after is not None:
        if before is None:
            before = base.analysed(jobs)
        return before, after if after is not None else head.analysed(jobs), head.fixed_in
    files = head.sifted(jobs)
    known = files.by_path()
    if jobs == 1:
        before = base.analysed(jobs, base.sifted(jobs, known, head))
        return before, head.analysed(jobs, files), head.fixed_in
    half = max(1, (jobs or usual_number()) // 2)
    if any(one.look is not None and one.look.passes is not False for one in known.values()):
        _prepare()
    beside = Beside(lambda: _slim(base.analysed(half, base.sifted(half, known, head))))
    after = head.analysed(half, files)
    return beside.result(), after, head.fixed_in


def _slim(analysis: Analysis) -> Analysis:
    """Without the texts of the files, which nobody asks an older version for."""
    analysis.sources, analysis.files = {}, {}
    return analysis


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
    """One version, and the analysis of it."""

    def __init__(
        self,
        repository: Repository,
        version: Version,
        paths: Sequence[str],
        configuration: Configuration,
        keep: Any,
        absent: Collection[str] | None = None,
        fixes: bool = False,
    ) -> None:
        self._repository, self._version, self._paths = repository, version, paths
        self._absent = absent
        self._in_place = version.kind == "tree"
        self._tracked = _tracked_though_ignored(repository) if self._in_place else []
        self._fixes = fixes
        self._seen = touched.noted()
        """What the result depends on: the configuration, so far."""
        self._configuration = configuration if self._in_place else OnDisk(configuration)
        self._cache = None
        if keep is not None:
            from wattlint.cache import Cache

            if self._in_place:  # what ``wattlint check`` keeps, and takes
                self._cache = Cache(_existing(paths), [keep, self._tracked] if self._tracked else keep)
            else:
                state = repository.state(version.commit)
                self._cache = Cache(list(paths), [keep, str(repository.top), state, sorted(absent or ())])

    def kept(self, jobs: int | None) -> Analysis | None:
        if self._cache is None:
            return None
        with self._standing_in() if self._fixes else contextlib.nullcontext():
            return self._cache.load(self._configuration, self._in_place or self._fixes, jobs)

    @property
    def fixed_in(self) -> View | None:
        """Whose files fixes are made for; None: those on disk."""
        return self._view if self._fixes else None

    def sifted(
        self, jobs: int | None, known: Mapping[str, Sifted] | None = None, other: _Side | None = None
    ) -> SiftedFiles:
        """Its files. ``known``: by path, what is known of those of ``other``, of which most are the same."""
        from wattlint.sifting import sift_paths

        if known and other is not None and self._view is not None:
            same, their = self._view.is_same, other._view
            known = {path: one for path, one in known.items() if same(path, their)}
        with touched.noting_in(self._seen), self._standing_in():
            return sift_paths(
                _existing(self._paths), self._configuration, jobs, known=known, tracked=self._tracked
            )

    def analysed(self, jobs: int | None, files: SiftedFiles | None = None) -> Analysis:
        from wattlint.run import analyse_sifted

        files = files or self.sifted(jobs)
        with touched.noting_in(self._seen), self._standing_in():
            analysis = analyse_sifted(files, jobs=jobs)
            files.workspace.let_go()  # the other version needs as much room
            told = touched.take_told()  # by the name of the version
            secret = any(_is_secret(path) and disk.is_file(path) for path in told)
        unread = not self._in_place and any(UNREAD in problem.message for problem in analysis.problems)
        if (
            self._cache and not secret and not unread
        ):  # a commit is what it is, whatever kept git from telling
            self._cache.save(analysis, self._seen)
        return analysis

    @cached_property
    def _view(self) -> View | None:
        """None: the version is what lies on disk."""
        if self._in_place:
            return None
        top = self._repository.top
        below = {os.path.relpath(project_root(Path(os.path.realpath(path))), top) for path in self._paths}
        below = set() if any(path == "." or path.startswith("..") for path in below) else below
        inside = [path.replace(os.sep, "/") for path in below]
        with touched.noting_in(self._seen):
            return view_of(self._repository, self._version.commit, inside, self._absent)

    @contextlib.contextmanager
    def _standing_in(self) -> Iterator[None]:
        view = self._view
        if view is None:
            yield
            return
        project.forget()
        try:
            with disk.standing_in(view):
                yield
        finally:
            project.forget()


def _tracked_though_ignored(repository: Repository) -> list[str]:
    """Modules, absolute."""
    inside = (path for path in repository.tracked_though_ignored() if path.endswith(SUFFIXES))
    return [os.path.join(repository.top, *path.split("/")) for path in inside]


def _existing(paths: Sequence[str]) -> list[str]:
    """A path need not exist on both sides."""
    return [path for path in paths if disk.is_there(path)]


def _is_secret(path: str) -> bool:
    from wattlint.cache import SECRETS

    return os.path.basename(path).startswith(SECRETS)


class OnDisk(Configuration):
    """The configuration as it lies on disk, whichever version stands in for it."""

    def __init__(self, original: Configuration) -> None:
        super().__init__()
        self._original = original

    def of_folder(self, folder: str | Path) -> Settings:
        with disk.standing_in(None):
            return self._original.of_folder(folder)

    def may_set(self, key: str, folder: str | Path) -> bool:
        with disk.standing_in(None):
            return self._original.may_set(key, folder)
