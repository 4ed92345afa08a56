"""stub"""

from __future__ import annotations

from typing import NamedTuple


class TokenCount(NamedTuple):
    tokens: int
    low: int
    high: int
    method: str


def count_tokens(text: str) -> TokenCount:
    tokens = round(len(text) / 4)
    return TokenCount(tokens, round(tokens * 0.8), round(tokens * 1.25), "chars/4")
