"""The flake8 plugin: the findings of ``wattlint check``, for the file that flake8 is looking at.

flake8 imports this module on every run, so nothing heavy may be imported here, and for a file that the sieve stops
nothing heavy at all.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint import __version__

if TYPE_CHECKING:
    from wattlint.config_texts import ConfigTexts
    from wattlint.reaches import Reaches
    from wattlint.workspace import Workspace

UNREADABLE = "LLM901"
"""What could not be analysed is a finding here: a plugin has no other way to say it."""

RULES_DIR = "rules-dir"

NOTES = ("LLM402", "LLM902", "LLM903")
"""Rules of severity ``info``."""

Report = tuple[int, int, str, type]


class Flake8Plugin:
    """One file, as flake8 hands it over. Settings come from the project's own configuration, then from flake8's."""

    name = "wattlint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self._tree, self._filename, self._lines = tree, filename, lines

    @staticmethod
    def add_options(parser: Any) -> None:
        """Notes are left to ``wattlint check``: flake8 has no findings that do not fail a run."""
        parser.extend_default_ignore(NOTES)
        parser.add_option(
            "--wattlint-config",
            metavar="FILE",
            default="",
            parse_from_config=True,
            normalize_paths=True,
            help="use this configuration file of wattlint for every file",
        )
        parser.add_option(
            "--wattlint-settings",
            metavar="TOML",
            default="",
            parse_from_config=True,
            help="any keys of [tool.wattlint], as TOML: they come on top of it",
        )

    @staticmethod
    def parse_options(options: Any) -> None:
        _given.update(file=options.wattlint_config, settings=options.wattlint_settings)
        for remembered in (_workspace, _reaches, _texts):
            remembered.cache_clear()

    def run(self) -> Iterator[Report]:
        """(line, 0-based column, ``CODE message``, this class) of each finding."""
        text, path = "".join(self._lines), Path(self._filename)
        if _stops(os.path.abspath(path), text):
            return
        from wattlint.collection import pass_over_what_is_loaded, without_collection

        with without_collection():  # what is imported and parsed here stays
            found = list(self._found(text, path))
            pass_over_what_is_loaded()
        yield from found

    def _found(self, text: str, path: Path) -> Iterator[Report]:
        from wattlint.catalogue.errors import CatalogueError
        from wattlint.config import ConfigError
        from wattlint.run import check_text
        from wattlint.sources.discovery import display_path

        tree = self._tree if isinstance(self._tree, ast.Module) else None
        try:
            analysis = check_text(text, path, _workspace(), tree)
        except (
            CatalogueError,
            ConfigError,
        ) as error:  # a damaged installation, an option that cannot be used
            yield 1, 0, f"{UNREADABLE} {str(error).splitlines()[0]}", type(self)
            return
        if (analysis.findings or analysis.problems) and _workspace().excludes(path):
            return
        if not analysis.findings and not analysis.unreported:
            return
        from wattlint.sources.secrets import hide

        for finding in analysis.findings:
            yield finding.line, finding.column, f"{finding.code} {hide(finding.message)}", type(self)
        for problem in analysis.unreported:
            here = problem.path == display_path(str(path.absolute()))
            what = problem.message if here else str(problem)
            yield problem.line if here and problem.line else 1, 0, f"{UNREADABLE} {hide(what)}", type(self)


_given = {"file": "", "settings": ""}
"""The options of flake8's configuration and command line."""


def _stops(file: str, text: str) -> bool:
    """Whether nothing can be found in a file: the sieve stops it, it has no comments for us, and no configuration has a
    say in that. Most files are such, and all that is imported here is what this takes."""
    if _given["file"] or _given["settings"] or _is_marked(text):
        return False
    from wattlint.sources.buffers import holding

    if _texts().mention(RULES_DIR, os.path.dirname(file)):
        return False
    code = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "surrogatepass")
    try:
        with holding({file: code}):
            return not _reaches().of(file).passes(file, code)
    except Exception:
        return False  # said where it is met again


def _is_marked(text: str) -> bool:
    """Whether a comment for us may stand in it."""
    small = text.lower()
    return "wattlint" in small or ("llm" in small and re.search(r"llm\d", small) is not None)


@cache
def _texts() -> ConfigTexts:
    from wattlint.config_texts import ConfigTexts

    return ConfigTexts()


@cache
def _reaches() -> Reaches:
    from wattlint.reaches import Reaches

    return Reaches(lambda folder: None)


@cache
def _workspace() -> Workspace:
    """Configuration and project knowledge, kept for all files of this process. Raises ConfigError."""
    from wattlint.config import Configuration, Over
    from wattlint.workspace import Workspace

    over = Over(_given["settings"], "wattlint-settings of flake8")
    return Workspace(Configuration(Path(_given["file"]) if _given["file"] else None, over=over))
