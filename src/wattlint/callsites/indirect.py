"""Calls made through another function: ``asyncio.to_thread(client.models.generate_content, model=...)``, ``partial``."""

from __future__ import annotations

import ast

from wattlint.callsites.facts import RUNNING
from wattlint.callsites.matched import MatchedCall
from wattlint.callsites.objects import Match, Objects, attribute_chain
from wattlint.callsites.options import Given
from wattlint.catalogue.records import Argument
from wattlint.semantics import arguments, handed_on, per_item
from wattlint.semantics.arguments import Arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, Scope, Spot, last_name
from wattlint.semantics.values import External, Member, Partial, Result, Unknown, Value, alternatives

PASSES_ON = handed_on.POSITIONS.keys() - {"partial"}
"""``partial`` itself calls nothing yet."""
KEEPS = frozenset({"partial", "partialmethod", "wraps", "update_wrapper", "register", "signature", "patch"})
"""Functions that take a function with keywords and do not call it."""
_NOTHING = Argument((), None)


def passed_on(
    objects: Objects, callee: Value, node: ast.Call, frame: Frame, spot: Spot
) -> tuple[Match, Given] | None:
    """The entry point that is called in the end, and the arguments meant for it."""
    for one in alternatives(callee):
        if isinstance(one, Partial):
            given = arguments.of(objects.evaluator, node, frame, spot)
            return _through_partial(objects, one, given)
    item = per_item.made(CallRecord(node, frame.scope, spot, False))
    if item is not None and (found := _per_item(objects, item, frame, spot)) is not None:
        return found
    inner = (
        handed_on.inner_call(objects.evaluator, node, frame.module)
        if last_name(node.func) in PASSES_ON
        else None
    )
    if inner is None:
        return _wrapped(objects, node, frame, spot)
    if not any(
        isinstance(one, (External, Member)) or objects.qualname(one) is None for one in alternatives(callee)
    ):
        return None
    given = arguments.of(objects.evaluator, inner, frame, spot)
    for one in alternatives(objects.evaluator.value(inner.func, frame, spot)):
        if isinstance(one, Partial):
            found = _through_partial(objects, one, given)
        else:
            found = _reached(objects, one, inner.func, given, frame.module)
        if found is not None:
            return found
    return None


def called(objects: Objects, call: MatchedCall) -> ast.expr:
    """What is called in the end, as written: ``client.chat`` in ``asyncio.to_thread(client.chat, ...)``."""
    node = call.record.node
    item = per_item.made(call.record) if call.indirect else None
    if item is not None and isinstance(node.args[0], ast.Name | ast.Attribute):
        return node.args[0]
    if call.indirect and last_name(node.func) in PASSES_ON:
        inner = handed_on.inner_call(objects.evaluator, node, call.record.scope.module)
        if inner is not None and isinstance(inner.func, ast.Name | ast.Attribute):
            return inner.func
    return node.func


def given_in(objects: Objects, call: MatchedCall, frame: Frame) -> Given:
    """The arguments of ``call`` as seen in another frame of its function."""
    evaluator, node, spot = objects.evaluator, call.record.node, call.record.spot
    if not call.indirect:
        return Given(arguments.of(evaluator, node, frame, spot), call.given.instance)
    passed = passed_on(objects, evaluator.value(node.func, frame, spot), node, frame, spot)
    return passed[1] if passed is not None else call.given


def is_forwarder(record: CallRecord) -> bool:
    """``func(*args, **kwargs)`` with ``func`` a parameter: the call of the wrapper is the site, for it has the arguments."""
    node = record.node
    if not isinstance(node.func, ast.Name) or not node.args or not node.keywords:
        return False
    if not all(isinstance(one, ast.Starred) for one in node.args) or any(one.arg for one in node.keywords):
        return False
    at: Scope | None = record.scope
    while at is not None:
        if node.func.id in at.bindings:
            return all(binding.kind == "parameter" for binding in at.bindings[node.func.id])
        at = at.parent
    return False


