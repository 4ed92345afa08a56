"""What becomes of one file: its call sites, or why there are none."""

from __future__ import annotations

import os
import re
import sys
import warnings
from _ast import PyCF_ONLY_AST
from collections.abc import Callable, Container, Sequence
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from wattlint.catalogue.errors import CatalogueError
from wattlint.config import ConfigError
from wattlint.regexes import regex
from wattlint.sources.files import FileRef, Problem, SourceFile
from wattlint.sources.limits import MAX_CHARACTERS, OutOfTime
from wattlint.sources.reading import is_plain, read_raw, source_from_bytes

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite
    from wattlint.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")
SUPPRESSES = regex(rb"#\s*(?:wattlint:\s*ignore|noqa:[^\n]*LLM\d)", re.IGNORECASE)
"""Whether a file can hold a comment that suppresses a finding of ours in particular."""


class Outcome(NamedTuple):
    """What became of one file."""

    sites: Sequence[CallSite] = ()
    problems: Sequence[Problem] = ()
    unreadable: Sequence[Problem] | None = None
    """Those of ``problems`` that are why there is no analysis."""
    marked: bool = False
    """It has comments for us."""
    source: SourceFile | None = None
    """None where another process read it."""
    callees: Sequence[CallSite] = ()
    """Sites in other files, inside functions that a file which was named calls."""
    seconds: float = 0.0
    """Of processor time, for the analysis."""


def read_and_analyse(ref: FileRef, passes: bool, workspace: Workspace, linted: Container[str]) -> Outcome:
    raw = read_raw(ref)
    if not passes and not isinstance(raw, Problem) and is_plain(ref, raw):
        return _parsed(ref, raw.decode())
    source = raw if isinstance(raw, Problem) else source_from_bytes(ref, raw)
    if isinstance(source, Problem):  # gone since it was sifted
        return Outcome(problems=[source], unreadable=[source])
    return _outcome(ref, source, passes, workspace, linted)


def outcome_of(ref: FileRef, source: SourceFile | Problem, workspace: Workspace) -> Outcome:
    """What becomes of one file by itself."""
    if isinstance(source, Problem):
        return Outcome(problems=[source], unreadable=[source])
    dropped = dropped_cells(source)
    try:
        passes = workspace.may_call(source)
    except ConfigError as error:
        problems = [*dropped, *error.problems]
        return Outcome((), problems, error.problems, is_marked(source.raw), source)
    found = _outcome(ref, source, passes, workspace)
    problems = [*dropped, *found.problems]
    return found._replace(problems=problems, marked=is_marked(source.raw), source=source)


def _outcome(
    ref: FileRef, source: SourceFile, passes: bool, workspace: Workspace, linted: Container[str] = ()
) -> Outcome:
    """The call sites of one file, or why there are none; ``passes``: the sieve let it through."""
    if not passes:
        return _parsed(ref, source.text)
    try:
        settings = workspace.configuration.of_folder(ref.folder)
        began = thread_time()
        sites = quietly(workspace.sites, source, settings)
        seconds = thread_time() - began
        callees = quietly(workspace.sites_called_from, source, settings, linted) if ref.explicit else ()
        return Outcome(sites, source=source if sites else None, callees=callees, seconds=seconds)
    except ConfigError as error:
        return Outcome(problems=error.problems, unreadable=error.problems)
    except CatalogueError:
        raise  # a damaged installation: no file can be analysed
    except Exception as error:
        problem = problem_of(error, source.display)
        return Outcome(problems=[problem], unreadable=[problem])


def _parsed(ref: FileRef, text: str) -> Outcome:
    """Whether a file that was named and holds no call is Python."""
    if ref.explicit and len(text) <= MAX_CHARACTERS:
        try:
            quietly(
                compile, text, "<unknown>", "exec", PyCF_ONLY_AST, True
            )  # ``ast.parse``, without its import
        except Exception as error:
            problem = problem_of(error, ref.display)
            return Outcome(problems=[problem], unreadable=[problem])
    return Outcome()


def quietly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Without the parser's warnings about the user's code (invalid escapes): they are not ours to report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def dropped_cells(source: SourceFile) -> list[Problem]:
    dropped = source.cells.dropped if source.cells else ()
    return [
        Problem(source.display, None, f"cell {cell.cell + 1}, line {cell.line}: syntax error: {cell.message}")
        for cell in dropped
    ]


def problem_of(error: Exception, display: str) -> Problem:
    """Why one file could not be analysed; a fault of our own names the place in our code."""
    if isinstance(error, SyntaxError):
        if error.lineno is None:  # how the finder says that a file is nested too deeply
            return Problem(display, None, str(error.msg))
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Problem(display, error.lineno, f"syntax error: {error.msg} (read as Python {version})")
    if isinstance(error, OutOfTime):
        return Problem(display, None, str(error))
    if isinstance(error, RecursionError | MemoryError):
        return Problem(display, None, "nested too deeply to be analysed")
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error} (at {os.path.basename(where.filename)}:{where.lineno})"
    return Problem(display, None, f"internal error, please report it: {what}")


def is_marked(raw: bytes) -> bool:
    return b"#" in raw and SUPPRESSES.search(raw) is not None
