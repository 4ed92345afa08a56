"""The one function behind every front door: paths and configuration in, call sites and findings out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from wattlint.analysis import Analysis, Estimated, text_line
from wattlint.batch import outcomes
from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.user_folder import part
from wattlint.collection import without_collection
from wattlint.config import ConfigError, Configuration
from wattlint.outcome import Outcome, outcome_of, problem_of
from wattlint.settings import Settings
from wattlint.sifting import Progress, SiftedFiles, sift_paths
from wattlint.sources.buffers import holding
from wattlint.sources.discovery import display_path
from wattlint.sources.files import FileRef, Problem, SourceFile
from wattlint.sources.limits import OutOfTime
from wattlint.sources.project import project_root
from wattlint.sources.reading import read, source_from_bytes
from wattlint.workspace import Workspace

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from wattlint.callsites.facts import CallSite
    from wattlint.lint.findings import Finding
    from wattlint.lint.suppressions import Marker
    from wattlint.traffic.records import Traffic


def check_paths(paths: Sequence[str], settings: Settings | None = None) -> Analysis:
    """Lint ``paths`` with ``settings``, or with the configuration nearest to each file."""
    return analyse(paths, Configuration.fixed(settings) if settings else Configuration())


def analyse(
    paths: Sequence[str],
    configuration: Configuration,
    lint: bool = True,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> Analysis:
    """Find the call sites in ``paths`` and, with ``lint``, what is wasteful about them.

    In ``jobs`` processes (None: as many as pay); the answer does not depend on how many.

    Whatever cannot be analysed is in ``problems``; the rest is analysed all the same. Never raises for bad input.
    """
    with without_collection():
        return analyse_sifted(sift_paths(paths, configuration, jobs, progress, at_once=False), lint, jobs)


def analyse_sifted(files: SiftedFiles, lint: bool = True, jobs: int | None = None) -> Analysis:
    """The second half of ``analyse``, which uses up what the first one found."""
    run = _Run(files.workspace)
    run.analysis.problems += files.problems
    with without_collection():
        results, broken = outcomes(files, jobs)
        for ref, result in zip(files.refs, results, strict=True):
            run.take(ref, result)
        run.broken(broken)
        return run.finish(lint)


def analyse_files(refs: Iterable[FileRef], configuration: Configuration) -> Analysis:
    """Lint these files."""
    run = _Run(Workspace(configuration))
    for ref in refs:
        run.add(ref, read(ref))
    found = run.workspace.broken().items()
    run.broken((display_path(file), problem_of(error, display_path(file))) for file, error in found)
    return run.finish(lint=True)


def analyse_bytes(raw: bytes, name: str, configuration: Configuration, lint: bool = True) -> Analysis:
    """``analyse`` for a text that is not on disk (standard input), as if it were the file ``name``."""
    ref = _ref(name)
    run = _Run(Workspace(configuration))
    with holding({ref.path: raw}):
        if not run.workspace.forces_out(ref):
            run.add(ref, source_from_bytes(ref, raw))
        return run.finish(lint)


def check_text(text: str, path: Path, workspace: Workspace, tree: ast.Module | None = None) -> Analysis:
    """Lint one decoded module, with what ``workspace`` remembers of its project from earlier calls. ``tree``: what it is
    parsed to."""
    ref = _ref(path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text.encode("utf-8", "surrogatepass")
    if tree is not None:
        workspace.parsed[ref.file] = text, tree
    run = _Run(workspace)
    with holding({ref.path: raw}):
        run.add(ref, SourceFile(ref.path, ref.display, raw, text, None))
        return run.finish(lint=True)


def estimates(analysis: Analysis, traffic: Traffic | None = None) -> list[Estimated]:
    """What one call of each site costs, and a month of them where somebody said, or recorded, how many there are."""
    from wattlint.catalogue.models import load_models
    from wattlint.impact.estimate import estimate
    from wattlint.impact.monthly import stated

    recorded = None
    if traffic is not None:
        from wattlint.traffic.measured import record as match_traffic

        recorded = analysis.recorded = match_traffic(analysis.sites, traffic, load_models().lookup)
    found = []
    for index, site in enumerate(analysis.sites):
        settings = analysis.settings[site.path]
        catalogue = load_models(part(settings.rules_dir, "models"))
        if recorded is not None:
            site = recorded.site(index, site)
        id = site.catalogue_id
        record = catalogue.lookup(id) if id is not None else None
        impact = estimate(site, record, settings.impact)
        if recorded is not None and index in recorded.matches.shares:
            month = recorded.month(index, site, catalogue.lookup, settings.impact)
        else:
            month = stated(site, impact) if impact is not None else None
        found.append(Estimated(site, record, impact, month))
    return found


class _Run:
    """One analysis being put together, file by file."""

    def __init__(self, workspace: Workspace) -> None:
        self.analysis = Analysis()
        self.workspace = workspace
        self._refs = self.analysis.files
        self._unreadable: dict[str, list[Problem]] = {}
        self._marked: dict[str, SourceFile] = {}
        """Files with comments for us; those without call sites are kept for them alone."""
        self._callees: dict[tuple[str, int | None, int, int], CallSite] = {}
        """Sites in files that are not linted, inside functions that linted files call: one for each place."""

    def add(self, ref: FileRef, source: SourceFile | Problem) -> None:
        """Analyse one file."""
        self.take(ref, outcome_of(ref, source, self.workspace))

    def take(self, ref: FileRef, outcome: Outcome) -> None:
        """The call sites of one file, or why there are none."""
        self._refs[ref.display] = ref
        analysis = self.analysis
        analysis.problems += outcome.problems
        if outcome.unreadable is not None:
            self._unreadable[ref.display] = [one for one in outcome.unreadable if one.path == ref.display]
        if not outcome.sites and not outcome.marked and not outcome.callees:
            return
        source = outcome.source or read(ref)
        if isinstance(source, Problem):
            analysis.problems.append(source)  # gone meanwhile
            return
        if outcome.marked or outcome.callees:
            self._marked[ref.display] = source
        for site in outcome.callees:
            known = self._callees.setdefault((site.path, site.cell, site.line, site.column), site)
            if known is not site:
                known.contexts += site.contexts
        if outcome.sites:
            analysis.sites += outcome.sites
            analysis.spent.add(ref.display, outcome.seconds)
            analysis.sources[ref.display] = source
            analysis.settings[ref.display] = self.workspace.configuration.of_folder(ref.folder)

    def broken(self, files: Iterable[tuple[str, Problem]]) -> None:
        """Files that the analysis of others led to and that are no Python."""
        for shown, problem in files:
            if shown in self._refs and shown not in self._unreadable:
                self._unreadable[shown] = [problem]
                self.analysis.problems.append(problem)

    def finish(self, lint: bool) -> Analysis:
        """Lint, obey comments, order everything, drop what is said twice, and count."""
        analysis, seen = self.analysis, self.analysis.coverage
        analysis.sites.sort(key=_site_order)
        seen.files = len(self._refs)
        seen.sites, seen.files_with_sites = len(analysis.sites), len(analysis.sources)
        seen.models_known = sum(site.model.id is not None for site in analysis.sites)
        if lint and (analysis.sites or self._callees):
            self._lint()
        seen.unreadable = len(self._unreadable)
        if lint and any(self._unreadable.values()):
            self._report_unreadable()
        if analysis.sources or analysis.findings or self._marked:
            self._obey_comments(lint)
        for findings in (analysis.findings, analysis.suppressed):
            findings.sort(key=lambda finding: (finding.path.split("/"), finding.order))
        analysis.problems = sorted(
            set(analysis.problems), key=lambda it: (it.path.split("/"), it.line or 0, it.message)
        )
        told = {(finding.path, finding.message) for finding in analysis.findings if finding.site is None}
        analysis.unreported = [
            one for one in analysis.problems if (one.path, " ".join(one.message.split())) not in told
        ]
        return analysis

    def _report_unreadable(self) -> None:
        """What could not be analysed is a finding as well, so that every report tells of it."""
        from wattlint.lint.beside_calls import unreadable

        for display, problems in self._unreadable.items():
            try:
                settings = self.workspace.configuration.of_folder(self._refs[display].folder)
                for problem in problems:
                    self.analysis.findings += unreadable(problem, settings)
            except (ConfigError, ValueError, CatalogueError):
                continue  # said where the settings were read

    def _lint(self) -> None:
        """Findings of every site, each with the settings of its own file."""
        from wattlint.lint.engine import check_sites
        from wattlint.lint.selection import UnknownCode

        analysis = self.analysis
        groups: dict[int, tuple[Settings, list[CallSite]]] = {}
        for site in analysis.sites:
            settings = analysis.settings[site.path]
            groups.setdefault(id(settings), (settings, []))[1].append(site)
            analysis.coverage.sites_not_checked += site.in_tests and not settings.check_tests
        own = {key: len(sites) for key, (_, sites) in groups.items()}
        for _, site in sorted(self._callees.items(), key=lambda item: _site_order(item[1])):
            settings = self._settings_of(site.path)
            groups.setdefault(id(settings), (settings, []))[1].append(site)
        for key, (settings, sites) in groups.items():
            try:
                analysis.findings += check_sites(sites, settings, analysis.spent)
                for path in sorted(analysis.spent.late & {site.path for site in sites}):
                    problem = Problem(path, None, str(OutOfTime(settings.seconds_per_file)))
                    analysis.problems.append(problem)
                    self._unreadable.setdefault(path, []).append(problem)
                if settings.budget.per_call or (settings.budget.per_project and not self._are_named):
                    self._hold_to_budget(sites[: own.get(key, 0)], settings)
            except (UnknownCode, CatalogueError) as error:
                given = isinstance(error, UnknownCode) and self.workspace.configuration.overrides.name(
                    error.code
                )
                place = settings.config_path if not given else None
                analysis.problems.append(Problem(place or "wattlint", None, str(error)))

    @property
    def _are_named(self) -> bool:
        """Whether files were named one by one, as hooks and editors do: that is not the project."""
        return all(ref.explicit for ref in self._refs.values())

    def _settings_of(self, shown: str) -> Settings:
        """Of a file that need not be linted."""
        if shown not in self.analysis.settings:
            folder = os.path.dirname(os.path.abspath(shown))
            self.analysis.settings[shown] = self.workspace.configuration.of_folder(folder)
        return self.analysis.settings[shown]

    def _hold_to_budget(self, sites: Sequence[CallSite], settings: Settings) -> None:
        """Limits on the whole project, and how many calls no limit can be held against."""
        from wattlint.callsites.facts import RUNNING
        from wattlint.lint.budget import CODE, project_finding
        from wattlint.lint.selection import ignored_in_file, selected_rules
        from wattlint.lint.subject import Subject

        if CODE not in {rule.code for rule in selected_rules(settings)}:
            return
        running = [
            site for site in sites if site.kind in RUNNING and (settings.check_tests or not site.in_tests)
        ]
        self.analysis.coverage.not_budgeted += sum(Subject(site, settings).impact is None for site in running)
        whole = settings.budget.per_project and not self._are_named
        finding = project_finding(running, settings) if whole else None
        if finding is not None and not ignored_in_file(finding.code, finding.path, settings):
            self.analysis.findings.append(finding)

    def _obey_comments(self, lint: bool) -> None:
        """Drop the findings that a comment suppresses, and those in files that were not asked for."""
        from wattlint.lint.rules import load_rules
        from wattlint.lint.suppressions import suppress

        analysis = self.analysis
        by_path: dict[str, list[Finding]] = {}
        for finding in analysis.findings:
            by_path.setdefault(finding.path, []).append(finding)
        analysis.findings = []
        for path in by_path.keys() - analysis.sources.keys():
            # A caller of a wrapper, in a file that has no call site of its own; or a file that is no Python.
            source = self._marked.get(path) or (read(self._refs[path]) if path in self._refs else None)
            if isinstance(source, SourceFile):
                analysis.sources[path] = source
            elif path in self._unreadable:
                analysis.findings += by_path[path]
        for path, source in {**self._marked, **analysis.sources}.items():
            if path in by_path or path in self._marked or "wattlint:" in source.text:
                settings = analysis.settings.get(path)
                known = load_rules(part(settings.rules_dir, "checks") if settings else None)
                kept, problems, markers = suppress(by_path.get(path, ()), source, known)
                analysis.findings += kept
                here = set(map(id, kept))
                analysis.suppressed += [one for one in by_path.get(path, ()) if id(one) not in here]
                if path in analysis.sources:
                    analysis.problems += problems
                if lint and markers and path not in self._unreadable:
                    analysis.findings += self._unused(markers, source)

    def _unused(self, markers: list[Marker], source: SourceFile) -> Iterable[Finding]:
        """The comments of one file that suppress nothing."""
        from wattlint.lint.beside_calls import unused

        analysis, path = self.analysis, source.display
        try:
            settings = self.workspace.configuration.of_folder(source.path.parent)
            sites = [site for site in analysis.sites if site.path == path]
            if not settings.check_tests and (any(site.in_tests for site in sites) or _in_tests(source.path)):
                return []  # its findings were not asked for
            lines = None
            if self._are_named:  # a call in another file may be what is reported here
                lines = {
                    text_line(source, site.cell, line)
                    for site in sites
                    for line in range(site.line, site.end_line + 1)
                }
            found = list(unused(markers, source, settings, lines))
        except (ConfigError, ValueError, CatalogueError):
            return []  # said where the settings were read
        if found:
            analysis.sources.setdefault(path, source)
        return found


def _ref(path: str | Path) -> FileRef:
    absolute = os.path.abspath(path)
    return FileRef(absolute, display_path(absolute), True)


def _in_tests(path: Path) -> bool:
    from wattlint.semantics.callers import TEST_FOLDERS

    below = path.relative_to(project_root(path)).parts
    return not TEST_FOLDERS.isdisjoint(below[:-1]) or path.name.startswith("test_")


def _site_order(site: CallSite) -> tuple[list[str], int, int, int]:
    return site.path.split("/"), -1 if site.cell is None else site.cell, site.line, site.column
