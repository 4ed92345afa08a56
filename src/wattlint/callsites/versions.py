"""Which version of a library the project gets, from what it declares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.sources.declared_version import DeclaredVersion

SERIES = "x"
"""Last part of a version of which only the series is known: ``4.x`` is the newest release before 5."""
NEWEST = "newest"


def assumed(
    root: Path, distribution: str, released: Sequence[str] = (), file: str | None = None
) -> tuple[str, str] | None:
    """(version, why): the newest version that the declaration allows, which a fresh install gets; None without one.

    Of the ``released`` versions that the catalogue was checked against, the newest one allowed; ``4.x`` where none is.
    What ``file``, which uses it, declares itself comes before what the project does.
    """
    from wattlint.sources.declared_version import (
        declared_version,
    )  # most calls are of no library that is asked about

    declared = declared_version(root, distribution, file)
    if declared is None:
        return None
    return declared.locked or _newest_of(declared, released) or _newest(declared), declared.why


def _newest_of(declared: DeclaredVersion, released: Sequence[str]) -> str | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = list(SpecifierSet(declared.specifier).filter(released, prereleases=True))
    except InvalidSpecifier:
        return None
    return max(allowed, key=numbers, default=None)


def _newest(declared: DeclaredVersion) -> str:
    if declared.highest is None:
        return NEWEST
    if declared.highest_included:
        return declared.highest
    parts = [int(part) for part in declared.highest.split(".") if part.isdigit()]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    if len(parts) == 1:
        return f"{parts[0] - 1}.{SERIES}"
    return ".".join(map(str, [*parts[:-1], parts[-1] - 1])) + f".{SERIES}"


def choose(rows: list[dict[str, str]], version: str | None) -> str | None:
    """The ``value`` of the row whose ``since`` (included) and ``until`` (excluded) hold ``version``; the newest for None."""
    for row in reversed(rows):
        since, until = row.get("since"), row.get("until")
        if version is None:
            if until is None:
                return row["value"]
        elif (since is None or numbers(version) >= numbers(since)) and (
            until is None or numbers(version) < numbers(until)
        ):
            return row["value"]
    return rows[-1]["value"] if version is None and rows else None


def numbers(version: str) -> tuple[float, ...]:
    """For comparing: ``4.57.1.dev0`` is (4, 57, 1); the newest of a series, ``4.x``, comes after all of it."""
    found: list[float] = []
    for part in version.split("."):
        if part in (SERIES, NEWEST):
            return (*found, float("inf"))
        if not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)
