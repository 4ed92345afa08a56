"""Fixes of a call's own options: reasoning effort, output limit, KV cache, draft model."""

from __future__ import annotations

import ast

from wattlint.callsites.facts import OutputContract
from wattlint.impact.tokens import count_tokens
from wattlint.lint.fixes.calls import CallRewrite
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module, minimal
from wattlint.lint.fixes.target import Call, Target, Unfixable, made
from wattlint.lint.subject import model_record

EFFORT, LIMIT, SETTING = "lower-effort", "limit-output", "drop-slow-setting"
HIGHER = frozenset({"medium", "high", "xhigh", "max", "HIGH"})
LOWEST_LIMIT = 16
"""The least that OpenAI's Responses API takes (openai 2.x, ``max_output_tokens``)."""


def lower_effort(target: Target) -> Fix | NotFixed:
    """``low`` in place of a higher reasoning effort that is written in the call."""
    call = Call(target)
    entry = call.entry
    names = entry.options["effort"].names if entry is not None and "effort" in entry.options else ()
    found = [node for name in names if (node := _written(call.node, name.split("."))) is not None]
    if len(found) != 1:
        raise Unfixable("the effort is not written in the call itself")
    [node] = found
    old, (start, _) = call.module.segment(node), call.module.span(node)
    effort = str(ast.literal_eval(node))
    change = minimal(start, old, old.replace(effort, "LOW" if effort.isupper() else "low"))
    return made(EFFORT, f'lower the reasoning effort from "{effort}" to low', False, [(call.module, change)])


def _written(node: ast.Call, path: list[str]) -> ast.Constant | None:
    """The literal at ``path``: a keyword, and then keys of dictionaries or keywords of constructors."""
    at: ast.expr | None = node
    for step in path:
        if isinstance(at, ast.Call):
            at = next((keyword.value for keyword in at.keywords if keyword.arg == step), None)
        elif isinstance(at, ast.Dict):
            at = next(
                (
                    value
                    for key, value in zip(at.keys, at.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == step
                ),
                None,
            )
        else:
            return None
    return at if isinstance(at, ast.Constant) and at.value in HIGHER else None


def limit_output(target: Target) -> Fix | NotFixed:
    """An output limit that leaves ample room for the labels that the code accepts."""
    call = Call(target)
    site, entry = call.site, call.entry
    if entry is None or entry.limit is None or site.open_arguments or site.output_limit_given:
        raise Unfixable("where the limit goes is not known")
    record = model_record(site.catalogue_id, target.settings.rules_dir) if site.catalogue_id else None
    if record is None or record.reasoning:
        raise Unfixable("the model may think before it answers, and its thoughts count")
    tokens = _tokens(site.contract)
    if tokens is None:
        raise Unfixable("the answer has no known length")
    names = [each for each in entry.limit.names if "." not in each]
    # Servers that speak OpenAI's protocol, and its own older clients, know the older name only.
    name = "max_tokens" if "max_tokens" in names else next(iter(names), None)
    if name is None:
        raise Unfixable("the limit goes into an object of its own")
    rewrite = CallRewrite(call.module, call.node)
    rewrite.add(name, str(tokens))
    return made(LIMIT, f"limit the answer to {tokens} tokens", False, [(call.module, rewrite.change())])


def _tokens(contract: OutputContract) -> int | None:
    """Twice the longest label, and room for some words around it."""
    if contract.kind == "labels" and contract.labels:
        longest = max(count_tokens(label).tokens for label in contract.labels)
    elif contract.kind in ("bool", "number"):
        longest = 4
    else:
        return None
    return max(LOWEST_LIMIT, 8 * -(-(2 * longest + 8) // 8))


def drop_slow_setting(target: Target) -> Fix | NotFixed:
    """Without ``use_cache=False``; a load without ``attn_implementation="eager"``."""
    call = Call(target)
    name, value = ("attn_implementation", "eager") if call.site.kind == "load" else ("use_cache", False)
    if name == "use_cache" and call.site.use_cache is not False:
        raise Unfixable("where gradients are switched off is yours to say")
    keyword = call.keyword(name)
    if keyword is None or not isinstance(keyword.value, ast.Constant) or keyword.value.value != value:
        raise Unfixable(f"{name}={value} is not written in the call itself")
    rewrite = CallRewrite(call.module, call.node)
    rewrite.remove([name])
    safe = name == "use_cache" and call.site.callee.endswith("generate") and not _trains(call.module)
    return made(SETTING, f"drop {name}={value}", safe, [(call.module, rewrite.change())])


def _trains(module: Module) -> bool:
    return "gradient_checkpointing" in module.text or ".backward(" in module.text
