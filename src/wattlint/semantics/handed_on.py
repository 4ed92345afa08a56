"""Calls made through another function: ``partial(ask, model=...)``, ``to_thread(ask, question)``, ``Thread(target=ask)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wattlint.semantics.scopes import last_name

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.module_index import ModuleIndex

POSITIONS = {
    "to_thread": 0,
    "run_sync": 0,
    "run_in_threadpool": 0,
    "run_in_executor": 1,
    "submit": 0,
    "call_soon_threadsafe": 0,
    "sync_to_async": 0,
    "partial": 0,
}
"""Functions that call what they are given -> position of the callee among their arguments."""
AWAITED = frozenset({"to_thread", "run_in_executor", "run_in_threadpool", "run_sync"})
"""Those of them that give, when awaited, what the callee gives."""
BY_KEYWORD = frozenset({"Thread", "Process", "Timer"})
"""Classes that call their ``target`` with ``args`` and ``kwargs``."""


def callee_of(node: ast.Call, module: ModuleIndex) -> ast.expr | None:
    """The function that ``node``, a call in ``module``, hands on."""
    name = module.original(last_name(node.func))
    position = POSITIONS.get(name)
    if position is not None:
        return node.args[position] if len(node.args) > position else None
    if name in BY_KEYWORD:
        return next((keyword.value for keyword in node.keywords if keyword.arg == "target"), None)
    return None


def inner_call(ev: Evaluator, node: ast.Call, module: ModuleIndex) -> ast.Call | None:
    """The call that is made of what ``node`` hands on: always the same object for the same ``node``."""
    callee = callee_of(node, module)
    return (
        ev.once(("handed on", id(node)), lambda: _inner_call(ev, node, callee), None)
        if callee is not None
        else None
    )


def itself_and_inner(ev: Evaluator, node: ast.Call, module: ModuleIndex) -> Iterator[ast.Call]:
    """``node`` and the call that is made of what it hands on, if any."""
    yield node
    inner = inner_call(ev, node, module)
    if inner is not None:
        yield inner


def _inner_call(ev: Evaluator, node: ast.Call, callee: ast.expr) -> ast.Call | None:
    if callee not in node.args:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        passed = given.get("args")
        named = given.get("kwargs")
        args: list[ast.expr] = (
            [] if passed is None else [ast.copy_location(ast.Starred(passed, ast.Load()), node)]
        )
        keywords = [] if named is None else [ast.keyword(None, named)]
    else:
        args, keywords = node.args[node.args.index(callee) + 1 :], node.keywords
    made = ast.copy_location(ast.Call(callee, args, keywords), node)
    ev.keep_node(made)
    return made
