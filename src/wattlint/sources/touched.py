"""Which files and folders an analysis looked at, so that its result can be kept until one of them changes.

Nothing is noted until ``record`` is called: only the command line keeps results.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from wattlint.sources import disk

Digests = dict[str, str | None]
"""Path -> digest of what was found there; None where there was nothing, or no telling."""

TOLD = "told"
"""The digest of what a version of the project answers for: its name tells what is there."""

_noted: Digests | None = None
DIGEST_BYTES = 12
OURS = frozenset({".wattlint_cache", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"})
"""Come and go without a meaning."""
READ_BYTES = 64 * 1024 * 1024
SETTLED_NS = 2_000_000_000
"""A file that was changed this short before it was read may change again without a new time stamp."""


def record() -> None:
    """Begin to note, or begin anew."""
    global _noted
    _noted = {}


def recorded() -> Digests:
    """What was noted since ``record``; nothing is noted any more."""
    global _noted
    noted, _noted = _noted, None
    return noted or {}


def noted() -> Digests:
    """What was noted so far."""
    return dict(_noted or {})


@contextmanager
def noting_in(noted: Digests) -> Iterator[None]:
    """While this lasts, what is looked at is noted there, if anything is noted at all."""
    global _noted
    before = _noted
    if before is not None:
        _noted = noted
    try:
        yield
    finally:
        _noted = before


def take_told() -> list[str]:
    """What was asked of a version of the project; it counts no more."""
    told = [path for path, digest in noted().items() if digest == TOLD]
    for path in told:
        del _noted[path]  # type: ignore[union-attr]
    return told


def recording() -> bool:
    return _noted is not None


def add(noted: Digests) -> None:
    """What another process noted."""
    if _noted is not None:
        for path, digest in noted.items():
            if digest != TOLD or path not in _noted:
                _noted[path] = digest


def file(path: str | os.PathLike[str], raw: bytes | None = None) -> None:
    """A file is read (``raw``: its bytes, where they are at hand), or looked for."""
    if _noted is not None:
        name = os.path.abspath(path)
        if disk.is_stood_in(name):
            _noted.setdefault(name, TOLD)
        elif raw is not None:
            _noted[name] = digest(raw)
        elif _noted.get(name, TOLD) == TOLD:
            _noted[name] = digest_of(name)


def folder(path: str, entries: Iterable[disk.Entry] | None = None) -> None:
    """A folder is listed (``entries``: what is in it, where that is at hand)."""
    if _noted is not None:
        name = os.path.abspath(path)
        if disk.is_stood_in(name):
            _noted.setdefault(name, TOLD)
        elif _noted.get(name, TOLD) == TOLD:
            _noted[name] = digest_of(name) if entries is None else _digest_of_entries(entries)


def tree(top: str) -> None:
    """A folder counts with all that is in it, also behind links."""
    if _noted is not None:
        folder(top)
        walked: set[str] = set()
        for below, folders, names in os.walk(top, followlinks=True):
            if (real := os.path.realpath(below)) in walked:
                folders.clear()
                continue
            walked.add(real)
            folder(below)
            for name in names:
                file(os.path.join(below, name))


def digest(raw: bytes) -> str:
    hashed: str = _blake2b()(raw, digest_size=DIGEST_BYTES).hexdigest()
    return hashed


@cache
def _blake2b() -> Any:
    """That of ``hashlib``, from where that has it: to import all of it, OpenSSL with it, takes 5 ms."""
    try:
        return import_module("_blake2").blake2b
    except ImportError:
        return import_module("hashlib").blake2b


def _digest_of_entries(entries: Iterable[disk.Entry]) -> str:
    """Of their names, and of which of them are folders: those are looked into, and links to folders are not."""
    names = sorted(
        entry.name + os.sep if disk.is_own_folder(entry) else entry.name
        for entry in entries
        if entry.name not in OURS
    )
    return digest("\0".join(names).encode("utf-8", "surrogateescape"))


def digest_of(path: str) -> str | None:
    """Of a file's bytes or what a folder holds; None where there is neither."""
    try:
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                return _digest_of_entries(entries)
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as handle:
            return digest(handle.read(READ_BYTES))
    except OSError:
        return None
