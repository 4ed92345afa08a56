"""The cleanest region that a cloud offers near a given one: in the same country, or anywhere in the European Union."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from wattlint.impact import constants
from wattlint.impact.constants import Region

EU = frozenset("AUT BEL CZE DEU DNK ESP FIN FRA GRC IRL ITA NLD POL PRT SWE".split())
"""Members of the European Union, between which data may move. Elsewhere a border is a question of law."""
CLOUDS = {"bedrock": "aws", "aws": "aws", "vertex": "google", "google": "google", "azure": "azure"}
RESTRICTED = ("us-gov-", "cn-", "asiapacific")


class NearbyRegion(NamedTuple):
    region: str
    gco2e_kwh: float
    here: str
    here_gco2e_kwh: float

    @property
    def ratio(self) -> float:
        """How many times cleaner."""
        return self.here_gco2e_kwh / self.gco2e_kwh


def cleanest_nearby(name: str, provider: str | None) -> NearbyRegion | None:
    """The region of the same cloud with the least carbon per kWh; None where the place is not known."""
    here = _find(name, CLOUDS.get(provider or ""))
    if here is None or not here.gco2e_kwh or here.name.startswith(RESTRICTED):
        return None
    offered = [
        other
        for other in _regions()
        if other.provider == here.provider
        and other.gco2e_kwh
        and not other.name.startswith(RESTRICTED)
        and (other.iso3 == here.iso3 or {here.iso3, other.iso3} <= EU)
    ]
    best = min(offered, key=lambda one: (one.gco2e_kwh or 0.0, one.name))
    return NearbyRegion(
        f"{best.name} ({best.location})", best.gco2e_kwh or 0.0, here.location, here.gco2e_kwh
    )


def _find(name: str, cloud: str | None) -> Region | None:
    wanted = name.lower().replace(" ", "")
    found = [one for one in _regions() if one.name == wanted and cloud in (None, one.provider)]
    return found[0] if len(found) == 1 else None


@cache
def _regions() -> tuple[Region, ...]:
    return constants.regions()
