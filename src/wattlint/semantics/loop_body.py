"""What the body of one loop does with a call in it: runs it once, tries it again, needs its last answer, asks a person."""

from __future__ import annotations

import ast
from typing import NamedTuple, Union

from wattlint.regexes import regex
from wattlint.semantics.scopes import last_name

Loop = Union[ast.For, ast.AsyncFor, ast.While]

AGAIN = r"retr(?:y|ies)|attempt|(?<![a-z])tries"
COUNTS_TRIES = regex(AGAIN)
NAMES_TRIES = regex(AGAIN + "|(?<![a-z])trial")
"""``range(trials)`` says nothing: experiments are run so."""
QUESTIONS = frozenset({"input", "receive_text", "recv", "prompt_input", "ask"})
ADDITIONS = frozenset({"append", "extend", "add", "insert"})
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
CLOCKS = frozenset(
    {
        "time",
        "time_ns",
        "perf_counter",
        "perf_counter_ns",
        "monotonic",
        "monotonic_ns",
        "process_time",
        "default_timer",
    }
)


class _Flow(NamedTuple):
    """One statement through which names take what other names hold."""

    calls: frozenset[ast.Call]
    read: frozenset[str]
    stored: frozenset[str]


class LoopBody:
    """Facts of one loop, read from its tree once; keep one per loop."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self._tries: list[ast.Try] = []
        self._exits: list[ast.If | ast.Try] = []
        """Statements that may leave the loop, or the function."""
        self._inner: list[Loop] = []
        self._flows: list[_Flow] = []
        self._clocks: list[int] = []
        self._own = stored([loop.target]) if isinstance(loop, (ast.For, ast.AsyncFor)) else set()
        self.asks_a_person = False
        self.trains = False
        """A pass changes the weights that the next one computes with."""
        own = self._own
        items = own if isinstance(getattr(loop, "target", None), ast.Name) else set()
        self.goes_into_items = any(
            _iterates(node, items) for statement in loop.body for node in ast.walk(statement) if items
        )
        """The items are collections: the body iterates over them, or unpacks them."""
        for statement in loop.body:
            for node in ast.walk(statement):
                self._read(node, own)

    def _read(self, node: ast.AST, own: set[str]) -> None:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            targets: list[ast.expr] = list(node.targets) if isinstance(node, ast.Assign) else [node.target]
            # The loop's own variables are new in each pass.
            self._flows.append(
                _Flow(_calls(node.value), _names([node.value]), frozenset(stored(targets) - own))
            )
        elif isinstance(node, ast.Call):
            name = last_name(node.func)
            self.asks_a_person = self.asks_a_person or name in QUESTIONS
            self.trains = self.trains or name == "backward"
            if name in CLOCKS and not node.args:
                self._clocks.append(node.lineno)
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            if isinstance(owner, ast.Name) and last_name(node.func) in ADDITIONS:
                self._flows.append(_Flow(frozenset(), _names(node.args), frozenset({owner.id})))
        elif isinstance(node, ast.Try):
            self._tries.append(node)
            if any(isinstance(one, (ast.Return, ast.Break)) for one in (*node.body, *node.orelse)):
                self._exits.append(node)
        elif isinstance(node, ast.If):
            if _leaves([*node.body, *node.orelse]):
                self._exits.append(node)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self._inner.append(node)

    def feeds_back(self, call: ast.Call) -> bool:
        """A pass uses what an earlier pass answered: names set from the answer appear among the arguments."""
        return not _arguments(call).isdisjoint(self._set_from(call))

    def _set_from(self, call: ast.Call) -> set[str]:
        """The names that hold something of the answer, or of earlier ones."""
        tainted: set[str] = set()
        for _ in range(2):
            for flow in self._flows:
                if call in flow.calls or not tainted.isdisjoint(flow.read):
                    tainted |= flow.stored
        return tainted

    def ends_by_answer(self, call: ast.Call) -> bool:
        """The answers so far decide whether there is another pass: ``if "yes" in answer: return answer``."""
        if not self._exits:
            return False
        tainted = self._set_from(call)
        return any(_asks(node, call, tainted) and self._is_own(node) for node in self._exits)

    def _is_own(self, way_out: ast.If | ast.Try) -> bool:
        """Leaves this loop, not only one inside it."""
        inside = any(contains(inner, way_out) for inner in self._inner)
        return not inside or _leaves([*way_out.body, *way_out.orelse], (ast.Return,))

    def chooses_receiver(self, call: ast.Call) -> bool:
        """The item decides on which object the call is made: ``for name in names: load(name).run(text)``."""
        return receiver(call) in self._from_items()

    def _from_items(self) -> set[str]:
        """The loop's own variables, and the names set from them."""
        items = set(self._own)
        for flow in self._flows:
            if not items.isdisjoint(flow.read):
                items |= flow.stored
        return items

    def measures(self, call: ast.Call) -> bool:
        """The clock is read before and after the call: how long it takes is asked, as in a benchmark."""
        last = call.end_lineno or call.lineno
        return any(line <= call.lineno for line in self._clocks) and any(
            line >= last for line in self._clocks
        )

    def is_retry(self, call: ast.Call) -> bool:
        """The call stands in a ``try`` whose success leaves the loop, or the loop counts attempts."""
        loop = self.loop
        words = ast.unparse(loop.test if isinstance(loop, ast.While) else loop.target).lower()
        if NAMES_TRIES.search(words):
            return True
        for node in self._tries:
            if not any(contains(one, call) for one in node.body):
                continue
            ends = (*node.body, *node.orelse)
            if any(isinstance(one, ast.Return) for one in ends):
                return True
            in_inner_loop = any(contains(inner, node) for inner in self._inner)
            if any(isinstance(one, ast.Break) for one in ends) and not in_inner_loop:
                return True
            if isinstance(loop, ast.While) and _sleeps(node):
                return True
        return self._asks_again(call)

    def _asks_again(self, call: ast.Call) -> bool:
        """``for _ in range(5)``: the same question, until an answer is good enough to leave the loop."""
        loop = self.loop
        if (
            isinstance(loop, ast.While)
            or not isinstance(loop.iter, ast.Call)
            or last_name(loop.iter) != "range"
        ):
            return False
        if COUNTS_TRIES.search(ast.unparse(loop.iter).lower()):
            return True
        given = _arguments(call)
        return (
            given.isdisjoint(self._from_items()) and not self.feeds_back(call) and self.ends_by_answer(call)
        )


