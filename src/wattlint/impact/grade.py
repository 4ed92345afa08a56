"""The energy grade, A to G: the energy of a call over that of the smallest solver known to be adequate for its task.

Only calls whose task is recognised (at ``medium`` confidence or above) are judged. The scale is relative on purpose: the
same batch, hardware and place stand on both sides and cancel, where an absolute figure in Wh is uncertain by a factor
of ten. Below a ratio of 2 nothing is claimed (``impact/compare.py``), so A begins there. docs/grade.md explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from wattlint.callsites.facts import CallSite
from wattlint.callsites.tasks.records import task_record
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants
from wattlint.impact.compare import ratio
from wattlint.impact.quantities import Impact
from wattlint.settings import ImpactSettings

Lookup = Callable[[str], ModelRecord | None]
SCALE = (("A", 2.0), ("B", 3.0), ("C", 5.0), ("D", 10.0), ("E", 30.0), ("F", 100.0))
"""Letter -> it ends below this ratio; above the last one it is G."""
LETTERS = (*(name for name, _ in SCALE), "G")


class Judged(NamedTuple):
    """One call against the smallest adequate solver of its task."""

    ratio: float
    """Energy of the call over that of the solver; 1 where no smaller one is claimed to do."""
    low: float
    high: float
    solver: str
    """In words: a model id, ``code``, or why the call itself counts as the smallest."""

    @property
    def letter(self) -> str:
        return letter(self.ratio)


class Grade(NamedTuple):
    """Of a project: the energy of its judged calls over that of their smallest adequate solvers, each call once."""

    letter: str
    ratio: float
    judged: int
    calls: int
    """Judged or not: running calls in all."""


def letter(value: float) -> str:
    return next((name for name, end in SCALE if value < end), LETTERS[-1])


def judge(
    site: CallSite,
    record: ModelRecord | None,
    impact: Impact | None,
    settings: ImpactSettings,
    lookup: Lookup,
) -> Judged | None:
    """None where the task is not recognised, or the energy of either side is not known."""
    task = site.task
    if record is None or impact is None or task is None or task.confidence == "low":
        return None
    known = task_record(task.name)
    if known.solver == "llm":
        return _smallest("the task needs a language model; how large is not judged")
    if known.solver == "small-llm":
        return _against(record, record.smaller, site, settings, lookup) or (
            _smallest("no smaller model of this maker is known") if record.smaller is None else None
        )
    solvers = [id for id, _ in known.models if lookup(id) is not None]
    if known.solver == "small-model" and solvers:
        return _against(record, solvers[0], site, settings, lookup)
    code = constants.known("code_solver_wh")
    energy = impact.energy_wh
    return Judged(energy.p50 / code.mid, energy.p10 / code.high, energy.p90 / code.low, "code")


def overall(judged: Iterable[tuple[Impact, Judged]], calls: int) -> Grade | None:
    """None where no call could be judged: an unknown task is no reason for a good grade, nor for a bad one."""
    pairs = list(judged)
    if not pairs:
        return None
    present = sum(impact.energy_wh.p50 for impact, _ in pairs)
    smallest = sum(impact.energy_wh.p50 / one.ratio for impact, one in pairs)
    value = present / smallest if smallest > 0 else 1.0
    return Grade(letter(value), value, len(pairs), calls)


def _smallest(why: str) -> Judged:
    return Judged(1.0, 1.0, 1.0, why)


def _against(
    record: ModelRecord, solver: str | None, site: CallSite, settings: ImpactSettings, lookup: Lookup
) -> Judged | None:
    """Against a named model. A ratio too small to claim anything counts as 1."""
    smaller = lookup(solver) if solver is not None else None
    if smaller is None:
        return None
    found = ratio(record, smaller, site, settings)
    if found is None:
        return None
    if found.reliability == "none":
        return _smallest(f"{smaller.id} is not predicted to need less than half")
    return Judged(found.value, found.low, found.high, smaller.id)
