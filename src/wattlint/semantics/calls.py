"""Results of calls: the project's own functions are evaluated with their arguments, classes make instances."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    annotated,
    arguments,
    attributes,
    classes,
    handed_on,
    known_calls,
    methods,
)
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import END, Spot
from wattlint.semantics.values import (
    Choice,
    Class,
    Composite,
    Const,
    Element,
    External,
    Function,
    Hop,
    Instance,
    Mapping,
    Member,
    Partial,
    Result,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    alternatives,
    is_known,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

MAX_INLINE = 6
"""Depth of the project's own calls that are followed with their arguments."""
MAX_CALLEES = 8
ENTERS = frozenset({"enter_context", "enter_async_context"})
"""Methods of ``contextlib.ExitStack``: a ``with`` for what they are given."""
MAX_COMPARED = 16
"""Items of a sequence that are compared one by one; longer ones are each their own."""


def result(ev: Evaluator, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """The value of a call expression."""
    callee = ev.value(node.func, frame, spot)
    if not isinstance(callee, (Choice, Const)):
        return apply(ev, callee, node, frame, spot)
    options = [one for one in alternatives(callee) if not (isinstance(one, Const) and one.value is None)]
    return (
        join(apply(ev, one, node, frame, spot) for one in options[:MAX_CALLEES])
        if options
        else Unknown("call of None")
    )


def apply(ev: Evaluator, callee: Value, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """The value of calling one callee with this call's arguments."""
    if isinstance(callee, Function):
        bound = arguments.bind(ev, callee.info, node, frame, spot, callee.receiver is not None)
        return inline(ev, callee, bound, frame.depth + 1)
    if isinstance(callee, Class):
        return _construct(ev, callee, node, frame, spot)
    if isinstance(callee, Instance):
        method = classes.find_method(ev, callee.cls.info, "__call__")
        if method is not None and method.cls is not None:
            function = Function(method, ev.frame_of(method.cls.scope), callee)
            return inline(ev, function, arguments.bind(ev, method, node, frame, spot, True), frame.depth + 1)
        return Result(callee, node, frame, spot)
    if isinstance(callee, External):
        known = known_calls.of_external(ev, callee.path, node, frame, spot)
        return known if known is not None else _of_outside(ev, callee, node, frame, spot)
    if isinstance(callee, Member):
        known = methods.of_member(ev, callee, node, frame, spot)
        return known if known is not None else _of_outside(ev, callee, node, frame, spot)
    if isinstance(callee, Partial):
        return _of_partial(ev, callee, node, frame, spot)
    if isinstance(callee, Element) and _looks_up(callee, node):
        # ``config.get("model", "gpt-4o")`` on a mapping that is only known at run time.
        given = arguments.of(ev, node, frame, spot)
        default = ev.force(given.positional[1] if len(given.positional) > 1 else given.keywords["default"])
        key = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
        hop = Hop("dict_config", frame.module.path, node.lineno, str(key)[:40])
        return join([Unknown("key given at run time"), through(default, hop)])
    if isinstance(callee, (Composite, Result, Element, Unknown)):
        return _of_outside(ev, callee, node, frame, spot)
    return Unknown("call")


def _of_outside(ev: Evaluator, callee: Value, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """Of a function that nothing is known of, but that it may run what it is given: ``await asyncio.to_thread(load)``."""
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in handed_on.AWAITED:
            inner = handed_on.inner_call(ev, node, frame.module)
            if inner is not None:
                return ev.value(inner, frame, spot)
        if node.func.attr in ENTERS and len(node.args) == 1:
            return attributes.entered(ev, ev.value(node.args[0], frame, spot))
    return Result(callee, node, frame, spot)


def _looks_up(callee: Element, node: ast.Call) -> bool:
    name = callee.key.value if isinstance(callee.key, Const) else None
    has_default = len(node.args) == 2 or (
        len(node.args) == 1 and any(k.arg == "default" for k in node.keywords)
    )
    return name in ("get", "pop", "setdefault") and has_default


def _construct(ev: Evaluator, callee: Class, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    new = callee.info.methods.get("__new__")
    if new is not None:
        bound = arguments.bind(ev, new, node, frame, spot, True)
        made = inline(ev, Function(new, ev.frame_of(callee.info.scope), callee), bound, frame.depth + 1)
        if any(isinstance(one, (Instance, Result)) for one in alternatives(made)):
            return made
    if classes.is_enum(ev, callee.info) and node.args:
        return ev.value(node.args[0], frame, spot)
    return Instance(callee, node, frame, spot)


def inline(ev: Evaluator, function: Function, bound: dict[str, Thunk], depth: int) -> Value:
    """What a project function returns for these arguments; the same question is answered once.

    Arguments are evaluated when the body asks for them, and told apart by where they are written. Only inside a
    function that is being followed already, and for plain functions below others, they are told apart by value: else
    a recursion never meets itself again, and a helper that many call is followed for each of them anew.
    """
    if depth > MAX_INLINE:
        return Unknown("budget")
    info = function.info
    followed = ev.followed.get(id(info), 0)
    if followed or (depth >= 2 and function.receiver is None):
        bound = {name: ev.force(thunk) for name, thunk in bound.items()}
    arguments_key = tuple((name, _argument_identity(ev, thunk)) for name, thunk in sorted(bound.items()))
    receiver = identity(ev, function.receiver) if function.receiver is not None else None
    key = (("result", id(info), id(function.frame), receiver, arguments_key), depth)
    during: Value = Unknown("recursion")
    ev.followed[id(info)] = followed + 1
    try:
        return ev.once(key, lambda: _inline(ev, function, bound, depth), during)
    finally:
        ev.followed[id(info)] = followed


def _argument_identity(ev: Evaluator, thunk: Thunk) -> object:
    """That of the value where it is known without work, else the place in the frame it is evaluated in."""
    while isinstance(thunk, tuple):
        node, frame, _ = thunk
        value = ev.known(node, frame)
        if value is not None:
            return identity(ev, value)
        passed = None
        if isinstance(node, ast.Name) and frame.arguments and frame.scope.is_only_parameter(node.id):
            passed = frame.arguments.get(node.id)  # a parameter handed on as it is
        if passed is None:
            return (id(node), id(frame))
        thunk = passed
    return identity(ev, thunk)


def identity(ev: Evaluator, value: Value) -> object:
    """Equal for values that no evaluation can tell apart."""
    if isinstance(value, Const):
        return ("const", type(value.value), value.value, value.origin)
    if isinstance(value, (Unknown, Element)):
        return "unknown"
    if isinstance(value, Text):
        return tuple(piece if isinstance(piece, str) else piece.source for piece in value.pieces)
    if isinstance(value, External):
        return value.path
    if isinstance(value, Choice):
        return tuple(identity(ev, one) for one in value.values)
    if isinstance(value, Class) or (isinstance(value, Function) and value.receiver is None):
        return id(value.info)
    if isinstance(value, (Result, Instance)) and value.call is not None and not getattr(value, "given", None):
        return (type(value), id(value.call), id(value.frame))
    if isinstance(value, Member):
        return (identity(ev, value.owner), value.name)
    if isinstance(value, Sequence) and len(value.items) <= MAX_COMPARED:
        return (value.kind, value.open, value.repeated, *(_thunk_identity(ev, item) for item in value.items))
    if isinstance(value, Mapping) and len(value.entries) <= MAX_COMPARED:
        return (value.open, *((key, _thunk_identity(ev, item)) for key, item in value.entries.items()))
    if isinstance(value, Composite):
        return tuple(identity(ev, part) for part in value.parts)
    ev.keep_value(value)
    return id(value)


def _thunk_identity(ev: Evaluator, thunk: Thunk) -> object:
    return (id(thunk[0]), id(thunk[1])) if isinstance(thunk, tuple) else identity(ev, thunk)


def _inline(ev: Evaluator, function: Function, bound: dict[str, Thunk], depth: int) -> Value:
    info = function.info
    scope = info.scope
    if depth == 0 and not bound and function.receiver is None:
        frame = ev.frame_of(scope)
    else:
        parent = function.frame
        frame = ev.keep(Frame(info.module, scope, parent, bound, function.receiver, depth))
    generator = bool(scope.yields)
    if generator:
        items = tuple((expression, frame, spot) for expression, spot in scope.yields[:8])
        if {"contextmanager", "asynccontextmanager", "fixture"} & set(info.decorators) or _is_dependency(
            info.name
        ):
            return join(ev.force(item) for item in items)
        return Sequence(items, open=True, repeated=True)
    returned = _Returns.reaching(ev, frame)
    value = (
        join([ev.value(expression, frame, spot) for expression, spot in returned])
        if returned
        else Const(None)
    )
    if isinstance(info.node, ast.Lambda) or info.node.returns is None:
        return value
    outside = ev.frame_of(scope.parent or scope)
    if not any(is_known(one) for one in alternatives(value)):
        typed = annotated.typed(ev, info.node.returns, outside, END)
        if typed is not None:
            return typed
    return annotated.instead(ev, value, info.node.returns, outside)


def _is_dependency(name: str) -> bool:
    """``get_db``-like generators, used through ``Depends``."""
    return name.startswith("get_")


class _Returns:
    """Adapts return statements to ``reaching``: the last certain one hides those above it only when it is first met."""

    @staticmethod
    def reaching(ev: Evaluator, frame: Frame) -> list[tuple[ast.expr, Spot]]:
        truth = ev.arm_truth(frame)
        ranked: list[tuple[int, tuple[ast.expr, Spot]]] = []
        for expression, spot in frame.scope.returns:
            verdicts = [truth(node, arm) for node, arm in spot.branches]
            if any(verdict is False for verdict in verdicts):
                ranked.append((2, (expression, spot)))
                continue
            certain = all(verdict is True for verdict in verdicts)
            ranked.append((0 if certain else 1, (expression, spot)))
            if certain:
                break  # nothing after an unconditional return runs
        possible = [one for rank, one in ranked if rank < 2]
        if possible and frame.arguments is not None:
            return possible[:8]
        ranked.sort(key=lambda entry: entry[0] == 2)
        return [one for _, one in ranked][:8]


def _of_partial(ev: Evaluator, callee: Partial, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    found = []
    for one in alternatives(callee.callee):
        if isinstance(one, Function):
            bound = arguments.bind(
                ev, one.info, callee.call, callee.frame, callee.spot, one.receiver is not None
            )
            bound.update(arguments.bind(ev, one.info, node, frame, spot, one.receiver is not None))
            found.append(inline(ev, one, bound, frame.depth + 1))
        else:
            found.append(apply(ev, one, callee.call, callee.frame, callee.spot))
    return join(found)


LONGEST_TEXT = 200_000
"""Characters of a repeated text that are kept."""


def arithmetic(operator: ast.operator, left: Value, right: Value) -> Value:
    """Products and the like of small numbers; ``path / "name"`` joins."""
    a, b = alternatives(left)[0], alternatives(right)[0]
    if isinstance(a, Const) and isinstance(b, Const):
        x, y = a.value, b.value
        if isinstance(operator, ast.Div) and isinstance(x, str) and isinstance(y, str):
            return Const(f"{x.rstrip('/')}/{y}", b.origin)
        if isinstance(operator, ast.Mult) and isinstance(x, str) and isinstance(y, int):
            return Const(x * y, a.origin) if len(x) * y <= LONGEST_TEXT else Unknown("budget")
        if isinstance(x, (int, float)) and isinstance(y, (int, float)) and abs(x) < 1e12 and abs(y) < 1e12:
            if isinstance(operator, ast.Mult):
                return Const(x * y)
            if isinstance(operator, ast.Sub):
                return Const(x - y)
            if isinstance(operator, ast.Div) and y:
                return Const(x / y)
            if isinstance(operator, ast.FloorDiv) and y:
                return Const(x // y)
            if isinstance(operator, ast.Pow) and 0 <= y <= 40 and abs(x) <= 1024:
                return Const(x**y)
    return Unknown("arithmetic")


def path(value: Value) -> str | None:
    """How outside code names a value: ``openai.OpenAI().chat.completions.create``. None for the project's own."""
    names: list[str] = []
    at: Value = value
    for _ in range(60):
        if isinstance(at, External):
            return at.path + "".join(reversed(names))
        if isinstance(at, Result):
            names.append("()")
            at = at.callee
        elif isinstance(at, Member):
            names.append(f".{at.name}")
            at = at.owner
        elif isinstance(at, Element):
            names.append("[]")
            at = at.owner
        else:
            return None
    return None
