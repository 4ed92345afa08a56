"""TOML on every supported Python."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TomlError = tomllib.TOMLDecodeError
"""A ValueError whose message names line and column."""


def loads(text: str) -> dict[str, Any]:
    """Parse TOML; raises TomlError."""
    try:
        return tomllib.loads(text)
    except TomlError:
        raise
    except ValueError as error:  # a number of more digits than Python reads
        raise TomlError(str(error).partition(";")[0]) from None
