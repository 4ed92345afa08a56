"""Adds the draft model that matches a target: loaded beside it, and passed as ``assistant_model``."""

from __future__ import annotations

import ast

from wattlint.lint.fixes.calls import CallRewrite
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module
from wattlint.lint.fixes.placement import free_name
from wattlint.lint.fixes.target import Call, Target, Unfixable, made
from wattlint.lint.subject import Subject
from wattlint.sources.splice import Change

NAME = "add-draft-model"
SAME_OBJECT = frozenset({"to", "eval", "cuda", "half", "bfloat16"})


def add_draft_model(target: Target) -> Fix | NotFixed:
    """A second ``from_pretrained`` below the one of the target, with the same arguments."""
    draft = Subject(target.site, target.settings).known_draft
    if draft is None:
        raise Unfixable("no matching draft model is known")
    call = Call(target)
    module = call.module
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node.func
    statement, load = _load(module, call.node, ast.unparse(receiver))
    message = f"draft with {draft}"
    if _name(load.func) != "from_pretrained" or not load.args or _name(call.node.func) != "generate":
        raise Unfixable("how its weights are loaded is not plain to see")
    name = free_name(module, "assistant_model")
    owner = "" if isinstance(receiver, ast.Name) else f"{ast.unparse(receiver).rpartition('.')[0]}."
    (first, last), quote = module.span(load.args[0]), '"'
    start, end = module.span(statement)
    written = module.segment(statement)
    left = module.segment(statement.targets[0])
    right = f"{quote}{draft}{quote}".join((module.text[start:first], module.text[last:end]))
    second = f"{owner}{name}{right.removeprefix(left)}"
    if "#" in written:
        raise Unfixable("comments stand in the load")
    using = CallRewrite(module, call.node)
    using.add("assistant_model", f"{owner}{name}")
    added = Change(end, end, f"\n{module.indent(statement.lineno)}{second}")
    return made(NAME, message, False, [(module, added), (module, using.change())])


def _load(module: Module, node: ast.Call, receiver: str) -> tuple[ast.Assign, ast.Call]:
    """The one statement that assigns the receiver, and the call in it that loads. Raises Unfixable."""
    found = [
        each
        for each in ast.walk(module.tree)
        if isinstance(each, ast.Assign) and any(ast.unparse(left) == receiver for left in each.targets)
    ]
    if len(found) != 1 or len(found[0].targets) != 1:
        raise Unfixable("where its model is loaded is not plain to see")
    [statement] = found
    inside, outside = module.function(statement), module.function(node)
    if "." not in receiver and inside is not None and inside is not outside:
        raise Unfixable("its model comes from another function")
    if module.text[module.span(statement)[1] :].partition("\n")[0].partition("#")[0].strip():
        raise Unfixable("the load shares its line with other statements")
    value: ast.expr = statement.value
    while isinstance(value, ast.Call) and _name(value.func) in SAME_OBJECT:
        value = value.func.value if isinstance(value.func, ast.Attribute) else value.func
    if not isinstance(value, ast.Call):
        raise Unfixable("where its model is loaded is not plain to see")
    return statement, value


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
