"""Parameters: the argument of a known call, else what callers pass, the default, the annotation."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wattlint.semantics import (
    annotated,
    callers,
    per_item,
)
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import END, Binding
from wattlint.semantics.values import (
    Class,
    Mapping,
    Sequence,
    Unknown,
    Value,
    is_none,
    join,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator


def parameter(ev: Evaluator, binding: Binding, frame: Frame) -> Value:
    """A parameter: the argument of a known call, else what all callers pass, else its default, else its annotation."""
    info = frame.scope.function
    assert info is not None and isinstance(binding.node, ast.arg)
    name, starred = binding.name, binding.path
    if info.receives_in(binding.node):
        assert info.cls is not None
        if frame.receiver is not None:
            return frame.receiver
        own = Class(info.cls, ev.frame_of(info.cls.scope.parent or info.cls.scope))
        return (
            own
            if "classmethod" in info.decorators or info.name in ("__new__", "__init_subclass__")
            else ev.abstract(own)
        )
    if frame.arguments is not None and name in frame.arguments:
        value = ev.force(frame.arguments[name])
    elif frame.arguments is not None:
        value = callers.default_of(ev, info, binding.node, frame) or _open(starred)
    else:
        default = callers.default_of(ev, info, binding.node, frame)
        value = callers.joined(ev, info, name, default, starred)
    outside = ev.frame_of(frame.scope.parent or frame.scope)
    if not (isinstance(value, Unknown) or is_none(value)):
        return annotated.instead(ev, value, binding.node.annotation, outside)
    injected = annotated.metadata(ev, binding.node.annotation, outside, END)
    if injected is not None:
        return injected
    given_type = annotated.typed(ev, binding.node.annotation, outside, END)
    if given_type is not None:
        return given_type if isinstance(value, Unknown) else join([given_type, value])
    if frame.arguments is None and per_item.takes_item(ev, info, binding.node):
        return Unknown("loop item")
    return value


def _open(starred: tuple[int | str, ...]) -> Value:
    if starred == ("*",):
        return Sequence((), open=True, kind="tuple")
    if starred == ("**",):
        return Mapping({}, open=True)
    return Unknown("parameter")
