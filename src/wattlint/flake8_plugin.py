"""The flake8 plugin: the findings of ``wattlint check``, for the file that flake8 is looking at.

flake8 imports this module on every run, so nothing heavy may be imported here, and for a file that the sieve stops
nothing heavy at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint import __version__
from wattlint.catalogue.errors import CatalogueError

if TYPE_CHECKING:
    from wattlint.workspace import Workspace

UNREADABLE = "LLM901"
"""What could not be analysed is a finding here: a plugin has no other way to say it."""

NOTES = ("LLM402", "LLM902", "LLM903")
"""Rules of severity ``info``."""

Report = tuple[int, int, str, type]


class Flake8Plugin:
    """One file, as flake8 hands it over. Settings come from the project's own configuration."""

    name = "wattlint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self._filename, self._lines = filename, lines

    @staticmethod
    def add_options(parser: Any) -> None:
        """Notes are left to ``wattlint check``: flake8 has no findings that do not fail a run."""
        parser.extend_default_ignore(NOTES)

    def run(self) -> Iterator[Report]:
        """(line, 0-based column, ``CODE message``, this class) of each finding."""
        from wattlint.run import check_text
        from wattlint.sources.discovery import display_path

        path = Path(self._filename)
        try:
            analysis = check_text("".join(self._lines), path, _workspace())
        except CatalogueError as error:  # a damaged installation
            yield 1, 0, f"{UNREADABLE} {error}", type(self)
            return
        if (analysis.findings or analysis.problems) and _workspace().excludes(path):
            return
        for finding in analysis.findings:
            yield finding.line, finding.column, f"{finding.code} {finding.message}", type(self)
        for problem in analysis.unreported:
            here = problem.path == display_path(str(path.absolute()))
            what = problem.message if here else str(problem)
            yield problem.line if here and problem.line else 1, 0, f"{UNREADABLE} {what}", type(self)


@cache
def _workspace() -> Workspace:
    """Configuration and project knowledge, kept for all files of this process."""
    from wattlint.config import Configuration
    from wattlint.workspace import Workspace

    return Workspace(Configuration())
