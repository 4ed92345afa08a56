"""Who serves a call: by URL, by the type of the client, by the entry point; ``custom`` for other servers."""

from __future__ import annotations

import ast
from dataclasses import replace

from wattlint.callsites import options
from wattlint.callsites.matched import Bindings, MatchedCall
from wattlint.callsites.model_fact import OWN_MODELS_ONLY
from wattlint.callsites.objects import Objects
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.values import Member, Result, Value, alternatives


def provider_of(objects: Objects, call: MatchedCall, bindings: Bindings) -> str | None:
    """None where nobody knows, or where the client may be one of several for different services.

    Between an SDK's own service and another, which a variable or a setting chooses, its own is the usual one.
    """
    if call.http is not None:
        return call.http.endpoint.provider
    found = _of_client(objects, call, bindings)
    if found is None or found in (call.entry.provider, call.entry.sdk):
        return found
    for other in _other_clients(objects, call):
        if _of_client(objects, other, Bindings(objects, other)) != found:
            return None
    return found


def _other_clients(objects: Objects, call: MatchedCall) -> list[MatchedCall]:
    """The call on each other client that default settings do not rule out."""
    if call.indirect:
        return []
    ev = objects.evaluator
    found = []
    for one in alternatives(ev.value(call.record.node.func, call.frame, call.record.spot)):
        receiver = alternatives(one.owner)[0] if isinstance(one, Member) else None
        client = receiver
        while isinstance(client, Member):
            client = alternatives(client.owner)[0]
        if receiver is None or not isinstance(client, Result) or receiver == call.match.receiver:
            continue
        name = objects.qualname(one)
        if name is None or objects.sdks.entry(name) is None or client.frame is None or client.spot is None:
            continue
        truth = ev.arm_truth(client.frame)
        if all(truth(node, arm) is not False for node, arm in client.spot.branches):
            found.append(replace(call, match=call.match._replace(receiver=receiver)))
    return found


def _of_client(objects: Objects, call: MatchedCall, bindings: Bindings) -> str | None:
    base_url = bindings.base_url
    if base_url is not None:
        # An address only known at run time is mostly that of the client's maker, except that all speak OpenAI's.
        maker = _by_type(objects, call, bindings) if base_url == "{}" else None
        if maker in OWN_MODELS_ONLY and maker != "openai":
            return maker
        endpoint = objects.sdks.endpoint(base_url.rstrip("/") + "/chat/completions")
        return endpoint.provider if endpoint else "custom"
    if call.entry.sdk == "openai" and _is_set_to_azure(objects, call):
        return "azure"
    return _by_type(objects, call, bindings)


def _is_set_to_azure(objects: Objects, call: MatchedCall) -> bool:
    """``openai.api_type = "azure"`` in the same file, or as an argument: the library of old for two services."""
    given = options.read(objects.evaluator, call.given, ("api_type",), None)
    if given is not None and "azure" in (options.text(given) or "").lower():
        return True
    module = call.record.scope.module
    return objects.evaluator.once((id(module), "azure"), lambda: _sets_azure(module), False)


def _sets_azure(module: ModuleIndex) -> bool:
    stores = (
        store.value
        for scope in module.scopes.values()
        for store in scope.attribute_stores.get("openai", {}).get("api_type", ())
    )
    return any(isinstance(value, ast.Constant) and "azure" in str(value.value).lower() for value in stores)


def _by_type(objects: Objects, call: MatchedCall, bindings: Bindings) -> str | None:
    receiver: Value | None = call.match.receiver
    name = objects.type_of(receiver) if receiver is not None else None
    while receiver is not None and name is None and hasattr(receiver, "owner"):
        receiver = alternatives(receiver.owner)[0]
        name = objects.type_of(receiver)
    found = objects.sdks.type_provider(name) if name else None
    if found is not None:
        return found
    made_by = next((entry.provider for entry, _ in bindings.pairs[1:] if entry.provider is not None), None)
    return made_by or (call.entry.provider if not call.match.structural else None)
