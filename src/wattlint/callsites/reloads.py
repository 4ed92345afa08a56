"""Loads that run again and again with the same arguments: at each request, task or pass of a loop.

Silent wherever something may keep the weights: a cache, a guard (``if model is None``), an attribute, a global; and
where what is loaded may differ from pass to pass.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from wattlint.callsites.handlers import handler, is_rerun_page
from wattlint.semantics import callers, loops
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import CallRecord, FunctionInfo, last_name

MAX_HOPS = 2
KEEPING = ("cache", "memo", "singleton", "once", "lru", "setup", "fixture")
"""Parts of the names of decorators that keep what a function returned, or run it once."""
FREEING = frozenset({"empty_cache", "collect"})
"""Who frees the memory afterwards means to load again."""
REPEATED = ("data", "unbounded", "chat")


def per_call(ev: Evaluator, record: CallRecord) -> str | None:
    """Where the load is repeated, in words; None where it is not, or may not be."""
    return _repeated(ev, record, MAX_HOPS)


def _repeated(ev: Evaluator, record: CallRecord, hops: int) -> str | None:
    if record.scope.kind == "lambda" or _is_guarded(record) or _is_kept(record):
        return None
    info = record.scope.enclosing_function
    if info is None:
        if is_rerun_page(record.scope.module) and _invariant(record, record.scope.module.tree):
            return "at each run of the page, which streamlit starts anew at every click"
        return _loop(ev, record)
    if any(part in name.lower() for name in info.decorators for part in KEEPING) or _frees(info):
        return None
    parameters = _parameters(info)
    if not parameters & _names(record.node):
        where = handler(info)
        if where is not None:
            return f"in {where}"
    inner = _loop(ev, record)
    if inner is not None or hops == 0 or (info.cls is not None and info.name.startswith("__")):
        return inner
    for caller in callers.of(ev, info):
        if parameters & _names(record.node) and (caller.node.args or caller.node.keywords):
            continue
        outer = CallRecord(caller.node, caller.frame.scope, caller.spot, False)
        where = _repeated(ev, outer, hops - 1)
        if where is not None:
            return f"by `{info.name}`, which is called {where}" if " called " not in where else where
    return None


def _loop(ev: Evaluator, record: CallRecord) -> str | None:
    """The innermost loop of the same function around the call, if nothing that the call reads changes in it."""
    for node, _ in reversed(record.spot.branches):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            shape = loops.around(ev, record)
            if shape.line != node.lineno or shape.via_function is not None or shape.kind not in REPEATED:
                return None
            if shape.count is not None and shape.count < 2:
                return None
            if not _invariant(record, node):
                return None
            return f"at each pass of the loop in line {node.lineno}"
    return None


def _invariant(record: CallRecord, around: ast.AST) -> bool:
    """No name that the call reads is set within ``around``; at the top of a module, only by loops."""
    return not _set_in(around) & _names(record.node)


@lru_cache(maxsize=8)
def _set_in(around: ast.AST) -> frozenset[str]:
    """Remembered, for a file may have many calls."""
    changed: set[str] = set()
    for node in ast.walk(around):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            changed.add(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            changed.add(_root(node))
    # Set once at the top is as good as never; what a widget returns is another choice of the user.
    return frozenset(changed - _plain(around) if isinstance(around, ast.Module) else changed)


def _plain(module: ast.Module) -> set[str]:
    """Names set once at the top of the module, to a literal."""
    values: dict[str, list[ast.expr]] = {}
    for node in (one for one in module.body if isinstance(one, ast.Assign)):
        for target in node.targets:
            if isinstance(target, ast.Name):
                values.setdefault(target.id, []).append(node.value)
    return {name for name, given in values.items() if len(given) == 1 and isinstance(given[0], ast.Constant)}


def _is_guarded(record: CallRecord) -> bool:
    """In a branch that asks whether the weights are there already, or after a return that does."""
    for node, arm in record.spot.branches:
        if isinstance(node, ast.If) and _asks_presence(node.test):
            return True
        if isinstance(node, ast.Try) and arm.startswith("handler"):
            return True
    info = record.scope.enclosing_function
    if info is None or isinstance(info.node, ast.Lambda):
        return info is not None
    guard = _guard(info.node)
    return guard is not None and guard <= (record.node.lineno, record.node.col_offset)


@lru_cache(maxsize=8)
def _guard(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int] | None:
    """Where the first statement ends that may return because the weights are there."""
    for statement in function.body:
        if isinstance(statement, (ast.If, ast.Try, ast.With)) and any(
            isinstance(one, ast.Return) for one in ast.walk(statement)
        ):
            test = getattr(statement, "test", None)
            if test is None or _asks_presence(test) or isinstance(test, (ast.Name, ast.Attribute)):
                return statement.end_lineno or statement.lineno, statement.end_col_offset or 0
    return None


def _asks_presence(test: ast.expr) -> bool:
    """``model is None``, ``not self.model``, ``name not in cache``, ``hasattr(self, "model")``."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            if any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops):
                return True
            if any(isinstance(one, ast.Constant) and one.value is None for one in node.comparators):
                return True
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return True
        if isinstance(node, ast.Call) and last_name(node) in ("hasattr", "getattr", "get", "is_set"):
            return True
    return isinstance(test, (ast.Name, ast.Attribute)) and any(
        word in last_name(test).lower() for word in ("load", "init", "force", "reload", "refresh", "first")
    )


