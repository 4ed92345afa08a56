"""Calls made through another function: ``asyncio.to_thread(client.models.generate_content, model=...)``, ``partial``."""

from __future__ import annotations

import ast

from wattlint.callsites.objects import Match, Objects
from wattlint.callsites.options import Given
from wattlint.semantics import arguments, handed_on
from wattlint.semantics.arguments import Arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot, last_name
from wattlint.semantics.values import External, Member, Partial, Value, alternatives

PASSES_ON = handed_on.POSITIONS.keys() - {"partial"}
"""``partial`` itself calls nothing yet."""


def passed_on(
    objects: Objects, callee: Value, node: ast.Call, frame: Frame, spot: Spot
) -> tuple[Match, Given] | None:
    """The entry point that is called in the end, and the arguments meant for it."""
    for one in alternatives(callee):
        if isinstance(one, Partial):
            return _through_partial(objects, one, arguments.of(objects.evaluator, node, frame, spot))
    inner = (
        handed_on.inner_call(objects.evaluator, node, frame.module)
        if last_name(node.func) in PASSES_ON
        else None
    )
    if inner is None:
        return None
    if not any(
        isinstance(one, (External, Member)) or objects.qualname(one) is None for one in alternatives(callee)
    ):
        return None
    given = arguments.of(objects.evaluator, inner, frame, spot)
    for one in alternatives(objects.evaluator.value(inner.func, frame, spot)):
        if isinstance(one, Partial):
            found = _through_partial(objects, one, given)
        else:
            found = _reached(objects, one, inner.func, given)
        if found is not None:
            return found
    return None


def _through_partial(objects: Objects, partial: Partial, given: Arguments) -> tuple[Match, Given] | None:
    merged = arguments.of(objects.evaluator, partial.call, partial.frame, partial.spot)
    merged.positional.extend(given.positional)
    merged.keywords.update(given.keywords)
    merged.open_positional |= given.open_positional
    merged.open_keywords |= given.open_keywords
    return _reached(objects, alternatives(partial.callee)[0], partial.call.func, merged)


def _reached(
    objects: Objects, callee: Value, written: ast.expr, given: Arguments
) -> tuple[Match, Given] | None:
    if not isinstance(callee, (Member, External)):
        return None
    keywords = [ast.keyword(name, ast.Constant(None)) for name in given.keywords]
    match = objects.match(callee, ast.Call(written, [], keywords))
    return (match, Given(given)) if match is not None and match.entry.kind in ("call", "embed") else None
