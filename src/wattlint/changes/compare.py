"""The result of ``wattlint diff``: pairs of call sites before and after a change, and the sums of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from wattlint.changes.differences import Difference, differences
from wattlint.changes.match import match

if TYPE_CHECKING:
    from wattlint.analysis import Analysis, Coverage, Estimated
    from wattlint.callsites.facts import Place
    from wattlint.changes.budget import Gate
    from wattlint.changes.calls import Call
    from wattlint.impact.monthly import PerMonth
    from wattlint.impact.quantities import Impact, Interval
    from wattlint.lint.findings import Finding
    from wattlint.sources.files import Problem
    from wattlint.sources.view import View

Status = Literal["added", "removed", "changed", "same"]
QUANTITIES = ("energy_wh", "carbon_gco2e", "water_ml", "cost_usd")
MONTHLY = ("energy_kwh", "carbon_kgco2e", "water_l", "cost_usd")
"""Of a month, in the same order."""


class Change(NamedTuple):
    """A difference of two quantities that the same unknowns move: 10th, 50th and 90th percentile, may be negative."""

    p10: float
    p50: float
    p90: float

    @classmethod
    def between(cls, before: Interval | None, after: Interval | None) -> Change:
        """Hardware, grid and batch are the same on both sides, so that ends are subtracted from like ends."""
        ends = sorted(b - a for a, b in zip(before or (0.0, 0.0, 0.0), after or (0.0, 0.0, 0.0)))
        return cls(ends[0], ends[1], ends[2])


class SitePair(NamedTuple):
    """One call before and after. A call through the project's own wrapper is one pair for each caller."""

    status: Status
    before: Estimated | None
    after: Estimated | None
    via: Place | None = None
    """The wrapper's own call."""
    differences: tuple[Difference, ...] = ()
    origin: Place | None = None
    """Where what changed stands, when in another file than the call: a constant, a settings file."""
    new_findings: tuple[Finding, ...] = ()
    fixed_findings: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    """All that the newer one has."""

    @property
    def item(self) -> Estimated:
        """The newer of the two."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_known(self) -> bool:
        """Whether each side that exists has an estimate."""
        return all(item.impact is not None for item in (self.before, self.after) if item is not None)

    def change(self, quantity: str) -> Change | None:
        """Of one call; None where a side is not known."""
        sides = [_quantity(item.impact, quantity) if item else None for item in (self.before, self.after)]
        for item, value in zip((self.before, self.after), sides):
            if item is not None and value is None:
                return None
        return Change.between(*sides)

    def month_change(self, quantity: str) -> Change | None:
        """Of ``MONTHLY``, where the number of calls is known on each side that exists."""
        sides = [
            getattr(item.month, quantity) if item and item.month else None
            for item in (self.before, self.after)
        ]
        for item, value in zip((self.before, self.after), sides):
            if item is not None and value is None:
                return None
        return None if sides == [None, None] else Change.between(*sides)


class Sums(NamedTuple):
    """One call of each running call site of one side."""

    calls: int = 0
    without_estimate: int = 0
    without_price: int = 0
    quantities: Mapping[str, Interval] = MappingProxyType({})
    """By ``QUANTITIES``; one that no call has is missing."""
    month: PerMonth | None = None
    """Of the calls whose workload is known."""


class Comparison(NamedTuple):
    """Everything that reports on a change may show."""

    base: str
    """For people: ``merge base of main and HEAD (1a2b3c4)``."""
    head: str
    """``working tree``, ``index`` or a commit."""
    pairs: Sequence[SitePair] = ()
    """Those that differ: the largest change of energy first, then what has no estimate."""
    same: int = 0
    """Calls that do not differ."""
    before: Sums = Sums()
    after: Sums = Sums()
    coverage: Coverage | None = None
    gates: Sequence[Gate] = ()
    problems: Sequence[Problem] = ()
    """What could not be analysed now."""
    base_problems: Sequence[Problem] = ()
    """What could not be analysed at the base: its calls count as added."""
    now: Analysis | None = None
    """The newer version, where its fixes are asked for."""
    view: View | None = None
    """Of its files; None: they are those in the working tree."""

    def having(self, status: Status) -> list[SitePair]:
        return [pair for pair in self.pairs if pair.status == status]

    @property
    def new_findings(self) -> list[Finding]:
        return _distinct(finding for pair in self.pairs for finding in pair.new_findings)

    @property
    def fixed_findings(self) -> list[Finding]:
        return _distinct(finding for pair in self.pairs for finding in pair.fixed_findings)

    @property
    def unknown(self) -> list[SitePair]:
        """Pairs that are in no sum, for a side has no estimate."""
        return [pair for pair in self.pairs if not pair.is_known]

    @property
    def known_on_one_side(self) -> int:
        """Calls that have an estimate before or now, but not both: what became known is no increase."""
        running = [pair for pair in self.pairs if pair.before and pair.after and runs(pair.after)]
        return sum((pair.before.impact is None) != (pair.after.impact is None) for pair in running)  # type: ignore[union-attr]

    @property
    def not_running(self) -> int:
        """Bound and loaded models among the pairs: their figures are of a typical call, and in no sum."""
        return sum(not runs(pair.item) for pair in self.pairs)

    def change(self, quantity: str) -> Change | None:
        """Of one call of each, as far as both sides are known; None where neither sum has the quantity."""
        from wattlint.impact.quantities import total

        if not any(quantity in sums.quantities for sums in (self.before, self.after)):
            return None
        sides: tuple[list[Interval], list[Interval]] = ([], [])
        for pair in self.pairs:
            if pair.change(quantity) is not None:
                for item, side in zip((pair.before, pair.after), sides):
                    value = _quantity(item.impact, quantity) if item is not None and runs(item) else None
                    if value is not None:
                        side.append(value)
        before, after = (total(side) if side else None for side in sides)
        return Change.between(before, after)

    def month_change(self, quantity: str) -> Change | None:
        """Of ``MONTHLY``: the calls whose number a month is known on each side that exists; None without any."""
        changes = [change for pair in self.pairs if (change := pair.month_change(quantity)) is not None]
        return Change(*map(sum, zip(*changes))) if changes else None

    def percent(self, quantity: str) -> float | None:
        """The change of the middle in percent of the base; None where there is nothing to compare with."""
        change, base = self.change(quantity), self.before.quantities.get(quantity)
        return None if change is None or base is None or not base.p50 else 100 * change.p50 / base.p50


def pair_up(
    before: Sequence[Call], after: Sequence[Call], renamed: Mapping[str, str] | None = None
) -> list[SitePair]:
    """Every call of both sides, those that do not differ too. ``renamed``: new path -> old path, as displayed."""
    pairs = []
    for old, new in match([call.site for call in before], [call.site for call in after], renamed):
        pairs.append(_pair(before[old] if old is not None else None, after[new] if new is not None else None))
    return sorted(pairs, key=_rank)


def sums(calls: Sequence[Call], months: Sequence[PerMonth]) -> Sums:
    from wattlint.impact.monthly import together
    from wattlint.impact.quantities import total

    running = [call.item for call in calls if runs(call.item)]
    impacts = [item.impact for item in running if item.impact is not None]
    quantities = {}
    for name in QUANTITIES:
        values = [value for impact in impacts if (value := _quantity(impact, name)) is not None]
        if values:
            quantities[name] = total(values)
    return Sums(
        calls=len(impacts),
        without_estimate=len(running) - len(impacts),
        without_price=sum(impact.cost_usd is None for impact in impacts),
        quantities=quantities,
        month=together(months),
    )


def _pair(old: Call | None, new: Call | None) -> SitePair:
    found: tuple[Difference, ...] = ()
    status: Status = "added" if old is None else "removed"
    if old is not None and new is not None:
        found = differences(old.item, new.item)
        known = {finding.code for finding in old.findings}
        fresh = tuple(finding for finding in new.findings if finding.code not in known)
        known = {finding.code for finding in new.findings}
        fixed = tuple(finding for finding in old.findings if finding.code not in known)
        status = "changed" if found or fresh or fixed else "same"
        origin = _origin(new, found)
        return SitePair(status, old.item, new.item, new.via, found, origin, fresh, fixed, new.findings)
    if new is not None:
        return SitePair(status, None, new.item, new.via, (), None, new.findings, (), new.findings)
    assert old is not None
    return SitePair(status, old.item, None, old.via, (), None, (), old.findings)


def _origin(call: Call, found: Sequence[Difference]) -> Place | None:
    """Where the model's name stands, if the model is what changed and it stands in another file."""
    origin = call.site.model.origin
    if not origin or not any(one.what == "model" for one in found):
        return None
    return origin[-1] if origin[-1].line and origin[-1].path != call.site.path else None


def _rank(pair: SitePair) -> tuple[bool, float, list[str], int, int]:
    change = pair.change("energy_wh")
    site = pair.item.site
    size = 0.0 if change is None else -abs(float(f"{change.p50:.4g}"))
    return change is None, size, site.path.split("/"), site.line, site.column


def runs(item: Estimated) -> bool:
    """Whether it counts in the sums: a bound or loaded model does not."""
    from wattlint.callsites.facts import RUNNING

    return item.site.kind in RUNNING


def _quantity(impact: Impact | None, name: str) -> Interval | None:
    value: Interval | None = getattr(impact, name) if impact is not None else None
    return value


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """A finding at a wrapper's own line is seen by each of its callers, and is one."""
    unique = {finding.order: finding for finding in findings}
    return [unique[order] for order in sorted(unique)]
