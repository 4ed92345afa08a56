"""Call sites, estimates and findings as plain data for the JSON reports.

``json_models`` describes the same data for readers and tests; here is only what writes it, without pydantic.
Lines count from 1, columns from 1 (in characters), cells from 0 among all cells of the notebook.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattlint import __version__
from wattlint.callsites.facts import CallSite, Context, Loop, ModelFact, Place, Prompt
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.reports.figures import rounded
from wattlint.reports.monthly import month_data, recorded_data
from wattlint.reports.totals import totals

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Coverage, Estimated
    from wattlint.changes.compare import Change, Comparison, SitePair, Sums
    from wattlint.impact.quantities import Impact, Interval
    from wattlint.lint.findings import Finding
    from wattlint.reports.text import Propose
    from wattlint.sources.files import Problem

SCHEMA = 1
"""Rises when a key is removed, renamed or changes its meaning; new keys do not raise it."""

Data = dict[str, Any]


def check_json(analysis: Analysis, propose: Propose = lambda finding: None) -> str:
    """The report of ``wattlint check --format json``."""
    return _dump(
        {
            "version": __version__,
            "schema": SCHEMA,
            "findings": [_finding(finding, propose(finding)) for finding in analysis.findings],
            "coverage": _coverage(analysis),
            "skipped": _skipped(analysis.problems),
        }
    )


def estimate_json(analysis: Analysis, estimates: Sequence[Estimated]) -> str:
    """The report of ``wattlint estimate --format json``."""
    from wattlint.impact.monthly import together

    sums = totals(estimates)
    return _dump(
        {
            "version": __version__,
            "schema": SCHEMA,
            "sites": [_site(item) for item in estimates],
            "totals": {
                "sites": sums.sites,
                "without_estimate": sums.without_estimate,
                "without_price": sums.without_price,
                "energy_wh": _interval(sums.energy_wh),
                "carbon_gco2e": _interval(sums.carbon_gco2e),
                "water_ml": _interval(sums.water_ml),
                "cost_usd": _interval(sums.cost_usd),
                "per_month": month_data(together([item.month for item in estimates if item.month])),
            },
            "traffic": recorded_data(analysis.recorded),
            "coverage": _coverage(analysis),
            "skipped": _skipped(analysis.problems),
        }
    )


def diff_json(comparison: Comparison) -> str:
    """The report of ``wattlint diff --format json``."""
    from wattlint.changes.compare import MONTHLY, QUANTITIES

    return _dump(
        {
            "version": __version__,
            "schema": SCHEMA,
            "base": comparison.base,
            "head": comparison.head,
            "pairs": [_pair(pair) for pair in comparison.pairs],
            "unchanged": comparison.same,
            "before": _sums(comparison.before),
            "after": _sums(comparison.after),
            "change": {name: _change(comparison.change(name)) for name in QUANTITIES},
            "change_per_month": {name: _change(comparison.month_change(name)) for name in MONTHLY},
            "new_findings": [_finding(finding) for finding in comparison.new_findings],
            "fixed_findings": [_finding(finding) for finding in comparison.fixed_findings],
            "gates": [gate._asdict() for gate in comparison.gates],
            "coverage": _counts(comparison.coverage) if comparison.coverage else None,
            "skipped": _skipped(comparison.problems),
            "skipped_at_base": _skipped(comparison.base_problems),
        }
    )


def _pair(pair: SitePair) -> Data:
    from wattlint.changes.compare import MONTHLY, QUANTITIES

    return {
        "status": pair.status,
        "before": _site(pair.before) if pair.before else None,
        "after": _site(pair.after) if pair.after else None,
        "through": _place(pair.via) if pair.via else None,
        "differences": [one._asdict() for one in pair.differences],
        "origin": _place(pair.origin) if pair.origin else None,
        "change": {name: _change(pair.change(name)) for name in QUANTITIES},
        "change_per_month": {name: _change(pair.month_change(name)) for name in MONTHLY},
    }


def _sums(sums: Sums) -> Data:
    from wattlint.changes.compare import QUANTITIES

    return {
        "calls": sums.calls,
        "without_estimate": sums.without_estimate,
        "without_price": sums.without_price,
        **{name: _interval(sums.quantities.get(name)) for name in QUANTITIES},
        "per_month": month_data(sums.month),
    }


def _change(change: Change | None) -> Data | None:
    return None if change is None else {name: rounded(v) for name, v in change._asdict().items()}


def _dump(data: Data) -> str:
    # ASCII only: a lone surrogate (from a file name that is no text) survives as an escape in any encoding.
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _finding(finding: Finding, fix: Fix | NotFixed | None = None) -> Data:
    return {
        "path": finding.path,
        "cell": finding.cell,
        "line": finding.line,
        "column": finding.column + 1,
        "end_line": finding.end_line,
        "end_column": finding.end_column + 1,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "url": finding.url,
        "fix": _fix(fix) if isinstance(fix, Fix) else None,
        "not_fixed": fix.reason if isinstance(fix, NotFixed) else None,
        "related": [_place(place) for place in finding.related],
    }


def _fix(fix: Fix) -> Data:
    return {
        "name": fix.name,
        "message": fix.message,
        "safe": fix.safe,
        "edits": [
            {
                **edit._asdict(),
                "column": edit.column + 1,
                "end_column": edit.end_column + 1,
            }
            for edit in fix.edits
        ],
    }


def _site(item: Estimated) -> Data:
    site, impact = item.site, item.impact
    load = site.load
    return {
        "path": site.path,
        "cell": site.cell,
        "line": site.line,
        "column": site.column + 1,
        "end_line": site.end_line,
        "end_column": site.end_column + 1,
        "function": site.function,
        "callee": site.callee,
        "sdk": site.sdk,
        "entry_point": site.entry_point,
        "provider": site.provider,
        "kind": site.kind,
        "confidence": site.confidence,
        "in_tests": site.in_tests,
        "model": _model(site.model),
        "prompt": _prompt(site.prompt),
        "output": {
            "limit_tokens": site.output_limit,
            "limit_given": site.output_limit_given,
            "kind": site.contract.kind,
            "labels": list(site.contract.labels),
            "evidence": list(site.contract.evidence),
        },
        "tokens_in": _interval(impact.tokens_in) if impact else None,
        "tokens_out": _interval(impact.tokens_out) if impact else None,
        "precision": impact.precision if impact else load.dtype if load else None,
        "quantization": load.quantization if load else None,
        "loop": _loop(site.loop),
        "task": _task(site),
        "contexts": [_context(context) for context in site.contexts],
        "impact": _impact(impact) if impact else None,
        "per_month": month_data(item.month),
        "ecologits": _ecologits(item),
    }


def _ecologits(item: Estimated) -> Data | None:
    """The figure of that package, where it is installed and knows the model."""
    from wattlint.impact.ecologits import other_estimate

    other = other_estimate(item.site, item.impact) if item.impact else None
    if other is None:
        return None
    bounds = {name: getattr(other, name) for name in ("energy_wh", "carbon_gco2e")}
    data: Data = {name: {"min": rounded(low), "max": rounded(high)} for name, (low, high) in bounds.items()}
    return {"version": other.version, "output_tokens": rounded(other.output_tokens), **data}


def _impact(impact: Impact) -> Data:
    return {
        "unit": impact.unit,
        "deployment": impact.deployment,
        "hardware": impact.hardware,
        "gpus": impact.gpus,
        "region": impact.region,
        "energy_wh": _interval(impact.energy_wh),
        "accelerator_wh": _interval(impact.accelerator_wh),
        "energy_wh_per_million_tokens": _interval(impact.energy_wh_per_million_tokens),
        "carbon_gco2e": _interval(impact.carbon_gco2e),
        "carbon_operational_gco2e": _interval(impact.carbon_operational_gco2e),
        "carbon_embodied_gco2e": _interval(impact.carbon_embodied_gco2e),
        "water_ml": _interval(impact.water_ml),
        "water_onsite_ml": _interval(impact.water_onsite_ml),
        "water_offsite_ml": _interval(impact.water_offsite_ml),
        "cost_usd": _interval(impact.cost_usd),
    }


def _model(model: ModelFact) -> Data:
    return {
        "id": model.id,
        "via": model.via,
        "origin": [_place(place) for place in model.origin],
        "candidates": list(model.candidates),
        "unknown_reason": model.unknown_reason,
        "local_path": model.local_path,
    }


def _prompt(prompt: Prompt | None) -> Data | None:
    if prompt is None:
        return None
    return {
        "parts": [
            {
                "role": part.role,
                "text": "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in part.pieces),
                "holes": [{"name": hole.name, "kind": hole.kind} for hole in part.holes],
            }
            for part in prompt.parts
        ],
        "complete": prompt.complete,
        "batch": prompt.batch,
    }


def _loop(loop: Loop) -> Data | None:
    if loop.kind == "none":
        return None
    return {
        "kind": loop.kind,
        "count": loop.count,
        "over": loop.over,
        "line": loop.line,
        "via_function": loop.via_function,
        "gathered": loop.gathered,
        "dependent": loop.dependent,
    }


def _task(site: CallSite) -> Data | None:
    if site.task is None:
        return None
    return {
        "name": site.task.name,
        "solver": site.task.solver,
        "confidence": site.task.confidence,
        "evidence": list(site.task.evidence),
        "replacement": site.task.replacement,
    }


def _context(context: Context) -> Data:
    return {
        "caller": _place(context.caller),
        "model": _model(context.model),
        "prompt": _prompt(context.prompt),
        "loop": _loop(context.loop),
        "output_limit": context.output_limit,
    }


def _place(place: Place) -> Data:
    return {"path": place.path, "line": place.line, "note": place.note}


def _interval(interval: Interval | None) -> Data | None:
    """Four significant digits: more would differ between platforms and mean nothing."""
    if interval is None:
        return None
    return {name: rounded(value) for name, value in interval._asdict().items()}


def _coverage(analysis: Analysis) -> Data:
    return _counts(analysis.coverage)


def _counts(seen: Coverage) -> Data:
    return {
        "files": seen.files,
        "files_with_sites": seen.files_with_sites,
        "sites": seen.sites,
        "models_known": seen.models_known,
        "models_unknown": seen.models_unknown,
        "sites_not_checked": seen.sites_not_checked,
        "unreadable": seen.unreadable,
    }


def _skipped(problems: Sequence[Problem]) -> list[Data]:
    return [{"path": problem.path, "line": problem.line, "message": problem.message} for problem in problems]
