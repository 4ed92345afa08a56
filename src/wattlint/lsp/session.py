"""The open documents of one editor, and what is known about them. Knows nothing of the protocol.

A change anywhere drops what was concluded, not what was read: modules stay parsed and folders listed until a file that
they came from changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from wattlint.analysis import Analysis, Estimated
from wattlint.catalogue.errors import CatalogueError
from wattlint.config import Configuration, Overrides
from wattlint.run import check_text, estimates
from wattlint.sources.buffers import holding
from wattlint.sources.discovery import display_path
from wattlint.sources.files import Problem
from wattlint.workspace import Workspace

CONFIGURATION = ("pyproject.toml", "wattlint.toml")


class Known:
    """What one document holds. Estimates are made when they are asked for: diagnostics do without."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @cached_property
    def estimates(self) -> list[Estimated]:
        return estimates(self.analysis)


class Session:
    def __init__(self) -> None:
        self._overrides = Overrides()
        self._workspace = Workspace(Configuration())
        self._texts: dict[Path, str] = {}
        self._known: dict[Path, Known] = {}

    @property
    def documents(self) -> list[Path]:
        return list(self._texts)

    def configure(self, overrides: Overrides) -> None:
        """Options of the editor, on top of every configuration file."""
        self._overrides = overrides
        self._restart()

    def put(self, path: Path, text: str) -> None:
        """A document was opened or edited."""
        if self._texts.get(path) != text:
            self._texts[path] = text
            self._workspace.edited(path)
            self._known.clear()

    def close(self, path: Path) -> None:
        """From now on what is on disk counts."""
        self._texts.pop(path, None)
        self.files_changed([path])

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Files were written, created or deleted."""
        paths = list(paths)
        if any(path.name in CONFIGURATION or path.suffix == ".md" for path in paths):
            self._restart()  # settings, or a rule page of the user's
            return
        self._workspace.reread([path for path in paths if path not in self._texts])
        self._known.clear()

    def known(self, path: Path) -> Known:
        """What the document holds now; never raises."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._look(path)
        return known

    def _look(self, path: Path) -> Known:
        if path not in self._texts:
            return Known(Analysis())
        with holding(self.held()):
            try:
                analysis = check_text(self._texts[path], path, self._workspace)
                if (analysis.findings or analysis.sites) and self._workspace.excludes(path):
                    return Known(Analysis())
                return Known(analysis)
            except CatalogueError as error:  # a damaged installation
                broken = Analysis(unreported=[Problem(display_path(str(path)), None, str(error))])
                return Known(broken)

    def held(self) -> dict[Path, bytes]:
        """The open documents as bytes, for what reads files."""
        return {path: text.encode("utf-8", "surrogatepass") for path, text in self._texts.items()}

    def _restart(self) -> None:
        from wattlint.lint.rules import load_rules

        load_rules.cache_clear()
        self._workspace = Workspace(Configuration(None, self._overrides))
        self._known.clear()
