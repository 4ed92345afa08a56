"""EcoLogits' own figure for a call, beside ours, where its package is installed (``pip install wattlint[ecologits]``).

Written against 0.11.3, which needs no network: it knows output tokens and its own list of models, no input tokens, no
batch, no precision. Only hosted calls are compared. Any failure of the package gives no figure, never an error of ours.
"""

from __future__ import annotations

import importlib.util
import logging
from functools import cache
from typing import Any, NamedTuple

from wattlint.callsites.facts import CallSite
from wattlint.impact.quantities import Impact

PROVIDERS = {
    "openai": "openai", "azure": "openai", "anthropic": "anthropic", "mistral": "mistralai",
    "cohere": "cohere", "google": "google_genai", "vertex": "google_genai", "huggingface": "huggingface_hub",
}  # fmt: skip
"""Our names of providers -> theirs; open models hosted anywhere else are looked up as Hugging Face's."""
Bounds = tuple[float, float]


class OtherEstimate(NamedTuple):
    """Lowest and highest value."""

    energy_wh: Bounds
    carbon_gco2e: Bounds
    output_tokens: float
    version: str


def other_estimate(site: CallSite, impact: Impact) -> OtherEstimate | None:
    """None where the package is missing, the call is not hosted, or its model is not in EcoLogits' list."""
    model = site.model.id
    if model is None or impact.unit != "call" or impact.deployment != "api" or not _installed():
        return None
    names = [(PROVIDERS.get(site.provider or ""), model.rpartition("/")[2]), ("huggingface_hub", model)]
    tokens = impact.tokens_out.p50
    try:
        import importlib.metadata

        from ecologits.tracers.utils import llm_impacts  # type: ignore[import-not-found]

        version = importlib.metadata.version("ecologits")
        logging.getLogger("ecologits").setLevel(logging.CRITICAL)
        for provider, name in names:
            if provider is None:
                continue
            found = llm_impacts(provider, name, max(round(tokens), 1), request_latency=float("inf"))
            if not found.has_errors and found.energy is not None:
                energy, carbon = _bounds(found.energy.value), _bounds(found.gwp.value)
                return OtherEstimate(energy, carbon, tokens, version)
    except Exception:  # another package's code, of a version we may not know
        return None
    return None


def _bounds(value: Any) -> Bounds:
    """Of kWh or kg, a number or a range, in Wh or g."""
    low, high = getattr(value, "min", value), getattr(value, "max", value)
    return float(low) * 1000, float(high) * 1000


@cache
def _installed() -> bool:
    return importlib.util.find_spec("ecologits") is not None
