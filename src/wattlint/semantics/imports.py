"""Imports: the project's own modules, packages without ``__init__``, star imports, everything else by its path."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    names,
)
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.values import (
    External,
    ModuleRef,
    Package,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

_visiting: list[ModuleIndex] = []


def imported(ev: Evaluator, dotted: str, importer: ModuleIndex) -> Value:
    """The value of ``import dotted``."""
    found = ev.project.resolve(dotted, importer)
    if isinstance(found, ModuleIndex):
        return ModuleRef(found)
    if found is not None and ev.project.files():
        return Package(dotted, found)
    return External(dotted)


def from_import(ev: Evaluator, node: ast.ImportFrom, name: str, importer: ModuleIndex) -> Value:
    dotted = node.module or ""
    found = (
        ev.project.relative(node.level, dotted, importer)
        if node.level
        else ev.project.resolve(dotted, importer)
    )
    if found is None or found is importer:
        if node.level and found is importer:
            return (
                names.in_module(ev, name, importer)
                if name in importer.scope.bindings
                else Unknown(f"import {name}")
            )
        return External(f"{dotted}.{name}" if not node.level else f"{'.' * node.level}{dotted}.{name}")
    return member_of_module(ev, found, name, External(f"{dotted}.{name}") if not node.level else None)


def member_of_module(
    ev: Evaluator, module: ModuleIndex | str, name: str, otherwise: Value | None = None
) -> Value:
    """``module.name``: a name it binds, or a submodule."""
    if isinstance(module, ModuleIndex) and (
        name in module.scope.bindings or from_stars(ev, name, module) is not None
    ):
        return names.in_module(ev, name, module)
    if isinstance(module, str) or module.is_package:
        below = ev.project.submodule(module, name)
        if isinstance(below, ModuleIndex):
            return ModuleRef(below)
        if below is not None and otherwise is None:
            return Package(name, below)
    if isinstance(module, str) and otherwise is not None:
        return otherwise
    return Unknown(f"name {name}")


def from_stars(ev: Evaluator, name: str, module: ModuleIndex) -> Value | None:
    for node in module.stars:
        dotted = node.module or ""
        found = (
            ev.project.relative(node.level, dotted, module)
            if node.level
            else ev.project.resolve(dotted, module)
        )
        if isinstance(found, ModuleIndex) and found is not module and not name.startswith("_"):
            if name in found.scope.bindings:
                return names.in_module(ev, name, found)
            if found.stars and found not in _visiting:
                _visiting.append(found)
                try:
                    inner = from_stars(ev, name, found)
                finally:
                    _visiting.pop()
                if inner is not None:
                    return inner
    return None
