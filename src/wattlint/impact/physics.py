"""Energy of the accelerators: how long one step of the model takes, and what power they draw meanwhile.

One decoding step produces one token for each of ``batch`` sequences that run together. Its time is a sum of
overhead per layer, streaming the weights it touches, streaming the KV cache, arithmetic, and bookkeeping per sequence;
the power is a static share of TDP plus shares in proportion to memory and arithmetic. The constants are fitted
(``benchmarks/fit_impact.py``); ``docs/impact.md`` has the formulas and how well they hold.

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


class StepTime(NamedTuple):
    """Parts of the time of one decoding step, in seconds."""

    overhead: float
    weights: float
    kv_cache: float
    sequences: float


def gpus_needed(size: Size, precision: Precision, memory_gb: float, headroom: float) -> int:
    """The power of two of GPUs that holds the weights with ``headroom`` (1.2: a fifth for activations and KV cache)."""
    need = headroom * size.total * precision.bytes_per_parameter / (memory_gb * 1e9)
    return 2 ** math.ceil(math.log2(need)) if need > 1 else 1


def layers(size: Size, k: Coefficients) -> float:
    """Layers of a typical transformer of this size (a catalogue has no layer counts)."""
    typical = k.layers_at_8b * (math.sqrt(size.total * size.active) / 8e9) ** k.layers_exponent
    return min(max(typical, 6.0), 140.0)


def share_touched(size: Size, batch: float) -> float:
    """Share of the weights that a step reads when ``batch`` tokens choose their experts independently."""
    if not size.is_moe:
        return 1.0
    return float(1 - (1 - size.active / size.total) ** batch)


def _weight_bytes(size: Size, serving: Serving, batch: float, k: Coefficients) -> float:
    """Bytes read per step, experts that run on slow kernels counted as more."""
    read = size.total * serving.precision.bytes_per_parameter * share_touched(size, batch)
    if size.is_moe:
        read *= k.moe_weights
        if serving.precision.compute == "fp8":
            read *= k.moe_fp8_weights
    return read


def _overhead(size: Size, serving: Serving, k: Coefficients) -> float:
    per_layer = k.layer_eager_s if serving.eager else k.layer_s
    return per_layer * layers(size, k) * (1 + k.tensor_parallel * math.log2(serving.gpus))


def decode_step(size: Size, serving: Serving, batch: float, context: float, k: Coefficients) -> StepTime:
    """Time of one step for ``batch`` sequences of ``context`` tokens on average."""
    bandwidth = serving.gpus * serving.hardware.bandwidth_tb_s * TERA
    kv_bytes = k.kv_bytes_at_1b * math.sqrt(size.active / 1e9)
    return StepTime(
        overhead=_overhead(size, serving, k),
        weights=k.weights * _weight_bytes(size, serving, batch, k) / bandwidth,
        kv_cache=k.kv_cache * kv_bytes * context * batch / bandwidth,
        sequences=k.sequence_s * batch,
    )


def decode_joules_per_token(
    size: Size, serving: Serving, batch: float, context: float, k: Coefficients
) -> float:
    """Energy of one output token, all GPUs, without the arithmetic (``arithmetic_joules_per_token``)."""
    step = decode_step(size, serving, batch, context, k)
    seconds = k.power_static * sum(step) + k.power_memory * (step.weights + step.kv_cache)
    return serving.gpus * serving.hardware.tdp_w * seconds / batch


def arithmetic_joules_per_token(size: Size, serving: Serving, k: Coefficients) -> float:
    """Energy of the arithmetic of one token, read or written: 2 FLOP per active parameter."""
    seconds = k.compute * 2 * size.active / (serving.hardware.peak_tflops(serving.precision.compute) * TERA)
    return serving.hardware.tdp_w * (k.power_static + k.power_compute) * seconds


def call_joules(
    size: Size, serving: Serving, batch: float, tokens_in: float, tokens_out: float, k: Coefficients
) -> tuple[float, float]:
    """(prefill, decode) energy of one call. The prompt's pass over the weights is that of the first output token."""
    arithmetic = arithmetic_joules_per_token(size, serving, k)
    step = decode_joules_per_token(size, serving, batch, tokens_in + tokens_out / 2, k)
    return tokens_in * arithmetic, tokens_out * (step + arithmetic)


def encode_joules(size: Size, serving: Serving, batch: float, tokens: float, k: Coefficients) -> float:
    """Energy of one text's pass through an encoder, ``batch`` texts at a time."""
    bandwidth = serving.gpus * serving.hardware.bandwidth_tb_s * TERA
    weights = k.weights * size.total * serving.precision.bytes_per_parameter / bandwidth
    seconds = k.power_static * (_overhead(size, serving, k) + weights) + k.power_memory * weights
    one_pass = serving.gpus * serving.hardware.tdp_w * seconds
    return one_pass / batch + tokens * arithmetic_joules_per_token(size, serving, k)


def training_joules_per_token(
    size: Size, hardware: Hardware, flop_per_parameter: float, mfu: float, draw: float
) -> float:
    """``flop_per_parameter`` FLOP per active parameter (6 in full training) at ``mfu`` of the bf16 peak and ``draw`` of TDP."""
    seconds = flop_per_parameter * size.active / (hardware.peak_tflops("bf16") * TERA * mfu)
    return hardware.tdp_w * draw * seconds
