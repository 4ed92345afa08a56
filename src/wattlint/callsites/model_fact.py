"""From the value of a model argument to the model that default settings use, with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wattlint.callsites.facts import ModelFact, Place
from wattlint.catalogue.models import ModelCatalogue
from wattlint.regexes import regex
from wattlint.semantics.values import Const, Hop, Mapping, Text, Unknown, Value, alternatives

OWN_MODELS_ONLY = {
    "openai": {"openai"},
    "anthropic": {"anthropic"},
    "google": {"google"},
    "mistral": {"mistral", "mistralai"},
    "cohere": {"cohere"},
    "xai": {"xai"},
}
"""Providers whose own endpoint serves nobody else's models: provider -> makers."""
PLAIN_NAMES = {"cohere": frozenset({"small", "medium", "large", "xlarge"})}
"""Models whose names are plain words: provider -> names."""
LOCAL = regex(
    r"^(\.{0,2}/|~/|[A-Za-z]:[\\/])|\.(bin|safetensors|pt|pth|onnx|ckpt)$|(^|/)(checkpoints?|outputs?)/"
    r"|(^|/)checkpoint-\d+$|/[^/]+/$"
)
ABSOLUTE = regex(r"^(?:/|[A-Za-z]:[\\/]).*[\\/](?=[^\\/])")
COUNTS_WORDS = regex(r"(^|/)bm25$", re.IGNORECASE)
"""What is loaded like a model, but is no network: fastembed 0.9.1, ``sparse/bm25.py``."""
NAMES_A_PROVIDER = regex(r"^(?!models/)[a-z_]+[/:]")
"""``models/`` is how Google writes any model."""
BEDROCK_ID = regex(r"^(?:[a-z]+\.)?[a-z][a-z0-9-]*\.[a-z]|^arn:")
"""``anthropic.claude-...``, ``us.anthropic.claude-...``: the maker comes first."""
WRITTEN_HERE = frozenset({"literal", "local_const"})
SIGNIFICANT = (
    "config_file",
    "env_default",
    "cli_default",
    "settings_class",
    "dict_config",
    "kwargs",
    "via_caller",
    "self_attr",
    "class_attr",
    "param_default",
    "imported_const",
    "module_const",
    "local_const",
    "omitted_default",
    "literal",
)
"""Of several hops the first of these names how the model is given."""


def model_fact(
    value: Value | None, models: ModelCatalogue, provider: str | None, loads_weights: bool = False
) -> ModelFact:
    """``provider`` is who serves the call; ``loads_weights``: nobody, the model runs here."""
    if value is None:
        return ModelFact(unknown_reason="not given")
    found: dict[str, Const] = {}
    reason: str | None = None
    for one in _texts(value):
        if isinstance(one, Const):
            name = str(one.value).strip()
            if LOCAL.search(name):
                # Where a folder lies on this machine is nobody's business.
                reason = reason or f"local path {ABSOLUTE.sub('.../', name)}"
                continue
            if COUNTS_WORDS.search(name):
                reason = reason or f"{name} is no network"
                continue
            plain = name in PLAIN_NAMES.get(provider or "", ())
            if not name or name.endswith("/") or not (plain or models.looks_like_model(name)):
                reason = reason or f"placeholder {name!r}"
                continue
            refusal = _no_weights(name, models) if loads_weights else None
            if not {hop.how for hop in one.origin} <= WRITTEN_HERE:
                refusal = refusal or _not_served(name, models, provider)
            if refusal is not None:
                reason = reason or refusal
                continue
            if name not in found or (_by_default(one) and not _by_default(found[name])):
                found[name] = one
        elif isinstance(one, Unknown):
            reason = reason or in_words(one)
        else:
            reason = reason or "computed at run time"
    if not found:
        local = reason is not None and reason.startswith("local path")
        return ModelFact(unknown_reason=reason or "not a text", local_path=local)
    certain = [name for name, one in found.items() if _by_default(one)]
    if not certain:
        return ModelFact(candidates=tuple(found), unknown_reason="one possibility of several, not by default")
    first = certain[0]
    origin = found[first].origin
    hows = {hop.how for hop in origin}
    if len(certain) > MAX_CALLED_WITH and "via_caller" in hows:
        return ModelFact(candidates=tuple(found), unknown_reason="callers pass many different ones")
    return ModelFact(
        id=first,
        via=via(origin),
        origin=tuple(Place(hop.path, hop.line, note(hop)) for hop in reversed(origin)),
        candidates=tuple(found),
    )


