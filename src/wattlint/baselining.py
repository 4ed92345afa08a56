"""``wattlint baseline`` and ``check --baseline``: findings held against a file of old ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wattlint.changes.baseline import FILE_NAME, Entry, Held, entries_of, hold, read, write

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.config import Configuration


def default_file(given: str | None, configuration: Configuration) -> Path:
    """For commands that cannot do without one."""
    return configuration.baseline_file(given) or Path(FILE_NAME)


def held(analysis: Analysis, file: Path, paths: Sequence[str]) -> Held:
    """The findings of ``analysis`` (of ``paths``) against the baseline in ``file``. Raises BaselineError."""
    folder = _folder(file)
    return hold(read(file), analysis.findings, folder, _covers(analysis, folder, paths))


def write_all(analysis: Analysis, file: Path, configured: bool) -> str:
    """Make every finding an old one. Raises BaselineError; says what was done, and how the file is used."""
    entries = entries_of(analysis.findings, _folder(file))
    write(file, entries)
    done = f"Wrote {_count(len(analysis.findings), 'finding')} as {_entries(len(entries))} to {file}."
    use = (
        f'`wattlint check --baseline {file}` lets them be; so does baseline = "{file}" in the configuration.'
    )
    return done if configured else f"{done}\n{use}"


def update(analysis: Analysis, file: Path, paths: Sequence[str]) -> str:
    """Drop what is gone and follow what moved; nothing is added. Raises BaselineError; says what was done."""
    found = held(analysis, file, paths)
    if found.changed or found.gone:
        write(file, found.kept)
    return "".join(f"{line}\n" for line in _differences(found)) + _summary(found, file)


def differences(found: Held, file: Path) -> str:
    """What ``wattlint baseline check`` says after the new findings."""
    return "".join(f"{line}\n" for line in _differences(found)) + _summary(found, file)


def _differences(found: Held) -> Iterator[str]:
    for before, after in found.changed:
        yield f"changed: {_shown(before)} -> {_shown(after)}"
    for entry in found.gone:
        yield f"gone: {_shown(entry)}"


def _summary(found: Held, file: Path) -> str:
    parts = [f"{len(found.known)} known", f"{len(found.changed)} changed", f"{len(found.gone)} gone"]
    return f"{file}: {', '.join(parts)}; {_count(len(found.new), 'new finding')} not in it."


def _shown(entry: Entry) -> str:
    times = f" ({entry.count} times)" if entry.count > 1 else ""
    model = f", {entry.model}" if entry.model else ""
    return f"{entry.rule} {entry.file} {entry.function}, {entry.call}{model}{times}"


def _covers(analysis: Analysis, folder: str, paths: Sequence[str]) -> Callable[[Entry], bool]:
    """Whether a missing finding of an entry means that it is gone: its file was read, or is no more."""
    below = [os.path.abspath(path) for path in paths]
    unread = {os.path.abspath(problem.path) for problem in analysis.problems}

    def covers(entry: Entry) -> bool:
        file = os.path.normpath(os.path.join(folder, entry.file))
        if file in unread:
            return False
        inside = any(file == path or file.startswith(f"{path.rstrip(os.sep)}{os.sep}") for path in below)
        return inside or not os.path.exists(file)

    return covers


def _folder(file: Path) -> str:
    return os.path.dirname(os.path.abspath(file))


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
