"""Folders into which the project saves weights: what has the form of a hub's id is a path where it is one of these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.mentions import Mentions
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import last_name
from wattlint.semantics.values import Const, alternatives

SAVING = ("save_pretrained", "save_model", "save_pretrained_merged", "merge_and_save", "save")
"""Methods whose first argument is the folder."""
FOLDER = frozenset({"output_dir", "save_directory", "output_path"})
"""Arguments that are one, of these and of what configures a training."""
CONFIGURING = (
    "TrainingArguments",
    "Seq2SeqTrainingArguments",
    "SentenceTransformerTrainingArguments",
    "SFTConfig",
)


def is_saved_here(evaluator: Evaluator, id: str, module: ModuleIndex) -> bool:
    """Whether ``module``, or another that names the folder, saves to ``id`` or to a folder above it."""
    path = _plain(id)
    if _holds(evaluator, module, path):
        return True
    words = re.findall(r"[A-Za-z_]\w*", path)
    others = evaluator.project.mentioning(words[-1], module, _saves) if words else ()
    return any(_holds(evaluator, other, path) for other in others)


def _saves(mentions: Mentions, word: str) -> bool:
    return any(map(mentions.called, (*SAVING, *CONFIGURING)))


def _holds(evaluator: Evaluator, module: ModuleIndex, path: str) -> bool:
    nothing: frozenset[str] = frozenset()
    saved = evaluator.once(
        (id(module), "saved weights"), lambda: frozenset(_folders(evaluator, module)), nothing
    )
    return any(path == folder or path.startswith(folder + "/") for folder in saved)


def _folders(evaluator: Evaluator, module: ModuleIndex) -> Iterator[str]:
    for record in module.calls:
        nodes = [keyword.value for keyword in record.node.keywords if keyword.arg in FOLDER]
        if not nodes and last_name(record.node.func) in SAVING:
            nodes = record.node.args[:1]
        for node in nodes:
            for one in alternatives(evaluator.value(node, evaluator.frame_of(record.scope), record.spot)):
                if isinstance(one, Const) and isinstance(one.value, str) and _plain(one.value):
                    yield _plain(one.value)


def _plain(path: str) -> str:
    return path.removeprefix("./").rstrip("/")
