"""Code actions: the fix of a finding, all safe fixes, and comments that suppress one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.workspace import TextDocument

from wattlint.lint.findings import Finding
from wattlint.lint.fixes.edits import Edit, Fix
from wattlint.lint.fixes.propose import Fixer
from wattlint.lint.rules import load_rules
from wattlint.lint.suppressions import read_markers
from wattlint.lsp.diagnostics import client_range, lines_of, range_of
from wattlint.lsp.session import Session
from wattlint.sources.buffers import holding
from wattlint.sources.discovery import display_path
from wattlint.sources.secrets import hide

FIX_ALL = "source.fixAll.wattlint"


def code_actions(
    session: Session, document: TextDocument, wanted: types.Range, only: Sequence[str] | None
) -> list[types.CodeAction]:
    analysis = session.known(Path(document.path)).analysis
    here = display_path(document.path)
    findings = [it for it in analysis.findings if it.path == here]
    actions: list[types.CodeAction] = []
    with holding(session.held()):
        fixer = Fixer(analysis)
        if _asked(types.CodeActionKind.QuickFix, only):
            for finding in findings:
                if _meet(range_of(finding, document), wanted):
                    actions += _quick(finding, fixer, document)
        if _asked(FIX_ALL, only):
            actions += _all_safe(findings, fixer, document)
    return actions


def _asked(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _meet(one: types.Range, other: types.Range) -> bool:
    def pair(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return pair(one.start) <= pair(other.end) and pair(other.start) <= pair(one.end)


def _quick(finding: Finding, fixer: Fixer, document: TextDocument) -> Iterator[types.CodeAction]:
    fix = fixer.propose(finding)
    if isinstance(fix, Fix):
        yield types.CodeAction(
            title=f"{finding.code}: {hide(fix.message)}{'' if fix.safe else ' (may change behaviour)'}",
            kind=types.CodeActionKind.QuickFix,
            is_preferred=fix.safe,
            edit=_workspace_edit(fix.edits, document),
        )
    ignored = _suppressed(finding, document)
    if ignored is not None:
        yield types.CodeAction(
            title=f"{finding.code}: ignore on this line",
            kind=types.CodeActionKind.QuickFix,
            edit=types.WorkspaceEdit(changes={document.uri: [ignored]}),
        )


def _all_safe(
    findings: Sequence[Finding], fixer: Fixer, document: TextDocument
) -> Iterator[types.CodeAction]:
    """Every safe fix that stays in this document; of two that touch the same place, the first."""
    edits: list[Edit] = []
    here = display_path(document.path)
    for finding in findings:
        fix = fixer.propose(finding)
        if not isinstance(fix, Fix) or not fix.safe or any(edit.path != here for edit in fix.edits):
            continue
        new = [edit for edit in fix.edits if edit not in edits]
        if not any(_overlap(edit, other) for edit in new for other in edits):
            edits += new
    if edits:
        yield types.CodeAction(
            title="wattlint: apply all safe fixes", kind=FIX_ALL, edit=_workspace_edit(edits, document)
        )


def _overlap(one: Edit, other: Edit) -> bool:
    return (one.line, one.column) <= (other.end_line, other.end_column) and (other.line, other.column) <= (
        one.end_line,
        one.end_column,
    )


def _workspace_edit(edits: Sequence[Edit], document: TextDocument) -> types.WorkspaceEdit:
    here = display_path(document.path)
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        path = Path(os.path.abspath(edit.path))
        target = document if edit.path == here else _other(path, document)
        place = client_range(target, edit.line, edit.column, edit.end_line, edit.end_column)
        uri = document.uri if edit.path == here else path.as_uri()
        changes.setdefault(uri, []).append(types.TextEdit(place, edit.replacement))
    return types.WorkspaceEdit(changes=changes)


def _other(path: Path, document: TextDocument) -> TextDocument:
    """Another file that a fix edits: its text decides how columns are counted."""
    return TextDocument(path.as_uri(), position_codec=document.position_codec)


def _suppressed(finding: Finding, document: TextDocument) -> types.TextEdit | None:
    """The edit that puts our comment at the end of the finding's line, or of those that a backslash joins to it; None where
    it would not be a comment there."""
    lines = lines_of(document)
    number = finding.line
    while number < len(lines) and lines[number - 1].rstrip("\r\n").endswith("\\"):
        number += 1
    line = lines[number - 1]
    code = line.rstrip("\r\n")
    comment = f"{'' if code.endswith(' ') else '  '}# wattlint: ignore[{finding.code}]"
    known = load_rules()
    text = "".join((*lines[: number - 1], code + comment + line[len(code) :], *lines[number:]))
    if not read_markers(text.replace("\r\n", "\n"), known).suppress(finding.line, finding.code):
        return None
    at = client_range(document, number, len(code), number, len(code))
    return types.TextEdit(at, comment)
