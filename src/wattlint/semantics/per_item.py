"""Functions that are handed to something that calls them once per item: ``map(label, texts)``, ``frame["text"].apply(label)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wattlint.regexes import regex
from wattlint.semantics import iterables
from wattlint.semantics.scopes import CallRecord, FunctionInfo, Scope, last_name
from wattlint.semantics.values import Function, Unknown, alternatives

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

PER_ITEM = {
    "map": True,
    "imap": True,
    "imap_unordered": True,
    "starmap": True,
    "thread_map": True,
    "process_map": True,
    "apply": False,
    "applymap": False,
    "progress_apply": False,
    "map_async": True,
    "batch_apply": True,
}
"""Functions that call another one once per item -> whether concurrently."""
SEVERAL = regex(r"\b(?:[Ll]ist|Sequence|Iterable|Series|DataFrame|ndarray|Batch\w*)\b")
"""Types of parameters that are given more than one text."""


class PerItem(NamedTuple):
    """One call that goes over items with a function."""

    record: CallRecord
    over: ast.expr
    concurrent: bool

    @property
    def in_batches(self) -> bool:
        """``dataset.map(f, batched=True)``, ``frame.groupby("topic").apply(f)``, ``map(f, batched(texts, 8))``."""
        for keyword in self.record.node.keywords:
            if keyword.arg == "batched" and getattr(keyword.value, "value", None) is not False:
                return True
        return iterables.gives_batches(iterables.behind(self.over, self.record.scope))


def made(record: CallRecord) -> PerItem | None:
    """``record`` as a call that goes over items with its first argument."""
    node = record.node
    concurrent = PER_ITEM.get(last_name(node.func))
    if concurrent is None or not node.args:
        return None
    if len(node.args) > 1 and (concurrent or not isinstance(node.func, ast.Attribute)):
        over = node.args[1]
    else:
        over = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return PerItem(record, over, concurrent)


def of_lambda(scope: Scope) -> PerItem | None:
    """What the lambda is handed to."""
    if scope.kind == "lambda":
        for record in _records(scope):
            if record.node.args[0] is scope.node:
                return made(record)
    return None


def of_function(ev: Evaluator, info: FunctionInfo) -> PerItem | None:
    """What the function is handed to, in its own module."""
    return ev.once((id(info), "per item"), lambda: _of_function(ev, info), None)


def _of_function(ev: Evaluator, info: FunctionInfo) -> PerItem | None:
    for record in _records(info.scope):
        given = record.node.args[0]
        if isinstance(given, (ast.Name, ast.Attribute)) and last_name(given) == info.name:
            found = alternatives(ev.value(given, ev.frame_of(record.scope), record.spot))
            if any(
                isinstance(one, Unknown) or (isinstance(one, Function) and one.info is info) for one in found
            ):
                return made(record)
    return None


def takes_item(ev: Evaluator, info: FunctionInfo, parameter: ast.arg) -> bool:
    """``parameter`` is given the item, in a function that is handed to something that goes over items."""
    own = info.parameters()[1 if info.is_method else 0 :]
    if not own or own[0] is not parameter:
        return False
    if parameter.annotation is not None and SEVERAL.search(ast.unparse(parameter.annotation)):
        return False
    return (of_lambda(info.scope) if info.scope.kind == "lambda" else of_function(ev, info)) is not None


def _records(scope: Scope) -> Iterator[CallRecord]:
    for name in PER_ITEM:
        for record in scope.module.calls_named(name):
            if record.node.args and last_name(record.node.func) in PER_ITEM:
                yield record
