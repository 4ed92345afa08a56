"""The formats: JSON that keeps to its published schema, text that a terminal can be trusted with."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import jsonschema
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattlint.analysis import Analysis, Coverage
from wattlint.callsites.facts import CallSite, Place
from wattlint.cli import main
from wattlint.impact.quantities import Interval
from wattlint.lint.findings import Finding
from wattlint.reports import json_models, text
from wattlint.reports.figures import short, span, with_span
from wattlint.reports.json_data import check_json
from wattlint.reports.terminal import emit, painter, printable, wants_colour, width
from wattlint.sources.files import Problem

ROOT = Path(__file__).parent.parent
EXAMPLES = str(ROOT / "examples")
PLAIN = painter(False)
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": 1,
            "source": ["import openai\n", "x = 1"],
        },
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": 2,
            "source": [
                "client = openai.OpenAI()\n",
                "\n",
                "client.chat.completions.create(model='gpt-4o', messages=[])",
            ],
        },
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 3, "source": ["def f(:"]},
    ],
}


def report(command: str, *paths: str) -> dict[str, object]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main([command, "--format", "json", *paths])
    loaded: dict[str, object] = json.loads(out.getvalue())
    return loaded


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with a site of every kind that reports treat differently, and files that cannot be read."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "requirements.txt").write_text("transformers<5\n")
    (folder / "notebook.ipynb").write_text(json.dumps(NOTEBOOK))
    (folder / "broken.py").write_text("import openai\ndef f(:\n")
    (folder / "sites.py").write_text(
        "import os, openai, transformers\n"
        "client = openai.OpenAI()\n"
        "def ask(text, model=os.getenv('MODEL', 'gpt-4o')):\n"
        "    prompt = f'Translate {text} to French. Answer yes or no.'\n"
        "    return client.chat.completions.create(model=model, max_tokens=5, messages=[{'role': 'user', 'content': prompt}])\n"
        "for line in open(input()):\n"
        "    ask(line, 'gpt-4o-mini')\n"
        "client.chat.completions.create(model=input(), messages=[])\n"
        "client.embeddings.create(model='text-embedding-3-small', input=['a', 'b'])\n"
        "transformers.AutoModelForCausalLM.from_pretrained('meta-llama/Llama-2-70b-hf')\n"
    )
    return folder


@pytest.mark.skipif(
    tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 11),
    reason="older versions write the same schema in other words",
)
@pytest.mark.parametrize("command", ["check", "estimate"])
def test_the_published_schema_is_the_generated_one(command):
    published = (ROOT / "docs" / "schemas" / f"{command}.schema.json").read_text(encoding="utf-8")
    assert published == json_models.schema_text(command), (
        "run: python -m wattlint.reports.json_models docs/schemas"
    )


@pytest.mark.parametrize("command", ["check", "estimate"])
@pytest.mark.parametrize("what", ["folder", "examples", "nothing"])
def test_reports_keep_to_the_schema(command, what, folder, tmp_path):
    paths = {"folder": str(folder), "examples": EXAMPLES, "nothing": str(tmp_path)}
    data = report(command, paths[what])
    json_models.REPORTS[command].model_validate(data)
    schema = json.loads((ROOT / "docs" / "schemas" / f"{command}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    if what == "folder":
        assert len(data["skipped"]) == 2


def test_a_site_says_what_is_known_about_it(folder):
    sites = {
        Path(site["path"]).name + str(site["line"]): site for site in report("estimate", str(folder))["sites"]
    }
    ask = sites["sites.py5"]
    assert (ask["sdk"], ask["entry_point"], ask["kind"], ask["function"]) == (
        "openai",
        "openai.chat.completions",
        "call",
        "ask",
    )
    assert ask["column"] == 12 and ask["end_line"] == 5
    assert ask["model"]["candidates"]
    assert ask["prompt"]["parts"][0]["text"] in (
        "Translate {text} to French. Answer yes or no.",
        "Translate {line} to French. Answer yes or no.",
    )
    assert ask["output"]["limit_tokens"] == 5
    assert (
        0
        < ask["impact"]["energy_wh"]["p10"]
        < ask["impact"]["energy_wh"]["p50"]
        < ask["impact"]["energy_wh"]["p90"]
    )
    unknown = sites["sites.py8"]
    assert unknown["model"]["id"] is None and unknown["model"]["unknown_reason"] and unknown["impact"] is None
    assert sites["sites.py10"]["impact"]["cost_usd"] is None


def test_totals_sum_the_calls_that_run_and_leave_out_what_is_unknown(folder):
    data = report("estimate", str(folder))
    running = [site for site in data["sites"] if site["kind"] in ("call", "embed")]
    known = [site for site in running if site["impact"]]
    assert data["totals"]["sites"] == len(known) < len(data["sites"])
    assert data["totals"]["without_estimate"] == len(running) - len(known) == 1
    total = sum(site["impact"]["energy_wh"]["p50"] for site in known)
    assert data["totals"]["energy_wh"]["p50"] == pytest.approx(total, rel=1e-3)


def test_positions_in_notebooks_are_those_of_the_cell(folder, capsys):
    data = report("estimate", str(folder / "notebook.ipynb"))
    (site,) = data["sites"]
    assert (site["cell"], site["line"], site["end_line"], site["column"]) == (2, 3, 3, 1)
    (skipped,) = data["skipped"]
    assert skipped["message"].startswith("cell 4, line 1: syntax error: ")


# Text


def finding(**values: object) -> Finding:
    site = CallSite("a.py", 1, 0, 1, 1, "f", "openai", "openai.chat.completions", "call", "resolved")
    defaults = {
        "path": "a.py",
        "cell": None,
        "line": 1,
        "column": 0,
        "end_line": 1,
        "end_column": 1,
        "code": "LLM101",
        "name": "oversized-model",
        "severity": "warning",
        "message": "too big",
        "help": "take a smaller one",
        "url": "https://example.org/LLM101",
        "fix": None,
        "site": site,
    }
    return Finding(**{**defaults, **values})


def frame(lines: list[str], **values: object) -> list[str]:
    return list(text.full([finding(**values)], lambda _: lines, PLAIN))[1:-3]


def test_carets_stand_under_the_call():
    assert frame(["x = f(1)  # c"], column=4, end_column=8) == ["1 | x = f(1)  # c", "  |     ^^^^"]
    assert frame(["\tx = f(1)"], column=5, end_column=9) == ["1 |     x = f(1)", "  |         ^^^^"]
    assert frame(["é = f(1)"], column=4, end_column=8) == ["1 | é = f(1)", "  |     ^^^^"]
    assert frame(["模型 = f(1)"], column=5, end_column=9) == ["1 | 模型 = f(1)", "  |        ^^^^"]


def test_a_call_over_several_lines_is_underlined_on_its_first():
    lines = ["a", "b", "c", "x = f(  ", "    1,", ")"]
    assert frame(lines, line=4, column=4, end_line=6, end_column=1) == [
        "2 | b",
        "3 | c",
        "4 | x = f(",
        "  |     ^^",
    ]


@pytest.mark.parametrize("line", [1, 99])
def test_a_frame_survives_a_place_that_is_not_there(line):
    frame([""], line=line, column=50, end_column=60)


def test_a_minified_line_is_cut():
    shown = frame(["x" * 10_000 + "f(1)"], column=10_000, end_column=10_004)
    assert len(shown) == 1 and len(shown[0]) < 200


def test_a_notebooks_cell_is_named():
    assert (
        next(text.concise([finding(path="n.ipynb", cell=2, line=3)], PLAIN))
        == "n.ipynb:cell 3:3:1: LLM101 too big"
    )


def test_colours_only_where_they_are_wanted(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_colour(Terminal(), refused=False)
    assert not wants_colour(Terminal(), refused=True)
    assert not wants_colour(io.StringIO(), refused=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal(), refused=False)
    assert "\x1b[" in next(text.concise([finding()], painter(True)))


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x9b\r\n\t\x00\x07\u202e\u2066\ud800\udcff\u2028")),
    max_size=40,
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_a_users_file_reaches_the_terminal_as_a_command(path, message, line):
    found = finding(path=path, message=message, help=message, column=1, end_column=5)
    shown = "\n".join(text.full([found], lambda _: [line], PLAIN))
    assert not CONTROL.search(shown)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_any_text_survives_json(path, message):
    analysis = Analysis(
        findings=[finding(path=path, message=message, related=(Place(path, 1, message),))],
        problems=[Problem(path, None, message)],
        coverage=Coverage(files=1),
    )
    written = check_json(analysis)
    assert written.isascii()
    read = json.loads(written)
    assert (read["findings"][0]["path"], read["findings"][0]["message"]) == (path, message)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, st.sampled_from(["ascii", "latin-1", "cp1252", "utf-8", "cp437"]))
def test_any_text_can_be_written_to_any_terminal(message, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    emit(stream, printable(message) + " 1–2…")
    stream.flush()


def test_width_counts_cells():
    assert [width(sample) for sample in ("abc", "é", "e\u0301", "模型")] == [3, 1, 1, 4]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (1, "1.0"), (0.000344, "0.00034"), (0.0996, "0.10"), (9.96, "10"), (1.25, "1.2"),
        (12.4, "12"), (123.4, "120"), (12_345, "12,000"), (1e-12, "1.0e-12"),
    ],
)  # fmt: skip
def test_two_significant_digits(value, shown):
    assert short(value) == shown


def test_no_bare_number():
    assert span(Interval(0.1, 0.2, 0.4)) == "0.10–0.40"
    assert with_span(Interval(0.1, 0.2, 0.4), "Wh") == "0.20 Wh (0.10–0.40)"
    assert with_span(Interval(3, 3, 3), "Wh") == "3.0 Wh (exact)"
    assert with_span(Interval(1, 2, 4), "US$") == "US$ 2.0 (1.0–4.0)"
