"""The estimate of one call site: tokens, then physics, then the way to the wall socket and beyond."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from wattlint.callsites.facts import CallSite, Context
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact import constants, physics
from wattlint.impact.constants import Coefficients, Hardware
from wattlint.impact.deployment import Deployment, deployment_of, hosted_batch
from wattlint.impact.footprint import cost, footprint
from wattlint.impact.physics import Serving, Size
from wattlint.impact.quantities import Factor, Impact, Interval, Step, combine, shares
from wattlint.impact.volume import tokens_in, tokens_out
from wattlint.settings import ImpactSettings

ENCODERS = ("embedding", "encoder", "rerank")
NOT_TEXT = ("image", "audio", "vision")
JOULES_PER_WH = 3600
MILLION = 1_000_000


def estimate(site: CallSite, record: ModelRecord | None, settings: ImpactSettings) -> Impact | None:
    """What one call of ``site`` costs; None where the model or its size is not known, or it is no text model."""
    measured = settings.measured.get(record.id) if record is not None else None
    if record is None or record.kind in NOT_TEXT or (record.total_b is None and measured is None):
        return None
    if record.total_b is not None and record.total_b.mid <= 0:
        return None
    if site.kind == "train":
        return _training(site, record, settings)
    return _inference(site, record, settings, measured)


def estimate_context(
    site: CallSite, context: Context, record: ModelRecord | None, settings: ImpactSettings
) -> Impact | None:
    """As ``estimate``, for the call as one caller of the project's own wrapper makes it."""
    return estimate(as_called(site, context), record, settings)


def as_called(site: CallSite, context: Context) -> CallSite:
    """The site with the prompt, model, loop and limit of ``context``."""
    limit = context.output_limit if context.output_limit is not None else site.output_limit
    prompt = context.prompt if context.prompt is not None else site.prompt
    return replace(site, model=context.model, prompt=prompt, loop=context.loop, output_limit=limit)


class Inputs(NamedTuple):
    """One point at which the energy of the accelerators is computed."""

    scale: Range
    """Parameters in billions; (low, mid, high)."""
    active: Range
    tokens_in: Interval
    tokens_out: Interval
    batch: Interval


def _inference(
    site: CallSite, record: ModelRecord, settings: ImpactSettings, measured: float | None
) -> Impact:
    encodes = record.kind in ENCODERS or site.kind == "embed"
    deployment = deployment_of(site, record, settings)
    if deployment.batch == constants.known("batch_api") and record.total_b is not None:
        deployment = replace(deployment, batch=hosted_batch(_gpus(record.total_b.mid, deployment)))
    reading = tokens_in(site.prompt, site, record)
    nothing = Interval(0.0, 0.0, 0.0)
    writing = None if encodes else tokens_out(site, site.output_limit, record, settings)
    written = writing.tokens if writing else nothing
    batch = deployment.batch.interval
    steps = [reading.step, *([writing.step] if writing else []), *_assumptions(deployment)]
    if site.kind in ("load", "bind"):
        steps.insert(
            0,
            Step(
                "one typical call",
                "",
                None,
                "",
                f"the {site.kind} itself is not counted: this is one call of the model",
            ),
        )

    if measured is not None:
        accelerator_wh = measured * max(written.p50, 1.0) / JOULES_PER_WH
        factors = [Factor.of("output tokens", *written), Factor("measurement", 0.9, 1.1)]
        steps.append(
            Step(
                "accelerators",
                f"{measured:g} J x {written.p50:.0f} tokens / 3600",
                combine(accelerator_wh, factors),
                "Wh",
                "tool.wattlint.measured",
            )
        )
        gpus = deployment.gpus or 1
    else:
        accelerator_wh, factors, gpus, physics_steps = _accelerators(
            record, deployment, reading.tokens, written, batch, encodes, rereads=site.use_cache is False
        )
        steps += physics_steps

    end = footprint(accelerator_wh, factors, deployment)
    steps += end.steps
    price = cost(record, reading.tokens, written) if deployment.kind == "api" else None
    if price is not None:
        steps.append(price[1])
    return Impact(
        unit="text" if encodes else "call",
        deployment=deployment.kind,
        hardware=" or ".join(hardware.name for hardware in deployment.hardware),
        gpus=gpus,
        precision=deployment.precision.name,
        batch=batch,
        tokens_in=reading.tokens,
        tokens_out=written,
        accelerator_wh=combine(accelerator_wh, factors),
        energy_wh=end.energy_wh,
        region=end.region,
        carbon_gco2e=end.carbon,
        carbon_operational_gco2e=end.carbon_operational,
        carbon_embodied_gco2e=end.carbon_embodied,
        water_ml=end.water,
        water_onsite_ml=end.water_onsite,
        water_offsite_ml=end.water_offsite,
        cost_usd=price[0] if price else None,
        steps=tuple(steps),
        shares=shares(end.energy_factors),
    )  # fmt: skip


