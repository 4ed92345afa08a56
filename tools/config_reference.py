"""Writes the tables of keys in docs/configuration.md from the models that check a configuration.

A table stands between ``<!-- keys of CLASS -->`` and ``<!-- end -->``.
``python tools/config_reference.py`` rewrites them; ``tests/test_readme.py`` fails when one is out of date.
"""

from __future__ import annotations

import re
import types
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from wattlint import config_model

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
TABLE = re.compile(r"(<!-- keys of (?P<name>\w+) -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)
WORDS = {str: "text", int: "integer", float: "number", bool: "`true` or `false`"}


def renewed(text: str) -> str:
    """``text`` with every table as the models are now."""
    return TABLE.sub(lambda match: match[1] + table(getattr(config_model, match["name"])), text)


def table(model: type[config_model.Table]) -> str:
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name} has no description"
        lines.append(
            f"| `{field.alias or name}` | {in_words(field)} | {default(field)} | {field.description} |"
        )
    return "\n".join(lines) + "\n"


def in_words(field: FieldInfo) -> str:
    if field.annotation is Any:
        return "number or share"
    return _type_in_words(field.annotation)


def _type_in_words(kind: Any) -> str:
    origin, arguments = get_origin(kind), [one for one in get_args(kind) if one is not types.NoneType]
    if origin is Literal:
        return ", ".join(f'`"{one}"`' for one in arguments)
    if origin is list:
        return f"list of {_type_in_words(arguments[0])}"
    if origin is dict:
        return f"table of {_type_in_words(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, config_model.Table):
        return "table"
    return WORDS[kind] if kind in WORDS else _type_in_words(arguments[0])


def default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    return "`[]`" if isinstance(value, list) else "`{}`"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
