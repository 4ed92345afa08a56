"""Defaults of command-line options: argparse, and dataclasses filled by an argument parser."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from wattlint.semantics import calls
from wattlint.semantics.frames import Frame
from wattlint.semantics.values import (
    Class,
    Const,
    Hop,
    Instance,
    Mapping,
    Member,
    Result,
    Sequence,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator

PARSER_CLASSES = ("ArgumentParser", "HfArgumentParser", "TrlParser")


def of_member(ev: Evaluator, callee: Member, node: ast.Call, frame: Frame) -> Value | None:
    """The value of calling a method of an argument parser; None for other objects and methods."""
    path = calls.path(callee)
    handler = _PARSERS.get(callee.name)
    if handler is None or path is None or path.split("(")[0].rpartition(".")[2] not in PARSER_CLASSES:
        return None
    return handler(ev, callee, node, frame)


def _parsed_arguments(ev: Evaluator, callee: Member, node: ast.Call, frame: Frame) -> Value:
    """``parser.parse_args()``: the defaults of every ``add_argument`` on that parser."""
    entries: dict[object, Thunk] = {}
    for record in frame.module.calls:
        function = record.node.func
        if not isinstance(function, ast.Attribute) or function.attr not in ("add_argument", "set_defaults"):
            continue
        if function.attr == "set_defaults":
            entries.update(
                {
                    k.arg: (k.value, ev.frame_of(record.scope), record.spot)
                    for k in record.node.keywords
                    if k.arg
                }
            )
            continue
        flags = [
            a.value for a in record.node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        options = {keyword.arg: keyword.value for keyword in record.node.keywords}
        if not flags:
            continue
        name = next((flag for flag in flags if flag.startswith("--")), flags[0]).lstrip("-").replace("-", "_")
        dest = options.get("dest")
        if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
            name = dest.value
        default = options.get("default")
        value: Value = Unknown("command line")
        if default is not None:
            value = ev.value(default, ev.frame_of(record.scope), record.spot)
            value = through(value, Hop("cli_default", frame.module.path, record.node.lineno, flags[-1]))
        elif isinstance(options.get("action"), ast.Constant) and options["action"].value == "store_true":  # type: ignore[attr-defined]
            value = Const(False)
        elif flags[0].startswith("-") and "required" not in options:
            value = join([Unknown("command line"), Const(None)])
        entries.setdefault(name, value)
    namespace = Mapping(entries, open=True, by_attribute=True, how="cli_default")
    return (
        Sequence((namespace, Unknown("rest")), kind="tuple")
        if callee.name == "parse_known_args"
        else namespace
    )


def _parsed_dataclasses(ev: Evaluator, callee: Member, node: ast.Call, frame: Frame) -> Value:
    """``HfArgumentParser((A, B)).parse_args_into_dataclasses()``: one instance each, with the class defaults."""
    owner = callee.owner
    if not isinstance(owner, Result) or owner.call is None or owner.frame is None or owner.spot is None:
        return Unknown("command line")
    classes = []
    if owner.call.args:
        first = alternatives(ev.value(owner.call.args[0], owner.frame, owner.spot))[0]
        members = [ev.force(item) for item in first.items] if isinstance(first, Sequence) else [first]
        classes = [one for member in members for one in alternatives(member)[:1]]
    instances = tuple(Instance(one) if isinstance(one, Class) else Unknown("command line") for one in classes)
    return Sequence(instances, kind="tuple")


_PARSERS: dict[str, Callable[..., Value]] = {
    "parse_args": _parsed_arguments,
    "parse_known_args": _parsed_arguments,
    "parse_args_into_dataclasses": _parsed_dataclasses,
    "parse_args_and_config": _parsed_dataclasses,
}
