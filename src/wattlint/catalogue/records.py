"""Typed records of the catalogue, as the rest of wattlint reads them.

Units: parameters in billions (``_b``), prices in US dollars per million tokens, lengths in tokens.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Provenance = Literal["disclosed", "third-party-estimate", "price-derived", "parsed-from-name", "family"]


class Range(NamedTuple):
    """Low, middle and high value; all equal when the value is exact."""

    low: float
    mid: float
    high: float


class ModelRecord(NamedTuple):
    """One model. Identity is ``id``; every other spelling resolves to it (``catalogue/models.py``)."""

    id: str
    maker: str
    family: str
    kind: str
    """``chat``, ``completion``, ``embedding``, ``rerank``, ``encoder``, ``seq2seq``, ``vision``, ``audio``, ``image``."""
    total_b: Range | None
    active_b: Range | None
    provenance: Provenance | None
    """Of the parameter counts."""
    source: str
    architecture: Literal["dense", "moe", "unknown"]
    native_precision: str
    """``fp32``, ``fp16``, ``bf16``, ``fp8``, ``mxfp4``, ``int8``, ``int4`` ... : what the published weights are stored in."""
    quantized: str | None
    """Format of a repository that is already quantized (``gptq``, ``awq``, ``gguf``, ``fp8``, ``mxfp4``, ``bnb-4bit``)."""
    open_weights: bool
    reasoning: bool
    context_tokens: int | None
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    price_date: str | None
    price_source: str | None
    typical_output_tokens: int | None
    released: str | None
    release_source: str | None
    deprecated: str | None
    retired: str | None
    retirement_source: str | None
    successor: str | None
    smaller: str | None
    """The same maker's current smaller model: what LLM101 suggests for tasks that a small LLM does."""
    dated: str
    """Date of this record's data (ISO)."""


class Argument(NamedTuple):
    """Where a value is passed. ``names`` are tried in order; a dotted name goes into a mapping, a config object or
    a constructor call (``config.max_output_tokens``). ``position`` counts without ``self``."""

    names: tuple[str, ...]
    position: int | None


class EntryPoint(NamedTuple):
    """One family of callees with the same argument layout (``rules/sdks``)."""

    name: str
    sdk: str
    kind: str
    """``call``, ``bind``, ``load``, ``embed``, ``train``: reported; ``derive``, ``other``: followed, not reported."""
    model: Argument | None
    model_default: object
    """None, a str, or a list of {"since", "until", "value"} by version of ``distribution``; or {"by": argument,
    "values": {value: model}}."""
    model_env: tuple[str, ...]
    prompt: Argument | None
    system: Argument | None
    limit: Argument | None
    limit_default: int | None
    options: dict[str, Argument]
    """Keys: temperature, samples, format, tools, effort, stream, cache, batch, dtype, quantization, device, attention,
    draft, draft_tokenizer, base_url, region, retries, task, trust_remote_code, training_arguments, adapter, dataset,
    epochs, generation, dimensions, streamer."""
    returns: str | None
    """Type of the result: a type name, ``self`` (the receiver), ``argument:NAME`` (type of that argument), or None."""
    provider: str | None
    distribution: str | None
    loads_locally: bool
