"""One set of codes everywhere: pages, the README's table, the changelog, what the command and flake8 report, the tests."""

from __future__ import annotations

import ast
import re
from importlib.metadata import entry_points
from pathlib import Path

from wattlint.catalogue.schema.checks import read_folder
from wattlint.lint.pages import rule_list

ROOT = Path(__file__).parent.parent
PAGES = read_folder(ROOT / "rules" / "checks")
CODES = {page.front.code for page in PAGES}
CODE = re.compile(r"\bLLM\d{3}\b")


def named_in(file: str, pattern: str = r".*") -> set[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {code for line in re.findall(pattern, text, re.MULTILINE) for code in CODE.findall(line)}


def test_the_command_knows_every_page() -> None:
    assert {rule.code for rule in rule_list()} == CODES


def test_the_readme_lists_every_rule() -> None:
    assert named_in("README.md", r"^\| LLM\d{3} .*") == CODES


def test_the_changelog_names_every_rule() -> None:
    assert named_in("CHANGELOG.md") >= CODES
    assert named_in("CHANGELOG.md") <= CODES | retired()


def retired() -> set[str]:
    """Codes that were given up; they are never given to another rule."""
    return set()


def test_flake8_shows_every_rule() -> None:
    [plugin] = [point for point in entry_points(group="flake8.extension") if point.name == "LLM"]
    assert plugin.value == "wattlint.flake8_plugin:Flake8Plugin"
    assert all(code.startswith(plugin.name) and len(code) == 6 for code in CODES)
    # The code of what cannot be read stands in the plugin itself.
    tree = ast.parse((ROOT / "src" / "wattlint" / "flake8_plugin.py").read_text(encoding="utf-8"))
    literals = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {text for text in literals if isinstance(text, str) and CODE.fullmatch(text)} <= CODES | {"LLM901"}


def test_no_document_speaks_of_a_rule_that_does_not_exist() -> None:
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        unknown = set(CODE.findall(file.read_text(encoding="utf-8"))) - CODES - {"LLM901", "LLM902", "LLM903"}
        assert not unknown, f"{file.name}: {unknown}"


def test_every_rule_has_examples_that_are_tests() -> None:
    for page in PAGES:
        if page.front.code.startswith("LLM9"):
            continue  # what cannot be read, and comments: no example of a page shows that
        assert any(case.bad for case in page.cases), page.front.code
        assert any(not case.bad for case in page.cases), page.front.code
