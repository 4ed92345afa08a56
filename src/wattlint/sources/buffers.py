"""Texts that stand in for files on disk: what a fix would write, what an editor has not saved yet."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

from wattlint.sources import disk

_held: dict[str, bytes] = {}
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Not to wait where a pipe has taken the place of the file meanwhile."""


@contextmanager
def holding(texts: Mapping[str, bytes] | Mapping[Path, bytes]) -> Iterator[None]:
    """While this lasts, every file in ``texts`` (absolute) reads as these bytes in this process."""
    before = dict(_held)
    _held.update({os.path.abspath(path): raw for path, raw in texts.items()})
    try:
        yield
    finally:
        _held.clear()
        _held.update(before)


def held_below(folder: str) -> list[str]:
    """The files in ``folder`` that are held, whether they are on disk or not."""
    return [file for file in _held if file.startswith(folder + os.sep)]


def read_bytes(path: str | Path, limit: int) -> bytes:
    """At most ``limit`` bytes of the file. Raises OSError and ValueError as ``open`` does, and OSError for a pipe or
    device, which may have no end."""
    if _held and (raw := _held.get(os.path.abspath(path))) is not None:
        return raw[:limit]
    view = disk.view_of(path)
    if view is None:
        return read_regular(path, limit)
    return view.read(os.path.abspath(path), lambda real: read_regular(real, limit))[:limit]


def read_regular(path: str | Path, limit: int) -> bytes:
    """Likewise, of what is on disk."""
    handle = os.open(
        path, _FLAGS
    )  # ``open`` makes three objects more, which takes as long as to read the file
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        raw = os.read(handle, min(status.st_size + 1, limit))
        if len(raw) == status.st_size:
            return raw
        parts = [raw]  # it has changed, or is no file whose size is known, or more than what is read at once
        while raw and (left := limit - sum(map(len, parts))):
            raw = os.read(handle, left)
            parts.append(raw)
        return b"".join(parts)
    finally:
        os.close(handle)


def read_or_empty(path: str | Path, limit: int) -> bytes:
    """``read_bytes``; nothing where the file cannot be read."""
    try:
        return read_bytes(path, limit)
    except OSError:
        return b""
