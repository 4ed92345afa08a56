"""The demand-driven evaluator: ask it for the value of an expression; it evaluates only what reaches it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar

from wattlint.semantics import attributes, calls, comprehensions, containers, names, stores, strings, truth
from wattlint.semantics.budget import NOTHING, Budget, Key
from wattlint.semantics.frames import Frame
from wattlint.semantics.limits import MAX_CALLER_DEPTH, MAX_DEPTH
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.project import Project
from wattlint.semantics.scopes import FunctionInfo, Scope, Spot
from wattlint.semantics.values import (
    Class,
    Composite,
    Const,
    Function,
    Hop,
    Instance,
    Mapping,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
)

T = TypeVar("T")
_RECURSION: Value = Unknown("recursion")


class Evaluator(Budget):
    """One per project and run. Values are cached per (expression, frame)."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self._results: dict[Key, Any] = {}
        self._active: dict[Key, int] = {}
        self._frames: dict[tuple[int, int], Frame] = {}
        self._free: dict[int, Frame] = {}
        """The context-free frames inside context-free ones, by id of their scope."""
        self._kept: list[Frame] = []
        self._kept_nodes: list[ast.AST] = []
        self._kept_values: dict[int, Value] = {}
        self._cuts = 0
        """Depths of the evaluations under way that answers below led back to, as bits; bit 0: the budget."""
        self._provisional: dict[Key, tuple[Any, int, int, int]] = {}
        self._until: dict[int, list[Key]] = {}
        """Depth of an evaluation -> the provisional answers to forget when it ends."""
        self.followed: dict[int, int] = {}
        """How often each function is being followed into at the moment, by id of its FunctionInfo."""
        self._caller_depth = 0
        self._reached = 0
        """How deep in callers what is being evaluated went; above the limit: it was cut there."""
        self._through_callers: dict[Key, tuple[Any, int]] = {}
        """Answers that followed callers, and how many one after the other: they hold where that many may follow."""
        self._cut_at: dict[tuple[object, object, int], Any] = {}
        """Answers cut at the limit of callers: they hold at this depth only."""
        self._sometimes: set[Key] = set()
        """What has, or had, an answer that holds at times: of most questions only this is asked."""
        project.before_parsing = self.check_time

    # -- queries ------------------------------------------------------------------------------------------------

    def begin_query(self, gives_up: bool = False) -> None:
        super().begin_query(gives_up)
        self._cuts = 0
        self._provisional.clear()
        self._until.clear()

    def force(self, thunk: Thunk) -> Value:
        if isinstance(thunk, tuple):
            return self.value(*thunk)
        return thunk

    def value(self, node: ast.expr, frame: Frame, spot: Spot) -> Value:
        """What ``node`` can be, evaluated in ``frame`` at ``spot``."""
        if isinstance(node, ast.Constant):
            return _constant(node, frame)
        key = (id(node), id(frame))
        known: Value | None = self._results.get(key)
        if known is not None:
            return known
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return Unknown("expression")
        self._steps += 1
        if len(self._active) > MAX_DEPTH or self._steps > self._budget:
            self._cuts |= 1
            return Unknown("budget")
        if not self._steps & 63:
            self.check_time()
        return self._once(key, _RECURSION, handler, self, node, frame, spot)

    def known(self, node: ast.expr, frame: Frame) -> Value | None:
        """The value of ``node``, where it takes no work."""
        if isinstance(node, ast.Constant):
            return _constant(node, frame)
        return self._results.get((id(node), id(frame)))

    def once(self, key: Key, compute: Callable[[], T], during: T) -> T:
        """``compute()``, remembered under ``key``; ``during`` is the answer to a question that leads back to itself.

        An answer that leaned on such a cut is remembered for good only once the cycle it belongs to is closed: asked
        for from elsewhere it could be a better one, and answers must not depend on the order of questions. Until
        then it is remembered for as long as all the evaluations that cut it are under way.
        """
        known = self._results.get(key, NOTHING)
        return self._once(key, during, compute) if known is NOTHING else known

    def _once(self, key: Key, during: T, compute: Callable[..., T], *given: object) -> T:
        """``once`` for what is not remembered for good."""
        if key in self._sometimes:
            known = self._known_at(key, self._caller_depth)
            if known is not NOTHING:
                return known  # type: ignore[no-any-return]
        if key in self._active:
            self._cuts |= 1 << self._active[key]
            return during
        if self._gives_up and self._steps > self._budget:  # what is under way only has to come to its end
            self._cuts |= 1
            return during
        outer, self._cuts = self._cuts, 0
        at = self._caller_depth
        steps, blamed = self._steps, self._blamed
        outer_reached, self._reached = self._reached, at
        self._active[key] = depth = len(self._active) + 1
        try:
            result = compute(*given)
        finally:
            del self._active[key]
            if depth in self._until:
                for stale in self._until.pop(depth):
                    self._provisional.pop(stale, None)
            reached, self._reached = self._reached, max(outer_reached, self._reached)
        cuts = self._cuts & ((1 << depth) - 1)
        self._cuts = outer | cuts
        if not cuts and reached == at:
            self._results[key] = result
            return result
        self._sometimes.add(key)
        if self._steps > self._budget:
            self._blame(key, result, steps, blamed)
        if cuts:
            self._provisional[key] = (result, cuts, at, reached)
            self._until.setdefault(cuts.bit_length() - 1, []).append(key)
        elif reached <= MAX_CALLER_DEPTH:
            self._through_callers[key] = (result, reached - at)
        else:
            self._cut_at[(*key, at)] = result
        return result

    def _known_at(self, key: Key, at: int) -> Any:
        """An answer that holds ``at`` so many callers from the question, as if it were worked out here anew."""
        if key in self._through_callers:
            result, followed = self._through_callers[key]
            if at + followed <= MAX_CALLER_DEPTH:
                self._reached = max(self._reached, at + followed)
                return result
        if (*key, at) in self._cut_at:
            self._reached = MAX_CALLER_DEPTH + 1
            return self._cut_at[(*key, at)]
        if key in self._provisional:
            result, cuts, since, reached = self._provisional[key]
            if at == since or (reached <= MAX_CALLER_DEPTH and at + reached - since <= MAX_CALLER_DEPTH):
                self._cuts |= cuts
                self._reached = max(self._reached, at + reached - since)
                return result
        found = self._given_up(key)
        if found is not NOTHING:
            self._cuts |= 1
        return found

    def of_callers(self, ask: Callable[[], T]) -> T | None:
        """``ask()``, one step from a function to its callers; None at the limit.

        What lies behind the limit must not depend on what happens to be known already, or the order of questions
        would show: an answer known from elsewhere is taken only where it could have been found from here.
        """
        self._reached = max(self._reached, self._caller_depth + 1)
        if self._caller_depth >= MAX_CALLER_DEPTH:
            return None
        self._caller_depth += 1
        try:
            return ask()
        finally:
            self._caller_depth -= 1

    def truth(self, node: ast.expr, frame: Frame, spot: Spot) -> bool | None:
        """Whether a condition holds with default settings; None when not known."""
        return truth.of(self, node, frame, spot)

    def arm_truth(self, frame: Frame) -> Callable[[ast.AST, str], bool | None]:
        """The truth of a branch's arm, for ``reaching``."""
        return lambda node, arm: truth.of_arm(self, node, arm, frame)

    # -- frames -------------------------------------------------------------------------------------------------

    def module_frame(self, module: ModuleIndex) -> Frame:
        return self.frame(module.scope, None)

    def frame(self, scope: Scope, parent: Frame | None) -> Frame:
        """The context-free frame of ``scope`` inside ``parent``."""
        key = (id(scope), id(parent))
        if key not in self._frames:
            self._frames[key] = Frame(scope.module, scope, parent, depth=parent.depth if parent else 0)
        return self._frames[key]

    def frame_of(self, scope: Scope) -> Frame:
        """The context-free frame of ``scope`` inside the context-free frames of its parents."""
        frame = self._free.get(id(scope))
        if frame is None:
            parent = self.frame_of(scope.parent) if scope.parent is not None else None
            frame = self._free[id(scope)] = self.frame(scope, parent)
        return frame

    def abstract(self, cls: Class) -> Instance:
        """Any instance of ``cls``; one and the same for a class, so that what is known of it is kept."""
        return self.once(("any instance", id(cls.info)), lambda: Instance(cls), Instance(cls))

    def keep_node(self, node: ast.AST) -> None:
        """Hold on to a node made here, because cached values are keyed by its identity."""
        self._kept_nodes.append(node)

    def keep_value(self, value: Value) -> None:
        """Hold on to a value whose identity is a key."""
        self._kept_values[id(value)] = value

    def keep(self, frame: Frame) -> Frame:
        """Hold on to a frame, because cached values are keyed by its identity."""
        self._kept.append(frame)
        return frame

    def function(self, info: FunctionInfo, frame: Frame, receiver: Value | None = None) -> Function:
        return Function(info, frame, receiver)