def _assumptions(deployment: Deployment) -> list[Step]:
    batch = deployment.batch
    precision = deployment.precision
    return [
        Step("deployment", "", None, deployment.kind, deployment.kind_reason),
        Step("hardware", "", None, " or ".join(h.name for h in deployment.hardware), f"{deployment.hardware_reason}; {deployment.hardware[0].source}"),
        Step("precision", f"{precision.bytes_per_parameter:g} bytes per parameter", None, precision.name, deployment.precision_reason),
        Step("batch", "sequences that share a step", batch.interval, "sequences", batch.source),
    ]  # fmt: skip


def sizes(record: ModelRecord) -> tuple[Range, Range, str]:
    """(total, active, source) in billions; a mixture of experts of unknown active size gets a range."""
    total = record.total_b
    assert total is not None
    source = f"{record.provenance or 'unknown provenance'}; {record.source}"
    if record.active_b is not None and record.active_b.mid > 0:
        return total, record.active_b, source
    if record.architecture == "moe":
        active = Range(total.low / 20, total.mid / 8, total.high / 3)
        return total, active, f"{source}; active share assumed: 1/20 to 1/3"
    return total, total, source


def _accelerators(
    record: ModelRecord,
    deployment: Deployment,
    read: Interval,
    written: Interval,
    batch: Interval,
    encodes: bool,
    rereads: bool,
) -> tuple[float, list[Factor], int, list[Step]]:
    """Energy of the accelerators in Wh (median), what makes it uncertain, the number of GPUs, and the derivation."""
    k = constants.coefficients()
    total, active, size_source = sizes(record)
    headroom = constants.known("memory_headroom").mid
    mid_size = _size(total.mid, active.mid)
    relative = deployment.precision.energy_vs_bf16
    moved = deployment.precision if relative is None else constants.bf16()

    def serving(size: Size, hardware: Hardware) -> Serving:
        gpus = deployment.gpus or physics.gpus_needed(
            size, deployment.precision, hardware.memory_gb, headroom
        )
        return Serving(hardware, gpus, moved, deployment.eager)

    def joules(
        size: Size = mid_size,
        hardware: Hardware = deployment.hardware[0],
        tokens_read: float = read.p50,
        tokens_written: float = written.p50,
        together: float = batch.p50,
    ) -> float:
        runs = serving(size, hardware)
        if rereads:
            tokens_read += tokens_written * (tokens_read + tokens_written / 2)
        if encodes:
            return physics.encode_joules(size, runs, together, tokens_read, k)
        return sum(physics.call_joules(size, runs, together, tokens_read, tokens_written, k))

    by_hardware = [joules(hardware=hardware) for hardware in deployment.hardware]
    mid = math.exp(sum(map(math.log, by_hardware)) / len(by_hardware))
    residual = constants.known("residual_moe" if mid_size.is_moe else "residual_dense")
    low_size, high_size = _size(total.low, active.low), _size(total.high, active.high)
    factors = [
        Factor.of("model size", joules(size=low_size), joules(), joules(size=high_size)),
        Factor.of("input tokens", *(joules(tokens_read=tokens) for tokens in read)),
        *(
            []
            if encodes
            else [Factor.of("output tokens", *(joules(tokens_written=tokens) for tokens in written))]
        ),
        Factor.of("batch", *(joules(together=together) for together in batch)),
        Factor.of("hardware", min(by_hardware), mid, max(by_hardware)),
        *([Factor.of("precision", *relative)] if relative else []),
        *([] if deployment.precision_known else [constants.known("precision_unknown").factor("precision")]),
        residual.factor("model of the energy"),
    ]
    chosen = serving(mid_size, deployment.hardware[0])
    steps = [
        Step("model size", _size_text(mid_size), Interval(*total), "billion parameters", size_source),
        Step("GPUs", _gpu_text(mid_size, chosen, headroom, deployment.gpus), None, str(chosen.gpus), constants.known("memory_headroom").source if deployment.gpus is None else "impact.gpus"),
        *(_encoder_steps if encodes else _decoder_steps)(mid_size, chosen, batch.p50, read.p50, written.p50, k),
    ]  # fmt: skip
    if rereads:
        steps.append(_reread_step(joules(), read.p50, written.p50))
    if len(by_hardware) > 1:
        each = ", ".join(f"{h.name} {j:.3g} J" for h, j in zip(deployment.hardware, by_hardware, strict=True))
        steps.append(
            Step(
                "hardware unknown",
                f"geometric mean of {each}",
                Interval(min(by_hardware), mid, max(by_hardware)),
                "J",
                deployment.hardware_reason,
            )
        )
    if relative is not None:
        formula = f"{mid:.3g} J with bf16 weights x {relative[1]:g} ({deployment.precision.name})"
        mid *= relative[1]
        steps.append(Step("quantized weights", formula, _exactly(mid), "J", deployment.precision.source))
    value = combine(mid / JOULES_PER_WH, factors)
    steps.append(
        Step(
            "accelerators",
            f"{mid:.3g} J / 3600",
            value,
            "Wh",
            f"interval: {residual.source}, with size, tokens, batch, hardware and precision",
        )
    )
    return mid / JOULES_PER_WH, factors, chosen.gpus, steps


