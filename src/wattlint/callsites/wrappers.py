"""A project's own wrapper as it stands: what its callers pass differently stays open."""

from __future__ import annotations

import ast

from wattlint.callsites import indirect
from wattlint.callsites.matched import MatchedCall
from wattlint.callsites.objects import Objects
from wattlint.semantics import names
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import END, Scope
from wattlint.semantics.values import Const, Mapping, Sequence, Text, Thunk, Unknown, Value, alternatives

_NONE: tuple[str, ...] = ()


def for_all_callers(objects: Objects, call: MatchedCall) -> MatchedCall:
    """``call`` with a hole for each parameter that several callers give different values; itself where there is none."""
    frame = _opened(objects.evaluator, call.frame)
    if frame is call.frame:
        return call
    given = indirect.given_in(objects, call, frame)
    return MatchedCall(call.record, frame, call.match, given, call.http, call.indirect)


def _opened(evaluator: Evaluator, frame: Frame) -> Frame:
    """``frame`` with the differing parameters of its function, and of the functions around it, left open."""
    parent = _opened(evaluator, frame.parent) if frame.parent is not None else None
    info = frame.scope.function
    bound: dict[str, Thunk] | None = None
    if info is not None and frame.arguments is None and not isinstance(info.node, ast.Lambda):
        scope = frame.scope
        given = {
            name: names.lookup(evaluator, name, frame, END)
            for name in evaluator.once((id(scope), "only parameters"), lambda: _only_parameters(scope), _NONE)
        }
        opened = {
            name: Unknown(f"parameter {name}") if _differs(value) else _opened_list(evaluator, value)
            for name, value in given.items()
        }
        if any(opened[name] is not value for name, value in given.items()):
            bound = dict(opened)
    if parent is frame.parent and bound is None:
        return frame
    return evaluator.keep(Frame(frame.module, frame.scope, parent, bound, frame.receiver, frame.depth))


def _only_parameters(scope: Scope) -> tuple[str, ...]:
    """The names that are never set to something else."""
    return tuple(
        name
        for name, bindings in scope.bindings.items()
        if all(binding.kind == "parameter" for binding in bindings)
    )


def _opened_list(evaluator: Evaluator, value: Value) -> Value:
    """A list of messages that one function makes of what its own callers hand in differingly, with holes for these."""
    if not isinstance(value, Sequence):
        return value
    items = tuple(_opened_thunk(evaluator, item) for item in value.items)
    if all(one is other for one, other in zip(items, value.items, strict=True)):
        return value
    return Sequence(items, value.open, value.kind, value.repeated)


def opened_arguments(evaluator: Evaluator, bound: dict[str, Thunk]) -> dict[str, Thunk]:
    """What one caller hands in, with holes for what the callers of that caller give differently."""
    opened = {name: _opened_thunk(evaluator, thunk) for name, thunk in bound.items()}
    return opened if any(opened[name] is not thunk for name, thunk in bound.items()) else bound


def _opened_thunk(evaluator: Evaluator, thunk: Thunk) -> Thunk:
    if not isinstance(thunk, tuple):
        return thunk
    node, frame, spot = thunk
    opened = _opened(evaluator, frame)
    return thunk if opened is frame else (node, opened, spot)


def _differs(value: Value) -> bool:
    """Several callers pass several things, of which some may be unknown, and no default stands before them."""
    found = [one for one in alternatives(value) if not (isinstance(one, Const) and one.value is None)]
    if len(found) < 2 or not any(isinstance(one, (Const, Text, Sequence, Mapping)) for one in found):
        return False
    first = found[0]
    return not (isinstance(first, Const) and first.origin and first.origin[-1].how == "param_default")
