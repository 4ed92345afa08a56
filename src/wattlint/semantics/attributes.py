"""Attributes: of modules, classes, instances (through the real method resolution order) and external objects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import calls, classes, containers, imports, instances, paths
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import is_super
from wattlint.semantics.values import (
    Choice,
    Class,
    Const,
    Element,
    External,
    Function,
    Instance,
    Mapping,
    Member,
    ModuleRef,
    Package,
    Sequence,
    Unknown,
    Value,
    alternatives,
    is_none,
    join,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator


def get(ev: Evaluator, owner: Value, name: str) -> Value:
    """``owner.name``."""
    if isinstance(owner, Choice):
        return (
            join(get(ev, one, name) for one in owner.values if not is_none(one))
            if any(not is_none(one) for one in owner.values)
            else Unknown("attribute of None")
        )
    if isinstance(owner, External):
        return External(f"{owner.path}.{name}")
    if isinstance(owner, ModuleRef):
        return imports.member_of_module(ev, owner.module, name)
    if isinstance(owner, Package):
        return imports.member_of_module(ev, owner.folder, name, External(f"{owner.dotted}.{name}"))
    if isinstance(owner, Instance):
        return instances.of_instance(ev, owner, name)
    if isinstance(owner, Class):
        return classes.of_class(ev, owner, name)
    if isinstance(owner, Mapping) and owner.by_attribute:
        return containers.item(ev, owner, Const(name))
    if name == "value" and (
        isinstance(owner, (Mapping, Sequence))
        or (isinstance(owner, Const) and isinstance(owner.value, (str, int)))
    ):
        return owner  # of an enum member, which stands for its value here
    if isinstance(owner, Const):
        folder = paths.attribute(owner, name)
        if folder is not None:
            return folder
    if isinstance(owner, Unknown) or is_none(owner):
        return Element(Unknown("None") if is_none(owner) else owner, Const(name))
    return Member(owner, name)


# -- classes ----------------------------------------------------------------------------------------------------


# -- instances --------------------------------------------------------------------------------------------------


# -- the rest ---------------------------------------------------------------------------------------------------


def of_super(ev: Evaluator, node: ast.Attribute, frame: Frame) -> Value | None:
    """``super().name``: the next definition after the enclosing class."""
    if not is_super(node.value):
        return None
    at: Frame | None = frame
    while at is not None and (at.scope.function is None or at.scope.function.cls is None):
        at = at.parent
    if at is None or at.scope.function is None:
        return None
    function = at.scope.function
    assert function.cls is not None
    own = Class(function.cls, at.parent or at)
    receiver: Value = at.receiver or (own if "classmethod" in function.decorators else ev.abstract(own))
    actual = receiver.cls.info if isinstance(receiver, Instance) else function.cls
    order, outside = classes.bases(ev, actual)
    if function.cls not in order:
        order, outside = classes.bases(ev, function.cls)
    for cls in order[order.index(function.cls) + 1 :]:
        if node.attr in cls.methods:
            return Function(cls.methods[node.attr], ev.frame_of(cls.scope), receiver)
        if node.attr in cls.scope.bindings:
            return classes.class_level(ev, cls, node.attr)
    if outside:
        return Member(receiver if isinstance(receiver, (Instance, Class)) else Instance(own), node.attr)
    return Unknown(f"attribute {node.attr}")


def entered(ev: Evaluator, value: Value) -> Value:
    """What ``with value as x`` binds."""
    found: list[Value] = []
    for one in alternatives(value):
        if isinstance(one, Instance):
            method = classes.find_method(ev, one.cls.info, "__enter__") or classes.find_method(
                ev, one.cls.info, "__aenter__"
            )
            if method is not None and method.cls is not None:
                found.append(calls.inline(ev, Function(method, ev.frame_of(method.cls.scope), one), {}, 0))
                continue
        found.append(one)
    return join(found)
