"""What a training call shows: whether all weights or adapters are trained, and on how much data."""

from __future__ import annotations

import ast
from pathlib import Path

from wattlint.callsites import loads, options
from wattlint.callsites.facts import CallSite, Training, TrainingMethod
from wattlint.callsites.matched import Bindings, MatchedCall
from wattlint.callsites.objects import Objects
from wattlint.callsites.options import Given
from wattlint.callsites.training_words import words_of
from wattlint.catalogue.models import load_models
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.regexes import regex
from wattlint.semantics import arguments
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.values import (
    Element,
    External,
    Instance,
    Mapping,
    Member,
    Result,
    Sequence,
    Value,
    alternatives,
    is_none,
)

ADAPTER_MAKERS = frozenset({"peft.adapter"})
"""Catalogue entries that put adapters on a model, with no option that could switch them off."""
FOUR_BITS_BY_DEFAULT = "unsloth"
QUANTIZED = ("nf4", "fp4", "int4", "int8", "gptq", "awq", "aqlm", "hqq")
"""Formats that cannot be trained themselves: what is trained on them are adapters."""
QUANTIZED_REPOSITORIES = frozenset({"gptq", "awq", "bnb-4bit", "bnb-8bit"})
DEFAULTS = {"num_train_epochs": 3.0, "per_device_train_batch_size": 8.0, "gradient_accumulation_steps": 1.0}
"""Of transformers.TrainingArguments (transformers 4.30.0 to 5.23.0), from which trl's and others derive."""
SEQUENCE = ("max_length", "max_seq_length", "max_seq_len", "block_size")
SAME_EXAMPLES = frozenset(
    {
        "map", "shuffle", "sort", "rename_column", "rename_columns", "remove_columns", "select_columns", "add_column",
        "with_format", "set_format", "cast", "cast_column", "flatten", "with_transform", "to_iterable_dataset", "filter",
    }
)  # fmt: skip
"""Methods of a dataset that give back as many examples (``filter``: at most as many)."""
SLICE = regex(r"^[\w.-]+\[(\d*):(\d+)\]$")
"""``load_dataset("imdb", split="train[:1000]")``: absolute numbers, no percentages."""
MAX_CHAIN = 12


def of_call(objects: Objects, site: CallSite, call: MatchedCall, bindings: Bindings, root: Path) -> Training:
    """The facts of one training call."""
    evaluator = objects.evaluator
    words = words_of(call.record.scope.module)
    method, reason = _method(evaluator, objects.sdks, site, bindings, root)
    if method == "all weights" and words.adapters:
        method, reason = "unknown", "adapters are named in this file"
    settings = _Settings(evaluator, bindings)
    steps = settings.number("max_steps")
    dataset = bindings.option("dataset")
    examples, counted = _examples(evaluator, dataset, 0) if dataset is not None else (None, "")
    epochs = settings.number("num_train_epochs")
    if epochs is None:
        epochs = options.number(bindings.option("epochs"))
    each, together = (settings.number(name) for name in list(DEFAULTS)[1:])
    sequence = next((found for name in SEQUENCE if (found := settings.number(name))), None)
    return Training(
        method=method,
        reason=reason,
        examples=examples,
        examples_reason=counted,
        epochs=epochs,
        steps=int(steps) if steps is not None and steps > 0 else None,
        step_examples=int(each * together) if each and together else None,
        sequence_tokens=int(sequence) if sequence else None,
        early_stopping=words.early_stopping,
    )


# -- what is trained ----------------------------------------------------------------------------------------------


def _method(
    evaluator: Evaluator, sdks: SdkCatalogue, site: CallSite, bindings: Bindings, root: Path
) -> tuple[TrainingMethod, str]:
    quantized = _quantized(evaluator, sdks, site, bindings, root)
    if quantized is not None:
        return "QLoRA", quantized
    perhaps = None
    for entry, given in bindings.pairs:
        if entry.name in ADAPTER_MAKERS or (entry.sdk == "peft" and entry.kind == "load"):
            return "LoRA", f"adapters put on by {entry.name.partition('.')[0]}"
        config = options.read_argument(evaluator, given, entry.options.get("adapter"))
        found = [one for one in alternatives(config) if not is_none(one)] if config is not None else []
        for one in found:
            made_by = _maker(one)
            if made_by.endswith("Config"):
                return "LoRA", f"adapters by {made_by}"
        if found:
            perhaps = "a peft_config is passed that cannot be read"
    if site.load is not None and site.load.library == FOUR_BITS_BY_DEFAULT:
        return "LoRA", f"weights loaded by {site.load.library}"
    if perhaps is not None:
        return "unknown", perhaps
    if site.provider is not None and site.load is None and site.sdk not in ("transformers", "trl"):
        return "unknown", f"{site.provider} does not say what it trains"
    return "all weights", "no adapter visible at the call"


