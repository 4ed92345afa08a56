"""Whether conditions hold with default settings: True, False, or None where it cannot be known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import comprehensions
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import (
    Class,
    Composite,
    Const,
    Function,
    Instance,
    Mapping,
    Member,
    ModuleRef,
    Partial,
    Result,
    Sequence,
    Text,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator


def of_value(value: Value) -> bool | None:
    """Truthiness of one value."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Text):
        return True if any(isinstance(piece, str) and piece for piece in value.pieces) else None
    if isinstance(value, Sequence):
        return True if value.items and not value.repeated else None if value.open else False
    if isinstance(value, Mapping):
        return True if value.entries else None if value.open else False
    if isinstance(value, (Function, Class, Instance, ModuleRef, Partial, Composite)):
        return True
    if isinstance(value, Result) and value.call is not None and _constructs(value):
        return True
    return None


def _constructs(result: Result) -> bool:
    """A call of something named like a class makes an object, which is true."""
    callee = result.callee
    name = callee.name if isinstance(callee, Member) else getattr(callee, "path", "").rpartition(".")[2]
    return name[:1].isupper()


def of_all(value: Value) -> bool | None:
    """Truthiness that all alternatives share."""
    found = {of_value(one) for one in alternatives(value)}
    return found.pop() if len(found) == 1 else None


def of(ev: Evaluator, node: ast.expr, frame: Frame, spot: Spot) -> bool | None:
    """Truth of a condition; of several possible values the one of default settings decides."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    during: bool | None = None
    return ev.once((("truth", id(node)), id(frame)), lambda: _of(ev, node, frame, spot), during)


def _of(ev: Evaluator, node: ast.expr, frame: Frame, spot: Spot) -> bool | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = of(ev, node.operand, frame, spot)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        decisive, open_ = isinstance(node.op, ast.Or), False
        for operand in node.values:
            part = of(ev, operand, frame, spot)
            if part is decisive:
                return decisive
            open_ = open_ or part is None
        return None if open_ else not decisive
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left = alternatives(ev.value(node.left, frame, spot))[0]
        same = isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
        if not isinstance(left, Const) and not (same and of_value(left)):
            return None  # whatever stands on the right
        return _compare(node.ops[0], left, alternatives(ev.value(node.comparators[0], frame, spot))[0])
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("any", "all")
        and len(node.args) == 1
    ):
        return _of_any(ev, node.args[0], frame, spot, node.func.id == "any")
    if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
        return None
    return of_value(alternatives(ev.value(node, frame, spot))[0])


def _of_any(ev: Evaluator, node: ast.expr, frame: Frame, spot: Spot, is_any: bool) -> bool | None:
    """``any(word in name for word in WORDS)`` over a known, short list."""
    if not isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        return None
    frames = comprehensions.passes(ev, node, frame, spot)
    if frames is None:
        return None
    verdicts = [of(ev, node.elt, one, spot) for one in frames]
    if is_any in verdicts:
        return is_any
    return None if None in verdicts else not is_any


def _compare(operator: ast.cmpop, left: Value, right: Value) -> bool | None:
    if isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
        negative = isinstance(operator, (ast.IsNot, ast.NotEq))
        if isinstance(left, Const) and isinstance(right, Const):
            return (left.value == right.value) != negative
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Const) and one.value is None and of_value(other) is True:
                return negative
        return None
    if isinstance(operator, (ast.In, ast.NotIn)):
        inside = _contains(right, left)
        return None if inside is None else inside != isinstance(operator, ast.NotIn)
    if isinstance(left, Const) and isinstance(right, Const):
        a, b = left.value, right.value
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            if isinstance(operator, ast.Lt):
                return a < b
            if isinstance(operator, ast.LtE):
                return a <= b
            if isinstance(operator, ast.Gt):
                return a > b
            return a >= b
    return None


def _contains(container: Value, item: Value) -> bool | None:
    if not isinstance(item, Const):
        return None
    if isinstance(container, Const) and isinstance(container.value, str) and isinstance(item.value, str):
        return item.value in container.value
    if isinstance(container, Mapping):
        if item.value in container.entries:
            return True
        return None if container.open else False
    if isinstance(container, Sequence) and not container.open:
        members = []
        for entry in container.items:
            node = entry[0] if isinstance(entry, tuple) else entry
            if isinstance(node, (ast.Constant, Const)):
                members.append(node.value)
            else:
                return None
        return item.value in members
    return None


def of_arm(ev: Evaluator, node: ast.AST, arm: str, frame: Frame) -> bool | None:
    """Whether this arm of a branching statement runs."""
    if isinstance(node, (ast.If, ast.IfExp)):
        spot = frame.module.spots.get(id(node))
        if spot is None:
            return None
        holds = of(ev, node.test, frame, spot)
        return None if holds is None else holds == (arm == "body")
    if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        return True if arm == "body" else None
    if isinstance(node, ast.Match) and arm.startswith("case"):
        return _of_case(ev, node, int(arm[4:]), frame)
    return None


def _of_case(ev: Evaluator, node: ast.Match, number: int, frame: Frame) -> bool | None:
    spot = frame.module.spots.get(id(node))
    if spot is None:
        return None
    subject = alternatives(ev.value(node.subject, frame, spot))[0]
    if not isinstance(subject, Const):
        return None
    for position, case in enumerate(node.cases):
        matches = _matches(case.pattern, subject.value)
        if position == number:
            return matches if case.guard is None or matches is False else None
        if matches is not False:
            return False if matches is True and case.guard is None else None
    return None


def _matches(pattern: ast.pattern, value: object) -> bool | None:
    if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant):
        return bool(pattern.value.value == value)
    if isinstance(pattern, ast.MatchSingleton):
        return pattern.value is value
    if isinstance(pattern, ast.MatchOr):
        found = [_matches(one, value) for one in pattern.patterns]
        return True if True in found else None if None in found else False
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    return None
