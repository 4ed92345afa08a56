"""What the walk over a module records: scopes, bindings, stores, changes of containers, calls, and where they stand."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wattlint.semantics.module_index import ModuleIndex

Branch = tuple[ast.AST, str]
"""An enclosing branching statement and the arm: (If, "body"), (Try, "handler0"), (For, "body")..."""


class Spot(NamedTuple):
    """Where in the control flow something stands."""

    order: int
    """Position in execution order of the text (a counter of the walk)."""
    branches: tuple[Branch, ...]
    """Enclosing branches within the scope, outermost first."""


class Binding(NamedTuple):
    """One way a name gets a value in a scope."""

    name: str
    kind: str
    """assign, annotate, augment, import, import_from, star, parameter, for, with, def, class, except, walrus, delete, match."""
    node: ast.AST
    value: ast.expr | None
    path: tuple[int | str, ...]
    """Way into the value for unpacking: (1,) is its second item, ("*",) a starred rest."""
    spot: Spot
    setter: Scope | None = None
    """The function that binds the name of an outer scope (``global``, ``nonlocal``)."""


class Store(NamedTuple):
    """``owner.name = value`` for a simple owner (``self`` or another name)."""

    name: str
    value: ast.expr | None
    annotation: ast.expr | None
    node: ast.AST
    path: tuple[int | str, ...]
    scope: Scope
    spot: Spot


class Mutation(NamedTuple):
    """A change of a container: ``d[k] = v``, ``d.update(x)``, ``xs.append(v)``, ``d |= x``."""

    kind: str
    """item, delete, or the method's name (append, extend, insert, update, setdefault, pop, clear, augment)."""
    node: ast.AST
    key: ast.expr | None
    value: ast.expr | None
    spot: Spot


class CallRecord(NamedTuple):
    node: ast.Call
    scope: Scope
    spot: Spot
    awaited: bool


@dataclass(slots=True, eq=False)
class Scope:
    """Where names are bound."""

    kind: str
    """module, class, function, lambda or comprehension."""
    node: ast.AST
    name: str
    parent: Scope | None
    module: ModuleIndex
    qualname: str = ""
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    mutations: dict[str, list[Mutation]] = field(default_factory=dict)
    """By the written owner: ``config`` or ``self.config``."""
    attribute_stores: dict[str, dict[str, list[Store]]] = field(default_factory=dict)
    """owner name -> attribute -> stores in this scope."""
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    returns: list[tuple[ast.expr, Spot]] = field(default_factory=list)
    yields: list[tuple[ast.expr, Spot]] = field(default_factory=list)
    function: FunctionInfo | None = None
    cls: ClassInfo | None = None
    spot: Spot | None = None
    """Where a comprehension or lambda stands in its parent; None for functions and classes, which run later."""
    seen_from: Spot | None = None
    """As what a function that runs later sees its parent: END, but only where its own branches lead."""

    def is_only_parameter(self, name: str) -> bool:
        """Nothing else binds ``name`` here."""
        bindings = self.bindings.get(name, ())
        return len(bindings) == 1 and bindings[0].kind == "parameter"

    @property
    def enclosing_function(self) -> FunctionInfo | None:
        """The ``def`` that this scope is, or lies in."""
        at: Scope | None = self
        while at is not None:
            if at.kind == "function":
                return at.function
            at = at.parent
        return None


@dataclass(slots=True, eq=False)
class FunctionInfo:
    """A function or lambda of the module."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    name: str
    qualname: str
    module: ModuleIndex
    scope: Scope
    cls: ClassInfo | None
    decorators: tuple[str, ...] = ()
    """Each decorator's last name: ``property``, ``staticmethod``, ``command``."""

    def parameters(self) -> list[ast.arg]:
        arguments = self.node.args
        return [*arguments.posonlyargs, *arguments.args]

    @property
    def is_method(self) -> bool:
        return self.cls is not None and "staticmethod" not in self.decorators

    def receives_in(self, argument: ast.AST) -> bool:
        """``argument`` is the parameter that holds the object, or the class, whose method this is."""
        if not self.is_method:
            return False
        arguments = self.node.args
        positional = arguments.posonlyargs or arguments.args
        return bool(positional) and positional[0] is argument


@dataclass(slots=True, eq=False)
class ClassInfo:
    """A class of the module."""

    node: ast.ClassDef
    name: str
    qualname: str
    module: ModuleIndex
    scope: Scope
    decorators: tuple[str, ...] = ()
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    self_stores: dict[str, list[Store]] = field(default_factory=dict)
    deep_stores: dict[tuple[str, str], list[Store]] = field(default_factory=dict)
    """(attribute, inner attribute) of ``self.attribute.inner = value``."""
    self_mutations: dict[str, list[tuple[Scope, Mutation]]] = field(default_factory=dict)


END = Spot(1 << 60, ())
"""After everything else in a scope: what a function that runs later sees of its surroundings."""

MUTATORS = frozenset({"append", "extend", "insert", "update", "setdefault", "pop", "clear", "add"})
LOOPS = (ast.For, ast.AsyncFor, ast.While)


def enclosing_class(scope: Scope, owner: str) -> ClassInfo | None:
    """The class whose instance ``owner`` is, when it is the first parameter of an enclosing method."""
    at: Scope | None = scope
    while at is not None:
        function = at.function
        if function is not None and function.cls is not None and function.is_method:
            parameters = function.parameters()
            return function.cls if parameters and parameters[0].arg == owner else None
        at = at.parent
    return None


def dotted_name(node: ast.expr) -> str | None:
    """``a`` or ``a.b`` as written; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def is_super(node: ast.expr) -> bool:
    """``super()``, with or without arguments."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def is_handler(branch: Branch) -> bool:
    """What an exception leads to."""
    return branch[1].startswith("handler")


def last_name(node: ast.expr) -> str:
    """The last name of a callee or decorator: ``cached_property`` of ``functools.cached_property()``."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
