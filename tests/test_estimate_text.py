"""The text of ``wattlint estimate``: figures in full at every width, and units that can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlint.config import Configuration
from wattlint.impact.quantities import Interval, in_readable_unit
from wattlint.reports.estimate_text import estimate_text
from wattlint.reports.figures import with_span
from wattlint.run import analyse, estimates

APP = """\
from fastembed import TextEmbedding
from openai import OpenAI

client = OpenAI()


def embed(texts):
    return client.embeddings.create(model="text-embedding-3-small", input=texts)


def local(texts):
    return client.embeddings.create(model="nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.f16.gguf", input=texts)


def poem(name):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": f"Write about {name}."}])


def anything(model):
    return client.responses.create(model=model, input="Hello")
"""
FIGURE = r"[\d.,]+ [nµmkM]?(?:Wh|g|L) +\([\d.,]+–[\d.,]+\)"
DIGITS = re.compile(r"\d[\d,.]*")


@pytest.fixture
def report(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    items = estimates(analyse(["app.py"], Configuration(), lint=False))
    return lambda width: estimate_text(items, width, colour=False)


@pytest.mark.parametrize(("width", "columns"), [(40, 1), (80, 2), (100, 2), (132, 3), (200, 3)])
def test_figures_are_in_full_at_every_width(report, width, columns):
    lines = report(width).splitlines()
    rows = [line for line in lines if re.match(r" +\d+  \S", line)]
    assert len(rows) == 3
    for row in rows:
        assert len(re.findall(FIGURE, row)) == columns
        assert "…" not in re.sub(r"^ +\d+  \S+", "", row)
        assert len(row) <= max(width, 60)


@pytest.mark.parametrize("width", [80, 100, 132])
def test_at_most_two_significant_digits(report, width):
    table = report(width).partition("\n\n")[0]
    figures = [part for row in table.splitlines() for part in re.findall(FIGURE, row)]
    for number in (number for figure in figures for number in DIGITS.findall(figure)):
        assert len(number.replace(",", "").replace(".", "").strip("0")) <= 2, number


def test_every_site_takes_two_lines_and_says_what_it_is(report):
    lines = report(132).splitlines()
    at = next(number for number, line in enumerate(lines) if re.match(r" +\d+  gpt-4o", line))
    assert lines[0] == "One call of each, p50 (p10–p90)"
    assert re.search(r"tokens in, [\d,–]+ out · call, api · openai.chat.completions$", lines[at + 1])
    assert "No estimate for 1 of 4 call sites:" in lines
    assert "  app.py:20  model unknown: parameter model" in lines


def test_a_long_name_is_cut_in_its_middle(report):
    assert re.search(r"nomic-ai/\S*…\S*f16\.gguf ", report(80))


def test_nothing_found_is_an_empty_report():
    assert estimate_text([], 80, colour=False) == ""


@pytest.mark.parametrize(
    ("middle", "unit", "shown"),
    [
        (0.0036, "Wh", "3.6 mWh"),
        (0.0000042, "Wh", "4.2 µWh"),
        (0.9999, "Wh", "1.0 Wh"),
        (1_250, "Wh", "1.2 kWh"),
        (0.25, "L", "250 mL"),
        (3e-13, "g", "0.00030 ng"),
        (0, "g", "0 g"),
    ],
)
def test_the_unit_puts_the_middle_between_1_and_1000(middle, unit, shown):
    interval = Interval(middle, middle, middle)
    assert with_span(*in_readable_unit(interval, unit)).startswith(shown + " (")


@given(st.floats(1e-9, 1e12), st.floats(1, 50), st.floats(1, 50))
def test_scaling_keeps_the_quantity(middle, down, up):
    interval = Interval(middle / down, middle, middle * up)
    changed, unit = in_readable_unit(interval, "Wh")
    factor = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9}[unit.removesuffix("Wh")]
    assert [part * factor for part in changed] == pytest.approx(list(interval))
