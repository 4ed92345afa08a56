"""Which calls of a module are worth evaluating: most cannot be calls of a model, and their syntax says so."""

from __future__ import annotations

import ast

from wattlint.callsites.indirect import PASSES_ON, handed
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.project import Project
from wattlint.semantics.scopes import Binding, CallRecord, Scope, enclosing_class, last_name

MAX_REEXPORTS = 3
ENCODINGS = ("utf-8", "utf8", "UTF-8", "ascii", "latin-1", "utf-16")
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


class Names:
    """The names that calls of models end in; keep one per catalogue."""

    def __init__(self, sdks: SdkCatalogue, kinds: frozenset[str]) -> None:
        self.sdks = sdks
        self.methods = sdks.names_of(kinds) | sdks.structural_names
        self.all = self.methods | PASSES_ON
        self.own = frozenset(path.rpartition(".")[2] for path in sdks.own_names)
        """Functions of the project that a user's own catalogue names."""


class Plausible:
    """Decided per module. Every doubt is for evaluating."""

    def __init__(self, names: Names, module: ModuleIndex, project: Project) -> None:
        self._names = names
        self._module = module
        self._project = project
        self._stored = {name for cls in module.classes for name in cls.self_stores}
        self._foreign: dict[tuple[str, str], bool] = {}

    def __call__(self, record: CallRecord) -> bool:
        function = record.node.func
        given = handed(record.node)
        if given is not None and last_name(given[0]) in self._names.methods:
            return True
        if isinstance(function, ast.Attribute):
            return self._method(record.node, function, record.scope)
        if isinstance(function, ast.Name):
            if self._module.original(function.id) in self._names.own:
                return True
            bindings = _bindings(function.id, record.scope)
            if bindings is None:
                return bool(self._module.stars)
            return any(not self._is_own_code(binding, self._module, 0) for binding in bindings)
        return True

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
        if name in self._names.all or name[:1].isupper() or name in self._stored:
            return True
        if isinstance(owner, ast.Name):
            cls = enclosing_class(scope, owner.id)
            return cls is not None and name not in cls.methods and bool(cls.node.bases)
        return False

    def _is_own_code(self, binding: Binding, module: ModuleIndex, depth: int) -> bool:
        """A function, a class that derives from nothing, or imported from where no SDK is: calling it calls no model."""
        node = binding.node
        if binding.kind == "def" or self._is_foreign(binding, module):
            return True
        if binding.kind == "class":
            return isinstance(node, ast.ClassDef) and not node.bases
        if binding.kind != "import_from" or depth > MAX_REEXPORTS or not isinstance(node, ast.ImportFrom):
            return False
        source = (
            self._project.relative(node.level, node.module or "", module)
            if node.level
            else self._project.resolve(node.module or "", module)
        )
        name = str(binding.path[0])
        bindings = source.scope.bindings.get(name) if isinstance(source, ModuleIndex) else None
        if not bindings or not isinstance(source, ModuleIndex) or source is module:
            return False
        return all(self._is_own_code(one, source, depth + 1) for one in bindings)

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


def _encodes_text(node: ast.Call) -> bool:
    """``text.encode()``, ``text.encode("utf-8")``: no sentence is given to embed."""
    first = node.args[0] if node.args else None
    return not node.keywords and (
        first is None or (isinstance(first, ast.Constant) and first.value in ENCODINGS)
    )


def _is_plain(binding: Binding) -> bool:
    return binding.kind == "assign" and not binding.path and isinstance(binding.value, PLAIN)
