"""Methods of built-in values (texts, dicts, lists), of paths, templates, records and argument parsers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    arguments,
    calls,
    command_line,
    config_files,
    containers,
    dict_classes,
    paths,
    records,
    strings,
)
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import (
    Class,
    Const,
    Hop,
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
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame


def of_member(ev: Evaluator, callee: Member, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """Methods of built-in values, and of external objects that are known by their path."""
    owner, name = callee.owner, callee.name
    if isinstance(owner, (Const, Text)) and strings.is_text(owner):
        if name in paths.READERS:
            return None
        given = arguments.of(ev, node, frame, spot)
        path_value = paths.method(ev, owner, name, given.positional)
        if path_value is not None:
            return path_value
        return strings.method(ev, owner, name, given.positional, given.keywords)
    if isinstance(owner, (Mapping, Sequence)):
        return _of_container(ev, owner, name, node, frame, spot)
    if isinstance(owner, Result) and name in ("substitute", "safe_substitute"):
        return _of_template(ev, owner, node, frame, spot)
    held = dict_classes.contents(ev, owner) if isinstance(owner, Instance) else None
    if held is not None:
        return _of_container(ev, held, name, node, frame, spot)
    if isinstance(owner, (Class, Instance)):
        return records.of_member(ev, owner, name, node, frame, spot)
    return command_line.of_member(ev, callee, node, frame)


def _of_template(ev: Evaluator, owner: Result, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """``string.Template(text).substitute(...)``."""
    if calls.path(owner) != "string.Template()" or owner.call is None or not owner.call.args:
        return None
    assert owner.frame is not None and owner.spot is not None
    text = alternatives(ev.value(owner.call.args[0], owner.frame, owner.spot))[0]
    given = arguments.of(ev, node, frame, spot)
    mapping = alternatives(ev.force(given.positional[0]))[0] if given.positional else None
    fields = {str(key): one for key, one in mapping.entries.items()} if isinstance(mapping, Mapping) else {}
    fields.update(given.keywords)
    return strings.substituted(ev, text, fields) if isinstance(text, Const) else None


def _of_container(
    ev: Evaluator, owner: Mapping | Sequence, name: str, node: ast.Call, frame: Frame, spot: Spot
) -> Value:
    given = arguments.of(ev, node, frame, spot)
    if name in ("copy", "model_copy", "__copy__", "encode", "decode"):
        return owner  # data that was written as JSON is kept as data
    if isinstance(owner, Mapping):
        if owner.how == "ini" and name.startswith("get") and len(given.positional) > 1:
            return config_files.ini_option(ev, owner, given)
        if name in ("get", "pop", "setdefault") and given.positional:
            default: Thunk = (
                given.positional[1]
                if len(given.positional) > 1
                else given.keywords.get("default", Const(None))
            )
            key = ev.force(given.positional[0])
            return _get(ev, owner, key, default, node, frame)
        if name == "items":
            pairs = tuple(
                Sequence((Const(key), thunk), kind="tuple")
                for key, thunk in list(owner.entries.items())[:100]
            )
            more = tuple(Sequence((Unknown("key"), one), kind="tuple") for one in owner.others)
            return Sequence((*pairs, *more), owner.open)
        if name == "values":
            return Sequence((*list(owner.entries.values())[:100], *owner.others), owner.open)
        if name == "keys":
            return Sequence(tuple(Const(key) for key in list(owner.entries)[:100]), owner.open)
    if isinstance(owner, Sequence) and name == "pop" and owner.items:
        return ev.force(owner.items[-1])
    return Unknown("container method")


def _get(ev: Evaluator, owner: Mapping, key: Value, default: Thunk, node: ast.Call, frame: Frame) -> Value:
    one = alternatives(key)[0]
    hop = Hop(
        "dict_config", frame.module.path, node.lineno, str(one.value)[:40] if isinstance(one, Const) else ""
    )
    if isinstance(one, Const) and containers.hashable(one.value):
        if one.value in owner.entries:
            return through(ev.force(owner.entries[one.value]), hop)
        fallback = through(ev.force(default), hop)
        return join([Unknown("key given at run time"), fallback]) if owner.open else fallback
    return join([containers.item(ev, owner, key), ev.force(default)])
