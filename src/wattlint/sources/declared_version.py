"""Which version of a library a project asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattlint.sources.declared import declarations, normalise
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


@lru_cache(maxsize=1024)
def declared_version(root: Path, distribution: str) -> DeclaredVersion | None:
    """What the project in ``root`` declares about ``distribution``; None when it does not mention it.

    A lock file says the exact version; else the first declaration with a bound counts, then any. Broken project
    files are passed over: they are somebody else's to report.
    """
    name = normalise(distribution)
    declared = declarations(root).get(name, [])
    chosen = next((one for one in declared if one.specifier), declared[0] if declared else None)
    lock = locked_version(root, name)
    if chosen is None and lock is None:
        return None
    specifier = chosen.specifier if chosen else ""
    lowest, highest, included, exact = bounds(specifier)
    if lock is not None:
        version, place = lock
        return DeclaredVersion(
            specifier, lowest, highest, included, version, place, f"{name} {version} in {place}"
        )
    assert chosen is not None
    why = f"{name}{specifier} in {chosen.place}"
    return DeclaredVersion(specifier, lowest, highest, included, exact, chosen.place, why)
