"""Types written in annotations: what an object is when no assignment tells."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics.scopes import END, Spot, last_name
from wattlint.semantics.values import (
    Class,
    External,
    Instance,
    Result,
    Value,
    alternatives,
    is_none,
    join,
    tells_nothing,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

WRAPPERS = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Awaitable", "Coroutine"}
)
PLAIN = frozenset(
    {"str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "object", "type", "None"}
)


def typed(ev: Evaluator, annotation: ast.expr | None, frame: Frame, spot: Spot) -> Value | None:
    """An instance of the annotated class; None for plain data, unions of several classes and unreadable ones."""
    for _ in range(4):
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = _unquoted(ev, annotation, annotation.value)
        elif isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            sides = [side for side in (annotation.left, annotation.right) if not _is_none(side)]
            if len(sides) != 1:
                return None
            annotation = sides[0]
        elif isinstance(annotation, ast.Subscript):
            name = (
                annotation.value.attr
                if isinstance(annotation.value, ast.Attribute)
                else getattr(annotation.value, "id", "")
            )
            inside = annotation.slice
            if name == "Union" and isinstance(inside, ast.Tuple):
                members = [member for member in inside.elts if not _is_none(member)]
                if len(members) != 1:
                    return None
                annotation = members[0]
            elif name in WRAPPERS:
                annotation = inside.elts[0] if isinstance(inside, ast.Tuple) and inside.elts else inside
            else:
                annotation = annotation.value
        else:
            break
    if isinstance(annotation, ast.Name) and annotation.id in PLAIN:
        return None
    if not isinstance(annotation, (ast.Name, ast.Attribute)):
        return None
    for one in alternatives(ev.value(annotation, frame, spot)):
        if isinstance(one, Class):
            return Instance(one)
        if isinstance(one, External) and not one.path.startswith(
            ("typing.", "builtins.", "collections.", "typing_extensions.")
        ):
            return Result(one)
    return None


def instead(ev: Evaluator, value: Value, annotation: ast.expr | None, frame: Frame) -> Value:
    """What is annotated, for a ``value`` that tells nothing; that it may be None is kept.

    Only where it is a class of an SDK: one of the project may come with any values in its fields, and much would have to
    be looked at to tell that.
    """
    given_type = (
        typed(ev, annotation, frame, END) if annotation is not None and tells_nothing(value) else None
    )
    if not (
        isinstance(given_type, Result)
        and isinstance(given_type.callee, External)
        and ev.project.is_external(given_type.callee.path)
    ):
        return value
    found = [one if is_none(one) else given_type for one in alternatives(value)]
    return join(found if given_type in found else [given_type, *found])


def _unquoted(ev: Evaluator, annotation: ast.Constant, text: str) -> ast.expr | None:
    """What is written in quotes; always the same object for the same annotation, whose value is known by its identity."""

    def parse() -> ast.expr | None:
        try:
            return ast.copy_location(ast.parse(text, mode="eval").body, annotation)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    return ev.once(("unquoted", id(annotation)), parse, None)


def metadata(ev: Evaluator, annotation: ast.expr | None, frame: Frame, spot: Spot) -> Value | None:
    """What ``Annotated[Client, Depends(get_client)]`` injects."""
    if not (isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple)):
        return None
    if last_name(annotation.value) != "Annotated":
        return None
    for node in annotation.slice.elts[1:]:
        if isinstance(node, ast.Call) and last_name(node) in ("Depends", "Security"):
            return ev.value(node, frame, spot)
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
