"""What is kept between the files of one process: configuration, imports and finders of each project."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from wattlint.analysis import text_line
from wattlint.config import ConfigError, Configuration
from wattlint.reaches import Reaches
from wattlint.settings import Settings
from wattlint.sources import disk, project
from wattlint.sources.discovery import discover, display_path, is_excluded
from wattlint.sources.files import FileRef, SourceFile
from wattlint.sources.project import root_of
from wattlint.sources.reach import Reach
from wattlint.sources.reading import characters, read

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from wattlint.callees import Callees
    from wattlint.callsites.facts import CallSite
    from wattlint.callsites.finder import Finder
    from wattlint.semantics.project import Project
    from wattlint.semantics.words import Block


class Workspace:
    """What is kept between files: the configuration of each folder, what each project imports, its finder."""

    def __init__(
        self,
        configuration: Configuration,
        reaches: Reaches | None = None,
        listings: Mapping[str, disk.Listing] | None = None,
    ) -> None:
        """``reaches``: those of an earlier look at the same projects; ``listings``: of folders that were just looked
        into."""
        self.configuration = configuration
        self._reaches = reaches or Reaches(self._rules_dir, listings)
        self._finders: dict[tuple[str, int, bool], Finder] = {}
        """By project and settings; those for ``sites_called_from`` apart."""
        self._callees: dict[str, Callees] = {}
        self._inside: dict[tuple[str, str], list[CallSite]] = {}
        self._words: dict[str, Sequence[Block]] = {}
        self.parsed: dict[str, tuple[str, ast.Module]] = {}
        """Texts that somebody else has parsed already, by file."""

    def may_call(self, source: SourceFile) -> bool:
        """Whether the bytes of ``source`` can contain a call of a language model at all. Raises ConfigError."""
        return self.reach(source.path).passes(source.path, source.code)

    def reach(self, file: str | Path) -> Reach:
        """What is known of the imports in the project of ``file``."""
        return self._reaches.of(file)

    def _rules_dir(self, folder: str) -> str | None:
        if not self.configuration.may_set(
            "rules-dir", folder
        ):  # then there is no need to read the settings yet
            return None
        return self.configuration.of_folder(folder).rules_dir

    def excludes(self, path: str | Path) -> bool:
        """Whether the configuration leaves ``path`` out, however it was named."""
        try:
            settings = self.configuration.of_folder(os.path.dirname(os.path.abspath(path)))
        except ConfigError:
            return False
        return disk.exists(path) and not discover([str(path)], settings._replace(force_exclude=True)).files

    def forces_out(self, ref: FileRef) -> bool:
        """Whether the configuration leaves a file out that was named, and need not be on disk."""
        try:
            settings = self.configuration.of_folder(ref.folder)
        except ConfigError:
            return False
        return settings.force_exclude and is_excluded(ref.file, settings)

    def sites(self, source: SourceFile, settings: Settings) -> list[CallSite]:
        """The call sites of one file, columns in characters. Raises SyntaxError."""
        return self._sites(source, self._finder(root_of(os.path.dirname(source.path)), settings), None)

    def sites_called_from(
        self, source: SourceFile, settings: Settings, but: Container[str] = ()
    ) -> list[CallSite]:
        """Sites in other files than ``source`` and ``but``, in functions that ``source`` calls, as seen from there.

        A finder of their own keeps what is known of ``source`` itself from depending on them: budgets are per question,
        and one that is known already costs nothing.
        """
        from dataclasses import replace

        from wattlint.callees import Callees

        root = root_of(os.path.dirname(source.path))
        project = self._finder(root, settings).project
        if root not in self._callees:
            self._callees[root] = Callees(project, self.reach(source.path))
        evaluator = self._finder(root, settings, project).evaluator
        found = []
        for file, name in self._callees[root].called_from(str(source.path), evaluator, but):
            for site in self._sites_inside(root, file, name, project):
                contexts = tuple(one for one in site.contexts if one.caller.path == source.display)
                if contexts:
                    found.append(replace(site, contexts=contexts))
        return found

    def _sites_inside(self, root: str, file: str, name: str, project: Project) -> list[CallSite]:
        """The sites in the functions ``name`` of ``file``, where the configuration lets it be linted."""
        known = self._inside.get((file, name))
        if known is not None:
            return known
        found: list[CallSite] = []
        source = read(FileRef(file, display_path(file), False))
        if isinstance(source, SourceFile):
            with contextlib.suppress(ConfigError, SyntaxError):  # said where that file is linted
                settings = self.configuration.of_folder(source.path.parent)
                sites = self._sites(source, self._finder(root, settings, project), {name})
                found = [site for site in sites if site.contexts]
        if found and self.excludes(file):
            found = []
        self._inside[file, name] = found
        return found

    def _finder(self, root: str, settings: Settings, project: Project | None = None) -> Finder:
        """``project``: the one for callees in it."""
        from pathlib import Path

        from wattlint.callsites.finder import Finder

        key = (root, id(settings), project is not None)
        finder = self._finders.get(key)
        if finder is None:
            finder = self._finders[key] = Finder(Path(root), settings, project)
            if (reach := self._reaches.in_root(root)) is not None:
                finder.project.tree = reach.tree
                finder.project.imported = reach.imported
                finder.project.is_stranger = reach.is_stranger
            finder.project.parsed_before = self.parsed
            finder.project.known_words = self._words.get(root, ())
        return finder

    def _sites(self, source: SourceFile, finder: Finder, inside: Set[str] | None) -> list[CallSite]:
        from wattlint.callsites.plausible import Clues

        settings, reach = finder.settings, self.reach(source.path)
        if finder.sdks.own_names:  # any function may be one that a user describes
            clues = Clues(True, reach.sends_request(source.code))
        else:
            files = finder.project.files()
            sdk = reach.project_imports_sdk(files)
            words = reach.project_words(files) if sdk else frozenset()
            clues = Clues(sdk, reach.sends_request(source.code), words)
        sites = finder.sites(source, clues, inside)
        if not source.text.isascii():
            _count_characters(sites, source)
        if "wattlint:" in source.text:
            _add_hints(sites, source)
        if settings.workload:
            from wattlint.traffic.configured import add_configured

            add_configured(sites, settings)
        return sites

    def know_words(self, root: str, words: Sequence[Block]) -> None:
        """The words of modules of the project in ``root``."""
        self._words[root] = words

    def forget(self, root: str) -> None:
        """Let go of the project in ``root``."""
        for key in [key for key in self._finders if key[0] == root]:
            self._finders.pop(key).project.let_go()
        self._reaches.forget(root)
        self._callees.pop(root, None)
        self._words.pop(root, None)
        self._inside.clear()

    def let_go(self) -> None:
        """Let go of every project."""
        for root in {key[0] for key in self._finders}:
            self.forget(root)

    def edited(self, file: Path) -> None:
        """The text of ``file`` has changed in an editor: forget what was concluded, and nothing else that was read."""
        for reach in self._reaches:
            reach.forget(str(file))
        for callees in self._callees.values():
            callees.forget(str(file))
        self._reconsider([file])

    def reread(self, files: Iterable[Path]) -> None:
        """``files`` were written, created or deleted: forget also which files and project files there are."""
        project.forget()
        self._reaches.clear()
        self._callees.clear()
        self._reconsider(files)
        for finder in self._finders.values():
            finder.project.list_anew()

    def _reconsider(self, files: Iterable[Path]) -> None:
        self._inside.clear()
        for finder in self._finders.values():
            finder.reconsider()
            for file in files:
                finder.project.forget(str(file))

    def broken(self) -> dict[str, SyntaxError]:
        """Files that the analysis of others led to and that are no Python, whether they were to be linted or not."""
        return {
            file: error for finder in self._finders.values() for file, error in finder.project.broken.items()
        }


def _add_hints(sites: Iterable[CallSite], source: SourceFile) -> None:
    """The workload that a comment states on or above a call."""
    from wattlint.lint.suppressions import workload_hints

    hints = workload_hints(source.text)
    for site in sites:
        site.workload = hints.get(text_line(source, site.cell, site.line), site.workload)


def _count_characters(sites: Iterable[CallSite], source: SourceFile) -> None:
    """``ast`` counts columns in UTF-8 bytes; people and editors count characters."""
    lines = source.lines
    for site in sites:
        site.column = characters(lines[text_line(source, site.cell, site.line) - 1], site.column)
        site.end_column = characters(lines[text_line(source, site.cell, site.end_line) - 1], site.end_column)
