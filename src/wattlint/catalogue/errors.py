"""The one error that every catalogue and rule file raises: it always names a place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class CatalogueError(Exception):
    """A file under ``rules/`` (ours or a user's) that cannot be used.

    ``str(error)`` reads ``path:line: key: what is wrong (did you mean ...?)``.
    """

    def __init__(self, path: Path | str, line: int | None, key: str | None, message: str) -> None:
        self.path, self.line, self.key, self.message = str(path), line, key, message
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {key}: {message}" if key else f"{place}: {message}")


def nearest(word: str, choices: Iterable[str]) -> str:
    """A suggestion to append to a message, or an empty string: `` (did you mean "x"?)``."""
    import difflib  # only for messages

    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' (did you mean "{close[0]}"?)' if close else ""


def in_words(error: Any) -> str:
    """What is wrong, of one error of pydantic's ``ValidationError.errors()``, as a user would say it."""
    import re
    from reprlib import repr as shortened  # YAML's aliases can make a value that is endless when written out

    message, value = str(error["msg"]), error["input"]
    if error["type"] == "missing":
        return message
    if error["type"] == "value_error":
        return message.removeprefix("Value error, ")
    if error["type"] == "model_type":
        message = "must be a table"
    message = re.sub("^Input should be", "must be", message.partition(", unable to")[0])
    message = message.replace("a valid ", "a ").replace("dictionary", "table")
    message = re.sub(r"\ba (?=[aeiou])", "an ", message)
    shown = str(value).lower() if isinstance(value, bool) else shortened(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    expected = re.findall("'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    return f"{message}, not {shown}{nearest(value, expected) if isinstance(value, str) else ''}"
