"""Which calls of a module are worth evaluating: most cannot be calls of a model, and their syntax says so."""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

from wattlint.callsites.indirect import PASSES_ON, handed
from wattlint.callsites.objects import attribute_chain
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.names import BUILTINS
from wattlint.semantics.per_item import PER_ITEM
from wattlint.semantics.project import Project
from wattlint.semantics.scopes import (
    Binding,
    CallRecord,
    ClassInfo,
    Scope,
    dotted_name,
    enclosing_class,
    last_name,
)

MAX_REEXPORTS = 3
PROPERTIES = frozenset({"property", "cached_property"})
ENCODINGS = ("utf-8", "utf8", "UTF-8", "ascii", "latin-1", "utf-16")
PAYLOADS = frozenset({"json", "data", "content", "body"})
"""Keywords of HTTP clients for what is sent."""
PLAIN = (
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Tuple,
    ast.Constant,
    ast.JoinedStr,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.Compare,
)
"""Expressions whose methods are those of built-in types."""


@cache
def names_in(sdks: SdkCatalogue, kinds: frozenset[str]) -> Names:
    """One per catalogue: to gather them takes longer than to look at a small project."""
    return Names(sdks, kinds)


class Names:
    """The names that calls of models end in."""

    def __init__(self, sdks: SdkCatalogue, kinds: frozenset[str]) -> None:
        self.sdks = sdks
        self.by_sdk = sdks.names_by_sdk(kinds)
        self.all = self.by_sdk.all()
        """Of entry points of all SDKs."""
        self.requests = sdks.http_names
        """Functions and methods of HTTP clients."""
        self.own = frozenset(path.rpartition(".")[2] for path in sdks.own_names)
        """Functions of the project that a user's own catalogue names."""


class Clues(NamedTuple):
    """What the texts of a project tell of one of its files."""

    sdk: bool
    """Some file of the project imports an SDK: any object may be one of its."""
    request: bool
    """The file itself may send a request to a model server."""
    words: frozenset[str] | None = None
    """First names of paths of SDKs that the project's imports name; None: any."""


ANYTHING = Clues(True, True)
"""Nothing is known of the texts."""