def _quantized(
    evaluator: Evaluator, sdks: SdkCatalogue, site: CallSite, bindings: Bindings, root: Path
) -> str | None:
    """Why the trained weights are quantized ones; None where they are not."""
    for entry, given in bindings.pairs:
        argument = entry.options.get("quantization")
        if argument is None:
            continue
        fact = loads.load_fact(evaluator, sdks, entry, given, None, entry.name, root)
        if fact.quantization in QUANTIZED or (fact.quantization or "").startswith(("int4", "int8")):
            return f"the weights are loaded in {fact.quantization}, which cannot be trained"
        told = given.open or options.read_argument(evaluator, given, argument) is not None
        if entry.sdk == FOUR_BITS_BY_DEFAULT and not told:
            return "unsloth loads in 4 bits unless told otherwise"
    record = load_models().lookup(site.model.id) if site.model is not None and site.model.id else None
    if record is not None and record.quantized in QUANTIZED_REPOSITORIES:
        return f"the repository holds {record.quantized} weights, which cannot be trained"
    return None


def _maker(value: Value) -> str:
    """Name of the class that made ``value``; empty for what is no object."""
    if isinstance(value, Result) and value.call is not None:
        callee = alternatives(value.callee)[0]
        return callee.path.rpartition(".")[2] if isinstance(callee, External) else ""
    if isinstance(value, Instance):
        return value.cls.info.name
    return ""


# -- on how much --------------------------------------------------------------------------------------------------


class _Settings:
    """Numbers of the training arguments and of the trainer itself; library defaults where neither is hidden."""

    def __init__(self, evaluator: Evaluator, bindings: Bindings) -> None:
        self.evaluator = evaluator
        self.sources: list[Given] = []
        value = bindings.option("training_arguments")
        for one in alternatives(value) if value is not None else ():
            if isinstance(one, (Result, Instance)) and one.call is not None:
                given = Given.of(evaluator, one)
                if given is not None:
                    self.sources.append(given)
                    break
        self.complete = (
            bool(self.sources)
            and not self.sources[0].open
            and _maker(one).endswith(("TrainingArguments", "Config", "Arguments"))
        )
        self.sources += [given for _, given in bindings.pairs]

    def number(self, name: str) -> float | None:
        for given in self.sources:
            value = options.read(self.evaluator, given, (name,), None)
            found = options.number(value)
            if found is not None:
                return found
            if value is not None:
                return None
        return DEFAULTS.get(name) if self.complete else None


def _examples(evaluator: Evaluator, value: Value, depth: int) -> tuple[int | None, str]:
    """(number of examples, how that is known)."""
    if depth > MAX_CHAIN:
        return None, ""
    one = alternatives(value)[0]
    if isinstance(one, Sequence):
        known = not one.open and not one.repeated and one.items
        return (len(one.items), "length of the list in the code") if known else (None, "")
    if isinstance(one, (Element, Member)):
        return _examples(evaluator, one.owner, depth + 1)  # ``dataset["train"]``
    if isinstance(one, Mapping):
        columns = [
            _examples(evaluator, evaluator.force(column), depth + 1) for column in one.entries.values()
        ]
        return max(columns, key=lambda found: found[0] or 0, default=(None, ""))
    if not isinstance(one, Result) or one.call is None or one.frame is None or one.spot is None:
        return None, ""
    given = arguments.of(evaluator, one.call, one.frame, one.spot)
    callee = alternatives(one.callee)[0]
    name = callee.path.rpartition(".")[2] if isinstance(callee, External) else getattr(callee, "name", "")
    if name == "load_dataset":
        split = given.keywords.get("split")
        text = options.text(evaluator.force(split)) if split is not None else None
        found = SLICE.match(text or "")
        return (int(found[2]) - int(found[1] or 0), f'split="{text}"') if found else (None, "")
    if name in ("from_list", "from_dict") and given.positional:
        return _examples(evaluator, evaluator.force(given.positional[0]), depth + 1)
    if not isinstance(callee, Member):
        return None, ""
    if name in ("select", "take") and (given.positional or given.keywords):
        first = given.positional[0] if given.positional else next(iter(given.keywords.values()))
        return _chosen(evaluator, evaluator.force(first), first)
    if name in SAME_EXAMPLES:
        return _examples(evaluator, callee.owner, depth + 1)
    if name == "train_test_split":
        whole, how = _examples(evaluator, callee.owner, depth + 1)
        share = (
            options.number(evaluator.force(given.keywords["test_size"]))
            if "test_size" in given.keywords
            else 0.25
        )
        if whole is None or share is None:
            return None, ""
        return int(whole * (1 - share) if share < 1 else whole - share), f"{how}, less the test split"
    return None, ""


def _chosen(evaluator: Evaluator, value: Value, thunk: object) -> tuple[int | None, str]:
    """``select(range(1000))``, ``take(1000)``."""
    number = options.integer(value)
    if number is not None:
        return number, f"take({number})"
    node = thunk[0] if isinstance(thunk, tuple) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        bounds = [options.integer(evaluator.value(argument, thunk[1], thunk[2])) for argument in node.args]  # type: ignore[index]
        if len(bounds) in (1, 2) and None not in bounds:
            low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
            return (high or 0) - (low or 0), f"select({ast.unparse(node)})"
    one = alternatives(value)[0]
    if isinstance(one, Sequence) and one.items and not one.open and not one.repeated:
        return len(one.items), "length of the list in the code"
    return None, ""
