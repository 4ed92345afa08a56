"""The output shown in the README is what the commands print."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_readme_shows_what_the_commands_print() -> None:
    specification = importlib.util.spec_from_file_location(
        "readme_output", ROOT / "tools" / "readme_output.py"
    )
    assert specification is not None and specification.loader is not None
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(tool.BLOCK.findall(text)) == 2
    assert tool.renewed(text) == text, "run: python tools/readme_output.py"
