"""Comments that speak to us: ``# noqa``, ``# wattlint: ignore[...]`` and workload hints.

``# noqa`` works as in flake8, so that both front doors agree: it covers the physical line of the finding, a multi-line
string or a backslash continuation counting as one line, and codes are prefixes in any case. Comments are found with
``tokenize``: what stands inside a string does not count.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from wattlint.callsites.facts import Workload
from wattlint.catalogue.errors import nearest
from wattlint.lint.findings import Finding
from wattlint.lint.selection import code_problem
from wattlint.lint.workload import WorkloadError, read_workload
from wattlint.regexes import regex
from wattlint.sources.files import Problem, SourceFile

NOQA = regex(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
NOQA_FILE = regex(r"# flake8[:=]\s*noqa", re.IGNORECASE)
OURS = regex(r"#\s*wattlint:\s*(.*?)\s*(?=#\s*(?:wattlint:|noqa)|$)", re.IGNORECASE)
IGNORE = regex(r"(ignore(?:-file)?)(?:\[([^\]]*)\])?(?![\w\[-])", re.IGNORECASE)
DIRECTIVES = ("ignore", "ignore-file", "calls=", "tokens-in=", "tokens-out=", "batch=")
EVERYTHING: tuple[str, ...] = ("",)
"""The prefix of every code."""


@dataclass(slots=True)
class Marker:
    """One comment, or the part of one, that suppresses findings. Columns are 0-based, in characters."""

    text: str
    """Without the ``#``: ``noqa: LLM201``."""
    line: int
    column: int
    codes: tuple[str, ...]
    """Prefixes of what it suppresses."""
    lines: range | None
    """Where; None: in the whole file."""
    ours: bool
    """Not shared with other linters."""
    used: set[str] = field(default_factory=set)

    @property
    def whole_file(self) -> bool:
        return self.lines is None

    def suppresses(self, code: str) -> bool:
        found = [prefix for prefix in self.codes if code.startswith(prefix)]
        self.used.update(found)
        return bool(found)

    def idle(self, letters: Collection[str]) -> list[str]:
        """Codes beginning with our ``letters`` that nothing was suppressed for; ``""`` for every code."""
        return [
            code
            for code in self.codes
            if code not in self.used and (code.rstrip("0123456789") in letters if code else self.ours)
        ]


@dataclass(slots=True)
class Markers:
    """What the comments of one file say. Lines are 1-based."""

    all: list[Marker] = field(default_factory=list)
    by_line: dict[int, list[Marker]] = field(default_factory=dict)
    hints: dict[int, Workload] = field(default_factory=dict)
    """Line of code -> workload stated on it or directly above it."""
    problems: list[tuple[int, str]] = field(default_factory=list)
    """(line, message): markers that are malformed or name no rule."""

    def suppress(self, line: int, code: str) -> bool:
        here = [*self.by_line.get(line, ()), *(marker for marker in self.all if marker.whole_file)]
        answers = [marker.suppresses(code) for marker in here]  # each of them, to know which are used
        return any(answers)

    def add(self, marker: Marker) -> None:
        self.all.append(marker)
        for line in marker.lines or ():
            self.by_line.setdefault(line, []).append(marker)


class Suppressed(NamedTuple):
    """What comments leave of the findings of one file."""

    kept: list[Finding]
    problems: list[Problem]
    """Markers that cannot be understood."""
    markers: list[Marker]


class Comment(NamedTuple):
    text: str
    line: int
    column: int
    lines: range
    """The physical lines that a marker here covers."""
    alone: bool
    """No code stands before it on its line."""
    code_line: int
    """The comment's own line, or the next line of code when it stands alone."""


def read_markers(text: str, known: Collection[str]) -> Markers:
    """Every marker in ``text``; ``known``: the codes of all rules. Broken source gives what stands before the break."""
    markers = Markers()
    if "wattlint" in text or "noqa" in text.lower():
        for comment in _comments(text):
            _read_noqa(comment, markers, known)
            for match in OURS.finditer(comment.text):
                _read_ours(match, comment, markers, known)
    return markers


def workload_hints(text: str) -> dict[int, Workload]:
    """Line of code -> workload stated on it or directly above it; malformed hints are ``read_markers`` problems."""
    return read_markers(text, ()).hints if "wattlint:" in text else {}


def suppress(findings: Iterable[Finding], source: SourceFile, known: Collection[str]) -> Suppressed:
    """The findings of one file that no comment suppresses."""
    markers = read_markers(source.text, known)
    kept = [finding for finding in findings if not markers.suppress(_line(finding, source), finding.code)]
    problems = [Problem(source.display, line, message) for line, message in markers.problems]
    return Suppressed(kept, problems, markers.all)


