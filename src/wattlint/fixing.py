"""Applies fixes in rounds: propose, splice in memory, analyse again, and only keep what holds.

A round is kept when every finding it set out to remove is gone, none came, no call site was lost and every file can
still be read. Files on disk change at the very end, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from wattlint.analysis import Analysis
from wattlint.config import Configuration
from wattlint.lint.findings import Finding
from wattlint.lint.fixes.edits import Edit, Fix, NotFixed
from wattlint.lint.fixes.propose import Fixer
from wattlint.run import analyse_files
from wattlint.sources.buffers import holding
from wattlint.sources.files import FileRef

MAX_ROUNDS = 10
MAX_TRIALS = 200
"""Analyses of one run: where a round does not hold, its fixes are tried in smaller groups."""


class Changed(NamedTuple):
    """A file before and after all fixes."""

    ref: FileRef
    before: bytes
    after: bytes


@dataclass(slots=True)
class Outcome:
    """What fixing came to. Nothing is written yet."""

    analysis: Analysis
    """Of the fixed files."""
    fixed: list[Finding] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    rounds: int = 0
    start: Analysis = field(default_factory=Analysis)
    """Of the files as they are."""
    rejected: Set[tuple[object, ...]] = frozenset()
    """Keys of fixes that were tried and did not hold."""

    def propose(self, analysis: Analysis) -> Callable[[Finding], Fix | NotFixed | None]:
        """What is proposed for the findings of ``analysis``, now that fixes were tried."""
        fixer = Fixer(analysis)

        def tried(finding: Finding) -> Fix | NotFixed | None:
            fix = fixer.propose(finding)
            held = not isinstance(fix, Fix) or Group(fix, (finding,)).key not in self.rejected
            return fix if held else NotFixed("with it, the finding stays or another one comes")

        return tried

    def left(self) -> list[tuple[Finding, str]]:
        """Findings in the files as they are that have a fix which cannot be made, and why."""
        fixed = set(map(id, self.fixed))
        propose = self.propose(self.start)
        found = ((finding, propose(finding)) for finding in self.start.findings if id(finding) not in fixed)
        return [(finding, fix.reason) for finding, fix in found if isinstance(fix, NotFixed)]


class Group(NamedTuple):
    """A fix, and the findings that it removes."""

    fix: Fix
    findings: tuple[Finding, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """The same from round to round, although lines move."""
        first = self.findings[0]
        text = tuple(edit.replacement for edit in self.fix.edits)
        return first.code, first.path, first.cell, _call_of(first), text


class State(NamedTuple):
    analysis: Analysis
    texts: dict[str, bytes]
    """Fixed files, by the path that findings show."""


def apply_fixes(
    analysis: Analysis,
    configuration: Configuration,
    unsafe: bool,
    raw: dict[Path, bytes] | None = None,
    sift: Callable[[Analysis], None] = lambda analysis: None,
) -> Outcome:
    """Fix what can be fixed in ``analysis``, in memory. ``raw``: texts that are not on disk (standard input).
    ``sift`` takes out of each further analysis what was taken out of this one (a baseline)."""
    return _Fixing(analysis, configuration, unsafe, raw or {}, sift).outcome()


class _Fixing:
    def __init__(
        self,
        analysis: Analysis,
        configuration: Configuration,
        unsafe: bool,
        raw: dict[Path, bytes],
        sift: Callable[[Analysis], None],
    ) -> None:
        self._configuration, self._unsafe, self._raw, self._sift = configuration, unsafe, raw, sift
        self._files = dict(analysis.files)
        self._start = analysis
        self._state = State(analysis, {})
        self._rejected: set[tuple[object, ...]] = set()
        self._before: dict[str, bytes] = {}
        self._trials = 0

    def outcome(self) -> Outcome:
        fixed: list[Finding] = []
        rounds = 0
        while rounds < MAX_ROUNDS:
            with holding(self._held(self._state.texts)):
                fixer = Fixer(self._state.analysis)
                groups = list(_compatible(self._groups(fixer), fixer))
            if not groups:
                break
            kept = self._settle(groups, fixer)
            fixed += [finding for group in kept for finding in group.findings]
            rounds += bool(kept)
        last = self._state.analysis
        last.coverage = self._start.coverage
        changed = [
            Changed(self._files[path], self._before[path], text)
            for path, text in sorted(self._state.texts.items())
            if text != self._before[path]
        ]
        return Outcome(last, fixed, changed, rounds, self._start, self._rejected)

    def _groups(self, fixer: Fixer) -> list[Group]:
        """Every fix that may be applied, once, with the findings that share it."""
        found: dict[Fix, list[Finding]] = {}
        for finding in self._state.analysis.findings:
            fix = fixer.propose(finding)
            if isinstance(fix, Fix) and (fix.safe or self._unsafe):
                found.setdefault(fix, []).append(finding)
        groups = (Group(fix, tuple(findings)) for fix, findings in found.items())
        return [group for group in groups if group.key not in self._rejected]

    def _settle(self, groups: Sequence[Group], fixer: Fixer) -> Sequence[Group]:
        """Apply as many of ``groups`` as hold together; what is left out is tried in a later round, or rejected."""
        if self._trials >= MAX_TRIALS:
            self._rejected |= {group.key for group in groups}
            return ()
        state, wrong = self._try(groups, fixer)
        if not wrong:
            self._state = state
            return groups
        if len(groups) == 1:
            self._rejected.add(groups[0].key)
            return ()
        innocent = [group for group in groups if wrong.isdisjoint(_paths(group))]
        if 0 < len(innocent) < len(groups):
            return self._settle(innocent, fixer)
        half = len(groups) // 2
        return self._settle(groups[:half], fixer) or self._settle(groups[half:], fixer)

    def _try(self, groups: Sequence[Group], fixer: Fixer) -> tuple[State, set[str]]:
        """The state after ``groups``, and the files in which it does not hold."""
        self._trials += 1
        edits: dict[str, set[Edit]] = {}
        for group in groups:
            for edit in group.fix.edits:
                edits.setdefault(edit.path, set()).add(edit)
        texts = dict(self._state.texts)
        for path, of_file in edits.items():
            module = fixer.module(path)
            assert module is not None
            self._before.setdefault(path, module.source.raw)
            texts[path] = module.splicer.splice([module.change(edit) for edit in of_file])
        before = self._state.analysis
        # What a fixed call does as written may have hidden what a caller in another file makes of it.
        callers = {context.caller.path for site in before.sites for context in site.contexts}
        paths = {*before.sources, *texts, *callers}
        refs = [ref for path, ref in self._files.items() if path in paths]
        with holding(self._held(texts)):
            after = analyse_files(refs, self._configuration)
            self._sift(after)
        wrong = set(_wrong(before, after, [finding for group in groups for finding in group.findings]))
        # What could not be read before cannot now, though nothing among these files may have asked for it.
        paths -= {problem.path for problem in before.problems} - texts.keys() - _unread(after)
        after.files.update(self._files)
        after.problems += (problem for problem in before.problems if problem.path not in paths)
        after.unreported += (problem for problem in before.unreported if problem.path not in paths)
        after.findings += (finding for finding in before.findings if finding.path not in paths)
        after.findings.sort(key=lambda finding: (finding.path.split("/"), finding.order))
        return State(after, texts), wrong

    def _held(self, texts: dict[str, bytes]) -> dict[Path, bytes]:
        return self._raw | {self._files[path].path: text for path, text in texts.items()}


def _unread(analysis: Analysis) -> set[str]:
    return {problem.path for problem in analysis.problems}


def _compatible(groups: Iterable[Group], fixer: Fixer) -> Iterator[Group]:
    """Those that can be applied together: no two of them touch one statement, except with the same edit (an import)."""
    touched: dict[tuple[str, int], Edit] = {}
    for group in groups:
        lines: dict[tuple[str, int], Edit] = {}
        for edit in group.fix.edits:
            module = fixer.module(edit.path)
            assert module is not None
            first, last = (module.text_line(edit.cell, line) for line in (edit.line, edit.end_line))
            for line in {
                *module.statement_lines(first),
                *range(first, last + 1),
                *module.statement_lines(last),
            }:
                lines[edit.path, line] = edit
        if all(touched.get(place, edit) == edit for place, edit in lines.items()):
            touched |= lines
            yield group


def _paths(group: Group) -> set[str]:
    return {finding.path for finding in group.findings} | {edit.path for edit in group.fix.edits}


def _wrong(before: Analysis, after: Analysis, removed: Sequence[Finding]) -> Iterator[str]:
    """Files in which something is off after ``removed`` should have gone.

    What a call does as written hides what its callers make of it: such a finding was there, and may come to light.
    """
    hidden = {(finding.code, _call_of(finding)) for finding in removed}
    allowed = Counter((finding.path, finding.code) for finding in before.findings)
    allowed.subtract((finding.path, finding.code) for finding in removed)
    found = Counter(
        (finding.path, finding.code)
        for finding in after.findings
        if not (_at_caller(finding) and (finding.code, _call_of(finding)) in hidden)
    )
    for place, count in found.items():
        if count > allowed[place]:
            yield place[0]
    known = {(problem.path, problem.message) for problem in before.problems}
    yield from (problem.path for problem in after.problems if (problem.path, problem.message) not in known)
    old, new = (
        Counter((site.path, site.model.id is not None) for site in one.sites) for one in (before, after)
    )
    for path in {path for path, _ in old | new}:
        # A fix may add a load; it must not hide a call, nor the model that one uses.
        if new[path, True] < old[path, True] or new[path, False] > old[path, False]:
            yield path


def _call_of(finding: Finding) -> tuple[object, ...]:
    site = finding.site
    return () if site is None else (site.path, site.cell, site.function, site.callee)


def _at_caller(finding: Finding) -> bool:
    site = finding.site
    return site is not None and (finding.path, finding.line) != (site.path, site.line)
