"""Results as JSON and back: the few plain classes they are made of, and nothing else, whatever a file says."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from wattlint import analysis
from wattlint.callsites import facts
from wattlint.lint import findings
from wattlint.sources import files

TUPLE = "()"


@cache
def _classes() -> dict[str, type]:
    found: dict[str, type] = {
        "Coverage": analysis.Coverage,
        "Problem": files.Problem,
        "Finding": findings.Finding,
    }
    for name, one in vars(facts).items():
        if isinstance(one, type) and one.__module__ == facts.__name__:
            found[name] = one
    return found


def _fields(cls: Any) -> tuple[str, ...]:
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    names: tuple[str, ...] = cls._fields
    return names


class Encoder:
    """Raises TypeError for what it does not know: such a result is not kept."""

    def __init__(self, sites: list[facts.CallSite]) -> None:
        self._sites = {id(site): number for number, site in enumerate(sites)}

    def finding(self, finding: findings.Finding) -> Any:
        data = self.plain(dataclasses.replace(finding, site=None))
        number = self._sites.get(id(finding.site))
        return [data, self.plain(finding.site) if number is None else number]

    def plain(self, value: Any) -> Any:
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        cls = type(value)
        if cls is tuple:
            return [TUPLE, *map(self.plain, value)]
        if _classes().get(cls.__name__) is cls:
            return [cls.__name__, *(self.plain(getattr(value, name)) for name in _fields(cls))]
        raise TypeError(f"cannot keep {cls.__name__}")


class Decoder:
    """Raises TypeError, ValueError, KeyError or IndexError for anything that ``Encoder`` did not write."""

    def __init__(self, sites: list[facts.CallSite]) -> None:
        self._sites = sites

    def finding(self, data: Any) -> findings.Finding:
        finding, site = data
        of = self._sites[site] if isinstance(site, int) else self.plain(site)
        kept: findings.Finding = dataclasses.replace(self.plain(finding), site=of)
        return kept

    def plain(self, data: Any) -> Any:
        if not isinstance(data, list):
            return data
        name, *parts = data
        values = map(self.plain, parts)
        return tuple(values) if name == TUPLE else _classes()[name](*values)
