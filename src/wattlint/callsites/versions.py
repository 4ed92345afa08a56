"""Which version of a library the project gets, from what it declares."""

from __future__ import annotations

from pathlib import Path

from wattlint.sources.project import DeclaredVersion, declared_version


def assumed(root: Path, distribution: str) -> tuple[str, str] | None:
    """(version, why): the newest version that the declaration allows, which a fresh install gets; None without one."""
    declared = declared_version(root, distribution)
    if declared is None:
        return None
    return _newest(declared), declared.why


def _newest(declared: DeclaredVersion) -> str:
    if declared.locked is not None:
        return declared.locked
    if declared.highest is None:
        return "9999"
    if declared.highest_included:
        return declared.highest
    parts = [int(part) for part in declared.highest.split(".") if part.isdigit()]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    if len(parts) == 1:
        return f"{parts[0] - 1}.9999"
    return ".".join(map(str, [*parts[:-1], parts[-1] - 1])) + ".9999"


def choose(rows: list[dict[str, str]], version: str | None) -> str | None:
    """The ``value`` of the row whose ``since`` (included) and ``until`` (excluded) hold ``version``; the newest for None."""
    for row in reversed(rows):
        since, until = row.get("since"), row.get("until")
        if version is None:
            if until is None:
                return row["value"]
        elif (since is None or _numbers(version) >= _numbers(since)) and (
            until is None or _numbers(version) < _numbers(until)
        ):
            return row["value"]
    return rows[-1]["value"] if version is None and rows else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
