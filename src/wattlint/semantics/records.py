"""Records made from others: ``replace(options, model=...)``, ``options.model_copy(update=...)``, ``Options(**data)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import arguments, classes
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import Class, Instance, Mapping, Thunk, Value, alternatives

if TYPE_CHECKING:
    from wattlint.semantics.arguments import Arguments
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

COPIES = frozenset({"model_copy", "copy", "_replace"})
FROM_MAPPING = frozenset({"model_validate", "parse_obj", "model_construct", "construct"})


def of_member(
    ev: Evaluator, owner: Class | Instance, name: str, node: ast.Call, frame: Frame, spot: Spot
) -> Value | None:
    """A method that a record has from outside the project; None for others."""
    if isinstance(owner, Instance) and name in COPIES and classes.is_record(ev, owner.cls.info):
        given = arguments.of(ev, node, frame, spot)
        changes = dict(given.keywords) if name == "_replace" else _entries(ev, given.keywords.get("update"))
        return _changed(owner, changes)
    if isinstance(owner, Class) and name in FROM_MAPPING and classes.is_record(ev, owner.info):
        given = arguments.of(ev, node, frame, spot)
        fields = _entries(ev, given.positional[0]) if given.positional else dict(given.keywords)
        return Instance(owner, given=fields)
    return None


def replaced(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """``dataclasses.replace(record, **changes)``."""
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else None
    return _changed(first, given.keywords) if isinstance(first, Instance) else None


def _changed(record: Instance, changes: dict[str, Thunk]) -> Instance:
    return Instance(record.cls, record.call, record.frame, record.spot, {**record.given, **changes})


def _entries(ev: Evaluator, thunk: Thunk | None) -> dict[str, Thunk]:
    value = alternatives(ev.force(thunk))[0] if thunk is not None else None
    if not isinstance(value, Mapping):
        return {}
    return {key: entry for key, entry in value.entries.items() if isinstance(key, str)}
