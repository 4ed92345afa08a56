"""Classes of the project: method resolution order, members, and what counts as a record."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    arguments,
    callers,
    calls,
    names,
)
from wattlint.semantics.mentions import Mentions
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
    Sequence,
    Thunk,
    Unknown,
    Value,
    alternatives,
    is_none,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

MAX_SUBCLASSES = 24
RECORD_DECORATORS = frozenset({"dataclass", "define", "frozen", "attrs", "s", "mutable"})
SETTINGS_BASES = ("BaseSettings", "BaseModel", "SQLModel", "Struct", "NamedTuple", "TypedDict")


def bases(ev: Evaluator, info: ClassInfo) -> tuple[list[ClassInfo], list[Value]]:
    """Method resolution order among project classes (itself first), and the bases outside the project."""
    during: tuple[list[ClassInfo], list[Value]] = ([info], [])
    return ev.once(("bases", id(info)), lambda: _bases(ev, info), during)


def _bases(ev: Evaluator, info: ClassInfo) -> tuple[list[ClassInfo], list[Value]]:
    lines: list[list[ClassInfo]] = []
    outside: list[Value] = []
    frame = ev.frame_of(info.scope.parent or info.scope)
    for node in info.node.bases:
        base = node.value if isinstance(node, ast.Subscript) else node
        for one in alternatives(ev.value(base, frame, END))[:2]:
            if isinstance(one, Class) and one.info is not info:
                inner, beyond = bases(ev, one.info)
                lines.append(list(inner))
                outside.extend(beyond)
            elif not isinstance(one, (Unknown, Class)):
                outside.append(one)
    return [info, *_merged([*lines, [line[0] for line in lines]], info)], outside


def _merged(lines: list[list[ClassInfo]], info: ClassInfo) -> list[ClassInfo]:
    """Python's method resolution order (C3) of several bases; their plain order where there is none."""
    order: list[ClassInfo] = []
    lines = [[cls for cls in line if cls is not info] for line in lines]
    while any(lines):
        lines = [line for line in lines if line]
        heads = (line[0] for line in lines if not any(line[0] in other[1:] for other in lines))
        head = next(heads, lines[0][0])
        order.append(head)
        lines = [[cls for cls in line if cls is not head] for line in lines]
    return order


def is_enum(ev: Evaluator, info: ClassInfo) -> bool:
    return any((calls.path(base) or "").startswith("enum.") for base in bases(ev, info)[1])


def member(ev: Evaluator, owner: Class, name: str) -> Value:
    """A member of an enum: its value, or an object where the class gives its members more than a value."""
    value = class_level(ev, owner.info, name)
    if not any("__init__" in cls.methods or _has_property(cls) for cls in bases(ev, owner.info)[0]):
        return value

    def make() -> Value:
        given: dict[str, Thunk] = {"value": value, "_value_": value, "name": Const(name)}
        method = find_method(ev, owner.info, "__init__")
        if method is None:
            return Instance(owner, given=given)
        first = alternatives(value)[0]
        parts: list[Thunk] = list(first.items) if isinstance(first, Sequence) else [value]
        bound = arguments.bind_arguments(method, arguments.Arguments(parts), True)
        for store_name, stores in owner.info.self_stores.items():
            for store in stores:
                if isinstance(store.value, ast.Name) and store.value.id in bound:
                    given[store_name] = bound[store.value.id]
        return Instance(owner, given=given)

    return ev.once((id(owner.info), f"member {name}"), make, value)


def members(ev: Evaluator, owner: Class) -> Sequence | None:
    """The members of an enum in their order; None for other classes."""
    if not is_enum(ev, owner.info):
        return None
    names_ = [name for name, found in owner.info.scope.bindings.items() if found[0].kind == "assign"]
    return Sequence(tuple(member(ev, owner, name) for name in names_ if not name.startswith("_")))


