"""The text behind token ids: ``inputs = tokenizer(text)`` and then ``model.generate(**inputs)``."""

from __future__ import annotations

from wattlint.semantics import arguments, calls
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import last_name
from wattlint.semantics.values import Const, Element, Member, Result, Thunk, Value, alternatives

IDS = frozenset({"input_ids", "inputs", "ids", "prompt_token_ids"})
SAME_TOKENS = frozenset({"to", "cuda", "cpu", "unsqueeze", "long"})
ENCODERS = frozenset({"encode", "encode_plus", "batch_encode_plus", "apply_chat_template", "prepare_inputs"})
ARGUMENTS = ("text", "conversation", "messages", "texts", "prompt")
WORDS = ("tokenizer", "processor")
MAX_STEPS = 8


def source(evaluator: Evaluator, value: Value) -> Thunk | None:
    """The text or messages that ``value``, the result of a tokenizer, was made of; None for anything else."""
    for _ in range(MAX_STEPS):
        if (isinstance(value, Member) and value.name in IDS) or (
            isinstance(value, Element) and isinstance(value.key, Const) and value.key.value in IDS
        ):
            value = alternatives(value.owner)[0]
        elif (
            isinstance(value, Result)
            and isinstance(value.callee, Member)
            and value.callee.name in SAME_TOKENS
        ):
            value = alternatives(value.callee.owner)[0]
        else:
            break
    if not (isinstance(value, Result) and value.call is not None and _tokenizes(value)):
        return None
    if value.frame is None or value.spot is None:
        return None
    given = arguments.of(evaluator, value.call, value.frame, value.spot)
    named = next((given.keywords[name] for name in ARGUMENTS if name in given.keywords), None)
    return named if named is not None else given.positional[0] if given.positional else None


def _tokenizes(value: Result) -> bool:
    """The callee is a tokenizer, or one of its encoding methods, by its class or by its name in the code."""
    callee = alternatives(value.callee)[0]
    assert value.call is not None
    written = value.call.func
    if isinstance(callee, (Member, Element)):
        name = callee.name if isinstance(callee, Member) else getattr(callee.key, "value", None)
        if name in ENCODERS:
            callee = alternatives(callee.owner)[0]
            written = getattr(written, "value", written)
    path = calls.path(callee) or ""
    maker = path.split("(")[0].removesuffix(".from_pretrained").rpartition(".")[2].lower()
    is_object = path.endswith("()") and maker.endswith(WORDS)
    return is_object or (not path and last_name(written).lower().endswith(WORDS))
