"""The HTML report of ``wattlint estimate`` and ``diff``: one file that asks the network for nothing.

``data`` and ``comparison`` say what it shows; ``report.html``, ``report.css`` and ``report.js`` how. Bars are drawn by Chart.js, whose
minified release (MIT licence, in its first lines) lies beside them as published.
"""

from wattlint.reports.html_report.page import diff_html, estimate_html

__all__ = ["diff_html", "estimate_html"]
