"""``wattlint diff --format json``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wattlint.reports.json_models.base import Count, Coverage, Finding, Interval, Place, Record, Skipped
from wattlint.reports.json_models.site import PerMonth, Site


class Change(Record):
    """10th, 50th and 90th percentile of a difference; may be negative."""

    p10: float
    p50: float
    p90: float


class Changes(Record):
    """Null: not known on a side."""

    energy_wh: Change | None
    carbon_gco2e: Change | None
    water_ml: Change | None
    cost_usd: Change | None


class MonthChanges(Record):
    """Of the calls whose number a month is known on each side that exists; null: of none."""

    energy_kwh: Change | None
    carbon_kgco2e: Change | None
    water_l: Change | None
    cost_usd: Change | None


class Difference(Record):
    what: str
    before: str
    after: str


class Pair(Record):
    """One call before and after; of the project's own wrapper, one for each caller."""

    status: Literal["added", "removed", "changed"]
    before: Site | None
    after: Site | None
    through: Place | None = Field(description="The wrapper's own call.")
    differences: list[Difference]
    origin: Place | None = Field(description="Where the changed model stands, when in another file.")
    change: Changes = Field(description="Of one call.")
    change_per_month: MonthChanges


class Sums(Record):
    """One call of each running call site of one side."""

    calls: Count
    without_estimate: Count
    without_price: Count
    energy_wh: Interval | None
    carbon_gco2e: Interval | None
    water_ml: Interval | None
    cost_usd: Interval | None
    per_month: PerMonth | None


class Gate(Record):
    """A limit that was set; any that failed makes the exit status 1."""

    name: str
    verdict: Literal["passed", "failed", "unknown"]
    message: str


class Diff(Record):
    """Output of `wattlint diff --format json`."""

    version: str = Field(description="Of wattlint.")
    schema_: Literal[1] = Field(alias="schema", description="Of this format.")
    base: str = Field(description="What was compared with, for people.")
    head: str
    pairs: list[Pair] = Field(description="Calls that differ, the largest change of energy first.")
    unchanged: Count
    before: Sums
    after: Sums
    change: Changes = Field(description="Of one call of each, as far as both sides are known.")
    change_per_month: MonthChanges
    new_findings: list[Finding]
    fixed_findings: list[Finding]
    gates: list[Gate]
    coverage: Coverage | None
    skipped: list[Skipped]
    skipped_at_base: list[Skipped] = Field(description="Not read at the base: its calls count as added.")
