"""Forward passes that record what a backward pass would need, in code that never makes one."""

from __future__ import annotations

import ast
from functools import lru_cache

from wattlint.callsites.loads import trains
from wattlint.semantics import callers
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.loop_body import contains
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, last_name

OFF = frozenset({"no_grad", "inference_mode", "set_grad_enabled", "disable_grad", "disable_gradient"})
WANTED = frozenset(
    {
        "backward",
        "grad",
        "enable_grad",
        "requires_grad",
        "requires_grad_",
        "zero_grad",
        "retain_grad",
        "loss",
        "labels",
        "autograd",
        "optimizer",
        "GradientTape",
        "checkpoint",
        "trace",
        "export",
    }
)
"""Names whose presence in a module says that gradients are used there, switched off elsewhere, or may be."""
WRAPPERS = frozenset({"__call__", "forward"})
"""Methods by which an object stands for the model it wraps: whoever calls it decides."""
MAX_HOPS = 3


def keeps_gradients(ev: Evaluator, record: CallRecord) -> bool:
    """Nothing around the forward pass, in its module or its callers, switches gradients off or uses them."""
    module = record.scope.module
    if trains(module) or _mentions(ev, module):
        return False
    return not _is_off(ev, record, MAX_HOPS)


def _mentions(ev: Evaluator, module: ModuleIndex) -> bool:
    return ev.once((id(module), "gradients wanted"), lambda: _find(module), True)


def _find(module: ModuleIndex) -> bool:
    for node in ast.walk(module.tree):
        name = (
            node.attr
            if isinstance(node, ast.Attribute)
            else node.id
            if isinstance(node, ast.Name)
            else node.arg
            if isinstance(node, (ast.keyword, ast.arg))
            else None
        )
        if name in WANTED:
            return True
    return False


@lru_cache(maxsize=8)
def _switched_off(module: ModuleIndex) -> list[ast.With | ast.AsyncWith]:
    """Remembered, for a file may have many calls."""
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.With, ast.AsyncWith))
        and any(last_name(item.context_expr) in OFF for item in node.items)
    ]


def _is_off(ev: Evaluator, record: CallRecord, hops: int) -> bool:
    module = record.scope.module
    if any(contains(statement, record.node) for statement in _switched_off(module)):
        return True
    if module.calls_named("set_grad_enabled") or module.calls_named("_set_grad_enabled"):
        return True  # as a statement, ``torch.set_grad_enabled(False)`` holds for what follows
    info = record.scope.enclosing_function
    if info is None:
        return False
    if OFF & set(info.decorators) or (info.cls is not None and OFF & set(info.cls.decorators)):
        return True
    if hops == 0 or info.name in WRAPPERS:
        return True
    return any(
        _is_off(ev, CallRecord(caller.node, caller.frame.scope, caller.spot, False), hops - 1)
        for caller in callers.of(ev, info)
    )
