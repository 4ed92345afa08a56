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
    from wattlint.impact.quantities import Impact, Interval
    from wattlint.lint.findings import Finding
    from wattlint.reports.text import Propose
    from wattlint.sources.files import Problem

PRECISIONS = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "float8": "fp8"}
"""dtypes by the names that estimates give them."""
SCHEMA = 1
"""Rises when a key is removed, renamed or changes its meaning; new keys do not raise it."""

Data = dict[str, Any]


def check_json(analysis: Analysis, propose: Propose = lambda finding: None) -> str:
    """The report of ``wattlint check --format json``."""
    return dump(
        {
            "version": __version__,
            "schema": SCHEMA,
            "findings": [finding_data(finding, propose(finding)) for finding in analysis.findings],
            "coverage": _coverage(analysis),
            "skipped": skipped_data(analysis.problems),
        }
    )


def estimate_json(analysis: Analysis, estimates: Sequence[Estimated]) -> str:
    """The report of ``wattlint estimate --format json``."""
    from wattlint.impact.monthly import together

    sums = totals(estimates)
    return dump(
        {
            "version": __version__,
            "schema": SCHEMA,
            "sites": [site_data(item) for item in estimates],
            "totals": {
                "sites": sums.sites,
                "without_estimate": sums.without_estimate,
                "without_price": sums.without_price,
                "energy_wh": interval_data(sums.energy_wh),
                "carbon_gco2e": interval_data(sums.carbon_gco2e),
                "water_ml": interval_data(sums.water_ml),
                "cost_usd": interval_data(sums.cost_usd),
                "per_month": month_data(together([item.month for item in estimates if item.month])),
            },
            "traffic": recorded_data(analysis.recorded),
            "coverage": _coverage(analysis),
            "skipped": skipped_data(analysis.problems),
        }
    )


def dump(data: Data) -> str:
    # ASCII only: a lone surrogate (from a file name that is no text) survives as an escape in any encoding.
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def finding_data(finding: Finding, fix: Fix | NotFixed | None = None) -> Data:
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
        "related": [place_data(place) for place in finding.related],
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


def site_data(item: Estimated) -> Data:
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
        "tokens_in": interval_data(impact.tokens_in) if impact else None,
        "tokens_out": interval_data(impact.tokens_out) if impact else None,
        "precision": impact.precision
        if impact
        else PRECISIONS.get(load.dtype or "", load.dtype)
        if load
        else None,
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
        "energy_wh": interval_data(impact.energy_wh),
        "accelerator_wh": interval_data(impact.accelerator_wh),
        "energy_wh_per_million_tokens": interval_data(impact.energy_wh_per_million_tokens),
        "carbon_gco2e": interval_data(impact.carbon_gco2e),
        "carbon_operational_gco2e": interval_data(impact.carbon_operational_gco2e),
        "carbon_embodied_gco2e": interval_data(impact.carbon_embodied_gco2e),
        "water_ml": interval_data(impact.water_ml),
        "water_onsite_ml": interval_data(impact.water_onsite_ml),
        "water_offsite_ml": interval_data(impact.water_offsite_ml),
        "cost_usd": interval_data(impact.cost_usd),
    }


def _model(model: ModelFact) -> Data:
    return {
        "id": model.id,
        "via": model.via,
        "origin": [place_data(place) for place in model.origin],
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
        "caller": place_data(context.caller),
        "model": _model(context.model),
        "prompt": _prompt(context.prompt),
        "loop": _loop(context.loop),
        "output_limit": context.output_limit,
    }


def place_data(place: Place) -> Data:
    return {"path": place.path, "line": place.line, "note": place.note}


def interval_data(interval: Interval | None) -> Data | None:
    """Four significant digits: more would differ between platforms and mean nothing."""
    if interval is None:
        return None
    return {name: rounded(value) for name, value in interval._asdict().items()}


def _coverage(analysis: Analysis) -> Data:
    return counts_data(analysis.coverage)


def counts_data(seen: Coverage) -> Data:
    return {
        "files": seen.files,
        "files_with_sites": seen.files_with_sites,
        "sites": seen.sites,
        "models_known": seen.models_known,
        "models_unknown": seen.models_unknown,
        "sites_not_checked": seen.sites_not_checked,
        "unreadable": seen.unreadable,
    }


def skipped_data(problems: Sequence[Problem]) -> list[Data]:
    return [{"path": problem.path, "line": problem.line, "message": problem.message} for problem in problems]
