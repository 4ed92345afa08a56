"""Which two versions of a project are compared."""

from __future__ import annotations

import os
from typing import NamedTuple

from wattlint.sources.discovery import display_path
from wattlint.sources.git import GitError, Repository


class Version(NamedTuple):
    kind: str
    """``commit``, ``index`` or ``tree`` (the files as they lie in the working tree)."""
    commit: str | None
    """Or a tree, where nothing is committed yet."""
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
        if staged or uncommitted:
            option = "staged" if staged else "uncommitted"
            raise GitError(f'--{option}: is compared with one revision, not with a range: "{revision}"')
        one, dots, other = _range(revision)
        base = repository.merge_base(one, other) if dots == "..." else repository.commit(one)
        name = f"merge base of {one} and {other}" if dots == "..." else one
        return Versions(_commit(repository, base, name), _commit(repository, repository.commit(other), other))
    head = Version("index", None, "what is staged") if staged else Version("tree", None, "the working tree")
    if revision is None and (staged or uncommitted):
        if repository.is_unborn:
            return Versions(Version("commit", repository.empty_tree, "an empty tree"), head)
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


def renames(repository: Repository, compared: Versions) -> dict[str, str]:
    """New path -> old path, as displayed."""
    assert compared.base.commit is not None
    found = repository.differences(compared.base.commit, compared.head.commit, compared.head.kind == "index")
    return {_displayed(repository, new): _displayed(repository, old) for new, old in found.renamed.items()}


def _displayed(repository: Repository, path: str) -> str:
    return display_path(os.path.join(repository.top, *path.split("/")))
