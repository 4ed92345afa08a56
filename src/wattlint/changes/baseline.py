"""Old findings that are let be: a file of entries that name rule, file, function and call, never a line or a model.

It only ever shrinks by itself: an entry whose finding is gone is dropped by ``update``; a new finding is never added but
by ``write``. A function that moved, or a model that changed, is one changed entry.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint.changes.shape import own_name, shape_of_finding
from wattlint.sources.whole_files import write_whole

if TYPE_CHECKING:
    from wattlint.lint.findings import Finding

VERSION = 1
FILE_NAME = ".wattlint-baseline.json"
MARK = "wattlint-baseline"
TEXTS = ("rule", "file", "function", "call")


class BaselineError(Exception):
    """Why a baseline cannot be used; one line that names the file."""


@dataclass(frozen=True, slots=True)
class Entry:
    rule: str
    file: str
    """Relative to the folder of the baseline, forward slashes."""
    function: str
    call: str
    model: str | None = None
    """For readers: what it was when the entry was written."""
    count: int = 1
    """Findings that are alike in all of these."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.rule, self.file, self.function, self.call


@dataclass(slots=True)
class Held:
    """Findings held against a baseline."""

    new: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)
    """Entries as they have to read now."""
    changed: list[tuple[Entry, Entry]] = field(default_factory=list)
    """(as written, as it has to read now): moved, another model, or fewer findings."""
    gone: list[Entry] = field(default_factory=list)
    """Entries, or parts of their count, that no finding needs any more."""


def hold(
    entries: Sequence[Entry], findings: Sequence[Finding], folder: str, covers: Callable[[Entry], bool]
) -> Held:
    """``folder`` of the baseline; ``covers``: whether an entry's file is among what was analysed."""
    held = Held()
    left: dict[Entry, int] = {}
    for entry in entries:
        if covers(entry):
            left[entry] = left.get(entry, 0) + entry.count
        else:
            held.kept.append(entry)
    counted = [(finding, _entry(finding, folder)) for finding in findings]
    taken: dict[Entry, list[Entry]] = {}
    for likeness in (_same, _same_elsewhere, _same_name):
        counted = _take(likeness, left, counted, taken, held)
    held.new = [finding for finding, _ in counted]
    for entry, now in taken.items():
        for each in _merged(now):
            held.kept.append(each)
        current = replace(_merged(now)[0], count=entry.count)
        if current != entry:
            held.changed.append((entry, current))
    held.gone = [replace(entry, count=count) for entry, count in left.items() if count]
    held.known.sort(key=lambda finding: finding.order)
    return held


Likeness = Callable[[Entry], Hashable]


def _same(entry: Entry) -> Hashable:
    return entry.key


def _same_elsewhere(entry: Entry) -> Hashable:
    """A function that moved to another file."""
    return (entry.rule, entry.function, entry.call) if own_name(entry.function) else None


def _same_name(entry: Entry) -> Hashable:
    """A function that moved into a class, or out of it."""
    name = own_name(entry.function)
    return (entry.rule, name, entry.call) if name else None


def _take(
    likeness: Likeness,
    left: dict[Entry, int],
    counted: list[tuple[Finding, Entry]],
    taken: dict[Entry, list[Entry]],
    held: Held,
) -> list[tuple[Finding, Entry]]:
    """Count findings off the entries they are like; the findings that are left over."""
    by_key: dict[Hashable, list[Entry]] = {}
    for entry in left:
        if left[entry]:
            by_key.setdefault(likeness(entry), []).append(entry)
    over: list[tuple[Finding, Entry]] = []
    for finding, now in counted:
        key = likeness(now)
        like = next((one for one in by_key.get(key, ()) if key is not None and left[one]), None)
        if like is None:
            over.append((finding, now))
        else:
            left[like] -= 1
            held.known.append(finding)
            taken.setdefault(like, []).append(now)
    return over


def entries_of(findings: Iterable[Finding], folder: str) -> list[Entry]:
    return _merged(_entry(finding, folder) for finding in findings)


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Equal keys as one entry with their count."""
    counts: dict[tuple[str, str, str, str], Entry] = {}
    for entry in entries:
        known = counts.get(entry.key)
        counts[entry.key] = replace(known, count=known.count + entry.count) if known else entry
    return [counts[key] for key in sorted(counts)]


def _entry(finding: Finding, folder: str) -> Entry:
    shape = shape_of_finding(finding)
    file = os.path.relpath(os.path.abspath(finding.path), folder).replace(os.sep, "/")
    return Entry(
        finding.code, file, shape.function, shape.call, finding.site.model.id if finding.site else None
    )


def read(path: Path) -> list[Entry]:
    """Raises BaselineError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such baseline (wattlint baseline write makes one)") from None
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: damaged: not valid UTF-8") from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BaselineError(f"{path}:{error.lineno}: damaged: not valid JSON: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise BaselineError(f"{path}: damaged: {error}") from None
    if not isinstance(data, dict) or MARK not in data:
        raise BaselineError(f'{path}: no baseline of wattlint: it has no key "{MARK}"')
    if data[MARK] != VERSION:
        raise BaselineError(
            f"{path}: a baseline of version {data[MARK]!r}, this wattlint reads version {VERSION}"
        )
    entries = data.get("entries")
    if not isinstance(entries, list):
        raise BaselineError(f'{path}: damaged: "entries" is not a list')
    return [_read_entry(path, number, entry) for number, entry in enumerate(entries, 1)]


def _read_entry(path: Path, number: int, data: Any) -> Entry:
    where = f"{path}: damaged: entry {number}"
    if not isinstance(data, dict):
        raise BaselineError(f"{where} is not an object")
    for name in TEXTS:
        if not isinstance(data.get(name), str):
            raise BaselineError(f'{where}: "{name}" is {"missing" if name not in data else "no text"}')
    count, model = data.get("count", 1), data.get("model")
    if type(count) is not int or count < 1:
        raise BaselineError(f'{where}: "count" is no positive number')
    if model is not None and not isinstance(model, str):
        raise BaselineError(f'{where}: "model" is no text')
    if unknown := sorted(set(data) - {*TEXTS, "model", "count"}):
        raise BaselineError(f'{where}: unknown key "{unknown[0]}"')
    rule, file, function, call = (data[name] for name in TEXTS)
    return Entry(rule, file, function, call, model, count)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """The whole file or nothing. Raises BaselineError."""
    rows = []
    for entry in _merged(entries):
        row: dict[str, Any] = {name: getattr(entry, name) for name in TEXTS}
        row["model"] = entry.model
        if entry.count > 1:
            row["count"] = entry.count
        rows.append(row)
    text = json.dumps({MARK: VERSION, "entries": rows}, indent=1) + "\n"
    try:
        write_whole(str(path), text.encode("utf-8"))
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
