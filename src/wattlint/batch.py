"""Many files at once: analysed project by project, in several processes where that pays.

One process analyses a project, in the order of its files, and lets go of it before the next: the answers do not
depend on how many processes there are, and memory does not grow with the number of projects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from wattlint.outcome import Outcome, problem_of, read_and_analyse
from wattlint.sifting import LARGE_PROJECT, Looks, SiftedFiles, Sifter, each
from wattlint.sources.buffers import read_or_empty
from wattlint.sources.discovery import display_path
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.imported_modules import climbs_out
from wattlint.sources.reach import Look, Reach
from wattlint.workers import deal, in_blocks, processes

if TYPE_CHECKING:
    from wattlint.sources.addresses import Addresses
    from wattlint.workspace import Workspace

FEW_PASSING = 6
"""Fewer files to parse are not worth a second process."""
Todo = tuple[int, FileRef, bool | None]
"""Number of a file, the file, whether it has to be analysed (else it is only parsed); None: see ``Look``."""
Done = tuple[list[tuple[int, Outcome]], list[tuple[str, Problem]]]
"""Outcomes by number of the file; files that others led to and that are no Python."""


def outcomes(files: SiftedFiles, jobs: int | None) -> tuple[list[Outcome], list[tuple[str, Problem]]]:
    """One outcome for each of the files, and those that turned out to be no Python without being asked for. What was
    sifted is used up."""
    batch = _Batch(files, processes(jobs, len(files.refs)))
    ready = {root: numbers for root, numbers in files.projects.items() if numbers[0] in files.sifted}
    batch.analyse(ready, files.later)
    if files.later is not None:
        batch.analyse({root: numbers for root, numbers in files.projects.items() if root not in ready})
    return batch.found, sorted(batch.broken)


class _Batch:
    def __init__(self, files: SiftedFiles, jobs: int) -> None:
        self._files, self._jobs = files, jobs
        self.found: list[Outcome] = [Outcome()] * len(files.refs)
        self.broken: list[tuple[str, Problem]] = []

    def analyse(self, projects: Mapping[str, list[int]], sifter: Sifter | None = None) -> None:
        """The files of ``projects``; meanwhile ``sifter`` looks at those of others."""
        chosen = cache(partial(self._choose, projects))
        _survey(projects, self._files, self._jobs, chosen)
        groups = chosen()
        # The largest first: else one process is left with it at the end.
        roots = sorted(groups, key=lambda root: (-len(groups[root]), root))
        blocks = len(sifter.blocks) if sifter is not None else 0

        def work(drawn: Iterator[int]) -> tuple[Done, list[Looks]]:
            outcomes: list[tuple[int, Outcome]] = []
            broken: list[tuple[str, Problem]] = []
            looks: list[Looks] = []
            last = None  # of which nobody lets go here: mostly the process ends with it
            for number in drawn:
                if number < len(roots):
                    if last is not None:
                        self._files.workspace.forget(last)
                    last = roots[number]
                    some, others = _project(groups[last], self._files.workspace)
                    outcomes += some
                    broken += others
                elif sifter is not None:
                    looks.append(sifter([number - len(roots)]))
            return (outcomes, broken), looks

        many = blocks or sum(map(len, groups.values())) >= FEW_PASSING
        jobs = self._jobs if many else 1
        if roots and len(roots) + blocks > 1 and jobs > 1:
            import wattlint.callsites.finder  # noqa: F401  # once, before the processes part
        for (results, others), looks in deal(
            work, len(roots) + blocks, jobs, _prepare_to_lint if roots else lambda: None
        ):
            for number, outcome in results:
                before = self.found[number]
                problems = [*before.problems, *outcome.problems]
                self.found[number] = outcome._replace(problems=problems, marked=before.marked)
            self.broken += others
            for one in looks:
                self._files.sifted.update(each(one))

    def _choose(self, projects: Mapping[str, list[int]]) -> dict[str, list[Todo]]:
        """What has to be analysed, by the root of its project."""
        groups: dict[str, list[Todo]] = {}
        for root, numbers in projects.items():
            todo = _to_analyse(root, numbers, self._files)
            if todo:
                groups[root] = todo
            else:
                self._files.workspace.forget(root)
            for number in numbers:
                one = self._files.sifted.pop(number)
                if one.problems or one.unreadable is not None or one.marked:
                    self.found[number] = Outcome(
                        problems=one.problems, unreadable=one.unreadable, marked=one.marked
                    )
        return groups


def _prepare_to_lint() -> None:
    """What is done with call sites, most probably."""
    import wattlint.lint.engine  # noqa: F401


def _to_analyse(root: str, numbers: Sequence[int], given: SiftedFiles) -> list[Todo]:
    """The files of one project that can call a model, by themselves or through what they import."""
    refs, sifted, workspace = given.refs, given.sifted, given.workspace
    looks = {number: look for number in numbers if (look := sifted[number].look) is not None}
    modules = given.covered.left_out_of(root)
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


def _survey(
    projects: Mapping[str, Sequence[int]], given: SiftedFiles, jobs: int, meanwhile: Callable[[], object]
) -> None:
    """Read the modules of large projects for what their analysis will ask of them all, in ``jobs`` processes."""
    refs, sifted, workspace = given.refs, given.sifted, given.workspace
    blocks: list[tuple[str, Sequence[str]]] = []
    addresses: dict[str, Addresses] = {}
    for root, numbers in projects.items():
        looks = {number: look.passes for number in numbers if (look := sifted[number].look) is not None}
        if len(numbers) >= LARGE_PROJECT and any(looks.values()):
            files = [refs[number].file for number in numbers]
            blocks += [(root, some) for some in in_blocks([file for file in files if file.endswith(".py")])]
            asking = [number for number, passes in looks.items() if passes is None]
            if asking:
                addresses[root] = workspace.reach(refs[asking[0]].file).addresses
    if not blocks:
        return
    from wattlint.semantics.words import MAX_FILE_BYTES, Block, block_of

    def survey(drawn: Iterator[int]) -> tuple[list[tuple[int, Block]], dict[str, list[str]]]:
        words: list[tuple[int, Block]] = []
        without: dict[str, list[str]] = {root: [] for root in addresses}
        for number in drawn:
            root, files = blocks[number]
            texts = [read_or_empty(file, MAX_FILE_BYTES + 1) for file in files]
            words.append((number, block_of(zip(files, texts))))
            if root in addresses:
                shown_in = addresses[root].shown_in
                without[root] += [file for file, text in zip(files, texts) if not shown_in(text)]
        return words, without

    def serve() -> None:
        meanwhile()
        for asked in addresses.values():
            asked.look_into_data()

    known: dict[str, list[Block]] = {}
    for found, without in deal(survey, len(blocks), jobs, serve):
        for number, block in found:
            known.setdefault(blocks[number][0], []).append(block)
        for root, without_any in without.items():
            addresses[root].without(without_any)
    for root, words in known.items():
        workspace.know_words(root, words)


def _project(todo: list[Todo], workspace: Workspace) -> Done:
    """Every file of one project."""
    passing = []
    for number, ref, passes in todo:
        if passes is None:
            passes = workspace.reach(ref.file).holds_address()
        if passes or ref.explicit:
            passing.append((number, ref, passes))
    linted = {ref.file for _, ref, _ in passing}
    results = [(number, read_and_analyse(ref, passes, workspace, linted)) for number, ref, passes in passing]
    # The sieve stopped them, another file led to them: that they cannot be read costs nothing to say.
    broken = [
        (shown, problem_of(error, shown))
        for file, error in workspace.broken().items()
        for shown in (display_path(file),)
    ]
    return results, broken
