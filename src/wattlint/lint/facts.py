"""Every fact a rule may ask for: name, type, unit, meaning and where it is read from. ``docs/facts.md`` is generated:
``python -m wattlint.lint.facts > docs/facts.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, get_args

from wattlint.callsites import facts as site
from wattlint.lint.conditions import BOOLEAN, NUMBER, TEXT, FactType


class Fact(NamedTuple):
    """``get(subject)`` is None when the fact is unknown. ``doc``: one line of Markdown."""

    name: str
    type: FactType
    doc: str
    get: Callable[[Any], Any]


TEXTS, DATE = FactType("texts"), FactType("date")
TOKENS, BILLION, GB = (FactType("number", unit=unit) for unit in ("tokens", "billion", "GB"))
GRID = FactType("number", unit="gCO2e per kWh")
RELIABILITY = FactType("text", ("certain", "reliable", "none"))
USD_PER_MTOK = FactType("number", unit="US$ per million tokens")


def _one_of(literal: Any) -> FactType:
    """The text type whose values are those of a ``Literal``."""
    return FactType("text", get_args(literal))


def _reader(path: str) -> Callable[[Any], Any]:
    """Follows attributes from the subject; None where one of them is None."""
    names = path.split(".")

    def read(subject: Any) -> Any:
        value = subject
        for name in names:
            value = getattr(value, name)
            if value is None:
                return None
        return value

    return read


GROUPS: dict[str, tuple[str, str, list[tuple[str, FactType, str] | tuple[str, FactType, str, str]]]] = {
    # prefix: (meaning, where its facts are read from, [(name, type, meaning, path unless that place and the name)])
    "site": (
        "The call itself.",
        "site",
        [
            ("kind", _one_of(site.Kind), "What the call does with the model."),
            ("sdk", TEXT, "Library, as in `rules/sdks`: `openai`, `transformers`."),
            ("entry_point", TEXT, "Entry of `rules/sdks`."),
            ("callee", TEXT, "The callee as written."),
            ("provider", TEXT, "Who serves the model."),
            ("confidence", _one_of(site.Confidence), "Callee known by name, or matched by its shape."),
            ("function", TEXT, "Qualified name of the enclosing function."),
            ("path", TEXT, "File, as shown in findings."),
            (
                "via_caller",
                BOOLEAN,
                "Seen as one caller of the project's own wrapper makes it.",
                "via_caller",
            ),
            ("in_tests", BOOLEAN, "In a tests, examples, docs or benchmarks folder."),
            ("open_arguments", BOOLEAN, "`**kwargs` of unknown content reach the call."),
            ("output_limit", TOKENS, "Output limit, given or the SDK's default."),
            (
                "output_limit_given",
                BOOLEAN,
                "The call sets a limit; unknown when `**kwargs` may.",
                "limit_given",
            ),
            ("temperature", NUMBER, "Sampling temperature."),
            ("samples", NUMBER, "Answers per call (`n`, `num_return_sequences`)."),
            ("sampling_settled", BOOLEAN, "Temperature and samples have one value each, whoever calls."),
            ("reasoning_effort", TEXT, "Reasoning effort, as given."),
            ("thinking_tokens", TOKENS, "Tokens allowed for reasoning, where given as a number."),
            ("stream", BOOLEAN, "The answer is streamed."),
            ("batch_size", NUMBER, "Batch size given to the call."),
            ("use_cache", BOOLEAN, "KV cache of local generation, where given."),
            ("region", TEXT, "Cloud region given in code."),
            ("base_url", TEXT, "Endpoint given in code."),
            ("draft_model", TEXT, "Draft model for speculative decoding."),
            (
                "made_elsewhere",
                BOOLEAN,
                "The model is given where the object that the call runs on was made, a site of its own.",
            ),
            ("cache_off", TEXT, "`use_cache=False`, where the KV cache is switched off.", "cache_off"),
            (
                "beside_training",
                BOOLEAN,
                "A loop over data, or a call without a KV cache, in a file that also trains or saves a model of "
                "transformers.",
            ),
            (
                "kept_gradients",
                TEXT,
                "A forward pass outside training that records gradients, as written.",
                "kept_gradients",
            ),
            (
                "unused_outputs",
                TEXTS,
                "Outputs asked for (`output_hidden_states`) that nothing reads.",
                "unused_outputs",
            ),
            (
                "last_logits",
                TEXT,
                "A forward pass of whose logits only the last position is read, as written.",
                "last_logits",
            ),
            ("padded", TEXT, '`padding="max_length"` of the tokenizer, where given.', "padded"),
            ("has_tools", BOOLEAN, "The model is given tools."),
            (
                "runs",
                _one_of(site.Runs),
                "How often the code around runs; `once`: per start of a program.",
            ),
            ("fallback", BOOLEAN, "Made in an exception handler, or only where a cache lacks the answer."),
            ("is_probe", BOOLEAN, "Its function's name says that it tries the service out.", "is_probe"),
            ("endless_retry", TEXT, "What tries again without a bound, for messages."),
            ("caches_answers", BOOLEAN, "Some cache is in sight in the module."),
            ("caches_prompts", BOOLEAN, "The module speaks to a provider's prompt cache."),
        ],
    ),
    "model": (
        "The model that reaches the call with default settings: as written, and its record in `rules/models`.",
        "record",
        [
            ("id", TEXT, "As written.", "site.model.id"),
            ("via", TEXT, "How it is given: `literal`, `module_const`, `env_default`, …", "site.model.via"),
            ("origin", TEXT, "Where its name stands, when not in the call.", "origin"),
            ("candidates", TEXTS, "Every id that may reach the call.", "site.model.candidates"),
            ("local_path", BOOLEAN, "A folder on disk.", "site.model.local_path"),
            ("name", TEXT, "Canonical id.", "record.id"),
            ("maker", TEXT, "Maker."),
            ("family", TEXT, "Family."),
            ("kind", TEXT, "`chat`, `completion`, `embedding`, `rerank`, `encoder`, `seq2seq`, …"),
            ("params_total_b", BILLION, "Parameters, middle of the range.", "record.total_b.mid"),
            (
                "params_active_b",
                BILLION,
                "Parameters used per token, middle of the range.",
                "record.active_b.mid",
            ),
            (
                "params_source",
                TEXT,
                "How the counts are known: `disclosed`, `parsed-from-name`, …",
                "record.provenance",
            ),
            ("architecture", FactType("text", ("dense", "moe", "unknown")), "Architecture."),
            ("native_precision", TEXT, "What the published weights are stored in: `bf16`, `fp8`, …"),
            ("quantized", TEXT, "Format of a repository that is already quantized."),
            ("open_weights", BOOLEAN, "The weights are published."),
            ("reasoning", BOOLEAN, "A reasoning model."),
            ("context_tokens", TOKENS, "Context length."),
            ("input_usd_per_mtok", USD_PER_MTOK, "List price of input."),
            ("output_usd_per_mtok", USD_PER_MTOK, "List price of output."),
            ("released", DATE, "Release date."),
            ("deprecated", DATE, "Deprecation date."),
            ("retired", DATE, "Retirement date."),
            (
                "retirement",
                TEXT,
                "The retirement date, for messages: past or future by the date of the data.",
                "retirement",
            ),
            ("retirement_source", TEXT, "Where that date stands."),
            (
                "served_by_maker",
                BOOLEAN,
                "The maker's own service answers, whose dates these are.",
                "served_by_maker",
            ),
            ("successor", TEXT, "The maker's successor."),
            ("replacement", TEXT, "The nearest successor whose own service does not end.", "replacement"),
            (
                "tokenizer",
                TEXT,
                "Group of families with the same tokens (`rules/models/tokenizers.yaml`).",
                "tokenizer",
            ),
        ],
    ),
    "smaller": (
        "The same maker's current smaller model, and what it would save.",
        "smaller",
        [
            ("id", TEXT, "Its id."),
            ("params_total_b", BILLION, "Its parameters, middle of the range.", "smaller.total_b.mid"),
            ("energy_ratio", NUMBER, "Predicted energy of the present model, relative to it.", "ratio.value"),
            ("energy_ratio_low", NUMBER, "Low end of that ratio.", "ratio.low"),
            ("energy_ratio_high", NUMBER, "High end of that ratio.", "ratio.high"),
            ("energy_range", TEXT, "The ratio with its p10–p90, for messages.", "ratio_range"),
            ("reliability", RELIABILITY, "`certain` from 3, `reliable` from 2.", "ratio.reliability"),
            ("track_record", TEXT, "How often predicted ratios of this size were right.", "ratio_record"),
        ],
    ),
    "successor": (
        "A smaller model that is at least as good by its maker's own figures (`rules/models/superseded.yaml`).",
        "successor",
        [
            ("id", TEXT, "Its id.", "superseded.by"),
            ("reason", TEXT, "What the maker's figures say.", "superseded.reason"),
            ("source", TEXT, "Where they stand.", "superseded.source"),
            (
                "energy_ratio",
                NUMBER,
                "Predicted energy of the present model over it.",
                "successor_ratio.value",
            ),
            ("energy_ratio_low", NUMBER, "Low end of that ratio.", "successor_ratio.low"),
            ("energy_ratio_high", NUMBER, "High end of that ratio.", "successor_ratio.high"),
            ("energy_range", TEXT, "The ratio with its p10–p90, for messages.", "successor_ratio_range"),
        ],
    ),
    "draft": (
        "The draft model of speculative decoding.",
        "draft",
        [
            ("given", BOOLEAN, "Speculative decoding of any kind is switched on.", "draft_given"),
            (
                "elsewhere",
                BOOLEAN,
                "It is given where the object that the call runs on was made, a site of its own.",
                "site.draft_elsewhere",
            ),
            ("id", TEXT, "The draft model."),
            ("params_total_b", BILLION, "Its parameters, middle of the range.", "draft.total_b.mid"),
            ("tokenizer", TEXT, "Group of families with the same tokens.", "draft_tokenizer"),
            ("own_tokenizer", BOOLEAN, "The call gives it a tokenizer of its own.", "site.draft_tokenizer"),
            ("is_head", BOOLEAN, "A head trained on its target (EAGLE, Medusa).", "draft_is_head"),
            ("known", TEXT, "A model that could draft for this one.", "known_draft"),
            ("mismatch", TEXT, "Why it cannot help: other tokens, its size, or the batch.", "draft_mismatch"),
        ],
    ),
    "region": (
        "The cloud region in the code, and the cleanest one near it (`rules/impact/regions.csv`).",
        "nearby",
        [
            ("origin", TEXT, "Where its name stands, when not in the call.", "region_origin"),
            ("gco2e_kwh", GRID, "Carbon of its grid, location-based.", "nearby.here_gco2e_kwh"),
            ("nearby", TEXT, "The cleanest region of the same cloud near it.", "nearby.region"),
            ("nearby_gco2e_kwh", GRID, "Carbon of its grid.", "nearby.gco2e_kwh"),
            ("ratio", NUMBER, "The first over the second.", "nearby.ratio"),
        ],
    ),
    "prompt": (
        "What is sent.",
        "site.prompt",
        [
            ("text", TEXT, "The literal text, messages joined by newlines.", "site.prompt.static_text"),
            ("tokens", TOKENS, "Tokens of the literal text.", "prompt_tokens"),
            (
                "tool_tokens",
                TOKENS,
                "Tokens of the schemas of tools and answer; unknown where one cannot be read.",
                "tool_tokens",
            ),
            ("holes", NUMBER, "Parts only known at run time.", "holes"),
            ("complete", BOOLEAN, "False when messages may be missing."),
            ("batch", NUMBER, "Prompts in one call, where a list of known length is passed."),
            ("has_history", BOOLEAN, "A growing list of messages is sent.", "has_history"),
            ("has_loop_item", BOOLEAN, "The item of the enclosing loop is sent.", "has_loop_item"),
            ("prefix_tokens", TOKENS, "Literal text before the first hole.", "prompt_order.prefix_tokens"),
            ("early_hole", TEXT, "First hole that changes from call to call.", "prompt_order.early_hole"),
            ("late_tokens", TOKENS, "Literal text after that hole.", "prompt_order.late_tokens"),
            ("asks_for_new", BOOLEAN, "Its words ask for another answer each time.", "asks_for_new"),
            ("repairs", TEXT, "Format of an earlier answer that it asks to repair: `JSON`.", "repairs"),
        ],
    ),
    "contract": (
        "What the code accepts as an answer.",
        "site.contract",
        [
            ("kind", _one_of(site.AnswerKind), "Form of the answer."),
            ("labels", TEXTS, "The labels it accepts."),
        ],
    ),
    "loop": (
        "How often one pass of the enclosing code runs the call.",
        "site.loop",
        [
            ("kind", _one_of(site.LoopKind), "Once per item, again on failure, or a session."),
            ("count", NUMBER, "Passes, when visible."),
            ("over", TEXT, "The iterable as written."),
            ("line", NUMBER, "Line of the loop."),
            ("via_function", TEXT, "The function called in the loop, when the loop is further out."),
            ("gathered", BOOLEAN, "The passes run concurrently."),
            (
                "dependent",
                BOOLEAN,
                "A pass needs the answer of the one before, or the weights that it trained.",
            ),
            ("invariant", BOOLEAN, "Every pass makes the call with the same values."),
            (
                "dispatched",
                BOOLEAN,
                "Another object may be called at each pass, or one of several functions.",
            ),
            ("handed", BOOLEAN, "The function around the call is handed to `map`, `apply` and the like."),
            ("timed", BOOLEAN, "The time of each pass's call is measured, as benchmarks do."),
            ("growing", TEXT, "List sent that an unbounded loop only lengthens.", "site.growing.name"),
            ("growing_line", NUMBER, "Line of that loop.", "site.growing.line"),
            ("place", TEXT, "The loop with its line, for messages.", "loop_place"),
            (
                "batched",
                BOOLEAN,
                "A pass takes several items: known batch, stepped range, lists as items, or names.",
                "batched",
            ),
        ],
    ),
    "load": (
        "How weights are loaded: by this call, or for the object it runs on.",
        "load",
        [
            ("library", TEXT, "Library that loads.", "load.fact.library"),
            ("library_class", TEXT, "Class or function that loads.", "load.fact.library_class"),
            ("version", TEXT, "Version assumed for the library."),
            ("version_source", TEXT, "Why that version."),
            ("task", TEXT, "First argument of `pipeline`.", "load.fact.task"),
            ("dtype", TEXT, "dtype argument: `float32`, `bfloat16`, `auto`, …"),
            ("dtype_given", BOOLEAN, "A dtype is given; unknown when `**kwargs` may hold it."),
            ("dtype_in", TEXT, "Argument that holds the dtype, where it is none itself: `model_kwargs`."),
            ("default_dtype", TEXT, "dtype of the assumed version when none is given."),
            ("effective_dtype", TEXT, "dtype of the weights in use: cast, argument, or default."),
            ("dtype_reason", TEXT, "Why that one, for messages."),
            ("cast_after", TEXT, "dtype of a cast after the load.", "load.fact.cast_after"),
            ("quantization", TEXT, "`nf4`, `int8`, `gptq`, …"),
            ("quantization_given", BOOLEAN, "The load quantizes; unknown when `**kwargs` may."),
            ("compute_dtype", TEXT, "Compute dtype of the quantization.", "load.fact.compute_dtype"),
            ("device_map", TEXT, "Device map, as given.", "load.fact.device_map"),
            ("attention", TEXT, "Attention implementation, as given.", "load.fact.attention"),
            ("eager", TEXT, "`eager`, where that attention is asked for and its weights are not read."),
            (
                "attention_read",
                BOOLEAN,
                "The module reads attention weights.",
                "load.fact.attention_read",
            ),
            (
                "removed_argument",
                TEXT,
                "`load_in_4bit` or `load_in_8bit`, which the declared transformers no longer takes.",
            ),
            ("slow", BOOLEAN, "Quantized in a way that fails, or computes slower than without."),
            ("slow_compute_dtype", TEXT, "`float32` where 4-bit layers are computed in it."),
            ("int8_overhead", TEXT, "Measured energy of int8 on so small a model, for messages."),
            (
                "per_call",
                TEXT,
                "Where the same weights are loaded again and again, in words.",
                "load.fact.per_call",
            ),
            ("draft_model", TEXT, "Draft model given at the load.", "load.fact.draft_model"),
            ("trust_remote_code", BOOLEAN, "Code of the repository runs.", "load.fact.trust_remote_code"),
            (
                "for_training",
                BOOLEAN,
                "The weights go on to training or conversion.",
                "load.fact.for_training",
            ),
            ("generates", BOOLEAN, "The module that loads them generates text.", "load.fact.generates"),
            ("memory_gb", GB, "Weights alone, as loaded."),
            ("memory_16bit_gb", GB, "Weights alone, at 16 bits."),
            ("memory_4bit_gb", GB, "Weights alone, at 4 bits with their scales."),
            ("memory_8bit_saved_gb", GB, "What 8 bits save of that at 16."),
            ("gpus", NUMBER, "GPUs of the configured kind that hold the weights as loaded; a lower bound."),
            ("gpus_4bit", NUMBER, "The same at 4 bits."),
        ],
    ),
    "hardware": (
        "The configured hardware.",
        "",
        [
            ("memory_gb", GB, "Memory of one GPU; 80 when none is configured.", "gpu_memory_gb"),
            ("gpus", NUMBER, "GPUs configured.", "settings.impact.gpus"),
        ],
    ),
    "task": (
        "What the call is for, where that is recognised.",
        "site.task",
        [
            ("name", TEXT, "Task of `rules/tasks`."),
            ("title", TEXT, "The same in words.", "task_title"),
            ("solver", _one_of(site.Solver), "The smallest means that does it."),
            ("confidence", _one_of(site.Certainty), "How sure the verdict is."),
            ("evidence", TEXTS, "What speaks for it, the strongest first."),
            ("reason", TEXT, "The two strongest pieces of evidence, for messages.", "task_reason"),
            ("replacement", TEXT, "What to use instead, in one line."),
        ],
    ),
    "training": (
        "What a training call shows.",
        "site.training",
        [
            ("method", _one_of(site.TrainingMethod), "What is trained."),
            ("reason", TEXT, "How that is known, for messages."),
            ("instead", TEXT, "What to train where the code trains all weights.", "adapters_instead"),
            ("examples", NUMBER, "Examples, where their number is visible."),
            ("epochs", NUMBER, "Passes over them."),
            ("steps", NUMBER, "`max_steps`, which stands in for epochs."),
            ("step_examples", NUMBER, "Examples of one step on one device."),
            ("sequence_tokens", TOKENS, "Length at which examples are cut off."),
            ("early_stopping", BOOLEAN, "Something may end it before its last epoch."),
        ],
    ),
    "workload": (
        "How often the call runs, where somebody said so.",
        "site.workload",
        [("calls_per_month", NUMBER, "Calls per month."), ("batch", NUMBER, "Batch size.")],
    ),
    "impact": (
        "The estimate for one call, medians (docs/impact.md).",
        "impact",
        [
            ("deployment", TEXT, "`api`, `server` or `local`."),
            ("unit", TEXT, "What the estimate is for: `call`, `text`, `million training tokens`."),
            ("tokens_in", TOKENS, "Input tokens.", "impact.tokens_in.p50"),
            ("tokens_out", TOKENS, "Output tokens.", "impact.tokens_out.p50"),
            ("energy_wh", FactType("number", unit="Wh"), "Energy.", "impact.energy_wh.p50"),
            ("energy_range", TEXT, "p10–p90 of that with its unit, for messages.", "energy_range"),
            ("carbon_gco2e", FactType("number", unit="gCO2e"), "Carbon.", "impact.carbon_gco2e.p50"),
            ("water_ml", FactType("number", unit="mL"), "Water.", "impact.water_ml.p50"),
            ("cost_usd", FactType("number", unit="US$"), "Price.", "impact.cost_usd.p50"),
        ],
    ),
    "budget": (
        "The limits of `[tool.wattlint.budget]` for one call.",
        "",
        [
            (
                "over",
                BOOLEAN,
                "The estimate exceeds a limit; unknown without limits or estimate.",
                "over_budget",
            ),
            ("excess", TEXT, "What it exceeds, for messages.", "budget_excess"),
        ],
    ),
}

GROUPS["file"] = (
    "A file that cannot be read; for rules of kind `file` alone.",
    "problem",
    [("problem", TEXT, "What is wrong with it.", "problem.message")],
)
GROUPS["comment"] = (
    "A comment that suppresses findings; for rules of kind `comment` alone.",
    "marker",
    [
        ("text", TEXT, "As written: `noqa: LLM201`."),
        (
            "unused",
            TEXT,
            "What it suppresses nothing of: `LLM201`; unknown where it has something to suppress.",
        ),
        ("whole_file", BOOLEAN, "It speaks for the whole file."),
    ],
)
OWN_FACTS = ("file", "comment")
"""Kinds of rule that look at something else than calls, each with the facts of the same name."""

FACTS: dict[str, Fact] = {
    f"{prefix}.{name}": Fact(f"{prefix}.{name}", type_, doc, _reader(path[0] if path else f"{part}.{name}"))
    for prefix, (_, part, rows) in GROUPS.items()
    for name, type_, doc, *path in rows
}
TYPES = {name: fact.type for name, fact in FACTS.items()}
GETTERS = {name: fact.get for name, fact in FACTS.items()}


def reference_page() -> str:
    """The text of ``docs/facts.md``."""
    lines = [
        "# Facts",
        "",
        "What a rule's `when`, `message` and `help` may refer to. Generated from `src/wattlint/lint/facts.py` by `make docs`.",
        "",
        "Any fact may be unknown. A comparison with an unknown fact is unknown, and a rule fires only where its condition",
        "is true: not knowing means silence. `known(fact)`, `fact is None` and `fact is not None` ask.",
        "",
        "A condition may use `and`, `or`, `not`, `== != < <= > >=`, `in` and `not in` (a list of literals, a text, or texts),",
        '`+ - * /`, and `starts_with(text, "a", "b")`, `ends_with(…)`, `contains(…)`. Dates are written `"2026-11-22"`.',
        "In a message, `{fact}` or `{fact:.1f}` stands for its value, and a part `[[ ({fact})]]` is left out where a fact in",
        "it is unknown.",
    ]
    for prefix, (meaning, _, rows) in GROUPS.items():
        lines += ["", f"## {prefix}", "", meaning, "", "| fact | type | meaning |", "|---|---|---|"]
        for name, type_, doc, *_ in rows:
            kind = f"{type_.kind}, {type_.unit}" if type_.unit else type_.kind
            values = ": " + ", ".join(f"`{choice}`" for choice in type_.choices) if type_.choices else ""
            lines.append(f"| `{prefix}.{name}` | {kind}{values} | {doc} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(reference_page(), end="")
