"""From a finding to its fix."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from time import thread_time

from wattlint.analysis import Analysis
from wattlint.lint.findings import Finding
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module, parse
from wattlint.lint.fixes.target import Target, Unfixable
from wattlint.sources.files import SourceFile
from wattlint.sources.limits import SECONDS, Spent
from wattlint.sources.reading import read
from wattlint.sources.splice import Change, Unsplicable, changed_text

MAKERS = {
    "load-checkpoint-dtype": "loads:checkpoint_dtype",
    "quantize-4bit": "loads:quantize_4bit",
    "repair-quantization": "loads:repair_quantization",
    "load-once": "placement:load_once",
    "add-draft-model": "drafts:add_draft_model",
    "drop-slow-setting": "generation:drop_slow_setting",
    "replace-model": "models:replace_model",
    "lower-effort": "generation:lower_effort",
    "limit-output": "generation:limit_output",
    "embed-together": "batches:embed_together",
}
"""Name of a fix -> ``module:function`` in this package."""


class Fixer:
    """Proposes fixes for the findings of one analysis; parses each file once."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._modules: dict[str, Module | None] = {}
        self._proposed: dict[int, Fix | NotFixed | None] = {}
        self._spent = Spent()
        self._spent.seconds.update(analysis.spent.seconds)

    def propose(self, finding: Finding) -> Fix | NotFixed | None:
        """None where its rule has no fix. What is proposed can be spliced into the files, and they still parse."""
        if finding.fix is None:
            return None
        if id(finding) not in self._proposed:
            self._proposed[id(finding)] = self._make_in_time(finding, finding.fix)
        return self._proposed[id(finding)]

    def module(self, path: str) -> Module | None:
        """The linted file that findings show as ``path``; None where it is none, or no Python."""
        if path not in self._modules:
            source = self._analysis.sources.get(path)
            if source is None and path in self._analysis.files:
                found = read(self._analysis.files[path])
                source = found if isinstance(found, SourceFile) else None
            try:
                self._modules[path] = Module(source) if source is not None else None
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._modules[path] = None
        return self._modules[path]

    def _make_in_time(self, finding: Finding, name: str) -> Fix | NotFixed:
        path = finding.path
        settings = self._analysis.settings.get(path)
        if settings is not None and self._spent.over(path, settings.seconds_per_file):
            return NotFixed(
                f"{path} took {settings.seconds_per_file:g} s already ({SECONDS}); apply the other fixes first"
            )
        began = thread_time()
        try:
            return self._make(finding, name)
        finally:
            self._spent.add(path, thread_time() - began)

    def _make(self, finding: Finding, name: str) -> Fix | NotFixed:
        file, _, function = MAKERS[name].partition(":")
        make: Callable[[Target], Fix | NotFixed] = getattr(
            import_module(f"wattlint.lint.fixes.{file}"), function
        )
        site = finding.site
        if site is None:
            return NotFixed("it is not about a call")
        target = Target(finding, site, self._analysis.settings[site.path], self.module)
        try:
            fix = make(target)
            if isinstance(fix, Fix):
                self._try(fix)
        except (Unfixable, Unsplicable, ValueError) as error:  # also Unrewritable, NoImport
            return NotFixed(str(error))
        return fix

    def _try(self, fix: Fix) -> None:
        """Raises Unfixable where the edited files would be no Python, Unsplicable where other bytes would change."""
        for path in {edit.path for edit in fix.edits}:
            module = self.module(path)
            if module is None:
                raise Unfixable(f"{path} is not among the files that are linted")
            changes = [module.change(edit) for edit in fix.edits if edit.path == path]
            module.splicer.check(changes)
            if not all(map(_is_python, _touched(module, changes))):
                try:  # the reason can be told of the file as a whole
                    parse(changed_text(module.text, changes))
                except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                    raise Unfixable(f"the result would be no Python: {error}") from None


def _touched(module: Module, changes: list[Change]) -> list[str]:
    """The statements that ``changes`` touch, changed: the rest parses as before where they do."""
    places = sorted((*module.statements_at(change), change) for change in changes)
    groups: list[tuple[int, int, list[Change]]] = []
    for start, end, change in places:
        if groups and start < groups[-1][1]:
            first, last, inside = groups.pop()
            groups.append((first, max(last, end), [*inside, change]))
        else:
            groups.append((start, end, [change]))
    return [
        changed_text(module.text[start:end], [one.moved(-start) for one in inside])
        for start, end, inside in groups
    ]


def _is_python(statements: str) -> bool:
    """Whether they parse in the block they stand in, as one row of statements."""
    indented = statements[:1] in (" ", "\t")
    try:
        body = parse(f"if 1:\n{statements}" if indented else statements).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return len(body) == 1 if indented else bool(body)
