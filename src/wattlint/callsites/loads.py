"""How weights are loaded: dtype, quantization, placement, casts after the load, and the library version that decides."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from wattlint.callsites import options, reloads, versions
from wattlint.callsites.default_dtype import ON_TRANSFORMERS
from wattlint.callsites.facts import LoadFact, Place
from wattlint.callsites.holders import holders_in
from wattlint.callsites.options import Given
from wattlint.callsites.outputs import attention_read
from wattlint.catalogue.records import Argument, EntryPoint
from wattlint.catalogue.sdks import Quantization, SdkCatalogue
from wattlint.regexes import regex
from wattlint.semantics import calls
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import CallRecord, last_name
from wattlint.semantics.values import (
    Const,
    External,
    Mapping,
    Member,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
)

DTYPES = {
    "float16": "float16",
    "half": "float16",
    "fp16": "float16",
    "bfloat16": "bfloat16",
    "bf16": "bfloat16",
    "float32": "float32",
    "float": "float32",
    "fp32": "float32",
    "auto": "auto",
    "float8_e4m3fn": "float8",
    "float8_e5m2": "float8",
    "fp8": "float8",
    "float64": "float64",
}
CASTS = {"half": "float16", "bfloat16": "bfloat16", "float": "float32"}
DEVICE_NAMES = frozenset({"device", "devices", "device_map"})
GGUF_FILES = (".gguf", ".bin")
GGUF_TAG = regex(r"(?:^|[-._*/])(i?q\d(?:_\w+)?|bf16|f16|f32|fp16)\.\w+$")
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
    quantization, compute, place = _quantization(evaluator, sdks, entry, given)
    device = options.read_argument(evaluator, given, opts.get("device"))
    attention = options.read_argument(evaluator, given, opts.get("attention"))
    remote = options.read_argument(evaluator, given, opts.get("trust_remote_code"))
    draft = options.read_argument(evaluator, given, opts.get("draft"))
    parts = callee.split(".")
    loader = parts[-2] if parts[-1] in MAKERS and len(parts) > 1 else parts[-1]
    node, module = (record.node, record.scope.module) if record is not None else given.made or (None, None)
    file = module.file if module is not None else None
    return LoadFact(
        dtype=_dtype(options.read_argument(evaluator, given, opts.get("dtype")), "dtype" in opts),
        quantization=quantization,
        compute_dtype=compute,
        quantized_by=place,
        device_map=device_name(evaluator, device) if _names_devices(opts.get("device")) else None,
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


def _names_devices(argument: Argument | None) -> bool:
    """Not a number of layers or GPUs, as elsewhere."""
    return argument is not None and any(name.rpartition(".")[2] in DEVICE_NAMES for name in argument.names)


def device_name(evaluator: Evaluator, value: Value | None) -> str | None:
    """``cpu``, ``cuda:0``, ``auto``: the first device that a value can name, in whichever form."""
    for one in alternatives(value) if value is not None else ():
        found: str | None = None
        if isinstance(one, Text) and isinstance(one.pieces[0], str):
            found = one.pieces[0].rstrip(":")  # f"cuda:{rank}"
        if isinstance(one, Const) and isinstance(one.value, str):
            found = one.value
        elif isinstance(one, Const) and isinstance(one.value, int) and not isinstance(one.value, bool):
            found = f"cuda:{one.value}" if one.value >= 0 else "cpu"
        elif isinstance(one, Mapping) and one.entries and not one.open:
            parts = {device_name(evaluator, evaluator.force(thunk)) for thunk in one.entries.values()}
            found = parts.pop() if len(parts) == 1 else None
        elif isinstance(one, Result) and calls.path(one.callee) == "torch.device":
            given = Given.of(evaluator, one)
            found = (
                device_name(evaluator, options.read(evaluator, given, ("type", "device"), 0))
                if given
                else None
            )
        if found is not None:
            return found
    return None


def _dtype(value: Value | None, known_option: bool) -> str | None:
    if value is None or not known_option:
        return None
    found = [dtype_name(one) for one in alternatives(value)]
    named = [name for name in found if name is not None]
    if not named:
        return "unknown"
    # Chosen at run time (GPU or not): the smaller one is what a GPU gets.
    return next(
        (name for name in named if name != "float32"), named[0] if len(named) == len(found) else "unknown"
    )


def dtype_name(value: Value) -> str | None:
    """``torch.bfloat16`` or ``"bfloat16"`` as a plain name."""
    if isinstance(value, Const) and isinstance(value.value, bool):
        return "float16" if value.value else "float32"  # ``use_fp16``
    if isinstance(value, Const) and isinstance(value.value, str):
        return DTYPES.get(value.value.removeprefix("torch."))
    if isinstance(value, External):
        return DTYPES.get(value.path.rpartition(".")[2])
    if isinstance(value, Member):
        return DTYPES.get(value.name)
    return None


def _quantization(
    evaluator: Evaluator, sdks: SdkCatalogue, entry: EntryPoint, given: Given
) -> tuple[str | None, str | None, Place | None]:
    """(format, compute dtype, where it is configured). ``unknown`` when something is given that cannot be read."""
    argument = entry.options.get("quantization")
    if argument is None:
        return None, None, None
    unreadable = False
    for name in argument.names:
        value = options.read(evaluator, given, (name,), argument.position)
        if value is not None and _off_by_default(value):
            unreadable = True  # possible, but not with default settings
            continue
        for one in alternatives(value) if value is not None else ():
            if isinstance(one, Const):
                if one.value is True:
                    return ("int8" if "8bit" in name else "int4" if "4bit" in name else "unknown"), None, None
                if isinstance(one.value, str):
                    return _format(one.value), None, None
            elif isinstance(one, Text) and isinstance(one.pieces[-1], str):
                return _format(one.pieces[-1]), None, None
            elif isinstance(one, Result):
                return _config(evaluator, sdks, one)
            elif isinstance(one, Mapping):
                if any("4bit" in str(key) or "8bit" in str(key) for key in one.entries):
                    return _bitsandbytes(evaluator, one)
                unreadable = unreadable or bool(one.entries) or one.open
            elif isinstance(one, (Unknown, Member, Sequence)) or not isinstance(one, Const):
                unreadable = True
    return ("unknown" if unreadable else None), None, None


def _format(name: str) -> str:
    """``awq``; that of a GGUF file by its name: ``q4_k_m``, or ``gguf`` where it does not tell."""
    if not name.lower().endswith(GGUF_FILES):
        return name.lower()
    tag = GGUF_TAG.search(name.lower())
    return tag[1] if tag else "gguf"


def _bitsandbytes(evaluator: Evaluator, config: Mapping) -> tuple[str, str | None, None]:
    """A configuration that is a plain dict."""
    if config.open:
        return "unknown", "unknown", None
    compute = config.entries.get("bnb_4bit_compute_dtype")
    compute_name = _dtype(evaluator.force(compute), True) if compute is not None else None
    for key, name in (("load_in_4bit", "int4"), ("load_in_8bit", "int8")):
        flag = config.entries.get(key)
        if flag is not None and options.flag(evaluator.force(flag)) is True:
            return name, compute_name, None
    return "unknown", compute_name, None


def written(entry: EntryPoint, call: ast.Call) -> bool:
    """The call itself names an argument that quantizes."""
    argument = entry.options.get("quantization")
    return argument is not None and any(keyword.arg in argument.names for keyword in call.keywords)


def _off_by_default(value: Value) -> bool:
    first = alternatives(value)[0]
    return isinstance(first, Const) and first.value in (None, False) and len(alternatives(value)) > 1


def _config(
    evaluator: Evaluator, sdks: SdkCatalogue, value: Result
) -> tuple[str | None, str | None, Place | None]:
    name = getattr(alternatives(value.callee)[0], "path", "")
    rule: Quantization | None = sdks.quantization(name)
    given = Given.of(evaluator, value)
    place = None
    if value.call is not None and value.frame is not None:
        place = Place(value.frame.module.path, value.call.lineno, name.rpartition(".")[2])
    if rule is None or given is None:
        return "unknown", None, place
    compute = options.read_argument(evaluator, given, rule.compute_dtype)
    compute_name = _dtype(compute, True) if compute is not None else "unknown" if given.open else None
    if rule.format is not None:
        return rule.format, compute_name, place
    for keyword, format_name in rule.flags.items():
        flag = options.read(evaluator, given, (keyword,), None)
        if flag is not None and options.flag(flag) is not False:
            scheme = options.text(options.read_argument(evaluator, given, rule.scheme))
            return (
                (scheme if scheme and format_name in ("int4", "fp4", "nf4") else format_name),
                compute_name,
                place,
            )
    bits = options.integer(options.read_argument(evaluator, given, rule.bits)) or rule.default_bits
    return (f"int{bits:g}" if bits else "unknown"), compute_name, place


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
