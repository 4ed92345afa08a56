"""How many tokens a call reads and writes, as intervals, from what the code shows and stated priors for the rest."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from wattlint.callsites.facts import CallSite, Prompt, Schemas
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants
from wattlint.impact.quantities import Interval, Step
from wattlint.impact.tokens import count_tokens
from wattlint.regexes import regex
from wattlint.settings import ImpactSettings

SHORT = regex(r"question|query|keyword|topic|title|user_input|\bq\b", re.IGNORECASE)
"""Names of what people type by hand."""


class Volume(NamedTuple):
    """Tokens and how they were arrived at."""

    tokens: Interval
    step: Step


def tokens_in(prompt: Prompt | None, site: CallSite, record: ModelRecord | None) -> Volume:
    """Tokens read by one call; of an embedding, by one text."""
    if site.workload and site.workload.tokens_in:
        return _exact(
            "input tokens", site.workload.tokens_in, site.workload.source or "workload given by the user"
        )
    if prompt is None or not any(part.pieces for part in prompt.parts):
        prior = constants.prior("input_tokens", "embedded-text" if site.kind == "embed" else "nothing")
        tokens, formula, source = (
            prior.interval,
            f"{prior.mid:.0f} for a prompt that cannot be seen",
            prior.source,
        )
    else:
        tokens, formula, source = _of_prompt(prompt, embed=site.kind == "embed")
    if site.schemas is not None:
        schemas, term, origin = _of_schemas(site.schemas)
        tokens, formula, source = _sum([tokens, schemas]), f"{formula} + {term}", f"{source}; {origin}"
    if record is not None and record.context_tokens:
        tokens = Interval(*(min(tokens_, float(record.context_tokens)) for tokens_ in tokens))
    return Volume(tokens, Step("input tokens", formula, tokens, "tokens", source))


def _of_prompt(prompt: Prompt, embed: bool) -> tuple[Interval, str, str]:
    counts = [count_tokens(piece) for part in prompt.parts for piece in part.pieces if isinstance(piece, str)]
    static = Interval(sum(c.low for c in counts), sum(c.tokens for c in counts), sum(c.high for c in counts))
    kinds = _kinds(prompt)
    if not prompt.complete and "history" not in kinds:
        kinds.append("unknown")
    if embed:
        kinds = ["embedded-text"] * len(kinds)
    addends, terms, sources = (
        [static],
        [f"{static.p50:.0f} of text"],
        [f"text: {counts[0].method}"] if counts else [],
    )
    if not embed:
        message = constants.prior("message", "message")
        addends.append(message.interval.scaled(len(prompt.parts)))
        terms.append(f"{message.mid:.0f} x {len(prompt.parts)} messages")
        sources.append(f"messages: {message.source}")
    for kind in dict.fromkeys(kinds):
        prior = constants.prior("input_tokens", kind, otherwise="unknown")
        addends += [prior.interval] * kinds.count(kind)
        terms.append(f"{prior.mid:.0f} x {kinds.count(kind)} {kind} hole{'s' * (kinds.count(kind) > 1)}")
        sources.append(f"{kind}: {prior.source}")
    repeats = prompt.batch if prompt.batch and len(prompt.parts) < prompt.batch else 1
    if repeats > 1:
        terms = [f"({' + '.join(terms)}) x {repeats} prompts"]
    whole = _sum(addends).scaled(repeats)
    texts = (prompt.batch or len(prompt.parts)) if embed else 1
    formula = " + ".join(terms) if texts == 1 else f"({' + '.join(terms)}) / {texts} texts"
    return whole.scaled(1 / texts), formula, "; ".join(sources)


def schema_tokens(schemas: Schemas) -> int:
    """Tokens of the schemas that can be read, as JSON."""
    return sum(count_tokens(text).tokens for text in schemas.texts)


def _of_schemas(schemas: Schemas) -> tuple[Interval, str, str]:
    """Of tools and answer; every provider writes them into the prompt in a form of its own."""
    addends, terms, sources = [], [], []
    if schemas.texts:
        form, tokens = constants.prior("schema_form", "schema_form"), schema_tokens(schemas)
        addends.append(form.interval.scaled(tokens))
        terms.append(f"{tokens} of {len(schemas.texts)} schema{'s' * (len(schemas.texts) > 1)}")
        sources.append(f"schemas: {form.source}")
    for count, kind in ((schemas.unread, "tool"), (int(schemas.open), "tools")):
        if count:
            prior = constants.prior("input_tokens", kind)
            addends += [prior.interval] * count
            terms.append(
                f"{prior.mid:.0f} x {count} tool{'s' * (count > 1)} unread"
                if kind == "tool"
                else f"{prior.mid:.0f} for tools that cannot be seen"
            )
            sources.append(f"{kind}: {prior.source}")
    return _sum(addends), " + ".join(terms), "; ".join(sources)


def _kinds(prompt: Prompt) -> list[str]:
    """What each hole is filled with. Where a hole is all of a message, nothing says that it is short."""
    kinds = []
    seen = any(isinstance(piece, str) and piece.strip() for part in prompt.parts for piece in part.pieces)
    for part in prompt.parts:
        for hole in part.holes:
            kind = hole.kind
            whole = len(part.pieces) == 1 and kind in ("value", "parameter", "unknown")
            if whole and not SHORT.search(hole.name):
                kind, seen = ("parameter" if seen else "nothing"), True
            kinds.append(kind)
    return kinds


def is_forward(site: CallSite) -> bool:
    """``model(**inputs)``: one pass over the input, nothing is generated."""
    return site.entry_point.endswith(".forward")


def tokens_out(site: CallSite, limit: int | None, record: ModelRecord, settings: ImpactSettings) -> Volume:
    """Tokens written by one call: thought, answer, and all samples, never more than the limit allows."""
    if is_forward(site):
        return _exact("output tokens", 0, "a forward pass reads and writes nothing")
    if site.workload and site.workload.tokens_out:
        return _exact(
            "output tokens", site.workload.tokens_out, site.workload.source or "workload given by the user"
        )
    answer, formula, source = _answer(site, limit, record, settings)
    if record.reasoning and site.reasoning_effort != "none":
        effort = site.reasoning_effort or "medium"
        thought = constants.prior("reasoning", effort, otherwise="medium")
        answer = _sum([answer, thought.interval])
        formula += f" + {thought.mid:.0f} of thought (effort {effort})"
        source += f"; thought: {thought.source}"
    if limit is not None and limit > 0 and answer.p90 > limit:
        answer = Interval(*(min(tokens, float(limit)) for tokens in answer))
        formula = f"min({formula}, limit {limit})"
    answer = Interval(*(max(tokens, 1.0) for tokens in answer))
    times = max(site.samples or 1, 1) * (site.prompt.batch if site.prompt and site.prompt.batch else 1)
    if times > 1:
        answer, formula = answer.scaled(times), f"({formula}) x {times} answers"
    return Volume(answer, Step("output tokens", formula, answer, "tokens", source))


def _answer(
    site: CallSite, limit: int | None, record: ModelRecord, settings: ImpactSettings
) -> tuple[Interval, str, str]:
    """Length of one answer: by what the code accepts, else by the task, else by settings, model and limit."""
    contract = constants.find_prior("contract", site.contract.kind)
    task = site.task and (
        constants.task_output(site.task.name) or constants.find_prior("solver", site.task.solver)
    )
    if task and site.task and site.contract.kind in ("text", "json"):
        return task.interval, f"answer: task {site.task.name}", task.source
    if contract is not None:
        return contract.interval, f"answer: {site.contract.kind}", contract.source
    if settings.output_tokens:
        tokens = float(settings.output_tokens)
        return Interval(tokens, tokens, tokens), f"answer: {tokens:.0f}", "impact.output_tokens"
    default = constants.prior("default", "default")
    share = constants.prior("limit_share", "limit_share")
    answer, formula, source = default.interval, "answer: free text", default.source
    if record.typical_output_tokens and record.typical_output_tokens > 0:
        ratio = record.typical_output_tokens / default.mid
        answer, formula = answer.scaled(ratio), f"answer: typical of {record.id}"
        source = f"catalogue record of {record.id}; spread: {default.source}"
    if limit is not None and limit > 0:
        below = share.interval.scaled(limit)
        answer = Interval(*(min(pair) for pair in zip(answer, below, strict=True)))
        formula, source = f"{formula}, limit {limit}", f"{source}; under a limit: {share.source}"
    return answer, formula, source


def _exact(name: str, tokens: float, source: str) -> Volume:
    value = Interval(tokens, tokens, tokens)
    return Volume(value, Step(name, f"{tokens:g}", value, "tokens", source))


def _sum(addends: Sequence[Interval]) -> Interval:
    """Sum of independent quantities: middles add, distances to the ends add as squares."""
    mid = sum(addend.p50 for addend in addends)
    down = math.sqrt(sum((addend.p50 - addend.p10) ** 2 for addend in addends))
    up = math.sqrt(sum((addend.p90 - addend.p50) ** 2 for addend in addends))
    return Interval(max(mid - down, sum(addend.p10 for addend in addends)), mid, mid + up)
