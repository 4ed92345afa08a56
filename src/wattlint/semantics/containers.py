"""Lists and dicts: displays and look-ups."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import calls, classes, dict_classes, environment, instances
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import (
    TRACED,
    Class,
    Const,
    Element,
    External,
    Function,
    Hop,
    Instance,
    Mapping,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

MAX_ITEMS = 5_000


def sequence(ev: Evaluator, node: ast.List | ast.Tuple | ast.Set, frame: Frame, spot: Spot) -> Value:
    """A list, tuple or set display; ``*rest`` is spliced where known."""
    kind = "list" if isinstance(node, ast.List) else "tuple" if isinstance(node, ast.Tuple) else "set"
    if len(node.elts) > MAX_ITEMS:
        return Sequence((), open=True, kind=kind)
    items: list[Thunk] = []
    is_open = False
    for element_node in node.elts:
        if isinstance(element_node, ast.Starred):
            inner = alternatives(ev.value(element_node.value, frame, spot))[0]
            if isinstance(inner, Sequence):
                items.extend(inner.items)
                is_open |= inner.open
            else:
                is_open = True
        else:
            items.append((element_node, frame, spot))
    return Sequence(tuple(items), is_open, kind)


def dictionary(ev: Evaluator, node: ast.Dict, frame: Frame, spot: Spot) -> Value:
    """A dict display; ``**rest`` is merged where known."""
    entries: dict[object, Thunk] = {}
    others: list[Thunk] = []
    is_open = len(node.keys) > MAX_ITEMS
    for key_node, value_node in zip(node.keys[:MAX_ITEMS], node.values):
        if key_node is None:
            for inner in alternatives(ev.value(value_node, frame, spot))[:1]:
                if isinstance(inner, Mapping):
                    entries.update(inner.entries)
                    is_open |= inner.open
                elif not (isinstance(inner, Const) and inner.value is None):
                    is_open = True
            continue
        key = alternatives(ev.value(key_node, frame, spot))[0]
        if isinstance(key, Const) and hashable(key.value):
            entries[key.value] = (value_node, frame, spot)
        else:
            is_open = True
            others.append((value_node, frame, spot))
    return Mapping(entries, is_open, others=tuple(others))


def hashable(value: object) -> bool:
    return isinstance(value, (str, int, float, bool, bytes, type(None)))


def merge(left: Mapping, right: Mapping) -> Mapping:
    return Mapping({**left.entries, **right.entries}, left.open or right.open, left.by_attribute, left.how)


def subscript(ev: Evaluator, node: ast.Subscript, frame: Frame, spot: Spot) -> Value:
    owner = ev.value(node.value, frame, spot)
    if isinstance(node.slice, ast.Slice):
        found = [
            Sequence(one.items, True, one.kind, one.repeated)
            if isinstance(one, Sequence)
            else Unknown("slice")
            for one in alternatives(owner)
        ]
        return join(found)
    key = ev.value(node.slice, frame, spot)
    if isinstance(owner, External) and owner.path == "os.environ":
        first = alternatives(key)[0]
        name = str(first.value) if isinstance(first, Const) else ""
        return environment.variable(ev, name, frame, spot) or environment.unset(name)
    value = item(ev, owner, key)
    if not isinstance(value, TRACED):
        return value
    return through(value, Hop("dict_config", frame.module.path, node.lineno, ast.unparse(node.slice)[:40]))


def item(ev: Evaluator, owner: Value, key: Value) -> Value:
    """``owner[key]``. Of an open mapping without the key, or an unknown key, all that is possible."""
    found: list[Value] = []
    for one in alternatives(owner):
        if isinstance(one, Mapping):
            found.append(_of_mapping(ev, one, key))
        elif isinstance(one, Sequence):
            found.append(_of_sequence(ev, one, key))
        elif isinstance(one, Instance):
            method = classes.find_method(ev, one.cls.info, "__getitem__")
            if method is not None and method.cls is not None:
                parameters = method.parameters()
                bound: dict[str, Thunk] = {parameters[1].arg: key} if len(parameters) > 1 else {}
                found.append(calls.inline(ev, Function(method, ev.frame_of(method.cls.scope), one), bound, 1))
            elif (
                isinstance(key, Const) and isinstance(key.value, str) and classes.is_record(ev, one.cls.info)
            ):
                found.append(instances.of_instance(ev, one, key.value))
            else:
                held = dict_classes.contents(ev, one)
                found.append(Element(one, key) if held is None else _of_mapping(ev, held, key))
        elif isinstance(one, Class) and isinstance(key, Const) and isinstance(key.value, str):
            found.append(classes.of_class(ev, one, key.value))
        elif isinstance(one, External) and one.path.rpartition(".")[2][:1].isupper():
            found.append(one)  # ``Agent[None, str]``: the class itself
        elif not (isinstance(one, Const) and one.value is None):
            found.append(Element(one, key))
    return join(found) if found else Unknown("item of None")


def _of_mapping(ev: Evaluator, owner: Mapping, key: Value) -> Value:
    found: list[Value] = []
    for one in alternatives(key):
        if isinstance(one, Const) and hashable(one.value):
            if one.value in owner.entries:
                found.append(ev.force(owner.entries[one.value]))
            elif owner.open:
                found.append(Unknown("key given at run time"))
                found.extend(_objects(ev, owner))
        elif len(owner.entries) <= 24:
            # A registry looked up by a name from outside: any of its classes or functions. Not so for settings.
            found.append(Unknown("key given at run time"))
            members = (ev.force(entry) for entry in owner.entries.values())
            found.extend(one for one in members if not isinstance(one, (Const, Text)))
            found.extend(_objects(ev, owner))
        else:
            found.append(Unknown("key given at run time"))
    return join(found) if found else Unknown("no such key")


def _objects(ev: Evaluator, owner: Mapping) -> list[Value]:
    """Classes, functions and objects under keys that are not known."""
    return [one for one in map(ev.force, owner.others[:8]) if not isinstance(one, (Const, Text, Unknown))]


def _of_sequence(ev: Evaluator, owner: Sequence, key: Value) -> Value:
    if isinstance(key, Const) and isinstance(key.value, int):
        if owner.repeated:
            return ev.force(owner.items[0]) if owner.items else Unknown("item")
        if -len(owner.items) <= key.value < len(owner.items) and not (owner.open and key.value < 0):
            return ev.force(owner.items[key.value])
        return Unknown("no such item")
    if len(owner.items) <= 8:
        return join(ev.force(one) for one in owner.items) if owner.items else Unknown("item")
    return Unknown("index")


def element(ev: Evaluator, value: Value, step: int | str) -> Value:
    """One step of unpacking a tuple or list."""
    if step == "*":
        return Sequence((), open=True)
    found: list[Value] = []
    for one in alternatives(value):
        if isinstance(one, Sequence):
            found.append(_of_sequence(ev, one, Const(step)))
        elif isinstance(one, (Const, Text)):
            found.append(Unknown("unpacking"))
        else:
            found.append(Element(one, Const(step)))
    return join(found)
