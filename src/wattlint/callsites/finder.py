"""Finds the call sites of a file."""

from __future__ import annotations

import ast
from collections.abc import Set
from pathlib import Path

from wattlint.callsites import caching, indirect
from wattlint.callsites.cells import Cells
from wattlint.callsites.describe import Describer
from wattlint.callsites.facts import CallSite
from wattlint.callsites.http import http_call
from wattlint.callsites.matched import MatchedCall
from wattlint.callsites.objects import Match, Objects
from wattlint.callsites.options import Given
from wattlint.callsites.plausible import ANYTHING, Clues, Plausible, names_in
from wattlint.catalogue.models import load_models
from wattlint.catalogue.sdks import load_sdks
from wattlint.catalogue.user_folder import part
from wattlint.semantics import arguments, callers, calls, classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.frames import Frame
from wattlint.semantics.project import Project
from wattlint.semantics.scopes import CallRecord, Scope, is_super
from wattlint.semantics.values import Class, Instance, Value, alternatives
from wattlint.settings import Settings
from wattlint.sources.discovery import display_path
from wattlint.sources.files import SourceFile
from wattlint.sources.limits import MAX_CHARACTERS

REPORTED = frozenset({"call", "bind", "load", "embed", "train"})
FORWARD = frozenset({"transformers.forward", "transformers.encode"})
"""Entry points that are a forward pass: inside a model's or trainer's own definition they are no calls of their own."""
NETWORKS = (
    "torch.",
    "transformers.",
    "pytorch_lightning.",
    "lightning.",
    "keras.",
    "tensorflow.",
    "trl.",
    "peft.",
)
"""Where the base classes of networks and trainers come from."""


class Finder:
    """Finds call sites in the files of one project. Keep one per project and run: modules are parsed once."""

    def __init__(self, root: Path, settings: Settings, project: Project | None = None) -> None:
        """``project``: that of another finder, whose modules this one looks at too."""
        self.settings = settings
        self.sdks = load_sdks(part(settings.rules_dir, "sdks"))
        self._root = root
        self.project = project or Project(
            str(root), display_path, self.sdks.is_sdk_module, self.sdks.own_names, self._is_sdk_itself
        )
        self.names = names_in(self.sdks, REPORTED)
        self.reconsider()

    def _is_sdk_itself(self) -> bool:
        from wattlint.sources.declared import own_name

        name = own_name(self._root)
        return name is not None and self.sdks.is_distribution(name)

    def reconsider(self) -> None:
        """Forget every value found so far: a module has changed."""
        self.evaluator = Evaluator(self.project)
        self.objects = Objects(self.evaluator, self.sdks)
        models = load_models(part(self.settings.rules_dir, "models"))
        self.describer = Describer(self.objects, models, self._root)

    def sites(
        self, source: SourceFile, clues: Clues = ANYTHING, inside: Set[str] | None = None
    ) -> list[CallSite]:
        """The call sites of one file, in the order of their lines; with ``inside`` only those in functions of that name.

        Raises SyntaxError for what is no Python or too large, OutOfTime for what takes too long.
        """
        if len(source.text) > MAX_CHARACTERS:
            raise SyntaxError(f"larger than {MAX_CHARACTERS // 1_000_000} MB of code, not analysed")
        with self.evaluator.within(self.settings.seconds_per_file):
            return self._sites(source, clues, inside)

    def _sites(self, source: SourceFile, clues: Clues, inside: Set[str] | None) -> list[CallSite]:
        try:
            module = self.project.add(str(source.path), source.text, source.display)
        except (RecursionError, MemoryError):
            raise SyntaxError("too deeply nested to analyse") from None
        except ValueError as error:
            raise SyntaxError(str(error)) from None
        in_tests = callers.in_tests(self.evaluator, module.file)
        found = []
        calls = module.calls if inside is None else [one for one in module.calls if _is_inside(one, inside)]
        for record in filter(Plausible(self.names, module, self.project, clues), calls):
            site = self._site(record, source.text)
            if site is None:
                continue
            site.in_tests = in_tests
            if source.cells is not None:
                Cells(source.display, source.cells).convert(site)
            found.append(site)
        if found:
            answers, prompts = caching.caches_answers(source.text), caching.caches_prompts(source.text)
            for site in found:
                site.caches_answers, site.caches_prompts = answers, prompts
        found.sort(key=lambda site: (site.cell or 0, site.line, site.column, site.end_line, site.end_column))
        return found

    def _site(self, record: CallRecord, text: str) -> CallSite | None:
        self.evaluator.begin_query(gives_up=True)
        try:
            call = self._matched(record)
            if call is None or call.kind not in REPORTED:
                return None
            if call.entry.name in FORWARD and self._defines_network(record.scope):
                return None
            self.evaluator.insist()
            return self.describer.site(call, text)
        except RecursionError:
            return None  # deeper than Python allows: nothing that a person wrote

    def _matched(self, record: CallRecord) -> MatchedCall | None:
        """The entry point that a call reaches: by name, by URL, or handed on to another function."""
        node, spot = record.node, record.spot
        if isinstance(node.func, ast.Attribute) and is_super(node.func.value) and not _of_class(record):
            return None  # a subclass passing on to its SDK base: the caller's call is the site
        if indirect.is_forwarder(record):
            return None
        frame = self.evaluator.frame_of(record.scope)
        callee = self.evaluator.value(node.func, frame, spot)
        match = self.objects.match(callee, node, frame.module, record.scope)
        if match is not None:
            given = Given(arguments.of(self.evaluator, node, frame, spot), _subclass(callee, record, frame))
            return MatchedCall(record, frame, match, given)
        http = http_call(self.objects, callee, node, frame, spot)
        if http is not None:
            return MatchedCall(
                record, frame, Match(http.entry, None, http.endpoint.structural), http.given, http
            )
        passed = indirect.passed_on(self.objects, callee, node, frame, spot)
        return MatchedCall(record, frame, *passed, indirect=True) if passed is not None else None

    def _defines_network(self, scope: Scope) -> bool:
        """In a class that is itself a network or a trainer."""
        at: Scope | None = scope
        while at is not None:
            for base in classes.bases(self.evaluator, at.cls)[1] if at.cls is not None else ():
                if (calls.path(base) or "").startswith(NETWORKS):
                    return True
            at = at.parent
        return False


def _is_inside(record: CallRecord, names: Set[str]) -> bool:
    function = record.scope.function
    return function is not None and function.name in names


def _of_class(record: CallRecord) -> bool:
    """In a class method, ``Mine.from_pretrained`` say, whose callers call the project's own."""
    function = record.scope.function
    return function is not None and "classmethod" in function.decorators


def _subclass(callee: Value, record: CallRecord, frame: Frame) -> Instance | None:
    """The instance that constructing a project's own subclass of an SDK class makes."""
    for one in alternatives(callee):
        if isinstance(one, Class):
            return Instance(one, record.node, frame, record.spot)
    return None
