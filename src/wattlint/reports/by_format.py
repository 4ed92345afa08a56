"""The reports that other programs read, by the name of their format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wattlint.sources import disk

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.changes.compare import Comparison
    from wattlint.lint.findings import Finding


def check_report(format: str, analysis: Analysis, known: Sequence[Finding] = ()) -> str:
    """``known``: findings that a baseline lets be."""
    if format == "gitlab":
        from wattlint.reports.gitlab import check_gitlab

        return check_gitlab(analysis.findings)
    if format == "junit":
        from wattlint.reports.junit import junit

        return junit(analysis.findings, analysis.unreported)
    if format == "sarif":
        from wattlint.lint.fixes.propose import Fixer
        from wattlint.reports.sarif import sarif

        return sarif(
            analysis.findings, analysis.suppressed, known, analysis.problems, Fixer(analysis).propose
        )
    from wattlint.reports.markdown import check_markdown
    from wattlint.run import estimates

    items = estimates(analysis)
    energy = {id(item.site): item.impact.energy_wh.p50 for item in items if item.impact is not None}
    markdown = check_markdown(analysis, energy)
    if format == "markdown":
        return markdown
    from wattlint.reports.github import append_summary, check_github

    return check_github(analysis.findings, analysis.unreported, energy) + append_summary(markdown)


def diff_report(format: str, comparison: Comparison) -> str:
    """Of new findings and limits."""
    if format == "gitlab":
        from wattlint.reports.gitlab import check_gitlab

        return check_gitlab(comparison.new_findings)
    if format == "junit":
        from wattlint.reports.junit import junit

        return junit(comparison.new_findings, comparison.problems, comparison.gates)
    if format == "sarif":
        from wattlint.lint.fixes.propose import Fixer
        from wattlint.reports.sarif import sarif

        propose = Fixer(comparison.now).propose if comparison.now else lambda finding: None
        with disk.standing_in(comparison.view):
            return sarif(comparison.new_findings, (), (), comparison.problems, propose)
    from wattlint.reports.markdown import diff_markdown

    markdown = diff_markdown(comparison)
    if format == "markdown":
        return markdown
    from wattlint.reports.github import append_summary, diff_github

    return diff_github(comparison) + append_summary(markdown)
