"""Which names of a module hold a model, and which calls there may give it other weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush

from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, dotted_name, last_name

SAME_OBJECT = frozenset({"eval", "to", "cuda", "cpu", "half", "bfloat16", "float", "train", "requires_grad_"})
SAME_WEIGHTS = frozenset(
    {
        "compile",
        "DataParallel",
        "DistributedDataParallel",
        "prepare",
        "from_pretrained",
        "get_peft_model",
        "cast",
    }
)
"""Functions that take a model and give it back in the dtype it has."""


class Holders:
    """Read from a module once, for it may load many models."""

    def __init__(self, module: ModuleIndex) -> None:
        self._names: dict[ast.expr, set[str]] = {}
        """Of a call: the names (``model``, ``self.model``) that hold its result."""
        self._converted: dict[str, list[set[str | None]]] = {}
        """Name -> what is handed to the functions whose results it takes."""
        for name, value in _stores(module):
            if isinstance(value, ast.Call):
                self._names.setdefault(_root(value), set()).add(name)
                if last_name(value.func) not in SAME_WEIGHTS:
                    self._converted.setdefault(name, []).append(set(map(dotted_name, value.args)))
        self._casts: list[CallRecord] = []
        self._by_owner: dict[ast.expr | str, list[int]] = {}
        """A call, or a name -> indexes of the ``_casts`` that are made on it, in order."""
        for record in module.calls:
            function = record.node.func
            if isinstance(function, ast.Attribute) and function.attr in SAME_OBJECT:
                for owner in (function.value, dotted_name(function.value)):
                    if owner is not None:
                        self._by_owner.setdefault(owner, []).append(len(self._casts))
                self._casts.append(record)

    def casts(self, load: ast.Call, names: set[str]) -> Iterator[CallRecord]:
        """The calls that may cast what ``load`` gives, as they are met in two passes over the module; ``names``
        becomes the names that hold it."""
        held: set[ast.expr | str] = set()

        def hold(call: ast.Call) -> list[int]:
            """The casts that this leads to."""
            own = self._names.get(call, set())
            names.update(own)
            new: set[ast.expr | str] = {call}
            new = (new | own) - held
            held.update(new)
            return [at for one in new for at in self._by_owner.get(one, ())]

        hold(load)
        for _ in range(2):
            todo = sorted(at for one in held for at in self._by_owner.get(one, ()))
            at = -1
            while todo:
                last, at = at, heappop(todo)
                if at != last:
                    for later in hold(self._casts[at].node):
                        if later > at:
                            heappush(todo, later)
                    yield self._casts[at]

    def are_converted(self, names: set[str]) -> bool:
        """``model = to_int8(model)``: a function that may do anything to the weights takes the place of the model."""
        return any(given & names for name in names for given in self._converted.get(name, ()))


@lru_cache(maxsize=8)
def holders_in(module: ModuleIndex) -> Holders:
    return Holders(module)


def _stores(module: ModuleIndex) -> Iterator[tuple[str, ast.expr]]:
    """(``model`` or ``self.model``, value) of every assignment."""
    for scope in module.scopes.values():
        for bindings in scope.bindings.values():
            yield from ((one.name, one.value) for one in bindings if one.value is not None)
        for owner, stores in scope.attribute_stores.items():
            for attribute, entries in stores.items():
                yield from ((f"{owner}.{attribute}", one.value) for one in entries if one.value is not None)


def _root(node: ast.expr) -> ast.expr:
    """The innermost call of a chain of methods that return the same object."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SAME_OBJECT
        and isinstance(node.func.value, ast.Call)
    ):
        node = node.func.value
    return node
