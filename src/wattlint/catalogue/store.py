"""Loads the compiled catalogue; recompiles it in a source checkout whose ``rules/`` changed."""

from __future__ import annotations

import marshal
from functools import cache
from pathlib import Path
from typing import Any

from wattlint.catalogue.errors import CatalogueError

PACKAGE = Path(__file__).resolve().parent.parent
ARTEFACT = PACKAGE / "_catalogue.bin"
FORMAT = 2
Blob = tuple[str, bytes]
"""Digest of the sources and the compiled section."""


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
    """The plain data of one section (see ``catalogue/schema``), read once per process.

    Raises CatalogueError: in an installed wheel when the artefact is damaged, in a checkout for a mistake in ``rules/``.
    """
    sections, rules = _artefact(), rules_folder()
    if rules.parent == PACKAGE:
        if name not in sections:
            raise CatalogueError(ARTEFACT, None, None, "missing or damaged; please reinstall wattlint")
    else:
        _refresh(name, rules, sections)
    return marshal.loads(sections[name][1])


def _refresh(name: str, rules: Path, sections: dict[str, Blob]) -> None:
    """Recompile ``name`` where its sources changed."""
    from wattlint.catalogue.compile import compile_to, digest  # an installed wheel never needs these

    if name not in sections or sections[name][0] != digest(name, rules):
        sections.update(
            compile_to(rules, ARTEFACT, [name], {key: blob for key, blob in sections.items() if key != name})
        )
