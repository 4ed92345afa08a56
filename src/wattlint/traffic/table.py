"""A plain CSV of calls, for recordings of any other origin.

Columns, in any order: ``model`` (or ``function``; best both), ``function`` (dotted), ``file``, ``calls`` (how many calls the row stands
for; 1), ``tokens_in`` and ``tokens_out`` (mean per call), ``time`` (ISO 8601: when, or the day the row is about).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from wattlint.catalogue.errors import nearest
from wattlint.traffic.records import MOST_CALLS, MOST_TOKENS, Call
from wattlint.traffic.times import Time, seconds

Calls = Annotated[float, Field(ge=0, le=MOST_CALLS, allow_inf_nan=False)]
Tokens = Annotated[float, Field(ge=0, le=MOST_TOKENS, allow_inf_nan=False)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str | None = None
    function: str | None = None
    file: str | None = None
    calls: Calls = 1
    tokens_in: Tokens | None = None
    tokens_out: Tokens | None = None
    time: Time | None = None


def column_problem(columns: Sequence[str]) -> str | None:
    """What is wrong with the heading; None when it can be read."""
    known = tuple(Row.model_fields)
    for column in columns:
        if column not in known:
            return f'unknown column "{column}"' + (nearest(column, known) or f" (known: {', '.join(known)})")
        if columns.count(column) > 1:
            return f'the column "{column}" appears twice'
    return None if {"model", "function"} & set(columns) else 'the column "model" or "function" is missing'


def calls(rows: Iterable[Row]) -> Iterator[Call]:
    for row in rows:
        yield Call(
            row.model, row.function, row.file, row.calls, row.tokens_in, row.tokens_out,
            seconds(row.time), seconds(row.time, end_of_day=True),
        )  # fmt: skip
