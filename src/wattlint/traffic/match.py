"""Which call site each recorded call came from: by the place it names, else by its model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wattlint.callsites.facts import RUNNING, CallSite
from wattlint.traffic.records import Group, Traffic


class Share(NamedTuple):
    """Recorded calls of one model at one site. Tokens are means per call; None: not recorded."""

    model: str | None
    calls_per_month: float
    tokens_in: float | None
    tokens_out: float | None
    how: str
    """``by function``, ``by model``, and with how many sites the calls are shared."""


@dataclass(frozen=True, slots=True)
class Matches:
    shares: dict[int, list[Share]]
    """Index of the site -> what was recorded there."""
    matched: float
    """Recorded calls that fit a site."""
    unmatched: tuple[tuple[str, float], ...]
    """(model or function, recorded calls) of the others, most first."""


def match(sites: Sequence[CallSite], traffic: Traffic, same: Callable[[str], str]) -> Matches:
    """``same``: a model id as every spelling of it is known. Calls that fit several sites are shared evenly."""
    shares: dict[int, list[Share]] = {}
    unmatched: dict[str, float] = {}
    matched = 0.0
    for group in traffic.groups:
        here, how = _sites_of(group, sites, same)
        if not here:
            name = group.model or group.function or "unknown"
            unmatched[name] = unmatched.get(name, 0.0) + group.calls
            continue
        matched += group.calls
        if len(here) > 1:
            how += f", shared evenly by {len(here)} call sites"
        for index in here:
            calls = group.calls * traffic.per_month / len(here)
            share = Share(group.model, calls, group.tokens_in, group.tokens_out, how)
            shares.setdefault(index, []).append(share)
    return Matches(shares, matched, tuple(sorted(unmatched.items(), key=lambda item: -item[1])))


def _sites_of(group: Group, sites: Sequence[CallSite], same: Callable[[str], str]) -> tuple[list[int], str]:
    """The sites a group may have come from, and by what."""
    wanted = same(group.model) if group.model else None

    def of_model(indexes: Sequence[int]) -> list[int]:
        models = ((index, sites[index].model.id) for index in indexes)
        return [index for index, model in models if wanted is not None and model and same(model) == wanted]

    def running(indexes: Sequence[int]) -> list[int]:
        return [index for index in indexes if sites[index].kind in RUNNING] or list(indexes)

    everywhere = [index for index, site in enumerate(sites) if site.kind != "train"]
    if group.function or group.file:
        here = [index for index in everywhere if _at(group, sites[index])]
        if here:
            return running(of_model(here) or here), "by function" if group.function else "by file"
    return running(of_model(everywhere)), "by model"


def _at(group: Group, site: CallSite) -> bool:
    """Whether the place a group names can be where ``site`` stands; what it leaves open fits anything."""
    path = site.path.replace("\\", "/").removesuffix(".py")
    if group.file:
        recorded = group.file.replace("\\", "/").removesuffix(".py")
        if not (_ends_with(path, recorded, "/") or _ends_with(recorded, path, "/")):
            return False
    if not group.function:
        return True
    function = group.function.replace("<locals>.", "")
    if site.function is None:
        return function == "<module>"
    module = path.removesuffix("/__init__").replace("/", ".")
    return _ends_with(f"{module}.{site.function}", function, ".") or _ends_with(
        function, f"{module}.{site.function}", "."
    )


def _ends_with(whole: str, end: str, separator: str) -> bool:
    return whole == end or whole.endswith(separator + end)
