"""Loads the compiled catalogue; recompiles it in a source checkout whose ``rules/`` changed."""

from __future__ import annotations

import marshal
from functools import cache
from pathlib import Path
from typing import Any

from wattlint.catalogue.compile import FORMAT, Blob, compile_to, digest

PACKAGE = Path(__file__).resolve().parent.parent
ARTEFACT = PACKAGE / "_catalogue.bin"


@cache
def rules_folder() -> Path:
    """``rules/`` of the source checkout, or the copy inside an installed wheel."""
    checkout = PACKAGE.parent.parent / "rules"
    return checkout if (checkout / "checks").is_dir() else PACKAGE / "rules"


@cache
def _artefact() -> dict[str, Blob]:
    try:
        compiled: dict[str, Any] = marshal.loads(ARTEFACT.read_bytes())
        sections: dict[str, Blob] = compiled["sections"] if compiled["format"] == FORMAT else {}
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        return {}
    return sections


@cache
def section(name: str) -> Any:
    """The plain data of one section (see ``catalogue/schema``), read once per process."""
    sections, rules = _artefact(), rules_folder()
    known = sections.get(name)
    if known is None or (rules.parent != PACKAGE and known[0] != digest(name, rules)):
        sections.update(
            compile_to(rules, ARTEFACT, [name], {key: blob for key, blob in sections.items() if key != name})
        )
    return marshal.loads(sections[name][1])
