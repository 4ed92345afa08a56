"""Turns embeddings made one by one in a loop into one call with the whole list."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module
from wattlint.lint.fixes.target import Call, Target, Unfixable, made
from wattlint.sources.splice import Change

NAME = "embed-together"
MORE = "the loop does more than to collect the vectors"
OPENAI_RESULT = re.compile(r"\.data\[0\]\.embedding")


class Loop(NamedTuple):
    """``[f(item) for item in items]``, ``for item in items: found.append(f(item))``, or that with a name between."""

    node: ast.stmt | ast.ListComp
    item: str
    items: ast.expr
    rest: str
    """What is read of the call's result: ``.data[0].embedding``."""
    collected: str | None
    """What it is appended to."""


def embed_together(target: Target) -> Fix | NotFixed:
    """One call with the list of all texts."""
    call = Call(target)
    module, node, site = call.module, call.node, call.site
    if site.loop.handed:
        raise Unfixable("a function is handed to what goes over the texts")
    loop = _loop(module, node)
    texts = [
        argument
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        if isinstance(argument, ast.Name) and argument.id == loop.item
    ]
    if len(texts) != 1 or _uses(node, loop.item) != 1:
        raise Unfixable("the text is not passed as it comes from the loop")
    if _comments(module, loop.node):
        raise Unfixable("comments stand in the loop")
    start, end = module.span(node)
    text_start, text_end = module.span(texts[0])
    items = module.segment(loop.items)
    whole = items if _is_list(loop.items) else f"list({items})"
    together = module.text[start:text_start] + whole + module.text[text_end:end]
    if site.sdk == "sentence-transformers" and not loop.rest.strip():
        many, one_by_one = together, None
    elif site.sdk == "openai" and OPENAI_RESULT.fullmatch(loop.rest):
        many, one_by_one = f"{together}.data", "item.embedding"
    else:
        raise Unfixable("how its results are read for a whole list is not known")
    if one_by_one is None:
        vectors = f"list({many})" if loop.collected is None else many
    else:
        pass_ = f"{one_by_one} for item in {many}"
        vectors = f"[{pass_}]" if loop.collected is None else pass_
    new = vectors if loop.collected is None else f"{loop.collected}.extend({vectors})"
    first, last = module.span(loop.node)
    return made(NAME, "embed the whole list in one call", False, [(module, Change(first, last, new))])


def _loop(module: Module, node: ast.Call) -> Loop:
    """The loop whose pass is nothing but the call. Raises Unfixable."""
    result: ast.expr = node
    at = module.parent(node)
    if isinstance(at, ast.Assign):
        return _named(module, at, node)
    while isinstance(at, ast.Attribute | ast.Subscript):
        result, at = at, module.parent(at)
    rest = module.segment(result)[len(module.segment(node)) :]
    if isinstance(at, ast.ListComp) and at.elt is result and len(at.generators) == 1:
        generator = at.generators[0]
        if isinstance(generator.target, ast.Name) and not generator.ifs and not generator.is_async:
            return Loop(at, generator.target.id, generator.iter, rest, None)
    if isinstance(at, ast.Call) and isinstance(at.func, ast.Attribute) and at.func.attr == "append":
        statement = module.parent(at)
        loop = module.parent(statement) if isinstance(statement, ast.Expr) else None
        if isinstance(loop, ast.For) and loop.body == [statement] and not loop.orelse and at.args == [result]:
            collected = module.segment(at.func.value)
            if isinstance(loop.target, ast.Name) and isinstance(at.func.value, ast.Name | ast.Attribute):
                return Loop(loop, loop.target.id, loop.iter, rest, collected)
    raise Unfixable(MORE)


def _named(module: Module, assign: ast.Assign, node: ast.Call) -> Loop:
    """``answer = f(item)``, and then ``found.append(answer.data[0].embedding)``. Raises Unfixable."""
    loop, name = module.parent(assign), assign.targets[0]
    if not isinstance(loop, ast.For) or len(loop.body) != 2 or loop.body[0] is not assign or loop.orelse:
        raise Unfixable(MORE)
    last = loop.body[1]
    append = last.value if isinstance(last, ast.Expr) else None
    if (
        len(assign.targets) != 1
        or not isinstance(name, ast.Name)
        or not isinstance(loop.target, ast.Name)
        or not isinstance(append, ast.Call)
        or not isinstance(append.func, ast.Attribute)
        or append.func.attr != "append"
        or not isinstance(append.func.value, ast.Name | ast.Attribute)
        or len(append.args) != 1
        or append.keywords
    ):
        raise Unfixable(MORE)
    root: ast.expr = append.args[0]
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if not isinstance(root, ast.Name) or root.id != name.id:
        raise Unfixable(MORE)
    if _uses(module.function(node) or module.tree, name.id) != 2:
        raise Unfixable(f"{name.id} is used elsewhere too")
    rest = module.segment(append.args[0])[len(name.id) :]
    return Loop(loop, loop.target.id, loop.iter, rest, module.segment(append.func.value))


def _uses(node: ast.AST, name: str) -> int:
    return sum(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _is_list(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.ListComp)


def _comments(module: Module, node: ast.stmt | ast.expr) -> bool:
    """Whether a comment stands between the first and the last line of ``node``; a ``#`` in a string counts too."""
    start, _ = module.span(node)
    end = module.line_start(node.end_lineno or node.lineno)
    return "#" in module.text[start : max(start, end)]
