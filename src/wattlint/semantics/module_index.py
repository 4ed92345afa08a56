"""A module of the project: its scopes and calls, found in one walk over its tree."""

from __future__ import annotations

import ast
from collections.abc import Set

from wattlint.semantics import handed_on
from wattlint.semantics.scopes import CallRecord, ClassInfo, FunctionInfo, Mutation, Scope, Spot, last_name
from wattlint.semantics.walk import Walk


class ModuleIndex:
    """``path`` as displayed, ``dotted`` the import name (``pkg.sub.module``), ``is_package`` for ``__init__.py``."""

    __slots__ = (
        "_by_name",
        "_changes",
        "_originals",
        "calls",
        "classes",
        "dotted",
        "file",
        "functions",
        "is_package",
        "path",
        "scope",
        "scopes",
        "spots",
        "stars",
        "tree",
    )

    def __init__(self, tree: ast.Module, path: str, file: str, dotted: str, is_package: bool) -> None:
        self.tree = tree
        self.path = path
        self.file = file
        self.dotted = dotted
        self.is_package = is_package
        self.calls: list[CallRecord] = []
        self._changes: dict[tuple[int, str], list[tuple[Scope, Mutation]]] | None = None
        self._by_name: dict[str, list[CallRecord]] | None = None
        self.functions: list[FunctionInfo] = []
        self.classes: list[ClassInfo] = []
        self.scopes: dict[int, Scope] = {}
        self.stars: list[ast.ImportFrom] = []
        self.spots: dict[int, Spot] = {}
        """Of the tests of branches, by id of the branching node."""
        self.scope = Scope("module", tree, "", None, self)
        walk = Walk(self)
        walk.module()
        self._originals = walk.originals

    def let_go(self) -> None:
        """Undo the links that lead back to themselves, so that the tree is gone with the last who holds it."""
        for scope in self.scopes.values():
            scope.function = scope.cls = scope.parent = None
            scope.bindings.clear()
            scope.attribute_stores.clear()
        for cls in self.classes:
            cls.methods.clear()
        for held in (self.calls, self.functions, self.classes, self.scopes, self.stars, self.spots):
            held.clear()
        self._by_name = self._changes = None
        del self.scope

    def calls_named(self, name: str) -> list[CallRecord]:
        """The calls whose callee ends in ``name``, or in a local name under which ``name`` is imported.

        Also those that hand such a callee on (``handed_on``).
        """
        return self._called().get(name, [])

    def names_called(self) -> Set[str]:
        """Every name under which ``calls_named`` finds a call."""
        return self._called().keys()

    def _called(self) -> dict[str, list[CallRecord]]:
        if self._by_name is None:
            self._by_name = {}
            for record in self.calls:
                self._by_name.setdefault(last_name(record.node.func), []).append(record)
                passed = handed_on.callee_of(record.node, self)
                if passed is not None:
                    self._by_name.setdefault(last_name(passed), []).append(record)
            for local, original in self._originals.items():
                if local in self._by_name:
                    self._by_name.setdefault(original, []).extend(self._by_name[local])
        return self._by_name

    def changed_elsewhere(self, scope: Scope, name: str) -> list[tuple[Scope, Mutation]]:
        """The changes that functions below ``scope`` make to the container that it binds as ``name``."""
        if self._changes is None:
            self._changes = {}
            for inner in self.scopes.values():
                for owner, mutations in inner.mutations.items():
                    home: Scope | None = inner
                    while home is not None and owner not in home.bindings:
                        home = home.parent
                    if home is not None and home is not inner and inner.kind == "function":
                        changes = self._changes.setdefault((id(home), owner), [])
                        changes += [(inner, mutation) for mutation in mutations]
        return self._changes.get((id(scope), name), [])

    def original(self, name: str) -> str:
        """What an imported name is called where it comes from."""
        return self._originals.get(name, name)

    def local(self, name: str) -> str:
        """Under which name a thing is imported here."""
        return next((local for local, original in self._originals.items() if original == name), name)

    def scope_of(self, node: ast.AST) -> Scope:
        return self.scopes[id(node)]