def _line(finding: Finding, source: SourceFile) -> int:
    """The finding's line in ``source.text``, where the cells of a notebook are joined."""
    if source.cells is None or finding.cell is None:
        return finding.line
    return source.cells.starts[source.cells.cells.index(finding.cell)] + finding.line - 1


def _read_noqa(comment: Comment, markers: Markers, known: Collection[str]) -> None:
    if NOQA_FILE.match(comment.text):
        # Alone on its line flake8 skips the file, whatever follows; behind code it does nothing.
        if comment.alone:
            markers.add(Marker(comment.text, comment.line, comment.column, EVERYTHING, None, False))
    elif match := NOQA.search(comment.text):
        codes = _noqa_codes(match["codes"], comment, markers, known)
        _add(markers, comment, match[0], match.start(), codes, comment.lines, ours=False)


def _noqa_codes(
    listed: str | None, comment: Comment, markers: Markers, known: Collection[str]
) -> tuple[str, ...]:
    """Codes of other linters are none of our business; one that is spelled like ours must be ours."""
    if listed is None:
        return EVERYTHING
    codes = tuple(code.upper() for code in re.split(r"[,\s]+", listed) if code)
    letters = {code.rstrip("0123456789") for code in known}
    for code in codes:
        if code.rstrip("0123456789") in letters and (problem := code_problem(code, known)):
            markers.problems.append((comment.line, f"noqa: {problem}"))
    return codes


def _read_ours(found: re.Match[str], comment: Comment, markers: Markers, known: Collection[str]) -> None:
    content = found[1]
    ignore = IGNORE.match(content)
    if ignore is None and "=" in content:
        try:
            markers.hints[comment.code_line] = read_workload(content, f"comment, line {comment.line}")
        except WorkloadError as error:
            markers.problems.append((comment.line, f"wattlint comment: {error}"))
        return
    if ignore is None:
        word = content.split()[0] if content else ""
        hint = nearest(word.partition("[")[0].lower(), DIRECTIVES) or f" (known: {', '.join(DIRECTIVES)})"
        what = (
            "`]` is missing" if re.match(r"ignore(-file)?\[", content) else f'cannot be read: "{word}"{hint}'
        )
        markers.problems.append((comment.line, f"wattlint comment: {what}"))
        return
    codes = EVERYTHING
    if ignore[2] is not None:
        codes = tuple(code.upper() for code in re.split(r"[,\s]+", ignore[2]) if code)
        wrong = [problem for code in codes if (problem := code_problem(code, known))]
        wrong += [] if codes else ["no code between the brackets"]
        markers.problems += [(comment.line, f"wattlint comment: {problem}") for problem in wrong]
    lines = None if ignore[1].lower() == "ignore-file" else comment.lines
    _add(markers, comment, f"wattlint: {ignore[0]}", found.start(), codes, lines, ours=True)


def _add(
    markers: Markers,
    comment: Comment,
    text: str,
    start: int,
    codes: tuple[str, ...],
    lines: range | None,
    ours: bool,
) -> None:
    """``text`` begins at ``start`` of the comment."""
    words = " ".join(text.lstrip("# ").split())
    markers.add(Marker(words, comment.line, comment.column + start, codes, lines, ours))


def _comments(text: str) -> Iterator[Comment]:
    """Comments in order. The lines between two line ends (NL or NEWLINE tokens) are covered together, as in flake8."""
    waiting: list[tokenize.TokenInfo] = []
    alone: list[tuple[tokenize.TokenInfo, range]] = []
    first, code_seen = 0, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
                continue
            first = first or token.start[0]
            if token.type == tokenize.COMMENT:
                waiting.append(token)
            elif token.type in (tokenize.NL, tokenize.NEWLINE):
                lines = range(first, token.end[0] + 1)
                if code_seen:
                    yield from (
                        Comment(each.string, *each.start, lines, False, each.start[0]) for each in waiting
                    )
                else:
                    alone += [(each, lines) for each in waiting]
                waiting, first, code_seen = [], 0, False
            else:
                if not code_seen:
                    yield from (
                        Comment(each.string, *each.start, lines, True, first) for each, lines in alone
                    )
                    alone = []
                code_seen = True
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # the parser has reported the break
    yield from (Comment(each.string, *each.start, lines, True, each.start[0]) for each, lines in alone)
