"""``wattlint diff``: what a change adds, from the revisions that the options name."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint.changes.compare import Comparison, Sums, pair_up, sums
from wattlint.changes.sides import analyses
from wattlint.changes.versions import renames, versions
from wattlint.sources.git import GitError, Repository

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.changes.calls import Call
    from wattlint.changes.versions import Versions
    from wattlint.config import Configuration

RARE_COLLECTION = 50_000
"""Allocations between garbage collections."""


def compare(
    arguments: Sequence[str],
    configuration: Configuration,
    staged: bool = False,
    uncommitted: bool = False,
    fail_on: Sequence[str] = (),
    jobs: int | None = None,
    keep: Any = None,
    fixes: bool = False,
) -> Comparison:
    """``arguments``: a revision, where the first names one, and paths. ``fail_on``: severities and codes of new
    findings that fail the change, besides the configured limits. ``jobs``: processes (None: as many as pay);
    ``keep``: whether results are kept, and what they depend on; ``fixes``: whether those of new findings will be asked
    for. Raises GitError, ConfigError."""
    budget = configuration.of_folder(Path.cwd()).budget
    repository = Repository(Path.cwd())
    revision, paths = _split(repository, arguments)
    compared = versions(repository, revision, staged, uncommitted)
    _expect(repository, compared, paths, revision)
    with _folder_above(repository, paths) as paths, _rare_collections():
        renamed = renames(repository, compared)
        before, after, view = analyses(repository, compared, paths, configuration, jobs, keep, fixes)
        calls_before, sums_before = _counted(before)
        calls_after, sums_after = _counted(after)
        pairs = pair_up(calls_before, calls_after, renamed)
    known = set(after.problems)
    comparison = Comparison(
        base=compared.base.name,
        head=compared.head.name,
        pairs=[pair for pair in pairs if pair.status != "same"],
        same=sum(pair.status == "same" for pair in pairs),
        before=sums_before,
        after=sums_after,
        coverage=after.coverage,
        problems=after.problems,
        base_problems=[problem for problem in before.problems if problem not in known],
        now=after if fixes else None,
        view=view,
    )
    if fail_on or budget.limits:
        from wattlint.changes.budget import gates

        comparison = comparison._replace(gates=gates(comparison, budget, fail_on))
    return comparison


def _counted(analysis: Analysis) -> tuple[list[Call], Sums]:
    if not analysis.sites:
        return [], Sums()
    from wattlint.changes.calls import calls_of
    from wattlint.run import estimates

    items = estimates(analysis)
    calls = calls_of(analysis, items)
    return calls, sums(calls, [item.month for item in items if item.month is not None])


def _split(repository: Repository, arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """As git does it: the first argument is a revision if it names one, else it has to be a path."""
    revision, paths = None, list(arguments)
    exists = bool(paths) and os.path.lexists(paths[0])
    if paths and (repository.is_commit(paths[0]) or (".." in paths[0] and not exists)):
        revision = paths.pop(0)
    elif paths and not exists:
        repository.commit(paths[0])  # raises: it is no revision
    for path in paths:
        if not f"{os.path.realpath(path)}{os.sep}".startswith(f"{repository.top}{os.sep}"):
            raise GitError(f"{path}: outside the repository {repository.top}")
    return revision, paths or ["."]


def _expect(repository: Repository, compared: Versions, paths: Sequence[str], revision: str | None) -> None:
    """A path need not be there any more, or yet; one that neither version has was mistyped."""
    for path in paths:
        inside = os.path.relpath(os.path.realpath(path), repository.top).replace(os.sep, "/")
        kept = [one.commit for one in compared if one.kind != "tree"]
        if not os.path.lexists(path) and not any(repository.files(one, [inside]) for one in kept):
            hint = ""
            if revision is not None and ".." not in revision and repository.is_commit(path):
                hint = f' (to compare two commits: "{revision}..{path}")'
            raise GitError(f"{path}: in neither version{hint}")


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """The trees of two analyses are many objects and no garbage: to look through them again and again costs seconds."""
    thresholds = gc.get_threshold()
    gc.set_threshold(RARE_COLLECTION, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


@contextlib.contextmanager
def _folder_above(repository: Repository, paths: Sequence[str]) -> Iterator[list[str]]:
    """Paths that lie beside the working folder are shown from the top of the repository, as git shows them."""
    here = os.getcwd()
    absolute = [os.path.abspath(path) for path in paths]
    if all(path == here or path.startswith(f"{here}{os.sep}") for path in absolute):
        yield [os.path.relpath(path, here) for path in absolute]
        return
    os.chdir(repository.top)
    try:
        yield [os.path.relpath(path, repository.top) for path in absolute]
    finally:
        os.chdir(here)
