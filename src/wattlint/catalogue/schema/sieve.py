"""The part of the SDK catalogue that every run needs, as a section of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wattlint.catalogue.schema import sdks
from wattlint.catalogue.sieve_data import sieve_data


def compile_folder(folder: Path) -> dict[str, Any]:
    return sieve_data(sdks.compile_folder(folder))
