"""Where things are, as services that know the repository name files: relative to its top, with forward slashes."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote


class Located(NamedTuple):
    path: str
    inside: bool
    """Below the top; else ``path`` is absolute."""

    @property
    def uri(self) -> str:
        quoted = quote(_octets(self.path), safe="/")
        return quoted if self.inside else f"file://{quoted}"


def _octets(path: str) -> bytes:
    """Of a file's name, also where it is no text."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def located(display: str) -> Located:
    """A path as findings show it (relative to the working folder)."""
    path, top = os.path.abspath(display), _top(os.getcwd())
    if path.startswith(f"{top.rstrip(os.sep)}{os.sep}"):
        return Located(os.path.relpath(path, top).replace(os.sep, "/"), True)
    return Located(path.replace(os.sep, "/"), False)


@lru_cache(maxsize=8)
def _top(folder: str) -> str:
    """The nearest folder upward that is a repository; else ``folder``."""
    at = folder
    while not os.path.lexists(os.path.join(at, ".git")):
        if os.path.dirname(at) == at:
            return folder
        at = os.path.dirname(at)
    return at


def cell_note(cell: int | None, line: int) -> str:
    """`` (cell 3, line 5)`` in a notebook: in its file these lines are elsewhere."""
    return f" (cell {cell + 1}, line {line})" if cell is not None else ""
