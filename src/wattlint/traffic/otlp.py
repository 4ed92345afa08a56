"""OpenTelemetry spans of model calls: OTLP JSON, one ``TracesData`` object per line, as its file exporter writes them.

Attribute names follow the GenAI and code conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/ and
.../registry/attributes/code/, read 2026-11-22), the deprecated ones included: libraries still write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from wattlint.traffic.records import MOST_TOKENS, Call

MODEL = ("gen_ai.request.model", "gen_ai.response.model")
TOKENS_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
TOKENS_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
FUNCTION = ("code.function.name", "code.function")
NAMESPACE = ("code.namespace",)
FILE = ("code.file.path", "code.filepath")
OPERATION = "gen_ai.operation.name"
RUNS_A_MODEL = ("chat", "text_completion", "generate_content", "embeddings")
"""Values of OPERATION; the span of an agent only sums up those below it."""

Nanoseconds = Annotated[int, Field(ge=0, lt=2**63)]
Value = str | float
Key = tuple[str, str]
"""(trace, span)"""


class AnyValue(BaseModel):
    stringValue: str | None = None
    intValue: int | None = None
    """OTLP writes 64-bit integers as text."""
    doubleValue: float | None = None

    @property
    def plain(self) -> Value | None:
        values = (self.stringValue, self.intValue, self.doubleValue)
        return next((value for value in values if value is not None), None)


class Attribute(BaseModel):
    key: str
    value: AnyValue = AnyValue()

    @model_validator(mode="after")
    def _tokens_are_counts(self) -> Attribute:
        if self.key in TOKENS_IN + TOKENS_OUT:
            tokens = self.value.plain
            if not isinstance(tokens, int | float) or not 0 <= tokens <= MOST_TOKENS:
                raise ValueError(f"{self.key} must be a number of tokens, not {tokens!r}")
        return self


class Span(BaseModel):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str = ""
    startTimeUnixNano: Nanoseconds | None = None
    endTimeUnixNano: Nanoseconds | None = None
    attributes: list[Attribute] = []


class ScopeSpans(BaseModel):
    spans: list[Span] = []


class ResourceSpans(BaseModel):
    scopeSpans: list[ScopeSpans] = []


class TracesData(BaseModel):
    resourceSpans: list[ResourceSpans] = []

    def spans(self) -> Iterator[Span]:
        for resource in self.resourceSpans:
            for scope in resource.scopeSpans:
                yield from scope.spans


class Known:
    """One span's attributes, by name, and its place in the trace."""

    def __init__(self, span: Span) -> None:
        self.key: Key = (span.traceId, span.spanId)
        self.parent: Key = (span.traceId, span.parentSpanId)
        self.start, self.end = (
            None if time is None else time / 1e9 for time in (span.startTimeUnixNano, span.endTimeUnixNano)
        )
        self._values = {each.key: each.value.plain for each in span.attributes}

    def text(self, names: Sequence[str]) -> str | None:
        return next((str(self._values[name]) for name in names if self._values.get(name)), None)

    def number(self, names: Sequence[str]) -> float | None:
        values = (self._values.get(name) for name in names)
        return next((float(value) for value in values if value is not None), None)

    @property
    def runs_a_model(self) -> bool:
        operation = self._values.get(OPERATION)
        return self.text(MODEL) is not None and (operation is None or operation in RUNS_A_MODEL)

    @property
    def place(self) -> tuple[str | None, str | None]:
        """(function, file) as far as they are named."""
        function = self.text(FUNCTION)
        namespace = self.text(NAMESPACE)
        return f"{namespace}.{function}" if function and namespace else function, self.text(FILE)


def calls(spans: Sequence[Span], left_out: Counter[str]) -> Iterator[Call]:
    """Each span that runs a model, once: where libraries nest such spans, the innermost counts.

    The place is that of the span, else of the nearest span around it that names one.
    """
    known = list(map(Known, spans))
    by_key = {each.key: each for each in known if each.key[1]}
    outer = {
        above.key
        for each in known
        if each.runs_a_model
        for above in _around(each, by_key)
        if above.runs_a_model
    }
    for each in known:
        if not each.runs_a_model:
            left_out["spans of something else"] += 1
        elif each.key in outer:
            left_out["spans around another span of the same call"] += 1
        else:
            places = (above.place for above in (each, *_around(each, by_key)))
            function, file = next((place for place in places if any(place)), (None, None))
            yield Call(
                each.text(MODEL), function, file, 1.0,
                each.number(TOKENS_IN), each.number(TOKENS_OUT), each.start, each.end,
            )  # fmt: skip


def _around(span: Known, by_key: Mapping[Key, Known]) -> Iterator[Known]:
    """The spans around ``span``, nearest first; a trace that loops ends."""
    seen = {span.key}
    while (above := by_key.get(span.parent)) and above.key not in seen:
        seen.add(above.key)
        yield above
        span = above
