"""Raw HTTP requests to model servers: recognised by their URL."""

from __future__ import annotations

import ast
from typing import NamedTuple

from wattlint.callsites import options
from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given
from wattlint.catalogue.records import EntryPoint
from wattlint.semantics import arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import Const, Value, alternatives


class HttpCall(NamedTuple):
    entry: EntryPoint
    given: Given
    name: str
    url: str
    provider: str | None
    kind: str
    model: str | None


def _is_general(objects: Objects, node: ast.Call, frame: Frame, spot: Spot) -> bool:
    """``session.request(method, url)`` in a client for requests of every kind, one of whose callers asks a model."""
    name = getattr(node.func, "attr", "")
    if name != "request" or not node.args or isinstance(node.args[0], ast.Constant):
        return False
    methods = alternatives(objects.evaluator.value(node.args[0], frame, spot))
    return sum(isinstance(one, Const) for one in methods) > 1


def http_call(objects: Objects, callee: Value, node: ast.Call, frame: Frame, spot: Spot) -> HttpCall | None:
    """The request as a call of a model server; None when its URL is not known to be one."""
    for one in alternatives(callee):
        name = objects.qualname(one)
        entry = objects.sdks.http_callee(name) if name else None
        if entry is None:
            continue
        given = Given(arguments.of(objects.evaluator, node, frame, spot))
        url = options.opening(options.read_argument(objects.evaluator, given, entry.options.get("base_url")))
        if url is None or _is_general(objects, node, frame, spot):
            continue
        endpoint = objects.sdks.endpoint(url)
        if endpoint is not None:
            return HttpCall(
                entry, given, endpoint.name, url, endpoint.provider, endpoint.kind, endpoint.model
            )
    return None
