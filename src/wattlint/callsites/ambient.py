"""Models that are set for a stretch of code or the whole program rather than passed.

``with dspy.context(lm=...)``, ``dspy.configure(lm=...)``, ``Settings.llm = OpenAI(...)`` of LlamaIndex.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from wattlint.callsites import makers, options
from wattlint.callsites.makers import PLAIN_CLIENT
from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given, read_argument
from wattlint.catalogue.records import Argument, EntryPoint
from wattlint.semantics import arguments, callers, calls
from wattlint.semantics.frames import Frame
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, Scope, Spot
from wattlint.semantics.values import Thunk, Unknown, alternatives

SETTERS = ("configure", "context", "set_global_service_context")
"""Last names of the calls that set a model for what runs after or inside them."""
GLOBAL_SETTERS = {"dspy": ("configure",), "llama_index": ("set_global_service_context",)}
SETTINGS = {"llama_index": ("Settings", "llm")}
"""SDK -> the object and the attribute that hold its global model."""

Pairs = list[tuple[EntryPoint, Given]]


class Setting(NamedTuple):
    """One place where a global model is set."""

    module: ModuleIndex
    scope: Scope
    spot: Spot
    pairs: Pairs
    model: str | None


def bound(objects: Objects, record: CallRecord, frame: Frame, sdk: str) -> Pairs:
    """The bindings that a surrounding ``with`` gives the call; else those of the project's global configuration."""
    sdk = sdk.replace("-", "_")
    if sdk not in GLOBAL_SETTERS:
        return []
    return _by_with(objects, record, frame) or _by_configuration(objects, record, sdk)


def _by_with(objects: Objects, record: CallRecord, frame: Frame) -> Pairs:
    scope: Scope | None = record.scope
    while scope is not None and scope.kind in ("comprehension", "lambda"):
        scope = scope.parent
    body = getattr(scope.node, "body", None) if scope is not None else None
    if scope is None or not isinstance(body, list):
        return []
    at = objects.evaluator.frame_of(scope) if scope is not frame.scope else frame
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.With, ast.AsyncWith)) and any(
                one is record.node for one in ast.walk(node)
            ):
                for item in node.items:
                    if isinstance(item.context_expr, ast.Call):
                        found = _setter(objects, item.context_expr, at, record.spot)
                        if found:
                            return found
    return []


def _setter(objects: Objects, node: ast.Call, frame: Frame, spot: Spot) -> Pairs:
    for one in alternatives(objects.evaluator.value(node.func, frame, spot)):
        name = objects.qualname(one)
        entry = objects.sdks.entry(name) if name and name.endswith(SETTERS) else None
        if entry is None or entry.model is None:
            continue
        given = Given(arguments.of(objects.evaluator, node, frame, spot))
        model = read_argument(objects.evaluator, given, entry.model)
        return [(entry, given), *makers.behind(objects, model, as_model=True)] if model is not None else []
    return []


def _by_configuration(objects: Objects, record: CallRecord, sdk: str) -> Pairs:
    """Of the same function the last one before the call; else what all places agree on."""
    none: list[Setting] = []
    settings = objects.evaluator.once((sdk, "global settings"), lambda: _settings(objects, record, sdk), none)
    own = [one for one in settings if one.module is record.scope.module]
    before = [one for one in own if one.scope is record.scope and one.spot.order < record.spot.order]
    if before:
        return before[-1].pairs
    candidates = own or settings
    if len({one.model for one in candidates}) == 1:
        return candidates[0].pairs
    return [_undecided()] if candidates else []


def _undecided() -> tuple[EntryPoint, Given]:
    """The binding that says: some model is set, which one is not known. It hides the SDK's own default."""
    model: Thunk = Unknown("set in several places")
    return _ANY, Given(arguments.Arguments(keywords={"model": model}))


def _settings(objects: Objects, record: CallRecord, sdk: str) -> list[Setting]:
    """Every place of the project that sets the SDK's global model, in the order of files and lines."""
    ev, project = objects.evaluator, objects.evaluator.project
    near = record.scope.module
    in_tests = callers.in_tests(ev, near.file)
    found: dict[str, list[Setting]] = {}
    words = (*GLOBAL_SETTERS[sdk], SETTINGS.get(sdk, ("",))[0])
    of_sdk = {module.file for module in project.mentioning(sdk, near)}
    modules = {
        module.file: module
        for word in words
        for module in project.mentioning(word, near)
        if module.file in of_sdk
    }
    modules.setdefault(near.file, near)
    for file in sorted(modules):
        if in_tests or not callers.in_tests(ev, file):
            found[file] = sorted(_in_module(objects, modules[file], sdk), key=lambda one: one.spot.order)
    return [one for file in sorted(found) for one in found[file]]


def _in_module(objects: Objects, module: ModuleIndex, sdk: str) -> list[Setting]:
    ev = objects.evaluator
    found: list[Setting] = []

    def add(scope: Scope, spot: Spot, pairs: Pairs) -> None:
        if pairs:
            texts = (options.text(read_argument(ev, given, entry.model)) for entry, given in pairs)
            found.append(Setting(module, scope, spot, pairs, next(filter(None, texts), None)))

    for name in GLOBAL_SETTERS[sdk]:
        for record in module.calls_named(name):
            add(
                record.scope,
                record.spot,
                _setter(objects, record.node, ev.frame_of(record.scope), record.spot),
            )
    owner, attribute = SETTINGS.get(sdk, ("", ""))
    for scope in module.scopes.values() if owner else ():
        for store in scope.attribute_stores.get(module.local(owner), {}).get(attribute, ()):
            written = getattr(store.node, "targets", [getattr(store.node, "target", None)])[0]
            frame = ev.frame_of(scope)
            held = ev.value(written.value, frame, store.spot) if isinstance(written, ast.Attribute) else None
            if held is not None and (calls.path(held) or "").startswith(sdk) and store.value is not None:
                add(
                    scope,
                    store.spot,
                    makers.behind(objects, ev.value(store.value, frame, store.spot), as_model=True),
                )
    return found


_ANY = PLAIN_CLIENT._replace(name="global settings", model=Argument(("model",), None))
