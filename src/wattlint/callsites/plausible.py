"""Which calls of a module are worth evaluating: most cannot be calls of a model, and their syntax says so."""

from __future__ import annotations

import ast

from wattlint.callsites.indirect import PASSES_ON, handed
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, Scope, enclosing_class


class Plausible:
    """Decided per module. Every doubt is for evaluating."""

    def __init__(self, sdks: SdkCatalogue, module: ModuleIndex) -> None:
        self._methods = sdks.method_names | sdks.structural_names
        self._names = self._methods | PASSES_ON
        self._stored = {name for cls in module.classes for name in cls.self_stores}

    def __call__(self, record: CallRecord) -> bool:
        function = record.node.func
        given = handed(record.node)
        if given is not None and isinstance(given[0], ast.Attribute) and given[0].attr in self._methods:
            return True
        if isinstance(function, ast.Attribute):
            name = function.attr
            if name in self._names or name[:1].isupper() or name in self._stored:
                return True
            if isinstance(function.value, ast.Name):
                cls = enclosing_class(record.scope, function.value.id)
                return cls is not None and name not in cls.methods and bool(cls.node.bases)
            return False
        if isinstance(function, ast.Name):
            return self._may_hold_object(function.id, record.scope)
        return True

    def _may_hold_object(self, name: str, scope: Scope) -> bool:
        """Not only ever a function of the project, a built-in or a name from nowhere."""
        at: Scope | None = scope
        while at is not None:
            bindings = at.bindings.get(name)
            if bindings and (at.kind != "class" or at is scope):
                return any(binding.kind != "def" for binding in bindings)
            at = at.parent
        return bool(scope.module.stars)
