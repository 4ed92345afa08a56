"""Finds the call sites of a file and states the facts about each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from wattlint.callsites import ambient, contracts, indirect, loads, options
from wattlint.callsites.facts import CallSite, Loop, ModelFact, OutputContract, Prompt
from wattlint.callsites.http import HttpCall, http_call
from wattlint.callsites.model_fact import OWN_MODELS_ONLY, model_fact
from wattlint.callsites.objects import Match, Objects
from wattlint.callsites.options import Given
from wattlint.callsites.plausible import Plausible
from wattlint.callsites.prompts import PromptReader, batch_size, is_template
from wattlint.catalogue.models import load_models
from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdks import load_sdks
from wattlint.semantics import arguments, attributes, callers, calls, loops
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.frames import Frame
from wattlint.semantics.module_index import CallRecord, ModuleIndex, Scope
from wattlint.semantics.project import Project
from wattlint.semantics.values import (
    Composite,
    Const,
    Hop,
    Instance,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
    join,
)
from wattlint.settings import Settings
from wattlint.sources.discovery import display_path
from wattlint.sources.files import SourceFile

REPORTED = frozenset({"call", "bind", "load", "embed", "train"})
PROVIDERS = frozenset(
    [
        "openai",
        "azure",
        "anthropic",
        "google",
        "gemini",
        "vertexai",
        "vertex",
        "mistral",
        "cohere",
        "groq",
        "together",
        "ollama",
        "bedrock",
        "huggingface",
        "xai",
        "deepseek",
        "fireworks",
        "openrouter",
        "litellm",
        "vllm",
        "dashscope",
        "nvidia",
        "perplexity",
        "aimlapi",
        "replicate",
        "sambanova",
        "cerebras",
    ]
)
"""Words by which code names who serves its models."""
FORWARD = (".forward", ".encode")
"""Entry points that are a forward pass: inside a model's or trainer's own definition they are no calls of their own."""
INFERENCE = frozenset({"call", "embed", "train"})


class Finder:
    """Finds call sites in the files of one project. Keep one per project and run: modules are parsed once."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.sdks = load_sdks()
        self.project = Project(str(root), display_path, self.sdks.is_sdk_module)
        self.evaluator = Evaluator(self.project)
        self.models = load_models()
        self.objects = Objects(self.evaluator, self.sdks)

    def sites(self, source: SourceFile) -> list[CallSite]:
        """The call sites of one file, in the order of their lines. Raises SyntaxError for what is no Python."""
        try:
            module = self.project.add(str(source.path), source.raw, source.text, source.display)
        except (RecursionError, MemoryError):
            raise SyntaxError("too deeply nested to analyse") from None
        except ValueError as error:
            raise SyntaxError(str(error)) from None
        in_tests = callers.in_tests(self.evaluator, module.file)
        found = []
        plausible = Plausible(self.sdks, module)
        for record in filter(plausible, module.calls):
            site = self._site(module, record)
            if site is not None:
                site.in_tests = in_tests
                if source.cells is not None:
                    site.cell, site.line = source.cells.locate(site.line)
                    site.end_line = source.cells.locate(site.end_line)[1]
                found.append(site)
        found.sort(key=lambda site: (site.cell or 0, site.line, site.column, site.end_line, site.end_column))
        return found

    # -- one call -----------------------------------------------------------------------------------------------

    def _site(self, module: ModuleIndex, record: CallRecord) -> CallSite | None:
        self.evaluator.begin_query()
        frame = self.evaluator.frame_of(record.scope)
        node = record.node
        try:
            if isinstance(node.func, ast.Attribute) and _is_super(node.func.value):
                return None  # a subclass passing on to its SDK base: the caller's call is the site
            callee = self.evaluator.value(node.func, frame, record.spot)
            match = self.objects.match(callee, node)
            given = None
            http: HttpCall | None = None
            if match is None:
                http = http_call(self.objects, callee, node, frame, record.spot)
                if http is not None:
                    match, given = Match(http.entry, None, False), http.given
            if match is None:
                passed = indirect.passed_on(self.objects, callee, node, frame, record.spot)
                if passed is not None:
                    match, given = passed
            if match is None or (http.kind if http else match.entry.kind) not in REPORTED:
                return None
            if match.entry.name.endswith(FORWARD) and self._defines_model(record):
                return None
            if given is None:
                given = Given(
                    arguments.of(self.evaluator, node, frame, record.spot),
                    _subclass(callee, node, frame, record),
                )
            return self._state(module, record, frame, match, given, http)
        except RecursionError:
            return None

    def _defines_model(self, record: CallRecord) -> bool:
        """In a class that is itself a network or a trainer."""
        scope: Scope | None = record.scope
        while scope is not None:
            if scope.cls is not None:
                for base in attributes.bases(self.evaluator, scope.cls)[1]:
                    name = (calls.path(base) or "").rpartition(".")[2]
                    if name.endswith(("Module", "Trainer", "PreTrainedModel", "Model", "Layer")):
                        return True
            scope = scope.parent
        return False

    def _state(
        self,
        module: ModuleIndex,
        record: CallRecord,
        frame: Frame,
        match: Match,
        given: Given,
        http: HttpCall | None,
    ) -> CallSite:
        node, entry = record.node, match.entry
        bound = [(entry, given), *self.objects.bound(match.receiver)]
        if not any(
            one.model is not None and options.read_argument(self.evaluator, passed, one.model)
            for one, passed in bound
        ):
            bound += ambient.bound(self.objects, record, frame)
        base_url = http.url if http else self._first(bound, "base_url")
        provider = http.provider if http else self._provider(match, base_url)
        site = CallSite(
            path=module.path,
            line=node.lineno,
            column=node.col_offset,
            end_line=node.end_lineno or node.lineno,
            end_column=node.end_col_offset or node.col_offset,
            callee=" ".join(ast.unparse(node.func).split())[:120],
            sdk=entry.sdk,
            entry_point=http.name if http else entry.name,
            kind=http.kind if http else entry.kind,  # type: ignore[arg-type]
            confidence="structural" if match.structural else "resolved",
            provider=provider,
            function=record.scope.qualname or None,
            base_url=base_url,
            region=self._first(bound, "region"),
            open_arguments=given.open,
        )
        site.model = self._model(record, frame, bound, provider, http)
        site.prompt = self._prompt(entry, given, match.receiver)
        limit = self._option_value(bound, "limit")
        site.output_limit = options.integer(limit)
        site.output_limit_given = limit is not None
        if limit is None and entry.kind == "call":
            site.output_limit = next(
                (one.limit_default for one, _ in bound if one.limit_default is not None), None
            )
        site.temperature = options.number(self._option_value(bound, "temperature"))
        site.samples = options.integer(self._option_value(bound, "samples"))
        site.reasoning_effort = self._first(bound, "effort")
        site.stream = options.flag(self._option_value(bound, "stream")) is True
        site.use_cache = options.flag(self._option_value(bound, "cache"))
        batch = options.integer(self._option_value(bound, "batch"))
        site.batch_size = batch if batch is not None else site.prompt.batch if site.prompt else None
        site.loop = self._loop(record)
        self._load(site, record, bound)
        if site.kind in ("call", "bind"):
            site.contract = self._contract(record, bound)
            site.task = self._task(site, record)
        return site

    # -- facts --------------------------------------------------------------------------------------------------

    def _model(
        self,
        record: CallRecord,
        frame: Frame,
        bound: list[tuple[EntryPoint, Given]],
        provider: str | None,
        http: HttpCall | None,
    ) -> ModelFact:
        if http is not None and http.model is not None:
            return ModelFact(http.model, "literal", (), (http.model,))
        values: list[Value] = []
        is_open = False
        for entry, given in bound:
            value = options.read_argument(self.evaluator, given, entry.model)
            if value is not None:
                texts = [
                    one
                    for one in alternatives(value)
                    if isinstance(one, (Const, Text, Unknown)) or not _is_object(one)
                ]
                values.extend(texts)
                if any(isinstance(one, Const) and isinstance(one.value, str) for one in texts):
                    break
                continue
            is_open = is_open or (given.open and entry.model is not None)
            default = self._default_model(entry, given)
            if given.arguments.positional and entry.model is not None and entry.model.position is None:
                is_open = True  # settings passed as a whole
            if default is not None and not is_open and not values:
                values.append(default)
                break
        if not values:
            return ModelFact(unknown_reason="may come through **kwargs" if is_open else "not given")
        owner = provider if provider in OWN_MODELS_ONLY else None
        fact = model_fact(join(values), self.models, owner)
        if fact.id is not None and self._not_taken(record, frame):
            return ModelFact(
                None, "unknown", (), fact.candidates, "the branch is not taken with default settings"
            )
        return fact

    def _default_model(self, entry: EntryPoint, given: Given) -> Value | None:
        """The SDK's own default for the version the project declares."""
        default = entry.model_default
        if isinstance(default, dict):
            chosen = options.text(options.read_argument(self.evaluator, given, default["by"]))
            default = default["values"].get(chosen)
        if isinstance(default, list):
            assumed = loads.version_assumed(self.root, entry.distribution) if entry.distribution else None
            default = _for_version(default, assumed[0] if assumed else None)
        if not isinstance(default, str):
            return None
        return Const(default, (Hop("omitted_default", entry.sdk, 0, entry.name),))

    def _not_taken(self, record: CallRecord, frame: Frame) -> bool:
        """The call stands in a branch chosen by comparing a name with a text, and defaults choose another."""
        for node, arm in record.spot.branches:
            if isinstance(node, ast.If) and arm == "body" and self._chooses_provider(node.test):
                spot = frame.module.spots.get(id(node))
                if spot is not None and self.evaluator.truth(node.test, frame, spot) is False:
                    return True
        return False

    def _chooses_provider(self, test: ast.expr) -> bool:
        """``provider == "anthropic"``, ``"ollama" in name``: a comparison with the name of an SDK or a provider."""
        if isinstance(test, ast.BoolOp):
            return all(self._chooses_provider(part) for part in test.values)
        if not isinstance(test, ast.Compare):
            return False
        sides = [test.left, *test.comparators]
        nodes = [
            inner
            for side in sides
            for inner in (side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side])
        ]
        words = [
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        return bool(words) and all(self._names_provider(word) for word in words)

    def _names_provider(self, word: str) -> bool:
        parts = re.split(r"[^a-z0-9]+", word.lower())
        return any(part in PROVIDERS or self.sdks.is_sdk_module(part) for part in parts if part)

    def _provider(self, match: Match, base_url: str | None) -> str | None:
        if base_url is not None:
            endpoint = self.sdks.endpoint(base_url.rstrip("/") + "/chat/completions")
            return endpoint.provider if endpoint else "custom"
        receiver = match.receiver
        if receiver is not None:
            name = self.objects.type_of(receiver)
            while name is None and hasattr(receiver, "owner"):
                receiver = alternatives(receiver.owner)[0]
                name = self.objects.type_of(receiver)
            found = self.sdks.type_provider(name) if name else None
            if found is not None:
                return found
            for entry, _ in self.objects.bound(match.receiver):
                if entry.provider is not None:
                    return entry.provider
        return match.entry.provider if not match.structural else None

    def _prompt(self, entry: EntryPoint, given: Given, receiver: Value | None) -> Prompt | None:
        reader = PromptReader(self.evaluator)
        if entry.kind in INFERENCE and receiver is not None:
            for part in _parts(receiver):
                if is_template(part):
                    reader.add(part)
        for owner, passed in [(entry, given), *self.objects.bound(receiver)]:
            system = options.read_argument(self.evaluator, passed, owner.system)
            if system is not None:
                reader.add(system, "system")
            if owner is not entry and owner.prompt is not None:
                template = options.read_argument(self.evaluator, passed, owner.prompt)
                if template is not None:
                    reader.add(template)
        value = options.read_argument(self.evaluator, given, entry.prompt)
        if value is not None:
            if (
                reader.parts
                and all(isinstance(one, (Sequence, Const, Text)) is False for one in alternatives(value))
                and any(part.holes for part in reader.parts)
            ):
                # The input of a chain fills the holes of its template.
                return reader.prompt(batch_size(value))
            reader.add(value)
        return reader.prompt(batch_size(value))

    def _loop(self, record: CallRecord) -> Loop:
        shape = loops.around(self.evaluator, record)
        return Loop(*shape)  # type: ignore[arg-type]

    def _load(self, site: CallSite, record: CallRecord, bound: list[tuple[EntryPoint, Given]]) -> None:
        site.draft_model = self._first(bound, "draft")
        for entry, given in bound:
            if entry.loads_locally and entry.kind in ("load", "bind"):
                own = record if given is bound[0][1] else None
                callee = site.callee if own is not None else entry.name
                site.load = loads.load_fact(self.evaluator, self.sdks, entry, given, own, callee, self.root)
                return

    def _contract(self, record: CallRecord, bound: list[tuple[EntryPoint, Given]]) -> OutputContract:
        return contracts.of_call(self.evaluator, record, self._option_value(bound, "format"))

    def _task(self, site: CallSite, record: CallRecord):  # type: ignore[no-untyped-def]
        from wattlint.callsites.tasks.recognise import recognise

        names = tuple(name for name in (record.scope.qualname,) if name)
        return recognise(site.prompt, site.contract, names, site.output_limit)

    # -- options ------------------------------------------------------------------------------------------------

    def _option_value(self, bound: list[tuple[EntryPoint, Given]], name: str) -> Value | None:
        for entry, given in bound:
            argument = entry.limit if name == "limit" else entry.options.get(name)
            value = options.read_argument(self.evaluator, given, argument)
            if value is not None:
                return value
            if entry.name == "client" and name in ("base_url", "region"):
                names = (
                    ("base_url", "api_base") if name == "base_url" else ("region_name", "region", "location")
                )
                value = options.read(self.evaluator, given, names, None)
                if value is not None:
                    return value
        return None

    def _first(self, bound: list[tuple[EntryPoint, Given]], name: str) -> str | None:
        value = self._option_value(bound, name)
        if value is None:
            return None
        found = options.opening(value)
        if (
            found is None
            and name == "base_url"
            and any(not (isinstance(one, Const)) for one in alternatives(value))
        ):
            return "{}"
        return found


def _parts(value: Value) -> list[Value]:
    """The members of a composition, flattened."""
    if isinstance(value, Composite):
        return [inner for part in value.parts for one in alternatives(part)[:1] for inner in _parts(one)]
    return [value]


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _is_object(value: Value) -> bool:
    return isinstance(value, (Result, Instance, Composite))


def _subclass(callee: Value, node: ast.Call, frame: Frame, record: CallRecord) -> Instance | None:
    """The instance that constructing a project's own subclass of an SDK class makes."""
    from wattlint.semantics.values import Class

    for one in alternatives(callee):
        if isinstance(one, Class):
            return Instance(one, node, frame, record.spot)
    return None


def _for_version(rows: list[dict[str, str]], version: str | None) -> str | None:
    """The value whose range of versions holds ``version``; the newest when none is declared."""

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())

    for row in reversed(rows):
        if version is None:
            if row.get("until") is None:
                return row["value"]
            continue
        since, until = row.get("since"), row.get("until")
        if (since is None or numbers(version) >= numbers(since)) and (
            until is None or numbers(version) < numbers(until)
        ):
            return row["value"]
    return rows[-1]["value"] if version is None and rows else None
