"""Where and how a call runs: deployment, hardware, precision, batch and place, each with the reason for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wattlint.callsites.default_dtype import checkpoint_precision, default_dtype
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.model_spellings import profile_area
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants
from wattlint.impact.constants import Grid, Hardware, Known, Precision, Provider, Region
from wattlint.regexes import regex
from wattlint.settings import ImpactSettings

SERVERS = ("vllm", "sglang", "lmdeploy", "tensorrt-llm")
"""Libraries that load weights into a batching server."""
DESKTOP = ("llama-cpp-python", "llama_cpp", "ctransformers", "gpt4all")
"""Libraries that run GGUF files, compiled, mostly on one's own machine."""
APPLE = ("mlx-lm", "mlx_lm")
ENCODERS = ("embedding", "encoder", "rerank")
"""Kinds of models that read in one pass and write nothing."""
COMPILED = (*DESKTOP, *APPLE, "fastembed", "ctranslate2")
"""Libraries of a local load that do not run layer by layer from Python, as transformers and all that build on it do."""
HARDWARE = {
    "api": ("H100", "B200"),
    "server": ("H100", "A100-80", "L40S"),
    "local": ("A100-80", "RTX-4090", "L4"),
    "train": ("H100", "A100-80"),
    "desktop": ("RTX-4090", "RTX-3090", "M4-Max"),
    "apple": ("M2-Ultra", "M4-Max"),
}
"""What is assumed where nobody says; the spread between them is part of the interval."""
DEVICES = {"cpu": "CPU", "mps": "M2-Ultra"}
LOCAL_HOST = regex(r"//(localhost|127\.|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)")
PROFILE_GRIDS = {"us": "USA", "us-gov": "USA", "ca": "CAN", "jp": "JPN", "au": "AUS", "eu": "EEE"}
"""Areas of Bedrock's cross-region inference profiles that have a grid; others take the world's average."""
OWN_HOST = regex(
    r"//(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[a-z][\w-]*(:\d+)?(/|$)|[\w.-]+\.(local|internal|lan|svc|corp)[:/]|[\w.-]+\.svc\.cluster)"
)
"""Addresses of a private network, and names without a domain (a service beside this one)."""
ONE_USER_SERVER = regex(r":(11434|1234|8080)\b|ollama|llama[._-]?cpp")
"""Ollama, LM Studio, llama.cpp: servers of GGUF files for one person's requests. Others that speak HTTP (vLLM, TGI) batch."""
GGUF_PROVIDERS = tuple("ollama ollama_chat lm_studio lmstudio llamafile llama-cpp llama_cpp gpt4all".split())
GGUF_TAG = regex(r":[\w.-]*?(fp16|bf16|f16|fp32|q8_0|q\d_\w+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything about a call's surroundings that its energy depends on."""

    kind: str
    """``api``, ``server`` or ``local``."""
    kind_reason: str
    hardware: tuple[Hardware, ...]
    hardware_reason: str
    gpus: int | None
    precision: Precision
    precision_reason: str
    precision_known: bool
    batch: Known
    eager: bool
    provider: Provider
    pue: float | None
    """As configured; None: that of the region or the provider."""
    region: Region | None
    grid: Grid
    grid_reason: str


def deployment_of(site: CallSite, record: ModelRecord, settings: ImpactSettings) -> Deployment:
    named = _provider(site)
    kind, kind_reason = _kind(site, record, named, settings)
    if kind == "api" and settings.deployment != "api":
        settings = _of_others(settings)
    hardware, hardware_reason = _hardware(site, kind, named, settings)
    precision, precision_reason = _precision(site, record, kind, named, settings)
    default_place = {"server": "self-hosted", "local": "local"}.get(kind, named)
    provider = constants.provider(default_place)
    region, grid, grid_reason = _place(site, provider, settings)
    return Deployment(
        kind=kind,
        kind_reason=kind_reason,
        hardware=hardware,
        hardware_reason=hardware_reason,
        gpus=settings.gpus if settings.gpus and settings.gpus > 0 else None,
        precision=precision,
        precision_reason=precision_reason,
        precision_known=not precision_reason.startswith("assumed"),
        batch=_batch(site, kind, settings),
        eager=kind == "local" and site.load is not None and site.load.library not in COMPILED,
        provider=provider,
        pue=settings.pue if settings.pue and settings.pue >= 1 else None,
        region=region,
        grid=grid,
        grid_reason=grid_reason,
    )


def _of_others(settings: ImpactSettings) -> ImpactSettings:
    """What the configuration says about machines is about one's own: a hosted model does not run on them."""
    return settings._replace(hardware=None, gpus=None, batch=None, precision=None, pue=None)


def _provider(site: CallSite) -> str | None:
    """As the code tells it, else by the prefix of the model (``ollama/llama3.1``, ``azure/gpt-4o``)."""
    prefix = (site.model.id or "").partition("/")[0]
    known = site.base_url is None and site.kind != "train" and constants.is_provider(prefix)
    return site.provider or (prefix.lower() if known else None)


def _kind(
    site: CallSite, record: ModelRecord, named: str | None, settings: ImpactSettings
) -> tuple[str, str]:
    if settings.deployment in ("api", "server", "local"):
        return settings.deployment, "impact.deployment"
    if site.kind == "train" and constants.provider(named).name in ("unknown", "local"):
        return "server", "training on one's own or rented GPUs"
    if site.load is not None:
        if site.load.library in SERVERS:
            return "server", f"weights loaded by {site.load.library}"
        return "local", f"weights loaded by {site.load.library}"
    if site.base_url and _is_own(site.base_url):
        alone = _serves_gguf(site, named)
        return ("local" if alone else "server"), f"base_url {site.base_url}"
    provider = constants.provider(named).name
    if provider in ("local", "self-hosted"):
        return ("local" if provider == "local" else "server"), f"provider {named}"
    if named is None and site.base_url is None and record.open_weights and record.kind in ENCODERS:
        return "local", f"{site.sdk or 'the library'} runs the open model {record.id} itself"
    return "api", f"hosted by {named or 'an unknown provider'}"


def _hardware(
    site: CallSite, kind: str, named: str | None, settings: ImpactSettings
) -> tuple[tuple[Hardware, ...], str]:
    if settings.hardware:
        chosen = constants.hardware(settings.hardware)
        if chosen is not None:
            return (chosen,), "impact.hardware"
    device = site.load.device_map if site.load else None
    if device in DEVICES:
        chosen = constants.hardware(DEVICES[device])
        if chosen is not None:
            return (chosen,), f"device {device}"
    library = site.load.library if site.load else None
    group, why = kind, "nobody says which"
    if site.kind == "train":
        group = "train"
    elif kind == "local" and library in APPLE:
        group, why = "apple", f"{library} needs Apple silicon"
    elif kind == "local" and (library in DESKTOP or _serves_gguf(site, named)):
        group, why = "desktop", f"a desktop, where {library or named or 'such a server'} mostly runs"
    found = tuple(hardware for hardware in map(constants.hardware, HARDWARE[group]) if hardware is not None)
    return found, f"assumed: {why}"


def _precision(
    site: CallSite, record: ModelRecord, kind: str, named: str | None, settings: ImpactSettings
) -> tuple[Precision, str]:
    load = site.load
    candidates = [(settings.precision, "impact.precision")]
    if load is not None:
        candidates += [
            (load.quantization, "quantization of the load"),
            (record.quantized, f"the repository {record.id} is quantized"),
            (load.cast_after, "cast after the load"),
            (load.dtype if load.dtype != "auto" else None, "dtype of the load"),
        ]
        default = default_dtype(load)
        if load.dtype is None and not load.open_arguments and default is not None and default.dtype != "auto":
            version = f" {default.version[0]}" if default.version else ""
            candidates.append((default.dtype, f"default dtype of {default.library}{version}"))
    else:
        if _serves_gguf(site, named) and kind != "api":
            tag = GGUF_TAG.search(site.model.id or "")
            candidates.append(
                (tag[1], f"tag of {site.model.id}")
                if tag
                else ("gguf", "4 bits, as served there unless a tag says otherwise")
            )
        candidates.append((record.quantized, f"{record.id} is quantized"))
    if record.open_weights or kind != "api":
        native = record.native_precision
        shown = f"native precision of {record.id}"
        if load is not None and checkpoint_precision(load, native) != native:
            native, shown = (
                checkpoint_precision(load, native),
                f"{load.library} loads {native} weights in 16 bits",
            )
        candidates.append((native, shown))
    for name, reason in candidates:
        found = constants.precision(name) if name else None
        if found is not None:
            return found, reason
    return constants.bf16(), "assumed: the provider does not say"


def _serves_gguf(site: CallSite, named: str | None) -> bool:
    url = site.base_url
    return (
        named in GGUF_PROVIDERS
        or site.sdk == "ollama"
        or bool(url and _is_own(url) and ONE_USER_SERVER.search(url))
    )


def _is_own(url: str) -> bool:
    return bool(LOCAL_HOST.search(url) or OWN_HOST.search(url))


def _batch(site: CallSite, kind: str, settings: ImpactSettings) -> Known:
    own = site.prompt.batch if site.prompt and kind == "local" else None
    for value, source in (
        (settings.batch, "impact.batch"),
        (site.workload.batch if site.workload else None, "workload given by the user"),
        (site.batch_size if kind != "api" else None, "batch size of the call"),
        (own, "number of prompts in the call"),
    ):
        if value and value > 0:
            return Known(value, value, value, "sequences", source)
    samples = float(max(site.samples or 1, 1))
    together = f"the {samples:.0f} samples of one call are decoded together"
    if kind == "local":
        return Known(
            samples, samples, samples, "sequences", together if samples > 1 else "one call at a time"
        )
    if site.kind == "embed":
        return constants.known("batch_embed_api")
    batch = constants.known(f"batch_{kind}")
    if kind == "server" and samples > batch.low:
        low, mid, high = (max(size, samples) for size in batch[:3])
        return Known(low, mid, high, batch.unit, f"{batch.source}; {together}")
    return batch


def hosted_batch(gpus: float) -> Known:
    """Sequences that share a step at a provider, given how many GPUs' memory the model fills.

    Not the rounded number of GPUs: a larger model would then cost less where that number doubles.
    """
    batch, each = constants.known("batch_api"), constants.known("sequences_per_gpu")
    low, mid, high = (max(known, gpus * least) for known, least in zip(batch[:3], each[:3], strict=True))
    source = (
        batch.source if (low, mid, high) == batch[:3] else f"{batch.source}; on {gpus:.3g} GPUs {each.source}"
    )
    return Known(low, mid, high, batch.unit, source)


def _place(site: CallSite, provider: Provider, settings: ImpactSettings) -> tuple[Region | None, Grid, str]:
    area = profile_area(site.model.id or "")
    if area is not None:
        grid = constants.grid(PROFILE_GRIDS.get(area, "WOR"))
        assert grid is not None
        return None, grid, f'inference profile "{area}."'
    unknown = ""
    for name, reason in ((site.region, "region in the code"), (settings.region, "impact.region")):
        if not name:
            continue
        region = constants.region(name)
        grid = constants.grid(region.iso3 if region else name)
        if grid is not None:
            return region, grid, reason
        unknown = f'; the region "{name}" is not in the catalogue'
    default = constants.grid(provider.grid)
    assert default is not None, "the schema checks that every provider's grid exists"
    return None, default, f"default of {provider.name}{unknown}"
