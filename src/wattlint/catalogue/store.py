"""Loads the compiled catalogue; recompiles it in a source checkout whose ``rules/`` changed."""

from __future__ import annotations

import marshal
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from wattlint.catalogue.errors import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ARTEFACT = os.path.join(PACKAGE, "_catalogue.bin")
FORMAT = 2
Blob = tuple[str, bytes]
"""Digest of the sources and the compiled section."""


@cache
def rules_folder() -> Path:
    """``rules/`` of the source checkout, or the copy inside an installed wheel."""
    from pathlib import Path

    return Path(_checkout() or os.path.join(PACKAGE, "rules"))


@cache
def _checkout() -> str | None:
    """``rules/`` of the source checkout; None in an installed wheel."""
    rules = os.path.join(os.path.dirname(os.path.dirname(PACKAGE)), "rules")
    return rules if os.path.isdir(os.path.join(rules, "checks")) else None


@cache
def _artefact() -> dict[str, Blob]:
    try:
        with open(ARTEFACT, "rb") as file:
            compiled: dict[str, Any] = marshal.loads(file.read())
        sections: dict[str, Blob] = compiled["sections"] if compiled["format"] == FORMAT else {}
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        return {}
    return sections


@cache
def section(name: str) -> Any:
    """The plain data of one section (see ``catalogue/schema``), read once per process.

    Raises CatalogueError: in an installed wheel when the artefact is damaged, in a checkout for a mistake in ``rules/``.
    """
    sections = _artefact()
    if _checkout() is None:
        if name not in sections:
            raise CatalogueError(ARTEFACT, None, None, "missing or damaged; please reinstall wattlint")
    else:
        _refresh(name, rules_folder(), sections)
    return marshal.loads(sections[name][1])


def _refresh(name: str, rules: Path, sections: dict[str, Blob]) -> None:
    """Recompile ``name`` where its sources changed."""
    from pathlib import Path

    from wattlint.catalogue.compile import compile_to, digest  # an installed wheel never needs these

    if name not in sections or sections[name][0] != digest(name, rules):
        sections.update(
            compile_to(
                rules, Path(ARTEFACT), [name], {key: blob for key, blob in sections.items() if key != name}
            )
        )
