"""What must hold of every estimate, whatever the record, the call and the settings."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from wattlint.callsites.facts import (
    CallSite,
    Hole,
    LoadFact,
    Loop,
    OutputContract,
    Prompt,
    PromptPart,
    TaskVerdict,
    Workload,
)
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact import constants
from wattlint.impact.estimate import estimate
from wattlint.impact.explain import explain
from wattlint.impact.monthly import stated
from wattlint.impact.quantities import Impact, Interval
from wattlint.settings import ImpactSettings

SIZES = st.floats(1e-6, 1e5)
COUNTS = st.one_of(st.none(), st.integers(0, 10**7))
NAMES = st.sampled_from([None, "openai", "ollama", "vllm", "aws", "unknown", "nobody", "", "AZURE"])
MODELS = st.builds(
    lambda low, up, top, share, **more: ModelRecord(
        maker="m", family="f", provenance="estimated", source="s", price_date=None, price_source=None, release_source=None, released=None, deprecated=None,
        retired=None, retirement_source=None, successor=None, smaller=None, dated="2026-11-22",
        total_b=None if low is None else Range(low, low * up, low * up * top),
        active_b=None if share is None or low is None else Range(low * share, low * share * up, low * share * up * top),
        **more,
    ),
    low=st.one_of(st.none(), SIZES), up=st.floats(1, 5), top=st.floats(1, 5),
    share=st.one_of(st.none(), st.floats(0.001, 2)),
    id=st.just("m/m"), kind=st.sampled_from(["chat", "embedding", "encoder", "rerank", "seq2seq", "image"]),
    architecture=st.sampled_from(["dense", "moe", None]), native_precision=st.sampled_from([None, "bf16", "fp8", "mxfp4", "odd"]),
    quantized=st.sampled_from([None, "awq", "gguf", "nf4", "odd"]), open_weights=st.booleans(), reasoning=st.booleans(),
    context_tokens=COUNTS, input_usd_per_mtok=st.one_of(st.none(), st.floats(0, 1000)),
    output_usd_per_mtok=st.one_of(st.none(), st.floats(0, 1000)), typical_output_tokens=COUNTS,
)  # fmt: skip
HOLES = st.builds(
    Hole,
    st.just("x"),
    st.sampled_from(["value", "history", "file", "loop-item", "parameter", "unknown", "odd"]),
)
PROMPTS = st.builds(
    Prompt,
    st.lists(st.builds(PromptPart, st.sampled_from(["system", "user"]), st.lists(st.one_of(st.text(max_size=20), HOLES), max_size=3).map(tuple)), max_size=3).map(tuple),
    st.booleans(), st.one_of(st.none(), st.integers(1, 500)),
)  # fmt: skip
LOADS = st.builds(
    LoadFact, dtype=st.sampled_from([None, "float32", "bfloat16", "auto", "unknown"]), quantization=st.sampled_from([None, "nf4", "int8", "gguf", "unknown"]),
    device_map=st.sampled_from([None, "cpu", "mps", "auto"]), library=st.sampled_from(["transformers", "vllm", "sentence-transformers", "peft", "llama_cpp"]),
    for_training=st.booleans(),
)  # fmt: skip
TOKENS = st.one_of(st.none(), st.floats(0.1, 1e7))
SITES = st.builds(
    CallSite, path=st.just("a.py"), line=st.just(1), column=st.just(0), end_line=st.just(1), end_column=st.just(1), callee=st.just("f"), sdk=st.just("s"),
    entry_point=st.just("e"), kind=st.sampled_from(["call", "bind", "load", "embed", "train"]), confidence=st.just("resolved"), provider=NAMES,
    prompt=st.one_of(st.none(), PROMPTS), output_limit=COUNTS, contract=st.builds(OutputContract, st.sampled_from(["text", "json", "labels", "bool", "number"])),
    samples=st.one_of(st.none(), st.integers(0, 100)), reasoning_effort=st.sampled_from([None, "none", "minimal", "low", "high", "odd"]),
    batch_size=st.one_of(st.none(), st.integers(0, 10**5)), use_cache=st.sampled_from([None, True, False]),
    base_url=st.sampled_from([None, "http://localhost:8000/v1", "https://x.example"]), region=st.sampled_from([None, "eu-north-1", "SE", "nowhere"]),
    loop=st.builds(Loop, st.sampled_from(["none", "data", "chat"]), COUNTS), load=st.one_of(st.none(), LOADS),
    draft_model=st.sampled_from([None, "small"]), stream=st.booleans(),
    task=st.one_of(st.none(), st.builds(TaskVerdict, st.just("t"), st.sampled_from(["code", "small-model", "small-llm", "llm"]), st.just("high"))),
    workload=st.one_of(st.none(), st.builds(Workload, TOKENS, TOKENS, TOKENS, st.one_of(st.none(), st.integers(1, 1000)), st.just("w"))),
)  # fmt: skip
SETTINGS = st.builds(
    ImpactSettings, deployment=st.sampled_from([None, "api", "server", "local"]), hardware=st.sampled_from([None, "CPU", "H100", "M4-Max", "odd"]),
    gpus=st.sampled_from([None, 1, 3, 64]), batch=st.sampled_from([None, 1, 100]), precision=st.sampled_from([None, "fp32", "nf4", "odd"]),
    pue=st.sampled_from([None, 1.0, 2.0]), output_tokens=st.sampled_from([None, 5]), measured=st.sampled_from([{}, {"m/m": 0.5}]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(MODELS, SITES, SETTINGS)
def test_every_quantity_is_finite_not_negative_and_in_order(
    model: ModelRecord, site: CallSite, impact_settings: ImpactSettings
) -> None:
    impact = estimate(site, model, impact_settings)
    assert impact == estimate(site, model, impact_settings)
    if impact is None:
        assert model.kind == "image" or model.total_b is None
        return
    for name, value in _quantities(impact):
        assert 0 <= value.p10 <= value.p50 * (1 + 1e-12) and value.p50 <= value.p90 * (1 + 1e-12), name
        assert value.p90 < math.inf, name
    assert impact.energy_wh.p50 > 0
    assert sum(share for _, share in impact.shares) in (0, _close_to_one(impact))
    assert all(step.source for step in impact.steps)
    assert not re.search(r"\b(nan|inf)\b", explain(site, impact))
    assert all(0 < lever.best <= 1 <= lever.worst for lever in impact.levers)
    month = stated(site, impact)
    if month is not None:
        assert math.isfinite(month.energy_kwh.p90)


def _close_to_one(impact: Impact) -> float:
    whole = sum(share for _, share in impact.shares)
    assert math.isclose(whole, 1, rel_tol=1e-9) or not impact.shares
    return whole


def _quantities(impact: Impact) -> list[tuple[str, Interval]]:
    fields = [(field.name, getattr(impact, field.name)) for field in dataclasses.fields(Impact)]
    return [(name, value) for name, value in fields if isinstance(value, Interval)]


DENSE = st.floats(0.05, 2000)
SOME_TOKENS = st.floats(1, 1e6)
DEPLOYED = st.sampled_from(["api", "server", "local"])
NOISE = 1.001
"""From 530 billion parameters a provider fills the batch further: the overhead of a step, shared by more, falls a hair."""


def energy(
    total: float,
    tokens_in: float,
    tokens_out: float,
    impact_settings: ImpactSettings,
    active: float | None = None,
) -> float:
    def size(value: float) -> Range:
        return Range(value, value, value)

    record = ModelRecord(
        id="m/m", maker="m", family="f", kind="chat", total_b=size(total), active_b=size(active) if active else None,
        provenance="disclosed", source="s", architecture="moe" if active else "dense", native_precision="bf16", quantized=None,
        open_weights=True, reasoning=False, context_tokens=None, input_usd_per_mtok=None, output_usd_per_mtok=None,
        price_date=None, price_source=None, release_source=None, typical_output_tokens=None, released=None, deprecated=None, retired=None,
        retirement_source=None, successor=None, smaller=None, dated="2026-11-22",
    )  # fmt: skip
    site = CallSite("a.py", 1, 0, 1, 1, "f", "s", "e", "call", "resolved", "openai")
    site.workload = Workload(tokens_in=tokens_in, tokens_out=tokens_out, source="w")
    impact = estimate(site, record, impact_settings)
    assert impact is not None
    return impact.energy_wh.p50


@settings(max_examples=100, deadline=None)
@given(DENSE, SOME_TOKENS, SOME_TOKENS, st.floats(1, 100), DEPLOYED)
def test_more_tokens_never_cost_less(
    total: float, tokens_in: float, tokens_out: float, factor: float, deployment: str
) -> None:
    where = ImpactSettings(deployment=deployment)
    base = energy(total, tokens_in, tokens_out, where)
    assert energy(total, tokens_in * factor, tokens_out, where) * NOISE >= base
    assert energy(total, tokens_in, tokens_out * factor, where) * NOISE >= base


@settings(max_examples=200, deadline=None)
@given(DENSE, st.floats(1, 30), SOME_TOKENS, SOME_TOKENS, DEPLOYED, st.sampled_from([None, 1, 16, 256]))
def test_a_larger_model_never_costs_less(
    total: float, factor: float, tokens_in: float, tokens_out: float, deployment: str, batch: int | None
) -> None:
    where = ImpactSettings(deployment=deployment, batch=batch)
    assert energy(total * factor, tokens_in, tokens_out, where) * NOISE >= energy(
        total, tokens_in, tokens_out, where
    )


@settings(max_examples=100, deadline=None)
@given(st.floats(1, 1000), st.floats(0.02, 0.9), st.floats(1, 10), SOME_TOKENS, st.sampled_from([1, 16, 256]))
def test_more_active_parameters_never_cost_less(
    total: float, share: float, factor: float, tokens_out: float, batch: int
) -> None:
    where = ImpactSettings(deployment="server", batch=batch)
    few, many = (energy(total, 100, tokens_out, where, total * s) for s in (share, min(share * factor, 0.94)))
    assert many * NOISE >= few


@settings(max_examples=100, deadline=None)
@given(DENSE, SOME_TOKENS, SOME_TOKENS, st.sampled_from([1, 16, 256]))
def test_wider_weights_never_cost_less(total: float, tokens_in: float, tokens_out: float, batch: int) -> None:
    widths = ("mxfp4", "gguf", "fp8", "bf16", "fp32")
    assert [p.bytes_per_parameter for p in map(constants.precision, widths) if p] == sorted(
        p.bytes_per_parameter for p in map(constants.precision, widths) if p
    )
    costs = [
        energy(
            total,
            tokens_in,
            tokens_out,
            ImpactSettings(deployment="server", hardware="H100", batch=batch, precision=name),
        )
        for name in widths
    ]
    assert all(wide * NOISE >= narrow for narrow, wide in itertools.pairwise(costs))
