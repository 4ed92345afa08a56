"""``wattlint estimate --format json``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wattlint.reports.json_models.base import Count, Coverage, Interval, Record, Skipped
from wattlint.reports.json_models.site import PerMonth, Site


class Totals(Record):
    """Every `call` and `embed` site with an estimate, once."""

    sites: Count
    without_estimate: Count
    without_price: Count
    energy_wh: Interval | None
    carbon_gco2e: Interval | None
    water_ml: Interval | None
    cost_usd: Interval | None
    per_month: PerMonth | None = Field(description="Of the sites whose workload is known.")


class Unmatched(Record):
    name: str = Field(description="Model, or else function.")
    calls: float


class PassedOver(Record):
    reason: str
    entries: Count


class Traffic(Record):
    """The recording of `--traffic`, and how much of it fitted a call site."""

    file: str
    format: str
    calls: float = Field(description="Calls of a model in the recording.")
    start: str | None
    end: str | None
    days: float | None = Field(description="At least 1; null: no times recorded, taken as one month.")
    matched: float
    unmatched: list[Unmatched]
    passed_over: list[PassedOver]


class Estimate(Record):
    """Output of `wattlint estimate --format json`."""

    version: str = Field(description="Of wattlint.")
    schema_: Literal[1] = Field(alias="schema", description="Of this format.")
    sites: list[Site]
    totals: Totals
    traffic: Traffic | None = Field(description="Null without --traffic.")
    coverage: Coverage
    skipped: list[Skipped]