def _gpus(total_b: float, deployment: Deployment) -> int:
    """On the first of the possible GPUs."""
    if deployment.gpus is not None:
        return deployment.gpus
    memory_gb, headroom = deployment.hardware[0].memory_gb, constants.known("memory_headroom").mid
    return physics.gpus_needed(_size(total_b, total_b), deployment.precision, memory_gb, headroom)


def _size(total_b: float, active_b: float) -> Size:
    total = max(total_b, 1e-4) * 1e9
    return Size(total, min(max(active_b, 1e-4) * 1e9, total))


def _size_text(size: Size) -> str:
    experts = f", {size.active / 1e9:g}B of them used per token" if size.is_moe else ""
    return f"{size.total / 1e9:g}B parameters{experts}"


def _gpu_text(size: Size, serving: Serving, headroom: float, given: int | None) -> str:
    if given is not None:
        return f"{given} given"
    gigabytes = size.total * serving.precision.bytes_per_parameter / 1e9
    return f"2^ceil(log2({headroom:g} x {gigabytes:.3g} GB / {serving.hardware.memory_gb:g} GB))"


def _decoder_steps(
    size: Size, serving: Serving, batch: float, read: float, written: float, k: Coefficients
) -> list[Step]:
    step = physics.decode_step(size, serving, batch, read + written / 2, k)
    decode = physics.step_joules(step, serving, k) / batch
    arithmetic = physics.arithmetic_joules(size, serving, k)
    hardware, fitted = serving.hardware, constants.known("layer_s").source
    touched = physics.share_touched(size, serving.precision, batch)
    touched_source = (
        "experts chosen independently by each token of the batch" if size.is_moe else "dense model: all"
    )
    parts = (
        f"overhead {step.overhead_s * 1e3:.3g} + weights {step.weights_s * 1e3:.3g} + "
        f"KV cache {step.kv_cache_s * 1e3:.3g} + sequences {step.sequences_s * 1e3:.3g}"
    )
    energy = (
        f"({serving.gpus} x {hardware.tdp_w:g} W x {k.power_static:g} x {step.seconds * 1e3:.3g} ms + "
        f"{step.bytes_moved / 1e9:.3g} GB x {k.joules_per_byte * 1e9:.3g} J/GB) / {batch:g} sequences"
    )
    return [
        Step("weights read per step", f"{touched:.0%} of {_size_text(size)}", None, "", touched_source),
        Step("time of a step", parts, _exactly(step.seconds * 1e3), "ms", fitted),
        Step("decode", energy, _exactly(decode), "J per output token", fitted),
        _arithmetic_step(size, serving, k),
        Step("prefill", f"{read:.0f} x {arithmetic:.3g} J", _exactly(read * arithmetic), "J", "arithmetic of the prompt; its pass over the weights is that of the first output token"),
        Step("call", f"prefill + {written:.0f} x ({decode:.3g} + {arithmetic:.3g}) J", _exactly(read * arithmetic + written * (decode + arithmetic)), "J", f"on {hardware.name}: {hardware.source}"),
    ]  # fmt: skip


