"""The one error that every catalogue and rule file raises: it always names a place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class CatalogueError(Exception):
    """A file under ``rules/`` (ours or a user's) that cannot be used.

    ``str(error)`` reads ``path:line: key: what is wrong (did you mean ...?)``.
    """

    def __init__(self, path: Path | str, line: int | None, key: str | None, message: str) -> None:
        self.path, self.line, self.key, self.message = str(path), line, key, message
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {key}: {message}" if key else f"{place}: {message}")


def nearest(word: str, choices: Iterable[str]) -> str:
    """A suggestion to append to a message, or an empty string: `` (did you mean "x"?)``."""
    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' (did you mean "{close[0]}"?)' if close else ""
