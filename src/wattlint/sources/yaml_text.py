"""YAML from files that anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_DEPTH = 200
DEEP = re.compile(r"^[ ?-]{200}", re.MULTILINE)
"""No line goes as deep as ``MAX_DEPTH`` by its indentation alone without this."""
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


UNFIT = (ValueError, ArithmeticError, LookupError, AttributeError, TypeError)
"""What PyYAML raises besides its own errors where a value is none of its kind: ``2024-99-99``, ``!!bool x``."""


def loads(text: str) -> Any:
    """Raises ValueError."""
    try:
        if (DEEP.search(text) or text.count("[") + text.count("{") > MAX_DEPTH) and _is_deep(text):
            raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
        return yaml.load(text, Loader=LOADER)
    except (yaml.YAMLError, *UNFIT) as error:
        raise ValueError(str(error)) from None


def depths(text: str) -> Iterator[tuple[Any, int]]:
    """Each event of the parser, and how many collections are open after it. Up to PyYAML 6.0.3 the recursion of what
    makes values of them has no limit, and ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        yield event, depth


def _is_deep(text: str) -> bool:
    return any(depth > MAX_DEPTH for _, depth in depths(text))
