"""A prompt written as one text, ``[system] ... [user] ... {hole}``, as the ``Prompt`` the analyser would hand over.

Catalogue examples and labelled files are written this way.
"""

from __future__ import annotations

import re

from wattlint.callsites.facts import Hole, Prompt, PromptPart
from wattlint.regexes import regex

ROLE = regex(r"(?m)^[ \t]*\[(system|user|human|assistant|ai)\]\s?")
HOLE = regex(r"(?<!\{)\{([A-Za-z_][^{}\n:]{0,80})\}(?!\})|%s|%\((\w+)\)s")
ROLES = {"human": "user", "ai": "assistant"}
HISTORY = regex(r"history|memory|scratchpad", re.IGNORECASE)


def read_template(text: str) -> Prompt:
    """``text`` with its holes and roles; a text without role markers is one part of role ``text``."""
    cut = ROLE.split(text)
    parts = [PromptPart("text", _pieces(cut[0]))] if cut[0].strip() or len(cut) == 1 else []
    for role, body in zip(cut[1::2], cut[2::2], strict=True):
        parts.append(PromptPart(ROLES.get(role, role), _pieces(body)))
    return Prompt(tuple(parts))


def _pieces(text: str) -> tuple[str | Hole, ...]:
    pieces: list[str | Hole] = []
    at = 0
    for match in HOLE.finditer(text):
        if literal := text[at : match.start()]:
            pieces.append(literal)
        name = match[1] or match[2] or "value"
        pieces.append(Hole(name, "history" if HISTORY.search(name) else "value"))
        at = match.end()
    if rest := text[at:]:
        pieces.append(rest)
    return tuple(pieces)
