"""Dates and times of a recording."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AfterValidator, Field


def _plausible(time: datetime.date) -> datetime.date:
    if not 1970 <= time.year <= 2200:
        raise ValueError(f"a time between 1970 and 2200 is needed, not {time}")
    return time


Time = Annotated[
    datetime.date | datetime.datetime, Field(union_mode="left_to_right"), AfterValidator(_plausible)
]


def seconds(time: datetime.date | None, end_of_day: bool = False) -> float | None:
    """Unix seconds, UTC where no zone is given; a date without a time is its first or its last moment."""
    if time is None:
        return None
    if not isinstance(time, datetime.datetime):
        time = datetime.datetime(time.year, time.month, time.day) + datetime.timedelta(days=end_of_day)
    return (time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)).timestamp()
