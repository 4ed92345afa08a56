"""The energy of each call behind its line, and the whole story on hover."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types
from pygls.workspace import TextDocument

from wattlint.analysis import Estimated
from wattlint.impact.explain import explain
from wattlint.impact.quantities import in_readable_unit
from wattlint.lint.findings import Finding
from wattlint.lsp.diagnostics import client_range, line_length
from wattlint.lsp.session import Known
from wattlint.reports.figures import with_span
from wattlint.sources.secrets import hide


def inlay_hints(known: Known, document: TextDocument, lines: range) -> list[types.InlayHint]:
    """For the calls that begin on ``lines`` (from 1)."""
    found = []
    for item in known.estimates:
        if item.impact is None or item.site.line not in lines:
            continue
        at = client_range(document, item.site.line, line_length(document, item.site.line), item.site.line, 0)
        label = f"≈ {with_span(*in_readable_unit(item.impact.energy_wh, 'Wh'))}"
        tooltip = "\n".join(_figures(item))
        found.append(types.InlayHint(at.start, label, tooltip=tooltip, padding_left=True))
    return found


def hover(known: Known, document: TextDocument, line: int, column: int) -> types.Hover | None:
    """About the innermost call at a place (line from 1, column in characters)."""
    here = [item for item in known.estimates if _covers(item, line, column)]
    if not here:
        return None
    item = min(here, key=lambda it: (it.site.end_line - it.site.line, it.site.end_column - it.site.column))
    site = item.site
    findings = [it for it in known.analysis.findings if it.site is site and it.path == site.path]
    return types.Hover(
        types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(_story(item, findings))),
        client_range(document, site.line, site.column, site.end_line, site.end_column),
    )


def _covers(item: Estimated, line: int, column: int) -> bool:
    site = item.site
    return (site.line, site.column) <= (line, column) <= (site.end_line, site.end_column)


def _story(item: Estimated, findings: list[Finding]) -> Iterator[str]:
    site = item.site
    yield f"**{_plain(site.model.id or 'model unknown')}** · {site.kind}, {site.entry_point}"
    if site.model.origin:
        chain = " ← ".join(
            f"{_plain(place.path)}:{place.line} {_plain(place.note)}".strip() for place in site.model.origin
        )
        yield f"Model from {chain}"
    yield "  \n".join(_figures(item))
    for finding in findings:
        yield f"**[{finding.code}]({finding.url})** {_plain(finding.message)}  \n{_plain(finding.help)}"
    if item.impact is not None:
        yield f"---\n```text\n{_fenced(explain(site, item.impact))}\n```"


def _figures(item: Estimated) -> Iterator[str]:
    impact = item.impact
    if impact is None:
        yield f"No estimate: {hide(item.why_unknown)}"
        return
    per = f"per {impact.unit}, {impact.deployment}"
    yield f"{with_span(*in_readable_unit(impact.energy_wh, 'Wh'))} {per} (estimated, p10–p90)"
    yield with_span(*in_readable_unit(impact.carbon_gco2e, "gCO2e"))
    yield with_span(*in_readable_unit(impact.water_ml.scaled(1e-3), "L water"))
    if impact.cost_usd is not None:
        yield with_span(impact.cost_usd, "US$")


def _plain(text: str) -> str:
    """Text from the code, which is no Markdown."""
    return "".join("\\" + letter if letter in "\\`*_[]<>#|" else letter for letter in hide(text))


def _fenced(text: str) -> str:
    return hide(text).replace("```", "'''")
