"""Attributes: of modules, classes, instances (through the real method resolution order) and external objects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import annotated, arguments, callers, calls, containers, names
from wattlint.semantics.frames import Frame
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, CallRecord, ClassInfo, FunctionInfo, Scope, Store, last_name
from wattlint.semantics.values import (
    Choice,
    Class,
    Const,
    Element,
    External,
    Function,
    Hop,
    Instance,
    Mapping,
    Member,
    ModuleRef,
    Package,
    Unknown,
    Value,
    alternatives,
    is_known,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

TEST_DOUBLES = ("Mock", "Fake", "Dummy", "Stub")
"""Classes named so stand in for others in tests: what they hold says nothing about default settings."""
MAX_SUBCLASSES = 24
SETTINGS_BASES = ("BaseSettings", "BaseModel", "SQLModel", "Struct", "NamedTuple", "TypedDict")


def get(ev: Evaluator, owner: Value, name: str) -> Value:
    """``owner.name``."""
    if isinstance(owner, Choice):
        return (
            join(get(ev, one, name) for one in owner.values if not _is_none(one))
            if any(not _is_none(one) for one in owner.values)
            else Unknown("attribute of None")
        )
    if isinstance(owner, External):
        return External(f"{owner.path}.{name}")
    if isinstance(owner, ModuleRef):
        return names.member_of_module(ev, owner.module, name)
    if isinstance(owner, Package):
        return names.member_of_module(ev, owner.folder, name, External(f"{owner.dotted}.{name}"))
    if isinstance(owner, Instance):
        return of_instance(ev, owner, name)
    if isinstance(owner, Class):
        return of_class(ev, owner, name)
    if isinstance(owner, Mapping) and owner.by_attribute:
        value = containers.item(ev, owner, Const(name))
        return value
    if isinstance(owner, Const) and name == "value" and isinstance(owner.value, (str, int)):
        return owner  # the value of an enum member
    if isinstance(owner, Const) and name == "parent" and isinstance(owner.value, str):
        return Const(owner.value.rpartition("/")[0], owner.origin)
    if isinstance(owner, Unknown) or _is_none(owner):
        return Element(Unknown("None") if _is_none(owner) else owner, Const(name))
    return Member(owner, name)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


# -- classes ----------------------------------------------------------------------------------------------------


def bases(ev: Evaluator, info: ClassInfo) -> tuple[list[ClassInfo], list[Value]]:
    """Method resolution order among project classes (itself first), and the bases outside the project."""
    return ev.once(("bases", id(info)), lambda: _bases(ev, info), ([info], []))


def _bases(ev: Evaluator, info: ClassInfo) -> tuple[list[ClassInfo], list[Value]]:
    order: list[ClassInfo] = [info]
    outside: list[Value] = []
    frame = ev.frame_of(info.scope.parent or info.scope)
    for node in info.node.bases:
        base = node.value if isinstance(node, ast.Subscript) else node
        for one in alternatives(ev.value(base, frame, END))[:2]:
            if isinstance(one, Class) and one.info is not info:
                inner, beyond = bases(ev, one.info)
                order.extend(cls for cls in inner if cls not in order)
                outside.extend(beyond)
            elif not isinstance(one, (Unknown, Class)):
                outside.append(one)
    return order, outside


def subclasses(ev: Evaluator, info: ClassInfo) -> list[ClassInfo]:
    """Project classes that derive from ``info``, directly or not (at most 24)."""
    return ev.once(("subclasses", id(info)), lambda: _subclasses(ev, info), [])


def _subclasses(ev: Evaluator, info: ClassInfo) -> list[ClassInfo]:
    found: list[ClassInfo] = []
    for module in ev.project.mentioning(info.name):
        for cls in module.classes:
            if cls is not info and len(found) < MAX_SUBCLASSES and info in bases(ev, cls)[0]:
                found.append(cls)
    for child in list(found):
        for cls in subclasses(ev, child):
            if cls not in found and len(found) < MAX_SUBCLASSES:
                found.append(cls)
    return found


def find_method(ev: Evaluator, info: ClassInfo, name: str) -> FunctionInfo | None:
    for cls in bases(ev, info)[0]:
        if name in cls.methods:
            return cls.methods[name]
    return None


def of_class(ev: Evaluator, owner: Class, name: str) -> Value:
    """``Class.name``: a method, a class-level value, an enum member, or a member of an outside base."""
    order, outside = bases(ev, owner.info)
    for cls in order:
        if name in cls.methods:
            method = cls.methods[name]
            receiver = owner if "classmethod" in method.decorators else None
            return Function(method, ev.frame_of(cls.scope), receiver)
        if name in cls.scope.bindings:
            return _class_level(ev, cls, name)
    if outside:
        return Member(owner, name)
    return Unknown(f"attribute {name}")


def _class_level(ev: Evaluator, cls: ClassInfo, name: str) -> Value:
    frame = ev.frame_of(cls.scope)
    definitions, _ = reaching(cls.scope.bindings[name], END, ev.arm_truth(frame))
    value = names.lookup(ev, name, frame, END) if definitions else Unknown(f"attribute {name}")
    how = "settings_class" if is_record(ev, cls) else "class_attr"
    line = getattr(definitions[0].node, "lineno", cls.node.lineno) if definitions else cls.node.lineno
    return through(value, Hop(how, cls.module.path, line, f"{cls.name}.{name}"))


def is_record(ev: Evaluator, cls: ClassInfo) -> bool:
    """A dataclass, attrs class or pydantic model: its class-level names are constructor arguments."""
    if any(
        last_name(node) in ("dataclass", "define", "frozen", "attrs", "s", "mutable")
        for node in cls.node.decorator_list
    ):
        return True
    for base in bases(ev, cls)[1]:
        path = calls.path(base) or ""
        if path.rpartition(".")[2] in SETTINGS_BASES:
            return True
    return any(is_record(ev, one) for one in bases(ev, cls)[0][1:] if one is not cls)


# -- instances --------------------------------------------------------------------------------------------------


def of_instance(ev: Evaluator, owner: Instance, name: str, above: ClassInfo | None = None) -> Value:
    """``instance.name``: stores in methods, then class level, then what subclasses or outside bases give.

    With ``above``, the search begins after that class in the method resolution order.
    """
    info = owner.cls.info
    if info.name.startswith(TEST_DOUBLES):
        return Unknown("test double")
    order, outside = bases(ev, info)
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
            elif not any(is_known(one) for one in alternatives(value)):
                rest = order[order.index(cls) + 1 :]
                if any(name in one.self_stores or name in one.scope.bindings for one in rest):
                    value = join([value, of_instance(ev, owner, name, cls)])
            if owner is ev.abstract(owner.cls) and not any(is_known(one) for one in alternatives(value)):
                below = [_of_subclass(ev, owner, one, name) for one in subclasses(ev, info)]
                value = join([*(one for one in below if is_known(one)), value])
            return _mutated(ev, value, cls, name)
        if field:
            return _mutated(ev, _field(ev, owner, cls, name), cls, name)
    spread = _spread(ev, owner, order, name)
    if spread is not None:
        return spread
    if owner.call is None:
        below = [_below(ev, owner, cls, name) for cls in subclasses(ev, info)]
        found = [one for one in below if one is not None]
        if found:
            return join(found)
    if outside:
        return Member(owner, name)
    if find_method(ev, info, "__getattr__") is not None:
        return Unknown("__getattr__")
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
            sources.append(ev.value(mapping, _receives(ev, owner, record.scope), record.spot))
        for scope, mutation in cls.self_mutations.get("__dict__", ()):
            if mutation.kind == "update" and mutation.value is not None:
                sources.append(ev.value(mutation.value, _receives(ev, owner, scope), mutation.spot))
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
    if owner.call is None and _is_abstract(method):
        overrides = [
            cls.methods[method.name] for cls in subclasses(ev, owner.cls.info) if method.name in cls.methods
        ]
        if overrides:
            return join(
                Function(one, ev.frame_of(one.cls.scope), ev.abstract(Class(one.cls, owner.cls.frame)))
                for one in overrides
                if one.cls is not None
            )
    return bound


def _is_abstract(method: FunctionInfo) -> bool:
    """Only a docstring, ``pass``, ``...`` or ``raise NotImplementedError``."""
    if "abstractmethod" in method.decorators:
        return True
    body = method.node.body
    if not isinstance(body, list):
        return False
    rest = [
        node for node in body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return all(isinstance(node, (ast.Pass, ast.Raise)) for node in rest)


def _stored(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str, stores: list[Store]) -> Value:
    """The values that methods put into ``self.name``; those of ``__init__`` first."""
    by_scope: dict[int, list[Store]] = {}
    for store in stores:
        by_scope.setdefault(id(store.scope), []).append(store)
    found: list[Value] = []
    groups = sorted(
        by_scope.values(), key=lambda group: group[0].scope.name not in ("__init__", "__post_init__", "setup")
    )
    for group in groups:
        scope = group[0].scope
        frame = method_frame(ev, owner, cls, group[0])
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
            line = getattr(store.node, "lineno", 0)
            found.append(through(value, Hop("self_attr", cls.module.path, line, f"self.{name}")))
            if isinstance(value, Unknown) and store.annotation is not None:
                given_type = annotated.typed(ev, store.annotation, ev.frame_of(cls.scope), END)
                if given_type is not None:
                    found.append(given_type)
    flat = [one for value in found for one in alternatives(value)]
    flat.sort(key=lambda one: _is_none(one))
    return join(flat)


def _mutated(ev: Evaluator, value: Value, cls: ClassInfo, name: str) -> Value:
    """Changes that methods make to a container in ``self.name`` (in any order, so they only add possibilities)."""
    for scope, mutation in cls.self_mutations.get(name, ()):
        if mutation.kind == "augment" and not isinstance(alternatives(value)[0], Mapping):
            continue
        value = containers.mutated(ev, value, [mutation], ev.frame_of(scope), END)
    return value


def _receives(ev: Evaluator, owner: Instance, scope: Scope) -> Frame:
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
        known = _constructor_frame(ev, owner, info)
        if known is not None:
            return known
    return _receives(ev, owner, scope)


def _constructor_frame(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    """The frame of ``__init__`` for this constructor call, through ``super().__init__(...)`` of derived classes."""
    return ev.once((id(owner), id(info)), lambda: _new_constructor_frame(ev, owner, info), None)


def _new_constructor_frame(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    ev.keep_value(owner)
    first = find_method(ev, owner.cls.info, info.name)
    if first is None:
        return None
    if first is not info:
        frame = _through_super(ev, owner, info)
        return ev.keep(frame) if frame is not None else None
    if owner.call is None:
        return _receives(ev, owner, info.scope)
    if owner.frame is None or owner.spot is None or owner.frame.depth >= calls.MAX_INLINE:
        return None
    bound = arguments.bind(ev, info, owner.call, owner.frame, owner.spot, True)
    outer = ev.frame_of(info.scope).parent
    return ev.keep(Frame(info.module, info.scope, outer, bound, owner, owner.frame.depth + 1))


def _through_super(ev: Evaluator, owner: Instance, info: FunctionInfo) -> Frame | None:
    """The frame that the ``__init__`` of a derived class gives to this one by ``super().__init__(...)``."""
    for cls in bases(ev, owner.cls.info)[0]:
        derived_info = cls.methods.get(info.name)
        if derived_info is None:
            continue
        if derived_info is info:
            return None
        derived = _constructor_frame(ev, owner, derived_info)
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


def _field(ev: Evaluator, owner: Instance, cls: ClassInfo, name: str) -> Value:
    """A class-level name seen through an instance: a constructor argument for records, else the class's value."""
    default = _class_level(ev, cls, name)
    if not is_record(ev, cls) or find_method(ev, owner.cls.info, "__init__") is not None:
        return default
    if owner.call is not None and owner.frame is not None and owner.spot is not None:
        given = arguments.of(ev, owner.call, owner.frame, owner.spot)
        if name in given.keywords:
            value = ev.force(given.keywords[name])
            return value if is_known(value) else join([value, default])
        fields = record_fields(ev, owner.cls.info)
        if name in fields and fields.index(name) < len(given.positional):
            return ev.force(given.positional[fields.index(name)])
        return default
    if isinstance(default, (Const, Mapping)) and is_known(default):
        return default
    found = []
    for caller in constructor_calls(ev, cls):
        given = arguments.of(ev, caller.node, caller.frame, caller.spot)
        if name in given.keywords:
            value = ev.force(given.keywords[name])
            found.append(
                through(value, Hop("via_caller", caller.frame.module.path, caller.node.lineno, name))
            )
    known = [one for one in found if is_known(one)]
    return join([*known, default]) if known else default


