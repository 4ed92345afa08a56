"""States the facts about one matched call."""

from __future__ import annotations

import ast
from pathlib import Path

from wattlint.callsites import (
    contracts,
    gradients,
    indirect,
    loads,
    options,
    outputs,
    quantized,
    runs,
    several,
    signatures,
    tokenized,
    tools,
    training,
    wrappers,
)
from wattlint.callsites.chosen_model import ModelChooser
from wattlint.callsites.contexts import contexts_of
from wattlint.callsites.facts import MAKING, RUNNING, CallSite, Growing, Loop, OutputContract, Prompt
from wattlint.callsites.matched import Bindings, MatchedCall
from wattlint.callsites.objects import Objects
from wattlint.callsites.pipeline_tasks import only_reads
from wattlint.callsites.prompts import PromptReader, is_template
from wattlint.callsites.provider import provider_of
from wattlint.callsites.tasks.recognise import recognise
from wattlint.catalogue.models import ModelCatalogue
from wattlint.regexes import regex
from wattlint.semantics import loops, per_item, strings, unbounded
from wattlint.semantics.values import Composite, Const, Sequence, Text, Value, alternatives

INFERENCE = frozenset({"call", "embed", "train"})
FORWARD_PASSES = frozenset({"transformers.forward", "transformers.encode"})
"""Entry points that are plain forward passes; ``generate`` and pipelines switch gradients off themselves."""
ANY_KIND = frozenset({"bedrock", "replicate", "http"})
"""SDKs with one entry point for models of every kind."""

STREAMS = regex(r"(?:^|_)a?stream(?:ed|ing)?(?:_|$)")
"""Methods that stream without being told to: ``astream``, ``generate_content_stream``, ``stream_chat``."""


