"""Puts what was recorded in place of what estimates assume: tokens, calls per month, and models the code does not tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wattlint.callsites.facts import CallSite, Workload
from wattlint.catalogue.records import ModelRecord
from wattlint.impact.estimate import estimate
from wattlint.impact.monthly import PerMonth, per_month, together
from wattlint.settings import ImpactSettings
from wattlint.traffic.match import Matches, Share, match
from wattlint.traffic.records import Traffic

Lookup = Callable[[str], ModelRecord | None]
DATE = re.compile(r"-\d{4}-\d\d-\d\d$")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording and what it says about the sites of one run."""

    traffic: Traffic
    matches: Matches

    def site(self, index: int, site: CallSite) -> CallSite:
        """The site with the mean of the tokens recorded there; with its model too, where the code does not tell it."""
        shares = self.matches.shares.get(index)
        return _as_recorded(site, shares) if shares else site

    def month(self, index: int, site: CallSite, lookup: Lookup, settings: ImpactSettings) -> PerMonth | None:
        """The month recorded at one site: each model at its own size and with its own tokens."""
        months = []
        for share in self.matches.shares.get(index, ()):
            workload = (site.workload or Workload())._replace(
                tokens_in=share.tokens_in, tokens_out=share.tokens_out, source=_source(share.how),
            )  # fmt: skip
            model = share.model or site.model.id
            impact = estimate(
                replace(site, workload=workload), lookup(model) if model is not None else None, settings
            )
            if impact is not None:
                months.append(per_month(impact, share.calls_per_month, _source(share.how)))
        return together([found for found in months if found is not None])


def record(sites: Sequence[CallSite], traffic: Traffic, lookup: Lookup) -> Recorded:
    """``traffic`` matched to ``sites``."""

    def same(model: str) -> str:
        known = lookup(model)
        return DATE.sub("", known.id if known else model.lower())

    return Recorded(traffic, match(sites, traffic, same))


def _as_recorded(site: CallSite, shares: Sequence[Share]) -> CallSite:
    before = site.workload or Workload()
    workload = Workload(
        calls_per_month=sum(share.calls_per_month for share in shares),
        tokens_in=_mean([(share.calls_per_month, share.tokens_in) for share in shares]) or before.tokens_in,
        tokens_out=_mean([(share.calls_per_month, share.tokens_out) for share in shares])
        or before.tokens_out,
        batch=before.batch,
        source="; ".join(dict.fromkeys(_source(share.how) for share in shares)),
    )
    model = site.model
    if model.id is None:
        most = max(shares, key=lambda share: (share.model is not None, share.calls_per_month))
        if most.model is not None:
            model = model._replace(id=most.model, via="recorded", unknown_reason=None)
    return replace(site, workload=workload, model=model)


def _source(how: str) -> str:
    return f"recorded traffic, matched {how}"


def _mean(weighted: Sequence[tuple[float, float | None]]) -> float | None:
    known = [(weight, value) for weight, value in weighted if value is not None]
    weights = sum(weight for weight, _ in known)
    return sum(weight * value for weight, value in known) / weights if weights else None
