"""Forward passes that record what a backward pass would need, in code that never makes one."""

from __future__ import annotations

import ast
from typing import NamedTuple

from wattlint.callsites.loads import trains
from wattlint.regexes import regex
from wattlint.semantics import callers, calls
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.loop_body import contains
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, FunctionInfo, last_name
from wattlint.semantics.values import Function, Value, alternatives

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
OTHER_FRAMEWORKS = regex(r"\btransformers\.(?:TF|Flax)[A-Z]")
"""Classes of transformers 4 that compute with TensorFlow, which records under a ``GradientTape`` alone, or with JAX."""
WRAPPERS = frozenset({"__call__", "forward"})
"""Methods by which an object stands for the model it wraps: whoever calls it decides."""
MAX_HOPS = 3


def keeps_gradients(ev: Evaluator, record: CallRecord, model: Value | None) -> bool:
    """Nothing around the forward pass, in its module or its callers, switches gradients off or uses them."""
    module = record.scope.module
    made = alternatives(model) if model is not None else ()
    if any(OTHER_FRAMEWORKS.search(calls.path(one) or "") for one in made):
        return False
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


class Switches(NamedTuple):
    """What a module says of gradients."""

    off: list[ast.stmt]
    """What runs without them."""
    names: set[str]
    """The names used there."""
    withs: list[ast.With | ast.AsyncWith]
    """Every ``with``: its manager may be one of the project's that switches them off."""


NO_SWITCHES = Switches([], set(), [])


def _switches(ev: Evaluator, module: ModuleIndex) -> Switches:
    return ev.once((id(module), "gradients off"), lambda: _find_switches(module), NO_SWITCHES)


def _find_switches(module: ModuleIndex) -> Switches:
    off: list[ast.stmt] = []
    withs: list[ast.With | ast.AsyncWith] = []
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            withs.append(node)
            switches = [item.context_expr for item in node.items]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            switches = node.decorator_list
        else:
            continue
        if any(last_name(one) in OFF for one in switches):
            off.append(node)
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for statement in off
        for node in ast.walk(statement)
        if isinstance(node, (ast.Attribute, ast.Name))
    }
    return Switches(off, names, withs)


def _by_helper(ev: Evaluator, record: CallRecord) -> bool:
    """Within a context manager of the project that switches gradients off: ``with self.inference():``."""
    frame = ev.frame_of(record.scope)
    around = [one for one in _switches(ev, record.scope.module).withs if contains(one, record.node)]
    switches = [item.context_expr for one in around for item in one.items]
    return any(
        isinstance(one, Function) and _gives_off(ev, one.info)
        for switch in switches
        if isinstance(switch, ast.Call)
        for one in alternatives(ev.value(switch.func, frame, record.spot))
    )


def _gives_off(ev: Evaluator, info: FunctionInfo) -> bool:
    """It yields where gradients are off, or returns what switches them off."""
    if any(last_name(expression) in OFF for expression, _ in info.scope.returns):
        return True
    inside = [one for one in _switches(ev, info.module).off if contains(info.node, one)]
    yields = [node for node in ast.walk(info.node) if isinstance(node, ast.Yield)]
    return any(contains(one, node) for one in inside for node in yields)


def _is_off(ev: Evaluator, record: CallRecord, hops: int) -> bool:
    module = record.scope.module
    switches = _switches(ev, module)
    if any(contains(statement, record.node) for statement in switches.off) or _by_helper(ev, record):
        return True
    if module.calls_named("set_grad_enabled") or module.calls_named("_set_grad_enabled"):
        return True  # as a statement, ``torch.set_grad_enabled(False)`` holds for what follows
    info = record.scope.enclosing_function
    if info is None:
        return False
    if info.cls is not None and OFF & set(info.cls.decorators):
        return True
    # By name, for ``step = self.greedy if fast else self.sample`` calls it through another one.
    if hops == 0 or info.name in WRAPPERS or info.name in switches.names:
        return True
    return any(
        _is_off(ev, CallRecord(caller.node, caller.frame.scope, caller.spot, False), hops - 1)
        for caller in callers.of(ev, info)
    )