def record_fields(ev: Evaluator, info: ClassInfo) -> list[str]:
    """Annotated class-level names in definition order, base classes first."""
    order: list[str] = []
    for cls in reversed(bases(ev, info)[0]):
        for node in cls.node.body:
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.target.id not in order
            ):
                order.append(node.target.id)
    return order


def constructor_calls(ev: Evaluator, cls: ClassInfo) -> list[callers.Caller]:
    """Calls that construct a record class without ``__init__`` (or a subclass of it)."""
    found = []
    for module in ev.project.mentioning(cls.name):
        if callers.in_tests(ev, module.file):
            continue
        for record in module.calls_named(cls.name):
            if len(found) < callers.MAX_CALLERS:
                frame = ev.frame_of(record.scope)
                for one in alternatives(ev.value(record.node.func, frame, record.spot)):
                    if isinstance(one, Class) and one.info is cls:
                        found.append(callers.Caller(record.node, frame, record.spot, True))
    return found


# -- the rest ---------------------------------------------------------------------------------------------------


def of_super(ev: Evaluator, node: ast.Attribute, frame: Frame) -> Value | None:
    """``super().name``: the next definition after the enclosing class."""
    call = node.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "super"):
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
    order, outside = bases(ev, actual)
    if function.cls not in order:
        order, outside = bases(ev, function.cls)
    for cls in order[order.index(function.cls) + 1 :]:
        if node.attr in cls.methods:
            return Function(cls.methods[node.attr], ev.frame_of(cls.scope), receiver)
        if node.attr in cls.scope.bindings:
            return _class_level(ev, cls, node.attr)
    if outside:
        return Member(receiver if isinstance(receiver, (Instance, Class)) else Instance(own), node.attr)
    return Unknown(f"attribute {node.attr}")


def entered(ev: Evaluator, value: Value) -> Value:
    """What ``with value as x`` binds."""
    found: list[Value] = []
    for one in alternatives(value):
        if isinstance(one, Instance):
            method = find_method(ev, one.cls.info, "__enter__") or find_method(ev, one.cls.info, "__aenter__")
            if method is not None and method.cls is not None:
                found.append(calls.inline(ev, Function(method, ev.frame_of(method.cls.scope), one), {}, 0))
                continue
        found.append(one)
    return join(found)
