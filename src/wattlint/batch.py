"""Many files at once: sifted in blocks, then analysed project by project, in several processes where that pays.

One process analyses a project, in the order of its files, and lets go of it before the next: the answers do not
depend on how many processes there are, and memory does not grow with the number of projects.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from _ast import PyCF_ONLY_AST
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from wattlint.catalogue.errors import CatalogueError
from wattlint.config import ConfigError
from wattlint.sources.buffers import read_bytes
from wattlint.sources.discovery import Covered, display_path
from wattlint.sources.files import FileRef, Problem, SourceFile
from wattlint.sources.folders import folder_of
from wattlint.sources.limits import MAX_CHARACTERS, OutOfTime
from wattlint.sources.project import root_of
from wattlint.sources.reach import Look, Reach, climbs_out
from wattlint.sources.reading import is_plain, read_raw, source_from_bytes
from wattlint.sources.sieve import NONE
from wattlint.workers import deal, usual_number

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite
    from wattlint.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[int, int], None]
"""(files done, files in all)"""
SUPPRESSES = rb"#\s*(?:wattlint:\s*ignore|noqa:[^\n]*LLM\d)"
"""Whether a file can hold a comment that suppresses a finding of ours in particular."""
BLOCK = 64
"""Files that one process reads in a row."""
FEW_FILES = 200
"""Fewer are not worth a second process."""
MANY_TO_SURVEY = 1_000
"""Modules of one project that are not left to the one process that analyses it."""
FEW_PASSING = 12
"""Fewer files to parse are not worth a second process."""


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


class Sifted(NamedTuple):
    """A file after the sieve. ``look`` is None where there is no text to look at."""

    problems: Sequence[Problem]
    look: Look | None
    unreadable: Sequence[Problem] | None = None
    marked: bool = False


_NONE: Sequence[Problem] = ()
Todo = tuple[int, FileRef, bool | None]
"""Number of a file, the file, whether it has to be analysed (else it is only parsed); None: see ``Look``."""
Done = tuple[list[tuple[int, Outcome]], list[tuple[str, Problem]]]
"""Outcomes by number of the file; files that others led to and that are no Python."""


def sift(
    refs: Sequence[FileRef],
    workspace: Workspace,
    jobs: int | None,
    progress: Progress | None = None,
    known: Mapping[str, Sifted] | None = None,
) -> dict[int, Sifted]:
    """Each of ``refs`` after the sieve, by its number. ``known``: those that went through it already, by path."""
    jobs = _jobs(jobs, refs)
    sifted: dict[int, Sifted] = {}
    if known:
        sifted = {number: known[ref.file] for number, ref in enumerate(refs) if ref.file in known}
    todo = [number for number in range(len(refs)) if number not in sifted]
    blocks, here = _blocks(todo), os.getpid()

    def sift_blocks(drawn: Iterator[int]) -> tuple[dict[int, bytes], dict[int, Sifted]]:
        """Of most files there is nothing to tell but what they import, and that goes from process to process fastest."""
        plain, others = {}, {}
        for done, block in enumerate(drawn):
            if progress:
                progress(min(done * BLOCK * jobs, len(todo)), len(todo))
            for number in blocks[block]:
                one = _sift(refs[number], workspace)
                imports = _only_imports(one)
                if imports is None:
                    others[number] = one
                    if one.look is not None and one.look.passes and os.getpid() == here:
                        import wattlint.callsites.finder  # noqa: F401  # it will be needed, and the others go on
                else:
                    plain[number] = imports
        return plain, others

    if refs:
        _load(workspace, refs[0])
    for plain, others in deal(sift_blocks, len(blocks), jobs):
        sifted.update(others)
        sifted.update((number, _stopped(imports)) for number, imports in plain.items())
    return sifted


def _only_imports(one: Sifted) -> bytes | None:
    """The import statements of a file of which there is nothing else to tell: the sieve stops it, it names no SDK."""
    look = one.look
    if (
        look is None
        or one.problems
        or one.marked
        or look.words
        or look.imports_sdk
        or look.passes is not False
    ):
        return None
    return look.imports


def _stopped(imports: bytes) -> Sifted:
    """The opposite of ``_only_imports``."""
    return Sifted(_NONE, Look(False, False, imports, NONE))


def outcomes(
    refs: Sequence[FileRef],
    sifted: dict[int, Sifted],
    covered: Covered,
    workspace: Workspace,
    jobs: int | None,
) -> tuple[list[Outcome], list[tuple[str, Problem]]]:
    """One outcome for each of ``refs``, and the files that turned out to be no Python without being asked for.
    ``sifted`` is used up."""
    jobs = _jobs(jobs, refs)
    found: list[Outcome] = [Outcome()] * len(refs)
    groups: dict[str, list[Todo]] = {}
    projects = _by_project(refs)
    for root, numbers in projects.items():
        todo = _to_analyse(root, numbers, refs, sifted, covered, workspace)
        if todo:
            groups[root] = todo
        else:
            workspace.forget(root)
        for number in numbers:
            one = sifted.pop(number)
            if one.problems or one.unreadable is not None or one.marked:
                found[number] = Outcome(problems=one.problems, unreadable=one.unreadable, marked=one.marked)

    # The largest first: else one process is left with it at the end.
    roots = sorted(groups, key=lambda root: (-len(groups[root]), root))

    def analyse(drawn: Iterator[int]) -> Done:
        done: Done = ([], [])
        for number in drawn:
            outcome, broken = _project(roots[number], groups[roots[number]], workspace)
            done[0].extend(outcome)
            done[1].extend(broken)
        return done

    for root, todo in groups.items():
        passing = [passes for _, _, passes in todo]
        if any(passing):
            files = [refs[number].file for number in projects[root]]
            _survey(root, files, None in passing, workspace, jobs)
    broken: list[tuple[str, Problem]] = []
    many = sum(map(len, groups.values())) >= FEW_PASSING
    if many and len(roots) > 1 and jobs > 1:
        import wattlint.callsites.finder  # noqa: F401  # once, before the processes part
    for results, others in deal(analyse, len(roots), jobs if many else 1, _prepare_to_lint):
        for number, outcome in results:
            problems = [*found[number].problems, *outcome.problems]
            found[number] = outcome._replace(problems=problems, marked=found[number].marked)
        broken += others
    return found, sorted(broken)


def _prepare_to_lint() -> None:
    """What is done with call sites, most probably."""
    import wattlint.lint.engine  # noqa: F401


def _jobs(jobs: int | None, refs: Sequence[FileRef]) -> int:
    if jobs is not None:
        return jobs
    return usual_number() if len(refs) >= FEW_FILES else 1


def _load(workspace: Workspace, ref: FileRef) -> None:
    """What every process needs, before they part."""
    with contextlib.suppress(ConfigError):  # reported with each file that it holds for
        workspace.reach(ref.file)


def _sift(ref: FileRef, workspace: Workspace) -> Sifted:
    raw = read_raw(ref)
    if isinstance(raw, Problem):
        return Sifted([raw], None, [raw])
    code, dropped = raw, _NONE
    if not is_plain(ref, raw):
        source = source_from_bytes(ref, raw)
        if isinstance(source, Problem):
            return Sifted([source], None, [source])
        code, dropped = source.code, _dropped_cells(source)
    marked = _is_marked(raw)
    try:
        look = workspace.reach(ref.file).look(ref.file, code)
    except ConfigError as error:
        return Sifted([*dropped, *error.problems], None, error.problems, marked)
    return Sifted(dropped, look, None, marked)


def _is_marked(raw: bytes) -> bool:
    return b"#" in raw and _suppresses().search(raw) is not None


@cache
def _suppresses() -> re.Pattern[bytes]:
    """Compiled when needed, and once: ``re`` looks a pattern up at each search, which here takes as long as the search."""
    return re.compile(SUPPRESSES, re.IGNORECASE)


def _by_project(refs: Sequence[FileRef]) -> dict[str, list[int]]:
    roots: dict[str, str] = {}
    groups: dict[str, list[int]] = {}
    for number, ref in enumerate(refs):
        folder = folder_of(ref.file)
        root = roots.get(folder)
        if root is None:
            root = roots[folder] = root_of(folder)
        groups.setdefault(root, []).append(number)
    return groups


def _to_analyse(
    root: str,
    numbers: Sequence[int],
    refs: Sequence[FileRef],
    sifted: dict[int, Sifted],
    covered: Covered,
    workspace: Workspace,
) -> list[Todo]:
    """The files of one project that can call a model, by themselves or through what they import."""
    looks = {number: look for number in numbers if (look := sifted[number].look) is not None}
    modules = covered.left_out_of(root)
    if modules is not None and len(looks) == len(numbers) and not _has_sign(root, looks, refs, modules):
        return []
    files: dict[Reach, list[str]] = {}
    for number, look in looks.items():
        file = refs[number].file
        reach = workspace.reach(file)
        reach.know(file, look)
        files.setdefault(reach, []).append(file)
    all_known = (
        modules is not None
        and len(files) == 1
        and len(looks) == len(numbers)
        and not any(modules(look.imports) for look in looks.values())
    )
    leading = {file for reach, known in files.items() for file in reach.leading(known, all_known)}
    todo = []
    for number, look in looks.items():
        ref = refs[number]
        passes = look.passes or ref.file in leading or look.passes
        # A file that was named is parsed whatever it holds: its user wants to hear of errors.
        if passes is not False or ref.explicit:
            todo.append((number, ref, passes))
    return todo


def _has_sign(
    root: str, looks: dict[int, Look], refs: Sequence[FileRef], modules: Callable[[bytes], bool]
) -> bool:
    """Whether any of the files, all of a project, calls for more than a look: one passes, imports an SDK or what was not
    looked at, leads out of the project, or was named."""
    for number, look in looks.items():
        if look.passes is not False or look.imports_sdk or refs[number].explicit:
            return True
        if b".." in look.imports and climbs_out(root, refs[number].file, look.imports):
            return True
        if modules(look.imports):
            return True
    return False


def _survey(root: str, files: Sequence[str], asks: bool, workspace: Workspace, jobs: int) -> None:
    """Read the modules of a large project for what its analysis will ask of them all, in ``jobs`` processes. ``asks``:
    whether one of them holds the address of a model server."""
    modules = [file for file in files if file.endswith(".py")]
    if len(modules) < MANY_TO_SURVEY:
        return
    from wattlint.semantics.words import MAX_FILE_BYTES, joined_words

    addresses = workspace.reach(modules[0]).addresses
    blocks = _blocks(modules)

    def survey(drawn: Iterator[int]) -> tuple[dict[str, bytes], list[str]]:
        words, without = {}, []
        for file in chain.from_iterable(map(blocks.__getitem__, drawn)):
            try:
                raw = read_bytes(file, MAX_FILE_BYTES + 1)
            except OSError:
                raw = b""
            words[file] = joined_words(raw)
            if asks and not addresses.shown_in(raw):
                without.append(file)
        return words, without

    def look_into_data() -> None:
        if asks:
            addresses.look_into_data()

    known: dict[str, bytes] = {}
    for words, without in deal(survey, len(blocks), jobs, look_into_data):
        known.update(words)
        addresses.without(without)
    workspace.know_words(root, known)


def _blocks(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[at : at + BLOCK] for at in range(0, len(items), BLOCK)]


def _project(root: str, todo: list[Todo], workspace: Workspace) -> Done:
    """Every file of one project; nothing is remembered of it afterwards."""
    passing = []
    for number, ref, passes in todo:
        if passes is None:
            passes = workspace.reach(ref.file).holds_address()
        if passes or ref.explicit:
            passing.append((number, ref, passes))
    linted = {ref.file for _, ref, _ in passing}
    results = [(number, _read_and_analyse(ref, passes, workspace, linted)) for number, ref, passes in passing]
    # The sieve stopped them, another file led to them: that they cannot be read costs nothing to say.
    broken = [
        (shown, problem_of(error, shown))
        for file, error in workspace.broken().items()
        for shown in (display_path(file),)
    ]
    workspace.forget(root)
    return results, broken


def _read_and_analyse(ref: FileRef, passes: bool, workspace: Workspace, linted: Container[str]) -> Outcome:
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
    dropped = _dropped_cells(source)
    try:
        passes = workspace.may_call(source)
    except ConfigError as error:
        problems = [*dropped, *error.problems]
        return Outcome((), problems, error.problems, _is_marked(source.raw), source)
    found = _outcome(ref, source, passes, workspace)
    problems = [*dropped, *found.problems]
    return found._replace(problems=problems, marked=_is_marked(source.raw), source=source)


def _outcome(
    ref: FileRef, source: SourceFile, passes: bool, workspace: Workspace, linted: Container[str] = ()
) -> Outcome:
    """The call sites of one file, or why there are none; ``passes``: the sieve let it through."""
    if not passes:
        return _parsed(ref, source.text)
    try:
        settings = workspace.configuration.of_folder(ref.folder)
        began = thread_time()
        sites = _quietly(workspace.sites, source, settings)
        seconds = thread_time() - began
        callees = _quietly(workspace.sites_called_from, source, settings, linted) if ref.explicit else ()
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
            _quietly(
                compile, text, "<unknown>", "exec", PyCF_ONLY_AST, True
            )  # ``ast.parse``, without its import
        except Exception as error:
            problem = problem_of(error, ref.display)
            return Outcome(problems=[problem], unreadable=[problem])
    return Outcome()


def _quietly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Without the parser's warnings about the user's code (invalid escapes): they are not ours to report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def _dropped_cells(source: SourceFile) -> list[Problem]:
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