def iterated(ev: Evaluator, value: Value) -> Value:
    """What a loop over ``value`` goes through: keys of a dict, members of an enum; other values as they are."""
    if isinstance(value, Mapping):
        return Sequence(tuple(Const(key) for key in value.entries), value.open)
    if isinstance(value, Class):
        return members(ev, value) or value
    return value


def _has_property(cls: ClassInfo) -> bool:
    return any("property" in method.decorators for method in cls.methods.values())


def subclasses(ev: Evaluator, info: ClassInfo) -> list[ClassInfo]:
    """Project classes that derive from ``info``, directly or not (at most 24)."""
    return ev.once(("subclasses", id(info)), lambda: _subclasses(ev, info), [])


def _subclasses(ev: Evaluator, info: ClassInfo) -> list[ClassInfo]:
    found: list[ClassInfo] = []
    for module in ev.project.mentioning(info.name, info.module, Mentions.derived):
        for cls in module.classes:
            if cls is not info and len(found) < MAX_SUBCLASSES and info in bases(ev, cls)[0]:
                found.append(cls)
    for child in list(found):
        for cls in subclasses(ev, child):
            if cls not in found and len(found) < MAX_SUBCLASSES:
                found.append(cls)
    return found


def is_abstract(method: FunctionInfo) -> bool:
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
            if cls is owner.info and is_enum(ev, cls):
                return member(ev, owner, name)
            return class_level(ev, cls, name)
    if outside:
        return Member(owner, name)
    return Unknown(f"attribute {name}")


def class_level(ev: Evaluator, cls: ClassInfo, name: str) -> Value:
    frame = ev.frame_of(cls.scope)
    definitions, _ = reaching(cls.scope.bindings[name], END, ev.arm_truth(frame))
    value = names.lookup(ev, name, frame, END) if definitions else Unknown(f"attribute {name}")
    outside = cls.module.scope.attribute_stores.get(cls.name, {}).get(name, ())
    valued = [store for store in outside if store.value is not None]
    if valued:  # ``Class.name = value`` on the level of its module
        home = ev.module_frame(cls.module)
        found, complete = reaching(valued, END, ev.arm_truth(home), whole=True)
        given = join(ev.value(store.value, home, store.spot) for store in found if store.value is not None)
        value = given if complete else join([given, value])
    shared = [store for store in cls.self_stores.get(name, ()) if _on_class(store)]
    if shared:  # ``cls.name = value`` in a class method, whenever that runs
        held = [value]
        for store in shared:
            if store.value is not None:
                held.append(ev.value(store.value, ev.frame_of(store.scope), store.spot))
        value = join(sorted((one for each in held for one in alternatives(each)), key=is_none))
    how = "settings_class" if is_record(ev, cls) else "class_attr"
    line = getattr(definitions[0].node, "lineno", cls.node.lineno) if definitions else cls.node.lineno
    return through(value, Hop(how, cls.module.path, line, f"{cls.name}.{name}"))


def _on_class(store: Store) -> bool:
    method = store.scope.function
    return method is not None and "classmethod" in method.decorators


def is_record(ev: Evaluator, cls: ClassInfo) -> bool:
    """A dataclass, attrs class or pydantic model: its class-level names are constructor arguments."""
    if not RECORD_DECORATORS.isdisjoint(cls.decorators):
        return True
    for base in bases(ev, cls)[1]:
        path = calls.path(base) or ""
        if path.rpartition(".")[2] in SETTINGS_BASES:
            return True
    return any(is_record(ev, one) for one in bases(ev, cls)[0][1:] if one is not cls)


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
    found: list[callers.Caller] = []
    for module in ev.project.mentioning(cls.name, cls.module, Mentions.called):
        if callers.in_tests(ev, module.file):
            continue
        for record in module.calls_named(cls.name):
            if len(found) < callers.MAX_CALLERS:
                frame = ev.frame_of(record.scope)
                for one in alternatives(ev.value(record.node.func, frame, record.spot)):
                    if isinstance(one, Class) and one.info is cls:
                        found.append(callers.Caller(record.node, frame, record.spot, True))
    return found
