"""SARIF 2.1.0, as GitHub and others take it: relative URIs, no line 0, no empty lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattlint import __version__
from wattlint.changes.shape import fingerprints
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.rules import load_rules
from wattlint.reports.places import cell_note, located
from wattlint.reports.terminal import printable

if TYPE_CHECKING:
    from wattlint.lint.findings import Finding
    from wattlint.lint.rules import Rule
    from wattlint.reports.text import Propose
    from wattlint.sources.files import Problem

Data = dict[str, Any]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://wattlint.readthedocs.io/"
ROOT = "%SRCROOT%"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
MOST_RESULTS = 25_000
"""GitHub refuses a run with more; the first of them are shown."""


def sarif(
    findings: Sequence[Finding],
    suppressed: Sequence[Finding],
    known: Sequence[Finding],
    problems: Sequence[Problem],
    propose: Propose = lambda finding: None,
) -> str:
    """``suppressed``: by a comment; ``known``: in the baseline; ``propose``: the fix of a finding, if there is one."""
    everything = [
        *((finding, None) for finding in findings),
        *((finding, "inSource") for finding in suppressed),
        *((finding, "external") for finding in known),
    ][:MOST_RESULTS]
    codes = sorted({finding.code for finding, _ in everything})
    prints = fingerprints([finding for finding, _ in everything])
    results = [
        _result(finding, kind, codes.index(finding.code), fingerprint, propose(finding) if not kind else None)
        for (finding, kind), fingerprint in zip(everything, prints, strict=True)
    ]
    driver: Data = {
        "name": "wattlint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
    }
    if codes:
        known_rules = load_rules()
        examples = {finding.code: finding for finding, _ in everything}
        driver["rules"] = [_rule(examples[code], known_rules.get(code)) for code in codes]
    invocation: Data = {"executionSuccessful": not problems}
    if problems:
        invocation["toolExecutionNotifications"] = [_notification(problem) for problem in problems]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "invocations": [invocation],
        "results": results,
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True) + "\n"
    )


def _result(
    finding: Finding, kind: str | None, index: int, fingerprint: str, fix: Fix | NotFixed | None
) -> Data:
    note = cell_note(finding.cell, finding.line)
    result: Data = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": printable(f"{finding.message}{note}. {finding.help}")},
        "locations": [{"physicalLocation": _place(finding.path, _region(finding))}],
        "partialFingerprints": {"wattlintCall/v1": fingerprint},
    }
    if finding.site is not None and finding.site.function:
        name = printable(finding.site.function)
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "function"}]
    related = [
        {
            "id": number,
            "message": {"text": printable(place.note) or "related"},
            "physicalLocation": _place(place.path, {"startLine": place.line} if place.line >= 1 else None),
        }
        for number, place in enumerate(finding.related, 1)
    ]
    if related:
        result["relatedLocations"] = related
    if isinstance(fix, Fix) and all(edit.cell is None for edit in fix.edits) and fix.edits:
        result["fixes"] = [_fix(fix)]
    if kind is not None:
        why = "a comment in the source" if kind == "inSource" else "in the baseline"
        result["suppressions"] = [{"kind": kind, "justification": why}]
    return result


def _fix(fix: Fix) -> Data:
    changes: dict[str, list[Data]] = {}
    for edit in fix.edits:
        deleted = {
            "startLine": edit.line,
            "startColumn": edit.column + 1,
            "endLine": edit.end_line,
            "endColumn": edit.end_column + 1,
        }
        changes.setdefault(edit.path, []).append(
            {"deletedRegion": deleted, "insertedContent": {"text": edit.replacement}}
        )
    unsure = "" if fix.safe else " (behaviour may change)"
    return {
        "description": {"text": printable(f"{fix.message}{unsure}")},
        "artifactChanges": [
            {**_place(path, None), "replacements": replacements} for path, replacements in changes.items()
        ],
    }


def _region(finding: Finding) -> Data | None:
    """None in a notebook, whose lines are not those of its file."""
    if finding.cell is not None:
        return None
    region = {"startLine": finding.line}
    if finding.end_column:  # else only the line is known
        region |= {
            "startColumn": finding.column + 1,
            "endLine": finding.end_line,
            "endColumn": finding.end_column + 1,
        }
    return region


def _place(path: str, region: Data | None) -> Data:
    found = located(path)
    place: Data = {"artifactLocation": {"uri": found.uri, **({"uriBaseId": ROOT} if found.inside else {})}}
    if region is not None:
        place["region"] = region
    return place


def _rule(finding: Finding, rule: Rule | None) -> Data:
    """``rule``: None for a page in a user's own folder."""
    summary = rule.summary if rule is not None else finding.help
    data: Data = {
        "id": finding.code,
        "name": "".join(part.capitalize() for part in finding.name.split("-")),
        "shortDescription": {"text": printable(summary)},
        "fullDescription": {"text": printable(summary)},
        "help": {"text": f"wattlint rule {finding.code} explains it."},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "tags": ["energy", "llm"],
            "problem.severity": {"info": "recommendation"}.get(finding.severity, finding.severity),
        },
    }
    if rule is not None:
        data["helpUri"] = rule.url
        data["help"]["markdown"] = rule.page
        data["properties"]["precision"] = rule.confidence
    return data


def _notification(problem: Problem) -> Data:
    return {
        "level": "error",
        "message": {"text": printable(problem.message)},
        "locations": [
            {"physicalLocation": _place(problem.path, {"startLine": problem.line} if problem.line else None)}
        ],
    }
