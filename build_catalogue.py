"""Hatch build hook: compiles ``rules/`` into the artefact that the wheel carries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ARTEFACT = "src/wattlint/_catalogue.bin"


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            from wattlint.catalogue.compile import compile_to

            compile_to(root / "rules", root / ARTEFACT)
        finally:
            sys.path.pop(0)
        if version == "standard":
            build_data["force_include"][ARTEFACT] = "wattlint/_catalogue.bin"
