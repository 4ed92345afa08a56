"""How a training call trains, from what its module holds: adapters or all weights, with or without an early end."""

from __future__ import annotations

import ast

from wattlint.callsites.facts import TrainFact
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


def train_fact(module: ModuleIndex) -> TrainFact:
    """Of any training call of ``module``: the parts of one training mostly stand in one file."""
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
    return TrainFact(
        adapters=True if adapts else None, early_stopping=True if stops else None if given else False
    )
