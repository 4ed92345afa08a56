"""The constants of ``rules/impact`` as the estimator reads them (compiled; no YAML at run time)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple

from wattlint.catalogue import store
from wattlint.impact.quantities import Factor, Interval
from wattlint.regexes import regex


class Hardware(NamedTuple):
    name: str
    memory_gb: float
    bandwidth_tb_s: float
    peaks: dict[str, float]
    """Dense TFLOP/s by arithmetic: bf16, fp32, and fp4 where the hardware multiplies it. fp8 is given the bf16 peak:
    measured serving was no faster."""
    tdp_w: float
    host: str
    """``datacenter``, ``consumer`` or ``complete`` (the power is that of the whole machine)."""
    embodied_kgco2e: tuple[float, float, float]
    source: str
    embodied_source: str
    byte_energy: float = 1.0
    """Energy of moving a byte over that of HBM2e and its successors, for which it was fitted."""

    def peak_tflops(self, compute: str) -> float:
        return self.peaks["bf16"] if compute == "fp8" else self.peaks.get(compute, self.peaks["bf16"])


class Precision(NamedTuple):
    name: str
    bytes_per_parameter: float
    compute: str
    energy_vs_bf16: tuple[float, float, float] | None
    """Measured energy over that of bf16 on the same GPU; None where the bytes moved tell it."""
    source: str


class Known(NamedTuple):
    """A constant with its interval; all three equal when it counts as exact."""

    low: float
    mid: float
    high: float
    unit: str
    source: str

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.mid, self.high)

    def factor(self, name: str) -> Factor:
        return Factor.of(name, self.low, self.mid, self.high)


class Grid(NamedTuple):
    iso3: str
    country: str
    gco2e_kwh: tuple[float, float, float]
    """Lowest, preferred and highest of the sources."""
    offsite_water_l_kwh: float
    source: str
    iso2: str


class Region(NamedTuple):
    name: str
    provider: str
    location: str
    iso3: str
    gco2e_kwh: float | None
    pue: float | None
    wue_l_kwh: float | None
    source: str


class Provider(NamedTuple):
    name: str
    pue: tuple[float, float, float]
    wue_l_kwh: tuple[float, float, float]
    grid: str
    source: str


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The constants of ``impact/physics.py`` (their middle values)."""

    layers_at_8b: float
    layers_exponent: float
    kv_bytes_at_1b: float
    layer_s: float
    tensor_parallel: float
    weights: float
    kv_cache: float
    compute: float
    sequence_s: float
    eager: float
    moe_shared: float
    moe_weights: float
    moe_fp8_weights: float
    moe_compute: float
    power_static: float
    power_compute: float
    joules_per_byte: float


FITTED = tuple(field.name for field in fields(Coefficients))
ASSUMED = (
    "residual_dense", "residual_moe", "ratio_dense", "ratio_moe", "precision_unknown", "memory_headroom", "batch_api", "sequences_per_gpu", "batch_server", "batch_embed_api", "host_datacenter",
    "host_consumer", "host_complete", "lifetime_years", "busy_share", "mean_draw", "grid_spread",
    "water_spread", "train_flop", "train_mfu", "train_draw", "moe_active_unknown", "measured_by_user", "cached_prefix",
    "train_flop_adapter", "train_quantized",
    "speculative", "code_solver_wh",
)  # fmt: skip
COEFFICIENTS = FITTED + ASSUMED
NEEDED_PRIORS = {
    "input_tokens": ("unknown", "nothing", "embedded-text", "training-example", "tool", "tools"),
    "reasoning": ("medium",),
}
PRIOR_GROUPS = ("contract", "solver", "reasoning")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = store.section("impact")
    return data


MAKERS = regex(r"^(nvidia|amd|apple|instinct|tesla|geforce)[\s_-]+")
MEMORY = regex(r"-\d+-?gb$")


def hardware(name: str) -> Hardware | None:
    """By its name here or as tools spell it: ``NVIDIA H100 80GB HBM3``, ``GeForce RTX 4090``."""
    spelling = name.strip().lower()
    while MAKERS.match(spelling):
        spelling = MAKERS.sub("", spelling)
    spelling = re.sub(r"[\s_]+", "-", spelling)
    names = _data()["hardware_names"]
    found = names.get(spelling) or names.get(MEMORY.sub("", spelling))
    return Hardware(*_data()["hardware"][found]) if found else None


def hardware_names() -> tuple[str, ...]:
    return tuple(_data()["hardware"])


def precision(name: str) -> Precision | None:
    found = _data()["precision_names"].get(name.lower())
    return Precision(*_data()["precisions"][found]) if found else None


@cache
def bf16() -> Precision:
    """What is assumed where nothing is known (the schema checks that it exists)."""
    return Precision(*_data()["precisions"]["bf16"])


@cache
def known(name: str) -> Known:
    """A coefficient with interval, unit and source."""
    return Known(*_data()["coefficients"][name])


@cache
def coefficients() -> Coefficients:
    return Coefficients(**{name: known(name).mid for name in FITTED})


def grid(name: str) -> Grid | None:
    """By ISO code (2 or 3 letters) or English name."""
    found = _data()["grid_names"].get(name.lower())
    return Grid(*_data()["grids"][found]) if found else None


def region(name: str) -> Region | None:
    found = _data()["regions"].get(name.lower())
    return Region(*found) if found else None


def regions() -> tuple[Region, ...]:
    """Every cloud region, in the order of the file."""
    return tuple(Region(*row) for row in _data()["regions"].values())


def region_names() -> tuple[str, ...]:
    """Cloud regions and countries, for messages."""
    return (*_data()["regions"], *_data()["grids"])


def is_provider(name: str) -> bool:
    return name.lower() in _data()["provider_names"]


def provider(name: str | None) -> Provider:
    found = _data()["provider_names"].get((name or "unknown").lower(), "unknown")
    return Provider(*_data()["providers"][found])


def find_prior(group: str, name: str) -> Known | None:
    """Tokens where the code does not say."""
    found = _data()["priors"][group].get(name)
    return _prior(found) if found else None


def prior(group: str, name: str, otherwise: str | None = None) -> Known:
    """The schema checks that the names used without ``otherwise``, or as it, exist (``NEEDED_PRIORS``)."""
    priors = _data()["priors"][group]
    return _prior(priors.get(name) or priors[otherwise or name])


def _prior(found: tuple[float, float, float, str]) -> Known:
    low, mid, high, source = found
    return Known(low, mid, high, "tokens", source)


@cache
def _tasks() -> dict[str, tuple[float, float, float]]:
    return {task["name"]: tuple(task["output_tokens"]) for task in store.section("tasks")["tasks"]}


def task_output(name: str) -> Known | None:
    """Tokens that answers to a recognised task have."""
    found = _tasks().get(name)
    return Known(*found, "tokens", f"rules/tasks: {name}") if found else None
