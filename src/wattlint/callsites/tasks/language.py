"""Which language an instruction is written in: by script, then by frequent function words."""

from __future__ import annotations

from functools import cache

from wattlint.callsites.tasks.records import vocabulary
from wattlint.regexes import regex

KANA = regex(r"[぀-ヿ]")
HAN = regex(r"[一-鿿]")
OTHER_SCRIPT = regex(r"[Ѐ-ӿ֐-ۿऀ-๿가-힯]")
LETTERS = regex(r"[^\W\d_]")
WORD = regex(r"[^\W\d_]+")
HOLE = regex(r"\{[^{}]*\}")


@cache
def _common() -> dict[str, frozenset[str]]:
    words = vocabulary()
    return {"en": frozenset(words["english"]), "other": frozenset(words["other"])} | {
        code: frozenset(entry["common"]) for code, entry in words["languages"].items() if entry["common"]
    }


def language(text: str) -> str | None:
    """``en``, ``de``, ``fr``, ``es``, ``pt``, ``zh`` or ``ja`` for a lower-case text; None: another one, or not clear."""
    text = HOLE.sub(" ", text)
    letters = len(LETTERS.findall(text))
    if not letters:
        return "en"
    if not text.isascii():
        if len(KANA.findall(text)) > 0.05 * letters:
            return "ja"
        if len(HAN.findall(text)) > 0.2 * letters:
            return "zh"
        if len(OTHER_SCRIPT.findall(text)) > 0.2 * letters:
            return None
    words = WORD.findall(text)
    hits = {code: sum(word in common for word in words) for code, common in _common().items()}
    best = max(hits, key=lambda code: hits[code])
    if hits["en"] == hits[best]:
        return "en" if hits["en"] or len(words) < 6 else None
    return None if best == "other" else best