def handed(node: ast.Call) -> ast.Attribute | ast.Name | None:
    """A function given by reference that is presumably called: ``retry(f, errors=E)(x, **kw)``, ``retryer(f, x, **kw)``."""
    given = node.func.args if isinstance(node.func, ast.Call) else node.args
    return given[0] if given and isinstance(given[0], (ast.Attribute, ast.Name)) else None


def _per_item(
    objects: Objects, item: per_item.PerItem, frame: Frame, spot: Spot
) -> tuple[Match, Given] | None:
    """``frame["text"].apply(model.encode)``: the method, or the pipeline, is called with each item."""
    reference = item.record.node.args[0]
    if not isinstance(reference, (ast.Attribute, ast.Name)):
        return None
    value = objects.evaluator.value(reference, frame, spot)
    if not all(isinstance(one, (Member, Result)) for one in alternatives(value)):
        return None
    match = objects.match(value, ast.Call(reference, [], []), frame.module)
    if match is None or match.entry.kind not in RUNNING:
        return None
    return match, Given(Arguments([Unknown("loop item")]))


def _wrapped(objects: Objects, node: ast.Call, frame: Frame, spot: Spot) -> tuple[Match, Given] | None:
    """A call of whatever retries, limits or logs a method of an SDK that it is given by reference."""
    reference = handed(node)
    if reference is None or not node.keywords or frame.module.original(last_name(node.func)) in KEEPS:
        return None
    positional = node.args if isinstance(node.func, ast.Call) else node.args[1:]
    made = ast.copy_location(ast.Call(reference, positional, node.keywords), node)
    given = arguments.of(objects.evaluator, made, frame, spot)
    value = objects.evaluator.value(reference, frame, spot)
    known = [one for one in alternatives(value) if isinstance(one, (Member, External))]
    if known and not any(_is_called(objects, one, reference, frame) for one in known):
        return None  # whatever others put into a parameter or an attribute of the project
    if not known and len(attribute_chain(reference)) < 3:
        return None
    keywords = [ast.keyword(name, ast.Constant(None)) for name in given.keywords]
    if given.open_keywords:
        keywords.append(ast.keyword(None, ast.Constant(None)))
    match = objects.match(value, ast.Call(reference, [], keywords), frame.module)
    if match is None or match.entry.kind not in RUNNING or not _written(objects, reference, value):
        return None
    names = {*(match.entry.model or _NOTHING).names, *(match.entry.prompt or _NOTHING).names}
    return (match, Given(given)) if given.open_keywords or names & given.keywords.keys() else None


def _written(objects: Objects, reference: ast.expr, value: Value) -> bool:
    """The method of the SDK is named at this place: not merely what some caller hands in."""
    names = [name for one in alternatives(value) if (name := objects.qualname(one)) is not None]
    return not names or any(name.rpartition(".")[2] == last_name(reference) for name in names)


def _is_called(objects: Objects, value: Value, reference: ast.expr, frame: Frame) -> bool:
    """``reference`` is the function's own name: ``client.messages.create``, ``completion`` as imported."""
    name = objects.qualname(value) or str(getattr(value, "name", ""))
    return name.rpartition(".")[2] == frame.module.original(last_name(reference))


def _through_partial(objects: Objects, partial: Partial, given: Arguments) -> tuple[Match, Given] | None:
    merged = arguments.of(objects.evaluator, partial.call, partial.frame, partial.spot)
    merged.positional.extend(given.positional)
    merged.keywords.update(given.keywords)
    merged.open_positional |= given.open_positional
    merged.open_keywords |= given.open_keywords
    return _reached(objects, alternatives(partial.callee)[0], partial.call.func, merged, partial.frame.module)


def _reached(
    objects: Objects, callee: Value, written: ast.expr, given: Arguments, near: ModuleIndex
) -> tuple[Match, Given] | None:
    if not isinstance(callee, (Member, External)):
        return None
    keywords = [ast.keyword(name, ast.Constant(None)) for name in given.keywords]
    match = objects.match(callee, ast.Call(written, [], keywords), near)
    return (match, Given(given)) if match is not None and match.entry.kind in (*RUNNING, "load") else None
