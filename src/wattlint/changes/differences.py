"""In what two versions of one call differ, as far as it bears on what the call costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wattlint.analysis import Estimated
    from wattlint.callsites.facts import CallSite, Loop
    from wattlint.impact.quantities import Impact, Interval


class Difference(NamedTuple):
    what: str
    """``model``, ``loop``, ``tokens in``, ..."""
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what} {self.before} → {self.after}"


def differences(before: Estimated, after: Estimated) -> tuple[Difference, ...]:
    """Empty where the call costs and does the same; a line that moved or a name that changed is no difference."""
    found = [*_facts(before.site, after.site), *_figures(before.impact, after.impact)]
    if not found and _energy(before.impact) != _energy(after.impact):
        found.append(Difference("estimate", _shown(before.impact), _shown(after.impact)))
    return tuple(found)


def _facts(before: CallSite, after: CallSite) -> Iterator[Difference]:
    rows = (
        ("call", before.entry_point, after.entry_point),
        ("model", _model(before), _model(after)),
        ("loop", _loop(before.loop), _loop(after.loop)),
        ("output limit", _given(before.output_limit), _given(after.output_limit)),
        ("answers per call", _given(before.samples), _given(after.samples)),
        ("batch", _given(before.batch_size), _given(after.batch_size)),
        ("reasoning effort", _given(before.reasoning_effort), _given(after.reasoning_effort)),
        ("cache", _given(before.use_cache), _given(after.use_cache)),
        ("draft model", _given(before.draft_model), _given(after.draft_model)),
        ("calls per month", _calls(before), _calls(after)),
    )
    for what, old, new in rows:
        if old != new:
            yield Difference(what, old, new)
    if before.load is not None and after.load is not None:
        for name in ("dtype", "quantization"):
            given = _given(getattr(before.load, name)), _given(getattr(after.load, name))
            if given[0] != given[1]:
                yield Difference(name, *given)


def _figures(before: Impact | None, after: Impact | None) -> Iterator[Difference]:
    if before is None or after is None:
        return
    rows = (
        ("tokens in", _tokens(before.tokens_in), _tokens(after.tokens_in)),
        ("tokens out", _tokens(before.tokens_out), _tokens(after.tokens_out)),
        ("deployment", before.deployment, after.deployment),
        ("region", before.region, after.region),
    )
    for what, old, new in rows:
        if old != new:
            yield Difference(what, old, new)


def _model(site: CallSite) -> str:
    if site.model.id is None:
        return "unknown"
    others = len(set(site.model.candidates) - {site.model.id})
    return f"{site.model.id} or {others} more" if others else site.model.id


def _loop(loop: Loop) -> str:
    """Without the names in it, which may change and mean the same."""
    if loop.kind == "none":
        return "none"
    how = {"data": "once per item", "retry": "retries", "chat": "a conversation", "unbounded": "without end"}
    times = f", {loop.count} times" if loop.count is not None else ""
    return f"{how[loop.kind]}{times}{', at once' if loop.gathered else ''}"


def _given(value: object) -> str:
    return "none" if value is None else f"{value:,}" if type(value) is int else str(value)


def _calls(site: CallSite) -> str:
    stated = site.workload.calls_per_month if site.workload else None
    return "unknown" if stated is None else f"{stated:,.0f}"


def _tokens(tokens: Interval) -> str:
    low, high = f"{tokens.p10:,.0f}", f"{tokens.p90:,.0f}"
    return low if low == high else f"{low}–{high}"


def _energy(impact: Impact | None) -> str:
    return "" if impact is None else " ".join(f"{end:.4g}" for end in impact.energy_wh)


def _shown(impact: Impact | None) -> str:
    from wattlint.impact.quantities import plain

    return "unknown" if impact is None else f"{plain(impact.energy_wh.p50)} Wh"
