"""``wattlint check --format json``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wattlint.reports.json_models.base import Coverage, Finding, Record, Skipped


class Check(Record):
    """Output of `wattlint check --format json`."""

    version: str = Field(description="Of wattlint.")
    schema_: Literal[1] = Field(alias="schema", description="Of this format.")
    findings: list[Finding]
    coverage: Coverage
    skipped: list[Skipped]
