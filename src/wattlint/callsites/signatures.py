"""DSPy signatures as the prompts they become: ``question -> answer`` or a class with a docstring and typed fields."""

from __future__ import annotations

import ast

from wattlint.callsites.contracts import written_type
from wattlint.callsites.facts import Hole, OutputContract
from wattlint.regexes import regex
from wattlint.semantics import classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import last_name
from wattlint.semantics.values import Class, Const, Value

FIELD = regex(r"\s*(\w+)\s*(?::\s*([^,\[\]]+(?:\[[^\[\]]*\])?)\s*)?(?:,|$)")
LONGEST = 300
TYPES = ("dspy.Signature", "dspy.signatures.Signature", "dspy.signatures.signature.Signature")


def prompt_of(evaluator: Evaluator, value: Value) -> tuple[str | Hole, ...] | None:
    """The docstring, a slot for each input, and the last output left open; None where ``value`` is no signature."""
    found = _fields(evaluator, value)
    if found is None:
        return None
    doc, inputs, outputs = found
    pieces: list[str | Hole] = [doc + "\n"] if doc else []
    for name, _ in inputs:
        pieces += [f"{_title(name)}: ", Hole(name), "\n"]
    return (*pieces, "\n".join(f"{_title(name)}:" for name, _ in outputs))


def contract_of(evaluator: Evaluator, value: Value) -> OutputContract:
    """What a signature with one output allows as an answer."""
    found = _fields(evaluator, value)
    outputs = found[2] if found else []
    if len(outputs) != 1 or outputs[0][1] is None:
        return OutputContract()
    return written_type(outputs[0][0], outputs[0][1])


Field = tuple[str, ast.expr | None]


def _fields(evaluator: Evaluator, value: Value) -> tuple[str, list[Field], list[Field]] | None:
    if isinstance(value, Const) and isinstance(value.value, str):
        sides = value.value.split("->") if len(value.value) <= LONGEST else []
        inputs, outputs = map(_inline, sides) if len(sides) == 2 else ([], [])
        return ("", inputs, outputs) if inputs and outputs else None
    if not isinstance(value, Class) or not any(
        getattr(base, "path", "") in TYPES for base in classes.bases(evaluator, value.info)[1]
    ):
        return None
    node = value.info.node
    fields: dict[str, list[Field]] = {"InputField": [], "OutputField": []}
    for part in node.body:
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        made = getattr(part, "value", None)
        if isinstance(target, ast.Name) and isinstance(made, ast.Call) and last_name(made.func) in fields:
            fields[last_name(made.func) or ""].append((target.id, getattr(part, "annotation", None)))
    return (ast.get_docstring(node) or "", fields["InputField"], fields["OutputField"])


def _inline(text: str) -> list[Field]:
    """``question, context: str``; nothing when the text is something else."""
    fields: list[Field] = []
    at = 0
    while at < len(text):
        match = FIELD.match(text, at)
        if match is None:
            return []
        try:
            kind = ast.parse(match[2].strip(), mode="eval").body if match[2] else None
        except (SyntaxError, ValueError):
            return []
        fields.append((match[1], kind))
        at = match.end()
    return fields


def _title(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()
