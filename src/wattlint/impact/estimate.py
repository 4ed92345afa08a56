"""The estimate of one call site: tokens, then physics, then the way to the wall socket and beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wattlint.callsites.facts import CallSite, Context
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants, derivation
from wattlint.impact.accelerators import (
    JOULES_PER_WH,
    MILLION,
    AcceleratorEnergy,
    Work,
    inference,
    size_of,
)
from wattlint.impact.deployment import ENCODERS, Deployment, deployment_of, hosted_batch
from wattlint.impact.footprint import cost, footprint
from wattlint.impact.levers import levers
from wattlint.impact.physics import memories_filled
from wattlint.impact.quantities import Factor, Impact, Interval, Step, combine, exactly, plain, shares
from wattlint.impact.training import training
from wattlint.impact.volume import is_forward, tokens_in, tokens_out
from wattlint.settings import ImpactSettings

NOT_TEXT = ("image", "audio", "vision")


def estimate(site: CallSite, record: ModelRecord | None, settings: ImpactSettings) -> Impact | None:
    """What one call of ``site`` costs; None where the model or its size is not known, or it is no text model."""
    if record is None or record.kind in NOT_TEXT:
        return None
    measured = settings.measured.get(record.id)
    if record.total_b is None or record.total_b.mid <= 0:
        if measured is None or site.kind == "train":
            return None
        record = record._replace(total_b=None)
    deployment = deployment_of(site, record, settings)
    if site.kind == "train":
        return _training(site, record, deployment)
    return _inference(site, record, deployment, settings, measured)


def as_called(site: CallSite, context: Context) -> CallSite:
    """The site with the prompt, model, loop and limit of ``context``."""
    limit = context.output_limit if context.output_limit is not None else site.output_limit
    prompt = context.prompt if context.prompt is not None else site.prompt
    return replace(site, model=context.model, prompt=prompt, loop=context.loop, output_limit=limit)


def _inference(
    site: CallSite,
    record: ModelRecord,
    deployment: Deployment,
    settings: ImpactSettings,
    measured: float | None,
) -> Impact:
    encodes = record.kind in ENCODERS or site.kind == "embed"
    one_pass = encodes or is_forward(site)
    reading = tokens_in(site.prompt, site, record)
    steps = [reading.step]
    written = exactly(0.0)
    if not encodes:
        writing = tokens_out(site, site.output_limit, record, settings)
        steps.append(writing.step)
        written = writing.tokens
    if site.kind in ("load", "bind"):
        not_counted = f"the {site.kind} itself is not counted: this is one call of the model"
        steps.insert(0, derivation.assumption("one typical call", "", not_counted))
    if measured is not None:
        energy = _as_measured(measured, written, deployment)
    else:
        deployment = _with_hosted_batch(record, deployment)
        work = Work(
            reading.tokens,
            written,
            one_pass,
            rereads=site.use_cache is False and not one_pass,
            drafted=bool(site.draft_model or (site.load and site.load.draft_model)) and not one_pass,
        )
        energy = inference(record, deployment, work)
    steps += derivation.surroundings(deployment)
    price = cost(record, reading.tokens, written) if deployment.kind == "api" else None
    unit = "text" if encodes else "call"
    impact = _impact(unit, deployment, energy, (reading.tokens, written), steps, price)
    if encodes:
        million = footprint(
            energy.wh * MILLION / max(reading.tokens.p50, 1.0),
            [factor for factor in energy.factors if factor.source != "input tokens"],
            deployment,
        )
        return replace(impact, energy_wh_per_million_tokens=million.energy_wh)
    if energy.leverage is None:
        return impact
    return replace(impact, levers=levers(site, reading.tokens.p50, energy.leverage, deployment))


def _training(site: CallSite, record: ModelRecord, deployment: Deployment) -> Impact:
    energy, read, unit = training(record, deployment, site)
    steps = [
        derivation.assumption("hardware", derivation.names(deployment), deployment.hardware_reason),
    ]
    return _impact(unit, deployment, energy, (read, exactly(0.0)), steps, None)


def _as_measured(joules_per_token: float, written: Interval, deployment: Deployment) -> AcceleratorEnergy:
    """The user's own figure instead of the model's."""
    tokens = Interval(*(max(end, 1.0) for end in written))
    wh = joules_per_token * tokens.p50 / JOULES_PER_WH
    factors = (Factor.of("output tokens", *tokens), constants.known("measured_by_user").factor("measurement"))
    formula = f"{joules_per_token:g} J x {plain(tokens.p50)} output tokens / 3600"
    step = Step("accelerators", formula, combine(wh, factors), "Wh", "tool.wattlint.measured")
    return AcceleratorEnergy(wh, factors, deployment.gpus or 1, (step,))


def _with_hosted_batch(record: ModelRecord, deployment: Deployment) -> Deployment:
    """A provider fills a model that needs many GPUs with more sequences."""
    if record.total_b is None or deployment.batch != constants.known("batch_api"):
        return deployment
    size = size_of(record.total_b.mid, record.total_b.mid)
    headroom = constants.known("memory_headroom").mid
    filled = memories_filled(size, deployment.precision, deployment.hardware[0].memory_gb, headroom)
    return replace(deployment, batch=hosted_batch(deployment.gpus or filled))


def _impact(
    unit: str,
    deployment: Deployment,
    energy: AcceleratorEnergy,
    tokens: tuple[Interval, Interval],
    steps: Sequence[Step],
    price: tuple[Interval, Step] | None,
) -> Impact:
    end = footprint(energy.wh, energy.factors, deployment)
    return Impact(
        unit=unit,
        deployment=deployment.kind,
        hardware=derivation.names(deployment),
        gpus=energy.gpus,
        precision=deployment.precision.name,
        batch=deployment.batch.interval,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        accelerator_wh=energy.interval,
        energy_wh=end.energy_wh,
        region=end.region,
        carbon_gco2e=end.carbon,
        carbon_operational_gco2e=end.carbon_operational,
        carbon_embodied_gco2e=end.carbon_embodied,
        water_ml=end.water,
        water_onsite_ml=end.water_onsite,
        water_offsite_ml=end.water_offsite,
        cost_usd=price[0] if price else None,
        steps=(*steps, *energy.steps, *end.steps, *([price[1]] if price else [])),
        shares=shares(end.energy_factors),
    )
