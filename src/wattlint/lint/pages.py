"""``wattlint rule``: the page of one rule, and the list of all."""

from __future__ import annotations

from pathlib import Path

from wattlint.lint.rules import Rule, load_rules
from wattlint.lint.selection import whole_code


def page(code: str, folder: Path | None = None) -> str:
    """The Markdown page of a rule, by code or name, in any case; raises UnknownCode."""
    return whole_code(code, load_rules(folder)).page


def rule_list(folder: Path | None = None) -> list[Rule]:
    """Every rule, in order of code."""
    return list(load_rules(folder).values())
