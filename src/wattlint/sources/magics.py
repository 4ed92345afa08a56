"""IPython's additions to Python, replaced line by line by Python that does nothing."""

from __future__ import annotations

import re

from wattlint.regexes import regex

PYTHON_CELL_MAGICS = frozenset(
    {"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"}
)
"""Cell magics whose cell is Python; the cells of all others (``%%bash``, ``%%html``) are not."""

_CELL_MAGIC = regex(r"%%\s*([\w.]+)")
_LINE_MAGIC = regex(r"\s*(?:[%!?/,;]|[\w., \[\]\"'*]+=\s*(?:!|%\w))")
_HELP = regex(r"\s*(?:[\w., ]+=\s*)?%{0,2}[\w.*\[\]\"']+\?{1,2}\s*$")
_RUN_PYTHON = regex(r"(\s*)%(?:time|timeit|prun)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+(?=\S)")

_TOKEN = regex(
    r"""(?P<comment>\#.*)
      | (?P<string>[a-zA-Z]*(?P<quote>\"{3}|'{3}|["']))
      | (?P<opening>[(\[{]) | (?P<closing>[)\]}])
    """,
    re.VERBOSE,
)
_STRING_END = {
    quote: re.compile(r"(?:[^\\]|\\.)*?(?:" + quote + r"|(\\)$|$)", re.DOTALL)
    for quote in ('"""', "'''", '"', "'")
}


def neutralise(lines: list[str]) -> list[str]:
    """The lines of one code cell with magics, shell escapes and help requests made harmless, line for line.

    ``%time x = f()`` keeps its Python; everything else becomes ``pass``. Columns of such lines may shift.
    """
    lines = _without_indent(lines)
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return lines
    magic = _CELL_MAGIC.match(lines[first])
    if magic:
        if magic[1] not in PYTHON_CELL_MAGICS:
            return [""] * len(lines)
        lines = [*lines[:first], "", *lines[first + 1 :]]
    state = _State()
    code: list[str] = []
    swallowing = False  # inside a magic continued by backslashes
    for line in lines:
        if swallowing:
            swallowing = line.endswith("\\")
            code.append("")
            continue
        if state.at_statement:
            line = _RUN_PYTHON.sub(r"\1", line, count=1)
            if _LINE_MAGIC.match(line) or _HELP.match(line):
                swallowing = line.endswith("\\")
                code.append(line[: len(line) - len(line.lstrip())] + "pass")
                continue
        code.append(line)
        state.feed(line)
    return code


def _without_indent(lines: list[str]) -> list[str]:
    """IPython takes the indent of the first line off all lines that have it."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else lines


class _State:
    """Whether the next line starts a statement: not within brackets, a string or after a backslash."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote: str | None = None
        self._continued = False

    @property
    def at_statement(self) -> bool:
        return self._depth <= 0 and self._quote is None and not self._continued

    def feed(self, line: str) -> None:
        at = 0
        self._continued = line.endswith("\\")
        while at < len(line):
            if self._quote is not None:
                at = self._skip_string(line, at, self._quote)
                continue
            token = _TOKEN.search(line, at)
            if token is None or token["comment"]:
                self._continued = self._continued and token is None
                return
            at = token.end()
            if token["quote"]:
                self._quote = token["quote"]
            else:
                self._depth += 1 if token["opening"] else -1

    def _skip_string(self, line: str, at: int, quote: str) -> int:
        end = _STRING_END[quote].match(line, at)
        if end is None:  # a lone backslash at the very end: the string goes on
            return len(line)
        closed = line.endswith(quote, at, end.end())
        if closed or (len(quote) == 1 and not line.endswith("\\")):
            self._quote = None
        return end.end()
