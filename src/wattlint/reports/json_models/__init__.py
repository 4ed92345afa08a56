"""The JSON reports as pydantic models: what readers may rely on.

``python -m wattlint.reports.json_models docs/schemas`` writes their JSON Schema; nothing on the way of a normal run
imports this package.
"""

from __future__ import annotations

import json

from wattlint.reports.json_models.base import Record
from wattlint.reports.json_models.check import Check
from wattlint.reports.json_models.diff import Diff
from wattlint.reports.json_models.estimate import Estimate

REPORTS: dict[str, type[Record]] = {"check": Check, "estimate": Estimate, "diff": Diff}


def schema_text(name: str) -> str:
    """The JSON Schema (draft 2020-12) of one report, as it is kept in ``docs/schemas``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **REPORTS[name].model_json_schema(mode="serialization", by_alias=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=True) + "\n"