class Describer:
    """Makes call sites of matched calls."""

    def __init__(self, objects: Objects, models: ModelCatalogue, root: Path) -> None:
        self.objects = objects
        self.evaluator = objects.evaluator
        self.sdks = objects.sdks
        self.root = root
        self.models = models
        self.chooser = ModelChooser(objects, models, root)

    def site(self, call: MatchedCall, text: str) -> CallSite:
        """All facts about ``call``, in a module of ``text``."""
        node, entry, http = call.record.node, call.entry, call.http
        bindings = Bindings(self.objects, call)
        site = CallSite(
            path=call.record.scope.module.path,
            line=node.lineno,
            column=node.col_offset,
            end_line=node.end_lineno or node.lineno,
            end_column=node.end_col_offset or node.col_offset,
            callee=" ".join(ast.unparse(indirect.called(self.objects, call)).split())[:120],
            sdk=entry.sdk,
            entry_point=http.endpoint.name if http else entry.name,
            kind=call.kind,  # type: ignore[arg-type]
            confidence="structural" if call.match.structural else "resolved",
            function=call.record.scope.qualname or None,
            base_url=http.url if http else bindings.base_url,
            region=bindings.text("region"),
            region_place=options.place(bindings.option("region")),
            open_arguments=call.given.open and not self._only_tokens(call),
        )
        site.provider = provider_of(self.objects, call, bindings)
        site.model = self.chooser.of_call(call, bindings, site.provider)
        if site.kind == "call" and self._embeds(site):
            site.kind = "embed"
        site.prompt = self.prompt(wrappers.for_all_callers(self.objects, call), bindings)
        self._options(site, bindings)
        self._repetition(site, call, text)
        self._load(site, call, bindings)
        self._forward(site, call)
        if site.kind in ("call", "bind"):
            site.contract = contracts.of_call(self.evaluator, call.record, bindings.option("format"))
            if site.contract.kind == "text":
                site.contract = self._made_with(bindings) or site.contract
            names = (site.function,) if site.function else ()
            site.task = recognise(site.prompt, site.contract, names, site.output_limit)
            site.schemas = tools.of_call(self.evaluator, bindings.option("tools"), bindings.option("format"))
        if site.kind == "train":
            site.training = training.of_call(self.objects, site, call, bindings, self.root)
        site.contexts = contexts_of(self, call, site)
        return site

    def _made_with(self, bindings: Bindings) -> OutputContract | None:
        """The contract that the called object was made with: a type (``output_type=bool``) or a DSPy signature."""
        for entry, given in bindings.pairs[1:]:
            for name in sorted(contracts.TYPE_KEYWORDS & given.arguments.keywords.keys()):
                thunk = given.arguments.keywords[name]
                typed = contracts.written_type(name, thunk[0]) if isinstance(thunk, tuple) else None
                if typed is not None and typed.kind != "text":
                    return typed
            value = options.read_argument(self.evaluator, given, entry.prompt) if entry.prompt else None
            for one in alternatives(value) if value is not None else ():
                if (contract := signatures.contract_of(self.evaluator, one)).kind != "text":
                    return contract
        return None

    def _embeds(self, site: CallSite) -> bool:
        """An entry point that serves all kinds of models is asked for vectors (Bedrock's ``invoke_model``)."""
        if site.sdk not in ANY_KIND or not site.model.candidates:
            return False
        records = [self.models.lookup(name) for name in site.model.candidates]
        return all(record is not None and record.kind == "embedding" for record in records)

    def prompt(self, call: MatchedCall, bindings: Bindings) -> Prompt | None:
        """The messages: templates and system prompts of the receiver first, then what the call passes."""
        reader = PromptReader(self.evaluator, call.record.spot)
        if call.entry.kind in INFERENCE and call.match.receiver is not None:
            for part in _parts(self.objects.composed(call.match.receiver)):
                if is_template(part):
                    reader.add(part)
        for entry, given in ((call.entry, call.given), *bindings.pairs[1:]):
            system = options.read_argument(self.evaluator, given, entry.system)
            if system is not None:
                reader.add(system, "system")
            if entry is not call.entry and entry.prompt is not None:
                template = options.read_argument(self.evaluator, given, entry.prompt)
                if template is not None:
                    reader.add(template)
        value = options.read_argument(self.evaluator, call.given, call.entry.prompt)
        if value is None:
            value = self._tokens(call)
        if value is not None and not _fills(value, reader):
            reader.add(value, written=_written(call))
        if reader.parts:
            reader.add_media(keyword.arg for keyword in call.record.node.keywords)
        return reader.prompt(several.batch_size(value), several.are_sent(self.evaluator, value))

    def _tokens(self, call: MatchedCall) -> Value | None:
        """The prompt in ``model.generate(**tokenizer(text))``."""
        for keyword in call.record.node.keywords if call.entry.kind == "call" else ():
            if keyword.arg is None:
                for one in alternatives(self.evaluator.value(keyword.value, call.frame, call.record.spot)):
                    if tokenized.source(self.evaluator, one) is not None:
                        return one
        return None

    def _only_tokens(self, call: MatchedCall) -> bool:
        """Every ``**`` of the call is what a tokenizer made: token ids and masks, no options."""
        starred = [keyword.value for keyword in call.record.node.keywords if keyword.arg is None]
        if call.indirect or not starred:
            return False
        values = [self.evaluator.value(node, call.frame, call.record.spot) for node in starred]
        return all(
            tokenized.source(self.evaluator, one) is not None
            for value in values
            for one in alternatives(value)
        )

    def _options(self, site: CallSite, bindings: Bindings) -> None:
        site.output_limit_given = bindings.option("limit") is not None and not only_reads(bindings)
        if site.output_limit_given or (site.kind == "call" and not only_reads(bindings)):
            site.output_limit = bindings.limit
            site.limit_hidden = not site.output_limit_given and bindings.limit_hidden
        site.has_tools = bindings.option("tools") is not None
        site.temperature = options.number(bindings.option("temperature"))
        site.samples = options.integer(bindings.option("samples"))
        site.sampling_settled = all(
            options.is_settled(bindings.option(name)) for name in ("temperature", "samples")
        )
        site.reasoning_effort = bindings.text("effort")
        site.thinking_tokens = options.integer(bindings.option("effort"))
        site.stream = (
            options.flag(bindings.option("stream")) is True
            or bindings.option("streamer") is not None
            or STREAMS.search(site.callee.rpartition(".")[2]) is not None
        )
        site.use_cache = options.flag(bindings.option("cache"))
        draft = bindings.option("draft")
        site.draft_given = draft is not None
        site.draft_model = self.chooser.of_object(draft) if draft is not None else None
        site.draft_elsewhere = self._given_at_maker(bindings, "draft")
        site.draft_tokenizer = bindings.option("draft_tokenizer") is not None
        site.made_elsewhere = self._made_elsewhere(bindings)
        batch = options.integer(bindings.option("batch"))
        site.batch_size = batch if batch is not None else site.prompt.batch if site.prompt else None

    def _made_elsewhere(self, bindings: Bindings) -> bool:
        (entry, given), *makers = bindings.pairs
        if options.read_argument(self.evaluator, given, entry.model) is not None:
            return False
        return any(maker.kind in MAKING and maker.model is not None for maker, _ in makers)

    def _given_at_maker(self, bindings: Bindings, option: str) -> bool:
        """The call itself leaves the option out; an object's maker that is a site of its own gives it."""
        for entry, given in bindings.pairs:
            if options.read_argument(self.evaluator, given, entry.options.get(option)) is not None:
                return given is not bindings.pairs[0][1] and entry.kind in MAKING
        return False

    def _forward(self, site: CallSite, call: MatchedCall) -> None:
        """What a pass through a local model keeps beyond the answer."""
        record = call.record
        if call.indirect or call.entry.sdk != "transformers" or site.kind not in RUNNING:
            return
        if call.entry.name in FORWARD_PASSES:
            site.keeps_gradients = gradients.keeps_gradients(self.evaluator, record, call.match.receiver)
            site.last_logits_only = outputs.last_logits_only(record)
        site.unused_outputs = outputs.unused(self.evaluator, call.given, record)
        site.padding = outputs.padding(record)

    def _repetition(self, site: CallSite, call: MatchedCall, text: str) -> None:
        """How often the call is made, and what lets it grow or go on without a bound."""
        item = per_item.made(call.record) if call.indirect else None
        around = loops.around(self.evaluator, call.record) if item is None else loops.of_handed(item)
        site.loop = Loop(*around)  # type: ignore[arg-type]
        if site.kind in RUNNING:
            site.fallback = runs.is_fallback(self.evaluator, call.record)
            # Asked of the calls alone that a batch or a cache could serve.
            site.beside_training = (
                (site.loop.kind == "data" or site.use_cache is False)
                and site.sdk == "transformers"
                and loads.trains(call.record.scope.module)
            )
            site.runs = runs.how_often(self.evaluator, call.record, around, text)
            growth = unbounded.growing(self.evaluator, call.record)
            site.growing = Growing(*growth) if growth is not None else None
            site.endless_retry = unbounded.endless(self.evaluator, call.record)

    def _load(self, site: CallSite, call: MatchedCall, bindings: Bindings) -> None:
        """How the weights in use are loaded: by this call, or by the one that made its receiver or its model."""
        for entry, given in reversed(bindings.pairs):
            if entry.loads_locally and entry.kind in MAKING:
                own = given is call.given
                callee = _unaliased(site.callee, call) if own else entry.name
                record = call.record if own else None
                fact = loads.load_fact(self.evaluator, self.sdks, entry, given, record, callee, self.root)
                by_dict = (
                    own and fact.quantization is not None and not quantized.written(entry, call.record.node)
                )
                site.load = fact._replace(elsewhere=not own, quantized_at_times=by_dict)
                return


def _unaliased(callee: str, call: MatchedCall) -> str:
    """As it would be written without ``import … as``."""
    head, dot, rest = callee.partition(".")
    return call.record.scope.module.original(head) + dot + rest


def _parts(value: Value) -> list[Value]:
    """The members of a composition, flattened."""
    if isinstance(value, Composite):
        return [inner for part in value.parts for one in alternatives(part)[:1] for inner in _parts(one)]
    return [value]


def _written(call: MatchedCall) -> str:
    """The prompt argument as it stands in the call."""
    argument, node = call.entry.prompt, call.record.node
    if argument is None:
        return "..."
    for keyword in node.keywords:
        if keyword.arg in argument.names:
            return strings.source(keyword.value)
    if argument.position is not None and argument.position < len(node.args):
        return strings.source(node.args[argument.position])
    return "..."


def _fills(value: Value, reader: PromptReader) -> bool:
    """The input of a chain only fills the holes of its template."""
    is_input = not any(isinstance(one, (Sequence, Const, Text)) for one in alternatives(value))
    return is_input and any(part.holes for part in reader.parts)
