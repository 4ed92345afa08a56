"""The calls that made an object: where its model, prompt and limits are given."""

from __future__ import annotations

from wattlint.callsites.objects import MAX_CHAIN, Objects
from wattlint.callsites.options import Given, read
from wattlint.catalogue.records import Argument, EntryPoint
from wattlint.semantics import calls
from wattlint.semantics.values import (
    Choice,
    Composite,
    Const,
    External,
    Function,
    Instance,
    Member,
    Result,
    Text,
    Unknown,
    Value,
    alternatives,
)

PLAIN_CLIENT = EntryPoint(
    name="client",
    sdk="",
    kind="other",
    model=None,
    model_default=None,
    model_env=(),
    prompt=None,
    system=None,
    limit=None,
    limit_default=None,
    options={},
    returns=None,
    provider=None,
    distribution=None,
    loads_locally=False,
)
"""A client without a model of its own: only its ``base_url`` and region are of interest."""
_OWN_CLASS = PLAIN_CLIENT._replace(name="project", model=Argument(("model", "model_name", "model_id"), None))
"""An object of the project that is handed to an SDK as its model."""


def behind(objects: Objects, value: Value | None, as_model: bool = False) -> list[tuple[EntryPoint, Given]]:
    """The SDK constructor calls behind an object, nearest first: where its model, prompt and limits are given.

    ``as_model``: the object is handed to an SDK as its model, so that one of the project's own classes counts.
    """
    found: list[tuple[EntryPoint, Given]] = []
    _collect(objects, value, found, 1 if as_model else 0)
    return found


def _collect(
    objects: Objects, value: Value | None, found: list[tuple[EntryPoint, Given]], depth: int
) -> None:
    if value is None or depth > MAX_CHAIN or len(found) > 8:
        return
    value = objects.composed(value)
    if isinstance(value, Choice):
        for one in value.values:
            before = len(found)
            _collect(objects, one, found, depth + 1)
            if len(found) > before:
                return
    elif isinstance(value, Composite):
        for part in value.parts:
            _collect(objects, part, found, depth + 1)
    elif isinstance(value, Member):
        _collect(objects, value.owner, found, depth + 1)
    elif isinstance(value, Instance):
        base = objects.sdk_base(value.cls)
        entry = objects.sdks.entry(base) if base else None
        given = Given.of(objects.evaluator, value)
        if given is not None and (entry is not None or depth > 0):
            found.append((entry or _OWN_CLASS, given))
    elif isinstance(value, Result):
        _collect_result(objects, value, found, depth)
    elif isinstance(value, Function):  # one that makes it
        _collect(objects, calls.inline(objects.evaluator, value, {}, 0), found, depth + 1)


def _collect_result(
    objects: Objects, value: Result, found: list[tuple[EntryPoint, Given]], depth: int
) -> None:
    callee = alternatives(value.callee)[0]
    name = objects.qualname(callee)
    entry = objects.sdks.entry(name) if name else None
    given = Given.of(objects.evaluator, value)
    if entry is not None and given is not None:
        found.append((entry, given))
        if entry.model is not None:
            inner = read(objects.evaluator, given, entry.model.names, entry.model.position)
            for one in alternatives(inner) if inner is not None else ():
                if not isinstance(one, (Const, Text, Unknown)):
                    _collect(objects, one, found, depth + 1)
                    break
        if entry.returns is not None and entry.returns.startswith("argument:"):
            _collect(objects, objects.argument(value, entry.returns.partition(":")[2]), found, depth + 1)
    elif given is not None and isinstance(callee, External):
        found.append((PLAIN_CLIENT, given))
    if isinstance(callee, Member):
        _collect(objects, callee.owner, found, depth + 1)
