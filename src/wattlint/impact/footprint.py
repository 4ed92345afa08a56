"""From the energy of the accelerators to the whole system, carbon, water and money.

Location-based grid intensity, no offsets; on-site and off-site water apart; PUE explicit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants
from wattlint.impact.deployment import Deployment
from wattlint.impact.quantities import Factor, Interval, Step, combine, plain, total

HOURS_PER_YEAR = 8766


class Footprint(NamedTuple):
    energy_wh: Interval
    region: str
    carbon: Interval
    carbon_operational: Interval
    carbon_embodied: Interval
    water: Interval
    water_onsite: Interval
    water_offsite: Interval
    energy_factors: tuple[Factor, ...]
    """Of the accelerators and of the way to the whole system."""
    steps: tuple[Step, ...]


def footprint(accelerator_wh: float, factors: Sequence[Factor], deployment: Deployment) -> Footprint:
    """``factors``: what makes ``accelerator_wh`` uncertain."""
    hardware, provider, region, grid = (
        deployment.hardware[0],
        deployment.provider,
        deployment.region,
        deployment.grid,
    )
    host = constants.known(f"host_{hardware.host}")
    pue, pue_source = _pue(deployment)
    wue = provider.wue_l_kwh if region is None or region.wue_l_kwh is None else (region.wue_l_kwh,) * 3
    intensity = grid.gco2e_kwh if region is None or region.gco2e_kwh is None else (region.gco2e_kwh,) * 3
    wue_source = region.source if region is not None and region.wue_l_kwh is not None else provider.source
    grid_source = region.source if region is not None and region.gco2e_kwh is not None else grid.source
    place = region.name if region is not None else grid.country

    system_factors = [*factors, host.factor("host and idle share")]
    energy_factors = [*system_factors, Factor.of("PUE", *pue)]
    system_wh = accelerator_wh * host.mid
    energy_wh = system_wh * pue[1]
    energy = combine(energy_wh, energy_factors)

    spread = constants.known("grid_spread")
    operational_g = energy_wh * intensity[1] / 1000
    operational = combine(
        operational_g, [*energy_factors, Factor.of("grid", *intensity), spread.factor("grid, hour of day")]
    )
    embodied, embodied_step = _embodied(accelerator_wh, factors, deployment)

    onsite_ml = system_wh * wue[1]
    onsite = combine(onsite_ml, [*system_factors, Factor.of("on-site water", *wue)])
    water_spread = constants.known("water_spread")
    offsite = combine(
        energy_wh * grid.offsite_water_l_kwh, [*energy_factors, water_spread.factor("off-site water")]
    )

    steps = (
        Step("whole system", f"{plain(accelerator_wh)} Wh x {host.mid:g} (host, idle)", combine(system_wh, system_factors), "Wh", host.source),
        Step("energy", f"{plain(system_wh)} Wh x PUE {pue[1]:g}", energy, "Wh", pue_source),
        Step("carbon, operational", f"{plain(energy_wh)} Wh x {intensity[1]:g} gCO2e/kWh / 1000 ({place}, {deployment.grid_reason})", operational, "gCO2e", grid_source),
        embodied_step,
        Step("water, on site", f"{plain(system_wh)} Wh x {wue[1]:g} L/kWh", onsite, "mL", wue_source),
        Step("water, off site", f"{plain(energy_wh)} Wh x {grid.offsite_water_l_kwh:g} L/kWh ({grid.country})", offsite, "mL", grid.source),
    )  # fmt: skip
    return Footprint(
        energy, place, total((operational, embodied)), operational, embodied, total((onsite, offsite)), onsite, offsite,
        tuple(energy_factors), steps,
    )  # fmt: skip


def _pue(deployment: Deployment) -> tuple[tuple[float, float, float], str]:
    if deployment.pue is not None:
        return (deployment.pue,) * 3, "impact.pue"
    region, provider = deployment.region, deployment.provider
    if region is not None and region.pue is not None:
        return (region.pue,) * 3, f"PUE of {region.name}: {region.source}"
    return provider.pue, f"PUE of {provider.name}: {provider.source}"


def _embodied(
    accelerator_wh: float, factors: Sequence[Factor], deployment: Deployment
) -> tuple[Interval, Step]:
    """The share of the hardware's manufacture: device hours of this call over the hours of its working life."""
    hardware = deployment.hardware[0]
    draw, years, busy = (constants.known(name) for name in ("mean_draw", "lifetime_years", "busy_share"))
    hours = accelerator_wh / (hardware.tdp_w * draw.mid)
    life = years.mid * HOURS_PER_YEAR * busy.mid
    grams = hours / life * hardware.embodied_kgco2e[1] * 1000
    spread = [
        *factors,
        Factor.of("embodied", *hardware.embodied_kgco2e),
        draw.factor("draw"),
        years.factor("lifetime"),
        busy.factor("busy share"),
    ]
    value = combine(grams, spread)
    formula = (
        f"{plain(accelerator_wh)} Wh / ({hardware.tdp_w:g} W x {draw.mid:g}) of {years.mid:g} years x {HOURS_PER_YEAR} h x "
        f"{busy.mid:g} busy x {hardware.embodied_kgco2e[1]:g} kgCO2e per {hardware.name}"
    )
    return value, Step(
        "carbon, embodied", formula, value, "gCO2e", f"{hardware.embodied_source}; lifetime: {years.source}"
    )


def cost(record: ModelRecord, tokens_in: Interval, tokens_out: Interval) -> tuple[Interval, Step] | None:
    """US dollars by list price; None without a price."""
    if record.input_usd_per_mtok is None and record.output_usd_per_mtok is None:
        return None
    price_in, price_out = record.input_usd_per_mtok or 0.0, record.output_usd_per_mtok or 0.0

    def usd(read: float, written: float) -> float:
        return (read * price_in + written * price_out) / 1e6

    mid = usd(tokens_in.p50, tokens_out.p50)
    factors = [
        Factor.of("input tokens", *(usd(tokens, tokens_out.p50) for tokens in tokens_in)),
        Factor.of("output tokens", *(usd(tokens_in.p50, tokens) for tokens in tokens_out)),
    ]
    value = combine(mid, factors)
    formula = f"({plain(tokens_in.p50)} x {price_in:g} + {plain(tokens_out.p50)} x {price_out:g}) / 1e6"
    return value, Step(
        "cost", formula, value, "USD", f"list price of {record.id}, {record.price_date or record.dated}"
    )
