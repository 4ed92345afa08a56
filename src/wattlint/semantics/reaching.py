"""Which definitions of a name reach a use, from the structure of the branches around both."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Protocol, TypeVar

from wattlint.semantics.scopes import END, LOOPS, Branch, Spot, is_handler


class Definition(Protocol):
    @property
    def spot(self) -> Spot: ...


Def = TypeVar("Def", bound=Definition)
Truth = Callable[[ast.AST, str], "bool | None"]
"""(branching node, arm) -> whether that arm runs with default settings; None: not known."""


def reaching(definitions: list[Def], use: Spot, truth: Truth, whole: bool = False) -> tuple[list[Def], bool]:
    """Definitions that can reach ``use``, the likeliest first, and whether they cover every way to it (asked with
    ``whole``: else that may be left open).

    Likeliest: in an arm whose condition holds, then unknown conditions, then arms that defaults do not take.
    Within equal likelihood the later definition comes first.
    """
    if len(definitions) == 1:  # as most names have
        spot = definitions[0].spot
        if spot.order < use.order and not spot.branches:
            return definitions, whole
    before = [one for one in definitions if one.spot.order < use.order]
    loops: list[ast.AST] = [branch for branch, _ in use.branches if isinstance(branch, LOOPS)]
    later = (
        [one for one in definitions if one.spot.order > use.order and _in_one_of(loops, one.spot)]
        if loops
        else []
    )
    if not later and len(before) == 1 and not before[0].spot.branches:
        return before, whole
    found: list[tuple[int, Def]] = []
    covered: dict[tuple[int, int], set[str]] = {}
    complete = False
    possible: list[tuple[Def, tuple[Branch, ...]]] = []
    outliving: list[tuple[Def, tuple[Branch, ...]]] = []
    """What was put into an object or a global before a ``return``: seen from outside it is still there."""
    for one in reversed(before):
        extra = _beyond_common(one.spot.branches, use.branches)
        if extra is None:
            continue
        last = _last_of(extra, use) if extra else None
        if last is not None:
            if use is END and isinstance(last, ast.Return):
                outliving.append((one, extra))
        elif not complete:
            possible.append((one, extra))
            complete = not extra
        if complete and use is not END:
            break
    complete = False
    if not whole and not later and not outliving and len(possible) == 1:
        return [possible[0][0]], False  # however likely: conditions need not be evaluated
    for one, extra in possible:
        rank, certain = _likelihood(extra, truth)
        found.append((rank, one))
        if certain or _covers(extra, covered):
            complete = True
            break
    for one, extra in outliving:
        rank, certain = _likelihood(extra, truth)
        found.append((-1 if certain else rank, one))
    for one in later:
        found.append((4, one))
    found.sort(key=lambda entry: entry[0])
    return [one for _, one in found], complete


def _likelihood(extra: tuple[Branch, ...], truth: Truth) -> tuple[int, bool]:
    """0 for arms that are taken, 1 where nobody knows, 2 for arms that defaults do not take, 3 for handlers of
    exceptions; whether all are taken."""
    if any(map(is_handler, extra)):
        return 3, False
    rank, certain = 0, True
    for node, arm in extra:
        holds = truth(node, arm)
        certain = certain and holds is True
        rank = max(rank, 2 if holds is False else 0 if holds else 1)
        if rank == 2:
            break
    return rank, certain


def _beyond_common(definition: tuple[Branch, ...], use: tuple[Branch, ...]) -> tuple[Branch, ...] | None:
    """The branches around the definition but not the use; None when no path leads from one to the other."""
    common = 0
    for mine, other in zip(definition, use):
        if mine[0] is not other[0]:
            break
        if mine[1] != other[1]:
            # The body of a try may run in part before its handler does; other arms exclude each other.
            return definition[common:] if _is_try(mine[0]) and mine[1] == "body" else None
        common += 1
    return definition[common:]


def _covers(extra: tuple[Branch, ...], covered: dict[tuple[int, int], set[str]]) -> bool:
    """Note one more arm that defines the name; True when all arms of the outermost branch now do."""
    while extra:
        node, arm = extra[-1]
        if isinstance(node, (*LOOPS, ast.comprehension)):
            return False
        arms = covered.setdefault((id(node), len(extra)), set())
        arms.add(arm)
        if not all(name in arms or _terminates(body) for name, body in _arms(node)):
            return False
        extra = extra[:-1]
    return True


def _arms(node: ast.AST) -> list[tuple[str, list[ast.stmt]]]:
    if isinstance(node, ast.If):
        return [("body", node.body), ("orelse", node.orelse)]
    if _is_try(node):
        return [("body", []), *((f"handler{n}", handler.body) for n, handler in enumerate(node.handlers))]  # type: ignore[attr-defined]
    if isinstance(node, ast.Match):
        last = node.cases[-1].pattern
        exhaustive = isinstance(last, ast.MatchAs) and last.pattern is None and node.cases[-1].guard is None
        arms = [(f"case{n}", case.body) for n, case in enumerate(node.cases)]
        return arms if exhaustive else [*arms, ("no case", [])]
    return [("body", []), ("other", [])]


def _terminates(body: list[ast.stmt]) -> bool:
    """No path leads out of the end of this block."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return True
    return isinstance(last, ast.If) and _terminates(last.body) and _terminates(last.orelse)


def _last_of(extra: tuple[Branch, ...], use: Spot) -> ast.stmt | None:
    """The statement by which one of these arms leaves the function, or the loop that the use is in before the use."""
    for node, arm in extra:
        body = dict(_arms(node)).get(arm) if not isinstance(node, LOOPS) else None
        if arm == "body" and _is_try(node):
            body = node.body  # type: ignore[attr-defined]
        last = body[-1] if body else None
        if isinstance(last, (ast.Return, ast.Raise)) or (
            isinstance(last, (ast.Continue, ast.Break))
            and any(isinstance(around, LOOPS) for around, _ in use.branches)
        ):
            return last
    return None


def _in_one_of(loops: list[ast.AST], definition: Spot) -> bool:
    return any(branch is loop for branch, _ in definition.branches for loop in loops)


def _is_try(node: ast.AST) -> bool:
    return isinstance(node, ast.Try) or type(node).__name__ == "TryStar"