def _encoder_steps(
    size: Size, serving: Serving, batch: float, read: float, written: float, k: Coefficients
) -> list[Step]:
    whole = physics.encode_joules(size, serving, batch, read, k)
    formula = f"one pass shared by {batch:g} texts + {read:.0f} tokens x {physics.arithmetic_joules(size, serving, k):.3g} J"
    return [
        _arithmetic_step(size, serving, k),
        Step(
            "encode", formula, _exactly(whole), "J", f"on {serving.hardware.name}: {serving.hardware.source}"
        ),
    ]


def _arithmetic_step(size: Size, serving: Serving, k: Coefficients) -> Step:
    peak = serving.hardware.peak_tflops(serving.precision.compute)
    formula = (
        f"{serving.hardware.tdp_w:g} W x ({k.power_static:g} + {k.power_compute:g}) x {k.compute:g} x "
        f"2 x {size.active / 1e9:g}e9 FLOP / {peak:g} TFLOP/s"
    )
    value = _exactly(physics.arithmetic_joules(size, serving, k))
    return Step(
        "arithmetic", formula, value, "J per token read or written", constants.known("compute").source
    )


def _reread_step(joules: float, read: float, written: float) -> Step:
    formula = f"each output token reads the {read:.0f} tokens of the prompt and half of {written:.0f} again"
    return Step("without KV cache", formula, _exactly(joules), "J", "use_cache=False in the code")


def _exactly(value: float) -> Interval:
    return Interval(value, value, value)


def _training(site: CallSite, record: ModelRecord, settings: ImpactSettings) -> Impact:
    """Per million training tokens: code seldom shows how many there are."""
    deployment = replace(deployment_of(site, record, settings), kind=settings.deployment or "server")
    k = {name: constants.known(name) for name in ("train_flop", "train_mfu", "train_draw")}
    total, active, size_source = sizes(record)

    def joules(
        size_b: float = active.mid,
        mfu: float = k["train_mfu"].mid,
        hardware: Hardware = deployment.hardware[0],
    ) -> float:
        return MILLION * physics.training_joules_per_token(
            _size(max(size_b, total.mid), size_b), hardware, k["train_flop"].mid, mfu, k["train_draw"].mid
        )

    each = [joules(hardware=hardware) for hardware in deployment.hardware]
    mid = math.exp(sum(map(math.log, each)) / len(each))
    factors = [
        Factor.of("model size", *(joules(size_b=size) for size in active)),
        Factor.of("MFU", joules(mfu=k["train_mfu"].high), joules(), joules(mfu=k["train_mfu"].low)),
        Factor.of("hardware", min(each), mid, max(each)),
        k["train_draw"].factor("draw"),
    ]
    accelerator_wh = mid / JOULES_PER_WH
    end = footprint(accelerator_wh, factors, deployment)
    hardware = deployment.hardware[0]
    formula = (
        f"1e6 tokens x {k['train_flop'].mid:g} x {active.mid:g}e9 FLOP / ({hardware.peak_tflops('bf16'):g} TFLOP/s x MFU "
        f"{k['train_mfu'].mid:g}) x {hardware.tdp_w:g} W x {k['train_draw'].mid:g}"
    )
    steps = [
        Step("model size", _size_text(_size(total.mid, active.mid)), Interval(*total), "billion parameters", size_source),
        Step("hardware", "", None, " or ".join(h.name for h in deployment.hardware), f"{deployment.hardware_reason}; {hardware.source}"),
        Step("accelerators", formula, combine(accelerator_wh, factors), "Wh per million tokens", "; ".join(known.source for known in k.values())),
        *end.steps,
    ]  # fmt: skip
    million = _exactly(float(MILLION))
    return Impact(
        unit="million training tokens", deployment=deployment.kind,
        hardware=" or ".join(h.name for h in deployment.hardware), gpus=deployment.gpus or 1, precision="bf16",
        batch=_exactly(1.0), tokens_in=million, tokens_out=_exactly(0.0), accelerator_wh=combine(accelerator_wh, factors),
        energy_wh=end.energy_wh, region=end.region, carbon_gco2e=end.carbon,
        carbon_operational_gco2e=end.carbon_operational, carbon_embodied_gco2e=end.carbon_embodied, water_ml=end.water,
        water_onsite_ml=end.water_onsite, water_offsite_ml=end.water_offsite, cost_usd=None, steps=tuple(steps),
        shares=shares(end.energy_factors),
    )  # fmt: skip
