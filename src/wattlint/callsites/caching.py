"""Whether a module keeps answers, or says something to a provider's prompt cache, from the words it uses.

By words, because caches come in too many forms to be followed (a decorator, a dict, a table, a proxy in front): where a
module speaks of one at all, what follows from there being none is not said.
"""

from __future__ import annotations

import re

from wattlint.regexes import regex

_OF_PROMPTS = (
    r"cache_control|cachePoint|cache_point|prompt_cache|cached_content|CachedContent|prompt[-_ ]?caching"
    r"|cache_prompt|cache_system"
)
PROMPT_CACHE = regex(_OF_PROMPTS, re.IGNORECASE)
NO_ANSWERS = regex(
    _OF_PROMPTS
    + r"|use_cache|cache_dir|empty_cache|kv_?cache|cache_implementation|past_key_values|__pycache__|no-cache"
    r"|cache_folder|HF_HOME|TRANSFORMERS_CACHE|cached_tokens",
    re.IGNORECASE,
)
"""Caches of weights, of tokens, of the browser: not of answers."""
ANSWERS = regex(r"cache|memoi[sz]e|joblib|shelve|sqlite|redis|already_(?:done|processed)", re.IGNORECASE)


OF_PROMPTS = ("cach",)
OF_ANSWERS = ("cach", "memoi", "joblib", "shelve", "sqlite", "redis", "already_")
"""One of these is in whatever the patterns find."""


def caches_prompts(text: str) -> bool:
    return PROMPT_CACHE.search(_lines_with(OF_PROMPTS, text)) is not None


def caches_answers(text: str) -> bool:
    return ANSWERS.search(NO_ANSWERS.sub("", _lines_with(OF_ANSWERS, text))) is not None


def _lines_with(words: tuple[str, ...], text: str) -> str:
    """The lines in which one of ``words`` stands: to look for the patterns in all of them takes long."""
    small = text.lower()
    there = [word for word in words if word in small]
    if not there:
        return ""
    lines = zip(text.split("\n"), small.split("\n"))
    return "\n".join(line for line, lower in lines if any(word in lower for word in there))
