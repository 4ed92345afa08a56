"""A frame: the scope an expression is evaluated in, and what is known of the scope's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.semantics.module_index import ModuleIndex
    from wattlint.semantics.scopes import Scope
    from wattlint.semantics.values import Thunk, Value


class Frame:
    """``arguments`` is None in the context-free frame of a function: parameters are then joined over all callers."""

    __slots__ = ("arguments", "depth", "module", "parent", "receiver", "scope")

    def __init__(
        self,
        module: ModuleIndex,
        scope: Scope,
        parent: Frame | None,
        arguments: dict[str, Thunk] | None = None,
        receiver: Value | None = None,
        depth: int = 0,
    ) -> None:
        self.module = module
        self.scope = scope
        self.parent = parent
        self.arguments = arguments
        self.receiver = receiver
        self.depth = depth
