"""The parts of the folder that ``rules-dir`` names: the user's own knowledge, laid out like our ``rules/``."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("checks", "sdks", "models")
"""Rule pages, entry points, models; any of them may be missing."""


@cache
def part(rules_dir: str | None, name: str) -> Path | None:
    """The folder ``name`` (one of PARTS) of ``rules_dir``; None when there is none."""
    if rules_dir is None:
        return None
    from pathlib import Path

    folder = Path(rules_dir, name)
    return folder if os.path.isdir(folder) else None
