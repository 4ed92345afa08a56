"""Functions that a framework runs once per request, message or task: web handlers, task queues, Lambda, user interfaces."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import FunctionInfo, last_name

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
ROUTES = VERBS | {"route", "api_route", "websocket"}
TASKS = {
    "celery": ("task", "shared_task"),
    "huey": ("task", "periodic_task"),
    "dramatiq": ("actor",),
    "rq": ("job",),
    "chainlit": ("on_message",),
    "functions_framework": ("http", "cloud_event"),
}
"""By the package imported: decorators of functions that run once per task or message."""
WORKER_CLASSES = {"BasePredictor": "predict", "LitAPI": "predict", "RequestHandler": "post"}
"""Base class of a framework -> its method that runs once per request."""
VIEWS = ("View", "APIView", "ViewSet", "MethodView", "Resource", "HTTPEndpoint")
WIDGETS = frozenset({"Interface", "ChatInterface", "click", "submit", "change"})
"""Calls of gradio that take a function to run at each use of the page."""
SCREEN = frozenset(
    "title header subheader write markdown text_input text_area button selectbox chat_input sidebar".split()
)
"""Functions of streamlit that draw the page: a module that calls them at its top level is run again at each click."""


def handler(info: FunctionInfo) -> str | None:
    """What runs the function again and again, in words; None where nothing of the kind is seen."""
    node, module = info.node, info.module
    if isinstance(node, ast.Lambda):
        return None
    imported = packages(module)
    for decorator in node.decorator_list:
        name = last_name(decorator)
        if name in ROUTES and _is_route(decorator):
            return f"the request handler `{info.name}`"
        if any(name in names for package, names in TASKS.items() if package in imported):
            return f"the task function `{info.name}`"
    if info.cls is not None:
        return _method(info)
    parameters = [parameter.arg for parameter in info.parameters()]
    if info.name in ("lambda_handler", "handler") and parameters == ["event", "context"]:
        return f"the Lambda handler `{info.name}`"
    if parameters[:1] == ["request"] and imported & {"django", "rest_framework"}:
        return f"the view `{info.name}`"
    if "gradio" in imported and any(last_name(one) == info.name for one in _handed_to(module, WIDGETS)):
        return f"`{info.name}`, which the page runs at each use"
    if "runpod" in imported and any(last_name(one) == info.name for one in _served(module)):
        return f"the job handler `{info.name}`"
    return None


def _is_route(decorator: ast.expr) -> bool:
    """``@app.post("/answer")``: called with a path."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return False
    named = [keyword.value for keyword in decorator.keywords if keyword.arg in ("path", "rule", "route")]
    first = (*decorator.args[:1], *named)
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in first)


def _method(info: FunctionInfo) -> str | None:
    assert info.cls is not None
    for base in map(last_name, info.cls.node.bases):
        if (base.endswith(VIEWS) and info.name in VERBS) or WORKER_CLASSES.get(base) == info.name:
            return f"the request handler `{info.cls.name}.{info.name}`"
    return None


def _handed_to(module: ModuleIndex, names: frozenset[str]) -> Iterator[ast.expr]:
    """What is given as ``fn`` or first to the calls of these names."""
    for name in sorted(names):
        for record in module.calls_named(name):
            yield from record.node.args[:1]
            yield from (keyword.value for keyword in record.node.keywords if keyword.arg == "fn")


def _served(module: ModuleIndex) -> Iterator[ast.expr]:
    """The function in ``runpod.serverless.start({"handler": handler})``."""
    for record in module.calls_named("start"):
        for argument in record.node.args:
            if isinstance(argument, ast.Dict):
                yield from argument.values


def is_rerun_page(module: ModuleIndex) -> bool:
    """A streamlit page, which is run from its top at each click."""
    if "streamlit" not in packages(module):
        return False
    return any(
        record.scope is module.scope and isinstance(record.node.func, ast.Attribute) and name in SCREEN
        for name in SCREEN
        for record in module.calls_named(name)
    )


@lru_cache(maxsize=8)
def packages(module: ModuleIndex) -> frozenset[str]:
    """The top-level packages that the module imports anywhere. Remembered, for a file may have many calls."""
    found: set[str] = set()
    for scope in module.scopes.values():
        for bindings in scope.bindings.values():
            for binding in bindings:
                if isinstance(binding.node, ast.alias):
                    found.add(binding.node.name.partition(".")[0])
                elif isinstance(binding.node, ast.ImportFrom) and binding.node.module:
                    found.add(binding.node.module.partition(".")[0])
    return frozenset(found)
