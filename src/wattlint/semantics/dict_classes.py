"""Project classes that are dicts: ``class Config(dict)`` whose constructor fills itself with settings."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import arguments, classes, constructors
from wattlint.semantics.values import External, Instance, Mapping, Thunk, alternatives

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

BASES = frozenset({"builtins.dict", "collections.UserDict", "collections.OrderedDict"})


def contents(ev: Evaluator, owner: Instance) -> Mapping | None:
    """What the constructor call puts into a dict of the project's own class; None for other objects."""
    outside = classes.bases(ev, owner.cls.info)[1]
    if not any(isinstance(base, External) and base.path in BASES for base in outside):
        return None
    nothing: Mapping | None = None
    return ev.once((id(owner), "contents"), lambda: _filled(ev, owner), nothing)


def _filled(ev: Evaluator, owner: Instance) -> Mapping:
    """All that the constructor hands to ``dict.__init__`` or ``update``, also in branches: more may be there."""
    ev.keep_value(owner)
    entries: dict[object, Thunk] = {}
    info = classes.find_method(ev, owner.cls.info, "__init__")
    if info is None:
        if owner.call is not None and owner.frame is not None and owner.spot is not None:
            _add(ev, entries, arguments.of(ev, owner.call, owner.frame, owner.spot))
        return Mapping(entries, open=True)
    frame = constructors.frame_of_constructor(ev, owner, info)
    for record in constructors.info_calls(info) if frame is not None else ():
        function = record.node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr in ("__init__", "update")
            and frame is not None
        ):
            _add(ev, entries, arguments.of(ev, record.node, frame, record.spot))
    return Mapping(entries, open=True)


def _add(ev: Evaluator, entries: dict[object, Thunk], given: arguments.Arguments) -> None:
    for thunk in given.positional[:1]:
        for one in alternatives(ev.force(thunk))[:1]:
            if isinstance(one, Mapping):
                entries.update(one.entries)
    entries.update(given.keywords)
