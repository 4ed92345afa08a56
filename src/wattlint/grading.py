"""The energy grade of an analysis: every call against the smallest solver known to be adequate for its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wattlint.callsites.facts import RUNNING
from wattlint.catalogue.models import load_models
from wattlint.catalogue.user_folder import part
from wattlint.impact.grade import Grade, Judged, judge, overall

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Estimated


class Graded(NamedTuple):
    sites: list[Judged | None]
    """In the order of the estimates; None where a call cannot be judged."""
    project: Grade | None


def grade(analysis: Analysis, estimates: Sequence[Estimated]) -> Graded:
    judged = [_judged(analysis, item) for item in estimates]
    pairs = [(item.impact, one) for item, one in zip(estimates, judged, strict=True) if one and item.impact]
    calls = sum(item.site.kind in RUNNING for item in estimates)
    return Graded(judged, overall(pairs, calls))


def _judged(analysis: Analysis, item: Estimated) -> Judged | None:
    if item.site.kind not in RUNNING:
        return None
    settings = analysis.settings[item.site.path]
    catalogue = load_models(part(settings.rules_dir, "models"))
    return judge(item.site, item.record, item.impact, settings.impact, catalogue.lookup)
