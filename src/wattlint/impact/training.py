"""Energy of training on a number of tokens: all weights, adapters on frozen weights, or adapters on quantized ones."""

from __future__ import annotations

import math
from typing import NamedTuple

from wattlint.callsites.facts import CallSite, Training
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants, derivation, physics
from wattlint.impact.accelerators import JOULES_PER_WH, MILLION, AcceleratorEnergy, size_of, sizes
from wattlint.impact.constants import Hardware, Known
from wattlint.impact.deployment import Deployment
from wattlint.impact.quantities import Factor, Interval, Step, exactly, plain


class Method(NamedTuple):
    flop: Known
    """Per active parameter and token."""
    slower: Known | None = None
    """Time over that of the same work with 16-bit weights."""


class Amount(NamedTuple):
    """How many tokens are trained on."""

    tokens: Interval
    unit: str
    formula: str
    source: str


def method_of(training: Training) -> Method:
    adapter = constants.known("train_flop_adapter")
    if training.method == "QLoRA":
        return Method(adapter, constants.known("train_quantized"))
    if training.method == "LoRA":
        return Method(adapter)
    full = constants.known("train_flop")
    if training.method == "unknown":
        either = f"adapters: {adapter.source}; all weights: {full.source}"
        return Method(Known(adapter.low, math.sqrt(adapter.mid * full.mid), full.high, full.unit, either))
    return Method(full)


def amount_of(site: CallSite, training: Training) -> Amount:
    """As a comment states it, else from what the call shows of steps, examples and epochs, else a million tokens."""
    stated = site.workload.tokens_in if site.workload else None
    if stated:
        return Amount(
            exactly(stated), f"training on {plain(stated)} tokens", f"{stated:g}", "workload comment"
        )
    counted = _examples(training)
    if counted is None:
        return Amount(exactly(MILLION), "million training tokens", "1e6", "the code does not say how many")
    examples, formula, source = counted
    each = constants.prior("input_tokens", "training-example")
    tokens, words = each.interval, f"{each.mid:g} tokens each"
    if training.sequence_tokens:
        tokens = Interval(*(min(end, float(training.sequence_tokens)) for end in tokens))
        tokens = tokens._replace(p90=float(max(training.sequence_tokens, tokens.p50)))
        words = f"{tokens.p50:g} tokens each, cut off at {training.sequence_tokens}"
    whole = tokens.scaled(examples)
    return Amount(
        whole,
        f"training on about {plain(float(f'{whole.p50:.2g}'))} tokens",
        f"{formula} x {words}",
        f"{source}; tokens of an example: {each.source}",
    )


def _examples(training: Training) -> tuple[float, str, str] | None:
    """(examples over the whole run, formula, source)."""
    if training.steps:
        if not training.step_examples:
            return None
        formula = f"{training.steps} steps x {training.step_examples} examples"
        return (
            training.steps * training.step_examples,
            formula,
            "max_steps, batch size and accumulation on one device",
        )
    if training.examples and training.epochs:
        formula = f"{training.examples} examples x {training.epochs:g} epochs"
        return training.examples * training.epochs, formula, training.examples_reason
    return None


def training(
    record: ModelRecord, deployment: Deployment, site: CallSite
) -> tuple[AcceleratorEnergy, Interval, str]:
    """(energy, tokens, unit)."""
    shown = site.training or Training()
    method, amount = method_of(shown), amount_of(site, shown)
    tokens = amount.tokens.p50
    mfu, draw = constants.known("train_mfu"), constants.known("train_draw")
    slower = method.slower.mid if method.slower else 1.0
    total, active, size_source = sizes(record)
    size = size_of(total.mid, active.mid)
    first = deployment.hardware[0]

    def joules(active_b: float = active.mid, share: float = mfu.mid, hardware: Hardware = first) -> float:
        trained = size_of(max(total.mid, active_b), active_b)
        each = physics.training_joules_per_token(trained, hardware, method.flop.mid, share, draw.mid)
        return tokens * slower * each

    each = [joules(hardware=hardware) for hardware in deployment.hardware]
    mid = math.exp(sum(map(math.log, each)) / len(each))
    factors = [
        Factor.of("model size", *(joules(active_b=end) for end in active)),
        Factor.of("training tokens", *amount.tokens),
        Factor.of("MFU", *(joules(share=share) for share in (mfu.high, mfu.mid, mfu.low))),
        Factor.of("hardware", min(each), mid, max(each)),
        draw.factor("draw"),
        method.flop.factor("passes"),
    ]
    if method.slower is not None:
        factors.append(method.slower.factor("quantized weights"))
    energy = AcceleratorEnergy(mid / JOULES_PER_WH, tuple(factors), deployment.gpus or 1, ())
    formula = (
        f"{plain(tokens)} tokens x {method.flop.mid:.3g} x {size.active / 1e9:g}e9 FLOP / "
        f"({first.peak_tflops('bf16'):g} TFLOP/s x MFU {mfu.mid:g}) x {first.tdp_w:g} W x {draw.mid:g}"
        + (f" x {slower:g}" if method.slower else "")
    )
    used = [known for known in (method.flop, mfu, draw, method.slower) if known is not None]
    trained = "all weights or adapters" if shown.method == "unknown" else shown.method
    steps = [
        derivation.assumption("trained", trained, shown.reason or "no adapter visible at the call"),
        Step("training tokens", amount.formula, amount.tokens, "tokens", amount.source),
        derivation.model_size(size, total, size_source),
        Step(
            "training",
            formula,
            exactly(each[0] / JOULES_PER_WH),
            "Wh",
            "; ".join(known.source for known in used),
        ),
    ]
    if len(each) > 1:
        steps.append(derivation.hardware_unknown(deployment, each, mid))
    steps.append(derivation.accelerators(mid, energy.interval, mfu.source))
    return energy._replace(steps=tuple(steps)), amount.tokens, amount.unit
