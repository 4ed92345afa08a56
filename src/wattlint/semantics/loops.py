"""How often a call runs: the loops around it, in its own function or around the calls of that function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from wattlint.semantics import callers, iterables, per_item, strings
from wattlint.semantics.loop_body import Loop, LoopBody, receiver, runs_once, stored
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, Scope, Spot, last_name
from wattlint.semantics.unchanged import Changes, Comprehension
from wattlint.semantics.values import Sequence, alternatives

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

MAX_HOPS = 3
CONCURRENT = frozenset(
    {"gather", "as_completed", "create_task", "ensure_future", "wait", "submit", "start_soon", "TaskGroup"}
)


class LoopShape(NamedTuple):
    kind: str = "none"
    """none, data, retry, chat or unbounded."""
    count: int | None = None  # type: ignore[assignment]
    over: str | None = None
    line: int | None = None
    via_function: str | None = None
    gathered: bool = False
    dependent: bool = False
    collections: bool = False
    invariant: bool = False
    timed: bool = False
    dispatched: bool = False
    handed: bool = False
    path: str | None = None


NO_LOOP = LoopShape()
_NO_BODY = LoopBody(ast.While(ast.Constant(True), [], []))
_NO_CHANGES = Changes(ast.While(ast.Constant(True), [], []))


def around(ev: Evaluator, record: CallRecord) -> LoopShape:
    """The loop that decides how often ``record`` runs: its own, else one around a call of its function."""
    own = _lexical(ev, record)
    if own.kind in ("data", "unbounded", "chat"):
        return own
    outer = _through_callers(ev, record.scope, MAX_HOPS, set())
    if outer.path == record.scope.module.path:
        outer = outer._replace(path=None)
    return outer if outer.kind == "data" or own.kind == "none" else own


def _lexical(ev: Evaluator, record: CallRecord) -> LoopShape:
    """The innermost loop in the same function that repeats the call for data; else a retry or chat loop."""
    weaker = NO_LOOP
    scope: Scope | None = record.scope
    spot: Spot | None = record.spot
    while scope is not None and spot is not None:
        for node, _ in reversed(spot.branches):
            shape = _shape(ev, node, record, scope)
            if shape.kind == "data":
                return shape
            if shape.kind != "none" and weaker.kind == "none":
                weaker = shape
        if scope.kind not in ("comprehension", "lambda"):
            break
        mapped = per_item.of_lambda(scope)
        if mapped is not None:
            return of_handed(mapped)
        spot = scope.spot
        scope = scope.parent
    return weaker


def _shape(ev: Evaluator, node: ast.AST, record: CallRecord, scope: Scope) -> LoopShape:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        if runs_once(node.body, record.node):
            return NO_LOOP
        body = _body(ev, node)
        if body.is_retry(record.node):
            return LoopShape("retry", line=node.lineno, over=strings.source(node.iter))
        source = iterables.behind(node.iter, scope)
        if iterables.is_stream(source):
            return LoopShape("unbounded", over=strings.source(node.iter), line=node.lineno)
        return LoopShape(
            "data",
            _count(ev, node.iter, record, scope),
            strings.source(node.iter),
            node.lineno,
            dependent=body.trains or body.feeds_back(record.node) or body.ends_by_answer(record.node),
            collections=body.goes_into_items or iterables.gives_batches(source),
            invariant=_changes(ev, node).leave_as_it_is(record),
            timed=body.measures(record.node),
            dispatched=body.chooses_receiver(record.node),
        )
    if isinstance(node, ast.While):
        if runs_once(node.body, record.node):
            return NO_LOOP
        body = _body(ev, node)
        if body.asks_a_person:
            return LoopShape("chat", line=node.lineno, dependent=True)
        if body.is_retry(record.node):
            return LoopShape("retry", line=node.lineno, over=strings.source(node.test))
        dependent = body.feeds_back(record.node)
        return LoopShape("unbounded", over=strings.source(node.test), line=node.lineno, dependent=dependent)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        first = node.generators[0]
        gathered = _is_gathered(scope.module, node)
        count = _count(ev, first.iter, record, scope)
        items = stored([one.target for one in node.generators])
        return LoopShape(
            "data",
            count,
            strings.source(first.iter),
            node.lineno,
            gathered=gathered,
            collections=iterables.gives_batches(iterables.behind(first.iter, scope)),
            invariant=_changes(ev, node).leave_as_it_is(record),
            dispatched=receiver(record.node) in items,
        )
    return NO_LOOP


def _body(ev: Evaluator, node: Loop) -> LoopBody:
    return ev.once((id(node), "loop body"), lambda: LoopBody(node), _NO_BODY)


def _changes(ev: Evaluator, node: Loop | Comprehension) -> Changes:
    return ev.once((id(node), "loop changes"), lambda: Changes(node), _NO_CHANGES)


def _count(ev: Evaluator, iterable: ast.expr, record: CallRecord, scope: Scope) -> int | None:
    """Number of passes, from ``range(10)`` or a list of known length."""
    frame = ev.frame_of(scope.parent if scope.kind == "comprehension" and scope.parent else scope)
    if isinstance(iterable, ast.Call) and last_name(iterable) == "range" and iterable.args:
        numbers = [
            getattr(alternatives(ev.value(one, frame, record.spot))[0], "value", None)
            for one in iterable.args[:3]
        ]
        whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
        return len(range(*whole)) if len(whole) == len(numbers) and whole[2:] != [0] else None
    if isinstance(iterable, ast.Call) and last_name(iterable) in (
        "enumerate",
        "tqdm",
        "list",
        "reversed",
        "sorted",
        "track",
    ):
        return _count(ev, iterable.args[0], record, scope) if iterable.args else None
    counts = set()
    for value in alternatives(ev.value(iterable, frame, record.spot)):
        if not isinstance(value, Sequence) or value.open or value.repeated or value.kind == "range":
            return None
        counts.add(len(value.items))
    # A list of one or none that is looped over is filled elsewhere, or made by one of several callers.
    return counts.pop() if len(counts) == 1 and min(counts) > 1 else None


def _is_gathered(module: ModuleIndex, node: ast.AST) -> bool:
    """The comprehension is handed to ``gather`` or a pool, directly or through a name."""
    for record in module.calls:
        if last_name(record.node.func) in CONCURRENT:
            for argument in record.node.args:
                inner = argument.value if isinstance(argument, ast.Starred) else argument
                if inner is node:
                    return True
                if isinstance(inner, ast.Name):
                    for binding in record.scope.bindings.get(inner.id, ()):
                        if binding.value is node:
                            return True
    return any(
        isinstance(inner, ast.Call) and last_name(inner) in CONCURRENT
        for element in (getattr(node, "elt", None), getattr(node, "value", None))
        if element is not None
        for inner in ast.walk(element)
    )


def _through_callers(ev: Evaluator, scope: Scope, hops: int, seen: set[int]) -> LoopShape:
    info = scope.enclosing_function
    if info is None or hops == 0 or id(info) in seen:
        return NO_LOOP
    seen.add(id(info))
    mapped = per_item.of_function(ev, info)
    if mapped is not None:
        return of_handed(mapped)._replace(via_function=info.name, path=mapped.record.scope.module.path)
    found = callers.of(ev, info)
    for caller in found:
        record = CallRecord(caller.node, caller.frame.scope, caller.spot, False)
        shape = _lexical(ev, record)
        if shape.kind == "data":
            return shape._replace(via_function=info.name, path=record.scope.module.path)
    for caller in found:
        shape = _through_callers(ev, caller.frame.scope, hops - 1, seen)
        if shape.kind == "data":
            return shape._replace(via_function=info.name)
    return NO_LOOP


def of_handed(item: per_item.PerItem) -> LoopShape:
    """The loop that a call such as ``map`` makes over its items."""
    over, line = strings.source(item.over), item.record.node.lineno
    return LoopShape(
        "data", over=over, line=line, gathered=item.concurrent, collections=item.in_batches, handed=True
    )
