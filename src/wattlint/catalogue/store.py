"""Loads the compiled catalogue; recompiles it in a source checkout whose ``rules/`` changed."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ARTEFACT = os.path.join(PACKAGE, "_catalogue.bin")
FORMAT = 3
"""A head, ``{"format": 3, "sections": {name: (digest of the sources, where it begins, length)}}``, and behind it the
sections, so that a run reads no others than those it needs."""
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


def _stored(names: Iterable[str]) -> dict[str, Blob]:
    """What the artefact has of the sections ``names``; nothing where it is missing or damaged."""
    found = {}
    try:
        with open(ARTEFACT, "rb") as file:
            head: dict[str, Any] = marshal.load(file)
            if head["format"] == FORMAT:
                begin = file.tell()
                for name in head["sections"].keys() & set(names):
                    digest, at, length = head["sections"][name]
                    file.seek(begin + at)
                    data = file.read(length)
                    if len(data) == length:
                        found[name] = digest, data
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        return {}
    return found


@cache
def section(name: str) -> Any:
    """The plain data of one section (see ``catalogue/schema``), read once per process.

    Raises CatalogueError: in an installed wheel when the artefact is damaged, in a checkout for a mistake in ``rules/``.
    """
    blob = _stored([name]).get(name)
    if _checkout() is not None:
        blob = _refreshed(name, rules_folder(), blob)
    try:
        return marshal.loads(blob[1] if blob else b"")
    except (ValueError, EOFError, TypeError):
        from wattlint.catalogue.errors import CatalogueError

        raise CatalogueError(ARTEFACT, None, None, "missing or damaged; please reinstall wattlint") from None


def _refreshed(name: str, rules: Path, blob: Blob | None) -> Blob:
    """``blob``, or what ``name`` is compiled to where its sources changed."""
    from pathlib import Path

    from wattlint.catalogue.compile import (  # an installed wheel never needs these
        SECTIONS,
        compile_to,
        digest,
    )

    if blob is not None and blob[0] == digest(name, rules):
        return blob
    kept = _stored(one for one in SECTIONS if one != name)
    return compile_to(rules, Path(ARTEFACT), [name], kept)[name]
