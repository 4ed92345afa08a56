"""Limits that a change must keep: new findings, the calls it touches, the sums, and the increase of the sums."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from wattlint.catalogue.errors import nearest
from wattlint.changes.compare import runs
from wattlint.impact.quantities import Interval, plain
from wattlint.lint.budget import UNITS, amount, excess, quantities
from wattlint.lint.selection import code_problem

if TYPE_CHECKING:
    from wattlint.changes.compare import Comparison
    from wattlint.impact.monthly import PerMonth
    from wattlint.lint.findings import Finding
    from wattlint.settings import BudgetSettings

Verdict = Literal["passed", "failed", "unknown"]
SEVERITIES = ("info", "warning", "error")
FAULTS = ("warning",)
"""What makes the exit status 1 where nobody says otherwise: a note (info) does not."""


class Gate(NamedTuple):
    name: str
    """``budget.increase.energy-wh``, ``--fail-on error``."""
    verdict: Verdict
    """``unknown``: the limit holds as far as is known, and something that counts is not."""
    message: str
    """One line: what was found, and what the limit is."""


def gates(comparison: Comparison, budget: BudgetSettings, fail_on: Sequence[str]) -> list[Gate]:
    """Every limit that is set."""
    found = [*_findings(comparison, fail_on), *_per_call(comparison, budget)]
    found += _sums(comparison, budget)
    found += _increase(comparison, budget)
    if budget.unknown == "fail":
        found = [gate._replace(verdict="failed") if gate.verdict == "unknown" else gate for gate in found]
    return found


def failing(findings: Sequence[Finding], fail_on: Sequence[str]) -> list[Finding]:
    """Those that ``--fail-on`` names: a severity (with all above it) or the beginning of a code."""
    return [finding for finding in findings if any(_names(one, finding) for one in fail_on)]


def fail_on_problem(fail_on: Sequence[str], known: Collection[str]) -> str | None:
    """Why ``--fail-on`` cannot be followed; ``known``: the codes of all rules."""
    for one in fail_on:
        if one not in SEVERITIES and (problem := code_problem(one.upper(), known)):
            hint = nearest(one, SEVERITIES)
            return f'"{one}" is neither a severity nor a rule code{hint}' if hint else problem
    return None


def _names(one: str, finding: Finding) -> bool:
    if one in SEVERITIES:
        return SEVERITIES.index(finding.severity) >= SEVERITIES.index(one)
    return one == "ALL" or finding.code.startswith(one.upper())


def _findings(comparison: Comparison, fail_on: Sequence[str]) -> Iterator[Gate]:
    for one in fail_on:
        found = failing(comparison.new_findings, [one])
        places = ", ".join(f"{finding.path}:{finding.line} {finding.code}" for finding in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        count = f"{len(found)} new finding{'' if len(found) == 1 else 's'}"
        yield Gate(
            f"--fail-on {one}",
            "failed" if found else "passed",
            f"{count}: {places}{more}" if found else count,
        )


def _per_call(comparison: Comparison, budget: BudgetSettings) -> Iterator[Gate]:
    touched = [pair.after for pair in comparison.pairs if pair.after is not None]
    for name, limit in budget.per_call.items():
        unknown = 0
        over = []
        for item in touched:
            known = quantities(item.impact)
            unknown += name not in known
            if excess(known, {name: limit}, budget.at):
                over.append(f"{item.site.path}:{item.site.line} {amount(known[name], name)}")
        what = f"{len(over)} of {len(touched)} calls added or changed are above {plain(limit)} {UNITS[name]}"
        shown = f"{what}: {', '.join(over[:5])}{', ...' if len(over) > 5 else ''}" if over else what
        yield _gate("per-call", name, bool(over), shown, _calls(unknown, "unknown"))


def _sums(comparison: Comparison, budget: BudgetSettings) -> Iterator[Gate]:
    after = comparison.after
    for name, limit in budget.per_project.items():
        value = after.quantities.get(name)
        if value is None and not after.calls and not after.without_estimate:
            value = Interval(0.0, 0.0, 0.0)  # no call is left
        missing = _missing(comparison, name)
        yield _limited("per-project", name, limit, value, budget.at, missing, "one call of each site")
    for name, limit in budget.per_month.items():
        missing = "" if after.month else "no call has a workload"
        yield _limited("per-month", name, limit, _month(after.month, name), budget.at, missing, "a month")


def _limited(
    scope: str, name: str, limit: float, value: Interval | None, at: str, missing: str, what: str
) -> Gate:
    if value is None:
        return _gate(
            scope,
            name,
            False,
            f"{what}: nothing known, limit {plain(limit)} {UNITS[name]}",
            missing or "no figure",
        )
    over = getattr(value, at) > limit
    return _gate(
        scope, name, over, f"{what}: {amount(value, name)}, limit {plain(limit)} {UNITS[name]}", missing
    )


def _increase(comparison: Comparison, budget: BudgetSettings) -> Iterator[Gate]:
    for name, limit in budget.increase.items():
        change = comparison.change(name)
        base = comparison.before.quantities.get(name)
        grown = getattr(change, budget.at) if change is not None else 0.0
        # What is gone cannot have grown, and bound or loaded models are in no sum.
        counting = [pair for pair in comparison.pairs if pair.after is not None and runs(pair.after)]
        missing = [_calls(sum(not pair.is_known for pair in counting), "listed without an estimate")]
        if name == "cost_usd":
            missing.append(_calls(comparison.after.without_price, "without a list price"))
        looped = sum(any(one.what == "loop" for one in pair.differences) for pair in counting)
        missing.append(_calls(looped, "whose loop changed, which one call does not show"))
        shown = f"{'+' if grown >= 0 else '−'}{plain(abs(float(f'{grown:.3g}')))} {UNITS[name]}"
        if isinstance(limit, str):
            share = float(limit.rstrip("% "))
            if base is None or not base.p50:
                missing.append("nothing at the base to take a percentage of" if grown else "")
                over = False
            else:
                over = 100 * grown / getattr(base, budget.at) > share
                shown = f"{100 * grown / getattr(base, budget.at):+.3g} % ({shown})".replace("-", "−")
            limit_shown = f"{plain(share)} %"
        else:
            over = grown > limit
            limit_shown = f"{plain(limit)} {UNITS[name]}"
        why = "; ".join(part for part in missing if part)
        yield _gate("increase", name, over, f"one call of each site: {shown}, limit {limit_shown}", why)


def _missing(comparison: Comparison, name: str) -> str:
    after = comparison.after
    parts = [_calls(after.without_estimate, "without an estimate")]
    if name == "cost_usd":
        parts.append(_calls(after.without_price, "without a list price"))
    return "; ".join(part for part in parts if part)


def _calls(count: int, what: str) -> str:
    return f"{count} call{'' if count == 1 else 's'} {what}" if count else ""


def _gate(scope: str, name: str, over: bool, message: str, missing: str) -> Gate:
    verdict: Verdict = "failed" if over else "unknown" if missing else "passed"
    return Gate(
        f"budget.{scope}.{name.replace('_', '-')}",
        verdict,
        f"{message}; not counted: {missing}" if missing else message,
    )


def _month(month: PerMonth | None, name: str) -> Interval | None:
    if month is None:
        return None
    values = {
        "energy_wh": month.energy_kwh.scaled(1000),
        "carbon_gco2e": month.carbon_kgco2e.scaled(1000),
        "water_ml": month.water_l.scaled(1000),
        "cost_usd": month.cost_usd,
    }
    return values[name]
