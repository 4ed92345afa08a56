"""Which model a matched call uses with default settings."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from wattlint.callsites import makers, options, versions
from wattlint.callsites.facts import ModelFact
from wattlint.callsites.matched import Bindings, MatchedCall
from wattlint.callsites.model_fact import model_fact
from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given
from wattlint.callsites.saved_weights import is_saved_here
from wattlint.catalogue.models import ModelCatalogue
from wattlint.catalogue.records import EntryPoint
from wattlint.regexes import regex
from wattlint.semantics import calls, classes
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import Spot, enclosing_class
from wattlint.semantics.values import (
    Composite,
    Const,
    Hop,
    Instance,
    Result,
    Value,
    alternatives,
    join,
)

PROVIDER_WORDS = frozenset(
    (
        "openai azure anthropic google gemini vertexai vertex mistral cohere groq together ollama bedrock huggingface "
        "xai deepseek fireworks openrouter litellm vllm dashscope nvidia perplexity aimlapi replicate sambanova cerebras"
    ).split()
)
"""Words by which code names who serves its models."""
NAMED_SERVERS = frozenset({"ollama", "bedrock"})
"""Who serves a call whatever its client is: entry points with these first names."""
CHECKED = frozenset({"langchain", "llama-index"})
"""Their classes check the model's type: None is an error, not the default."""

CHAT_ONLY = regex(r"(?:openai/)?(?:chatgpt|gpt-3\.5-turbo(?!-instruct)|gpt-[4-9]|o[134](?:-|$))")
"""OpenAI's models that its older endpoint, for completions without a chat, refuses."""