def _no_weights(name: str, models: ModelCatalogue) -> str | None:
    """Why a library that loads weights cannot mean this model: what a setting for all libraries has for an API."""
    record = models.lookup(name)
    return f"{name} has no weights to load" if record is not None and not record.open_weights else None


def _not_served(name: str, models: ModelCatalogue, provider: str | None) -> str | None:
    """Why ``provider`` cannot mean this model, which is written elsewhere, maybe for another one."""
    if provider == "ollama":
        return _no_weights(f"ollama/{name}", models) and f"{name} is not served by Ollama"
    if provider == "bedrock" and not NAMES_A_PROVIDER.match(name):
        return None if BEDROCK_ID.match(name) else f"{name} is not served by bedrock under this name"
    makers = OWN_MODELS_ONLY.get(provider or "")
    if makers is None or NAMES_A_PROVIDER.match(name):
        return None
    maker = models.maker_of(name.removeprefix("models/"))
    return f"{name} is not served by {provider}" if maker is not None and maker not in makers else None


def _by_default(value: Const) -> bool:
    """Not merely one of several things that may happen, unless it is somebody's default."""
    return "possible" not in {hop.how for hop in value.origin} or is_default(value)


def is_default(value: Const) -> bool:
    """What settings have where nobody says otherwise."""
    return any(hop.how in DEFAULTS for hop in value.origin)


def _texts(value: Value) -> Iterable[Value]:
    for one in alternatives(value):
        if isinstance(one, Const):
            if isinstance(one.value, str):
                yield one
        elif isinstance(one, Mapping):
            continue
        elif isinstance(one, Text):
            yield Unknown("text")
        else:
            yield one


def in_words(unknown: Unknown) -> str:
    """Why a value is not known, for people: the evaluator's own reason where that is in the words of their code."""
    if unknown.why.startswith(NAMED):
        return unknown.why
    return REASONS.get(unknown.why, "computed at run time")


def via(origin: tuple[Hop, ...]) -> str:
    """How the model is given, in one word."""
    hows = {hop.how for hop in origin}
    return next((how for how in SIGNIFICANT if how in hows), "literal")


NAMED = ("parameter ", "name ", "attribute ", "environment variable", "key given")
REASONS = {
    "command line": "a command-line option without a default",
    "loop item": "an item of a loop",
    "required field": "a field without a default",
    "annotation only": "declared without a value",
    "set in several places": "set in several places",
    "secret": "looks like a secret, and is not read",
    "parameter": "a parameter",
    "budget": "too many steps away to follow",
    "recursion": "defined by itself",
}
MAX_CALLED_WITH = 3
"""From more different models than this, if only by default of the callers, none is chosen."""
DEFAULTS = frozenset(
    {"param_default", "env_default", "cli_default", "settings_class", "config_file", "class_attr"}
)
NOTES = {
    "literal": "literal",
    "local_const": "variable {}",
    "module_const": "constant {}",
    "imported_const": "imported {}",
    "env_default": "default of environment variable {}",
    "param_default": "default of parameter {}",
    "self_attr": "{}",
    "class_attr": "class attribute {}",
    "settings_class": "setting {}",
    "dict_config": "key {}",
    "cli_default": "default of option {}",
    "config_file": "key {}",
    "via_caller": "argument {} of a caller",
    "omitted_default": "default of {}",
}


def note(hop: Hop) -> str:
    """One hop in words."""
    return NOTES.get(hop.how, "{}").format(hop.note).strip()
