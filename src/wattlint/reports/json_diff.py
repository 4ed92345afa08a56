"""The JSON report of a comparison of two versions; ``json_models.diff`` describes it for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wattlint import __version__
from wattlint.reports.figures import rounded
from wattlint.reports.json_data import (
    SCHEMA,
    Data,
    counts_data,
    dump,
    finding_data,
    interval_data,
    place_data,
    site_data,
    skipped_data,
)
from wattlint.reports.monthly import month_data

if TYPE_CHECKING:
    from wattlint.changes.compare import Change, Comparison, SitePair, Sums


def diff_json(comparison: Comparison) -> str:
    """The report of ``wattlint diff --format json``."""
    from wattlint.changes.compare import MONTHLY, QUANTITIES

    return dump(
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
            "new_findings": [finding_data(finding) for finding in comparison.new_findings],
            "fixed_findings": [finding_data(finding) for finding in comparison.fixed_findings],
            "gates": [gate._asdict() for gate in comparison.gates],
            "coverage": counts_data(comparison.coverage) if comparison.coverage else None,
            "skipped": skipped_data(comparison.problems),
            "skipped_at_base": skipped_data(comparison.base_problems),
        }
    )


def _pair(pair: SitePair) -> Data:
    from wattlint.changes.compare import MONTHLY, QUANTITIES

    return {
        "status": pair.status,
        "before": site_data(pair.before) if pair.before else None,
        "after": site_data(pair.after) if pair.after else None,
        "through": place_data(pair.via) if pair.via else None,
        "differences": [one._asdict() for one in pair.differences],
        "origin": place_data(pair.origin) if pair.origin else None,
        "change": {name: _change(pair.change(name)) for name in QUANTITIES},
        "change_per_month": {name: _change(pair.month_change(name)) for name in MONTHLY},
    }


def _sums(sums: Sums) -> Data:
    from wattlint.changes.compare import QUANTITIES

    return {
        "calls": sums.calls,
        "without_estimate": sums.without_estimate,
        "without_price": sums.without_price,
        **{name: interval_data(sums.quantities.get(name)) for name in QUANTITIES},
        "per_month": month_data(sums.month),
    }


def _change(change: Change | None) -> Data | None:
    return None if change is None else {name: rounded(v) for name, v in change._asdict().items()}
