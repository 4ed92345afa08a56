"""The compiled task catalogue as typed records."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from wattlint.callsites.facts import Certainty, Solver
from wattlint.catalogue import store
from wattlint.catalogue.errors import nearest

TIERS: tuple[Solver, ...] = ("code", "small-model", "small-llm", "llm")
"""From the least to the most capable."""


class TaskRecord(NamedTuple):
    """One task of ``rules/tasks``, for messages and the impact model."""

    name: str
    title: str
    solver: Solver
    typical_output_tokens: tuple[int, int, int]
    """p10, p50, p90."""
    replacement_summary: str | None
    snippet: str | None
    english_only: bool
    """The small models it names read English; silent about them elsewhere."""
    limits: str
    models: tuple[tuple[str, float], ...]
    """(model id, parameters in millions)."""
    references: tuple[str, ...]


class Recogniser(NamedTuple):
    """How one task is recognised; patterns are compiled when first needed (``pattern``)."""

    task: str
    solver: Solver
    rank: int
    """Order in the catalogue: the more specific task comes first."""
    words: tuple[str, ...]
    label: str | None
    template: str | None
    unless: str | None
    closed: bool
    languages: dict[str, str]
    names: tuple[str, ...]
    confirms: tuple[str, ...]
    generic: bool
    history: bool
    media: bool
    at_most: Certainty


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@cache
def vocabulary() -> dict[str, Any]:
    words: dict[str, Any] = store.section("tasks")["vocabulary"]
    return words


@cache
def recognisers() -> tuple[Recogniser, ...]:
    return tuple(
        Recogniser(
            task["name"],
            task["solver"],
            rank,
            tuple(task["recognise"]["words"]),
            task["recognise"]["label"],
            task["recognise"]["template"],
            task["recognise"]["unless"],
            task["recognise"]["closed"],
            task["recognise"]["languages"],
            tuple(task["recognise"]["names"]),
            tuple(task["recognise"]["confirms"]),
            task["recognise"]["generic"],
            task["recognise"]["history"],
            task["recognise"]["media"],
            task["recognise"]["at_most"],
        )
        for rank, task in enumerate(store.section("tasks")["tasks"])
    )


@cache
def templates() -> tuple[Recogniser, ...]:
    """Tasks recognised from a whole prompt."""
    return tuple(task for task in recognisers() if task.template)


ANY = ""
"""Key of the patterns that may begin with any word."""


@cache
def demand_patterns() -> dict[str, list[tuple[int, str]]]:
    """First word of a demand -> (rank of the task, pattern) that can match it, in catalogue order.

    A demand is matched against these few only, and the others are never compiled.
    """
    found: dict[str, list[tuple[int, str]]] = {ANY: []}
    for rank, task in enumerate(store.section("tasks")["tasks"]):
        for text, first in task["recognise"]["demand"]:
            for word in first or (ANY,):
                found.setdefault(word, []).append((rank, text))
    return found


@cache
def recogniser(name: str) -> Recogniser:
    return next(item for item in recognisers() if item.task == name)


@cache
def _records() -> dict[str, TaskRecord]:
    return {
        task["name"]: TaskRecord(
            task["name"],
            task["title"],
            task["solver"],
            task["output_tokens"],
            task["summary"],
            task["snippet"],
            task["english_only"],
            task["limits"],
            task["models"],
            task["references"],
        )
        for task in store.section("tasks")["tasks"]
    }


def task_record(name: str) -> TaskRecord:
    """The record of one task; KeyError with the nearest name when there is none."""
    try:
        return _records()[name]
    except KeyError:
        raise KeyError(f"no task named {name!r}" + nearest(name, _records())) from None
