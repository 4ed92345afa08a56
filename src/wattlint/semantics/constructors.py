"""Which frame a method runs in for a given instance: the arguments of ``__init__`` along ``super()`` chains."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    arguments,
    calls,
    classes,
)
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import CallRecord, ClassInfo, FunctionInfo, Scope, Store
from wattlint.semantics.values import (
    Function,
    Instance,
    alternatives,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator


def receives(ev: Evaluator, owner: Instance, scope: Scope) -> Frame:
    """The context-free frame of a method whose ``self`` is this instance."""
    frame = ev.frame_of(scope)
    if owner.call is None and scope.function is not None and owner.cls.info is scope.function.cls:
        return frame

    def make() -> Frame:
        ev.keep_value(owner)
        return ev.keep(Frame(scope.module, scope, frame.parent, None, owner, frame.depth))

    return ev.once((id(owner), id(scope)), make, frame)


def method_frame(ev: Evaluator, owner: Instance, cls: ClassInfo, store: Store) -> Frame:
    """The frame of the method that a store stands in, with what is known of its arguments."""
    scope = store.scope
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    info = scope.function
    if info is None:
        return ev.frame_of(scope)
    if info.name in ("__init__", "__new__"):
        known = frame_of_constructor(ev, owner, info)
        if known is not None:
            return known
    return receives(ev, owner, scope)


def frame_of_constructor(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    """The frame of ``__init__`` for this constructor call, through ``super().__init__(...)`` of derived classes."""
    return ev.once((id(owner), id(info)), lambda: _new_constructor_frame(ev, owner, info), None)


def _new_constructor_frame(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    ev.keep_value(owner)
    first = classes.find_method(ev, owner.cls.info, info.name)
    if first is None:
        return None
    if first is not info:
        frame = _through_super(ev, owner, info)
        return ev.keep(frame) if frame is not None else None
    if owner.call is None:
        return receives(ev, owner, info.scope)
    if owner.frame is None or owner.spot is None or owner.frame.depth >= calls.MAX_INLINE:
        return None
    bound = arguments.bind(ev, info, owner.call, owner.frame, owner.spot, True)
    outer = ev.frame_of(info.scope).parent
    return ev.keep(Frame(info.module, info.scope, outer, bound, owner, owner.frame.depth + 1))


def _through_super(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    """The frame that the ``__init__`` of a derived class gives to this one by ``super().__init__(...)``."""
    for cls in classes.bases(ev, owner.cls.info)[0]:
        derived_info = cls.methods.get(info.name)
        if derived_info is None:
            continue
        if derived_info is info:
            return None
        derived = frame_of_constructor(ev, owner, derived_info)
        for record in info_calls(derived_info) if derived is not None else ():
            function = record.node.func
            if not (isinstance(function, ast.Attribute) and function.attr == info.name) or derived is None:
                continue
            for one in alternatives(ev.value(function, derived, record.spot)):
                if isinstance(one, Function) and one.info is info:
                    bound = arguments.bind(
                        ev, info, record.node, derived, record.spot, one.receiver is not None
                    )
                    outer = ev.frame_of(info.scope).parent
                    return Frame(info.module, info.scope, outer, bound, owner, derived.depth)
    return None


def info_calls(info: FunctionInfo) -> list[CallRecord]:
    """The call records directly inside a function."""
    return [record for record in info.module.calls if record.scope is info.scope]
