"""The whole derivation of an estimate as text: every step with its numbers and its source."""

from __future__ import annotations

import textwrap

from wattlint.callsites.facts import CallSite
from wattlint.impact import constants
from wattlint.impact.ecologits import other_estimate
from wattlint.impact.quantities import Impact, Interval, Step, plain

WIDTH = 100


def explain(site: CallSite, impact: Impact) -> str:
    """For ``--explain FILE:LINE``; ends with what the uncertainty comes from."""
    model = site.model.id or "model"
    lines = [
        f"{site.path}:{site.line}: {site.callee} ({model}), per {impact.unit}",
        "Estimated, not measured. Values are p50 (p10 to p90).",
        "",
    ]
    for number, step in enumerate(impact.steps, 1):
        lines += _step(number, step)
    lines += ["", "Result"]
    lines += [f"  {name}: {_value(value)} {unit}" for name, value, unit in _results(impact)]
    if other := other_estimate(site, impact):
        energy, carbon = (f"{plain(low)} to {plain(high)}" for low, high in other[:2])
        lines += _wrapped(
            f"For comparison, EcoLogits {other.version}: {energy} Wh, {carbon} gCO2e for {plain(other.output_tokens)} output tokens "
            "(it counts no input tokens, batch or precision).",
            "  ",
        )
    if impact.shares:
        lines += ["", "What the interval of the energy comes from"]
        guessed = {source for source, _ in impact.shares if _is_assumed(source, impact)}
        lines += [
            f"  {share:6.1%}  {source}{' (assumed)' if source in guessed else ''}"
            for source, share in impact.shares
        ]
        share = sum(share for source, share in impact.shares if source in guessed)
        lines += _wrapped(
            f"{share:.0%} rests on assumptions, {1 - share:.0%} on what is measured, published or written in the code.",
            "  ",
        )
    if impact.levers:
        lines += ["", "Bounds, not promises: energy with / without"]
        for lever in impact.levers:
            lines += _wrapped(f"{lever.name}: {lever.best:.2f} to {lever.worst:.2f} ({lever.why})", "  ")
            lines += _wrapped(f"[{lever.source}]", "    ")
    if impact.deployment != "local" and impact.unit == "call":
        lines += [
            "",
            *_wrapped(
                "Not visible in code: how busy the server is. One that runs nearly empty needs up to 30 times "
                "as much per request as a saturated one (arXiv 2503.05804); set impact.batch if you know yours.",
                "",
            ),
        ]
    return "\n".join(lines)


STEPS = {
    "input tokens": "input tokens",
    "output tokens": "output tokens",
    "training tokens": "training tokens",
    "batch": "batch",
    "hardware": "hardware",
    "host and idle share": "whole system",
    "PUE": "energy",
    "precision": "precision",
}
"""Source of uncertainty -> the step whose source says where it comes from."""
CONSTANTS = {"quantized weights": "train_quantized", "measurement": "measured_by_user"}


def _is_assumed(source: str, impact: Impact) -> bool:
    """Whether nobody measured or published what makes the estimate uncertain."""
    if source in CONSTANTS:
        return constants.known(CONSTANTS[source]).source.startswith("assumed")
    return any("assumed" in step.source for step in impact.steps if step.name == STEPS.get(source))


def _results(impact: Impact) -> list[tuple[str, Interval, str]]:
    results = [
        ("energy", impact.energy_wh, "Wh"),
        ("carbon", impact.carbon_gco2e, "gCO2e"),
        ("water", impact.water_ml, "mL"),
    ]
    if impact.energy_wh_per_million_tokens is not None:
        results.append(("energy per million tokens", impact.energy_wh_per_million_tokens, "Wh"))
    if impact.cost_usd is not None:
        results.append(("cost", impact.cost_usd, "USD"))
    return results


def _step(number: int, step: Step) -> list[str]:
    value = f"{_value(step.value)} {step.unit}" if step.value is not None else step.unit
    if value.strip():
        head = (
            f"{step.name}: {step.formula} = {value}"
            if step.formula and step.value is not None
            else f"{step.name}: {value}"
        )
    else:
        head = step.name
    if step.formula and step.value is None:
        head += f" ({step.formula})"
    return [*_wrapped(head, f"{number:>2}. "), *_wrapped(f"[{step.source}]", "    ")]


def _wrapped(text: str, lead: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False
    )


def _value(value: Interval) -> str:
    if value.p10 == value.p90:
        return plain(value.p50)
    return f"{plain(value.p50)} ({plain(value.p10)} to {plain(value.p90)})"
