"""What prompt caching, batch endpoints and speculative decoding could change, as bounds and never as promises."""

from __future__ import annotations

from typing import NamedTuple

from wattlint.callsites.facts import CallSite, Prompt
from wattlint.impact import constants
from wattlint.impact.deployment import Deployment
from wattlint.impact.tokens import count_tokens


class Lever(NamedTuple):
    """Energy with it over energy without it, at best and at worst."""

    name: str
    best: float
    worst: float
    why: str
    source: str


class Leverage(NamedTuple):
    """What the physics says about one call."""

    prefill: float
    """Share of the call's energy that goes into reading its input."""
    fuller_batch: float
    """Energy in a batch as full as assumed at most, over that in the batch assumed."""


def levers(site: CallSite, tokens_in: float, leverage: Leverage, deployment: Deployment) -> tuple[Lever, ...]:
    found = []
    least = constants.known("cached_prefix")
    fixed = min(_fixed_prefix(site.prompt), tokens_in)
    if fixed >= least.mid:
        saved = leverage.prefill * fixed / tokens_in
        why = (
            f"the first {fixed:.0f} tokens never change; reading them takes at most {saved:.0%} of the energy"
        )
        found.append(Lever("prompt caching", 1 - saved, 1.0, why, least.source))
    if deployment.kind == "api" and leverage.fuller_batch < 1:
        why = "a provider may fill its batches further with work that can wait; none says how far"
        found.append(
            Lever("batch endpoint", leverage.fuller_batch, 1.0, why, "interval of the batch assumed above")
        )
    draft = constants.known("speculative")
    why = "saves in small batches, costs more in large ones"
    found.append(Lever("speculative decoding", draft.low, draft.high, why, draft.source))
    return tuple(found)


def _fixed_prefix(prompt: Prompt | None) -> float:
    """Tokens before the first hole: what a prefix cache can keep."""
    text = ""
    for part in prompt.parts if prompt else ():
        for piece in part.pieces:
            if not isinstance(piece, str):
                return float(count_tokens(text).tokens)
            text += piece
    return float(count_tokens(text).tokens)
