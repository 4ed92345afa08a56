"""Regexes that are compiled at their first use.

The analysis knows some 150 of them, and for most files needs few: to compile them all takes as long as to analyse a file.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Regex:
    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """``search``, ``sub`` and so on of the compiled regex, kept here: Python asks for each of them once."""
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, to be used through its methods."""
    return cast("re.Pattern[AnyStr]", _Regex(source, flags))
