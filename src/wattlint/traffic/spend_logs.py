"""Spend logs of the LiteLLM proxy: rows of its table ``LiteLLM_SpendLogs``, as JSON or CSV.

Columns as in BerriAI/litellm, ``schema.prisma`` (read 2026-11-22): prompt_tokens and completion_tokens count one call,
startTime and endTime are UTC. They name no place in the code: such rows are matched by model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from wattlint.traffic.records import MOST_TOKENS, Call
from wattlint.traffic.times import Time, seconds

MARKS = {"prompt_tokens", "completion_tokens"}
"""Columns by which a file is known to be a spend log."""
Tokens = Annotated[float, Field(ge=0, le=MOST_TOKENS, allow_inf_nan=False)]


class Row(BaseModel):
    model: str = ""
    model_group: str | None = None
    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0
    startTime: Time | None = None
    endTime: Time | None = None
    cache_hit: str | bool | None = None


def calls(rows: Iterable[Row], left_out: Counter[str]) -> Iterator[Call]:
    for row in rows:
        model = row.model or row.model_group
        if str(row.cache_hit).lower() == "true":
            left_out["answers from the proxy's cache"] += 1
        elif not model or not row.prompt_tokens:
            left_out["rows without model or tokens"] += 1
        else:
            yield Call(
                model, tokens_in=row.prompt_tokens, tokens_out=row.completion_tokens,
                start=seconds(row.startTime), end=seconds(row.endTime, end_of_day=True),
            )  # fmt: skip
