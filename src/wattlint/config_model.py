"""The schema of ``[tool.wattlint]``: checks a parsed table and turns it into ``Settings``.

Imported only where such a table exists, because pydantic costs 0.1 s.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from wattlint.catalogue.errors import in_words
from wattlint.catalogue.user_folder import part
from wattlint.config import ConfigError, problem_of, where
from wattlint.settings import BudgetSettings, ImpactSettings, Settings
from wattlint.sources import touched
from wattlint.sources.files import Problem
from wattlint.sources.ignore import parse_line
from wattlint.toml_place import line_of


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Table(BaseModel):
    """A TOML table: keys in kebab case, no others, no conversion between types.

    The descriptions are the tables of docs/configuration.md (``make docs``).
    """

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=_kebab)


class ImpactTable(Table):
    """``[tool.wattlint.impact]``."""

    deployment: Literal["api", "server", "local"] | None = Field(
        default=None, description="how the model is served; not set: by the kind of call"
    )
    region: str | None = Field(
        default=None,
        description="whose electricity: a cloud region (`eu-north-1`) or a country (`SE`); not set: the provider's",
    )
    hardware: str | None = Field(
        default=None, description="what it runs on (`H100`, …); not set: a range over usual data-centre GPUs"
    )
    gpus: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="how many of them; not set: by the size of the weights"
    )
    batch: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="requests served together; not set: by the deployment"
    )
    precision: str | None = Field(
        default=None, description="of the weights (`bf16`, `fp8`, `int4`, …); not set: the model's own"
    )
    pue: Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)] | None = Field(
        default=None, description="power usage effectiveness of the building, 1 to 5; not set: the provider's"
    )
    output_tokens: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="tokens of an answer, where a call has no limit; not set: by the task"
    )


Limit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _amount_or_share(value: Any) -> float | str:
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?\s*%", value):
        return value
    if type(value) in (int, float) and 0 <= value < float("inf"):
        return float(value)
    raise ValueError('must be a number of at least 0, or a share of the base such as "10%"')


Growth = Annotated[Any, AfterValidator(_amount_or_share)]


class LimitsTable(Table):
    """Limits by quantity, units in their names."""

    energy_wh: Limit | None = Field(default=None, description="watt-hours")
    carbon_gco2e: Limit | None = Field(default=None, description="grams of CO2e")
    water_ml: Limit | None = Field(default=None, description="millilitres of water")
    cost_usd: Limit | None = Field(default=None, description="US dollars at list price")


class IncreaseTable(Table):
    """Limits on what a change adds: an amount, or a share of the base."""

    energy_wh: Growth = Field(default=None, description="watt-hours")
    carbon_gco2e: Growth = Field(default=None, description="grams of CO2e")
    water_ml: Growth = Field(default=None, description="millilitres of water")
    cost_usd: Growth = Field(default=None, description="US dollars at list price")


class BudgetTable(Table):
    """``[tool.wattlint.budget]``."""

    per_call: LimitsTable = Field(
        default=LimitsTable(),
        description="each call: `check` (rule LLM501); in `diff` those added or changed",
    )
    per_project: LimitsTable = Field(
        default=LimitsTable(), description="one call of each call site together: `check` (LLM501) and `diff`"
    )
    per_month: LimitsTable = Field(
        default=LimitsTable(), description="the calls whose workload is known: `diff`"
    )
    increase: IncreaseTable = Field(
        default=IncreaseTable(),
        description='what a change adds to one call of each site: `diff`; an amount, or a share of the base (`"10%"`)',
    )
    at: Literal["p10", "p50", "p90"] = Field(
        default="p50", description="the percentile of the estimates that is held against the limits"
    )
    unknown: Literal["report", "fail"] = Field(
        default="report", description="what a limit does that cannot be judged for want of data"
    )


class WattlintTable(Table):
    """``[tool.wattlint]``, or the whole of ``wattlint.toml``."""

    select: list[str] = Field(
        default=[],
        description="report exactly these codes (or their beginnings); empty: the rules that are on by default",
    )
    extend_select: list[str] = Field(default=[], description="report these besides")
    ignore: list[str] = Field(default=[], description="do not report these")
    per_file_ignores: dict[str, list[str]] = Field(
        default={}, description="pattern of files → codes that are not reported in them"
    )
    preview: bool = Field(default=False, description="rules in preview count as well")
    exclude: list[str] = Field(
        default=[], description="patterns of files to leave out, in place of the default ones"
    )
    extend_exclude: list[str] = Field(default=[], description="patterns added to the default ones")
    force_exclude: bool = Field(
        default=False, description="exclusions also hold for files named on the command line"
    )
    respect_gitignore: bool = Field(default=True, description="leave out what git ignores")
    check_tests: bool = Field(
        default=False, description="report findings in folders of tests, examples, docs and benchmarks too"
    )
    rules_dir: str | None = Field(
        default=None,
        description="folder with entry points, models and rules of your own, see [own-knowledge.md](own-knowledge.md)",
    )
    baseline: str | None = Field(
        default=None,
        description="file of old findings that `check` lets be, see [gates.md](gates.md#baseline)",
    )
    seconds_per_file: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        default=5.0,
        description="processor time for one file: analysis, rules and fixes; what takes longer is reported",
    )
    impact: ImpactTable = Field(
        default=ImpactTable(), description="the deployment that estimates assume, see below"
    )
    budget: BudgetTable = Field(
        default=BudgetTable(), description="limits, see below and [gates.md](gates.md)"
    )
    measured: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default={},
        description="model id → your own measurement in joules per output token, in place of the estimate",
    )
    workload: dict[str, str] = Field(
        default={},
        description='pattern of files, or `pattern::function` → how often its calls run (`"2_000/day"`)',
    )


MAX_COMPLAINTS = 20
"""Of one file: finding the line of one takes a walk through all of it."""
LONGEST = 1_000
"""Of a key, or of what is wrong with it, in a message."""
Complaint = tuple[tuple[str | int, ...], object, str]
"""(key path, the value or key that is wrong, what is wrong)."""


def settings_from(table: object, file: Path, text: str, prefix: tuple[str, ...]) -> Settings:
    """The settings that ``table`` (found under ``prefix`` in ``text``) means; else ConfigError with every mistake."""
    try:
        model = WattlintTable.model_validate(table)
    except ValidationError as error:
        complaints = [_complaint(item) for item in error.errors()[: MAX_COMPLAINTS + 1]]
    else:
        complaints = list(islice(_unknown_names(model, file), MAX_COMPLAINTS + 1))
        if not complaints:
            return _settings(model, file)
    problems = [_problem(complaint, file, text, prefix) for complaint in complaints[:MAX_COMPLAINTS]]
    if len(complaints) > MAX_COMPLAINTS:
        problems.append(Problem(where(file), None, "and more mistakes"))
    raise ConfigError(problems)


def _settings(model: WattlintTable, file: Path) -> Settings:
    values: dict[str, Any] = model.model_dump(
        exclude={"impact", "measured", "per_file_ignores", "rules_dir", "budget", "baseline"}
    )
    for name in ("select", "extend_select", "ignore", "exclude", "extend_exclude"):
        values[name] = tuple(values[name])
    return Settings(
        **values,
        per_file_ignores={pattern: tuple(codes) for pattern, codes in model.per_file_ignores.items()},
        rules_dir=str(file.parent / model.rules_dir) if model.rules_dir is not None else None,
        impact=ImpactSettings(**model.impact.model_dump(), measured=model.measured),
        budget=BudgetSettings(**model.budget.model_dump(exclude_none=True)),
        baseline=str(file.parent / model.baseline) if model.baseline is not None else None,
        config_path=str(file),
    )


def _unknown_names(model: WattlintTable, file: Path) -> Iterator[Complaint]:
    """Values that are well formed and name nothing: rule codes, hardware, regions, precisions, a rules folder."""
    rules_dir = str(file.parent / model.rules_dir) if model.rules_dir is not None else None
    if rules_dir is not None:
        if model.rules_dir:
            touched.tree(rules_dir)
        if not (model.rules_dir and os.path.isdir(rules_dir)):
            yield ("rules-dir",), model.rules_dir, f"no such folder: {model.rules_dir or 'the name is empty'}"
            return  # which codes exist cannot be known then
        from wattlint.own_knowledge import mistakes

        if errors := mistakes(rules_dir):
            raise ConfigError(list(map(problem_of, errors)))
    if model.baseline is not None and os.path.isdir(file.parent / model.baseline):
        yield ("baseline",), model.baseline, f"not a file: {model.baseline or 'the name is empty'}"
    for pattern in model.per_file_ignores:
        if parse_line(pattern) is None:
            yield ("per-file-ignores", pattern), pattern, "is no valid pattern"
    if model.measured:
        yield from _unknown_models(model.measured, rules_dir)
    code_lists: dict[tuple[str, ...], list[str]] = {
        ("select",): model.select,
        ("extend-select",): model.extend_select,
        ("ignore",): model.ignore,
        **{("per-file-ignores", pattern): codes for pattern, codes in model.per_file_ignores.items()},
    }
    if any(code_lists.values()):
        yield from _unknown_codes(code_lists, rules_dir)
    if model.impact.model_fields_set:
        yield from _unknown_impact(model.impact)
    yield from _unreadable_rates(model.workload)


def _unknown_models(measured: Iterable[str], rules_dir: str | None) -> Iterator[Complaint]:
    """Ids that are like one of the catalogue and none of it, or that it knows by another name; a model of which nothing is
    known may have any name."""
    from wattlint.catalogue.models import load_models

    catalogue = load_models(part(rules_dir, "models"))
    for id in measured:
        record = catalogue.lookup(id)
        near = [record.id] if record is not None else catalogue.nearest(id)[:1]
        if near and near[0] != id:
            yield ("measured", id), id, f'names no model of the catalogue (did you mean "{near[0]}"?)'


def _unreadable_rates(workload: dict[str, str]) -> Iterator[Complaint]:
    from wattlint.lint.workload import WorkloadError
    from wattlint.traffic.configured import read_rate

    for pattern, text in workload.items():
        try:
            read_rate(text, pattern)
        except WorkloadError as error:
            yield ("workload", pattern), text, str(error)


def _unknown_codes(
    code_lists: dict[tuple[str, ...], list[str]], rules_dir: str | None
) -> Iterator[Complaint]:
    from wattlint.lint.rules import load_rules
    from wattlint.lint.selection import code_problem

    known = load_rules(part(rules_dir, "checks"))
    for path, codes in code_lists.items():
        for code in codes:
            if problem := code_problem(code, known):
                yield path, code, problem


def _unknown_impact(impact: ImpactTable) -> Iterator[Complaint]:
    from wattlint.catalogue import store
    from wattlint.impact import constants

    def precisions() -> Iterable[str]:
        return tuple(store.section("impact")["precisions"])

    checks: list[tuple[str, str | None, Callable[[str], bool], Callable[[], Iterable[str]]]] = [
        (
            "region",
            impact.region,
            lambda name: bool(constants.region(name) or constants.grid(name)),
            constants.region_names,
        ),
        (
            "hardware",
            impact.hardware,
            lambda name: constants.hardware(name) is not None,
            constants.hardware_names,
        ),
        ("precision", impact.precision, lambda name: constants.precision(name) is not None, precisions),
    ]
    for key, value, exists, names in checks:
        if value is not None and not exists(value):
            yield ("impact", key), value, f'unknown {key} "{value}"{_choices(value, names())}'


def _choices(word: str, names: Iterable[str]) -> str:
    """The nearest valid choice, or all of them where there are few."""
    known = sorted(names)
    by_lower = {name.lower(): name for name in known}
    if close := get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5):
        return f' (did you mean "{by_lower[close[0]]}"?)'
    return f" (one of: {', '.join(known)})" if len(known) <= 40 else ""


def _complaint(error: Any) -> Complaint:
    """A pydantic error in the user's words."""
    location, value = tuple(error["loc"]), error["input"]
    if error["type"] == "extra_forbidden":
        keys = _keys(_table_at(location[:-1]))
        word = str(location[-1])
        return location, word, "unknown key" + _choices(word, keys)
    return location, value, in_words(error)


def _table_at(location: Sequence[str | int]) -> type[Table]:
    """The table that a key path leads to."""
    table: type[Table] = WattlintTable
    for name in location:
        field = next((one for one in table.model_fields.values() if one.alias == name), None)
        inner = field.annotation if field is not None else None
        if isinstance(inner, type) and not get_args(inner) and issubclass(inner, Table):
            table = inner  # in Python 3.10 list[str] counts as a class too
    return table


def _keys(model: type[Table]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _problem(complaint: Complaint, file: Path, text: str, prefix: tuple[str, ...]) -> Problem:
    location, value, message = complaint
    names = tuple(part for part in location if isinstance(part, str))
    key = ".".join((*prefix, *names))
    line = line_of(text, (*prefix, *names), value if isinstance(value, str) else None)
    return Problem(where(file), line, f"{_cut(key)}: {_cut(message)}" if key else _cut(message))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
