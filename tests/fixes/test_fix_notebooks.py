"""Fixes in notebooks: source cells change, every other byte stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fix_rules import fixed
from hypothesis import given
from hypothesis import strategies as st

from wattlint.cli import main
from wattlint.sources.files import FileRef
from wattlint.sources.notebooks import read_notebook
from wattlint.sources.splice import Change, Splicer, Unsplicable, changed_text

CELLS = [
    ["# Größe 🎈\n", "from transformers import AutoModelForCausalLM\n", "\n"],
    [
        "%pip install x\n",
        "model = AutoModelForCausalLM.from_pretrained(\n",
        '    "meta-llama/Llama-3.3-70B-Instruct"  # big 🎈\n',
        ")",
    ],
]


def notebook(cells: list[list[str]], joined: bool = False, **style: object) -> bytes:
    data = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# model = x\n"]},
            *(
                {
                    "cell_type": "code",
                    "execution_count": 3,
                    "metadata": {"tags": ["ä"]},
                    "outputs": [{"output_type": "stream", "text": ["source\n"]}],
                    "source": "".join(cell) if joined else cell,
                }
                for cell in cells
            ),
        ],
        "metadata": {"kernelspec": {"language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(data, **style).encode() + b"\n"


STYLES = [
    {"indent": 1, "ensure_ascii": False},
    {"indent": "\t"},
    {"separators": (",", ":")},
    {"joined": True, "indent": 1},
    {"joined": True},
]


@pytest.mark.parametrize("style", STYLES)
def test_only_the_source_of_cells_changes(style, rules, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = notebook(CELLS, **style)
    Path("n.ipynb").write_bytes(before)
    outcome = fixed(["n.ipynb"], rules, "quantize-4bit")
    [changed] = outcome.changed
    wanted = [
        [*CELLS[0][:1], CELLS[0][1].replace("\n", ", BitsAndBytesConfig\n"), *CELLS[0][2:]],
        [
            *CELLS[1][:2],
            CELLS[1][2].replace("  #", ",  #"),
            "    quantization_config=BitsAndBytesConfig(\n",
            "        load_in_4bit=True,\n",
            '        bnb_4bit_quant_type="nf4",\n',
            "        bnb_4bit_use_double_quant=True,\n",
            '        bnb_4bit_compute_dtype="bfloat16",\n',
            "    )\n",
            ")",
        ],
    ]
    assert changed.after == notebook(wanted, **style)


def test_the_command_fixes_a_notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("n.ipynb").write_bytes(notebook(CELLS, indent=1))
    Path("requirements.txt").write_text("transformers<5\n")
    assert main(["check", "--fix", "--unsafe-fixes"]) == 0
    source = json.loads(Path("n.ipynb").read_text())["cells"][2]["source"]
    assert '    torch_dtype="auto",\n' in source


def test_a_line_with_a_magic_is_left_alone(rules, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = [
        ["from transformers import AutoModelForCausalLM\n"],
        ['%time model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")\n'],
    ]
    Path("n.ipynb").write_bytes(notebook(cells))
    outcome = fixed(["n.ipynb"], rules, "load-checkpoint-dtype")
    assert outcome.changed == [] and len(outcome.analysis.findings) == 1


SOURCES = st.lists(
    st.text('aé🎈"\\\t \n', max_size=12).map(lambda text: f"x = {text!r}\ny = '🎈'"), min_size=1, max_size=3
)


@given(sources=SOURCES, style=st.sampled_from(STYLES), data=st.data())
def test_any_change_of_a_cell_is_the_change_of_its_text(sources, style, data):
    raw = notebook([source.splitlines(keepends=True) for source in sources], **style)
    source = read_notebook(FileRef("n.ipynb", "n.ipynb", True), raw)
    at = data.draw(st.integers(0, len(source.text) - 2))
    end = data.draw(st.integers(at, min(at + 4, len(source.text) - 2)))
    change = Change(at, end, data.draw(st.sampled_from(["", "z", "é\n", "\n🎈", '"\\'])))
    try:
        after = Splicer(source).splice([change])
    except Unsplicable:
        assert "\n" in source.text[at:end]  # it spans two cells
        return
    cells = json.loads(after)["cells"]
    joined = "\n".join("".join(cell["source"]) for cell in cells[1:]) + "\n"
    assert joined == changed_text(source.text, [change])
    outside = json.loads(raw)["cells"]
    for old, new in zip(outside, cells, strict=True):
        assert {**old, "source": 0} == {**new, "source": 0}
