"""In which format a load quantizes the weights, or finds them quantized."""

from __future__ import annotations

import ast

from wattlint.callsites import options
from wattlint.callsites.dtypes import dtype_of
from wattlint.callsites.facts import Place
from wattlint.callsites.options import Given
from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdks import Quantization, SdkCatalogue
from wattlint.regexes import regex
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.values import (
    Const,
    Mapping,
    Member,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
)

GGUF_FILES = (".gguf", ".bin")
"""The older format ends in ``.ggmlv3.q4_0.bin``."""
GGUF_TAG = regex(r"(?:^|[-._*/])(i?q\d(?:_\w+)?|bf16|f16|f32|fp16)\.\w+$")


def quantization(
    evaluator: Evaluator, sdks: SdkCatalogue, entry: EntryPoint, given: Given
) -> tuple[str | None, str | None, Place | None]:
    """(format, compute dtype, where it is configured). ``unknown`` when something is given that cannot be read."""
    argument = entry.options.get("quantization")
    if argument is None:
        return None, None, None
    unreadable = False
    for name in argument.names:
        value = options.read(evaluator, given, (name,), argument.position)
        if value is not None and entry.model is not None and name in entry.model.names:
            file = options.opening(value) or ""  # of the weights: its name may tell
            if file.lower().endswith(GGUF_FILES):
                return _format(file), None, None
            continue
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
    compute_name = dtype_of(evaluator.force(compute)) if compute is not None else None
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
    compute_name = dtype_of(compute) if compute is not None else "unknown" if given.open else None
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
