"""Reads parameter counts, precision and kind from the name of an open model.

``Qwen/Qwen3-30B-A3B-Instruct-AWQ`` says nearly everything about itself; what a name leaves out (how large is
"mini"?) is in the table of families, ``rules/models/open_families.yaml``. Counts are in billions.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from wattlint.regexes import regex

Tokens = tuple[str, ...]
Counts = tuple[float, float | None, bool]
"""Total and active parameters in billions; whether they were compared with the published weights."""


class Family(NamedTuple):
    """One row of the table of open families."""

    name: str
    maker: str
    kind: str
    precision: str
    """What the maker publishes the weights in."""
    quantized: str | None
    context_tokens: int | None
    typical_output_tokens: int | None
    """Of a free answer in a chat, without a limit."""
    reasoning: bool
    released: str | None
    source: str
    dated: str
    sizes: dict[Tokens, Counts]
    """Tokens of a size or variant (``("8b",)``, ``("flash", "lite")``, ``()``: no mention) -> its counts."""


class Families(NamedTuple):
    rows: list[Family]
    first_words: dict[str, list[tuple[Tokens, int]]]
    """First token of a family's spelling -> (all its tokens, row), longest first."""
    endings: list[tuple[str, int]]
    """Last letters of a token that name a family: ``FinBERT`` ends in ``bert``."""


class ParsedName(NamedTuple):
    family: Family | None
    total_b: float | None
    active_b: float | None
    exact: bool
    """True: both come from the family's table. False: read from the digits, which makers round."""
    checked: bool
    """The table's counts were compared with the published weights."""
    leading: bool
    """The name begins with the family's."""
    precision: str
    quantized: str | None
    kind: str


# Repositories named after a model that hold something much smaller: draft heads, test fixtures.
_NOT_THE_MODEL = (
    {"eagle"},
    {"medusa"},
    {"speculator"},
    {"speculative"},
    {"draft"},
    {"drafter"},
    {"dflash"},
    {"tokenizer"},
    {"tiny", "random"},
    {"internal", "testing"},
)
_SMALLER = ("tiny", "nano", "pico", "micro", "mini", "small", "baby")

_TOKEN = regex(r"\d+(?:\.\d+)?x\d+(?:\.\d+)?b(?![a-z])|\d+(?:\.\d+)?[bmtek](?![a-z0-9])|\d+(?:\.\d+)*|[a-z]+")
_SIZE = regex(r"(\d+(?:\.\d+)?)([bmt])")
_EXPERTS = regex(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)b")
_UNIT_B = {"b": 1.0, "m": 1e-3, "t": 1e3}

# Experts are copies of the feed-forward part of a model of the written size; the rest is shared. Of Mistral 7B's 7.24
# billion parameters 5.64 are feed-forward: 8x7B has 46.7, two experts and the shared part 12.9.
_FEED_FORWARD = 5.64 / 7.24

_FORMATS = (  # (pattern in the lower-case name, format, precision); the first match wins
    (regex(r"nvfp4"), "nvfp4", "nvfp4"),
    (regex(r"mxfp4"), "mxfp4", "mxfp4"),
    (regex(r"gptq.*(?:int8|8bit|8b-|w8)"), "gptq", "int8"),
    (regex(r"gptq"), "gptq", "int4"),
    (regex(r"awq.*(?:int8|8bit)"), "awq", "int8"),
    (regex(r"awq"), "awq", "int4"),
    (regex(r"bnb-?8bit|(?:^|[-_.])8bit-bnb"), "bnb-8bit", "int8"),
    (regex(r"bnb|nf4"), "bnb-4bit", "nf4"),
    (regex(r"(?:^|[-_.])exl[23]"), "exl2", "int4"),
    (regex(r"(?:^|[-_.])(?:aqlm|quip|hqq|autoround|auto-round)"), "int4", "int4"),
    (regex(r"w8a8|w8a16|int8|8-?bit(?![a-z])"), "int8", "int8"),
    (regex(r"w4a16|w4a8|int4|[24]-?bit(?![a-z])|[34]\.\d+bit"), "int4", "int4"),
    (regex(r"[356]-?bit(?![a-z])"), "int4", "int4"),
    (regex(r"fp8|(?:^|[-_.])f8(?:$|[-_.])"), "fp8", "fp8"),
)
_GGUF = regex(r"gguf|ggml|(?:^|[-_.:])i?q\d_|(?:^|[-_.:])i?q\d(?:$|\.)")
_GGUF_BITS = regex(r"(?:^|[-_.:/])(?:ud-)?i?q(\d)(?:_|$|\.)|(?:^|[-_.:/])(bf16|f16|fp16|f32)(?:$|[-_.])")
_WRITTEN_PRECISION = regex(r"(?:^|[-_.])(bf16|fp16|f16|fp32)(?:$|[-_.])")
_SAME_PRECISION = {"f16": "fp16", "f32": "fp32"}
# Ollama's library writes name:tag; a tag of digits alone is Bedrock's.
_LIBRARY_TAG = regex(r"[a-z0-9._-]+:(?!\d+$)[a-z0-9._-]+")

_KINDS = (
    (regex(r"rerank|cross-encoder|ranker"), "rerank"),
    (regex(r"embed|sentence-|2vec(?:$|-)|retriever|colbert|splade"), "embedding"),
    (regex(r"whisper|wav2vec|-tts|speech|parakeet|asr(?:$|-)"), "audio"),
)