def _is_kept(record: CallRecord) -> bool:
    """The result goes into an attribute, an entry, a global, or a name of an outer function."""
    scope = record.scope
    outer = scope.globals | scope.nonlocals
    parents = _parents(scope.node)
    inner: ast.AST = record.node
    while (at := parents.get(inner)) is not None:
        if isinstance(at, (ast.Assign, ast.AnnAssign)) and inner is at.value:
            for target in at.targets if isinstance(at, ast.Assign) else [at.target]:
                for one in ast.walk(target):
                    if isinstance(one, (ast.Attribute, ast.Subscript)) and isinstance(one.ctx, ast.Store):
                        return True
                    if isinstance(one, ast.Name) and one.id in outer:
                        return True
        elif isinstance(at, ast.NamedExpr) or (
            isinstance(at, ast.Call)
            and inner in at.args
            and last_name(at) in ("append", "add", "setdefault", "update", "setattr")
        ):
            return True
        inner = at
    return False


@lru_cache(maxsize=8)
def _parents(node: ast.AST) -> dict[ast.AST, ast.AST]:
    """What each node within ``node`` stands in. Remembered, for a file may have many calls."""
    return {child: at for at in ast.walk(node) for child in ast.iter_child_nodes(at)}


@lru_cache(maxsize=8)
def _frees(info: FunctionInfo) -> bool:
    return any(
        isinstance(node, ast.Delete) or (isinstance(node, ast.Call) and last_name(node) in FREEING)
        for node in ast.walk(info.node)
    )


@lru_cache(maxsize=8)
def _parameters(info: FunctionInfo) -> frozenset[str]:
    arguments = info.node.args
    every = [*info.parameters(), *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names = {parameter.arg for parameter in every if parameter is not None}
    if info.is_method and info.parameters():
        names.discard(info.parameters()[0].arg)
    # What the function makes of its parameters is as open as they are.
    for node in ast.walk(info.node):
        if isinstance(node, ast.Assign) and names & _names(node.value):
            for target in node.targets:
                names.update(one.id for one in ast.walk(target) if isinstance(one, ast.Name))
    return frozenset(names)


def _names(node: ast.expr) -> set[str]:
    """Names read by a call's arguments, or by any other expression."""
    parts = (
        [*node.args, *(keyword.value for keyword in node.keywords)] if isinstance(node, ast.Call) else [node]
    )
    return {one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name)}


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
