"""The HTML report of ``wattlint estimate``: one file that asks the network for nothing.

``data`` says what it shows; ``report.html``, ``report.css`` and ``report.js`` how. Bars are drawn by Chart.js, whose
minified release (MIT licence, in its first lines) lies beside them as published.
"""

from wattlint.reports.html_report.page import estimate_html

__all__ = ["estimate_html"]
