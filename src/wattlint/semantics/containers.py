"""Lists and dicts: displays, look-ups, and the changes made to them before a use."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import calls, classes, dict_classes, environment, instances
from wattlint.semantics.scopes import END, LOOPS, Mutation, Spot
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
        if isinstance(key, Const) and _hashable(key.value):
            entries[key.value] = (value_node, frame, spot)
        else:
            is_open = True
            others.append((value_node, frame, spot))
    return Mapping(entries, is_open, others=tuple(others))


def _hashable(value: object) -> bool:
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
        name = alternatives(key)[0]
        known = environment.variable(ev, str(name.value), frame, spot) if isinstance(name, Const) else None
        return known or environment.UNSET
    value = item(ev, owner, key)
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
        if isinstance(one, Const) and _hashable(one.value):
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


def mutated(
    ev: Evaluator,
    value: Value,
    mutations: list[Mutation],
    frame: Frame,
    use: Spot,
    made: Spot | None = None,
) -> Value:
    """``value`` after the changes that stand before ``use`` (all of them, when used from elsewhere).

    ``made`` is where the container was made: one that is changed in a loop begun since then grows.
    """
    if isinstance(value, Choice):
        return join(mutated(ev, one, mutations, frame, use, made) for one in value.values)
    if isinstance(value, Mapping):
        return _mutated_mapping(ev, value, mutations, frame, use)
    if isinstance(value, Sequence):
        changed = _mutated_sequence(ev, value, mutations, frame, use)
        if made is not None and any(_grows(mutation, made, use) for mutation in mutations):
            return Sequence(changed.items, True, changed.kind, changed.repeated)
        return changed
    return value


def _grows(mutation: Mutation, made: Spot, use: Spot) -> bool:
    """The change and the use stand in a loop that the making of the container does not stand in."""
    if mutation.kind not in ("append", "extend", "insert", "add", "augment"):
        return False
    around = [node for node, _ in made.branches]
    return any(
        isinstance(node, LOOPS) and node not in around and any(node is other for other, _ in use.branches)
        for node, _ in mutation.spot.branches
    )


def perhaps_mutated(ev: Evaluator, value: Value, mutation: Mutation, frame: Frame) -> Value:
    """``value`` where a function makes one change to it, if it ever runs: what was there before comes first."""
    if isinstance(value, Choice):
        return join(perhaps_mutated(ev, one, mutation, frame) for one in value.values)
    if not isinstance(value, (Mapping, Sequence)):
        return value
    after = mutated(ev, value, [mutation], frame, END)
    if isinstance(value, Mapping) and isinstance(after, Mapping):
        entries = dict(after.entries)
        for key, before in value.entries.items():
            changed = entries.get(key)
            entries[key] = (
                before
                if changed in (None, before)
                else join([ev.force(before), ev.force(after.entries[key])])
            )
        return Mapping(entries, True, value.by_attribute, value.how, after.others)
    return Sequence(after.items, True, after.kind, after.repeated) if isinstance(after, Sequence) else value


def _applies(mutation: Mutation, use: Spot) -> bool:
    if mutation.spot.order >= use.order and use is not END:
        return False
    # In another arm of a branch that the use stands in: never both.
    for mine, other in zip(mutation.spot.branches, use.branches):
        if mine[0] is not other[0]:
            break
        if mine[1] != other[1]:
            return False
    return True


def _certain(mutation: Mutation, use: Spot) -> bool:
    """The use is only reached through the change."""
    inside = mutation.spot.branches
    return use.branches[: len(inside)] == inside


def _mutated_mapping(
    ev: Evaluator, value: Mapping, mutations: list[Mutation], frame: Frame, use: Spot
) -> Mapping:
    entries = dict(value.entries)
    others = list(value.others)
    is_open = value.open
    for mutation in mutations:
        if not _applies(mutation, use):
            continue
        certain = _certain(mutation, use)
        if mutation.kind in ("item", "setdefault") and mutation.key is not None:
            key = alternatives(ev.value(mutation.key, frame, mutation.spot))[0]
            new: Thunk = (
                (mutation.value, frame, mutation.spot)
                if mutation.value is not None and mutation.value is not mutation.key
                else Const(None)
            )
            if not (isinstance(key, Const) and _hashable(key.value)):
                is_open = True
                others.append(new)
                continue
            if key.value not in entries:
                entries[key.value] = new
            elif mutation.kind == "item":
                entries[key.value] = new if certain else join([ev.force(new), ev.force(entries[key.value])])
        elif mutation.kind in ("update", "augment"):
            added, more_open = _update_arguments(ev, mutation, frame)
            is_open |= more_open
            for name, thunk in added.items():
                keep = name in entries and not certain
                entries[name] = join([ev.force(thunk), ev.force(entries[name])]) if keep else thunk
        elif mutation.kind in ("pop", "delete") and certain and mutation.key is not None:
            key = alternatives(ev.value(mutation.key, frame, mutation.spot))[0]
            if isinstance(key, Const) and _hashable(key.value):
                entries.pop(key.value, None)
    return Mapping(entries, is_open, value.by_attribute, value.how, tuple(others))


def _update_arguments(ev: Evaluator, mutation: Mutation, frame: Frame) -> tuple[dict[object, Thunk], bool]:
    added: dict[object, Thunk] = {}
    is_open = False
    nodes = list(mutation.node.args) if isinstance(mutation.node, ast.Call) else [mutation.value]
    for node in nodes:
        inner = (
            alternatives(ev.value(node, frame, mutation.spot))[0] if node is not None else Unknown("update")
        )
        if isinstance(inner, Mapping):
            added.update(inner.entries)
            is_open |= inner.open
        else:
            is_open = True
    for keyword in mutation.node.keywords if isinstance(mutation.node, ast.Call) else ():
        if keyword.arg is not None:
            added[keyword.arg] = (keyword.value, frame, mutation.spot)
        else:
            is_open = True
    return added, is_open


def _mutated_sequence(
    ev: Evaluator, value: Sequence, mutations: list[Mutation], frame: Frame, use: Spot
) -> Sequence:
    items = list(value.items)
    is_open = value.open
    for mutation in mutations:
        if not _applies(mutation, use):
            continue
        in_loop = any(
            isinstance(node, (ast.For, ast.AsyncFor, ast.While)) for node, _ in mutation.spot.branches
        )
        if mutation.kind in ("append", "add", "insert") and mutation.value is not None:
            new: Thunk = (mutation.value, frame, mutation.spot)
            if mutation.kind == "insert":
                items.insert(0, new)
            else:
                items.append(new)
            is_open |= in_loop and not _certain(mutation, use)
        elif mutation.kind in ("extend", "augment") and mutation.value is not None:
            inner = alternatives(ev.value(mutation.value, frame, mutation.spot))[0]
            if isinstance(inner, Sequence):
                items.extend(inner.items)
                is_open |= inner.open
            else:
                is_open = True
        elif mutation.kind in ("clear", "item", "delete"):
            is_open = True
        if len(items) > MAX_ITEMS:
            return Sequence(tuple(items[:MAX_ITEMS]), True, value.kind)
    return Sequence(tuple(items), is_open, value.kind, value.repeated)