def _constant(node: ast.Constant, frame: Frame) -> Value:
    if isinstance(node.value, str):
        return Const(node.value, (Hop("literal", frame.module.path, node.lineno),))
    return Const(node.value)


def _attribute(ev: Evaluator, node: ast.Attribute, frame: Frame, spot: Spot) -> Value:
    inherited = attributes.of_super(ev, node, frame)
    if inherited is not None:
        return inherited
    stored, complete = stores.stored_attribute(ev, node, frame, spot)
    if stored is not None and complete:
        return stored
    owner = ev.value(node.value, frame, spot)
    value = attributes.get(ev, owner, node.attr)
    return join([stored, value]) if stored is not None else value


def _pass_through(ev: Evaluator, node: Any, frame: Frame, spot: Spot) -> Value:
    return ev.value(node.value, frame, spot)


def _either(ev: Evaluator, node: ast.IfExp, frame: Frame, spot: Spot) -> Value:
    holds = ev.truth(node.test, frame, spot)
    first, second = (node.orelse, node.body) if holds is False else (node.body, node.orelse)
    if holds is not None and frame.arguments is not None:
        return ev.value(first, frame, spot)
    return join([ev.value(first, frame, spot), ev.value(second, frame, spot)])


def _boolean(ev: Evaluator, node: ast.BoolOp, frame: Frame, spot: Spot) -> Value:
    is_or = isinstance(node.op, ast.Or)
    found: list[Value] = []
    for operand in node.values:
        value = ev.value(operand, frame, spot)
        for one in alternatives(value):
            certain = truth.of_value(one)
            if operand is node.values[-1] or certain is None or certain == is_or:
                found.append(one)
        if truth.of_all(value) == is_or:
            break
    return join(found)


