"""Raw HTTP requests to model servers: recognised by their URL."""

from __future__ import annotations

import ast
from functools import partial
from typing import NamedTuple

from wattlint.callsites import makers, options
from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given
from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdks import HttpEndpoint
from wattlint.semantics import arguments
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot
from wattlint.semantics.values import Const, Member, Value, alternatives


class HttpCall(NamedTuple):
    entry: EntryPoint
    given: Given
    url: str
    endpoint: HttpEndpoint


def _is_general(objects: Objects, node: ast.Call, frame: Frame, spot: Spot) -> bool:
    """``session.request(method, url)`` (or ``stream``) in a client for requests of every kind, one of whose callers asks a model."""
    name = getattr(node.func, "attr", "")
    if name not in ("request", "stream") or not node.args or isinstance(node.args[0], ast.Constant):
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
        url = _with_base(objects, one, url)
        endpoint = objects.sdks.endpoint(url, partial(_sends, objects, entry, given))
        if endpoint is not None:
            return HttpCall(entry, given, url, endpoint)
    return None


def _with_base(objects: Objects, callee: Value, url: str) -> str:
    """``/chat/completions`` of ``httpx.Client(base_url=...)`` as a whole."""
    if "://" in url or url.startswith("{}") or not isinstance(callee, Member):
        return url
    for _, given in makers.behind(objects, alternatives(callee.owner)[0]):
        base = options.read(objects.evaluator, given, ("base_url",), 0)  # aiohttp takes it by position, too
        if base is not None:
            return f"{(options.opening(base) or '{}').rstrip('/')}/{url.lstrip('/')}"
    return url


def _sends(objects: Objects, entry: EntryPoint, given: Given, key: str) -> bool:
    """The payload is known to have ``key``; an empty text asks nothing (Ollama: loads a model, or unloads it)."""
    model = entry.model
    if model is None:
        return False
    names = {name.partition(".")[0]: f"{name.partition('.')[0]}.{key}" for name in model.names}
    value = options.read(objects.evaluator, given, tuple(names.values()), model.position)
    return value is not None and not (isinstance(value, Const) and value.value == "")
