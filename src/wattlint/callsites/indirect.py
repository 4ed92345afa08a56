"""Calls made through another function: ``asyncio.to_thread(client.models.generate_content, model=...)``."""

from __future__ import annotations

import ast

from wattlint.callsites.objects import Match, Objects
from wattlint.callsites.options import Given
from wattlint.semantics import arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot, last_name
from wattlint.semantics.values import External, Member, Partial, Value, alternatives

PASSES_ON = {
    "to_thread": 0,
    "run_sync": 0,
    "run_in_threadpool": 0,
    "run_in_executor": 1,
    "submit": 0,
    "call_soon_threadsafe": 0,
    "sync_to_async": 0,
}
"""Functions that call what they are given -> position of the callee among their arguments."""


def passed_on(
    objects: Objects, callee: Value, node: ast.Call, frame: Frame, spot: Spot
) -> tuple[Match, Given] | None:
    """The entry point that is handed over and the arguments meant for it."""
    position = PASSES_ON.get(last_name(node.func))
    if position is None or len(node.args) <= position:
        return None
    if not any(
        isinstance(one, (External, Member)) or objects.qualname(one) is None for one in alternatives(callee)
    ):
        return None
    for one in alternatives(objects.evaluator.value(node.args[position], frame, spot)):
        given = arguments.of(objects.evaluator, node, frame, spot)
        given.positional = given.positional[position + 1 :]
        if isinstance(one, Partial):
            inner = arguments.of(objects.evaluator, one.call, one.frame, one.spot)
            inner.positional.extend(given.positional)
            inner.keywords.update(given.keywords)
            given, one = inner, alternatives(one.callee)[0]
        if not isinstance(one, (Member, External)):
            continue
        match = objects.match(one, ast.Call(node.args[position], [], node.keywords))
        if match is not None and match.entry.kind in ("call", "embed"):
            return match, Given(given)
    return None
