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


def held(analysis: Analysis, file: Path, paths: Sequence[str], configuration: Configuration) -> Held:
    """The findings of ``analysis`` (of ``paths``) against the baseline in ``file``. Raises BaselineError."""
    folder = _folder(file)
    return hold(read(file), analysis.findings, folder, _covers(analysis, folder, paths, configuration))


def write_all(
    analysis: Analysis, file: Path, paths: Sequence[str], configuration: Configuration, configured: bool
) -> str:
    """Make every finding of ``paths`` an old one. Raises BaselineError, also where ``file`` is something else; says what
    was done, and how the file is used."""
    folder = _folder(file)
    entries = entries_of(analysis.findings, folder)
    covers, keys = _covers(analysis, folder, paths, configuration), {entry.key for entry in entries}
    before = read(file) if os.path.lexists(file) else []
    others = [entry for entry in before if not covers(entry) and entry.key not in keys]
    write(file, [*entries, *others])
    done = f"Wrote {_count(len(analysis.findings), 'finding')} as {_entries(len(entries))} to {file}."
    if others:
        done += f" {_entries(len(others))} of files or rules that were not asked for stay."
    use = (
        f'`wattlint check --baseline {file}` lets them be; so does baseline = "{file}" in the configuration.'
    )
    return done if configured else f"{done}\n{use}"


def update(analysis: Analysis, file: Path, paths: Sequence[str], configuration: Configuration) -> str:
    """Drop what is gone and follow what moved; nothing is added. Raises BaselineError; says what was done."""
    found = held(analysis, file, paths, configuration)
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


def _covers(
    analysis: Analysis, folder: str, paths: Sequence[str], configuration: Configuration
) -> Callable[[Entry], bool]:
    """Whether a missing finding of an entry means that it is gone: its file was read, or is no more, and its rule was
    asked for."""
    below = [os.path.abspath(path) for path in paths]
    unread = {os.path.abspath(problem.path) for problem in analysis.problems}
    left_out = _left_out(configuration)

    def covers(entry: Entry) -> bool:
        file = os.path.normpath(os.path.join(folder, entry.file))
        if file in unread or left_out(file, entry.rule):
            return False
        inside = any(file == path or file.startswith(f"{path.rstrip(os.sep)}{os.sep}") for path in below)
        return inside or not os.path.exists(file)

    return covers


def _left_out(configuration: Configuration) -> Callable[[str, str], bool]:
    """Tells whether the command line is why a file (absolute) or a rule, by its code, was not looked at."""
    given = configuration.overrides
    if not (given.select or given.ignore or given.exclude):
        return lambda file, code: False
    from wattlint.config import ConfigError
    from wattlint.lint.selection import ALL, selected_rules
    from wattlint.sources.ignore import IgnoreRules

    def left_out(file: str, code: str) -> bool:
        try:
            settings = configuration.of_folder(os.path.dirname(file))
        except ConfigError:
            return True
        base = os.path.dirname(settings.config_path) if settings.config_path else os.getcwd()
        if given.exclude and IgnoreRules.parse(base, given.exclude)[0].ignores(file, False):
            return True
        named = bool(given.select) or any(one == ALL or code.startswith(one) for one in given.ignore)
        return named and code not in {rule.code for rule in selected_rules(settings)}

    return left_out


def _folder(file: Path) -> str:
    return os.path.dirname(os.path.abspath(file))


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
