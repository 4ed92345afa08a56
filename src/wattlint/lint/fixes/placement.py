"""Moves a load out of a function that runs often, into a function that loads once."""

from __future__ import annotations

import ast
import builtins
import re

from wattlint.lint.fixes import imports
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import FunctionNode, Module
from wattlint.lint.fixes.target import Call, Target, Unfixable, made
from wattlint.sources.splice import Change

NAME = "load-once"


def load_once(target: Target) -> Fix | NotFixed:
    """The load becomes the body of a function with ``functools.cache`` above the definition it stands in."""
    call = Call(target)
    module, node = call.module, call.node
    if module.function(node) is None or module.in_text(node):
        raise Unfixable("it stands in no function")
    if any(
        isinstance(each, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.Lambda)
        for each in ast.walk(node)
    ):
        raise Unfixable("its arguments depend on the call")
    top = module.top_statement(node)
    parameters, local_imports = _needs(module, node)
    name = free_name(module, "_load_model")
    cache, changes = imports.reference_or_module(module, "functools", "cache", top)
    body = _body(module, node)
    head = "".join(f"    {line}\n" for line in local_imports)
    definition = f"@{cache}\ndef {name}({', '.join(parameters)}):\n{head}    return {body}\n\n\n"
    at = _above(module, top)
    start, end = module.span(node)
    changes += [Change(at, at, definition), Change(start, end, f"{name}({', '.join(parameters)})")]
    message = "load once, in a function with functools.cache"
    return made(NAME, message, False, [(module, change) for change in changes])


def _needs(module: Module, node: ast.Call) -> tuple[list[str], list[str]]:
    """Local names that the load takes (they become parameters) and local imports that it needs. Raises Unfixable."""
    module_names = _bound_in(module, module.tree.body)
    parameters: list[str] = []
    local_imports: list[str] = []
    for each in ast.walk(node):
        if not isinstance(each, ast.Name) or each.id in parameters:
            continue
        binding = _local_binding(module, node, each.id)
        if binding is None:
            if each.id not in module_names and not hasattr(builtins, each.id):
                raise Unfixable(f"where {each.id} comes from is not known")
        elif isinstance(binding, ast.Import | ast.ImportFrom):
            line = ast.unparse(binding)
            local_imports += [line] if line not in local_imports else []
        elif any(
            argument is each for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        ):
            parameters.append(each.id)
        else:
            raise Unfixable(f"it depends on {each.id} of the function")
    if "self" in parameters:
        raise Unfixable("it depends on the object")
    return parameters, local_imports


def _local_binding(module: Module, node: ast.AST, name: str) -> ast.AST | None:
    """What binds ``name`` in a function, class or comprehension around ``node``; an import if one does."""
    for scope in module.around(node):
        if isinstance(scope, FunctionNode | ast.Lambda):
            arguments = scope.args
            every = [
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
                arguments.vararg,
                arguments.kwarg,
            ]
            found = [each for each in every if each is not None and each.arg == name]
            if found:
                return found[0]
            if isinstance(scope, FunctionNode) and (bound := _binding(scope.body, name)) is not None:
                return bound
        elif isinstance(scope, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            for generator in scope.generators:
                if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(generator.target)):
                    return generator
    return None


def _binding(body: list[ast.stmt], name: str) -> ast.AST | None:
    for statement in body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Import | ast.ImportFrom):
                if any((alias.asname or alias.name.partition(".")[0]) == name for alias in each.names):
                    return None if isinstance(each, ast.ImportFrom) and each.level else each
            elif isinstance(each, ast.Name):
                if each.id == name and not isinstance(each.ctx, ast.Load):
                    return each
            elif isinstance(each, FunctionNode | ast.ClassDef) and each.name == name:
                return each
    return None


def _bound_in(module: Module, body: list[ast.stmt]) -> set[str]:
    """Names that the module itself binds."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, FunctionNode | ast.ClassDef):
            found.add(statement.name)
            continue
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
                found.add(each.id)
            elif isinstance(each, ast.alias):
                found.add(each.asname or each.name.partition(".")[0])
            elif isinstance(each, FunctionNode | ast.ClassDef):
                found.add(each.name)
    return found


def _body(module: Module, node: ast.Call) -> str:
    """The call as written; its further lines shifted to where it will stand, unless a string spans lines."""
    text = module.segment(node)
    strings = (each for each in ast.walk(node) if isinstance(each, ast.Constant | ast.JoinedStr))
    if "\n" not in text or any(each.lineno != each.end_lineno for each in strings):
        return text
    indent = module.indent(node.lineno)
    lines = text.split("\n")
    return "\n".join(
        [
            lines[0],
            *("    " + line.removeprefix(indent) if line.startswith(indent) else line for line in lines[1:]),
        ]
    )


def _above(module: Module, top: ast.stmt) -> int:
    """Above the statement, its decorators and the comments that stand directly on it."""
    line = module.first_line(top)
    while line > 1 and re.match(r"#(?!.*coding[:=]|!)", module.line_text(line - 1)):
        line -= 1
    return module.line_start(line)


def free_name(module: Module, name: str) -> str:
    used = module.bound_names
    number = 2
    free = name
    while free in used:
        free = f"{name}_{number}"
        number += 1
    return free
