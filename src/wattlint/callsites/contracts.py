"""What the caller accepts as an answer: a schema, a label set, a number, or text compared with fixed words."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from wattlint.callsites.facts import OutputContract
from wattlint.semantics import classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import END, CallRecord, Scope, last_name
from wattlint.semantics.strings import source
from wattlint.semantics.values import Class, Const, Instance, Mapping, Sequence, Value, alternatives

CLEANING = frozenset(
    {"strip", "lower", "upper", "casefold", "rstrip", "lstrip", "title", "capitalize", "str"}
)
MAX_LABELS = 40
CHOICE = re.compile(r"\^?(?:\\s\*)?(?:\\b)?\((?:\?:)?(\w[\w -]*(?:\|\w[\w -]*)+)\)(?:\\b)?(?:\\s\*)?\$?")
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
NOTHING = frozenset({"none", "null", "n/a", "na", "nan", "nil", "unknown", "error", "empty"})
"""Compared with nothing else, these ask whether there is an answer, not which."""
TYPE_KEYWORDS = frozenset(
    {"response_format", "response_model", "output_type", "result_type", "output_schema"}
)
TEXT = OutputContract()


def of_call(evaluator: Evaluator, record: CallRecord, response_format: Value | None) -> OutputContract:
    """The contract of a call: from its schema argument, else from what happens to the answer in the same function."""
    stated = replace(_of_format(evaluator, response_format), stated=True)
    if stated.kind in ("text", "json"):
        given = _of_keywords(evaluator, record)
        stated = given if given != TEXT else stated
    used = _of_use(evaluator, record)
    if used.kind == "text" and used.evidence:
        stated = replace(stated, evidence=(*stated.evidence, *used.evidence))
    if stated.kind in ("labels", "bool", "number") or used.kind == "text":
        return stated
    return OutputContract(used.kind, used.labels, (*stated.evidence, *used.evidence))


# -- the schema ---------------------------------------------------------------------------------------------------


def _of_format(evaluator: Evaluator, value: Value | None) -> OutputContract:
    for one in alternatives(value) if value is not None else ():
        if isinstance(one, Mapping):
            labels = _enum_labels(evaluator, one, 0)
            if labels:
                return OutputContract("labels", labels, (f"the JSON schema allows only {_listed(labels)}",))
            return OutputContract("json", (), ("a JSON response format is set",))
        if isinstance(one, (Class, Instance)):
            cls = one if isinstance(one, Class) else one.cls
            return _of_model_class(evaluator, cls)
        if isinstance(one, Const) and isinstance(one.value, str) and "json" in one.value:
            return OutputContract("json", (), ("a JSON response format is set",))
    return TEXT


def _of_keywords(evaluator: Evaluator, record: CallRecord) -> OutputContract:
    """What the call's own keywords say in the way of most SDKs: the answer's type, a forced tool, a token bias."""
    given = {keyword.arg: keyword.value for keyword in record.node.keywords if keyword.arg}
    for name in sorted(TYPE_KEYWORDS & given.keys()):
        if (stated := written_type(name, given[name])) != TEXT:
            return stated
    frame = evaluator.frame_of(record.scope)
    if "response_model" in given:
        stated = _of_format(evaluator, evaluator.value(given["response_model"], frame, record.spot))
        return replace(stated, stated=True)
    if (
        "tools" in given
        and "tool_choice" in given
        and (tool := _only_tool(evaluator, record, given["tools"]))
    ):
        labels = _enum_labels(evaluator, tool, 0)
        if labels:
            return OutputContract("labels", labels, (f"its one tool takes only {_listed(labels)}",), True)
    if "logit_bias" in given:
        return OutputContract(
            "text", (), (f"logit_bias favours certain tokens (line {given['logit_bias'].lineno})",)
        )
    return TEXT


def written_type(name: str, node: ast.expr) -> OutputContract:
    """``Literal["a", "b"]``, ``bool``, ``int`` or ``float``, as the type of ``name``."""
    if labels := _literal_labels(node):
        return OutputContract("labels", labels, (f"{name} allows only {_listed(labels)}",), True)
    if isinstance(node, ast.Name) and node.id in ("bool", "int", "float"):
        return OutputContract("bool" if node.id == "bool" else "number", (), (f"{name} is {node.id}",), True)
    return TEXT


def _only_tool(evaluator: Evaluator, record: CallRecord, node: ast.expr) -> Mapping | None:
    """The parameters of the one tool that the call offers, in OpenAI's or Anthropic's form."""
    for one in alternatives(evaluator.value(node, evaluator.frame_of(record.scope), record.spot)):
        if not isinstance(one, Sequence) or one.open or len(one.items) != 1:
            return None
        tool = alternatives(evaluator.force(one.items[0]))[0]
        for key in ("function", "parameters", "input_schema"):
            if isinstance(tool, Mapping) and key in tool.entries:
                tool = alternatives(evaluator.force(tool.entries[key]))[0]
        return tool if isinstance(tool, Mapping) and "properties" in tool.entries else None
    return None


def _enum_labels(evaluator: Evaluator, schema: Mapping, depth: int) -> tuple[str, ...]:
    """The labels of a schema whose one property is an enum."""
    if depth > 6:
        return ()
    if "enum" in schema.entries:
        for one in alternatives(evaluator.force(schema.entries["enum"])):
            items = [evaluator.force(item) for item in getattr(one, "items", ())]
            words = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
            if words and len(words) == len(items):
                return tuple(words[:MAX_LABELS])
    properties = schema.entries.get("properties")
    if properties is not None:
        inner = alternatives(evaluator.force(properties))[0]
        if not isinstance(inner, Mapping) or len(inner.entries) != 1:
            return ()
        only = alternatives(evaluator.force(next(iter(inner.entries.values()))))[0]
        return _enum_labels(evaluator, only, depth + 1) if isinstance(only, Mapping) else ()
    for key in ("json_schema", "schema"):
        if key in schema.entries:
            below = alternatives(evaluator.force(schema.entries[key]))[0]
            if isinstance(below, Mapping):
                return _enum_labels(evaluator, below, depth + 1)
    return ()


def _of_model_class(evaluator: Evaluator, cls: Class) -> OutputContract:
    """A pydantic model (or enum) given as the response type: a single closed field is a contract."""
    if any(getattr(base, "path", "").startswith("enum.") for base in classes.bases(evaluator, cls.info)[1]):
        labels = tuple(
            node.value.value
            for node in cls.info.node.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if labels:
            return OutputContract(
                "labels", labels[:MAX_LABELS], (f"{cls.info.name} allows only {_listed(labels)}",)
            )
    fields = [
        node
        for node in cls.info.node.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    evidence = f"the answer is parsed into {cls.info.name}"
    if len(fields) == 1:
        annotation = fields[0].annotation
        labels = _literal_labels(annotation)
        if labels:
            return OutputContract("labels", labels, (f"{cls.info.name} allows only {_listed(labels)}",))
        if isinstance(annotation, ast.Name) and annotation.id in ("bool", "int", "float"):
            kind = "bool" if annotation.id == "bool" else "number"
            return OutputContract(kind, (), (f"{cls.info.name} holds one {annotation.id}",))  # type: ignore[arg-type]
        if isinstance(annotation, ast.Name):
            frame = evaluator.frame_of(cls.info.scope)
            for one in alternatives(evaluator.value(annotation, frame, END)):
                if isinstance(one, Class) and one.info is not cls.info:
                    inner = _of_model_class(evaluator, one)
                    if inner.kind == "labels":
                        return inner
    return OutputContract("json", (), (evidence,))


def _literal_labels(annotation: ast.expr) -> tuple[str, ...]:
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Literal":
        inside = annotation.slice
        parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        words = [
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        return tuple(words) if len(words) == len(parts) else ()
    return ()


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


# -- what happens to the answer -----------------------------------------------------------------------------------


def _of_use(evaluator: Evaluator, record: CallRecord) -> OutputContract:
    """Comparisons, conversions and look-ups of the answer in the rest of the function (for modules: of the module)."""
    scope: Scope = record.scope
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    body = getattr(scope.node, "body", None)
    if not isinstance(body, list):
        return TEXT
    holders = {id(record.node)}
    names: set[str] = set()
    labels: dict[str, str] = {}
    kind: str | None = None
    evidence: list[str] = []
    unread: list[ast.AST] = []
    nodes = evaluator.once((id(scope), "uses"), lambda: _uses(body), unread)
    words_of = Words(evaluator, scope)
    for node in nodes:
        if getattr(node, "lineno", record.node.lineno) < record.node.lineno:
            continue
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            if _is_answer(node.value, names, holders):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Subscript) and _is_answer(node.slice, names, holders):
            words = words_of(node.value, keys=True)
            for word in words:
                labels.setdefault(word.lower(), word)
            if words:
                evidence.append(f"the answer is looked up among {_listed(words)} (line {node.lineno})")
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            words = _compared(node, names, holders, words_of)
            for word in words:
                labels.setdefault(word.lower(), word)
            if words:
                evidence.append(f"the answer is compared with {_listed(words)} (line {node.lineno})")
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("int", "float")
        ):
            if node.args and _is_answer(node.args[0], names, holders):
                kind = "number"
                evidence.append(f"the answer is converted with {node.func.id}() (line {node.lineno})")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if (
                name in ("startswith", "endswith")
                and _is_answer(node.func.value, names, holders)
                and node.args
            ):
                words = words_of(node.args[0])
                for word in words:
                    labels.setdefault(word.lower(), word)
                if words:
                    evidence.append(
                        f"the answer is tested with {name}({_listed(words)}) (line {node.lineno})"
                    )
            elif name == "get" and node.args and _is_answer(node.args[0], names, holders):
                words = words_of(node.func.value, keys=True)
                for word in words:
                    labels.setdefault(word.lower(), word)
                if words:
                    evidence.append(f"the answer is looked up among {_listed(words)} (line {node.lineno})")
            elif name in ("match", "fullmatch", "search") and (words := _matched_words(node, names, holders)):
                for word in words:
                    labels.setdefault(word.lower(), word)
                evidence.append(f"the answer is matched against {_listed(words)} (line {node.lineno})")
            elif name == "loads" and node.args and _is_answer(node.args[0], names, holders):
                kind = kind or "json"
                evidence.append(f"the answer is parsed with {source(node.func)} (line {node.lineno})")
    if labels.keys() - NOTHING:
        found = tuple(labels.values())[:MAX_LABELS]
        is_bool = set(labels) <= {"yes", "no", "true", "false", "y", "n", "1", "0"}
        return OutputContract("bool" if is_bool else "labels", found, tuple(evidence[:4]))
    if kind is not None:
        return OutputContract(kind, (), tuple(evidence[:4]))  # type: ignore[arg-type]
    return TEXT


def _uses(body: list[ast.stmt]) -> list[ast.AST]:
    """The nodes that say what becomes of an answer."""
    kinds = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Subscript, ast.Compare, ast.Call)
    return [node for statement in body for node in ast.walk(statement) if isinstance(node, kinds)]


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
    for _ in range(20):
        if id(node) in holders or (isinstance(node, ast.Name) and node.id in names):
            return True
        if isinstance(node, ast.Attribute) and node.attr in METADATA:
            return False
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and node.slice.value in METADATA
        ):
            return False
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Await, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in CLEANING | {"decode", "replace", "batch_decode", "get", "text", "json"}:
                return (
                    node.func.attr == "decode"
                    and bool(node.args)
                    and _is_answer(node.args[0], names, holders)
                )
            node = node.func.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CLEANING
            and node.args
        ):
            node = node.args[0]
        else:
            return False
    return False


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
                if len(word) <= 12 and word not in RESPONSE_KEYS and "<" not in word
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


def _listed(words: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(f'"{word}"' for word in words[:4])
    return shown + (" ..." if len(words) > 4 else "")
