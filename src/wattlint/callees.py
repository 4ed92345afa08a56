"""Call sites in other files, inside functions that a file calls: what only holds for a caller is reported at the caller.

A run over the whole project meets them anyway. Where single files are named (flake8, an editor, a hook), they are
looked for here, so that a file shows the same findings however it came to be linted.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from wattlint.regexes import regex
from wattlint.semantics import callers
from wattlint.semantics.project import LARGE_TREE
from wattlint.semantics.words import MAX_FILE_BYTES
from wattlint.sources import touched
from wattlint.sources.buffers import read_bytes

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.project import Project
    from wattlint.sources.reach import Reach

_DEFINED = regex(rb"\b(?:def|class)[ \t]+([A-Za-z_]\w*)")
_NOTHING: frozenset[str] = frozenset()


class Callees:
    """For the files of one project; remembers what each defines until it is told that the file has changed."""

    def __init__(self, project: Project, reach: Reach) -> None:
        self._project, self._reach = project, reach
        self._defined: dict[str, frozenset[str]] = {}

    def forget(self, file: str) -> None:
        self._defined.pop(file, None)

    def called_from(self, file: str, evaluator: Evaluator, but: Container[str]) -> list[tuple[str, str]]:
        """(file, function) of what ``file`` calls in other files, as far as it can call a model."""
        module = self._project.module(file)
        if module is None or len(self._project.files()) > LARGE_TREE:
            return []
        called = module.names_called()
        common: dict[str, set[str]] = {}
        for other in self._project.files():
            names = self._of(other) & called
            if names and other != file and other not in but:
                for name in names:
                    common.setdefault(name, set()).add(other)
        found: set[tuple[str, str]] = set()
        for record in {id(one): one for name in sorted(common) for one in module.calls_named(name)}.values():
            evaluator.begin_query()
            for where, name in callers.reached(evaluator, record, module):
                files = common.get(name, ()) if where is None else [where]
                found.update((one, name) for one in files if one != file and one not in but and self._of(one))
        return sorted(found)

    def _of(self, file: str) -> frozenset[str]:
        known = self._defined.get(file)
        if known is None:
            known = self._defined[file] = self._read(file)
        return known

    def _read(self, file: str) -> frozenset[str]:
        """The functions and classes of a file, none where the sieve stops it."""
        touched.file(file)
        try:
            code = read_bytes(file, MAX_FILE_BYTES)
        except OSError:
            return _NOTHING
        if not self._reach.passes(file, code):
            return _NOTHING
        return frozenset(name.decode() for name in _DEFINED.findall(code))
