"""Published figures lie inside our intervals, or docs/impact.md says why not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import published_figures

DISCUSSED = {"meta-llama/Llama-3.1-405B-Instruct"}
ROWS = list(published_figures.verdicts())


@pytest.mark.parametrize(
    ("row", "value", "verdict"), ROWS, ids=[f"{row['figure']}, {row['model']}" for row, *_ in ROWS]
)
def test_a_comparable_figure_is_inside_or_discussed(row: dict[str, str], value: object, verdict: str) -> None:
    if row["like"] == "wider" or row["model"] in DISCUSSED:
        assert row["remark"]
    else:
        assert verdict == "inside"
