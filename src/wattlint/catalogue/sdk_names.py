"""Which names a call of a model can end in, given what a project imports: most SDKs are not among it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from wattlint.catalogue.records import EntryPoint

KIND, RETURNS = EntryPoint._fields.index("kind"), EntryPoint._fields.index("returns")
_END_OF_ROOT = re.compile(r"[.(*]")


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


class NamesBySdk:
    """The last names of the entry points of some kinds, family by family of SDKs (``langchain_core`` is one of
    ``langchain``)."""

    def __init__(self, data: Mapping[str, Any], kinds: frozenset[str]) -> None:
        entries = data["entries"]
        self._own: dict[str, set[str]] = {}
        self._leads: dict[str, set[str]] = {}
        self._beside_families = lru_cache(maxsize=64)(self._beside)
        always = set(data["http"])
        self._always: set[str] = set()
        callees = [(path, path.rpartition(".")[2], name) for path, name in data["callees"].items()]
        for last, rows in data["wildcard_callees"].items():
            callees += [(start, last, name) for start, _, name in rows]
        for path, last, name in callees:
            entry = entries[name]
            if entry[KIND] in kinds:
                (self._always if name in always else self._own.setdefault(_family(path), set())).add(last)
            if entry[RETURNS] is not None:
                self._lead(path, entry[RETURNS])
        for path, made in (*data["constructors"].items(), *data["modules"].items()):
            self._lead(path, made)
        for rows in data["wildcard_constructors"].values():
            for start, _, made in rows:
                self._lead(start, made)
        for name, bases in data["lineage"].items():
            for base in bases:
                self._lead(name, base)

    def _lead(self, path: str, made: str) -> None:
        self._leads.setdefault(_family(path), set()).add(_family(made))

    def beside(self, imported: Iterable[str]) -> frozenset[str]:
        """The names that matter in a project whose imports name ``imported``, roots of the catalogue."""
        return self._beside_families(frozenset(map(_family, imported)))

    def _beside(self, families: frozenset[str]) -> frozenset[str]:
        reached = set(families)
        todo = list(families)
        while todo:
            fresh = self._leads.get(todo.pop(), set()) - reached
            reached |= fresh
            todo += fresh
        return frozenset(self._always.union(*(self._own.get(one, ()) for one in reached))) - {"*"}


def _family(path: str) -> str:
    return root(path).partition("_")[0]
