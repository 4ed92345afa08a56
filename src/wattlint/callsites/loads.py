"""How weights are loaded: dtype, quantization, placement, casts after the load, and the library version that decides."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from wattlint.callsites import options, reloads, versions
from wattlint.callsites.default_dtype import ON_TRANSFORMERS
from wattlint.callsites.devices import device_name, names_devices
from wattlint.callsites.dtypes import dtype_name, dtype_of
from wattlint.callsites.facts import LoadFact
from wattlint.callsites.holders import holders_in
from wattlint.callsites.options import Given
from wattlint.callsites.outputs import attention_read
from wattlint.callsites.quantized import quantization
from wattlint.catalogue.records import Argument, EntryPoint
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, last_name
from wattlint.semantics.values import Member, Unknown, alternatives

CASTS = {"half": "float16", "bfloat16": "bfloat16", "float": "float32"}
SENTENCES_ON_FIVE_SINCE = (5, 2)
"""sentence-transformers needs transformers<5 up to 5.1.2, <6 from 5.2.0 (Requires-Dist of both)."""
MAKERS = ("from_pretrained", "from_finetuned")
REMOVED = ("load_in_4bit", "load_in_8bit")
"""Arguments of ``from_pretrained`` up to transformers 4.x; a TypeError from 5.0.0 (run on 4.57.6 and 5.23.0)."""
TRAINING = frozenset(
    {
        "get_peft_model",
        "prepare_model_for_kbit_training",
        "backward",
        "save_pretrained",
        "push_to_hub",
        "merge_and_unload",
        "AdamW",
        "Adam",
        "SGD",
        "Adafactor",
        "export",
        "convert",
        "GradScaler",
        "initialize",
    }
)
"""Calls whose presence in a module says that its weights are trained, converted or saved."""
GENERATING = frozenset(
    {"generate", "stream_generate", "chat", "stream_chat", "pipeline", "TextIteratorStreamer"}
)


def load_fact(
    evaluator: Evaluator,
    sdks: SdkCatalogue,
    entry: EntryPoint,
    given: Given,
    record: CallRecord | None,
    callee: str,
    root: Path,
) -> LoadFact:
    """The facts of one load; ``record`` is its call in the module at hand, where it stands there."""
    opts = entry.options
    format_name, compute, place = quantization(evaluator, sdks, entry, given)
    device = options.read_argument(evaluator, given, opts.get("device"))
    attention = options.read_argument(evaluator, given, opts.get("attention"))
    remote = options.read_argument(evaluator, given, opts.get("trust_remote_code"))
    draft = options.read_argument(evaluator, given, opts.get("draft"))
    parts = callee.split(".")
    loader = parts[-2] if parts[-1] in MAKERS and len(parts) > 1 else parts[-1]
    node, module = (record.node, record.scope.module) if record is not None else given.made or (None, None)
    file = module.file if module is not None else None
    dtype = options.read_argument(evaluator, given, opts.get("dtype"))
    if format_name is not None and _apart(given, opts.get("quantization"), opts.get("dtype")):
        dtype = None  # of the branch that quantizes nothing
    return LoadFact(
        dtype=dtype_of(dtype),
        quantization=format_name,
        compute_dtype=compute,
        quantized_by=place,
        device_map=device_name(evaluator, device) if names_devices(opts.get("device")) else None,
        attention=options.text(attention),
        attention_read=attention is not None and record is not None and attention_read(record.scope.module),
        draft_model=options.text(draft),
        draft_given=draft is not None,
        removed_argument=_removed(record.node) if record and entry.distribution == "transformers" else None,
        per_call=reloads.per_call(evaluator, record) if record is not None else None,
        trust_remote_code=options.flag(remote) is True,
        open_arguments=given.open,
        cast_after=_cast_after(evaluator, node, module) if node is not None and module is not None else None,
        for_training=trains(record.scope.module) if record is not None else False,
        generates=generates(record.scope.module) if record is not None else False,
        library=entry.distribution or entry.sdk,
        library_class=loader,
        task=options.text(options.read_argument(evaluator, given, opts.get("task"))),
        library_version=_version(sdks, entry.distribution, root, file),
        transformers_version=_of_transformers(sdks, entry.distribution, root, file),
    )


def _apart(given: Given, one: Argument | None, other: Argument | None) -> bool:
    return one is not None and other is not None and given.arguments.apart(one.names, other.names)


def _removed(call: ast.Call) -> str | None:
    """What 5.0 no longer takes, where it is written in the call: a dict of keywords may hold it only at times."""
    return next((keyword.arg for keyword in call.keywords if keyword.arg in REMOVED), None)


def _version(
    sdks: SdkCatalogue, distribution: str | None, root: Path, file: str | None
) -> tuple[str, str] | None:
    if distribution is None:
        return None
    return versions.assumed(root, distribution, sdks.checked_versions(distribution), file)


def _of_transformers(
    sdks: SdkCatalogue, distribution: str | None, root: Path, file: str | None
) -> tuple[str, str] | None:
    """The version that ``distribution`` loads with."""
    if distribution not in ON_TRANSFORMERS:
        return None
    own = _version(sdks, distribution, root, file)
    if distribution == "sentence-transformers" and own and versions.numbers(own[0]) < SENTENCES_ON_FIVE_SINCE:
        return f"4.{versions.SERIES}", own[1]
    return _version(sdks, "transformers", root, file)


def _cast_after(evaluator: Evaluator, load: ast.Call, module: ModuleIndex) -> str | None:
    """A cast chained to the load, or made later on the name it is assigned to."""
    holders = holders_in(module)
    names: set[str] = set()
    for other in holders.casts(load, names):
        cast = _cast(evaluator, other)
        if cast is not None:
            return cast
    return "unknown" if holders.are_converted(names) else None


def _cast(evaluator: Evaluator, record: CallRecord) -> str | None:
    name = last_name(record.node.func)
    if name in CASTS and not record.node.args:
        return CASTS[name]
    if name == "to":
        frame = evaluator.frame_of(record.scope)
        for node in (*record.node.args, *(k.value for k in record.node.keywords if k.arg == "dtype")):
            for one in alternatives(evaluator.value(node, frame, record.spot)):
                found = dtype_name(one)
                if found is not None and found != "auto":
                    return found
                if isinstance(one, (Unknown, Member)) and "dtype" in ast.unparse(node):
                    return "unknown"
    return None


def _stored(module: ModuleIndex, attribute: str) -> Iterator[ast.expr | None]:
    """Values of ``anything.attribute = value``."""
    for scope in module.scopes.values():
        for stores in scope.attribute_stores.values():
            yield from (store.value for store in stores.get(attribute, ()))


@lru_cache(maxsize=8)
def generates(module: ModuleIndex) -> bool:
    """The module generates text with what it loads."""
    return any(last_name(record.node.func) in GENERATING for record in module.calls)


@lru_cache(maxsize=8)
def trains(module: ModuleIndex) -> bool:
    """The module trains, converts or saves weights."""
    if any(
        isinstance(value, ast.Constant) and value.value is True for value in _stored(module, "requires_grad")
    ):
        return True
    for record in module.calls:
        name = last_name(record.node.func)
        if (
            name in TRAINING
            or name.endswith("Trainer")
            or (name == "train" and isinstance(record.node.func, ast.Attribute) and not record.node.args)
        ):
            return True
    return False
