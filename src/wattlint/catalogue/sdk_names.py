"""Which names a call of a model can end in, given what a project imports: most SDKs are not among it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from wattlint.catalogue.records import EntryPoint
from wattlint.regexes import regex

KIND, RETURNS = EntryPoint._fields.index("kind"), EntryPoint._fields.index("returns")
ANY = ""
"""Family of the functions of HTTP clients, which call models of all."""
_END_OF_ROOT = regex(r"[.(*]")


def root(path: str) -> str:
    """The first name of a path of the catalogue: what an import has to name before the path can be reached."""
    return _END_OF_ROOT.split(path, 1)[0]


def roots(data: Mapping[str, Any]) -> frozenset[str]:
    """First names of everything that the catalogue knows, ``langchain_`` for all that begin so."""
    starts = (row[0] for rows in data["wildcard_callees"].values() for row in rows)
    starts_of_types = (row[0] for rows in data["wildcard_constructors"].values() for row in rows)
    return frozenset(
        map(
            root,
            (
                *data["callees"],
                *data["constructors"],
                *data["modules"],
                *data["imports"],
                *starts,
                *starts_of_types,
            ),
        )
    )


def names(data: Mapping[str, Any]) -> dict[str, Any]:
    """What ``NamesBySdk`` looks up, of the plain data of ``schema/sdks.py``: gathered when the catalogue is compiled."""
    entries, http = data["entries"], set(data["http"])
    last_names: dict[str, dict[str, set[str]]] = {}
    leads: dict[str, set[str]] = {}

    def lead(path: str, made: str) -> None:
        leads.setdefault(_family(path), set()).add(_family(made))

    callees = [(path, path.rpartition(".")[2], name) for path, name in data["callees"].items()]
    for last, rows in data["wildcard_callees"].items():
        callees += [(start, last, name) for start, _, name in rows]
    for path, last, name in callees:
        family = ANY if name in http else _family(path)
        if last != "*":
            last_names.setdefault(family, {}).setdefault(entries[name][KIND], set()).add(last)
        if entries[name][RETURNS] is not None:
            lead(path, entries[name][RETURNS])
    for path, made in (*data["constructors"].items(), *data["modules"].items()):
        lead(path, made)
    for rows in data["wildcard_constructors"].values():
        for start, _, made in rows:
            lead(start, made)
    for name, bases in data["lineage"].items():
        for base in bases:
            lead(name, base)
    return {
        "last": {
            family: {kind: sorted(lasts) for kind, lasts in sorted(kinds.items())}
            for family, kinds in sorted(last_names.items())
        },
        "leads": {family: sorted(reached) for family, reached in sorted(leads.items())},
        "roots": sorted(set(map(root, data["callees"]))),
        "requests": sorted({last for _, last, name in callees if name in http}),
    }


class NamesBySdk:
    """The last names of the entry points of some kinds, family by family of SDKs (``langchain_core`` is one of
    ``langchain``)."""

    def __init__(self, data: Mapping[str, Any], kinds: frozenset[str]) -> None:
        """``data``: of ``names``."""
        self._last: dict[str, dict[str, list[str]]] = data["last"]
        self._leads: dict[str, list[str]] = data["leads"]
        self._kinds = kinds
        self._beside_families = lru_cache(maxsize=64)(self._beside)
        self._families = lru_cache(maxsize=64)(_families)

    def all(self) -> frozenset[str]:
        return self._of(self._last)

    def beside(self, imported: Iterable[str]) -> frozenset[str]:
        """The names that matter in a project whose imports name ``imported``, roots of the catalogue."""
        return self._beside_families(self._families(frozenset(imported)))

    def _beside(self, families: frozenset[str]) -> frozenset[str]:
        reached = {ANY, *families}
        todo = list(families)
        while todo:
            fresh = set(self._leads.get(todo.pop(), ())) - reached
            reached |= fresh
            todo += fresh
        return self._of(reached)

    def _of(self, families: Iterable[str]) -> frozenset[str]:
        found = (self._last[family] for family in families if family in self._last)
        return frozenset(
            name for lasts in found for kind in self._kinds & lasts.keys() for name in lasts[kind]
        )


def _families(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_family, paths))


def _family(path: str) -> str:
    return root(path).partition("_")[0]
