"""The workload hint ``calls=2_000/day tokens-out=40 batch=32``: how often a call runs, said by who knows."""

from __future__ import annotations

import math
import re

from wattlint.callsites.facts import Workload
from wattlint.catalogue.errors import nearest

DAYS_PER_MONTH = 365.25 / 12
CALLS_PER_MONTH = {
    "second": 86_400 * DAYS_PER_MONTH,
    "minute": 1_440 * DAYS_PER_MONTH,
    "hour": 24 * DAYS_PER_MONTH,
    "day": DAYS_PER_MONTH,
    "week": DAYS_PER_MONTH / 7,
    "month": 1.0,
    "year": 1 / 12,
}
KEYS = {"calls": "calls_per_month", "tokens-in": "tokens_in", "tokens-out": "tokens_out", "batch": "batch"}


class WorkloadError(ValueError):
    """A hint that cannot be read; the message names the key and what it should look like."""


def read_workload(text: str, source: str) -> Workload:
    """``text`` (``key=value`` parts, separated by spaces or commas) as a Workload; raises WorkloadError."""
    values: dict[str, float | int] = {}
    for part in re.split(r"[,\s]+", text.strip()):
        key, equals, value = part.partition("=")
        if key not in KEYS or not equals:
            raise WorkloadError(
                f'unknown key "{key}"' + (nearest(key, KEYS) or f" (known: {', '.join(KEYS)})")
            )
        if KEYS[key] in values:
            raise WorkloadError(f"{key} is given twice")
        values[KEYS[key]] = _calls(value) if key == "calls" else _number(key, value)
    batch = values.pop("batch", None)
    if batch is not None and batch != int(batch):
        raise WorkloadError(f"batch={batch:g}: a whole number is needed")
    return Workload(**values, batch=None if batch is None else int(batch), source=source)


def _calls(text: str) -> float:
    number, slash, period = text.partition("/")
    if period not in CALLS_PER_MONTH:
        hint = nearest(period, CALLS_PER_MONTH) if slash else ""
        raise WorkloadError(f"calls={text}: write calls=2_000/day, per {', '.join(CALLS_PER_MONTH)}{hint}")
    return _number("calls", number) * CALLS_PER_MONTH[period]


def _number(key: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise WorkloadError(f"{key}={text}: a number is needed, such as 2_000") from None
    if not (number > 0 and math.isfinite(number)):
        raise WorkloadError(f"{key}={text}: a positive number is needed")
    return number
