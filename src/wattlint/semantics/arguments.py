"""The arguments of a call, with ``*`` and ``**`` expanded, and their way into a function's parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wattlint.semantics.scopes import FunctionInfo, Spot
from wattlint.semantics.values import Const, Mapping, Sequence, Thunk, Value, alternatives, join

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame


@dataclass(slots=True)
class Arguments:
    """``open_positional`` / ``open_keywords``: an unknown ``*args`` / ``**kwargs`` may hold more."""

    positional: list[Thunk] = field(default_factory=list)
    keywords: dict[str, Thunk] = field(default_factory=dict)
    choices: list[list[set[object]]] = field(default_factory=list)
    """The names in each dict that ``**options`` may be, where it may be several."""
    open_positional: bool = False
    open_keywords: bool = False

    def apart(self, names: tuple[str, ...], others: tuple[str, ...]) -> bool:
        """No dict that gives one of ``names`` gives one of ``others``: they are of two branches."""
        for dicts in self.choices:
            giving = [held for held in dicts if not held.isdisjoint(names)]
            if giving and all(held.isdisjoint(others) for held in giving):
                return any(not held.isdisjoint(others) for held in dicts)
        return False


def of(ev: Evaluator, node: ast.Call, frame: Frame, spot: Spot) -> Arguments:
    """Expand a call's arguments."""
    result = Arguments()
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            spread = alternatives(ev.value(argument.value, frame, spot))[0]
            if isinstance(spread, Sequence) and not spread.repeated:
                result.positional.extend(spread.items)
                result.open_positional |= spread.open
            else:
                result.open_positional = True
        elif not result.open_positional:
            result.positional.append((argument, frame, spot))
    for keyword in node.keywords:
        if keyword.arg is not None:
            result.keywords[keyword.arg] = (keyword.value, frame, spot)
        else:
            _spread(ev, ev.value(keyword.value, frame, spot), result)
    return result


def _spread(ev: Evaluator, value: Value, result: Arguments) -> None:
    mappings = []
    for one in alternatives(value):
        if isinstance(one, Mapping):
            mappings.append(one)
        elif not (isinstance(one, Const) and one.value is None):
            result.open_keywords = True
    if any(one.open for one in mappings):
        result.open_keywords = True
    if len(mappings) > 1:
        result.choices.append([set(one.entries) for one in mappings])
    names = {key for one in mappings for key in one.entries if isinstance(key, str)}
    for name in sorted(names):
        holders = [one.entries[name] for one in mappings if name in one.entries]
        if name not in result.keywords:
            result.keywords[name] = (
                holders[0] if len(holders) == 1 else join(ev.force(one) for one in holders)
            )


def bind(
    ev: Evaluator, info: FunctionInfo, node: ast.Call, frame: Frame, spot: Spot, bound: bool
) -> dict[str, Thunk]:
    """Parameter name -> argument of this call. Parameters that the call does not give are absent."""
    return bind_arguments(info, of(ev, node, frame, spot), bound)


def bind_arguments(info: FunctionInfo, given: Arguments, bound: bool) -> dict[str, Thunk]:
    arguments = info.node.args
    parameters = [*arguments.posonlyargs, *arguments.args]
    if info.is_method and bound:
        parameters = parameters[1:]
    result: dict[str, Thunk] = {}
    for parameter, value in zip(parameters, given.positional):
        result[parameter.arg] = value
    if arguments.vararg is not None:
        rest = tuple(given.positional[len(parameters) :])
        result[arguments.vararg.arg] = Sequence(rest, open=given.open_positional, kind="tuple")
    extra: dict[object, Thunk] = {}
    if given.keywords:
        names = {parameter.arg for parameter in (*parameters, *arguments.kwonlyargs)}
        for name, value in given.keywords.items():
            if name in names:
                result.setdefault(name, value)
            else:
                extra[name] = value
    if arguments.kwarg is not None:
        result[arguments.kwarg.arg] = Mapping(extra, open=given.open_keywords, how="kwargs")
    return result