class Plausible:
    """Decided per module. Every doubt is for evaluating."""

    def __init__(self, names: Names, module: ModuleIndex, project: Project, clues: Clues) -> None:
        self._names = names
        self._clues = clues
        self._methods = names.all if clues.words is None else names.by_sdk.beside(clues.words)
        """Last names of the methods that an object in this project can have."""
        self._module = module
        self._project = project
        self._stored = {name for cls in module.classes for name in cls.self_stores}
        self._foreign: dict[tuple[str, str], bool] = {}

    def __call__(self, record: CallRecord) -> bool:
        function = record.node.func
        if not self._clues.sdk and not (self._has_shape(record.node) or self._may_request(record)):
            return False
        given = handed(record.node)
        if given is not None:
            name = last_name(given)
            if name in self._methods or name in self._names.sdks.structural_names:
                return True
            if last_name(function) in PER_ITEM and self._may_be_model(given, record.scope):
                return True
        if isinstance(function, ast.Attribute):
            return self._method(record.node, function, record.scope)
        if isinstance(function, ast.Name):
            if self._names.own and self._module.original(function.id) in self._names.own:
                return True
            return self._is_from_elsewhere(function, record.scope)
        return True

    def _is_from_elsewhere(self, name: ast.Name, scope: Scope) -> bool:
        bindings = _bindings(name.id, scope)
        if bindings is None:
            return bool(self._module.stars)
        return any(not self._is_own_code(binding, self._module, 0) for binding in bindings)

    def _may_be_model(self, given: ast.Attribute | ast.Name, scope: Scope) -> bool:
        """An object that is called with each item: ``map(classifier, texts)``."""
        if isinstance(given, ast.Name):
            return self._is_from_elsewhere(given, scope)
        return given.attr in self._stored

    def _has_shape(self, node: ast.Call) -> bool:
        """The call, or the one that is made of a method that it is given, has the shape of a call of a model."""
        given = handed(node)
        for function in (node.func, given) if given is not None else (node.func,):
            chain = attribute_chain(function)
            if chain and chain[-1] in self._names.sdks.structural_names:
                keywords = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                hidden = function is not node.func or any(keyword.arg is None for keyword in node.keywords)
                if hidden or self._names.sdks.structural(chain, keywords, hidden) is not None:
                    return True
        return last_name(node.func) in PASSES_ON

    def _may_request(self, record: CallRecord) -> bool:
        """The call may be one of an HTTP client's: by its name, by a local name for it, or by what it is given."""
        if not self._clues.request:
            return False
        node = record.node
        if self._module.original(last_name(node.func)) in self._names.requests:
            return True
        if _has_payload(node):
            return True
        bindings = _bindings(node.func.id, record.scope) if isinstance(node.func, ast.Name) else None
        made = [one.value for one in bindings or () if one.value is not None]
        if isinstance(node.func, ast.Call):
            made.append(node.func)  # getattr(session, "post")(url)
        return any(self._names_request(inner) for value in made for inner in ast.walk(value))

    def _names_request(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return node.value in self._names.requests
        return isinstance(node, (ast.Attribute, ast.Name)) and last_name(node) in self._names.requests

    def _method(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> bool:
        name, owner = function.attr, function.value
        if isinstance(owner, PLAIN) or (name == "encode" and _encodes_text(node)):
            return False
        bindings = _bindings(owner.id, scope) if isinstance(owner, ast.Name) else None
        structural = name in self._names.sdks.structural_names
        if bindings and all(
            _is_plain(one) or (not structural and self._is_foreign(one, self._module)) for one in bindings
        ):
            return False
        if name in self._methods or name in PASSES_ON or name[:1].isupper() or name in self._stored:
            return True
        if structural and self._has_shape(node):
            return True
        if isinstance(owner, ast.Name):
            cls = enclosing_class(scope, owner.id)
            return cls is not None and not self._has_method(cls, name, 0)
        return False

    def _is_own_code(self, binding: Binding, module: ModuleIndex, depth: int) -> bool:
        """A function, a class that derives from nothing, or imported from where no SDK is: calling it calls no model."""
        node = binding.node
        if binding.kind == "def" or self._is_foreign(binding, module):
            return True
        if binding.kind == "class":
            return isinstance(node, ast.ClassDef) and all(
                self._is_own_base(base, module, depth) for base in node.bases
            )
        found = self._imported(binding, module) if depth <= MAX_REEXPORTS else None
        if found is None:
            return False
        source, bindings = found
        return all(self._is_own_code(one, source, depth + 1) for one in bindings)

    def _is_own_base(self, base: ast.expr, module: ModuleIndex, depth: int) -> bool:
        """A base class through which no SDK comes in."""
        first = (dotted_name(base) or "").partition(".")[0]
        bindings = module.scope.bindings.get(first)
        if not bindings:
            return first in BUILTINS and not module.stars
        if isinstance(base, ast.Attribute):
            return all(self._is_foreign(one, module) for one in bindings)
        return depth <= MAX_REEXPORTS and all(self._is_own_code(one, module, depth + 1) for one in bindings)

    def _has_method(self, cls: ClassInfo, name: str, depth: int) -> bool:
        """``self.name`` in ``cls`` is a function of the project."""
        method = cls.methods.get(name)
        if method is not None:
            return depth == 0 or PROPERTIES.isdisjoint(method.decorators)
        if depth and (name in cls.self_stores or name in cls.scope.bindings):
            return False
        if not cls.node.bases:
            return depth == 0
        first = self._class(cls.node.bases[0], cls.module) if depth <= MAX_REEXPORTS else None
        return first is not None and self._has_method(first, name, depth + 1)

    def _class(self, node: ast.expr, module: ModuleIndex, depth: int = 0) -> ClassInfo | None:
        """The class of the project that a plain name stands for."""
        bindings = module.scope.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
        while len(bindings) == 1 and depth <= MAX_REEXPORTS:
            if bindings[0].kind == "class":
                return module.scope_of(bindings[0].node).cls
            found = self._imported(bindings[0], module)
            if found is None:
                return None
            module, bindings = found
            depth += 1
        return None

    def _imported(self, binding: Binding, module: ModuleIndex) -> tuple[ModuleIndex, list[Binding]] | None:
        """Another module of the project that a name is imported from, and what the name is bound to there."""
        node = binding.node
        if binding.kind != "import_from" or not isinstance(node, ast.ImportFrom):
            return None
        source = (
            self._project.relative(node.level, node.module or "", module)
            if node.level
            else self._project.resolve(node.module or "", module)
        )
        name = str(binding.path[0])
        bindings = source.scope.bindings.get(name) if isinstance(source, ModuleIndex) else None
        if not bindings or not isinstance(source, ModuleIndex) or source is module:
            return None
        return source, bindings

    def _is_foreign(self, binding: Binding, module: ModuleIndex) -> bool:
        """Imported from a library that no SDK belongs to."""
        node = binding.node
        if binding.kind == "import" and isinstance(node, ast.alias):
            dotted = node.name
        elif binding.kind == "import_from" and isinstance(node, ast.ImportFrom) and not node.level:
            dotted = node.module or ""
        else:
            return False
        key = (dotted, module.file)
        if key not in self._foreign:
            sdks = self._names.sdks
            known = dotted.partition(".")[0] in sdks.roots or sdks.is_sdk_module(dotted)
            self._foreign[key] = not known and self._project.resolve(dotted, module) is None
        return self._foreign[key]


def _bindings(name: str, scope: Scope) -> list[Binding] | None:
    """The bindings that a name has where it is looked up; None for built-ins and names from nowhere."""
    at: Scope | None = scope
    while at is not None:
        bindings = at.bindings.get(name)
        if bindings and (at.kind != "class" or at is scope):
            return bindings
        at = at.parent
    return None


def _has_payload(node: ast.Call) -> bool:
    """A body is given, as in ``post(url, json=...)``."""
    return any(keyword.arg is None or keyword.arg in PAYLOADS for keyword in node.keywords)


def _encodes_text(node: ast.Call) -> bool:
    """``text.encode()``, ``text.encode("utf-8")``: no sentence is given to embed."""
    first = node.args[0] if node.args else None
    return not node.keywords and (
        first is None or (isinstance(first, ast.Constant) and first.value in ENCODINGS)
    )


def _is_plain(binding: Binding) -> bool:
    if isinstance(binding.node, ast.AnnAssign):  # ``client: Client | None = None``: an annotation tells more
        return False
    return binding.kind == "assign" and not binding.path and isinstance(binding.value, PLAIN)
