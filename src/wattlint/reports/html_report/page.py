"""Puts data, style, script and chart library into one page."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from wattlint.reports.html_report.data import Data, report_data

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Estimated
    from wattlint.changes.compare import Comparison
    from wattlint.grading import Graded

PLACE = re.compile(r"\{\{(\w+)\}\}")


def estimate_html(analysis: Analysis, estimates: Sequence[Estimated], graded: Graded, title: str) -> str:
    """The whole file. ``title``: what was estimated."""
    return page(report_data(analysis, estimates, graded, title))


def diff_html(comparison: Comparison) -> str:
    """The whole file for a change."""
    from wattlint.reports.html_report.comparison import comparison_data

    return page(comparison_data(comparison))


def page(data: Data) -> str:
    """The file that shows ``data``."""
    parts = {
        "style": _file("report.css"),
        "chart": _file("chart.umd.min.js").partition("//# sourceMappingURL")[0],
        "script": _file("report.js"),
        "data": embedded(data),
    }
    return PLACE.sub(lambda match: parts[match[1]], _file("report.html"))


def embedded(data: Data) -> str:
    """JSON that can stand inside ``<script>``: no ``<``, so no tag and no comment, whatever a prompt or a path holds."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _file(name: str) -> str:
    return files("wattlint.reports.html_report").joinpath(name).read_text(encoding="utf-8")
