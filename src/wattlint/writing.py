"""Writes fixed files: atomically, all or none, and never over something that changed meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from difflib import diff_bytes, unified_diff

from wattlint.fixing import Changed
from wattlint.sources.files import Problem
from wattlint.sources.splice import codec_of
from wattlint.sources.whole_files import write_whole


def write_all(changed: Sequence[Changed]) -> list[Problem]:
    """Write every file, or none where one of them cannot be written. The problems, if any."""
    problems = [problem for each in changed for problem in _obstacles(each)]
    for each in () if problems else changed:
        try:
            write_whole(os.path.realpath(each.ref.path), each.after)
        except OSError as error:
            what = (error.strerror or str(error)).lower()
            problems.append(Problem(each.ref.display, None, f"cannot be written: {what}"))
    return problems


def _obstacles(changed: Changed) -> Iterator[Problem]:
    path, display = changed.ref.path, changed.ref.display
    try:
        with open(path, "rb") as file:
            if file.read() != changed.before:
                yield Problem(display, None, "not fixed: it changed while it was analysed")
        mode = os.stat(path).st_mode
        folder = os.path.dirname(os.path.realpath(path))
        if not stat.S_ISREG(mode):
            yield Problem(display, None, "not fixed: no regular file")
        elif not (mode & stat.S_IWUSR and os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
            yield Problem(display, None, "not fixed: it is write-protected")
    except OSError as error:
        yield Problem(display, None, f"not fixed: {(error.strerror or str(error)).lower()}")


def diffs(changed: Sequence[Changed]) -> Iterator[tuple[bytes, str]]:
    """All changes, which together are one unified diff as ``patch -p0`` takes it, each with the codec of its file."""
    for each in changed:
        name = os.fsencode(each.ref.display)
        lines = diff_bytes(unified_diff, _lines(each.before), _lines(each.after), name, name)
        ends = (
            line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines
        )
        yield b"".join(ends), codec_of(each.before)


def _lines(raw: bytes) -> list[bytes]:
    """Lines with their ends; unlike ``splitlines``, a carriage return ends none."""
    parts = raw.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
