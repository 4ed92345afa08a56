"""``wattlint rule``: the page of one rule, and the list of all."""

from __future__ import annotations

from pathlib import Path

from wattlint.lint.rules import Rule, load_rules
from wattlint.lint.selection import UnknownCode, code_problem


def page(code: str, folder: Path | None = None) -> str:
    """The Markdown page of a rule, by code or name, in any case; raises UnknownCode."""
    rules = load_rules(folder)
    by_name = {rule.name: rule for rule in rules.values()}
    rule = rules.get(code.upper()) or by_name.get(code.lower())
    if rule is None:
        raise UnknownCode(code_problem(code, [*rules, *by_name]) or f'"{code}" is a prefix of several rules')
    return rule.page


def rule_list(folder: Path | None = None) -> list[Rule]:
    """Every rule, in order of code."""
    return list(load_rules(folder).values())
