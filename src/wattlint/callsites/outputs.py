"""What a model is asked to hand out, and whether the code reads it: hidden states, attention weights, logits."""

from __future__ import annotations

import ast

from wattlint.callsites import options
from wattlint.callsites.options import Given
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, last_name

FIELDS = {
    "output_hidden_states": ("hidden_states", "encoder_hidden_states", "decoder_hidden_states"),
    "output_attentions": ("attentions", "encoder_attentions", "decoder_attentions", "cross_attentions"),
    "output_scores": ("scores", "compute_transition_scores"),
    "output_logits": ("logits",),
}
"""Argument that asks for an output -> the fields it is read by."""


def unused(evaluator: Evaluator, given: Given, record: CallRecord) -> tuple[str, ...]:
    """Arguments that ask for an output which nothing in the module reads."""
    asked = [name for name in FIELDS if options.flag(options.read(evaluator, given, (name,), None)) is True]
    if not asked:
        return ()
    if _escapes(record):
        return ()
    read = _read(record.scope.module)
    return tuple(name for name in asked if not read.intersection(FIELDS[name]))


def _read(module: ModuleIndex) -> set[str]:
    """Every attribute and key that is read anywhere in the module."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _escapes(record: CallRecord) -> bool:
    """The output as a whole leaves the function: it is returned, yielded, stored in an attribute, or handed on."""
    names = {
        target.id
        for node in ast.walk(record.scope.node)
        if isinstance(node, ast.Assign) and node.value is record.node
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if not names:
        return True
    for node in ast.walk(record.scope.node):
        if isinstance(node, (ast.Return, ast.Yield)) and isinstance(node.value, ast.Name):
            if node.value.id in names:
                return True
        elif isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(one, ast.Name) and one.id in names for one in given):
                return True
        elif isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Starred)):
            if any(isinstance(one, ast.Name) and one.id in names for one in ast.iter_child_nodes(node)):
                return True
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names:
            return True
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in names:
            return True  # by number, which depends on what was asked for
    return False


def last_logits_only(record: CallRecord) -> bool:
    """``model(**inputs).logits[:, -1]``, directly or through one name whose logits are read nowhere else."""
    scope = record.scope.node
    names = {
        target.id
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and node.value is record.node
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    reads = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Attribute)
        and node.attr == "logits"
        and (node.value is record.node or (isinstance(node.value, ast.Name) and node.value.id in names))
    ]
    last = [
        node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and _is_last(node.slice)
    ]
    if not reads or any(read not in last for read in reads):
        return False
    return not any(
        keyword.arg in ("logits_to_keep", "num_logits_to_keep", "labels") for keyword in record.node.keywords
    )


def _is_last(index: ast.expr) -> bool:
    """``[:, -1]`` and ``[:, -1, :]``, ``[0, -1]``."""
    if not isinstance(index, ast.Tuple) or len(index.elts) < 2:
        return False
    return ast.unparse(index.elts[1]) == "-1"


def attention_read(module: ModuleIndex) -> bool:
    """The module asks for attention weights or reads them."""
    return any(
        (isinstance(node, ast.keyword) and node.arg == "output_attentions")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in ("attentions", "output_attentions", "cross_attentions")
        )
        or (isinstance(node, ast.Attribute) and node.attr.startswith("register_forward"))
        or (isinstance(node, ast.Constant) and node.value in ("output_attentions", "attentions"))
        for node in ast.walk(module.tree)
    )


def padding(record: CallRecord) -> str | None:
    """``padding="max_length"`` of the tokenizer whose result the call takes, by name in the same function."""
    names = {
        node.id
        for argument in (*record.node.args, *(keyword.value for keyword in record.node.keywords))
        for node in ast.walk(argument)
        if isinstance(node, ast.Name)
    }
    for node in ast.walk(record.scope.node):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        if node.targets[0].id not in names:
            continue
        for call in (one for one in ast.walk(node.value) if isinstance(one, ast.Call)):
            if (
                "tokenizer" not in last_name(call.func).lower()
                and "processor" not in last_name(call.func).lower()
            ):
                continue
            for keyword in call.keywords:
                if keyword.arg == "padding" and isinstance(keyword.value, ast.Constant):
                    value = keyword.value.value
                    return value if isinstance(value, str) else "longest" if value is True else None
    return None
