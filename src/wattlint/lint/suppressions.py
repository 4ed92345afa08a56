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
from wattlint.sources.files import Problem, SourceFile

NOQA = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
NOQA_FILE = re.compile(r"# flake8[:=]\s*noqa", re.IGNORECASE)
OURS = re.compile(r"#\s*wattlint:\s*(.*?)\s*(?=#\s*(?:wattlint:|noqa)|$)", re.IGNORECASE)
IGNORE = re.compile(r"(ignore(?:-file)?)(?:\[([^\]]*)\])?(?![\w\[-])", re.IGNORECASE)
DIRECTIVES = ("ignore", "ignore-file", "calls=", "tokens-in=", "tokens-out=", "batch=")
EVERYTHING: tuple[str, ...] = ("",)
"""The prefix of every code."""


@dataclass(slots=True)
class Markers:
    """What the comments of one file say. Lines are 1-based."""

    by_line: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Line -> prefixes of the codes suppressed there."""
    whole_file: tuple[str, ...] = ()
    hints: dict[int, Workload] = field(default_factory=dict)
    """Line of code -> workload stated on it or directly above it."""
    problems: list[tuple[int, str]] = field(default_factory=list)
    """(line, message): markers that are malformed or name no rule."""

    def suppress(self, line: int, code: str) -> bool:
        return code.startswith(self.by_line.get(line, ()) + self.whole_file)


class Comment(NamedTuple):
    text: str
    line: int
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
                _read_ours(match[1], comment, markers, known)
    return markers


def workload_hints(text: str) -> dict[int, Workload]:
    """Line of code -> workload stated on it or directly above it; malformed hints are ``read_markers`` problems."""
    return read_markers(text, ()).hints if "wattlint:" in text else {}


def suppress(
    findings: Iterable[Finding], source: SourceFile, known: Collection[str]
) -> tuple[list[Finding], list[Problem]]:
    """The findings of one file that no comment suppresses, and the markers that cannot be understood."""
    markers = read_markers(source.text, known)
    kept = [finding for finding in findings if not markers.suppress(_line(finding, source), finding.code)]
    return kept, [Problem(source.display, line, message) for line, message in markers.problems]


def _line(finding: Finding, source: SourceFile) -> int:
    """The finding's line in ``source.text``, where the cells of a notebook are joined."""
    if source.cells is None or finding.cell is None:
        return finding.line
    return source.cells.starts[source.cells.cells.index(finding.cell)] + finding.line - 1


def _read_noqa(comment: Comment, markers: Markers, known: Collection[str]) -> None:
    if NOQA_FILE.match(comment.text):
        # Alone on its line flake8 skips the file, whatever follows; behind code it does nothing.
        markers.whole_file += EVERYTHING if comment.alone else ()
    elif match := NOQA.search(comment.text):
        _cover(markers, comment, _noqa_codes(match["codes"], comment, markers, known))


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


def _read_ours(content: str, comment: Comment, markers: Markers, known: Collection[str]) -> None:
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
    if ignore[1].lower() == "ignore-file":
        markers.whole_file += codes
    else:
        _cover(markers, comment, codes)


def _cover(markers: Markers, comment: Comment, codes: tuple[str, ...]) -> None:
    for line in comment.lines:
        markers.by_line[line] = markers.by_line.get(line, ()) + codes


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
                        Comment(each.string, each.start[0], lines, False, each.start[0]) for each in waiting
                    )
                else:
                    alone += [(each, lines) for each in waiting]
                waiting, first, code_seen = [], 0, False
            else:
                if not code_seen:
                    yield from (
                        Comment(each.string, each.start[0], lines, True, first) for each, lines in alone
                    )
                    alone = []
                code_seen = True
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # the parser has reported the break
    yield from (Comment(each.string, each.start[0], lines, True, each.start[0]) for each, lines in alone)
