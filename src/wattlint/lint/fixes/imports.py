"""The name by which a module can use something from a package, and the import that this takes, if any."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from wattlint.lint.fixes.module import Module
from wattlint.sources.splice import Change

LONGEST_LINE = 100
"""An import that would grow beyond gets a line of its own."""


class NoImport(ValueError):
    """The name is taken by something else."""


def reference(
    module: Module, package: str, name: str, at: ast.AST, like: str | None = None
) -> tuple[str, list[Change]]:
    """How ``name`` of ``package`` is written at ``at``, and what has to be changed for it.

    An import that is there is used, under its own alias; one that brings other names from the package, ``like`` if
    it can be chosen, takes the new name too. Raises NoImport.
    """
    in_reach = list(_imports(module, at))
    for node in in_reach:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom) and node.module == package and alias.name == name:
                return alias.asname or name, []
    modules = [
        alias.asname or package
        for node in in_reach
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == package
    ]
    if modules:
        return f"{modules[0]}.{name}", []
    if name in module.bound_names:
        raise NoImport(f"{name} is the name of something else here")
    froms = [
        node
        for node in in_reach
        if isinstance(node, ast.ImportFrom) and node.module == package and node.names[0].name != "*"
    ]
    froms.sort(key=lambda node: not any((alias.asname or alias.name) == like for alias in node.names))
    if froms:
        return name, [_extended(module, froms[0], name)]
    return name, [new_import(module, f"from {package} import {name}", at)]


def reference_or_module(module: Module, package: str, name: str, at: ast.AST) -> tuple[str, list[Change]]:
    """Like ``reference``, but where the package is not imported at all, as ``package.name`` with ``import package``."""
    known = any(
        alias.name == package if isinstance(node, ast.Import) else node.module == package
        for node in _imports(module, at)
        for alias in node.names
    )
    if known:
        return reference(module, package, name, at)
    if package in module.bound_names:
        raise NoImport(f"{package} is the name of something else here")
    return f"{package}.{name}", [new_import(module, f"import {package}", at)]


def module_name(module: Module, package: str, at: ast.AST) -> str | None:
    """The name under which the whole ``package`` is imported at ``at``."""
    for node in _imports(module, at):
        for alias in node.names if isinstance(node, ast.Import) else ():
            if alias.name == package:
                return alias.asname or package
    return None


def _imports(module: Module, at: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports above ``at`` that hold there: of the functions around it, the innermost first, then of the module."""
    line = getattr(at, "lineno", 1)
    function = module.function(at)
    while function is not None:
        for node in _of_body(function.body):
            if node.lineno < line:
                yield node
        function = module.function(function)
    for node in _of_body(module.tree.body):
        if node.lineno < line or module.function(at) is not None:
            yield node


def _of_body(body: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Also those in ``try``; not those that only type checkers see or that hang on a condition."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if not (isinstance(statement, ast.ImportFrom) and statement.level):
                yield statement
        elif isinstance(statement, ast.Try):
            yield from _of_body(statement.body)


def _extended(module: Module, node: ast.ImportFrom, name: str) -> Change:
    """``from package import A`` as ``from package import A, name``, in order where it is in order."""
    names = [alias.name for alias in node.names]
    at = len(names)
    for key in (str, str.lower):
        if names == sorted(names, key=key):
            at = next((index for index, other in enumerate(names) if key(other) > key(name)), len(names))
            break
    one_line = node.lineno == node.end_lineno
    if one_line and len(module.line_text(node.lineno)) + len(name) + 2 > LONGEST_LINE:
        start, end = module.span(node)
        return Change(end, end, f"\n{module.indent(node.lineno)}from {node.module} import {name}")
    if at < len(names):
        following = node.names[at]
        start = module.offset(following.lineno, following.col_offset)
        own_line = not module.text[module.line_start(following.lineno) : start].strip()
        gap = f"\n{module.indent(following.lineno)}" if own_line and not one_line else " "
        return Change(start, start, f"{name},{gap}")
    last = node.names[-1]
    end = module.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)
    own_line = not module.text[
        module.line_start(last.lineno) : module.offset(last.lineno, last.col_offset)
    ].strip()
    gap = f"\n{module.indent(last.lineno)}" if own_line and not one_line else " "
    return Change(end, end, f",{gap}{name}")


def new_import(module: Module, statement: str, at: ast.AST) -> Change:
    """A line with an import of its own above ``at``: in the block where it belongs, in the order of the alphabet."""
    below = module.top_statement(at).lineno
    top = [
        node
        for node in module.tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno < below
    ]
    top = [node for node in top if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")]
    package = statement.split()[1].partition(".")[0]
    group = [node for node in top if _is_standard(_package(node)) == _is_standard(package) and _package(node)]
    if not group:
        return _first_import(module, top, statement)
    plain = statement.startswith("import ")
    after: ast.stmt | None = None
    for node in group:
        if (plain and isinstance(node, ast.Import) and _package(node) < package) or (
            not plain and (isinstance(node, ast.Import) or _package(node) < package)
        ):
            after = node
    if after is None:
        start = module.line_start(group[0].lineno)
        return Change(start, start, f"{statement}\n")
    end = module.span(after)[1]
    line_end = module.text.find("\n", end)
    line_end = len(module.text) if line_end < 0 else line_end
    if ";" in module.text[end:line_end].partition("#")[0]:
        raise NoImport("the imports share a line with other statements")
    return Change(line_end, line_end, f"\n{statement}")


def _first_import(module: Module, top: Sequence[ast.stmt], statement: str) -> Change:
    """Before all other imports, below docstring, comments on top and ``from __future__``."""
    if top:
        start = module.line_start(top[0].lineno)
        return Change(start, start, f"{statement}\n\n")
    head: ast.stmt | None = None
    for node in module.tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            head = node
        else:
            break
    if head is None:
        first = module.tree.body[0]
        start = module.line_start(module.first_line(first))
        return Change(start, start, f"{statement}\n\n")
    end = module.text.find("\n", module.span(head)[1])
    end = len(module.text) if end < 0 else end
    return Change(end, end, f"\n\n{statement}")


def _package(node: ast.stmt) -> str:
    """The first name of what an import names; empty for relative imports."""
    if isinstance(node, ast.ImportFrom):
        return "" if node.level else (node.module or "").partition(".")[0]
    assert isinstance(node, ast.Import)
    return node.names[0].name.partition(".")[0]


def _is_standard(package: str) -> bool:
    return package in sys.stdlib_module_names
