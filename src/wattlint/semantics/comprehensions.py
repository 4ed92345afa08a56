"""Comprehensions: over a short, known list they are run pass by pass; else one pass stands for all."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Union

from wattlint.semantics import classes, truth
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import Const, Mapping, Sequence, Thunk, Value, alternatives

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

MAX_PASSES = 32

Comprehension = Union[ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp]


def comprehension(ev: Evaluator, node: Comprehension, frame: Frame, spot: Spot) -> Value:
    """The list, set, generator or dict that a comprehension makes."""
    frames = passes(ev, node, frame, spot)
    if isinstance(node, ast.DictComp):
        return _dictionary(ev, node, frames, frame, spot)
    if frames is None:
        inner = ev.frame(frame.module.scope_of(node), frame)
        return Sequence(((node.elt, inner, spot),), open=True, kind="list", repeated=True)
    return Sequence(tuple((node.elt, one, spot) for one in frames))


def _dictionary(
    ev: Evaluator, node: ast.DictComp, frames: list[Frame] | None, frame: Frame, spot: Spot
) -> Value:
    entries: dict[object, Thunk] = {}
    is_open = False
    if frames is None:
        inner = ev.frame(frame.module.scope_of(node), frame)
        return Mapping({}, open=True, others=((node.value, inner, spot),))
    for one in frames:
        key = alternatives(ev.value(node.key, one, spot))[0]
        if isinstance(key, Const) and isinstance(key.value, (str, int)):
            entries[key.value] = (node.value, one, spot)
        else:
            is_open = True
    return Mapping(entries, is_open)


def passes(ev: Evaluator, node: Comprehension, frame: Frame, spot: Spot) -> list[Frame] | None:
    """A frame for each pass whose conditions hold; None where items or conditions are not known."""
    if len(node.generators) != 1:
        return None
    loop = node.generators[0]
    items = classes.iterated(ev, alternatives(ev.value(loop.iter, frame, spot))[0])
    if not isinstance(items, Sequence) or items.open or items.repeated or len(items.items) > MAX_PASSES:
        return None
    scope = frame.module.scope_of(node)
    found = []
    for item in items.items:
        bound = _unpacked(ev, loop.target, item)
        if bound is None:
            return None
        one = ev.keep(Frame(frame.module, scope, frame, bound, frame.receiver, frame.depth))
        verdicts = {truth.of(ev, condition, one, spot) for condition in loop.ifs}
        if None in verdicts:
            return None
        if False not in verdicts:
            found.append(one)
    return found


def _unpacked(ev: Evaluator, target: ast.expr, item: Thunk) -> dict[str, Thunk] | None:
    """Target names of one pass; None where the item is not known well enough to be taken apart."""
    if isinstance(target, ast.Name):
        return {target.id: item}
    if not isinstance(target, (ast.Tuple, ast.List)):
        return None
    value = alternatives(ev.force(item))[0]
    if not isinstance(value, Sequence) or value.open or len(value.items) != len(target.elts):
        return None
    bound: dict[str, Thunk] = {}
    for element, inner in zip(target.elts, value.items):
        below = _unpacked(ev, element, inner)
        if below is None:
            return None
        bound.update(below)
    return bound
