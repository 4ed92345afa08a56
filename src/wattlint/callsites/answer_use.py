"""What the code after a call does with the answer: compares it with fixed words, looks it up, converts it."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from heapq import heappop, heappush

from wattlint.callsites.facts import OutputContract
from wattlint.regexes import regex
from wattlint.semantics import classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import END, CallRecord, Scope
from wattlint.semantics.strings import source
from wattlint.semantics.values import Const, Instance, Mapping, Sequence, Value, alternatives

CLEANING = frozenset(
    {"strip", "lower", "upper", "casefold", "rstrip", "lstrip", "title", "capitalize", "str"}
)
KEEPING = CLEANING | {"decode", "replace", "batch_decode", "get", "text", "json"}
"""Methods that give the answer, or a part of it, when called on it."""
MAX_LABELS = 40
CHOICE = regex(r"\^?(?:\\s\*)?(?:\\b)?\((?:\?:)?(\w[\w -]*(?:\|\w[\w -]*)+)\)(?:\\b)?(?:\\s\*)?\$?")
RESPONSE_KEYS = frozenset(
    {
        "choices",
        "output",
        "message",
        "messages",
        "content",
        "error",
        "errors",
        "usage",
        "text",
        "details",
        "data",
        "result",
    }
)
"""``"choices" in response`` asks about the envelope, not about the answer."""
METADATA = frozenset(
    {
        "model",
        "object",
        "role",
        "system_fingerprint",
        "usage",
        "usage_metadata",
        "response_metadata",
        "finish_reason",
        "stop_reason",
        "status_code",
        "headers",
        "input_tokens",
        "output_tokens",
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
    }
)
"""Parts of a response that tell about the answer: ``int(response.usage.input_tokens)`` makes no number of it."""
CUTTING = frozenset({"split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix", "replace"})
"""Methods by which what stands around a marker is taken out of an answer."""
NOTHING = frozenset({"none", "null", "n/a", "na", "nan", "nil", "unknown", "error", "empty"})
"""Compared with nothing else, these ask whether there is an answer, not which."""


def of_use(evaluator: Evaluator, record: CallRecord) -> OutputContract:
    """Comparisons, conversions and look-ups of the answer in the rest of the function (for modules: of the module)."""
    scope: Scope = record.scope
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    body = getattr(scope.node, "body", None)
    if not isinstance(body, list):
        return OutputContract()
    holders = {id(record.node)}
    names: set[str] = set()
    labels: dict[str, str] = {}
    markers: set[str] = set()
    """Words at which the answer is cut: what is asked for stands beside them."""
    openings: set[str] = set()
    cut = False
    kind: str | None = None
    evidence: list[str] = []
    uses = evaluator.once((id(scope), "uses"), lambda: Uses(body), _NO_USES)
    words_of = Words(evaluator, scope)

    def note(words: list[str], how: str, node: ast.expr) -> None:
        for word in words:
            labels.setdefault(word.lower(), word)
        if words:
            evidence.append(f"the answer is {how.format(listed(words))} (line {node.lineno})")

    todo = uses.of(id(record.node))
    at = -1
    while todo:
        last, at = at, heappop(todo)
        node = uses.nodes[at]
        if at == last or node.lineno < record.node.lineno:
            continue
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            if _is_answer(node.value, names, holders):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name in {target.id for target in targets if isinstance(target, ast.Name)} - names:
                    names.add(name)
                    for later in uses.of(name, at):
                        heappush(todo, later)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            cut = cut or (node.slice.lower is not None and _is_answer(node.value, names, holders))
        elif isinstance(node, ast.Subscript) and _is_answer(node.slice, names, holders):
            note(words_of(node.value, keys=True), "looked up among {}", node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            note(_compared(node, names, holders, words_of), "compared with {}", node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if name in ("int", "float") and node.args and _is_answer(node.args[0], names, holders):
                kind = "number"
                evidence.append(f"the answer is converted with {name}() (line {node.lineno})")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, receiver = node.func.attr, node.func.value
            if name in ("startswith", "endswith") and node.args and _is_answer(receiver, names, holders):
                words = [word for word in words_of(node.args[0]) if not word.endswith(":")]
                openings.update(map(str.lower, words))
                note(words, f"tested with {name}({{}})", node)
            elif name in CUTTING and node.args and _is_answer(receiver, names, holders):
                markers.update(map(str.lower, words_of(node.args[0])))
            elif name == "get" and node.args and _is_answer(node.args[0], names, holders):
                note(words_of(receiver, keys=True), "looked up among {}", node)
            elif name in ("match", "fullmatch", "search"):
                note(_matched_words(node, names, holders), "matched against {}", node)
            elif name == "loads" and node.args and _is_answer(node.args[0], names, holders):
                kind = kind or "json"
                evidence.append(f"the answer is parsed with {source(node.func)} (line {node.lineno})")
    if cut:
        markers |= openings  # ``answer[len("DONE"):]``
    if markers:
        labels = {word: label for word, label in labels.items() if word not in markers}
    if labels.keys() - NOTHING:
        found = tuple(labels.values())[:MAX_LABELS]
        is_bool = set(labels) <= {"yes", "no", "true", "false", "y", "n", "1", "0"}
        return OutputContract("bool" if is_bool else "labels", found, tuple(evidence[:4]))
    if kind is not None:
        return OutputContract(kind, (), tuple(evidence[:4]))  # type: ignore[arg-type]
    return OutputContract()


class Words:
    """The fixed words that an expression stands for: literals, constants, members of an enum, keys of a dict."""

    def __init__(self, evaluator: Evaluator, scope: Scope) -> None:
        self.evaluator = evaluator
        self.frame = evaluator.frame_of(scope)

    def __call__(self, node: ast.expr, keys: bool = False) -> list[str]:
        """``keys``: only the keys of a dict that is known as a whole."""
        value = alternatives(self.evaluator.value(node, self.frame, END))
        if len(value) != 1 or (keys and not isinstance(value[0], Mapping)):
            return []
        return self._of(value[0])

    def _of(self, value: Value) -> list[str]:
        value = classes.iterated(self.evaluator, value)
        if isinstance(value, Instance) and "value" in value.given:
            value = self.evaluator.force(value.given["value"])
        if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= 40:
            return [value.value] if any(map(str.isalnum, value.value)) else []  # "\n" and "```" are no labels
        if isinstance(value, Sequence) and not value.open and len(value.items) <= MAX_LABELS:
            inner = [self.evaluator.force(item) for item in value.items]
            return [
                word
                for one in inner
                for word in (self._of(one) if isinstance(one, (Const, Instance)) else ())
            ]
        return []


class Uses:
    """What a function does with the values of its calls and names, read from its body once."""

    def __init__(self, body: list[ast.stmt]) -> None:
        self.nodes: list[ast.expr | ast.Assign | ast.AnnAssign] = []
        """That say what becomes of an answer."""
        self._by_origin: dict[int | str, list[int]] = {}
        """Id of a call, or a name -> indexes of the nodes that would ask about it."""
        kinds = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Subscript, ast.Compare, ast.Call)
        for node in (inner for statement in body for inner in ast.walk(statement)):
            if isinstance(node, kinds) and (
                origins := {one for part in _asked(node) for one in _origins(part)}
            ):
                for origin in origins:
                    self._by_origin.setdefault(origin, []).append(len(self.nodes))
                self.nodes.append(node)

    def of(self, origin: int | str, after: int = -1) -> list[int]:
        """The indexes behind ``after``, in order."""
        found = self._by_origin.get(origin, [])
        return found[bisect_right(found, after) :]


_NO_USES = Uses([])


def _asked(node: ast.AST) -> list[ast.expr]:
    """The parts of which it matters whether they are the answer."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
        return [node.value] if node.value is not None else []
    if isinstance(node, ast.Subscript):
        return [node.value if isinstance(node.slice, ast.Slice) else node.slice]
    if isinstance(node, ast.Compare):
        return [node.left, node.comparators[0]] if len(node.ops) == 1 else []
    if isinstance(node, ast.Call):
        return [*([node.func.value] if isinstance(node.func, ast.Attribute) else []), *node.args[:2]]
    return []


