"""How often the code around a call runs: once per start of a program, per request, or per item of a loop."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from wattlint.callsites import caching
from wattlint.callsites.facts import Runs
from wattlint.regexes import regex
from wattlint.semantics import callers
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.loops import LoopShape
from wattlint.semantics.scopes import CallRecord, FunctionInfo, Scope, last_name

METHODS = frozenset({"get", "post", "put", "patch", "route", "api_route", "websocket", "websocket_route"})
"""``@app.post("/ask")``"""
EVENTS = frozenset(
    {"on_message", "message_handler", "on_event", "event", "listener", "shared_task", "callback", "handler"}
)
ENTRANCES = frozenset(
    {"main", "amain", "async_main", "cli", "demo", "example", "run_demo", "run_example", "test"}
)
"""Functions named so are what the program is started for."""
PAGES = regex(r"^\s*(?:import|from) (streamlit|gradio|chainlit)\b", re.MULTILINE)
"""Frameworks that run a script, or what it hands them, for each thing that a visitor does."""
COMMANDS = frozenset({"command", "callback", "group"})
MAX_HOPS = 3


def how_often(ev: Evaluator, record: CallRecord, loop: LoopShape, text: str) -> Runs | None:
    """Of ``record`` in a module of ``text``; None where nothing tells."""
    if loop.kind in ("data", "unbounded", "chat"):
        return "per-item"
    framework = _framework(text)
    function = record.scope.enclosing_function
    if function is None:
        return "per-request" if framework == "streamlit" else "once"
    return _of_function(ev, function, MAX_HOPS, framework is not None, set())


@lru_cache(maxsize=4)
def _framework(text: str) -> str | None:
    """Remembered, for a file may have many calls."""
    found = PAGES.search(text)
    return found[1] if found else None


def _of_function(
    ev: Evaluator, function: FunctionInfo, hops: int, in_page: bool, seen: set[int]
) -> Runs | None:
    if id(function) in seen:
        return None
    seen.add(id(function))
    node = function.node
    if not isinstance(node, ast.Lambda):
        for decorator in node.decorator_list:
            name = last_name(decorator)
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if name in EVENTS or (name in METHODS and isinstance(called, ast.Attribute)):
                return "per-request"
            if name in COMMANDS:
                return "once"
    if function.name.strip("_") in ENTRANCES or function.name.startswith("test_"):
        return "once"
    if in_page:
        return "per-request"
    found = callers.of(ev, function) if hops else []
    answers: list[Runs | None] = []
    for caller in found:
        outer = caller.frame.scope.enclosing_function
        repeated = any(isinstance(one, (ast.For, ast.AsyncFor, ast.While)) for one, _ in caller.spot.branches)
        if repeated:
            answers.append("per-item")
        elif outer is None:
            answers.append("once")
        else:
            answers.append(_of_function(ev, outer, hops - 1, False, seen))
    if "per-request" in answers:
        return "per-request"
    if "per-item" in answers:
        return "per-item"
    return "once" if answers and all(one == "once" for one in answers) else None


def is_fallback(ev: Evaluator, record: CallRecord) -> bool:
    """Something else was tried first: what failed, or a cache."""
    return in_handler(record) or caching.at_a_miss(ev, record)


def in_handler(record: CallRecord) -> bool:
    """It is made because something before it failed."""
    scope: Scope | None = record.scope
    spot = record.spot
    while scope is not None and spot is not None:
        if any(isinstance(node, ast.Try) and arm.startswith("handler") for node, arm in spot.branches):
            return True
        if scope.kind not in ("comprehension", "lambda") or scope.spot is None:
            return False
        spot, scope = scope.spot, scope.parent
    return False
