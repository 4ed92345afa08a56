"""Energy of the accelerators: how long one step of the model takes, and what power they draw meanwhile.

One decoding step produces one token for each of ``batch`` sequences that run together. Its time is a sum of
overhead per layer, streaming the weights it touches and the KV cache, arithmetic, and bookkeeping per sequence.
Its energy is a static share of TDP over that time, a price per byte moved, and a share of TDP while arithmetic runs.
The constants are fitted (``benchmarks/fit_impact.py``); ``docs/impact.md`` has the formulas and how well they hold.

Units: seconds, joules, watts, bytes; sizes in parameters (not billions).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from wattlint.impact.constants import Coefficients, Hardware, Precision

TERA = 1e12


class Size(NamedTuple):
    """Parameters of a model: all of them, and those that one token uses (equal for a dense model)."""

    total: float
    active: float

    @property
    def is_moe(self) -> bool:
        return self.active < 0.95 * self.total


@dataclass(frozen=True, slots=True)
class Serving:
    """How the model runs."""

    hardware: Hardware
    gpus: int
    precision: Precision
    eager: bool = False
    """Without a compiled graph of the step: plain transformers, older servers."""


class Step(NamedTuple):
    """One decoding step, all GPUs together."""

    overhead_s: float
    weights_s: float
    kv_cache_s: float
    sequences_s: float
    bytes_moved: float

    @property
    def seconds(self) -> float:
        return self.overhead_s + self.weights_s + self.kv_cache_s + self.sequences_s


def memories_filled(size: Size, precision: Precision, memory_gb: float, headroom: float) -> float:
    """How many GPUs' memory the weights fill with ``headroom`` (1.2: a fifth for activations and KV cache)."""
    return headroom * size.total * precision.bytes_per_parameter / (memory_gb * 1e9)


def gpus_needed(size: Size, precision: Precision, memory_gb: float, headroom: float) -> int:
    """The power of two of GPUs that holds the weights with ``headroom``."""
    need = memories_filled(size, precision, memory_gb, headroom)
    return 1 << math.ceil(math.log2(need)) if need > 1 else 1


def layers(size: Size, k: Coefficients) -> float:
    """Layers of a typical transformer of this size (the catalogue has no layer counts)."""
    typical = k.layers_at_8b * math.pow(math.sqrt(size.total * size.active) / 8e9, k.layers_exponent)
    return min(max(typical, 6.0), 140.0)


def share_touched(size: Size, precision: Precision, batch: float, k: Coefficients) -> float:
    """Share of the weights that a step reads when the tokens of the batch choose their experts independently.

    A part of the active weights (attention, embeddings, shared experts) serves every token; only the rest is chosen.
    fp8 kernels of mixtures of experts were measured to cost as if every expert were read.
    """
    if not size.is_moe or precision.compute == "fp8":
        return 1.0
    shared = k.moe_shared * size.active
    experts = size.total - shared
    chosen = (size.active - shared) / experts
    return float((shared + experts * (1 - (1 - chosen) ** batch)) / size.total)


def weight_bytes(size: Size, precision: Precision, batch: float, k: Coefficients) -> float:
    """Bytes of weights that a step moves; those of mixtures of experts count for more, their kernels being slower."""
    read = size.total * precision.bytes_per_parameter * share_touched(size, precision, batch, k)
    if size.is_moe:
        read *= k.moe_weights * (k.moe_fp8_weights if precision.compute == "fp8" else 1.0)
    return read


def decode_step(size: Size, serving: Serving, batch: float, context: float, k: Coefficients) -> Step:
    """One step for ``batch`` sequences of ``context`` tokens on average, without the arithmetic."""
    bandwidth = serving.gpus * serving.hardware.bandwidth_tb_s * TERA / k.weights
    weights = weight_bytes(size, serving.precision, batch, k)
    kv_cache = k.kv_cache * k.kv_bytes_at_1b * math.sqrt(size.active / 1e9) * context * batch
    slower = k.eager if serving.eager else 1.0
    return Step(
        overhead_s=slower * k.layer_s * layers(size, k) * (1 + k.tensor_parallel * math.log2(serving.gpus)),
        weights_s=weights / bandwidth,
        kv_cache_s=kv_cache / bandwidth,
        sequences_s=slower * k.sequence_s * batch,
        bytes_moved=weights + kv_cache,
    )


def step_joules(step: Step, serving: Serving, k: Coefficients) -> float:
    """A static share of TDP all the time, and a price per byte moved; never more than TDP."""
    hardware = serving.hardware
    moved = hardware.byte_energy * k.joules_per_byte * step.bytes_moved
    full = serving.gpus * hardware.tdp_w * step.seconds
    return min(full * k.power_static + moved, full)


def arithmetic_seconds(size: Size, serving: Serving, k: Coefficients) -> float:
    """GPU time of one token, read or written: 2 FLOP per active parameter; products of single experts are slower."""
    share_of_peak = k.compute * (k.moe_compute if size.is_moe else 1.0)
    return share_of_peak * 2 * size.active / (serving.hardware.peak_tflops(serving.precision.compute) * TERA)


def arithmetic_joules(size: Size, serving: Serving, k: Coefficients) -> float:
    """Energy of the arithmetic of one token, read or written."""
    return serving.hardware.tdp_w * (k.power_static + k.power_compute) * arithmetic_seconds(size, serving, k)


def attention_share(size: Size, tokens: float, k: Coefficients) -> float:
    """FLOP of attention over a prompt of ``tokens``, relative to those of the weights.

    Each token meets half the prompt on average: 2 FLOP x layers x width per token met, where a transformer's
    layers and width make up its active weights: 12 x layers x width^2.
    """
    layers_times_width = math.sqrt(size.active * layers(size, k) / 12)
    return layers_times_width * tokens / size.active


def prefill_joules(size: Size, serving: Serving, tokens: float, k: Coefficients) -> float:
    """Arithmetic of reading a prompt; long ones cost more per token, by attention."""
    return tokens * arithmetic_joules(size, serving, k) * (1 + attention_share(size, tokens, k))


def call_joules(
    size: Size, serving: Serving, batch: float, tokens_in: float, tokens_out: float, k: Coefficients
) -> tuple[float, float]:
    """(prefill, decode) energy of one call. The prompt's pass over the weights is that of the first output token."""
    arithmetic = arithmetic_joules(size, serving, k)
    step = decode_step(size, serving, batch, tokens_in + tokens_out / 2, k)
    prefill = prefill_joules(size, serving, tokens_in, k)
    return prefill, tokens_out * (step_joules(step, serving, k) / batch + arithmetic)


def encode_joules(size: Size, serving: Serving, batch: float, tokens: float, k: Coefficients) -> float:
    """Energy of one text's pass through an encoder, ``batch`` texts at a time."""
    one_pass = decode_step(size, serving, 1, 0, k)
    return step_joules(one_pass, serving, k) / batch + prefill_joules(size, serving, tokens, k)


def training_joules_per_token(
    size: Size, hardware: Hardware, flop_per_parameter: float, mfu: float, draw: float
) -> float:
    """``flop_per_parameter`` FLOP per active parameter (6: full training) at ``mfu`` of the bf16 peak and ``draw`` of TDP."""
    seconds = flop_per_parameter * size.active / (hardware.peak_tflops("bf16") * TERA * mfu)
    return hardware.tdp_w * draw * seconds
