"""Notebooks become one module; lines lead back to cells."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlint.sources.files import FileRef, Problem, SourceFile
from wattlint.sources.magics import neutralise
from wattlint.sources.reading import source_from_bytes

REF = FileRef("/n.ipynb", "n.ipynb", True)


def code(*sources: Any) -> list[dict[str, Any]]:
    return [{"cell_type": "code", "source": source} for source in sources]


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode()


def read(raw: bytes) -> SourceFile:
    source = source_from_bytes(REF, raw)
    assert isinstance(source, SourceFile)
    return source


def test_lines_lead_back_to_cells() -> None:
    markdown = {"cell_type": "markdown", "source": "# import openai"}
    source = read(
        notebook(markdown, *code("import os\nx = 1"), markdown, *code(["y = x\n", "\n", "z = y\n"]))
    )
    assert source.text == "import os\nx = 1\ny = x\n\nz = y\n\n"
    assert source.cells is not None
    assert [source.cells.locate(line) for line in (1, 2, 3, 5)] == [(1, 1), (1, 2), (3, 1), (3, 3)]


def test_old_format() -> None:
    cells = [{"cell_type": "code", "input": ["a = 1"]}, {"cell_type": "code", "input": "b = 2"}]
    raw = json.dumps({"worksheets": [{"cells": cells[:1]}, {"cells": cells[1:]}], "nbformat": 3}).encode()
    source = read(raw)
    assert source.text == "a = 1\nb = 2\n"
    assert source.cells is not None
    assert source.cells.locate(2) == (1, 1)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install a \\\n  b\nx = 1", "pass\n\nx = 1"),
        ("files = !ls", "pass"),
        ("home = %env HOME", "pass"),
        ("a.b??\n?a\nlen?", "pass\npass\npass"),
        ("%time x = f(1)", "x = f(1)"),
        ("%timeit -n 10 -r 3 f(1)", "f(1)"),
        ("%%time\nx = f(1)", "\nx = f(1)"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%bash\necho $x | python", "\n"),
        ("%%html\n<b>", "\n"),
        ("for i in x:\n    !echo {i}\n    y = i", "for i in x:\n    pass\n    y = i"),
        ("s = '''\n!no magic\n%none'''\n%cd", "s = '''\n!no magic\n%none'''\npass"),
        ("x = ('%s'\n  % y)\n%cd", "x = ('%s'\n  % y)\npass"),
        ("x = y \\\n  % z\n%cd", "x = y \\\n  % z\npass"),
        ("x = 'it\\'s (' # why?\n%cd", "x = 'it\\'s (' # why?\npass"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
    ],
)
def test_magics_line_for_line(cell: str, python: str) -> None:
    assert "\n".join(neutralise(cell.split("\n"))) == python


def test_a_cell_that_is_no_python_is_left_out_and_noted() -> None:
    source = read(notebook(*code("x = 1", "y = 1\nprint 'two'", "z = 3")))
    assert source.text == "x = 1\nz = 3\n"
    assert source.cells is not None
    assert source.cells.locate(2) == (2, 1)
    [dropped] = source.cells.dropped
    assert (dropped.cell, dropped.line) == (1, 2)


@pytest.mark.parametrize(
    "metadata",
    [{"language_info": {"name": "R"}}, {"kernelspec": {"language": "julia"}}],
)
def test_other_languages_are_passed_over(metadata: dict[str, Any]) -> None:
    assert read(notebook(*code("x <- 1"), **metadata)).text == ""


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"", 1, "not valid JSON"),
        (b'{\n"cells": [\n', 3, "not valid JSON"),
        (b"{\n\xff}", 2, "not valid utf-8"),
        (b"[" * 100_000, None, "not valid JSON"),
        (b"[]", None, "not a JSON object"),
        (b"{}", None, 'neither "cells" nor "worksheets"'),
        (b'{"cells": 1}', None, '"cells" is not a list'),
        (b'{"cells": [1]}', None, "cell 0 is not an object"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', None, "the source of cell 0"),
        (b'{"worksheets": [{}]}', None, "worksheet"),
    ],
)
def test_damaged_notebooks(raw: bytes, line: int | None, message: str) -> None:
    problem = source_from_bytes(REF, raw)
    assert isinstance(problem, Problem)
    assert problem.line == line
    assert message in problem.message


LINES = st.one_of(
    st.sampled_from(
        ["%cd", "!ls \\", "x = !ls", "x?", "%%bash", "%%time", "'''", '"', "(", ")", "x = 1", "if x:", "\\"]
    ),
    st.text(alphabet="%!?x =()'\"\\\n#[]\ud800\0é", max_size=12),
)


@given(st.lists(st.lists(LINES, max_size=6).map("\n".join), max_size=4))
def test_whatever_the_cells_hold_the_result_is_a_module(sources: list[str]) -> None:
    source = read(notebook(*code(*sources)))
    ast.parse(source.text)
    assert source.cells is not None
    for line in range(1, source.text.count("\n") + 1):
        cell, within = source.cells.locate(line)
        assert 1 <= within <= len(sources[cell].replace("\r", "\n").split("\n"))
    assert len(source.cells.cells) + len(source.cells.dropped) == len(sources)


PYTHON = st.sampled_from(
    [
        "x = 1",
        "s = '''",
        "%s",
        "y'''",
        "z = (",
        "  % 3)",
        "x = 3 \\",
        "  % 2",
        "# why?",
        'f("?")',
        "r = r'\\\\'",
    ]
)


@given(st.lists(PYTHON, max_size=8))
def test_python_is_left_alone(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        ast.parse(text)
    except SyntaxError:
        return
    assert neutralise(text.split("\n")) == text.split("\n")
