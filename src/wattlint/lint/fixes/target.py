"""What a fix is made for: a finding, the call it is about, and the files that the fix may change."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from wattlint.callsites.facts import CallSite
from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdks import load_sdks
from wattlint.catalogue.user_folder import part
from wattlint.lint.findings import Finding
from wattlint.lint.fixes.edits import Edit, Fix, NotFixed
from wattlint.lint.fixes.module import Module
from wattlint.settings import Settings
from wattlint.sources.splice import Change


class Unfixable(Exception):
    """The fix cannot be made here; the message says why."""


@dataclass(slots=True, frozen=True)
class Target:
    finding: Finding
    site: CallSite
    settings: Settings
    module_at: Callable[[str], Module | None]
    """The file that findings show under a path; None when it is not among the linted ones, or no Python."""


class Call:
    """The call that a finding is about, in its module. Raises Unfixable."""

    def __init__(self, target: Target) -> None:
        site = self.site = target.site
        if (target.finding.path, target.finding.line) != (site.path, site.line):
            raise Unfixable(f"the call itself is at {site.path}:{site.line}, and other callers use it too")
        module = target.module_at(site.path)
        if module is None:
            raise Unfixable(f"{site.path} is not among the files that are linted")
        self.module = module
        self._sdks = part(target.settings.rules_dir, "sdks")
        line, end_line = (module.text_line(site.cell, number) for number in (site.line, site.end_line))
        node = module.call_at(line, site.column, end_line, site.end_column)
        if node is None:
            raise Unfixable("the call cannot be found again")
        self.node = node

    def keyword(self, *names: str) -> ast.keyword | None:
        """The first keyword of the call with one of ``names``."""
        return next((each for each in self.node.keywords if each.arg in names), None)

    @cached_property
    def entry(self) -> EntryPoint | None:
        """The catalogue's entry for it."""
        return load_sdks(self._sdks).named(self.site.entry_point)


def made(
    name: str, message: str, safe: bool, changes: Iterable[tuple[Module, Change | None]]
) -> Fix | NotFixed:
    """The fix with these changes; not one when nothing changes."""
    edits = sorted({module.edit(change) for module, change in changes if change is not None}, key=_order)
    return Fix(name, message, safe, tuple(edits)) if edits else NotFixed("there is nothing to change")


def _order(edit: Edit) -> tuple[object, ...]:
    return edit.path, -1 if edit.cell is None else edit.cell, *edit[2:]
