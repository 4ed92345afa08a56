"""Loads the compiled catalogue; recompiles it in a source checkout whose ``rules/`` changed."""

from __future__ import annotations

import marshal
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
ARTEFACT = PACKAGE / "_catalogue.bin"


@cache
def rules_folder() -> Path:
    """``rules/`` of the source checkout, or the copy inside an installed wheel."""
    checkout = PACKAGE.parent.parent / "rules"
    return checkout if (checkout / "checks").is_dir() else PACKAGE / "rules"


@cache
def _blobs() -> dict[str, bytes]:
    rules = rules_folder()
    in_checkout = rules.parent != PACKAGE
    try:
        compiled: dict[str, Any] = marshal.loads(ARTEFACT.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        compiled = {}
    from wattlint.catalogue import compile as compiler

    stale = compiled.get("format") != compiler.FORMAT or (in_checkout and compiled["digest"] != compiler.digest(rules))
    if stale:
        compiler.compile_to(rules, ARTEFACT)
        compiled = marshal.loads(ARTEFACT.read_bytes())
    sections: dict[str, bytes] = compiled["sections"]
    return sections


@cache
def section(name: str) -> Any:
    """The plain data of one section (see ``catalogue/schema``), read once per process."""
    return marshal.loads(_blobs()[name])
