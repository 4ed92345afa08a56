"""What the words of a module say about its trainings: adapters are named in it, an early end, callbacks."""

from __future__ import annotations

import ast
from typing import NamedTuple

from wattlint.semantics.module_index import ModuleIndex

ADAPTERS = frozenset(
    {
        "LoraConfig",
        "get_peft_model",
        "peft_config",
        "PeftModel",
        "LoraModel",
        "add_adapter",
        "AdaLoraConfig",
        "IA3Config",
        "PrefixTuningConfig",
        "PromptTuningConfig",
        "prepare_model_for_kbit_training",
        "FastLanguageModel",
    }
)
EARLY = ("EarlyStopping", "early_stopping", "early_stop", "patience")


class Words(NamedTuple):
    adapters: bool
    """Adapters (LoRA and the like) are named somewhere."""
    early_stopping: bool | None
    """Something may end a training before its last epoch. None: a callback from elsewhere may."""


def words_of(module: ModuleIndex) -> Words:
    """For any training call of ``module``: the parts of one training mostly stand in one file."""
    words: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, (ast.keyword, ast.arg)) and node.arg:
            words.add(node.arg)
        elif isinstance(node, ast.alias):
            words.add(node.name)
    stops = any(part in word for word in words for part in EARLY)
    # A list of callbacks from elsewhere may hold one.
    given = "callbacks" in words or "add_callback" in words
    adapts = not words.isdisjoint(ADAPTERS) or any(
        "peft" in word.lower() or "lora" in word.lower() for word in words
    )
    return Words(adapts, True if stops else None if given else False)