def receiver(call: ast.Call) -> str | None:
    """The name at the start of what is called: ``scorer`` of ``scorer.score(text)``, of ``scorer["fast"](text)``."""
    at = call.func
    while isinstance(at, (ast.Attribute, ast.Subscript, ast.Call)):
        at = at.func if isinstance(at, ast.Call) else at.value
    return at.id if isinstance(at, ast.Name) else None


def _sleeps(node: ast.Try) -> bool:
    """A handler waits before the next try."""
    return any(
        isinstance(one, ast.Call) and last_name(one) == "sleep"
        for handler in node.handlers
        for one in ast.walk(handler)
    )


def _arguments(call: ast.Call) -> frozenset[str]:
    return _names([*call.args, *(keyword.value for keyword in call.keywords)])


def _asks(node: ast.If | ast.Try, call: ast.Call, answers: set[str]) -> bool:
    """The condition, or what is tried before the loop is left, uses what ``call`` answered."""
    deciding = [node.test] if isinstance(node, ast.If) else [*node.body, *node.orelse]
    return any(
        inner is call or (isinstance(inner, ast.Name) and inner.id in answers)
        for one in deciding
        for inner in ast.walk(one)
    )


def _leaves(body: list[ast.stmt], by: tuple[type[ast.stmt], ...] = (ast.Return, ast.Break)) -> bool:
    """A ``return`` stands in ``body``, or a ``break`` of the loop around it."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, by):
            return True
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            if _leaves(node.body, (ast.Return,)):
                return True
        elif isinstance(node, (ast.stmt, ast.excepthandler)) and not isinstance(node, DEFINITIONS):
            todo.extend(ast.iter_child_nodes(node))
    return False


def _iterates(node: ast.AST, items: set[str]) -> bool:
    """``for x in item``, ``zip(*item)``, ``a, b = zip(*item)``."""
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        inner = node.iter
        if isinstance(inner, ast.Call) and last_name(inner) in ("enumerate", "zip", "tqdm") and inner.args:
            inner = inner.args[0]
    elif isinstance(node, ast.Starred):
        inner = node.value
    else:
        return False
    return isinstance(inner, ast.Name) and inner.id in items


def _names(nodes: list[ast.expr]) -> frozenset[str]:
    return frozenset(inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _calls(node: ast.expr) -> frozenset[ast.Call]:
    return frozenset(inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def stored(targets: list[ast.expr]) -> set[str]:
    """The names that an assignment changes: ``answers`` of ``answers[row["id"]]``, not ``row``."""
    found: set[str] = set()
    todo = list(targets)
    while todo:
        target = todo.pop()
        if isinstance(target, ast.Name):
            found.add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            todo.extend(target.elts)
        elif isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
            todo.append(target.value)
    return found


def contains(node: ast.stmt | ast.expr | ast.excepthandler, inner: ast.stmt | ast.expr) -> bool:
    """``inner`` stands within ``node``, both of the same module, by their positions."""
    starts = (node.lineno, node.col_offset) <= (inner.lineno, inner.col_offset)
    end, inner_end = node.end_lineno or 0, inner.end_lineno or 0
    return starts and (inner_end, inner.end_col_offset or 0) <= (end, node.end_col_offset or 0)


def runs_once(body: list[ast.stmt], call: ast.Call) -> bool:
    """The statement of the call, or one after it on the same level, leaves the loop for certain."""
    for position, statement in enumerate(body):
        if not contains(statement, call):
            continue
        if any(isinstance(one, (ast.Return, ast.Break, ast.Raise)) for one in body[position:]):
            return True
        inner = getattr(statement, "body", None)
        repeats = (ast.For, ast.While, ast.AsyncFor, ast.Try, ast.FunctionDef)
        if isinstance(inner, list) and not isinstance(statement, repeats):
            for block in (inner, getattr(statement, "orelse", [])):
                if any(contains(one, call) for one in block):
                    return runs_once(block, call)
        return False
    return False
