"""Attributes set from outside a method: ``config.model = ...``, ``self.config.model = ...``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    classes,
    constructors,
    containers,
    names,
)
from wattlint.semantics.frames import Frame
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, Spot, Store, dotted_name, enclosing_class
from wattlint.semantics.values import (
    Hop,
    Instance,
    Value,
    alternatives,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator


def stored_attribute(
    ev: Evaluator, node: ast.Attribute, frame: Frame, spot: Spot
) -> tuple[Value | None, bool]:
    """What ``owner.attr = value`` elsewhere put there before this use, and whether that hides all else.

    ``owner`` is a name or ``self.x``; for the latter the other methods of the class count too.
    """
    owner = dotted_name(node.value)
    if owner is None:
        return None, False
    stores = frame.scope.attribute_stores.get(owner, {}).get(node.attr)
    if stores:
        found, complete = reaching(
            [one for one in stores if one.value is not None], spot, ev.arm_truth(frame), whole=True
        )
        if found:
            return join(_store_value(ev, store, frame) for store in found), complete
    first, _, inner = owner.partition(".")
    own = enclosing_class(frame.scope, first) if inner else None
    if own is None:
        return None, False
    receiver = names.lookup(ev, first, frame, spot)
    for instance in alternatives(receiver)[:1]:
        if isinstance(instance, Instance):
            return _deep_store(ev, instance, inner, node.attr, frame)
    return None, False


def _deep_store(
    ev: Evaluator, owner: Instance, inner: str, name: str, frame: Frame
) -> tuple[Value | None, bool]:
    for cls in classes.bases(ev, owner.cls.info)[0]:
        stores = [one for one in cls.deep_stores.get((inner, name), ()) if one.value is not None]
        elsewhere = [one for one in stores if one.scope is not frame.scope]
        if not elsewhere or len(elsewhere) < len(stores):
            continue  # in the method itself order counts, and nothing stood before
        at = constructors.method_frame(ev, owner, cls, elsewhere[0])
        same = [one for one in elsewhere if one.scope is elsewhere[0].scope]
        found, complete = reaching(same, END, ev.arm_truth(at), whole=True)
        if found:
            return join(_store_value(ev, store, at) for store in found), complete
    return None, False


def _store_value(ev: Evaluator, store: Store, frame: Frame) -> Value:
    assert store.value is not None
    value = ev.value(store.value, frame, store.spot)
    for step in store.path:
        value = containers.element(ev, value, step)
    return through(
        value, Hop("self_attr", store.scope.module.path, getattr(store.node, "lineno", 0), store.name)
    )