def tokens_of(text: str) -> Tokens:
    """Words and numbers of a name: ``Llama-3.1_8B`` -> ``("llama", "3.1", "8b")``; a ``v`` before a digit is dropped."""
    text = re.sub(r"(?<=\d)p(?=\d)", ".", text.lower())  # Fireworks: llama-v3p1
    text = re.sub(r"(\d+(?:\.\d+)?b)x(\d+)(?![a-z0-9])", r"\2x\1", text)  # 7Bx2 is 2x7B
    text = re.sub(r"(^|[-_/ ])(\d+)_(\d+)(?=b?(?:$|[-_./ ]))", r"\1\2.\3", text)  # stablelm-2-1_6b, phi-1_5
    return tuple(_TOKEN.findall(re.sub(r"(?<![a-z0-9])v(?=\d)", "", text)))


def parse(model_id: str, families: Families) -> ParsedName | None:
    """What the name says; None when it names no family and no size."""
    text = model_id.strip().lower()
    parts = text.split("/")
    name = "/".join(parts[-2:]) if parts[-1].endswith(".gguf") else parts[-1]
    words = tokens_of(name)
    sizes = _sizes(words)
    matches = _matches(words, families, bool(sizes))
    if not matches and not sizes:
        return None
    precision, quantized = _format(text, name)
    family = families.rows[matches[0][2]] if matches else None
    total = active = None
    exact = checked = leading = False
    if not any(marks.issubset(tokens_of(text)) for marks in _NOT_THE_MODEL):
        for start, _, row in matches:
            if start and words[start - 1] in _SMALLER and not sizes:
                break  # tiny-mixtral: smaller by an amount that the name does not say
            entry = _in_table(words[start:], families.rows[row], bool(sizes))
            if entry:
                family, (total, active, checked) = families.rows[row], entry
                exact, leading = True, start == 0
                break
        else:
            total, active = _from_digits(words, sizes)
    kind = next((kind for pattern, kind in _KINDS if pattern.search(text)), family.kind if family else "chat")
    if family and (precision is None or (family.precision == "mxfp4" and precision == "int4")):
        precision, quantized = family.precision, family.quantized  # 4-bit weights are not packed again
    return ParsedName(family, total, active, exact, checked, leading, precision or "bf16", quantized, kind)


def _matches(words: Tokens, families: Families, sized: bool) -> list[tuple[int, int, int]]:
    """(start, length, row) of every family named, the most specific spelling first."""
    found = [
        (start, len(spelling), row)
        for start, word in enumerate(words)
        for spelling, row in families.first_words.get(word, ())
        if words[start : start + len(spelling)] == spelling
    ]
    if not found and sized:  # SuperGemma4-26B: letters of their own before the family's name
        found = [
            (start, len(spelling), row)
            for start, word in enumerate(words)
            for first, spellings in families.first_words.items()
            if len(first) >= 5 and word.endswith(first) and not word.startswith(_SMALLER)
            for spelling, row in spellings
            if words[start + 1 : start + len(spelling)] == spelling[1:]
        ]
    if not found:
        found = [
            (start, 1, row)
            for start, word in enumerate(words)
            for ending, row in families.endings
            if word.endswith(ending)
        ]
    return sorted(found, key=lambda match: (-match[1], match[0]))


def _sizes(words: Tokens) -> list[str]:
    """The tokens that can be a parameter count: not active ones (``A3B``), not context lengths (``1M``)."""
    found = []
    for before, word in pairwise(("", *words)):
        size = _SIZE.fullmatch(word)
        if _EXPERTS.fullmatch(word) or (size and before != "a" and float(size[1])):
            found.append(word)
    counted = [word for word in found if not word.endswith(("m", "t"))]
    return counted or [word for word in found if not (word.endswith("m") and float(word[:-1]) < 3)]


def _in_table(words: Tokens, family: Family, has_size: bool) -> Counts | None:
    """The family's entry for the longest of its size spellings in ``words``; a written size must be the entry's own."""
    best: tuple[int, Counts] | None = None
    for spelling, counts in family.sizes.items():
        length = len(spelling)
        if has_size and not any(_SIZE.fullmatch(word) or _EXPERTS.fullmatch(word) for word in spelling):
            continue
        if best and length <= best[0]:
            continue
        if any(words[start : start + length] == spelling for start in range(len(words) - length + 1)):
            best = length, counts
    return best[1] if best else None


def _from_digits(words: Tokens, sizes: list[str]) -> tuple[float | None, float | None]:
    if not sizes:
        return None, None
    experts = _EXPERTS.fullmatch(sizes[0])
    if experts:
        shared, expert = (part * float(experts[2]) for part in (1 - _FEED_FORWARD, _FEED_FORWARD))
        return shared + float(experts[1]) * expert, shared + min(2, float(experts[1])) * expert
    total = max(map(_billions, sizes)) if "moe" in words else _billions(sizes[0])
    active = next(
        (_billions(word) for mark, word in pairwise(words) if mark == "a" and _SIZE.fullmatch(word)), None
    )
    return total, active if active and active < total else None


def _billions(size: str) -> float:
    return float(size[:-1]) * _UNIT_B[size[-1]]


def _format(text: str, name: str) -> tuple[str | None, str | None]:
    """(precision, format) written in the name; (None, None) when it says nothing."""
    if _GGUF.search(name) or _LIBRARY_TAG.fullmatch(text):
        bits = _GGUF_BITS.search(name)
        if bits and bits[2]:
            return _SAME_PRECISION.get(bits[2], bits[2]), "gguf"
        # Q4_K_M is what Ollama's library and most GGUF repositories serve by default.
        return ("int8" if bits and int(bits[1]) >= 7 else "int4"), "gguf"
    for pattern, quantized, precision in _FORMATS:
        if pattern.search(name):
            return precision, quantized
    written = _WRITTEN_PRECISION.search(name)
    return (_SAME_PRECISION.get(written[1], written[1]) if written else None), None
