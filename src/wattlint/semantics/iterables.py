"""What a loop goes over, behind the names and the progress bars it is given by: single items, batches, a stream."""

from __future__ import annotations

import ast

from wattlint.semantics.scopes import Scope, last_name

SAME_ITEMS = frozenset({"enumerate", "tqdm", "track", "list", "tuple", "iter", "reversed", "sorted"})
GROUPING = frozenset({"groupby", "batched", "chunked", "ichunked", "sliced", "array_split", "DataLoader"})
"""Calls whose items are lists, groups or frames of several."""
BATCH_SIZES = frozenset({"chunksize", "batch_size"})
"""Arguments that make what is iterated over give several at a time: ``read_csv(path, chunksize=1000)``."""
GROUP_VIEWS = frozenset({"items", "groups", "indices"})
STREAMS = frozenset({"KafkaConsumer", "AIOKafkaConsumer", "listen", "stdin"})
"""What gives its next item when one arrives: there is no list to wait for."""
ONE_TEXT = frozenset(
    {"text", "document", "doc", "content", "body", "string", "transcript", "article", "page"}
)
MAX_STEPS = 6


def behind(iterable: ast.expr, scope: Scope) -> ast.expr:
    """``range(0, n, size)`` of ``bar`` in ``with tqdm(range(0, n, size)) as bar``, where the name has one value."""
    for _ in range(MAX_STEPS):
        inner: ast.expr | None = None
        if isinstance(iterable, ast.Name):
            inner = _value(iterable.id, scope)
        elif isinstance(iterable, ast.Call) and last_name(iterable) in SAME_ITEMS and iterable.args:
            inner = iterable.args[0]
        if inner is None:
            break
        iterable = inner
    return iterable


def gives_batches(source: ast.expr) -> bool:
    """Its items are several each, or the places where slices begin."""
    while (isinstance(source, ast.Attribute) and source.attr in GROUP_VIEWS) or (
        isinstance(source, ast.Call) and not source.args and last_name(source) in GROUP_VIEWS
    ):
        source = source.func if isinstance(source, ast.Call) else source.value
    if isinstance(source, ast.Subscript):  # ``frame.groupby("topic")["text"]``
        source = source.value
    if isinstance(source, (ast.ListComp, ast.GeneratorExp)):
        return _are_slices(source)
    if not isinstance(source, ast.Call):
        return False
    name = last_name(source)
    if name == "range" and len(source.args) == 3:
        return ast.unparse(source.args[2]) not in ("1", "-1")
    return name in GROUPING or any(keyword.arg in BATCH_SIZES for keyword in source.keywords)


def _are_slices(source: ast.ListComp | ast.GeneratorExp) -> bool:
    """``[texts[i : i + 8] for i in range(0, len(texts), 8)]``; not the pieces of one text."""
    part = source.elt
    if not isinstance(part, ast.Subscript) or not isinstance(part.slice, ast.Slice):
        return False
    return (
        gives_batches(source.generators[0].iter) and last_name(part.value).rpartition("_")[2] not in ONE_TEXT
    )


def is_stream(source: ast.expr) -> bool:
    return last_name(source) in STREAMS


def _value(name: str, scope: Scope) -> ast.expr | None:
    """What the nearest scope that binds ``name`` gives it, once and as a whole."""
    at: Scope | None = scope
    while at is not None:
        bindings = at.bindings.get(name)
        if bindings:
            only = bindings[0]
            once = len(bindings) == 1 and only.kind in ("assign", "with") and not only.path
            return only.value if once else None
        at = at.parent
    return None
