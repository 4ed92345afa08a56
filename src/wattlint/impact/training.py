"""Energy of training on a number of tokens: all weights, adapters on frozen weights, or adapters on quantized ones."""

from __future__ import annotations

import math
from typing import NamedTuple

from wattlint.callsites.facts import CallSite
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants, derivation, physics
from wattlint.impact.accelerators import JOULES_PER_WH, MILLION, AcceleratorEnergy, size_of, sizes
from wattlint.impact.constants import Hardware, Known
from wattlint.impact.deployment import Deployment
from wattlint.impact.quantities import Factor, Step, exactly, plain

ADAPTER_LIBRARIES = ("peft", "unsloth")
QUANTIZED = ("nf4", "fp4", "int4", "int8")
"""Formats that cannot be trained themselves: what is trained on them are adapters."""


class Method(NamedTuple):
    name: str
    reason: str
    flop: Known
    """Per active parameter and token."""
    slower: Known | None = None
    """Time over that of the same work with 16-bit weights."""


def method_of(site: CallSite) -> Method:
    load = site.load
    if load is not None and load.quantization in QUANTIZED:
        reason = f"the weights are loaded in {load.quantization}, which cannot be trained"
        return Method(
            "QLoRA", reason, constants.known("train_flop_adapter"), constants.known("train_quantized")
        )
    if load is not None and load.library in ADAPTER_LIBRARIES:
        return Method("LoRA", f"weights loaded by {load.library}", constants.known("train_flop_adapter"))
    return Method("all weights", "no adapter visible at the call", constants.known("train_flop"))


def training(
    record: ModelRecord, deployment: Deployment, site: CallSite
) -> tuple[AcceleratorEnergy, float, str]:
    """(energy, tokens, unit): of the tokens a workload states, else of a million, code seldom showing how many."""
    stated = site.workload.tokens_in if site.workload else None
    tokens = stated or float(MILLION)
    unit = f"training on {plain(stated)} tokens" if stated else "million training tokens"
    method = method_of(site)
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
        Factor.of("MFU", *(joules(share=share) for share in (mfu.high, mfu.mid, mfu.low))),
        Factor.of("hardware", min(each), mid, max(each)),
        draw.factor("draw"),
        method.flop.factor("passes"),
    ]
    if method.slower is not None:
        factors.append(method.slower.factor("quantized weights"))
    energy = AcceleratorEnergy(mid / JOULES_PER_WH, tuple(factors), deployment.gpus or 1, ())
    formula = (
        f"{plain(tokens)} tokens x {method.flop.mid:g} x {size.active / 1e9:g}e9 FLOP / "
        f"({first.peak_tflops('bf16'):g} TFLOP/s x MFU {mfu.mid:g}) x {first.tdp_w:g} W x {draw.mid:g}"
        + (f" x {slower:g}" if method.slower else "")
    )
    used = [known for known in (method.flop, mfu, draw, method.slower) if known is not None]
    steps = [
        derivation.assumption("trained", method.name, method.reason),
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
    return energy._replace(steps=tuple(steps)), tokens, unit
