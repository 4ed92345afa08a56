"""Whether a call in a loop is given the same values at every pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

from wattlint.semantics.loop_body import Loop, contains, stored
from wattlint.semantics.scopes import CallRecord, last_name

Comprehension = Union[ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp]

PURE_METHODS = frozenset(
    {"format", "strip", "rstrip", "lstrip", "join", "lower", "upper", "replace", "encode", "splitlines"}
)
"""Methods of texts, which give the same for the same."""
COUNTERS = ("range", "trange", "count", "repeat")
PURE_FUNCTIONS = frozenset({"str", "dedent", "len", "int", "float"})
READERS = frozenset(
    {
        "print",
        "len",
        "str",
        "repr",
        "dumps",
        "info",
        "debug",
        "warning",
        "error",
        "log",
        "write",
        "isinstance",
    }
)
"""Functions that leave their arguments as they are."""


class Changes:
    """What one loop may change, read from its tree once; keep one per loop."""

    def __init__(self, loop: Loop | Comprehension) -> None:
        self.loop = loop
        self._chosen: set[int] = set()
        """Calls that a conditional expression may leave out, by id."""
        self._names = stored(_targets(loop))
        """Names that get another value in the loop."""
        self._passed: dict[str, list[ast.Call]] = {}
        """Name -> the calls that could change its object."""
        repeated = loop.body if isinstance(loop, (ast.For, ast.AsyncFor, ast.While)) else [loop]
        for node in (inner for one in repeated for inner in ast.walk(one)):
            self._names.update(_set_by(node))
            if isinstance(node, ast.Call):
                for name in _may_change(node):
                    self._passed.setdefault(name.id, []).append(node)
            elif isinstance(node, ast.IfExp):
                self._chosen |= {id(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)}

    def leave_as_it_is(self, record: CallRecord) -> bool:
        """Every pass makes the call with the same values, and not on purpose. False also where that cannot be told."""
        return not self._counts_passes() and self._always_runs(record) and self._same(record.node)

    def _counts_passes(self) -> bool:
        """``for _ in range(5)``: the repetition itself is wanted."""
        loop = self.loop
        if isinstance(loop, ast.While):
            return True
        heads = [loop] if isinstance(loop, (ast.For, ast.AsyncFor)) else loop.generators
        return any(
            (isinstance(head.iter, ast.Call) and last_name(head.iter) in COUNTERS)
            or (isinstance(head.target, ast.Name) and head.target.id.startswith("_"))
            for head in heads
        )

    def _always_runs(self, record: CallRecord) -> bool:
        """No condition inside the loop decides whether the call runs."""
        inside = [
            (node, arm)
            for place, (node, arm) in enumerate(record.spot.branches)
            if any(outer is self.loop for outer, _ in record.spot.branches[:place])
        ]
        plain = (ast.For, ast.AsyncFor)
        return id(record.node) not in self._chosen and all(
            isinstance(node, plain) or (isinstance(node, ast.Try) and arm == "body") for node, arm in inside
        )

    def _same(self, call: ast.Call) -> bool:
        """Nothing that ``call`` is given can differ between passes."""
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if not given or not all(map(_is_pure, given)):
            return False
        used = {
            node.id for one in (*given, call.func) for node in ast.walk(one) if isinstance(node, ast.Name)
        }
        return used.isdisjoint(self._names) and not any(
            not contains(call, other) for name in used for other in self._passed.get(name, ())
        )


def _targets(loop: Loop | Comprehension) -> list[ast.expr]:
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        return [loop.target]
    return [] if isinstance(loop, ast.While) else [one.target for one in loop.generators]


def _set_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.NamedExpr)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from stored(targets)
    elif isinstance(node, ast.comprehension):
        yield from stored([node.target])
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield from stored([item.optional_vars for item in node.items if item.optional_vars is not None])
    elif isinstance(node, ast.Delete):
        yield from stored(node.targets)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _may_change(call: ast.Call) -> Iterator[ast.Name]:
    """The names whose objects another call of the loop could change: its receiver, and what it is given."""
    if isinstance(call.func, ast.Attribute) and last_name(call.func) not in PURE_METHODS | READERS:
        owner = call.func.value
        if isinstance(owner, ast.Name):
            yield owner
    if last_name(call.func) in READERS | PURE_METHODS:
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        if isinstance(inner, ast.Name):
            yield inner


def _is_pure(node: ast.expr) -> bool:
    """Made of names, literals and texts alone, so that the same names give the same value."""
    if isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, (ast.Attribute, ast.FormattedValue, ast.Starred)):
        return _is_pure(node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(_is_pure, node.elts))
    if isinstance(node, ast.Dict):
        return all(_is_pure(one) for one in (*node.keys, *node.values) if one is not None)
    if isinstance(node, ast.JoinedStr):
        return all(map(_is_pure, node.values))
    if isinstance(node, ast.BinOp):
        return _is_pure(node.left) and _is_pure(node.right)
    if isinstance(node, ast.Subscript):
        return _is_pure(node.value) and _is_pure(node.slice)
    if isinstance(node, ast.UnaryOp):
        return _is_pure(node.operand)
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in PURE_METHODS and _is_pure(node.func.value) and all(map(_is_pure, given))
        return last_name(node.func) in PURE_FUNCTIONS and all(map(_is_pure, given))
    return False
