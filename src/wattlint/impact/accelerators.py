"""Energy of the accelerators for one call: the physics at the middle of every assumption, and at their ends."""

from __future__ import annotations

import math
from typing import NamedTuple

from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact import constants, derivation, physics
from wattlint.impact.constants import Hardware
from wattlint.impact.deployment import Deployment
from wattlint.impact.levers import Leverage
from wattlint.impact.physics import Serving, Size
from wattlint.impact.quantities import Factor, Interval, Step, combine

JOULES_PER_WH = 3600
MILLION = 1_000_000


class AcceleratorEnergy(NamedTuple):
    wh: float
    """Median."""
    factors: tuple[Factor, ...]
    """What makes it uncertain."""
    gpus: int
    steps: tuple[Step, ...]
    leverage: Leverage | None = None
    """None for encoders, training and measured models."""

    @property
    def interval(self) -> Interval:
        return combine(self.wh, self.factors)


class Work(NamedTuple):
    """What one call does."""

    tokens_in: Interval
    tokens_out: Interval
    encodes: bool
    """One forward pass, nothing written."""
    rereads: bool = False
    """No KV cache: every new token reads all before it again."""
    drafted: bool = False
    """A draft model proposes tokens (speculative decoding)."""


def sizes(record: ModelRecord) -> tuple[Range, Range, str]:
    """(total, active, source) in billions; a mixture of experts of unknown active size gets a range."""
    total = record.total_b
    assert total is not None, "the caller checks that the size is known"
    source = f"{record.provenance or 'unknown provenance'}; {record.source}"
    if record.active_b is not None and record.active_b.mid > 0:
        return total, record.active_b, source
    if record.architecture == "moe":
        share = constants.known("moe_active_unknown")
        active = Range(total.low * share.low, total.mid * share.mid, total.high * share.high)
        return total, active, f"{source}; active share {share.source}"
    return total, total, source


def size_of(total_b: float, active_b: float) -> Size:
    """In parameters; never less than 100,000, never more active than total."""
    total = max(total_b, 1e-4) * 1e9
    return Size(total, min(max(active_b, 1e-4) * 1e9, total))


def gpus_for(size: Size, hardware: Hardware, deployment: Deployment) -> int:
    if deployment.gpus is not None:
        return deployment.gpus
    headroom = constants.known("memory_headroom").mid
    return physics.gpus_needed(size, deployment.precision, hardware.memory_gb, headroom)


def inference(record: ModelRecord, deployment: Deployment, work: Work) -> AcceleratorEnergy:
    """One call, or one text of an encoder."""
    k = constants.coefficients()
    total, active, size_source = sizes(record)
    size = size_of(total.mid, active.mid)
    first = deployment.hardware[0]
    batch = deployment.batch.interval
    read, written = work.tokens_in, work.tokens_out
    relative = deployment.precision.energy_vs_bf16
    moved = deployment.precision if relative is None else constants.bf16()

    def serving(size: Size, hardware: Hardware) -> Serving:
        return Serving(hardware, gpus_for(size, hardware, deployment), moved, deployment.eager)

    def joules(
        size: Size = size,
        hardware: Hardware = first,
        tokens_in: float = read.p50,
        tokens_out: float = written.p50,
        together: float = batch.p50,
    ) -> float:
        runs = serving(size, hardware)
        if work.encodes:
            return physics.encode_joules(size, runs, together, tokens_in, k)
        again = tokens_out * (tokens_in + tokens_out / 2) if work.rereads else 0.0
        once = sum(physics.call_joules(size, runs, together, tokens_in, tokens_out, k))
        return once + again * physics.arithmetic_joules(size, runs, k)

    each = [joules(hardware=hardware) for hardware in deployment.hardware]
    mid = math.exp(sum(map(math.log, each)) / len(each))
    residual = constants.known("residual_moe" if size.is_moe else "residual_dense")
    ends = [size_of(total[end], active[end]) for end in (0, 1, 2)]
    factors = [
        Factor.of("model size", *(joules(size=end) for end in ends)),
        Factor.of("input tokens", *(joules(tokens_in=tokens) for tokens in read)),
        Factor.of("output tokens", *(joules(tokens_out=tokens) for tokens in written)),
        Factor.of("batch", *(joules(together=together) for together in batch)),
        Factor.of("hardware", min(each), mid, max(each)),
        residual.factor("model of the energy"),
    ]
    if relative is not None:
        factors.append(Factor.of("precision", *relative))
    if work.drafted:
        factors.append(constants.known("speculative").factor("speculative decoding"))
    if not deployment.precision_known:
        factors.append(constants.known("precision_unknown").factor("precision"))

    runs = serving(size, first)
    steps = [
        derivation.model_size(size, total, size_source),
        derivation.gpus(size, runs, deployment),
        *(
            derivation.encoding(size, runs, batch.p50, read.p50, k)
            if work.encodes
            else derivation.decoding(size, runs, batch.p50, read.p50, written.p50, k)
        ),
    ]
    if work.rereads:
        steps.append(derivation.rereading(joules(), read.p50, written.p50))
    if len(each) > 1:
        steps.append(derivation.hardware_unknown(deployment, each, mid))
    if relative is not None:
        steps.append(derivation.quantized(mid, mid * relative[1], deployment.precision))
        mid *= relative[1]
    energy = AcceleratorEnergy(mid / JOULES_PER_WH, tuple(factors), runs.gpus, ())
    steps.append(derivation.accelerators(mid, energy.interval, residual.source))
    if not work.encodes:
        prefill = physics.prefill_joules(size, runs, read.p50, k) / joules()
        energy = energy._replace(leverage=Leverage(prefill, joules(together=batch.p90) / joules()))
    return energy._replace(steps=tuple(steps))
