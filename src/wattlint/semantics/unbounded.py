"""What goes on without a bound around a call: lists that a loop only lengthens, attempts that never give up."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from wattlint.semantics import calls
from wattlint.semantics.loop_body import contains, stored
from wattlint.semantics.scopes import END, CallRecord, Scope, dotted_name, last_name
from wattlint.semantics.values import alternatives

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

LENGTHEN = frozenset({"append", "extend", "insert"})
READERS = frozenset({"print", "pprint", "dumps", "info", "debug", "copy", "deepcopy", "list"})
"""Functions that can be given a list without it becoming shorter."""
BOUNDS: dict[str, tuple[str, frozenset[str]]] = {
    "tenacity.retry": ("stop", frozenset({"stop"})),
    "tenacity.Retrying": ("stop", frozenset({"stop"})),
    "tenacity.AsyncRetrying": ("stop", frozenset({"stop"})),
    "backoff.on_exception": ("max_tries", frozenset({"max_tries", "max_time"})),
    "backoff.on_predicate": ("max_tries", frozenset({"max_tries", "max_time"})),
    "retry.retry": ("tries", frozenset({"tries"})),
    "retry.api.retry": ("tries", frozenset({"tries"})),
    "retrying.retry": (
        "stop_max_attempt_number",
        frozenset({"stop", "stop_max_attempt_number", "stop_max_delay", "stop_func"}),
    ),
}
"""What tries a function again -> (the argument to add, those that bound it). Without any it goes on for ever: read in
tenacity 9.2.1 (``stop_never``), backoff 2.2.1 (None: no limit), retry 0.9.2 (``tries=-1``) and
retrying 1.4.2 (nothing to stop it)."""
OPEN_POSITIONS = {"retry.retry": 1, "retry.api.retry": 1, "tenacity.retry": 1}
"""Positional arguments up to this number leave the bound open."""


class Growth(NamedTuple):
    """``name`` as written, and the line of the loop."""

    name: str
    line: int


class Whiles:
    """Facts of one ``while`` loop, read from its tree once; keep one per loop."""

    def __init__(self, loop: ast.While) -> None:
        self.loop = loop
        self.counts = any(map(_counts, ast.walk(loop.test)))
        """A number decides when it ends: in its test, or in a condition that leaves it."""
        self._longer: set[str] = set()
        self._changed: set[str] = set()
        """Names (``messages``, ``self.history``) that something other than an addition changes."""
        self._given: dict[str, list[ast.Call]] = {}
        """Name -> the calls it is given to that may change it."""
        for node in (inner for statement in loop.body for inner in ast.walk(statement)):
            self._read(node)

    def only_grows(self, name: str, call: ast.Call) -> bool:
        """``name`` is lengthened in the loop and nothing there but ``call`` could make it shorter."""
        root = name.partition(".")[0]
        return (
            name in self._longer
            and name not in self._changed
            and root not in self._changed
            and not any(other is not call for other in self._given.get(name, ()))
        )

    def _read(self, node: ast.AST) -> None:
        if isinstance(node, ast.If):
            self.counts = self.counts or (any(map(_counts, ast.walk(node.test))) and _leaves(node))
        elif isinstance(node, ast.Call):
            owner = dotted_name(node.func.value) if isinstance(node.func, ast.Attribute) else None
            if owner is not None:
                kind = self._longer if last_name(node.func) in LENGTHEN else self._changed
                kind.add(owner)
            if last_name(node.func) not in READERS:
                for name in _mentioned([*node.args, *(keyword.value for keyword in node.keywords)]):
                    self._given.setdefault(name, []).append(node)
        elif isinstance(node, ast.AugAssign):
            self._longer.add(dotted_name(node.target) or "")
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Delete, ast.For, ast.NamedExpr)):
            for target in node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]:
                name = dotted_name(target) or ""
                (self._longer if _adds_to(node, name) else self._changed).add(name)
                if isinstance(target, ast.Subscript):
                    self._changed.add(dotted_name(target.value) or "")


def _of(ev: Evaluator, loop: ast.While) -> Whiles:
    return ev.once((id(loop), "while"), lambda: Whiles(loop), _NOTHING)


def growing(ev: Evaluator, record: CallRecord) -> Growth | None:
    """The list that ``record`` is given and that an unbounded loop around it lengthens and never shortens."""
    call = record.node
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = sorted({name for one in given if (name := dotted_name(one)) is not None})
    for node, _ in reversed(record.spot.branches) if names else ():
        if isinstance(node, ast.While) and not _of(ev, node).counts:
            for name in names:
                if _of(ev, node).only_grows(name, call):
                    return Growth(name, node.lineno)
    return None


def _adds_to(node: ast.AST, name: str) -> bool:
    """``messages = messages + [...]``"""
    value = getattr(node, "value", None)
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and dotted_name(value.left) == name


def _mentioned(nodes: list[ast.expr]) -> set[str]:
    """``messages``, ``self.history``: names and attributes of names."""
    return {
        name
        for one in nodes
        for node in ast.walk(one)
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := dotted_name(node)) is not None
    }


def _counts(node: ast.AST) -> bool:
    orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    return isinstance(node, ast.Compare) and any(isinstance(one, orders) for one in node.ops)


def _leaves(node: ast.AST) -> bool:
    leaving = (ast.Break, ast.Return, ast.Raise)
    return any(
        isinstance(one, leaving) or (isinstance(one, ast.Call) and last_name(one.func) in ("exit", "quit"))
        for one in ast.walk(node)
    )


def endless(ev: Evaluator, record: CallRecord) -> str | None:
    """What tries the call again for as long as it fails, with its line; None where a bound is in sight."""
    return _by_loop(ev, record) or _by_decorator(ev, record.scope)


def _by_loop(ev: Evaluator, record: CallRecord) -> str | None:
    tried: ast.Try | None = None
    for node, arm in reversed(record.spot.branches):
        if isinstance(node, ast.Try) and arm == "body" and tried is None:
            tried = node
        elif isinstance(node, ast.While):
            if (
                tried is not None
                and not _of(ev, node).counts
                and _succeeds(tried, node)
                and _tries_on(ev, tried, node)
            ):
                return f"the loop (line {node.lineno}) tries again after a failure"
            return None
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            if isinstance(node.iter, ast.Call):
                without = _without_bound(ev, node.iter, record.scope)
                if without is not None:
                    return f"`{without[0]}` (line {node.lineno}, no `{without[1]}`) tries again"
            return None
    return None


def _succeeds(tried: ast.Try, loop: ast.While) -> bool:
    """An attempt that does not fail ends the loop."""
    after = next((place for place, one in enumerate(loop.body) if contains(one, tried)), None)
    rest = [*tried.body, *tried.orelse, *(loop.body[after + 1 :] if after is not None else ())]
    if any(isinstance(one, (ast.Return, ast.Break)) for one in rest):
        return True
    tested = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
    changed = {
        name
        for one in rest
        if isinstance(one, (ast.Assign, ast.AnnAssign))
        for name in stored(list(one.targets) if isinstance(one, ast.Assign) else [one.target])
    }
    return bool(tested & changed)


def _tries_on(ev: Evaluator, tried: ast.Try, loop: ast.While) -> bool:
    return ev.once((id(tried), "goes on"), lambda: _goes_on(tried, loop), False)


def _goes_on(tried: ast.Try, loop: ast.While) -> bool:
    """Some handler lets the loop go on with the same attempt, whatever has happened before."""
    needed = _mentioned([node for one in tried.body for node in ast.walk(one) if isinstance(node, ast.expr)])
    after = loop.body[loop.body.index(tried) + 1 :] if tried in loop.body else []
    ends = any(isinstance(one, (ast.Break, ast.Return, ast.Raise)) for one in after)
    return any(
        not _leaves(handler)
        and needed.isdisjoint(_set_in(handler))
        and (not ends or any(isinstance(one, ast.Continue) for one in handler.body))
        for handler in tried.handlers
    )


def _set_in(handler: ast.ExceptHandler) -> set[str]:
    """What the handler changes for the next attempt: a smaller batch, a shorter text."""
    targets: list[ast.expr] = []
    for node in ast.walk(handler):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets += node.targets if isinstance(node, ast.Assign) else [node.target]
    flat = [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    owners = [one.value if isinstance(one, ast.Subscript) else one for one in flat]
    return {name for one in owners if (name := dotted_name(one)) is not None}


def _by_decorator(ev: Evaluator, scope: Scope) -> str | None:
    at: Scope | None = scope
    while at is not None:
        decorators = getattr(at.node, "decorator_list", ()) if at.kind == "function" else ()
        for decorator in decorators:
            without = _without_bound(ev, decorator, at.parent or at)
            if without is not None:
                return f"`@{without[0]}` (line {decorator.lineno}, no `{without[1]}`) tries again"
        at = at.parent
    return None


def _without_bound(ev: Evaluator, node: ast.expr, scope: Scope) -> tuple[str, str] | None:
    """(What tries again, the argument it lacks)."""
    func = node.func if isinstance(node, ast.Call) else node
    if last_name(func) not in ("retry", "Retrying", "AsyncRetrying", "on_exception", "on_predicate"):
        return None
    for value in alternatives(ev.value(func, ev.frame_of(scope), END)):
        name = calls.path(value)
        if name not in BOUNDS:
            continue
        wanted, bounds = BOUNDS[name]
        if isinstance(node, ast.Call):
            if any(keyword.arg is None or keyword.arg in bounds for keyword in node.keywords):
                return None
            if name in OPEN_POSITIONS and len(node.args) > OPEN_POSITIONS[name]:
                return None
            if any(isinstance(one, ast.Starred) for one in node.args):
                return None
        return name.replace(".api", ""), wanted
    return None


_NOTHING = Whiles(ast.While(ast.Constant(True), [], []))
