"""Whether a module keeps answers, or says something to a provider's prompt cache, from the words it uses.

By words, because caches come in too many forms to be followed (a decorator, a dict, a table, a proxy in front): where a
module speaks of one at all, what follows from there being none is not said.
"""

from __future__ import annotations

import ast
import math
import re

from wattlint.regexes import regex
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import CallRecord, Scope, last_name

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
KEPT = regex(r"cache|memo(?:i|$)", re.IGNORECASE)
"""In the name of what keeps answers, by the text they are for."""


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


def at_a_miss(ev: Evaluator, record: CallRecord) -> bool:
    """The call is only made where no answer is kept: ``if text not in cache``, ``if cache.get(text) is None``."""
    scope = record.scope
    if any(isinstance(node, ast.If) and _asks(node.test, scope) for node, _ in record.spot.branches):
        return True
    left_from = ev.once((id(scope), "left with a kept answer"), lambda: _left_from(scope), math.inf)
    return left_from < record.node.lineno


def _left_from(scope: Scope) -> float:
    """The line from which on a function may have been left with a kept answer."""
    if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return math.inf
    leaves = (
        node.lineno
        for node in ast.walk(scope.node)
        if isinstance(node, ast.If)
        and isinstance(node.body[-1], (ast.Return, ast.Continue))
        and _asks(node.test, scope)
    )
    return min(leaves, default=math.inf)


def _asks(test: ast.expr, scope: Scope) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            if isinstance(node.ops[0], (ast.In, ast.NotIn)) and _is_cache(node.comparators[0]):
                return True
        elif isinstance(node, ast.Name):
            if any(_looks_up(binding.value) for binding in scope.bindings.get(node.id, ())):
                return True
        elif _looks_up(node):
            return True
    return False


def _looks_up(node: ast.AST | None) -> bool:
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Call):
        function = node.func
        return isinstance(function, ast.Attribute) and function.attr == "get" and _is_cache(function.value)
    return isinstance(node, ast.Subscript) and _is_cache(node.value)


def _is_cache(node: ast.expr) -> bool:
    return KEPT.search(last_name(node)) is not None
