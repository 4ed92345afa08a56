"""The JSON reports as pydantic models: what readers may rely on.

``python -m wattlint.reports.json_models docs/schemas`` writes their JSON Schema; nothing on the way of a normal run
imports this module.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[int, Field(ge=1, description="Counted from 1; in a notebook, within its cell.")]
Column = Annotated[int, Field(ge=1, description="Counted from 1, in characters.")]
Cell = Annotated[
    int, Field(ge=0, description="Index among all cells of the notebook, from 0; null in a module.")
]
Path_ = Annotated[
    str, Field(description="Relative to the working folder when below it, else absolute; forward slashes.")
]
Count = Annotated[int, Field(ge=0)]
Solver = Literal["code", "small-model", "small-llm", "llm"]


class Record(BaseModel):
    """Base of all: no key that is not described here."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Interval(Record):
    """10th, 50th and 90th percentile."""

    p10: float = Field(ge=0)
    p50: float = Field(ge=0)
    p90: float = Field(ge=0)


class Place(Record):
    path: str
    line: int
    note: str = Field(description="What was found there.")


class Skipped(Record):
    """Something that could not be analysed; any makes the exit status 2."""

    path: str
    line: int | None
    message: str


class Coverage(Record):
    files: Count
    files_with_sites: Count
    sites: Count
    models_known: Count
    models_unknown: Count
    sites_not_checked: Count = Field(description="In tests or examples: estimated, not linted.")
    unreadable: Count


class Span(Record):
    """Where something stands in the source."""

    path: Path_
    cell: Cell | None
    line: Line
    column: Column
    end_line: Line
    end_column: Column = Field(description="After the last character.")


class Edit(Span):
    """`replacement` in place of what stands there; an insertion ends where it starts."""

    replacement: str = Field(description="Lines end in a newline character, whatever ends them in the file.")


class Fix(Record):
    """What `--fix` does; with `safe` false only with `--unsafe-fixes`. Findings may share a fix: apply it once."""

    name: str
    message: str
    safe: bool = Field(description="Behaviour stays; rounding may differ where a number type changes.")
    edits: list[Edit]


class Finding(Span):
    code: str = Field(pattern=r"^[A-Z]{1,3}[0-9]{3}$")
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str | None
    url: str | None
    fix: Fix | None
    not_fixed: str | None = Field(
        description="Why a fix that there is for such findings cannot be made here."
    )
    related: list[Place]


class Check(Record):
    """Output of `wattlint check --format json`."""

    version: str = Field(description="Of wattlint.")
    schema_: Literal[1] = Field(alias="schema", description="Of this format.")
    findings: list[Finding]
    coverage: Coverage
    skipped: list[Skipped]


class Model(Record):
    id: str | None = Field(description="Null: unknown. Never a guess.")
    via: str = Field(description="How the id is given: literal, module_const, env_default, ...")
    origin: list[Place] = Field(description="From the call back to the place where the id stands.")
    candidates: list[str] = Field(description="Every id that may reach the call, the default first.")
    unknown_reason: str | None
    local_path: bool


class Hole(Record):
    """A part of the prompt that is only known at run time."""

    name: str
    kind: str


class PromptPart(Record):
    role: str
    text: str = Field(description="Literal text, with holes as {name}.")
    holes: list[Hole]


class Prompt(Record):
    parts: list[PromptPart]
    complete: bool = Field(description="False when messages may be missing.")
    batch: int | None


class Output(Record):
    """What the caller accepts as an answer."""

    limit_tokens: int | None
    limit_given: bool
    kind: Literal["text", "json", "labels", "bool", "number"]
    labels: list[str]
    evidence: list[str]


class Loop(Record):
    kind: Literal["data", "retry", "chat", "unbounded"]
    count: int | None
    over: str | None
    line: int | None
    via_function: str | None
    gathered: bool
    dependent: bool


class Task(Record):
    name: str
    solver: Solver
    confidence: Literal["high", "medium", "low"]
    evidence: list[str]
    replacement: str | None


class Context(Record):
    """The same call as one caller of the project's own wrapper makes it."""

    caller: Place
    model: Model
    prompt: Prompt | None
    loop: Loop | None
    output_limit: int | None


class Impact(Record):
    """What one `unit` (a call, an embedded text, a million training tokens) costs."""

    unit: str
    deployment: Literal["api", "server", "local"]
    hardware: str
    gpus: int
    region: str
    energy_wh: Interval = Field(description="Whole system, times PUE.")
    accelerator_wh: Interval = Field(description="GPUs alone.")
    energy_wh_per_million_tokens: Interval | None = Field(description="Of embedding models.")
    carbon_gco2e: Interval = Field(description="Operational (location-based) and embodied.")
    carbon_operational_gco2e: Interval
    carbon_embodied_gco2e: Interval
    water_ml: Interval
    water_onsite_ml: Interval
    water_offsite_ml: Interval
    cost_usd: Interval | None


class PerMonth(Record):
    """A month of 30.4 days."""

    calls: float = Field(ge=0)
    energy_kwh: Interval
    carbon_kgco2e: Interval
    water_l: Interval
    cost_usd: Interval | None
    source: str = Field(description="Who says how many calls there are.")


class Bounds(Record):
    min: float
    max: float


class EcoLogits(Record):
    """What the package of that name says, where it is installed."""

    version: str
    output_tokens: float
    energy_wh: Bounds
    carbon_gco2e: Bounds


class Site(Span):
    function: str | None
    callee: str
    sdk: str
    entry_point: str
    provider: str | None
    kind: Literal["call", "bind", "load", "embed", "train"]
    confidence: Literal["resolved", "structural"]
    in_tests: bool
    model: Model
    prompt: Prompt | None
    output: Output
    tokens_in: Interval | None
    tokens_out: Interval | None
    precision: str | None
    quantization: str | None
    loop: Loop | None
    task: Task | None
    contexts: list[Context]
    impact: Impact | None = Field(description="Null: the model or its size is unknown.")
    per_month: PerMonth | None = Field(description="Null: nobody says how often the call runs.")
    ecologits: EcoLogits | None = Field(description="Null: not installed, or it does not know the model.")


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


REPORTS: dict[str, type[Record]] = {"check": Check, "estimate": Estimate, "diff": Diff}


def schema_text(name: str) -> str:
    """The JSON Schema (draft 2020-12) of one report, as it is kept in ``docs/schemas``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **REPORTS[name].model_json_schema(mode="serialization", by_alias=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=True) + "\n"


def main(folder: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in REPORTS:
        (Path(folder) / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
