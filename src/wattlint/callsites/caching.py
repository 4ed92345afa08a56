"""Whether a module keeps answers, or says something to a provider's prompt cache, from the words it uses.

By words, because caches come in too many forms to be followed (a decorator, a dict, a table, a proxy in front): where a
module speaks of one at all, what follows from there being none is not said.
"""

from __future__ import annotations

import re

PROMPT_CACHE = re.compile(
    r"cache_control|cachePoint|cache_point|prompt_cache|cached_content|CachedContent|prompt[-_ ]?caching"
    r"|cache_prompt|cache_system",
    re.IGNORECASE,
)
NO_ANSWERS = re.compile(
    PROMPT_CACHE.pattern
    + r"|use_cache|cache_dir|empty_cache|kv_?cache|cache_implementation|past_key_values|__pycache__|no-cache"
    r"|cache_folder|HF_HOME|TRANSFORMERS_CACHE|cached_tokens",
    re.IGNORECASE,
)
"""Caches of weights, of tokens, of the browser: not of answers."""
ANSWERS = re.compile(r"cache|memoi[sz]e|joblib|shelve|sqlite|redis|already_(?:done|processed)", re.IGNORECASE)


def caches_prompts(text: str) -> bool:
    return PROMPT_CACHE.search(text) is not None


def caches_answers(text: str) -> bool:
    return ANSWERS.search(NO_ANSWERS.sub("", text)) is not None