def _matched_words(node: ast.Call, names: set[str], holders: set[int]) -> list[str]:
    """``re.match("(yes|no)", answer)``: the words of a pattern that is a choice of words and nothing else."""
    if (
        len(node.args) < 2
        or not isinstance(node.args[0], ast.Constant)
        or not _is_answer(node.args[1], names, holders)
    ):
        return []
    found = CHOICE.fullmatch(node.args[0].value) if isinstance(node.args[0].value, str) else None
    return found[1].split("|") if found else []


def _is_answer(node: ast.expr, names: set[str], holders: set[int]) -> bool:
    """The answer itself, or it after cleaning and picking: ``r.choices[0].message.content.strip().lower()``."""
    return any(origin in holders or origin in names for origin in _origins(node))


def _origins(node: ast.expr) -> Iterator[int | str]:
    """Ids of the calls, or the name, of which the value is what they give, cleaned or picked from."""
    for _ in range(20):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Call):
            yield id(node)
        if isinstance(node, ast.Attribute) and node.attr in METADATA:
            return
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and node.slice.value in METADATA
        ):
            return
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Await, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in KEEPING:
                return
            node = node.func.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CLEANING
            and node.args
        ):
            node = node.args[0]
        else:
            return


def _compared(node: ast.Compare, names: set[str], holders: set[int], words_of: Words) -> list[str]:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        for answer, other in ((left, right), (right, left)):
            if _is_answer(answer, names, holders) and not _is_metadata(answer):
                return words_of(other)
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if _is_answer(left, names, holders) and not _is_metadata(left):
            return words_of(right)
        if _is_answer(right, names, holders) and not _is_metadata(right):
            # ``"yes" in answer``: a search, still a closed question when the word is short.
            return [
                word
                for word in words_of(left)
                if len(word) <= 12
                and word not in RESPONSE_KEYS
                and "<" not in word
                and not word.endswith(":")
            ]
    return []


def _is_metadata(node: ast.expr) -> bool:
    """``response.status_code``, ``choice.finish_reason``: about the answer, not the answer."""
    return any(
        isinstance(inner, ast.Attribute)
        and inner.attr
        in ("status_code", "finish_reason", "role", "type", "stop_reason", "status", "ok", "object", "model")
        for inner in ast.walk(node)
    ) or any(
        isinstance(inner, ast.Constant)
        and inner.value in ("role", "type", "finish_reason", "status", "stop_reason", "error", "object")
        for inner in ast.walk(node)
    )


def listed(words: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(f'"{word}"' for word in words[:4])
    return shown + (" ..." if len(words) > 4 else "")
