"""One call site in a JSON report, with its estimate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wattlint.reports.json_models.base import Interval, Place, Record, Solver, Span


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
