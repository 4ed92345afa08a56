"""The words of a text, whatever they mean in it."""

from __future__ import annotations

from codecs import BOM_UTF8 as _BOM

_WORDS_ALONE = bytes(
    char if char >= 128 or chr(char).isalnum() or char == 0x5F else 0x20 for char in range(256)
)
"""``bytes.translate`` with this leaves nothing but words, and what is between them."""


def words_of(text: bytes) -> frozenset[bytes]:
    """Every run of letters, digits and underscores in ``text``; whatever is no ASCII counts as a letter."""
    return frozenset(text.removeprefix(_BOM).translate(_WORDS_ALONE).split())
