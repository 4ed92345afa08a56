"""The facts about one call site: what rules, the impact model and the reports read.

Everything here is plain data. ``None`` always means "not known or not given"; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["call", "bind", "load", "embed", "train"]
RUNNING: tuple[Kind, ...] = ("call", "embed")
"""Kinds that run the model. To add a ``bind`` or ``load``, which shows one typical call, would count that call twice."""
MAKING: tuple[Kind, ...] = ("bind", "load")
"""Kinds that make an object which stands for a model."""
OLLAMA_PORT = ":11434"
Confidence = Literal["resolved", "structural"]
"""``resolved``: the callee's qualified name is known. ``structural``: matched by a distinctive chain and keywords."""
LoopKind = Literal["none", "data", "retry", "chat", "unbounded"]
"""``data``: once per item; ``retry``: again on failure; ``chat``: a session that needs the previous answer."""
Runs = Literal["once", "per-item", "per-request"]
AnswerKind = Literal["text", "json", "labels", "bool", "number"]
TrainingMethod = Literal["all weights", "LoRA", "QLoRA", "unknown"]
Solver = Literal["code", "small-model", "small-llm", "llm"]
"""From the least to the most capable."""
Certainty = Literal["high", "medium", "low"]


class Place(NamedTuple):
    """A place in the project, with what was found there (``default of parameter model``)."""

    path: str
    line: int
    note: str = ""


class Hole(NamedTuple):
    """A part of a prompt that is only known at run time."""

    name: str
    """The expression as written, shortened: ``document``, ``row["text"]``."""
    kind: str = "value"
    """``value``, ``history`` (a growing list of messages), ``image`` (or sound, or an attached file), ``file``, ``loop-item``, ``parameter``
    or ``unknown``."""


class PromptPart(NamedTuple):
    """One message or one text argument. ``pieces`` alternate literal text and holes, in order."""

    role: str
    """``system``, ``user``, ``assistant``, ``tool`` or ``text`` (a plain prompt without roles)."""
    pieces: tuple[str | Hole, ...]

    @property
    def static_text(self) -> str:
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Hole))


