"""Schema of ``rules/impact``: hardware, precisions, coefficients, grids, regions, providers, priors.

Compiles to plain data: each record a tuple in the field order of the NamedTuple in ``impact/constants.py`` that reads it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.schema import grids
from wattlint.catalogue.yaml_source import YamlSource, read_yaml
from wattlint.impact.constants import COEFFICIENTS, NEEDED_PRIORS, PRIOR_GROUPS

Triple = tuple[float, float, float]


def _ascending(values: Triple) -> Triple:
    if not values[0] <= values[1] <= values[2]:
        raise ValueError("low, middle and high must ascend")
    return values


Ascending = Annotated[Triple, AfterValidator(_ascending)]
Positive = Annotated[float, Field(gt=0)]
Source = Annotated[str, Field(min_length=4)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HardwareEntry(Strict):
    aliases: list[str] = []
    memory_gb: Positive
    bandwidth_tb_s: Positive
    peak_tflops: dict[Literal["bf16", "fp32", "fp4"], Positive]
    tdp_w: Positive
    host: Literal["datacenter", "consumer", "complete"]
    embodied_kgco2e: Ascending
    byte_energy: Positive = 1.0
    source: Source
    embodied_source: Source

    @model_validator(mode="after")
    def _has_bf16(self) -> HardwareEntry:
        if not {"bf16", "fp32"} <= self.peak_tflops.keys():
            raise ValueError("peak_tflops needs bf16 and fp32")
        return self


class HardwareFile(Strict):
    date: datetime.date
    hardware: dict[str, HardwareEntry]


class PrecisionEntry(Strict):
    aliases: list[str] = []
    bytes_per_parameter: Positive
    compute: Literal["bf16", "fp8", "fp32", "fp4"]
    energy_vs_bf16: Ascending | None = None
    source: Source


class PrecisionFile(Strict):
    date: datetime.date
    precisions: dict[str, PrecisionEntry]


class CoefficientEntry(Strict):
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    source: Source
    date: datetime.date

    @model_validator(mode="after")
    def _interval(self) -> CoefficientEntry:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or neither")
        if self.low is not None and self.high is not None:
            _ascending((self.low, self.value, self.high))
        return self


class CoefficientFile(Strict):
    coefficients: dict[str, CoefficientEntry]


class ProviderEntry(Strict):
    aliases: list[str] = []
    pue: float | Ascending
    wue: float | Ascending
    grid: str
    source: Source


class ProviderFile(Strict):
    date: datetime.date
    providers: dict[str, ProviderEntry]


class Prior(Strict):
    tokens: Ascending
    source: Source


class Fixed(Strict):
    value: float
    low: float | None = None
    high: float | None = None
    source: Source


class OutputPriors(Strict):
    contract: dict[str, Prior]
    solver: dict[str, Prior]
    default: Prior
    reasoning: dict[str, Prior]


class PriorFile(Strict):
    date: datetime.date
    input_tokens: dict[str, Prior]
    message_tokens: Fixed
    schema_form: Fixed
    output_tokens: OutputPriors
    limit_share: Fixed


def compile_folder(folder: Path) -> object:
    """The plain data of ``folder``; raises CatalogueError naming file, line and key."""
    grid_records = grids.grids(folder / "grids.csv")
    regions = grids.regions(folder / "regions.csv", grid_records)
    hardware, hardware_names = _hardware(folder / "hardware.yaml")
    precisions, precision_names = _precisions(folder / "precisions.yaml")
    providers, provider_names = _providers(folder / "providers.yaml", grid_records)
    return {
        "hardware": hardware,
        "hardware_names": hardware_names,
        "precisions": precisions,
        "precision_names": precision_names,
        "coefficients": _coefficients(folder / "coefficients.yaml"),
        "grids": grid_records,
        "grid_names": grids.grid_names(grid_records),
        "regions": regions,
        "providers": providers,
        "provider_names": provider_names,
        "priors": _priors(folder / "priors.yaml"),
    }


def _hardware(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    source = read_yaml(path)
    file = source.validate(HardwareFile)
    records = {
        name: (
            name,
            e.memory_gb,
            e.bandwidth_tb_s,
            dict(e.peak_tflops),
            e.tdp_w,
            e.host,
            e.embodied_kgco2e,
            e.source,
            e.embodied_source,
            e.byte_energy,
        )
        for name, e in file.hardware.items()
    }
    return records, _names(source, "hardware", {name: entry.aliases for name, entry in file.hardware.items()})


def _precisions(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    source = read_yaml(path)
    file = source.validate(PrecisionFile)
    records = {
        name: (name, e.bytes_per_parameter, e.compute, e.energy_vs_bf16, e.source)
        for name, e in file.precisions.items()
    }
    return records, _names(
        source, "precisions", {name: entry.aliases for name, entry in file.precisions.items()}
    )


def _providers(path: Path, countries: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    source = read_yaml(path)
    file = source.validate(ProviderFile)
    for name, entry in file.providers.items():
        if entry.grid not in countries:
            raise source.error(
                ["providers", name, "grid"],
                f'no country "{entry.grid}" in grids.csv' + nearest(entry.grid, countries),
            )
    for needed in ("unknown", "self-hosted", "local"):
        if needed not in file.providers:
            raise source.error(
                ["providers"], f'the entry "{needed}" is missing: it stands in where no provider is known'
            )
    records = {
        name: (name, _triple(e.pue), _triple(e.wue), e.grid, e.source) for name, e in file.providers.items()
    }
    return records, _names(
        source, "providers", {name: entry.aliases for name, entry in file.providers.items()}
    )


def _coefficients(path: Path) -> dict[str, Any]:
    source = read_yaml(path)
    file = source.validate(CoefficientFile)
    for name in file.coefficients:
        if name not in COEFFICIENTS:
            raise source.error(
                ["coefficients", name], "no formula uses this coefficient" + nearest(name, COEFFICIENTS)
            )
    for name in COEFFICIENTS:
        if name not in file.coefficients:
            raise source.error(["coefficients"], f'the coefficient "{name}" is missing')
    return {
        name: (
            e.value if e.low is None else e.low,
            e.value,
            e.value if e.high is None else e.high,
            e.unit,
            f"{e.source} ({e.date.isoformat()})",
        )
        for name, e in file.coefficients.items()
    }


def _priors(path: Path) -> dict[str, Any]:
    source = read_yaml(path)
    file = source.validate(PriorFile)
    groups = {
        "input_tokens": file.input_tokens,
        **{name: getattr(file.output_tokens, name) for name in PRIOR_GROUPS},
    }
    for group, needed in NEEDED_PRIORS.items():
        for name in needed:
            if name not in groups[group]:
                raise source.error(
                    [group], f'the prior "{name}" is missing: it stands in where nothing is known'
                )
    plain: dict[str, Any] = {
        group: {name: (*prior.tokens, prior.source) for name, prior in priors.items()}
        for group, priors in groups.items()
    }
    default, limit, form = file.output_tokens.default, file.limit_share, file.schema_form
    plain["default"] = {"default": (*default.tokens, default.source)}
    plain["message"] = {"message": (file.message_tokens.value,) * 3 + (file.message_tokens.source,)}
    for name, fixed in (("limit_share", limit), ("schema_form", form)):
        low, high = (fixed.value if end is None else end for end in (fixed.low, fixed.high))
        plain[name] = {name: (low, fixed.value, high, fixed.source)}
    return plain


def _triple(value: float | Triple) -> Triple:
    return (value, value, value) if isinstance(value, (int, float)) else value


def _names(source: YamlSource, section: str, aliases: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Every accepted spelling in lower case -> name; the same spelling twice is an error."""
    names: dict[str, str] = {}
    for name, others in aliases.items():
        for spelling in (name, *others):
            if names.setdefault(spelling.lower(), name) != name:
                owner = names[spelling.lower()]
                raise source.error([section, name, "aliases"], f'"{spelling}" already means "{owner}"')
    return names