def _binary(ev: Evaluator, node: ast.BinOp, frame: Frame, spot: Spot) -> Value:
    if isinstance(node.op, ast.Add):
        # A chain of additions nests to the left: walk it without recursion.
        operands: list[ast.expr] = []
        at: ast.expr = node
        while isinstance(at, ast.BinOp) and isinstance(at.op, ast.Add):
            operands.append(at.right)
            at = at.left
        operands.append(at)
        if len(operands) > 2_000:
            return Unknown("budget")
        return strings.add(ev, [(operand, frame, spot) for operand in reversed(operands)])
    left = ev.value(node.left, frame, spot)
    right = ev.value(node.right, frame, spot)
    if isinstance(node.op, ast.Mod):
        return strings.percent(ev, left, right, node)
    if isinstance(node.op, ast.BitOr):
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            return containers.merge(left, right)
        return Composite((left, right))
    return calls.arithmetic(node.op, left, right)


def _function(ev: Evaluator, node: ast.Lambda, frame: Frame, spot: Spot) -> Value:
    info = frame.module.scope_of(node).function
    assert info is not None
    return Function(info, frame)


def _known_truth(ev: Evaluator, node: ast.expr, frame: Frame, spot: Spot) -> Value:
    holds = ev.truth(node, frame, spot)
    return Unknown("condition") if holds is None else Const(holds)


def _unary(ev: Evaluator, node: ast.UnaryOp, frame: Frame, spot: Spot) -> Value:
    if isinstance(node.op, ast.Not):
        return _known_truth(ev, node, frame, spot)
    value = ev.value(node.operand, frame, spot)
    if isinstance(node.op, ast.USub) and isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(-value.value)
    return Unknown("expression")


def _name(ev: Evaluator, node: ast.Name, frame: Frame, spot: Spot) -> Value:
    return names.lookup(ev, node.id, frame, spot)


_HANDLERS: dict[type[ast.expr], Callable[[Evaluator, Any, Frame, Spot], Value]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: calls.result,
    ast.JoinedStr: strings.joined,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _either,
    ast.Dict: containers.dictionary,
    ast.List: containers.sequence,
    ast.Tuple: containers.sequence,
    ast.Set: containers.sequence,
    ast.Subscript: containers.subscript,
    ast.Lambda: _function,
    ast.Await: _pass_through,
    ast.NamedExpr: _pass_through,
    ast.Starred: _pass_through,
    ast.Compare: _known_truth,
    ast.UnaryOp: _unary,
    ast.ListComp: comprehensions.comprehension,
    ast.SetComp: comprehensions.comprehension,
    ast.GeneratorExp: comprehensions.comprehension,
    ast.DictComp: comprehensions.comprehension,
}
