"""What a model is asked to hand out, and whether the code reads it: hidden states, attention weights, logits."""

from __future__ import annotations

import ast
from functools import lru_cache

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
WITH_DICT = frozenset({"output_scores", "output_logits"})
"""``scores = () if (return_dict_in_generate and output_scores) else None``: generation/utils.py of transformers 4.57.6."""
WHOLE = frozenset({"items", "values", "keys", "to_tuple"})
"""Methods that hand out every field of an output."""
ONE_POSITION = frozenset({"past_key_values", "decoder_input_ids"})
"""Arguments of decoding by hand, which computes the new position alone, or those of the decoder."""
KEPT = frozenset({"logits_to_keep", "num_logits_to_keep", "labels"})


def _is_on(evaluator: Evaluator, given: Given, name: str) -> bool:
    return options.flag(options.read(evaluator, given, (name,), None)) is True


def unused(evaluator: Evaluator, given: Given, record: CallRecord) -> tuple[str, ...]:
    """Arguments that ask for an output which nothing in the module reads."""
    asked = [name for name in FIELDS if _is_on(evaluator, given, name)]
    if not _is_on(evaluator, given, "return_dict_in_generate"):
        asked = [name for name in asked if name not in WITH_DICT]
    if not asked:
        return ()
    if _escapes(record):
        return ()
    read = _read(record.scope.module)
    return tuple(name for name in asked if not read.intersection(FIELDS[name]))


@lru_cache(maxsize=8)
def _read(module: ModuleIndex) -> set[str]:
    """Every attribute and key that is read anywhere in the module."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


class _Scope:
    """What a function does with what it names; read once, for it may have many calls."""

    def __init__(self, scope: ast.AST) -> None:
        self.names: dict[ast.expr, set[str]] = {}
        """Of a value: the names it is given to."""
        self.leaving: set[str] = set()
        """Names whose values leave the function as a whole: returned, yielded, handed on, given another name."""
        self.logits: dict[ast.expr | str, list[ast.Attribute]] = {}
        """A call, or a name -> where its logits are read."""
        self.cut: set[ast.expr] = set()
        """Of which only the last position is read."""
        self.padding: dict[str, list[tuple[int, str | None]]] = {}
        """A name -> (place in the function, padding) for the tokenizers whose results it takes."""
        for at, node in enumerate(ast.walk(scope)):
            self._take(node, at)

    def _take(self, node: ast.AST, at: int) -> None:
        if isinstance(node, ast.Assign):
            named = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if named:
                self.names.setdefault(node.value, set()).update(named)
            if isinstance(node.targets[0], ast.Name) and (padded := _padded(node.value)):
                self.padding.setdefault(node.targets[0].id, []).append((at, padded[0]))
            self._leave(node.value)
        elif isinstance(node, (ast.Return, ast.Yield)):
            self._leave(node.value)
        elif isinstance(node, ast.Call):
            self._leave(*node.args, *(keyword.value for keyword in node.keywords))
        elif isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Starred)):
            self._leave(*ast.iter_child_nodes(node))
        elif isinstance(node, ast.Subscript):
            self._leave(node.value)  # by number, which depends on what was asked for
            if isinstance(node.value, ast.Attribute) and _is_last(node.slice):
                self.cut.add(node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._leave(node.iter)
        elif isinstance(node, ast.Attribute) and node.attr in WHOLE:
            self._leave(node.value)
        elif isinstance(node, ast.Attribute) and node.attr == "logits":
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value
            self.logits.setdefault(owner, []).append(node)

    def _leave(self, *nodes: ast.AST | None) -> None:
        self.leaving.update(node.id for node in nodes if isinstance(node, ast.Name))


@lru_cache(maxsize=8)
def _scope(node: ast.AST) -> _Scope:
    return _Scope(node)


def _escapes(record: CallRecord) -> bool:
    """The output as a whole leaves the function: it is returned, yielded, stored in an attribute, or handed on."""
    scope = _scope(record.scope.node)
    names = scope.names.get(record.node)
    return not names or not names.isdisjoint(scope.leaving)


def last_logits_only(record: CallRecord) -> bool:
    """``model(**inputs).logits[:, -1]``, directly or through one name whose logits are read nowhere else."""
    scope = _scope(record.scope.node)
    owners: set[ast.expr | str] = {record.node, *scope.names.get(record.node, ())}
    reads = [read for owner in owners for read in scope.logits.get(owner, ())]
    if not reads or any(read not in scope.cut for read in reads):
        return False
    return not any(keyword.arg in KEPT | ONE_POSITION for keyword in record.node.keywords)


def _is_last(index: ast.expr) -> bool:
    """``[:, -1]`` and ``[:, -1, :]``, ``[0, -1]``."""
    if not isinstance(index, ast.Tuple) or len(index.elts) < 2:
        return False
    return ast.unparse(index.elts[1]) == "-1"


@lru_cache(maxsize=8)
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
    padded = _scope(record.scope.node).padding
    found = [one for name in names for one in padded.get(name, ())]
    return min(found)[1] if found else None


def _padded(value: ast.expr) -> tuple[str | None] | None:
    """The padding that a tokenizer within ``value`` is given, where it is written."""
    for call in (one for one in ast.walk(value) if isinstance(one, ast.Call)):
        name = last_name(call.func).lower()
        if "tokenizer" in name or "processor" in name:
            for keyword in call.keywords:
                if keyword.arg == "padding" and isinstance(keyword.value, ast.Constant):
                    given = keyword.value.value
                    return (given if isinstance(given, str) else "longest" if given is True else None,)
    return None
