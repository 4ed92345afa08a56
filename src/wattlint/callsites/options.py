"""Reading a call's arguments by the catalogue's paths: ``model``, ``config.max_output_tokens``, position 0."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from wattlint.callsites.facts import Place
from wattlint.catalogue.records import Argument
from wattlint.semantics import arguments, containers, instances, stores
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.values import (
    Const,
    Element,
    External,
    Instance,
    Mapping,
    Member,
    Result,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
)


@dataclass(slots=True)
class Given:
    """The expanded arguments of one call, and the instance they construct (for class-level defaults)."""

    arguments: arguments.Arguments
    instance: Instance | None = None
    made: tuple[ast.Call, ModuleIndex] | None = None
    """The call and where it stands, of one that made an object."""

    @classmethod
    def of(cls, evaluator: Evaluator, value: Result | Instance) -> Given | None:
        if value.call is None or value.frame is None or value.spot is None:
            return (
                cls(arguments.Arguments(open_keywords=True), value) if isinstance(value, Instance) else None
            )
        expanded = arguments.of(evaluator, value.call, value.frame, value.spot)
        instance = value if isinstance(value, Instance) else None
        return cls(expanded, instance, (value.call, value.frame.module))

    @property
    def open(self) -> bool:
        return self.arguments.open_keywords


def read(evaluator: Evaluator, given: Given, names: tuple[str, ...], position: int | None) -> Value | None:
    """The value of the first of ``names`` that is given, else of ``position``; None when neither is."""
    passed = given.arguments
    found: list[Value] = []
    for name in names:
        first, _, rest = name.partition(".")
        thunk = passed.keywords.get(first)
        if thunk is None and rest and position is not None and position < len(passed.positional):
            thunk = passed.positional[position]
        if thunk is None:
            continue
        value = _inside(evaluator, thunk, rest) if rest else evaluator.force(thunk)
        if value is not None and not (isinstance(value, Const) and value.value is None):
            found.append(value)
            if any(not isinstance(one, Unknown) for one in alternatives(value)):
                break
    whole = any("." not in name for name in names) or not names
    if not found and whole and position is not None and position < len(passed.positional):
        found.append(evaluator.force(passed.positional[position]))
    if not found and given.instance is not None:
        for name in names:
            value = _class_default(evaluator, given.instance, name)
            if value is not None:
                return value
    return join(found) if found else None


def read_argument(evaluator: Evaluator, given: Given, argument: Argument | None) -> Value | None:
    return read(evaluator, given, argument.names, argument.position) if argument is not None else None


def is_none(evaluator: Evaluator, given: Given, argument: Argument | None) -> bool:
    """Whether the argument is written down, and None with default settings."""
    names = argument.names if argument is not None else ()
    passed = [given.arguments.keywords[name] for name in names if name in given.arguments.keywords]
    values = [evaluator.force(thunk) for thunk in passed]
    return any(isinstance(value, Const) and value.value is None for value in values)


def _inside(evaluator: Evaluator, thunk: Thunk, path: str) -> Value | None:
    """``path`` into an argument; what the code has stored there by attribute (``params.max_tokens = 9``) comes first."""
    if isinstance(thunk, tuple) and "." not in path:
        node, frame, spot = thunk
        use = ast.copy_location(ast.Attribute(node, path, ast.Load()), node)
        stored, complete = stores.stored_attribute(evaluator, use, frame, spot)
        if stored is not None:
            made = None if complete else follow(evaluator, evaluator.force(thunk), path)
            return stored if made is None else join([stored, made])
    return follow(evaluator, evaluator.force(thunk), path)


def hidden(evaluator: Evaluator, given: Given, argument: Argument | None) -> bool:
    """Whether the argument may stand where it cannot be read: in ``**kwargs``, in a config object from elsewhere."""
    if argument is None:
        return False
    passed = given.arguments
    if passed.open_keywords:
        return True
    for name in argument.names:
        first, _, rest = name.partition(".")
        thunk = passed.keywords.get(first)
        if thunk is None and argument.position is not None and argument.position < len(passed.positional):
            thunk = passed.positional[argument.position]
        if rest and thunk is not None:
            return any(_opaque(evaluator, one) for one in alternatives(evaluator.force(thunk)))
    return False


def _opaque(evaluator: Evaluator, value: Value) -> bool:
    """Not a container whose every part is written in the code."""
    if isinstance(value, Const):
        return value.value is not None
    if isinstance(value, Mapping):
        return value.open
    if isinstance(value, Result):
        callee = alternatives(value.callee)[0]
        name = callee.path.rpartition(".")[2] if isinstance(callee, External) else ""
        made = Given.of(evaluator, value)
        return not name[:1].isupper() or made is None or made.open
    return True


def follow(evaluator: Evaluator, value: Value, path: str) -> Value | None:
    """``path`` into a mapping, a config object of the project, or the keywords of an external constructor."""
    for step in path.split("."):
        found: list[Value] = []
        for one in alternatives(value):
            if isinstance(one, Mapping):
                if step in one.entries:
                    found.append(containers.item(evaluator, one, Const(step)))
            elif isinstance(one, Sequence):
                # ``config_list=[{"model": ...}]``: the first entry is used first.
                for entry in one.items[:1]:
                    inner_value = follow(evaluator, evaluator.force(entry), step)
                    if inner_value is not None:
                        found.append(inner_value)
            elif isinstance(one, Instance):
                found.append(instances.of_instance(evaluator, one, step))
            elif (
                isinstance(one, Result)
                and one.call is not None
                and one.frame is not None
                and one.spot is not None
            ):
                inner = arguments.of(evaluator, one.call, one.frame, one.spot)
                if step in inner.keywords:
                    found.append(evaluator.force(inner.keywords[step]))
        if not found:
            return None
        value = join(found)
    return value


def _class_default(evaluator: Evaluator, instance: Instance, name: str) -> Value | None:
    """A subclass of an SDK class may set the argument at class level or on ``self``."""
    if "." in name:
        return None
    value = instances.of_instance(evaluator, instance, name)
    return None if all(isinstance(one, (Unknown, Member, Element)) for one in alternatives(value)) else value


def _constants(value: Value | None) -> Iterator[object]:
    """The literals a value can be, in order."""
    for one in alternatives(value) if value is not None else ():
        if isinstance(one, Const):
            yield one.value


def text(value: Value | None) -> str | None:
    """The first literal string a value can be."""
    return next((one for one in _constants(value) if isinstance(one, str)), None)


def number(value: Value | None) -> float | None:
    """The first literal number a value can be."""
    numbers = (
        one for one in _constants(value) if isinstance(one, (int, float)) and not isinstance(one, bool)
    )
    return next((float(one) for one in numbers), None)


def is_settled(value: Value | None) -> bool:
    """Not given, or one literal and nothing else."""
    found = alternatives(value) if value is not None else ()
    return all(isinstance(one, Const) for one in found) and len(set(_constants(value))) <= 1


def integer(value: Value | None) -> int | None:
    found = number(value)
    return int(found) if found is not None and abs(found) < 1e9 else None


def flag(value: Value | None) -> bool | None:
    """The first literal truth value."""
    return next((one for one in _constants(value) if isinstance(one, bool)), None)


def place(value: Value | None) -> Place | None:
    """Where the first literal string that a value can be stands."""
    for one in alternatives(value) if value is not None else ():
        if isinstance(one, Const) and isinstance(one.value, str) and one.origin:
            return Place(one.origin[0].path, one.origin[0].line)
    return None


def opening(value: Value | None) -> str | None:
    """A text with ``{}`` for each gap: what a URL pattern is matched against."""
    for one in alternatives(value) if value is not None else ():
        if isinstance(one, Const) and isinstance(one.value, str):
            return one.value
        if isinstance(one, Text):
            return "".join(piece if isinstance(piece, str) else "{}" for piece in one.pieces)
    return None
