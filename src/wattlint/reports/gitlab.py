"""GitLab's code quality report, which it shows in a merge request.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wattlint.changes.shape import fingerprints
from wattlint.reports.places import cell_note, located
from wattlint.reports.terminal import printable

if TYPE_CHECKING:
    from wattlint.lint.findings import Finding

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def check_gitlab(findings: Sequence[Finding]) -> str:
    data = [
        {
            "type": "issue",
            "check_name": finding.code,
            "description": printable(f"{finding.message}{cell_note(finding.cell, finding.line)}"),
            "content": {"body": printable(finding.help)},
            "categories": ["Performance"],
            "severity": SEVERITIES[finding.severity],
            "fingerprint": fingerprint,
            "location": {
                "path": located(finding.path).path,
                "lines": {"begin": 1}
                if finding.cell is not None
                else {"begin": finding.line, "end": finding.end_line},
            },
        }
        for finding, fingerprint in zip(findings, fingerprints(list(findings)), strict=True)
    ]
    return json.dumps(data, indent=1, ensure_ascii=True) + "\n"