class ModelChooser:
    """Answers for the calls of one project."""

    def __init__(self, objects: Objects, models: ModelCatalogue, root: Path) -> None:
        self.objects = objects
        self.evaluator = objects.evaluator
        self.sdks = objects.sdks
        self.models = models
        self.root = root

    def of_call(self, call: MatchedCall, bindings: Bindings, provider: str | None) -> ModelFact:
        """The model fact of ``call``, which ``provider`` serves."""
        in_url = call.http.endpoint.model if call.http is not None else None
        if in_url is not None:
            return ModelFact(in_url, "literal", (), (in_url,))
        values: list[Value] = []
        is_open = computed = refused = False
        given_by: Given | None = None
        for entry, given in bindings.pairs:
            value = options.read_argument(self.evaluator, given, entry.model)
            if value is None and given is call.given and any(other.model for other, _ in bindings.pairs[1:]):
                continue  # the object has its model: what the call leaves open is hardly another
            if value is not None:
                # A model object says its name at its own constructor, which is among the bindings.
                texts = [
                    one for one in alternatives(value) if not isinstance(one, (Result, Instance, Composite))
                ]
                values.extend(texts)
                computed = computed or any(self._is_plain(one) for one in alternatives(value))
                if any(isinstance(one, Const) and isinstance(one.value, str) for one in texts):
                    given_by = given
                    break
                continue
            as_a_whole = (
                call.http is None
                and bool(given.arguments.positional)
                and entry.model is not None
                and entry.model.position is None
                and (entry.prompt is None or entry.prompt.position is None)
            )
            is_open = is_open or as_a_whole or (given.open and entry.model is not None)
            refused = refused or (
                entry.sdk in CHECKED and options.is_none(self.evaluator, given, entry.model)
            )
            file = (given.made[1] if given.made else call.record.scope.module).file
            default = self._sdk_default(entry, given, file)
            if default is not None and not is_open and not refused and not values:
                values.append(default)
                break
        if not values:
            reason = "may come through **kwargs" if is_open else "None by default" if refused else "not given"
            if call.http is not None and not is_open:
                prompt = options.read_argument(self.evaluator, call.given, call.entry.prompt)
                reason = (
                    "not in the body of the request"
                    if prompt is not None
                    else "the body of the request is not known"
                )
            return ModelFact(unknown_reason="computed at run time" if computed else reason)
        fitting = [one for one in values if not self._is_misfit(one, call)]
        if not fitting:
            use = "completions" if call.entry.name == "openai.completions" else call.entry.sdk
            what = "embedding model" if call.kind == "embed" else "model"
            return ModelFact(unknown_reason=f"{options.text(values[0])} is no {what} for {use}")
        loads_weights = any(entry.loads_locally for entry, _ in bindings.pairs)
        named = call.entry.name.partition(".")[0]
        server = named if named in NAMED_SERVERS else provider
        fact = model_fact(join(fitting), self.models, server, loads_weights)
        if fact.id is not None and self._is_folder(fact.id, call, bindings):
            return ModelFact(unknown_reason=f"local path {fact.id}", local_path=True)
        several = call.match.others or self._of_subclasses(call)
        if fact.id is not None and several and given_by is not call.given:
            reason = "several objects of different makers get here"
            return ModelFact(candidates=fact.candidates, unknown_reason=reason)
        if fact.id is not None and self._not_taken(call):
            reason = "the branch is not taken with default settings"
            return ModelFact(candidates=fact.candidates, unknown_reason=reason)
        return fact

    def _is_misfit(self, value: Value, call: MatchedCall) -> bool:
        """A name from elsewhere that this library cannot mean: a provider or a chat model that nobody has the weights of
        for an embedding model, weights in another format."""
        if not isinstance(value, Const) or not isinstance(value.value, str):
            return False
        if {hop.how for hop in value.origin} <= {"literal", "local_const"}:
            return False
        name = value.value.lower()
        if call.kind == "embed" and call.entry.sdk != "ollama":
            record = self.models.lookup(name)
            if name in PROVIDER_WORDS or (record and record.kind == "chat" and not record.open_weights):
                return True
        if call.entry.name == "openai.completions" and CHAT_ONLY.match(name):
            return True
        return (
            call.entry.sdk == "llama-cpp-python" and "/" in name and "gguf" not in name and "ggml" not in name
        )

    def _is_folder(self, id: str, call: MatchedCall, bindings: Bindings) -> bool:
        """A path that could be a hub's id by its form: a hub's have one slash."""
        if "/" not in id or ":" in id or not any(entry.loads_locally for entry, _ in bindings.pairs):
            return False
        if self.models.lookup(id) is not None:
            return False
        return id.strip("/").count("/") > 1 or is_saved_here(self.evaluator, id, call.record.scope.module)

    def of_object(self, value: Value) -> str | None:
        """The model of a draft: by name, or that of the object that is passed (``assistant_model=small``)."""
        name = options.text(value)
        for one in alternatives(value) if name is None else ():
            if isinstance(one, (Result, Instance)):
                for entry, given in makers.behind(self.objects, one, as_model=True):
                    found = options.read_argument(self.evaluator, given, entry.model)
                    name = options.text(found) if found is not None else None
                    if name is not None:
                        break
        return name if name and self.models.looks_like_model(name) else None

    def _of_subclasses(self, call: MatchedCall) -> bool:
        """``self.llm.generate(...)`` in a base class of which several subclasses make ``self.llm``, and none by default."""
        owner = getattr(call.record.node.func, "value", None)
        if not isinstance(owner, ast.Attribute) or not isinstance(owner.value, ast.Name):
            return False
        cls = enclosing_class(call.record.scope, owner.value.id)
        if cls is None:
            return False
        if any(owner.attr in one.self_stores for one in classes.bases(self.evaluator, cls)[0]):
            return False
        below = classes.subclasses(self.evaluator, cls)
        return sum(owner.attr in one.self_stores for one in below) > 1

    def _is_plain(self, value: Value) -> bool:
        """What a call outside the project gives, and no SDK object."""
        return isinstance(value, Result) and self.sdks.entry(calls.path(value.callee) or "") is None

    def _sdk_default(self, entry: EntryPoint, given: Given, file: str) -> Value | None:
        """The SDK's own default for the version that the project declares."""
        default = entry.model_default
        if isinstance(default, dict):
            chosen = options.text(options.read_argument(self.evaluator, given, default["by"]))
            default = default["values"].get(chosen)
        if isinstance(default, list):
            assumed = None
            if entry.distribution:
                released = self.sdks.checked_versions(entry.distribution)
                assumed = versions.assumed(self.root, entry.distribution, released, file)
            default = versions.choose(default, assumed[0] if assumed else None)
        if not isinstance(default, str):
            return None
        return Const(default, (Hop("omitted_default", entry.sdk, 0, entry.name),))

    def _not_taken(self, call: MatchedCall) -> bool:
        """The call stands in a branch chosen by a provider's or the model's name, and known values choose another."""
        given = _arguments_written(call)
        for node, arm in call.record.spot.branches:
            if isinstance(node, ast.If):
                spot = call.frame.module.spots.get(id(node))
                if spot is None:
                    continue
                verdicts = self._verdicts(node.test, call.frame, spot)
                if not verdicts and given & _written(node.test) and not _fills_what_it_asks(node):
                    # The branch is chosen by the model's own name.
                    verdicts = {self.evaluator.truth(node.test, call.frame, spot)}
                if verdicts == {arm != "body"}:
                    return True
        return False

    def _verdicts(self, test: ast.expr, frame: Frame, spot: Spot) -> set[bool | None]:
        """Truth of ``provider == "anthropic"`` or ``provider in (...)`` for each known value of ``provider``."""
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
            return set()
        side = test.comparators[0]
        nodes = side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]
        words = {
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if len(words) != len(nodes) or not all(self._names_provider(word) for word in words):
            return set()
        is_member = isinstance(test.ops[0], ast.In) and side not in nodes
        if not (isinstance(test.ops[0], ast.Eq) or is_member):
            return set()
        values = alternatives(self.evaluator.value(test.left, frame, spot))
        return {one.value in words for one in values if isinstance(one, Const) and isinstance(one.value, str)}

    def _names_provider(self, word: str) -> bool:
        parts = re.split(r"[^a-z0-9]+", word.lower())
        return any(part in PROVIDER_WORDS or self.sdks.is_sdk_module(part) for part in parts if part)


def _fills_what_it_asks(node: ast.If) -> bool:
    """``if name not in loaded: loaded[name] = load(name)``: empty at first, whatever is put in later."""
    test = node.test
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[-1], (ast.In, ast.NotIn))):
        return False
    container = ast.unparse(test.comparators[-1])
    targets = (
        target
        for inner in ast.walk(node)
        if isinstance(inner, ast.Assign)
        for target in inner.targets
        if isinstance(target, ast.Subscript)
    )
    return any(ast.unparse(target.value) == container for target in targets)


def _arguments_written(call: MatchedCall) -> set[str]:
    """The model argument as written: ``model_name``, ``self.config.model``."""
    names = call.entry.model.names if call.entry.model else ()
    nodes = [keyword.value for keyword in call.record.node.keywords if keyword.arg in names]
    if not nodes and call.entry.model is not None and call.entry.model.position is not None:
        nodes = list(call.record.node.args[call.entry.model.position :][:1])
    return {ast.unparse(node) for node in nodes if isinstance(node, (ast.Name, ast.Attribute))}


def _written(test: ast.expr) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(test) if isinstance(node, (ast.Name, ast.Attribute))}
