"""Which version of a library a project asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattlint.sources.declared import Declaration, declarations, normalise
from wattlint.sources.file_declared import declared_in
from wattlint.sources.locks import locked_version
from wattlint.sources.specifiers import bounds

if TYPE_CHECKING:
    from packaging.version import Version


class DeclaredVersion(NamedTuple):
    """What a project says about the version of one distribution."""

    specifier: str
    """As written, normalised by ``packaging``: ``<5,>=4.40``; empty when any version will do."""
    lowest: str | None
    """Lower bound, None when open."""
    highest: str | None
    """Upper bound, None when open."""
    highest_included: bool
    locked: str | None
    """The one version of a lock file or of ``==``."""
    place: str
    """``requirements.txt:3``, relative to the project root."""
    why: str
    """For people: ``transformers<5 in requirements.txt:3``."""

    def allows_below(self, version: str) -> bool:
        """Whether a version lower than ``version`` may be installed."""
        floor = self.locked or self.lowest
        return floor is None or _version(floor) < _version(version)

    def allows_from(self, version: str) -> bool:
        """Whether ``version`` or a higher one may be installed."""
        if self.locked is not None:
            return _version(self.locked) >= _version(version)
        if self.highest is None:
            return True
        bound, wanted = _version(self.highest), _version(version)
        return bound > wanted or (bound == wanted and self.highest_included)


def _version(text: str) -> Version:
    from packaging.version import Version

    return Version(text)


def declared_version(root: Path, distribution: str, file: str | None = None) -> DeclaredVersion | None:
    """What ``file`` declares about ``distribution``, else the project in ``root``; None when neither mentions it."""
    name = normalise(distribution)
    own = declared_in(file, name) if file is not None else None
    return by_project(root, name) if own is None else _of(own)


def _of(declared: Declaration) -> DeclaredVersion:
    why = f"{declared.name}{declared.specifier} in {declared.place}"
    return DeclaredVersion(declared.specifier, *bounds(declared.specifier), declared.place, why)


@lru_cache(maxsize=1024)
def by_project(root: Path, name: str) -> DeclaredVersion | None:
    """A lock file says the exact version; else the first declaration with a bound counts, then any. Broken project
    files are passed over: they are somebody else's to report.
    """
    declared = declarations(root).get(name, [])
    chosen = next((one for one in declared if one.specifier), declared[0] if declared else None)
    lock = locked_version(root, name)
    if chosen is None and lock is None:
        return None
    if lock is not None:
        version, place = lock
        specifier = chosen.specifier if chosen else ""
        lowest, highest, included, _ = bounds(specifier)
        return DeclaredVersion(
            specifier, lowest, highest, included, version, place, f"{name} {version} in {place}"
        )
    assert chosen is not None
    return _of(chosen)
