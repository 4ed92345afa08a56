"""Attributes of instances: stores in methods, fields, properties, and what subclasses give."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    annotated,
    arguments,
    calls,
    classes,
    constructors,
    containers,
    environment,
    mutations,
)
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, ClassInfo, FunctionInfo, Store
from wattlint.semantics.values import (
    Class,
    Const,
    Function,
    Hop,
    Instance,
    Mapping,
    Member,
    Unknown,
    Value,
    alternatives,
    is_known,
    is_none,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

CONSTRUCTORS = ("__init__", "__post_init__", "setup")
TEST_DOUBLES = ("Mock", "Fake", "Dummy", "Stub")
"""Classes named so stand in for others in tests: what they hold says nothing about default settings."""


def of_instance(ev: Evaluator, owner: Instance, name: str, above: ClassInfo | None = None) -> Value:
    """``instance.name``: stores in methods, then class level, then what subclasses or outside bases give.

    With ``above``, the search begins after that class in the method resolution order.
    """
    ev.keep_value(owner)
    key = (("attribute", id(owner), name), id(above))
    during: Value = Unknown("recursion")
    return ev.once(key, lambda: _of_instance(ev, owner, name, above), during)


def _of_instance(ev: Evaluator, owner: Instance, name: str, above: ClassInfo | None) -> Value:
    info = owner.cls.info
    if name in owner.given:
        return ev.force(owner.given[name])
    if info.name.startswith(TEST_DOUBLES):
        return Unknown("test double")
    order, outside = classes.bases(ev, info)
    for cls in order[order.index(above) + 1 :] if above in order else order:
        method = cls.methods.get(name)
        if method is not None:
            return _method_value(ev, owner, method)
        stores = cls.self_stores.get(name)
        field = name in cls.scope.bindings
        if stores:
            value = _stored(ev, owner, cls, name, stores)
            if field and not any(is_known(one) for one in alternatives(value)):
                value = join([value, _field(ev, owner, cls, name)])
            elif field and not any(_always(store) for store in stores):
                default = _said(classes.class_level(ev, cls, name))
                value = join([value, *default] if _is_handed_in(value) else [*default, value])
            elif not any(is_known(one) for one in alternatives(value)):
                rest = order[order.index(cls) + 1 :]
                if any(name in one.self_stores or name in one.scope.bindings for one in rest):
                    value = join([value, of_instance(ev, owner, name, cls)])
            if owner is ev.abstract(owner.cls) and not any(is_known(one) for one in alternatives(value)):
                below = [_of_subclass(ev, owner, one, name) for one in classes.subclasses(ev, info)]
                value = join([*(one for one in below if is_known(one)), value])
            return _mutated(ev, value, cls, name)
        if field:
            return _mutated(ev, _field(ev, owner, cls, name), cls, name)
    spread = _spread(ev, owner, order, name)
    if spread is not None:
        return spread
    if owner.call is None:
        inherited = [_below(ev, owner, cls, name) for cls in classes.subclasses(ev, info)]
        found = [one for one in inherited if one is not None]
        if found:
            return join(found)
    if outside:
        return Member(owner, name)
    fallback = classes.find_method(ev, info, "__getattr__")
    if fallback is not None and fallback.cls is not None and len(fallback.parameters()) == 2:
        function = Function(fallback, ev.frame_of(fallback.cls.scope), owner)
        return calls.inline(ev, function, {fallback.parameters()[1].arg: Const(name)}, 1)
    return Unknown(f"attribute {name}")


def _spread(ev: Evaluator, owner: Instance, order: list[ClassInfo], name: str) -> Value | None:
    """``for key, value in settings.items(): setattr(self, key.lower(), value)`` and ``self.__dict__.update(settings)``."""
    for cls in order:
        sources: list[Value] = []
        for record in cls.module.calls_named("setattr"):
            loop = next(
                (node for node, _ in reversed(record.spot.branches) if isinstance(node, ast.For)), None
            )
            method = record.scope.function
            if loop is None or method is None or method.cls is not cls or not _is_items(loop.iter):
                continue
            mapping = loop.iter.func.value  # type: ignore[attr-defined]
            sources.append(ev.value(mapping, constructors.receives(ev, owner, record.scope), record.spot))
        for scope, mutation in cls.self_mutations.get("__dict__", ()):
            if mutation.kind == "update" and mutation.value is not None:
                sources.append(
                    ev.value(mutation.value, constructors.receives(ev, owner, scope), mutation.spot)
                )
        for source in sources:
            for one in alternatives(source):
                for key in (name, name.upper()) if isinstance(one, Mapping) else ():
                    if isinstance(one, Mapping) and key in one.entries:
                        return through(
                            ev.force(one.entries[key]),
                            Hop("dict_config", cls.module.path, cls.node.lineno, key),
                        )
    return None


def _is_items(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items"


def _below(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str) -> Value | None:
    if name in cls.methods or name in cls.self_stores or name in cls.scope.bindings:
        return _of_subclass(ev, owner, cls, name)
    return None


def _of_subclass(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str) -> Value:
    return of_instance(ev, ev.abstract(Class(cls, owner.cls.frame)), name)


def _method_value(ev: Evaluator, owner: Instance, method: FunctionInfo) -> Value:
    assert method.cls is not None
    frame = ev.frame_of(method.cls.scope)
    if "staticmethod" in method.decorators:
        return Function(method, frame)
    if "classmethod" in method.decorators:
        return Function(method, frame, owner.cls)
    bound = Function(method, frame, owner)
    if "property" in method.decorators or "cached_property" in method.decorators:
        return calls.inline(ev, bound, {}, 0)
    if owner.call is None and classes.is_abstract(method):
        overrides = [
            cls.methods[method.name]
            for cls in classes.subclasses(ev, owner.cls.info)
            if method.name in cls.methods
        ]
        if overrides:
            return join(
                Function(one, ev.frame_of(one.cls.scope), ev.abstract(Class(one.cls, owner.cls.frame)))
                for one in overrides
                if one.cls is not None
            )
    return bound


def _stored(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str, stores: list[Store]) -> Value:
    """The values that methods put into ``self.name``; those of ``__init__`` first."""
    by_scope: dict[int, list[Store]] = {}
    for store in stores:
        by_scope.setdefault(id(store.scope), []).append(store)
    found: list[Value] = []
    groups = sorted(by_scope.values(), key=lambda group: group[0].scope.name not in CONSTRUCTORS)
    for group in groups:
        scope = group[0].scope
        frame = constructors.method_frame(ev, owner, cls, group[0])
        valued = [store for store in group if store.value is not None]
        if not valued:
            given_type = annotated.typed(ev, group[0].annotation, ev.frame_of(cls.scope), END)
            found.append(given_type or Unknown("annotation only"))
            continue
        reached, _ = reaching(valued, END, ev.arm_truth(frame))
        for store in reached[:6]:
            assert store.value is not None
            at = frame if store.scope is scope else ev.frame_of(store.scope)
            value = ev.value(store.value, at, store.spot)
            for step in store.path:
                value = containers.element(ev, value, step)
            value = annotated.instead(ev, value, store.annotation, ev.frame_of(cls.scope))
            line = getattr(store.node, "lineno", 0)
            found.append(through(value, Hop("self_attr", cls.module.path, line, f"self.{name}")))
            if isinstance(value, Unknown) and store.annotation is not None:
                given_type = annotated.typed(ev, store.annotation, ev.frame_of(cls.scope), END)
                if given_type is not None:
                    found.append(given_type)
    flat = [one for value in found for one in alternatives(value)]
    flat.sort(key=lambda one: is_none(one))
    return join(flat)


def _always(store: Store) -> bool:
    """Whether every object has the value from when it is made."""
    return store.scope.name in CONSTRUCTORS and not store.spot.branches


def _is_handed_in(value: Value) -> bool:
    """A caller gives it, so the method that sets it runs: ``Client().with_model("gpt-4o")``."""
    return any(hop.how == "via_caller" for one in alternatives(value) for hop in getattr(one, "origin", ()))


def _said(default: Value) -> list[Value]:
    """What a class-level value says, unless it only holds the place: None, an empty text."""
    return [one for one in alternatives(default) if isinstance(one, Const) and one.value]


def _mutated(ev: Evaluator, value: Value, cls: ClassInfo, name: str) -> Value:
    """Changes that methods make to a container in ``self.name`` (in any order, so they only add possibilities)."""
    for scope, mutation in cls.self_mutations.get(name, ()):
        if mutation.kind == "augment" and not isinstance(alternatives(value)[0], Mapping):
            continue
        value = mutations.mutated(ev, value, [mutation], ev.frame_of(scope), END)
    return value


def _field(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str) -> Value:
    """A class-level name seen through an instance: a constructor argument for records, else the class's value."""
    default = classes.class_level(ev, cls, name)
    loaded = environment.setting(ev, cls, name)
    if loaded is not None:
        default = loaded
    if not classes.is_record(ev, cls):
        return default
    constructor = classes.find_method(ev, owner.cls.info, "__init__")
    if constructor is not None:
        passed = _passed_up(ev, owner, constructor, name)
        return default if passed is None else join([passed, default])
    if owner.call is not None and owner.frame is not None and owner.spot is not None:
        given = arguments.of(ev, owner.call, owner.frame, owner.spot)
        if name in given.keywords:
            value = ev.force(given.keywords[name])
            return value if is_known(value) else join([value, default])
        fields = classes.record_fields(ev, owner.cls.info)
        if name in fields and fields.index(name) < len(given.positional):
            return ev.force(given.positional[fields.index(name)])
        return default
    if isinstance(default, (Const, Mapping)) and is_known(default):
        return default
    found = []
    for caller in classes.constructor_calls(ev, cls):
        given = arguments.of(ev, caller.node, caller.frame, caller.spot)
        if name in given.keywords:
            value = ev.force(given.keywords[name])
            found.append(
                through(value, Hop("via_caller", caller.frame.module.path, caller.node.lineno, name))
            )
    known = [one for one in found if is_known(one)]
    return join([*known, default]) if known else default


def _passed_up(ev: Evaluator, owner: Instance, constructor: FunctionInfo, name: str) -> Value | None:
    """``super().__init__(name=value)`` to a record's generated constructor sets the field."""
    frame = constructors.frame_of_constructor(ev, owner, constructor)
    for record in constructors.info_calls(constructor) if frame is not None else ():
        function = record.node.func
        if isinstance(function, ast.Attribute) and function.attr == "__init__" and frame is not None:
            given = arguments.of(ev, record.node, frame, record.spot)
            if name in given.keywords:
                hop = Hop("self_attr", constructor.module.path, record.node.lineno, name)
                return through(ev.force(given.keywords[name]), hop)
    return None
