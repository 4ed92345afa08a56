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

from wattlint.callsites.facts import CallSite, Context, Place, Prompt, TaskVerdict
from wattlint.catalogue.records import ModelRecord
from wattlint.catalogue.user_folder import part
from wattlint.lint.messages import two_digits
from wattlint.lint.weights import Weights
from wattlint.settings import Settings

if TYPE_CHECKING:
    from wattlint.impact.compare import Ratio
    from wattlint.impact.quantities import Impact

DEFAULT_GPU_GB = 80.0
"""Memory of the GPU assumed where none is configured: H100 and A100 are sold with 80 GB."""

TRACK_RECORD = {
    "certain": "predictions above 3 had the order right in all of 1,178 measured pairs",
    "reliable": "predictions of 2 to 3 had the order right in 95.8 % of measured pairs",
}
"""By reliability of a ratio: 2,460 pairs of models served alike, rows of the ML.ENERGY leaderboard."""

BATCH_WORDS = re.compile(
    r"batch|loader|shard|bucket|partition|(?<![a-z])chunk\w*\(|array_split|\bwindowed\(", re.IGNORECASE
)
STEPPED_RANGE = re.compile(r"\brange\([^,]+,[^,]+,")


class Subject:
    """``site`` as seen by ``caller`` (None: as written). None: unknown."""

    def __init__(self, site: CallSite, settings: Settings, caller: Place | None = None) -> None:
        self.site, self.settings, self.caller = site, settings, caller

    def callers(self) -> Iterator[Subject]:
        """The same call as each caller of the project's own wrapper makes it."""
        for context in self.site.contexts:
            yield Subject(_seen_by(self.site, context), self.settings, context.caller)

    @property
    def via_caller(self) -> bool:
        return self.caller is not None

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
        if self.record is None or self.smaller is None or None in (self.record.total_b, self.smaller.total_b):
            return None
        from wattlint.impact.compare import ratio

        return ratio(self.record, self.smaller, self.site, self.settings.impact)

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
    def ratio_range(self) -> str | None:
        if self.ratio is None:
            return None
        low, high = two_digits(self.ratio.low), two_digits(self.ratio.high)
        return f"{two_digits(self.ratio.value)} ({low}–{high})"

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
        return self.site.output_limit_given or (None if self.site.open_arguments else False)

    @property
    def batched(self) -> bool | None:
        """Whether a pass of the loop already takes several items: a known batch, a stepped range, or the names used."""
        site = self.site
        if site.loop.kind == "none":
            return None
        if (site.batch_size or 0) > 1 or (site.prompt is not None and (site.prompt.batch or 0) > 1):
            return True
        # ``run_batched(prompts)``: where a function's own name says it, each of its calls takes several.
        names = [site.loop.over or "", (site.function or "").rpartition(".")[2]]
        if site.prompt is not None:
            names += [hole.name for hole in site.prompt.holes]
        return any(BATCH_WORDS.search(name) or STEPPED_RANGE.search(name) for name in names)

    @cached_property
    def prompt_tokens(self) -> int | None:
        """Tokens of the literal text."""
        if self.site.prompt is None:
            return None
        from wattlint.impact.tokens import count_tokens

        return count_tokens(self.site.prompt.static_text).tokens

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
    from wattlint.catalogue.models import load_models

    return load_models(part(rules_dir, "models")).lookup(id)


def _seen_by(site: CallSite, context: Context) -> CallSite:
    limit = site.output_limit if context.output_limit is None else context.output_limit
    view = dataclasses.replace(
        site, model=context.model, prompt=context.prompt, loop=context.loop, output_limit=limit, contexts=()
    )
    if context.prompt != site.prompt:
        view.task = _task(context.prompt, view)
    return view


def _task(prompt: Prompt | None, site: CallSite) -> TaskVerdict | None:
    from wattlint.callsites.tasks.recognise import recognise

    return recognise(prompt, site.contract, (), site.output_limit)
