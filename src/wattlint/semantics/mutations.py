"""Containers after the changes made to them: items set, ``append``, ``update``, ``|=``, in order or from elsewhere."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import containers
from wattlint.semantics.scopes import END, LOOPS, Mutation, Spot
from wattlint.semantics.values import (
    Choice,
    Const,
    Mapping,
    Sequence,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame


def mutated(
    ev: Evaluator,
    value: Value,
    mutations: list[Mutation],
    frame: Frame,
    use: Spot,
    made: Spot | None = None,
) -> Value:
    """``value`` after the changes that stand before ``use`` (all of them, when used from elsewhere).

    ``made`` is where the container was made: one that is changed in a loop begun since then grows.
    """
    if isinstance(value, Choice):
        return join(mutated(ev, one, mutations, frame, use, made) for one in value.values)
    if isinstance(value, Mapping):
        return _mutated_mapping(ev, value, mutations, frame, use)
    if isinstance(value, Sequence):
        changed = _mutated_sequence(ev, value, mutations, frame, use)
        if made is not None and any(_grows(mutation, made, use) for mutation in mutations):
            return Sequence(changed.items, True, changed.kind, changed.repeated)
        return changed
    return value


def _grows(mutation: Mutation, made: Spot, use: Spot) -> bool:
    """The change and the use stand in a loop that the making of the container does not stand in."""
    if mutation.kind not in ("append", "extend", "insert", "add", "augment"):
        return False
    around = [node for node, _ in made.branches]
    return any(
        isinstance(node, LOOPS) and node not in around and any(node is other for other, _ in use.branches)
        for node, _ in mutation.spot.branches
    )


def perhaps_mutated(ev: Evaluator, value: Value, mutation: Mutation, frame: Frame) -> Value:
    """``value`` where a function makes one change to it, if it ever runs: what was there before comes first."""
    if isinstance(value, Choice):
        return join(perhaps_mutated(ev, one, mutation, frame) for one in value.values)
    if not isinstance(value, (Mapping, Sequence)):
        return value
    after = mutated(ev, value, [mutation], frame, END)
    if isinstance(value, Mapping) and isinstance(after, Mapping):
        entries = dict(after.entries)
        for key, before in value.entries.items():
            changed = entries.get(key)
            entries[key] = (
                before
                if changed in (None, before)
                else join([ev.force(before), ev.force(after.entries[key])])
            )
        return Mapping(entries, True, value.by_attribute, value.how, after.others)
    return Sequence(after.items, True, after.kind, after.repeated) if isinstance(after, Sequence) else value


def _applies(mutation: Mutation, use: Spot) -> bool:
    if mutation.spot.order >= use.order and use is not END:
        return False
    # In another arm of a branch that the use stands in: never both.
    for mine, other in zip(mutation.spot.branches, use.branches):
        if mine[0] is not other[0]:
            break
        if mine[1] != other[1]:
            return False
    return True


def _certain(mutation: Mutation, use: Spot) -> bool:
    """The use is only reached through the change."""
    inside = mutation.spot.branches
    return use.branches[: len(inside)] == inside


def _mutated_mapping(
    ev: Evaluator, value: Mapping, mutations: list[Mutation], frame: Frame, use: Spot
) -> Mapping:
    entries = dict(value.entries)
    others = list(value.others)
    is_open = value.open
    for mutation in mutations:
        if not _applies(mutation, use):
            continue
        certain = _certain(mutation, use)
        if mutation.kind in ("item", "setdefault") and mutation.key is not None:
            key = alternatives(ev.value(mutation.key, frame, mutation.spot))[0]
            new: Thunk = (
                (mutation.value, frame, mutation.spot)
                if mutation.value is not None and mutation.value is not mutation.key
                else Const(None)
            )
            if not (isinstance(key, Const) and containers.hashable(key.value)):
                is_open = True
                others.append(new)
                continue
            if key.value not in entries:
                entries[key.value] = new
            elif mutation.kind == "item":
                entries[key.value] = new if certain else join([ev.force(new), ev.force(entries[key.value])])
        elif mutation.kind in ("update", "augment"):
            added, more_open = _update_arguments(ev, mutation, frame)
            is_open |= more_open
            for name, thunk in added.items():
                keep = name in entries and not certain
                entries[name] = join([ev.force(thunk), ev.force(entries[name])]) if keep else thunk
        elif mutation.kind in ("pop", "delete") and certain and mutation.key is not None:
            key = alternatives(ev.value(mutation.key, frame, mutation.spot))[0]
            if isinstance(key, Const) and containers.hashable(key.value):
                entries.pop(key.value, None)
    return Mapping(entries, is_open, value.by_attribute, value.how, tuple(others))


def _update_arguments(ev: Evaluator, mutation: Mutation, frame: Frame) -> tuple[dict[object, Thunk], bool]:
    added: dict[object, Thunk] = {}
    is_open = False
    nodes = list(mutation.node.args) if isinstance(mutation.node, ast.Call) else [mutation.value]
    for node in nodes:
        inner = (
            alternatives(ev.value(node, frame, mutation.spot))[0] if node is not None else Unknown("update")
        )
        if isinstance(inner, Mapping):
            added.update(inner.entries)
            is_open |= inner.open
        else:
            is_open = True
    for keyword in mutation.node.keywords if isinstance(mutation.node, ast.Call) else ():
        if keyword.arg is not None:
            added[keyword.arg] = (keyword.value, frame, mutation.spot)
        else:
            is_open = True
    return added, is_open


def _mutated_sequence(
    ev: Evaluator, value: Sequence, mutations: list[Mutation], frame: Frame, use: Spot
) -> Sequence:
    items = list(value.items)
    is_open = value.open
    for mutation in mutations:
        if not _applies(mutation, use):
            continue
        in_loop = any(
            isinstance(node, (ast.For, ast.AsyncFor, ast.While)) for node, _ in mutation.spot.branches
        )
        if mutation.kind in ("append", "add", "insert") and mutation.value is not None:
            new: Thunk = (mutation.value, frame, mutation.spot)
            if mutation.kind == "insert":
                items.insert(0, new)
            else:
                items.append(new)
            is_open |= in_loop and not _certain(mutation, use)
        elif mutation.kind in ("extend", "augment") and mutation.value is not None:
            inner = alternatives(ev.value(mutation.value, frame, mutation.spot))[0]
            if isinstance(inner, Sequence):
                items.extend(inner.items)
                is_open |= inner.open or (in_loop and not _certain(mutation, use))
            else:
                is_open = True
        elif mutation.kind in ("clear", "item", "delete"):
            is_open = True
        if len(items) > containers.MAX_ITEMS:
            return Sequence(tuple(items[: containers.MAX_ITEMS]), True, value.kind)
    return Sequence(tuple(items), is_open, value.kind, value.repeated)
