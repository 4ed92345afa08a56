"""What the documentation shows is what the commands print; every code block is tried."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tool(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


BLOCKS, REFERENCE = tool("doc_blocks"), tool("config_reference")
PAGES = {page.relative_to(ROOT).as_posix(): page for page in BLOCKS.PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_every_block_holds_and_outputs_are_what_commands_print(name: str) -> None:
    assert BLOCKS.renewed(PAGES[name]) == PAGES[name].read_text(encoding="utf-8"), (
        "run: python tools/doc_blocks.py"
    )


WRONG = {
    "```sh\nwattlint chek\n```\n": "exit status 2",
    "```sh\nwattlint check nowhere.py\n```\n": "exit status 2",
    "```sh\nmake nothing\n```\n": "no such target",
    "```sh\npip install 'wattlint[nothing]'\n```\n": "no such extra",
    "```sh\nfrobnicate\n```\n": "not a command",
    "```python\ndef f(:\n```\n": "invalid syntax",
    "```toml\n[tool.wattlint]\nselct = []\n```\n": "selct",
    "```yaml\nrepos: [{repo: https://x/wattlint, hooks: [{id: wattlnt}]}]\n```\n": "does not exist",
    "```json\n{,}\n```\n": "property name",
    "```lua\nx\n```\n": "nothing tries",
    "<!-- edit: support_desk/digest.py -->\n```diff\n-no such line\n+x\n```\n": "does not have",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_block_that_does_not_hold_is_named_with_its_place(text: str, tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{text}")
    with pytest.raises(BLOCKS.DocumentError, match=r"^page\.md:3: ") as raised:
        BLOCKS.renewed(page)
    assert WRONG[text] in str(raised.value)


def test_an_output_is_renewed(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- output: wattlint rule LLM201 | lines 1-1 -->\n```text\nold\n```\n")
    assert "old" not in BLOCKS.renewed(page)


def test_the_configuration_page_lists_every_key() -> None:
    text = REFERENCE.PAGE.read_text(encoding="utf-8")
    assert REFERENCE.renewed(text) == text, "run: python tools/config_reference.py"
    named = set(re.findall(r"<!-- keys of (\w+) -->", text))
    tables = {"WattlintTable", "ImpactTable", "BudgetTable", "LimitsTable"}
    assert named == tables
    of = {name: set(REFERENCE.config_model._keys(getattr(REFERENCE.config_model, name))) for name in tables}
    assert of["LimitsTable"] == set(REFERENCE.config_model._keys(REFERENCE.config_model.IncreaseTable))
    assert all(f"| `{key}` |" in text for keys in of.values() for key in keys)
