"""Models that are set for a stretch of code rather than passed: ``with dspy.context(lm=...)``, ``dspy.configure(lm=...)``."""

from __future__ import annotations

import ast

from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given, read_argument
from wattlint.catalogue.records import EntryPoint
from wattlint.semantics import arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import CallRecord, Scope
from wattlint.semantics.values import Value, alternatives

SETTERS = ("configure", "context")
"""Last names of the calls that set a model for what runs after or inside them."""


def bound(objects: Objects, record: CallRecord, frame: Frame) -> list[tuple[EntryPoint, Given]]:
    """The bindings that a surrounding ``with`` gives the call; else those of the project's global configuration."""
    scope: Scope | None = record.scope
    while scope is not None and scope.kind in ("comprehension", "lambda"):
        scope = scope.parent
    body = getattr(scope.node, "body", None) if scope is not None else None
    if scope is None or not isinstance(body, list):
        return []
    at = objects.evaluator.frame_of(scope) if scope is not frame.scope else frame
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.With, ast.AsyncWith)) and any(
                one is record.node for one in ast.walk(node)
            ):
                for item in node.items:
                    if isinstance(item.context_expr, ast.Call):
                        found = _setter(objects, item.context_expr, at, record)
                        if found:
                            return found
    return []


def _setter(
    objects: Objects, node: ast.Call, frame: Frame, record: CallRecord
) -> list[tuple[EntryPoint, Given]]:
    for one in alternatives(objects.evaluator.value(node.func, frame, record.spot)):
        name = objects.qualname(one)
        entry = objects.sdks.entry(name) if name and name.endswith(SETTERS) else None
        if entry is None or entry.model is None:
            continue
        given = Given(arguments.of(objects.evaluator, node, frame, record.spot))
        model: Value | None = read_argument(objects.evaluator, given, entry.model)
        return [(entry, given), *objects.bound(model, as_model=True)]
    return []
