"""Hatch build hook: compiles ``rules/`` into the artefact that the wheel carries."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ARTEFACT = "src/wattlint/_catalogue.bin"
"""Of a checkout."""


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            from wattlint.catalogue.compile import compile_to

            if version == "standard":
                self._folder = tempfile.TemporaryDirectory()
                artefact = Path(self._folder.name, "_catalogue.bin")
                # Without the times of the sources: the same sources make the same wheel.
                compile_to(root / "rules", artefact, digest=lambda name, rules: "")
                build_data["force_include"][str(artefact)] = "wattlint/_catalogue.bin"
            else:
                compile_to(root / "rules", root / ARTEFACT)
        finally:
            sys.path.pop(0)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel" and version == "standard":
            self._folder.cleanup()