class Prompt(NamedTuple):
    """What is sent. ``complete`` is False when messages may be missing (a history, an unknown list)."""

    parts: tuple[PromptPart, ...] = ()
    complete: bool = True
    batch: int | None = None
    """Number of prompts in one call when a list literal of known length is passed."""
    several: bool = False
    """More than one prompt may be passed: a list of texts or conversations, not one conversation's messages."""
    always: tuple[PromptPart, ...] | None = None
    """What is sent each time, where that is less than ``parts``: the rest only under a condition."""

    @property
    def least(self) -> Prompt:
        """As it is sent when none of the conditions holds."""
        return self if self.always is None else self._replace(parts=self.always, always=None)

    @property
    def static_text(self) -> str:
        return "\n".join(part.static_text for part in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(hole for part in self.parts for hole in part.holes)

    def with_holes(self) -> str:
        """The prompt as one text, holes shown as ``{name}``; parts separated by newlines."""
        return "\n".join(
            "".join(piece if isinstance(piece, str) else "{" + piece.name + "}" for piece in part.pieces)
            for part in self.parts
        )


class ModelFact(NamedTuple):
    """The model that reaches the call with default settings."""

    id: str | None = None
    via: str = "unknown"
    """How it is given: literal, local_const, module_const, imported_const, env_default, param_default, self_attr,
    class_attr, settings_class, dict_config, cli_default, config_file, via_caller, omitted_default, kwargs; or
    ``unknown``."""
    origin: tuple[Place, ...] = ()
    """From the call back to the place where the literal stands (the last one)."""
    candidates: tuple[str, ...] = ()
    """Every id that may reach the call (other branches, other callers), the default first."""
    unknown_reason: str | None = None
    local_path: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """How often one pass of the enclosing code runs the call."""

    kind: LoopKind = "none"
    count: int | None = None
    """Number of passes when it is visible (``range(100)``, a literal list)."""
    over: str | None = None
    """The iterable as written."""
    line: int | None = None
    via_function: str | None = None
    """Name of the function called in the loop, when the loop is not around the call itself."""
    gathered: bool = False
    """The passes run concurrently (``asyncio.gather``, a thread pool)."""
    dependent: bool = False
    """A pass needs the answer of the one before, or the weights that it trained; or that answer decides whether it is made."""
    collections: bool = False
    """What it goes over are collections themselves, or the places where slices begin."""
    invariant: bool = False
    """Every pass makes the call with the same values, where that can be told."""
    timed: bool = False
    """The time that each pass's call takes is measured, as benchmarks do."""
    dispatched: bool = False
    """Another object may be called at each pass, or one of several functions: no list reaches them all."""
    handed: bool = False
    """The function around the call, or its method, is handed to what goes over the items: ``frame["text"].apply(label)``."""
    path: str | None = None
    """Its file, where it is another one than the call's."""


class Growing(NamedTuple):
    """A list of messages that an unbounded loop lengthens and never shortens."""

    name: str
    line: int
    """Of the loop."""


class LoadFact(NamedTuple):
    """How weights are loaded (``from_pretrained``, ``pipeline``, ``SentenceTransformer``, ``vllm.LLM``)."""

    dtype: str | None = None
    """``float32``, ``float16``, ``bfloat16``, ``float8``, ``auto``, ``unknown`` (given, not readable) or None (not given)."""
    quantization: str | None = None
    """``nf4``, ``int4``, ``int8``, ``fp8``, ``gptq``, ``awq``, ``gguf``, ... , ``unknown`` (given, not readable) or None."""
    compute_dtype: str | None = None
    quantized_by: Place | None = None
    quantized_at_times: bool = False
    """Only a dict of keywords, which may lack the entry, quantizes: for which model is not seen."""
    device_map: str | None = None
    """``auto``, ``cpu``, ``cuda:0``, …; a number or ``{"": 0}`` is told like this too."""
    attention: str | None = None
    attention_read: bool = False
    """The module reads attention weights, which only eager attention hands out."""
    draft_model: str | None = None
    draft_given: bool = False
    """Speculative decoding of any kind is switched on where the model is loaded."""
    removed_argument: str | None = None
    """``load_in_4bit`` or ``load_in_8bit`` as an argument of transformers' loading function, which 5.0 dropped."""
    per_call: str | None = None
    """The same weights are loaded again and again: where, in words (``at each pass of the loop in line 8``)."""
    trust_remote_code: bool = False
    open_arguments: bool = False
    """True when ``**kwargs`` may still set any of these: rules on "missing X" stay silent."""
    cast_after: str | None = None
    """dtype of a cast after the load: ``.half()``, ``.to(torch.bfloat16)``; ``unknown``: a function converts it."""
    for_training: bool = False
    """The weights go on to a trainer, an optimizer or a conversion, where float32 can be wanted."""
    generates: bool = False
    """The module that loads the weights generates text."""
    library: str = "transformers"
    library_class: str = ""
    """The class or function that loads: ``AutoModelForCausalLM``, ``pipeline``."""
    task: str | None = None
    """First argument of ``pipeline``."""
    elsewhere: bool = False
    """Another call loads; this one works on its object."""
    library_version: tuple[str, str] | None = None
    """(version assumed, why): ``("4.57", "transformers<5 in requirements.txt:3")``."""
    transformers_version: tuple[str, str] | None = None
    """The same of the transformers that another library loads with."""


class OutputContract(NamedTuple):
    """What the caller accepts as an answer."""

    kind: AnswerKind = "text"
    labels: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    """Each as a sentence part with its line: ``answer compared with "yes" (line 14)``."""
    stated: bool = False
    """Given with the call, as a schema; else read from what the code does with the answer."""
    explains: bool = False
    """Beside other fields, it holds reasons in the model's own words."""


class Schemas(NamedTuple):
    """What goes out beside the messages: schemas of the tools a model may call, and of its answer."""

    texts: tuple[str, ...]
    """One JSON text for each schema that can be read."""
    unread: int
    """Tools whose schema cannot be read: objects made elsewhere, names of built-in ones."""
    open: bool
    """Further tools may be there."""


class Training(NamedTuple):
    """What is trained, and on how much."""

    method: TrainingMethod = "all weights"
    reason: str = ""
    examples: int | None = None
    examples_reason: str = ""
    epochs: float | None = None
    steps: int | None = None
    """``max_steps``; stands in for epochs."""
    step_examples: int | None = None
    """Examples of one step on one device: batch size times gradient accumulation."""
    sequence_tokens: int | None = None
    """Length at which examples are cut off."""
    early_stopping: bool | None = None
    """Something may end the training before its last epoch. None: not known."""


class TaskVerdict(NamedTuple):
    """What the call is for and who could do it."""

    name: str
    solver: Solver
    confidence: Certainty
    evidence: tuple[str, ...] = ()
    replacement: str | None = None
    """One line naming the cure; the full snippet is in the task's catalogue record."""


class Workload(NamedTuple):
    """How often the call runs, where somebody said so."""

    calls_per_month: float | None = None
    tokens_in: float | None = None
    tokens_out: float | None = None
    batch: int | None = None
    source: str = ""


class Context(NamedTuple):
    """The same call as one caller of the project's own wrapper makes it."""

    caller: Place
    model: ModelFact
    prompt: Prompt | None
    loop: Loop
    one_of_several: bool = False
    """The caller's object may be of several classes, each with a call of its own: its user chooses the model."""
    output_limit: int | None = None
    function: str | None = None
    """Qualified name of the function that the caller stands in."""
    growing: Growing | None = None
    fallback: bool = False
    column: int = 0
    """Where the caller's call begins, 0-based, in characters."""
    end_line: int = 0
    end_column: int = 0


@dataclass(slots=True)
class CallSite:
    """One call expression that runs, binds, loads, embeds with or trains a language model."""

    path: str
    line: int
    column: int
    """0-based, as in ``ast``."""
    end_line: int
    end_column: int
    callee: str
    """As written: ``self.client.chat.completions.create``."""
    sdk: str
    entry_point: str
    """Name of the catalogue entry: ``openai.chat.completions``."""
    kind: Kind
    confidence: Confidence
    provider: str | None = None
    cell: int | None = None
    function: str | None = None
    """Qualified name of the enclosing function: ``Grader.grade``."""
    model: ModelFact = field(default_factory=ModelFact)
    prompt: Prompt | None = None
    output_limit: int | None = None
    """Tokens; the argument's value or the SDK's default."""
    output_limit_given: bool = False
    contract: OutputContract = field(default_factory=OutputContract)
    temperature: float | None = None
    samples: int | None = None
    """``n``, ``best_of``, ``num_return_sequences``."""
    sampling_settled: bool = True
    """Temperature and samples have one value each, whoever calls."""
    reasoning_effort: str | None = None
    thinking_tokens: int | None = None
    """Tokens that the call allows for reasoning before the answer."""
    stream: bool = False
    batch_size: int | None = None
    use_cache: bool | None = None
    base_url: str | None = None
    region: str | None = None
    region_place: Place | None = None
    """Where the region stands, when it is a literal."""
    open_arguments: bool = False
    """True when ``**kwargs`` of unknown content reach the call."""
    limit_hidden: bool = False
    """An output limit may stand where it cannot be read."""
    has_tools: bool = False
    """The model is given tools, whose results it sees."""
    loop: Loop = field(default_factory=Loop)
    runs: Runs | None = None
    """How often the code around the call runs, where it tells; ``once`` per start of the program."""
    fallback: bool = False
    """Made in an exception handler, because something before it failed, or only where a cache lacks the answer."""
    growing: Growing | None = None
    endless_retry: str | None = None
    """What tries the call again for as long as it fails, as a sentence with its line."""
    caches_answers: bool = False
    """Some cache is in sight in the module."""
    caches_prompts: bool = False
    """The module says something to a provider's prompt cache."""
    load: LoadFact | None = None
    """Of this call, or of the object the call runs on (``model.generate``)."""
    draft_model: str | None = None
    draft_given: bool = False
    """Speculative decoding of any kind is switched on."""
    draft_elsewhere: bool = False
    """The draft model is given where the object that the call runs on was made, a site of its own."""
    beside_training: bool = False
    """A loop over data, or a call without a KV cache, in a file that also trains or saves a model of transformers."""
    draft_tokenizer: bool = False
    """The draft model comes with a tokenizer of its own."""
    made_elsewhere: bool = False
    """The model is given where the object that the call runs on was made, which is a call site of its own."""
    keeps_gradients: bool = False
    """A forward pass outside training that records what a backward pass would need."""
    unused_outputs: tuple[str, ...] = ()
    """Outputs asked for (``output_hidden_states``) that the module never reads."""
    last_logits_only: bool = False
    """Of the logits of all positions, only those of the last one are read."""
    padding: str | None = None
    """How the tokenizer pads what is sent: ``max_length``, ``longest``."""
    schemas: Schemas | None = None
    training: Training | None = None
    task: TaskVerdict | None = None
    workload: Workload | None = None
    contexts: tuple[Context, ...] = ()
    in_tests: bool = False
    """In a tests, examples, docs or benchmarks folder."""

    @property
    def catalogue_id(self) -> str | None:
        """The model's id as the model catalogue is asked for it; None where it is unknown or a local path.

        In Ollama's library a name stands for other weights than elsewhere, so its server is named with it.
        """
        if self.model.id is None or self.model.local_path:
            return None
        of_ollama = self.sdk == "ollama" or self.provider == "ollama" or OLLAMA_PORT in (self.base_url or "")
        named = self.model.id.startswith("ollama")
        return f"ollama/{self.model.id}" if of_ollama and not named else self.model.id
