"""The steps of a derivation in words: formulas with their numbers, units and sources."""

from __future__ import annotations

from collections.abc import Sequence

from wattlint.catalogue.records import Range
from wattlint.impact import constants, physics
from wattlint.impact.constants import Coefficients, Precision
from wattlint.impact.deployment import Deployment
from wattlint.impact.physics import Serving, Size
from wattlint.impact.quantities import Interval, Step, exactly, plain


def assumption(name: str, choice: str, reason: str) -> Step:
    return Step(name, "", None, choice, reason)


def surroundings(deployment: Deployment) -> list[Step]:
    hardware, precision, batch = deployment.hardware, deployment.precision, deployment.batch
    bytes_each = f"{precision.name}, {precision.bytes_per_parameter:g} bytes per parameter"
    return [
        assumption("deployment", deployment.kind, deployment.kind_reason),
        assumption("hardware", names(deployment), f"{deployment.hardware_reason}; {hardware[0].source}"),
        assumption("precision", bytes_each, deployment.precision_reason),
        Step("batch", "sequences that share a step", batch.interval, "sequences", batch.source),
    ]


def names(deployment: Deployment) -> str:
    return " or ".join(hardware.name for hardware in deployment.hardware)


def model_size(size: Size, total: Range, source: str) -> Step:
    return Step("model size", _described(size), Interval(*total), "billion parameters", source)


def _described(size: Size) -> str:
    experts = f", {size.active / 1e9:g}B of them used per token" if size.is_moe else ""
    return f"{size.total / 1e9:g}B parameters{experts}"


def gpus(size: Size, serving: Serving, deployment: Deployment) -> Step:
    if deployment.gpus is not None:
        return assumption("GPUs", f"{deployment.gpus}", "impact.gpus")
    headroom = constants.known("memory_headroom")
    gigabytes = size.total * deployment.precision.bytes_per_parameter / 1e9
    rule = f"2^ceil(log2({headroom.mid:g} x {gigabytes:.3g} GB / {serving.hardware.memory_gb:g} GB))"
    return Step("GPUs", rule, exactly(serving.gpus), serving.hardware.name, headroom.source)


def decoding(
    size: Size, serving: Serving, batch: float, read: float, written: float, k: Coefficients
) -> list[Step]:
    step = physics.decode_step(size, serving, batch, read + written / 2, k)
    decode = physics.step_joules(step, serving, k) / batch
    arithmetic = physics.arithmetic_joules(size, serving, k)
    hardware, fitted = serving.hardware, constants.known("layer_s").source
    touched = physics.share_touched(size, serving.precision, batch, k)
    parts = (
        f"overhead {step.overhead_s * 1e3:.3g} + weights {step.weights_s * 1e3:.3g} + "
        f"KV cache {step.kv_cache_s * 1e3:.3g} + sequences {step.sequences_s * 1e3:.3g}"
    )
    energy = (
        f"({serving.gpus} x {hardware.tdp_w:g} W x {k.power_static:g} x {step.seconds * 1e3:.3g} ms + "
        f"{step.bytes_moved / 1e9:.3g} GB x {k.joules_per_byte * 1e9:.3g} J/GB) / {batch:g} sequences"
    )
    chosen = "experts chosen by each token of the batch" if size.is_moe else "dense model: all"
    first_pass = "arithmetic of the prompt; its pass over the weights is that of the first output token"
    prefill, attention = (
        physics.prefill_joules(size, serving, read, k),
        physics.attention_share(size, read, k),
    )
    whole = prefill + written * (decode + arithmetic)
    per_token = f"({plain(decode)} + {plain(arithmetic)}) J"
    return [
        assumption("weights read per step", f"{touched:.0%} of {_described(size)}", chosen),
        Step("time of a step", parts, exactly(step.seconds * 1e3), "ms", fitted),
        Step("decode", energy, exactly(decode), "J per output token", fitted),
        _arithmetic(size, serving, k),
        Step(
            "prefill",
            f"{plain(read)} x {plain(arithmetic)} J x {1 + attention:.3g} (attention)",
            exactly(prefill),
            "J",
            first_pass,
        ),
        Step("call", f"prefill + {plain(written)} x {per_token}", exactly(whole), "J", _on(serving)),
    ]


def encoding(size: Size, serving: Serving, batch: float, read: float, k: Coefficients) -> list[Step]:
    arithmetic = physics.arithmetic_joules(size, serving, k)
    texts = "1 text" if batch == 1 else f"{batch:g} texts"
    attention = 1 + physics.attention_share(size, read, k)
    formula = f"one pass shared by {texts} + {plain(read)} tokens x {plain(arithmetic)} J x {attention:.3g} (attention)"
    whole = exactly(physics.encode_joules(size, serving, batch, read, k))
    return [_arithmetic(size, serving, k), Step("encode", formula, whole, "J", _on(serving))]


def _arithmetic(size: Size, serving: Serving, k: Coefficients) -> Step:
    peak = serving.hardware.peak_tflops(serving.precision.compute)
    formula = (
        f"{serving.hardware.tdp_w:g} W x ({k.power_static:g} + {k.power_compute:g}) x {k.compute:g} x "
        f"2 x {size.active / 1e9:g}e9 FLOP / {peak:g} TFLOP/s"
    )
    value = exactly(physics.arithmetic_joules(size, serving, k))
    return Step(
        "arithmetic", formula, value, "J per token read or written", constants.known("compute").source
    )


def _on(serving: Serving) -> str:
    return f"on {serving.hardware.name}: {serving.hardware.source}"


def rereading(joules: float, read: float, written: float) -> Step:
    formula = (
        f"each output token reads the {plain(read)} tokens of the prompt and half of {plain(written)} again"
    )
    return Step("without KV cache", formula, exactly(joules), "J", "use_cache=False in the code")


def hardware_unknown(deployment: Deployment, each: Sequence[float], mid: float) -> Step:
    listed = ", ".join(f"{h.name} {plain(j)} J" for h, j in zip(deployment.hardware, each, strict=True))
    value = Interval(min(each), mid, max(each))
    return Step("hardware unknown", f"geometric mean of {listed}", value, "J", deployment.hardware_reason)


def quantized(before: float, after: float, precision: Precision) -> Step:
    formula = f"{plain(before)} J with bf16 weights x {after / before:.3g} ({precision.name})"
    return Step("quantized weights", formula, exactly(after), "J", precision.source)


def accelerators(joules: float, value: Interval, residual_source: str) -> Step:
    source = f"interval: {residual_source}, combined with all assumptions above"
    return Step("accelerators", f"{plain(joules)} J / 3600", value, "Wh", source)
