"""What readers said about findings: the table is well formed, on the page, and no rule that is on stays below the bar."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wattlint.lint.rules import load_rules

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import rule_verdicts  # noqa: E402

ROWS = rule_verdicts.read()


def test_the_page_shows_the_table_as_it_is():
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert page == rule_verdicts.with_section(page), "run benchmarks/evaluate.py --verdicts"


def test_the_table_is_sorted_and_says_nothing_twice():
    assert sorted(set(ROWS)) == ROWS
    assert len({(row.rule, row.package, row.version, row.place) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("code", sorted({row.rule for row in ROWS}))
def test_a_rule_that_is_on_was_right_on_what_was_read(code):
    rule = load_rules()[code]
    if rule.default == "on" and rule.severity != "info":
        rows = [row for row in ROWS if row.rule == code and not row.mended]
        assert sum(row.verdict == "right" for row in rows) >= rule_verdicts.BAR * len(rows)
