"""What a rule is evaluated on: one call site, or one caller's view of it, and what follows from it.

Everything derived (catalogue record, smaller model, estimate) is computed on first use, because most rules decide on
plain facts of the site and never ask for it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from wattlint.callsites.facts import CallSite, Context, ModelFact, OutputContract, Place, Prompt, TaskVerdict
from wattlint.catalogue.model_spellings import profile_area
from wattlint.catalogue.records import ModelRecord
from wattlint.catalogue.user_folder import part
from wattlint.lint import prompt_order
from wattlint.lint.messages import two_digits
from wattlint.lint.weights import Weights
from wattlint.regexes import regex
from wattlint.settings import Settings

if TYPE_CHECKING:
    from wattlint.catalogue.models import ModelCatalogue, Superseded
    from wattlint.impact.compare import Ratio
    from wattlint.impact.nearby import NearbyRegion
    from wattlint.impact.quantities import Impact

DEFAULT_GPU_GB = 80.0
"""Memory of the GPU assumed where none is configured: H100 and A100 are sold with 80 GB."""

TRACK_RECORD = {
    "certain": "predictions above 3 had the order right in all of 1,178 measured pairs",
    "reliable": "predictions of 2 to 3 had the order right in 95.8 % of measured pairs",
}
"""By reliability of a ratio: 2,460 pairs of models served alike, rows of the ML.ENERGY leaderboard."""

MAKER_OF_PROVIDER = {"mistral": "mistral", "mistralai": "mistral", "gemini": "google", "google": "google"}
"""Whose service a provider's name stands for, where it is not the maker's own name."""
AZURE = regex(r"azure|gpt-35", re.IGNORECASE)
"""Azure spells its models without the dot."""
ROUTERS = ("litellm", "langchain", "llama-index")
"""Libraries that ask the maker's service where the model's name says no other."""
LARGE_BATCH = 128
"""From here on drafting takes more energy than it saves: +26 % measured (rules/checks/LLM206-mismatched-draft-model.md)."""
HEADS = regex(r"eagle|medusa|hydra|speculator|mtp|dflash|draft", re.IGNORECASE)

BATCH_WORDS = regex(
    r"batch|loader|shard|bucket|partition|(?<![a-z])chunk\w*\(|array_split|\bwindowed\(", re.IGNORECASE
)
PLURAL = regex(r"(?:[^su\W\d_]|e)s\W*$")
"""A name in the plural at the end: ``keywords``, ``row["texts"]``; not ``address``, ``status``."""
STEPPED_RANGE = regex(r"\brange\([^,]+,[^,]+,")


class Subject:
    """``site`` as seen in ``context``, by a caller (None: as written). None: unknown."""

    problem = marker = None
    """Known in rules about files and comments alone."""

    def __init__(
        self, site: CallSite, settings: Settings, context: Context | None = None, loops_inside: bool = False
    ) -> None:
        """``loops_inside``: the wrapper that the caller calls goes over data itself."""
        self.site, self.settings, self.context, self.loops_inside = site, settings, context, loops_inside

    def callers(self) -> Iterator[Subject]:
        """The same call as each caller of the project's own wrapper makes it."""
        loops_inside = self.site.loop.kind == "data" and self.site.loop.via_function is None
        for context in self.site.contexts:
            yield Subject(_seen_by(self.site, context), self.settings, context, loops_inside)

    def judged(self) -> Subject:
        """As rules see it: without a model where the caller's user chooses it."""
        if self.context is None or not self.context.one_of_several:
            return self
        model = ModelFact(unknown_reason="the object that is called may be of several classes")
        site = dataclasses.replace(self.site, model=model)
        return Subject(site, self.settings, self.context, self.loops_inside)

    @property
    def caller(self) -> Place | None:
        return None if self.context is None else self.context.caller

    @property
    def via_caller(self) -> bool:
        return self.context is not None

    @cached_property
    def record(self) -> ModelRecord | None:
        id = self.site.catalogue_id
        return None if id is None else model_record(id, self.settings.rules_dir)

    @property
    def origin(self) -> str | None:
        """Where the model's name stands, unless it stands in the call itself."""
        if not self.site.model.origin:
            return None
        place = self.site.model.origin[-1]
        here = place.path == self.site.path and self.site.line <= place.line <= self.site.end_line
        if place.line == 0:
            return f"the default of {place.path}"
        return None if here else f"{place.path}:{place.line}"

    @property
    def region_origin(self) -> str | None:
        """Where the region's name stands, unless it stands in the call itself."""
        place = self.site.region_place
        if place is None:
            return None
        here = place.path == self.site.path and self.site.line <= place.line <= self.site.end_line
        return None if here else f"{place.path}:{place.line}"

    @cached_property
    def smaller(self) -> ModelRecord | None:
        """The same maker's current smaller model."""
        if self.record is None or self.record.smaller is None:
            return None
        smaller = model_record(self.record.smaller, self.settings.rules_dir)
        return smaller if smaller is not None and smaller.retired is None else None

    @cached_property
    def ratio(self) -> Ratio | None:
        """Predicted energy of this model relative to the smaller one, same work, same deployment."""
        return self._ratio_to(self.smaller)

    def _ratio_to(self, other: ModelRecord | None) -> Ratio | None:
        if self.record is None or other is None or None in (self.record.total_b, other.total_b):
            return None
        from wattlint.impact.compare import ratio

        return ratio(self.record, other, self.site, self.settings.impact)

    @cached_property
    def superseded(self) -> Superseded | None:
        """By which smaller model of the same maker, and why."""
        id = self.site.catalogue_id
        return None if id is None else _catalogue(self.settings.rules_dir).superseded(id)

    @cached_property
    def successor(self) -> ModelRecord | None:
        return None if self.superseded is None else model_record(self.superseded.by, self.settings.rules_dir)

    @cached_property
    def successor_ratio(self) -> Ratio | None:
        return self._ratio_to(self.successor)

    @property
    def served_by_maker(self) -> bool | None:
        """Whether the maker's own service answers: other clouds keep models longer, or end them earlier."""
        if self.record is None:
            return None
        if self.site.load is not None or (self.site.base_url is not None and self.site.provider is None):
            return False
        if AZURE.search(" ".join(filter(None, (self.site.path, self.site.function, self.site.model.id)))):
            return None  # OpenAI's client, set to a service with dates of its own
        provider = self.site.provider
        if provider is None:
            provider = (
                (self.site.model.id or "").partition("/")[0] if "/" in (self.site.model.id or "") else None
            )
        if provider is None:
            return True if self.site.sdk in ROUTERS else None
        return MAKER_OF_PROVIDER.get(provider, provider) == self.record.maker

    @property
    def retirement(self) -> str | None:
        """The retirement date as a part of a sentence; past or future is judged by the date of the data.

        A date to come counts where the maker has deprecated the model: until then it is only the earliest possible.
        """
        if self.record is None or self.record.retired is None:
            return None
        if self.record.retired <= self.record.dated:
            return f"ended on {self.record.retired}"
        return f"ends on {self.record.retired}" if self.record.deprecated else None

    @property
    def replacement(self) -> str | None:
        """The maker's successor, or the successor of that, as long as their own service ends."""
        found, seen = self.record, set()
        while found is not None and found.successor is not None and found.id not in seen:
            seen.add(found.id)
            found = model_record(found.successor, self.settings.rules_dir)
            if found is not None and found.retired is None:
                return found.id
        return None

    @property
    def cache_off(self) -> str | None:
        return "use_cache=False" if self.site.use_cache is False else None

    @property
    def kept_gradients(self) -> str | None:
        return self.site.callee if self.site.keeps_gradients else None

    @property
    def unused_outputs(self) -> tuple[str, ...] | None:
        return self.site.unused_outputs or None

    @property
    def last_logits(self) -> str | None:
        return self.site.callee if self.site.last_logits_only else None

    @property
    def padded(self) -> str | None:
        return 'padding="max_length"' if self.site.padding == "max_length" else None

    @cached_property
    def draft(self) -> ModelRecord | None:
        """The draft model that the call or its load is given."""
        id = self.site.draft_model or (self.site.load.draft_model if self.site.load else None)
        return None if id is None else model_record(id, self.settings.rules_dir)

    @property
    def draft_given(self) -> bool | None:
        """Speculative decoding is on; unknown where ``**kwargs`` may switch it on."""
        load = self.site.load
        if self.site.draft_given or (load is not None and load.draft_given):
            return True
        return None if self.site.open_arguments or (load is not None and load.open_arguments) else False

    @property
    def draft_is_head(self) -> bool | None:
        """A head trained on its target (EAGLE, Medusa), named after that: neither size nor tokens are its own."""
        return None if self.draft is None else bool(HEADS.search(self.draft.id))

    @property
    def draft_mismatch(self) -> str | None:
        """Each reason why the draft model cannot help."""
        draft, record = self.draft, self.record
        if draft is None:
            return None
        reasons = []
        ours, its = self.tokenizer, self.draft_tokenizer
        if ours and its and ours != its and not self.site.draft_tokenizer:
            reasons.append(f"its tokens are those of {its}, not of {ours}")
        size = record.total_b if record is not None and record.provenance == "disclosed" else None
        if size is not None and draft.total_b is not None and draft.total_b.mid * 5 > size.mid:
            reasons.append("it is larger than a fifth of that model")
        workload = self.site.workload
        batch = max(self.site.batch_size or 0, (workload.batch if workload else 0) or 0)
        if batch >= LARGE_BATCH:
            reasons.append(f"at a batch of {batch} the large model no longer waits for memory")
        return "; ".join(reasons) or None

    @property
    def tokenizer(self) -> str | None:
        return self._tokenizer(self.record)

    @property
    def draft_tokenizer(self) -> str | None:
        return self._tokenizer(self.draft)

    @property
    def known_draft(self) -> str | None:
        """A model with the same tokens, at most a tenth of this one."""
        if self.record is None or self.record.total_b is None:
            return None
        id = _catalogue(self.settings.rules_dir).draft(self.record)
        found = None if id is None else model_record(id, self.settings.rules_dir)
        if found is None or found.total_b is None or found.total_b.mid * 10 > self.record.total_b.mid:
            return None
        return id

    def _tokenizer(self, record: ModelRecord | None) -> str | None:
        return None if record is None else _catalogue(self.settings.rules_dir).tokenizer(record)

    @cached_property
    def nearby(self) -> NearbyRegion | None:
        """The cleanest region of the same provider near the one in the code; None where that does not say where it runs."""
        if (
            self.site.region is None
            or "{" in self.site.region
            or any(map(profile_area, self.site.model.candidates))
        ):
            return None
        from wattlint.impact.nearby import cleanest_nearby

        return cleanest_nearby(self.site.region, self.site.provider)

    @cached_property
    def impact(self) -> Impact | None:
        from wattlint.impact.estimate import estimate

        return estimate(self.site, self.record, self.settings.impact)

    @property
    def energy_range(self) -> str | None:
        if self.impact is None:
            return None
        from wattlint.impact.quantities import in_readable_unit

        energy, unit = in_readable_unit(self.impact.energy_wh, "Wh")
        return f"{two_digits(energy.p10)}–{two_digits(energy.p90)} {unit}"

    @property
    def adapters_instead(self) -> str | None:
        """The advice to train adapters: for all weights of a model that the code itself loads, no provider's service."""
        training = self.site.training
        whole = training is not None and training.method == "all weights"
        return "adapters (LoRA) instead of all weights" if whole else None

    @property
    def over_budget(self) -> bool | None:
        """Whether one call exceeds a limit that the configuration sets."""
        if not self.settings.budget.per_call or self.impact is None:
            return None
        return self.budget_excess is not None

    @property
    def budget_excess(self) -> str | None:
        budget = self.settings.budget
        if not budget.per_call:
            return None
        from wattlint.lint.budget import excess, quantities

        return "; ".join(excess(quantities(self.impact), budget.per_call, budget.at)) or None

    @property
    def ratio_range(self) -> str | None:
        return _range(self.ratio)

    @property
    def successor_ratio_range(self) -> str | None:
        return _range(self.successor_ratio)

    @property
    def ratio_record(self) -> str | None:
        return TRACK_RECORD.get(self.ratio.reliability) if self.ratio else None

    @property
    def task_reason(self) -> str | None:
        return "; ".join(self.site.task.evidence[:2]) or None if self.site.task else None

    @property
    def task_title(self) -> str | None:
        if self.site.task is None:
            return None
        from wattlint.callsites.tasks.records import task_record

        return task_record(self.site.task.name).title

    @cached_property
    def gpu_memory_gb(self) -> float:
        """Of one configured GPU."""
        name = self.settings.impact.hardware
        if name is None:
            return DEFAULT_GPU_GB
        from wattlint.impact.constants import hardware

        device = hardware(name)
        return device.memory_gb if device else DEFAULT_GPU_GB

    @cached_property
    def load(self) -> Weights | None:
        load = self.site.load
        if load is None or (load.elsewhere and self.site.kind in ("load", "bind")):
            return None  # ``pipeline(model=loaded)``: what is wrong with the load is reported where it stands
        return Weights(load, self.record, self.gpu_memory_gb)

    @property
    def limit_given(self) -> bool | None:
        hidden = self.site.open_arguments or self.site.limit_hidden
        return self.site.output_limit_given or (None if hidden else False)

    @property
    def batched(self) -> bool | None:
        """Whether a pass of the loop already takes several items: a known batch, a stepped range, or the names used."""
        site = self.site
        if site.loop.kind == "none":
            return None
        if (site.batch_size or 0) > 1 or (site.prompt is not None and (site.prompt.batch or 0) > 1):
            return True
        if site.loop.collections or self.loops_inside:
            return True
        if site.prompt is not None and site.prompt.several:
            return True
        holes = site.prompt.holes if site.prompt is not None else ()
        if any(hole.kind == "loop-item" and PLURAL.search(hole.name) for hole in holes):
            return True
        # ``run_batched(prompts)``: where a function's own name says it, each of its calls takes several.
        names = [site.loop.over or "", (site.function or "").rpartition(".")[2]]
        names += [hole.name for hole in holes]
        return any(BATCH_WORDS.search(name) or STEPPED_RANGE.search(name) for name in names)

    @cached_property
    def prompt_tokens(self) -> int | None:
        """Tokens of the literal text."""
        if self.site.prompt is None:
            return None
        from wattlint.impact.tokens import count_tokens

        return count_tokens(self.site.prompt.static_text).tokens

    @cached_property
    def tool_tokens(self) -> int | None:
        """Tokens of the schemas of tools and answer that can be read; None where some cannot."""
        schemas = self.site.schemas
        if schemas is None:
            return 0
        if schemas.unread or schemas.open:
            return None
        from wattlint.impact.volume import schema_tokens

        return schema_tokens(schemas)

    @cached_property
    def prompt_order(self) -> prompt_order.Order | None:
        """Fixed and changing parts of the prompt, in the order they are sent; None where parts may be missing."""
        prompt = self.site.prompt
        return prompt_order.of(prompt) if prompt is not None else None

    @property
    def asks_for_new(self) -> bool | None:
        return prompt_order.asks_for_new(self.site.prompt) if self.site.prompt is not None else None

    @property
    def is_probe(self) -> bool:
        return prompt_order.is_probe(self.site.function)

    @property
    def repairs(self) -> str | None:
        return prompt_order.repairs(self.site.prompt) if self.site.prompt is not None else None

    @property
    def loop_place(self) -> str | None:
        """``over`` and line, with the file where it is another one, for messages."""
        loop = self.site.loop
        if loop.kind == "none" or loop.line is None:
            return None
        if loop.path is not None:
            return f"{loop.over or 'the loop'} ({loop.path}:{loop.line})"
        return f"{loop.over} (line {loop.line})" if loop.over else f"the loop in line {loop.line}"

    @property
    def holes(self) -> int | None:
        return None if self.site.prompt is None else len(self.site.prompt.holes)

    @property
    def has_history(self) -> bool | None:
        return self._has_hole("history")

    @property
    def has_loop_item(self) -> bool | None:
        return self._has_hole("loop-item")

    def _has_hole(self, kind: str) -> bool | None:
        prompt = self.site.prompt
        return None if prompt is None else any(hole.kind == kind for hole in prompt.holes)


def model_record(id: str, rules_dir: str | None = None) -> ModelRecord | None:
    return _catalogue(rules_dir).lookup(id)


def _catalogue(rules_dir: str | None) -> ModelCatalogue:
    from wattlint.catalogue.models import load_models

    return load_models(part(rules_dir, "models"))


def _range(ratio: Ratio | None) -> str | None:
    """The value with its p10–p90."""
    if ratio is None:
        return None
    return f"{two_digits(ratio.value)} ({two_digits(ratio.low)}–{two_digits(ratio.high)})"


def _seen_by(site: CallSite, context: Context) -> CallSite:
    limit = site.output_limit if context.output_limit is None else context.output_limit
    view = dataclasses.replace(
        site,
        model=context.model,
        prompt=context.prompt,
        loop=context.loop,
        growing=context.growing,
        fallback=context.fallback,
        output_limit=limit,
        contexts=(),
    )
    if context.prompt != site.prompt:
        view.task = _task(context.prompt, view.contract, limit)
    return view


def _task(prompt: Prompt | None, contract: OutputContract, limit: int | None) -> TaskVerdict | None:
    from wattlint.callsites.tasks.recognise import recognise

    return recognise(prompt, contract, (), limit)
