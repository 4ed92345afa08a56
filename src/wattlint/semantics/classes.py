"""Classes of the project: method resolution order, members, and what counts as a record."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    callers,
    calls,
    names,
)
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, ClassInfo, FunctionInfo
from wattlint.semantics.values import (
    Class,
    Function,
    Hop,
    Member,
    Unknown,
    Value,
    alternatives,
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
    for module in ev.project.mentioning(info.name, info.module):
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
            return class_level(ev, cls, name)
    if outside:
        return Member(owner, name)
    return Unknown(f"attribute {name}")


def class_level(ev: Evaluator, cls: ClassInfo, name: str) -> Value:
    frame = ev.frame_of(cls.scope)
    definitions, _ = reaching(cls.scope.bindings[name], END, ev.arm_truth(frame))
    value = names.lookup(ev, name, frame, END) if definitions else Unknown(f"attribute {name}")
    how = "settings_class" if is_record(ev, cls) else "class_attr"
    line = getattr(definitions[0].node, "lineno", cls.node.lineno) if definitions else cls.node.lineno
    return through(value, Hop(how, cls.module.path, line, f"{cls.name}.{name}"))


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
    for module in ev.project.mentioning(f"{cls.name}(", cls.module):
        if callers.in_tests(ev, module.file):
            continue
        for record in module.calls_named(cls.name):
            if len(found) < callers.MAX_CALLERS:
                frame = ev.frame_of(record.scope)
                for one in alternatives(ev.value(record.node.func, frame, record.spot)):
                    if isinstance(one, Class) and one.info is cls:
                        found.append(callers.Caller(record.node, frame, record.spot, True))
    return found
