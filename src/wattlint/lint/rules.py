"""The rules in force: ours from the compiled catalogue, a user's from their own folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from wattlint.catalogue import store
from wattlint.lint.conditions import Node, build_test
from wattlint.lint.facts import GETTERS
from wattlint.lint.messages import Template
from wattlint.lint.subject import Subject

DOCUMENTATION_URL = "https://wattlint.readthedocs.io/rules"


class Rule(NamedTuple):
    """One page of ``rules/checks``, ready to be evaluated."""

    code: str
    name: str
    summary: str
    severity: str
    confidence: str
    default: str
    """``on``, ``off`` or ``preview``."""
    since: str
    kinds: frozenset[str]
    """Kinds of call site it looks at; or ``file``, ``comment``."""
    when: Node
    """Its condition, compiled."""
    holds: Callable[[Subject], bool]
    """Whether the condition is True; False also where it is unknown."""
    message: Template
    help: Template
    fix: str | None
    yields_to: frozenset[str]
    """Codes that make it superfluous where they fire on the same call."""
    references: tuple[str, ...]
    page: str
    """The page as Markdown, without test markers."""

    @property
    def url(self) -> str:
        return f"{DOCUMENTATION_URL}/{self.code}-{self.name}"


@cache
def load_rules(folder: Path | None = None) -> dict[str, Rule]:
    """Every rule by code, in order of code. ``folder``: the user's own pages; raises CatalogueError."""
    rules = {record["code"]: _rule(record) for record in store.section("checks")}
    if folder is not None:
        from wattlint.catalogue.schema.checks import compile_folder

        rules |= {record["code"]: _rule(record) for record in compile_folder(folder, rules)}
    return dict(sorted(rules.items()))


def _rule(record: dict[str, Any]) -> Rule:
    values = {key: value for key, value in record.items() if key not in ("kinds", "yields_to")}
    return Rule(
        holds=build_test(record["when"], GETTERS),
        kinds=frozenset(record["kinds"]),
        yields_to=frozenset(record["yields_to"]),
        **values,
    )
