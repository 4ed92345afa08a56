"""Writes ``FOLDER/check.schema.json`` and its siblings."""

from __future__ import annotations

import sys
from pathlib import Path

from wattlint.reports.json_models import REPORTS, schema_text


def main(folder: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in REPORTS:
        (Path(folder) / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
