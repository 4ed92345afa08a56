"""Patterns of ``.gitignore`` files and of the ``exclude`` setting. Imported only where there are any."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from pathspec import GitIgnoreSpec


class IgnoreRules:
    """The patterns of one ignore file; they apply below ``base`` (an absolute folder)."""

    def __init__(self, base: str, spec: GitIgnoreSpec) -> None:
        self._base = base.rstrip(os.sep) + os.sep
        self._spec = spec

    @classmethod
    def parse(cls, base: str, lines: Iterable[str]) -> tuple[IgnoreRules, list[str]]:
        """The rules, and the lines that are no valid pattern."""
        good: list[Any] = []
        bad: list[str] = []
        for line in lines:
            try:
                good.extend(GitIgnoreSpec.from_lines([line]).patterns)
            except ValueError:  # GitIgnorePatternError
                bad.append(line)
        return cls(base, GitIgnoreSpec([pattern for pattern in good if pattern.include is not None])), bad

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True: ignored; False: expressly not (``!pattern``); None: nothing said."""
        if not path.startswith(self._base):
            return None
        relative = path[len(self._base) :].replace(os.sep, "/")
        return self._spec.check_file(relative + "/" if is_folder else relative).include

    def without_those_matching(self, folder: str) -> IgnoreRules:
        """The rules less those that ignore ``folder`` itself, and with it all that is in it."""
        if not folder.startswith(self._base):
            return self
        relative = folder[len(self._base) :].replace(os.sep, "/") + "/"
        kept = [pattern for pattern in self._spec.patterns if pattern.match_file(relative) is None]
        return IgnoreRules(self._base, GitIgnoreSpec(kept))
