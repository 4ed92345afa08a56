"""What the caller accepts as an answer: a schema, a label set, a number, or text compared with fixed words."""

from __future__ import annotations

import ast
import re

from wattlint.callsites.answer_use import MAX_LABELS, listed, of_use
from wattlint.callsites.facts import OutputContract
from wattlint.regexes import regex
from wattlint.semantics import classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import END, CallRecord, last_name
from wattlint.semantics.values import Class, Const, Instance, Mapping, Sequence, Value, alternatives

TYPE_KEYWORDS = frozenset(
    {"response_format", "response_model", "output_type", "result_type", "output_schema"}
)
EXPLAINS = regex(r"reason|justif|expla|rationale|thought|thinking", re.IGNORECASE)
"""In names of fields that hold sentences about the rest of the answer."""
TEXT = OutputContract()


def of_call(evaluator: Evaluator, record: CallRecord, response_format: Value | None) -> OutputContract:
    """The contract of a call: from its schema argument, else from what happens to the answer in the same function."""
    stated = _of_format(evaluator, response_format)._replace(stated=True)
    if stated.kind in ("text", "json"):
        given = _of_keywords(evaluator, record)
        stated = given if given != TEXT else stated
    used = of_use(evaluator, record)
    if used.kind == "text" and used.evidence:
        stated = stated._replace(evidence=(*stated.evidence, *used.evidence))
    if stated.kind in ("labels", "bool", "number") or used.kind == "text" or stated.explains:
        return stated
    return OutputContract(used.kind, used.labels, (*stated.evidence, *used.evidence))


# -- the schema ---------------------------------------------------------------------------------------------------


def _of_format(evaluator: Evaluator, value: Value | None) -> OutputContract:
    for one in alternatives(value) if value is not None else ():
        if isinstance(one, Mapping):
            labels = _enum_labels(evaluator, one, 0)
            if labels:
                return OutputContract("labels", labels, (f"the JSON schema allows only {listed(labels)}",))
            if _is_plain_text(evaluator, one):
                return TEXT
            return OutputContract("json", (), ("a JSON response format is set",))
        if isinstance(one, (Class, Instance)):
            cls = one if isinstance(one, Class) else one.cls
            return _of_model_class(evaluator, cls)
        if isinstance(one, Const) and isinstance(one.value, str) and "json" in one.value:
            return OutputContract("json", (), ("a JSON response format is set",))
    return TEXT


def _is_plain_text(evaluator: Evaluator, schema: Mapping) -> bool:
    """``{"type": "text"}``, which some write down though it is the default."""
    kind = schema.entries.get("type")
    value = evaluator.force(kind) if kind is not None else None
    return isinstance(value, Const) and value.value == "text"


def _of_keywords(evaluator: Evaluator, record: CallRecord) -> OutputContract:
    """What the call's own keywords say in the way of most SDKs: the answer's type, a forced tool, a token bias."""
    given = {keyword.arg: keyword.value for keyword in record.node.keywords if keyword.arg}
    for name in sorted(TYPE_KEYWORDS & given.keys()):
        if (stated := written_type(name, given[name])) != TEXT:
            return stated
    frame = evaluator.frame_of(record.scope)
    if "response_model" in given:
        stated = _of_format(evaluator, evaluator.value(given["response_model"], frame, record.spot))
        return stated._replace(stated=True)
    if (
        "tools" in given
        and "tool_choice" in given
        and (tool := _only_tool(evaluator, record, given["tools"]))
    ):
        labels = _enum_labels(evaluator, tool, 0)
        if labels:
            return OutputContract("labels", labels, (f"its one tool takes only {listed(labels)}",), True)
    if "logit_bias" in given:
        return OutputContract(
            "text", (), (f"logit_bias favours certain tokens (line {given['logit_bias'].lineno})",)
        )
    return TEXT


def written_type(name: str, node: ast.expr) -> OutputContract:
    """``Literal["a", "b"]``, ``bool``, ``int`` or ``float``, as the type of ``name``."""
    if labels := _literal_labels(node):
        return OutputContract("labels", labels, (f"{name} allows only {listed(labels)}",), True)
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
                "labels", labels[:MAX_LABELS], (f"{cls.info.name} allows only {listed(labels)}",)
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
            return OutputContract("labels", labels, (f"{cls.info.name} allows only {listed(labels)}",))
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
    explains = len(fields) > 1 and any(EXPLAINS.search(ast.unparse(field.target)) for field in fields)
    return OutputContract("json", (), (evidence,), explains=explains)


def _literal_labels(annotation: ast.expr) -> tuple[str, ...]:
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Literal":
        inside = annotation.slice
        parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        words = [
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        return tuple(words) if len(words) == len(parts) else ()
    return ()
