"""Pairs the call sites of two versions of a project: the same call, however far it moved.

By file (renames followed), enclosing function and shape first. Calls left over on both sides are then taken for the
same one where a function moved to another file or class, where the prompt is the same text, or where one SDK took
the place of another in the same function: the most certain likeness first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from wattlint.changes.shape import EVERYWHERE, own_name, shape_of

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite

Pair = tuple[int | None, int | None]
"""Indexes of a call before and after; None where it does not exist."""
TELLING = 20
"""Characters from which a prompt's text is enough to know a call by."""


def match(
    before: Sequence[CallSite], after: Sequence[CallSite], renamed: Mapping[str, str] | None = None
) -> list[Pair]:
    """Every call of both sides once, in order of ``after``, the removed ones last. ``renamed``: new path -> old path."""
    renamed = renamed or {}
    left, right = _Side(before, {}), _Side(after, renamed)
    partner: dict[int, int] = {}
    for key in (
        (_path, _function, _call, _callee, _model, _text, _loop),
        (_path, _function, _call, _callee, _model, _text),
        (_path, _function, _call, _callee, _text),
        (_path, _function, _call, _text),
        (_path, _function, _call, _callee, _model),
        (_path, _function, _call, _callee),
        (_path, _function, _call),
        (_path, _name, _call),
        (_name, _call, _known_text),
        (_named, _call, _model),
        (_named, _call),
        (_call, _known_text),
        (_own_name, _call, _model),
        (_own_name, _call),
        (_path, _function, _kind, _known_text),
        (_path, _function, _kind),
    ):
        _pair(left, right, key, partner)
    pairs: list[Pair] = [(partner.get(index), index) for index in range(len(after))]
    matched = set(partner.values())
    return pairs + [(index, None) for index in range(len(before)) if index not in matched]


class _Side:
    """The calls of one side that have no partner yet."""

    def __init__(self, sites: Sequence[CallSite], renamed: Mapping[str, str]) -> None:
        self.sites = sites
        self.open = dict.fromkeys(range(len(sites)))
        self.renamed = renamed

    def by(self, key: Sequence[_Part]) -> dict[tuple[Hashable, ...], list[int]]:
        groups: dict[tuple[Hashable, ...], list[int]] = {}
        for index in self.open:
            values = tuple(part(self.sites[index], self.renamed) for part in key)
            if None not in values:
                groups.setdefault(values, []).append(index)
        return groups


_Part = Callable[["CallSite", Mapping[str, str]], Hashable]


def _pair(left: _Side, right: _Side, key: Sequence[_Part], partner: dict[int, int]) -> None:
    """Calls that agree in ``key`` are paired in the order they are written in."""
    if not left.open or not right.open:
        return
    theirs = left.by(key)
    for values, ours in right.by(key).items():
        for old, new in zip(theirs.get(values, ()), ours):
            partner[new] = old
            del left.open[old], right.open[new]


def _path(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return renamed.get(site.path, site.path)


def _function(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return shape_of(site).function


def _name(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return shape_of(site).function.rpartition(".")[2]


def _named(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    """The qualified name of a function; None (no match) for what every file may have."""
    return None if site.function in EVERYWHERE else site.function


def _own_name(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    """A function's name without its class; None (no match) for names that every class may have."""
    return own_name(shape_of(site).function)


def _call(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return shape_of(site).call


def _kind(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return site.kind


def _callee(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return site.callee


def _model(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return site.model.id or site.model.unknown_reason or ""


def _loop(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return site.loop.kind


def _text(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    return site.prompt.static_text if site.prompt else ""


def _known_text(site: CallSite, renamed: Mapping[str, str]) -> Hashable:
    """The prompt's text; None (no match) where it is too short to tell one call from another."""
    text = site.prompt.static_text if site.prompt else ""
    return text if len(text) >= TELLING else None
