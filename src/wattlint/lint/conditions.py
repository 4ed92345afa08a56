"""The language of a rule's ``when``: typed conditions over documented facts.

A condition is written as a Python expression, but is never run as one. ``compile_condition`` admits a small set of
nodes, checks every type against the registry of facts and returns nested tuples of plain data, which the catalogue
stores. ``build`` and ``build_test`` turn these into closures.

Facts may be unknown. Logic is three-valued (Kleene's): a comparison with an unknown is unknown, ``unknown and False``
is False, ``unknown or True`` is True. A rule fires only where its condition is True, so not knowing is silence,
unless the condition asks: ``known(fact)``, ``fact is None``.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from wattlint.catalogue.errors import nearest

MAX_CHARACTERS = 2_000
MAX_NODES = 200

Node = tuple[Any, ...]
Getter = Callable[[Any], Any]

COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.In: ("in", lambda item, group: item in group),
    ast.NotIn: ("not in", lambda item, group: item not in group),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}
OPERATORS = dict([*COMPARISONS.values(), *ARITHMETIC.values()])

TEXT_FUNCTIONS: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "starts_with": lambda text, parts: text.startswith(parts),
    "ends_with": lambda text, parts: text.endswith(parts),
    "contains": lambda text, parts: any(part in text for part in parts),
}
FUNCTIONS = ("known", *TEXT_FUNCTIONS)


class ConditionError(ValueError):
    """A condition that cannot be compiled; the message says what is wrong and the nearest valid choice."""


class FactType(NamedTuple):
    """``kind``: ``number``, ``text``, ``date`` (ISO text), ``boolean`` or ``texts``."""

    kind: str
    choices: tuple[str, ...] = ()
    """Every value a text can take, where that is known."""
    unit: str = ""


NONE, NUMBER, TEXT, BOOLEAN = FactType("none"), FactType("number"), FactType("text"), FactType("boolean")


def compile_condition(source: str, facts: Mapping[str, FactType]) -> Node:
    """``source`` as nested tuples, its types checked; raises ConditionError."""
    if len(source) > MAX_CHARACTERS:
        raise ConditionError(f"the condition is longer than {MAX_CHARACTERS} characters")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError as error:
        raise ConditionError(f"not an expression: {error.msg} at column {error.offset or 1}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"not an expression: {error or 'nested too deeply'}") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ConditionError(f"the condition has more than {MAX_NODES} parts")
    compiler = _Compiler(source, facts)
    node, kind = compiler.visit(tree.body)
    compiler.expect(tree.body, kind, "boolean")
    return node


class _Compiler:
    def __init__(self, source: str, facts: Mapping[str, FactType]) -> None:
        self.source, self.facts = source.strip(), facts

    def text(self, tree: ast.expr) -> str:
        return ast.get_source_segment(self.source, tree) or ast.unparse(tree)

    def expect(self, tree: ast.expr, kind: FactType, *wanted: str) -> None:
        if kind.kind not in wanted:
            raise ConditionError(f"`{self.text(tree)}` is a {kind.kind}, not a {' or '.join(wanted)}")

    def visit(self, tree: ast.expr) -> tuple[Node, FactType]:
        if isinstance(tree, ast.Constant):
            return self.constant(tree)
        if isinstance(tree, (ast.Name, ast.Attribute)):
            return self.fact(tree)
        if isinstance(tree, ast.BoolOp):
            parts = []
            for value in tree.values:
                node, kind = self.visit(value)
                self.expect(value, kind, "boolean")
                parts.append(node)
            return ("and" if isinstance(tree.op, ast.And) else "or", *parts), BOOLEAN
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.Not, ast.USub)):
            node, kind = self.visit(tree.operand)
            negated = isinstance(tree.op, ast.Not)
            self.expect(tree.operand, kind, "boolean" if negated else "number")
            return ("not" if negated else "minus", node), BOOLEAN if negated else NUMBER
        if isinstance(tree, ast.BinOp) and type(tree.op) in ARITHMETIC:
            left, right = self.operands(tree.left, tree.right)
            return ("operator", ARITHMETIC[type(tree.op)][0], left, right), NUMBER
        if isinstance(tree, ast.Compare):
            return self.comparison(tree)
        if isinstance(tree, ast.Call):
            return self.call(tree)
        if isinstance(tree, (ast.List, ast.Tuple, ast.Set)):
            raise ConditionError(f"`{self.text(tree)}`: a list can only stand after `in`")
        raise ConditionError(f"`{self.text(tree)}` is not allowed in a condition ({type(tree).__name__})")

    def constant(self, tree: ast.Constant) -> tuple[Node, FactType]:
        value = tree.value
        if isinstance(value, bool):
            return ("constant", value), BOOLEAN
        if isinstance(value, (int, float)):
            return ("constant", value), NUMBER
        if isinstance(value, str):
            return ("constant", value), TEXT
        if value is None:
            return ("constant", None), NONE
        raise ConditionError(
            f"`{self.text(tree)}` is not allowed in a condition (only numbers, text, True, False, None)"
        )

    def fact(self, tree: ast.expr) -> tuple[Node, FactType]:
        name = ast.unparse(tree)
        if name not in self.facts:
            raise ConditionError(
                f'unknown fact "{name}"{nearest(name, self.facts)}; docs/facts.md lists them all'
            )
        return ("fact", name), self.facts[name]

    def operands(self, left: ast.expr, right: ast.expr) -> tuple[Node, Node]:
        nodes = []
        for side in (left, right):
            node, kind = self.visit(side)
            self.expect(side, kind, "number")
            nodes.append(node)
        return nodes[0], nodes[1]

    def comparison(self, tree: ast.Compare) -> tuple[Node, FactType]:
        sides = [tree.left, *tree.comparators]
        pairs = [
            self.pair(left, op, right) for left, op, right in zip(sides, tree.ops, sides[1:], strict=False)
        ]
        return (pairs[0] if len(pairs) == 1 else ("and", *pairs)), BOOLEAN

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
        node, kind = self.visit(left)
        if isinstance(op, (ast.Is, ast.IsNot)):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise ConditionError(f"`{self.text(right)}`: `is` and `is not` only take None; use == or !=")
            return ("known" if isinstance(op, ast.IsNot) else "unknown", node)
        name = COMPARISONS[type(op)][0]
        if isinstance(op, (ast.In, ast.NotIn)):
            return ("operator", name, node, self.group(left, kind, right))
        other, other_kind = self.visit(right)
        if NONE in (kind, other_kind):
            raise ConditionError(
                f"`{self.text(left)} {name} {self.text(right)}`: use `is None` or `is not None`"
            )
        self.same_type(left, kind, right, other_kind)
        if not isinstance(op, (ast.Eq, ast.NotEq)) and "date" not in (kind.kind, other_kind.kind):
            self.expect(left, kind, "number")
        return ("operator", name, node, other)

    def same_type(self, left: ast.expr, kind: FactType, right: ast.expr, other: FactType) -> None:
        if {kind.kind, other.kind} == {"date", "text"}:
            for side in (left, right):
                if isinstance(side, ast.Constant) and not _is_date(side.value):
                    raise ConditionError(f"`{self.text(side)}` is no ISO date such as 2026-11-22")
        elif kind.kind != other.kind:
            raise ConditionError(
                f"`{self.text(left)}` is a {kind.kind}, but `{self.text(right)}` is a {other.kind}: they never compare"
            )
        for fact, literal in ((kind, right), (other, left)):
            self.one_of_the_choices(fact, literal)

    def one_of_the_choices(self, fact: FactType, literal: ast.expr) -> None:
        if fact.choices and isinstance(literal, ast.Constant) and literal.value not in fact.choices:
            choices = ", ".join(fact.choices)
            close = nearest(str(literal.value), fact.choices)
            raise ConditionError(f"`{self.text(literal)}` never occurs here{close}; possible: {choices}")

    def group(self, left: ast.expr, kind: FactType, right: ast.expr) -> Node:
        if isinstance(right, (ast.List, ast.Tuple, ast.Set)):
            values = []
            for item in right.elts:
                node, item_kind = self.visit(item)
                if node[0] != "constant":
                    raise ConditionError(f"`{self.text(item)}`: a list after `in` holds literals only")
                self.same_type(left, kind, item, item_kind)
                values.append(node[1])
            return ("constant", tuple(values))
        node, right_kind = self.visit(right)
        self.expect(right, right_kind, "text", "texts")
        self.expect(left, kind, "text")
        return node

    def call(self, tree: ast.Call) -> tuple[Node, FactType]:
        name = tree.func.id if isinstance(tree.func, ast.Name) else self.text(tree.func)
        if name not in FUNCTIONS:
            raise ConditionError(
                f'unknown function "{name}"{nearest(name, FUNCTIONS)}; there are {", ".join(FUNCTIONS)}'
            )
        if tree.keywords or not tree.args or (name == "known" and len(tree.args) != 1):
            raise ConditionError(f"`{self.text(tree)}`: wrong arguments")
        node, kind = self.visit(tree.args[0])
        if name == "known":
            return ("known", node), BOOLEAN
        self.expect(tree.args[0], kind, "text")
        parts = []
        for argument in tree.args[1:]:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise ConditionError(f"`{self.text(argument)}`: {name} takes literal texts")
            parts.append(argument.value)
        if not parts:
            raise ConditionError(f"`{self.text(tree)}`: {name} needs a text to look for")
        return ("call", name, node, tuple(parts)), BOOLEAN


def _is_date(value: object) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(str(value)).isoformat() == value  # dates are compared as text
    except ValueError:
        return False


def build_test(node: Node, getters: Mapping[str, Getter]) -> Callable[[Any], bool]:
    """Whether the condition is True. Stops at the first part that settles this: costly facts are only asked for where
    all the cheap ones before them hold."""
    if node[0] in ("and", "or"):
        parts = [build_test(part, getters) for part in node[1:]]
        if node[0] == "and":
            return lambda subject: all(part(subject) for part in parts)
        return lambda subject: any(part(subject) for part in parts)
    value = build(node, getters)
    return lambda subject: value(subject) is True


def build(node: Node, getters: Mapping[str, Getter]) -> Getter:
    """One closure for a compiled node: subject -> value, None when unknown."""
    head = node[0]
    if head == "constant":
        value = node[1]
        return lambda subject: value
    if head == "fact":
        return getters[node[1]]
    if head in ("and", "or"):
        return _logic([build(part, getters) for part in node[1:]], decisive=head == "or")
    if head == "operator":
        return _operator(OPERATORS[node[1]], build(node[2], getters), build(node[3], getters))
    inner = build(node[2] if head == "call" else node[1], getters)
    if head == "known":
        return lambda subject: inner(subject) is not None
    if head == "unknown":
        return lambda subject: inner(subject) is None
    if head == "call":
        function, parts = TEXT_FUNCTIONS[node[1]], node[3]
        return lambda subject: None if (text := inner(subject)) is None else function(text, parts)
    change: Callable[[Any], Any] = operator.not_ if head == "not" else operator.neg
    return lambda subject: None if (value := inner(subject)) is None else change(value)


def _logic(parts: list[Getter], decisive: bool) -> Getter:
    """Kleene's ``and`` (``decisive`` False) and ``or`` (True): the first decisive part decides, else unknown wins."""

    def evaluate(subject: Any) -> bool | None:
        result: bool | None = not decisive
        for part in parts:
            value: bool | None = part(subject)
            if value is decisive:
                return decisive
            if value is None:
                result = None
        return result

    return evaluate


def _operator(function: Callable[[Any, Any], Any], left: Getter, right: Getter) -> Getter:
    def evaluate(subject: Any) -> Any:
        first = left(subject)
        if first is None:
            return None
        second = right(subject)
        if second is None:
            return None
        try:
            return function(first, second)
        except (ZeroDivisionError, OverflowError):
            return None

    return evaluate
