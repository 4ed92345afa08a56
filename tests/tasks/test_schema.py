"""Errors in ``rules/tasks`` name the file, the line, the key and the nearest valid choice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.schema.tasks import compile_folder
from wattlint.catalogue.store import rules_folder

GOOD = """\
tasks:
  - name: shouting
    title: Shouting
    solver: code
    output_tokens: [1, 2, 3]
    recognise:
      words: [shout]
      demand: ['shout @input']
    replacement:
      summary: str.upper
      snippet: |
        def shout(text: str) -> str:
            return text.upper()
      checks: ['shout("a") == "A"']
    limits: None.
    examples:
      positive: ['Shout {text}']
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(rules_folder() / "tasks" / "vocabulary.yaml", tmp_path)
    return tmp_path


def test_a_good_file_compiles_with_its_word_lists_expanded(folder: Path) -> None:
    (folder / "mine.yaml").write_text(GOOD)
    compiled = compile_folder(folder)
    assert "@" not in compiled["tasks"][0]["recognise"]["demand"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("solver: code", "solver: regex", 4, "'code', 'small-model', 'small-llm' or 'llm'"),
        ("limits:", "limitz:", 15, 'unknown key (did you mean "limits"?)'),
        ("@input", "@inptu", 8, 'unknown word list @inptu (did you mean "input"?)'),
        ("shout @input", "shout (", 8, "not a valid pattern"),
        ("words: [shout]", "words: [Shout]", 7, "must be lower case"),
        ("[1, 2, 3]", "[3, 2, 1]", 5, "p10 <= p50 <= p90"),
        ("    limits: None.\n", "", 2, "say in 'limits'"),
        ('      checks: [\'shout("a") == "A"\']\n', "", 9, "give it 'checks'"),
        ("solver: code", "solver: small-model", 9, "needs at least one model"),
        ("name: shouting", "name: Shouting", 2, "pattern"),
    ],
)
def test_errors_name_line_and_key(folder: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    (folder / "mine.yaml").write_text(GOOD.replace(old, new))
    with pytest.raises(CatalogueError) as caught:
        compile_folder(folder)
    assert caught.value.path.endswith("mine.yaml")
    assert message in str(caught.value)
    assert caught.value.line == line


def test_two_tasks_of_one_name(folder: Path) -> None:
    (folder / "a.yaml").write_text(GOOD)
    (folder / "b.yaml").write_text(GOOD)
    with pytest.raises(CatalogueError, match=r"b\.yaml:2: .*exists already"):
        compile_folder(folder)


def test_an_empty_folder_is_an_error(folder: Path) -> None:
    with pytest.raises(CatalogueError, match="no task file"):
        compile_folder(folder)
