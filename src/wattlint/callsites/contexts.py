"""A project's own wrapper: the same call as each of its callers makes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wattlint.callsites import indirect, runs, wrappers
from wattlint.callsites.facts import RUNNING, CallSite, Context, Growing, Loop, Place
from wattlint.callsites.matched import Bindings, MatchedCall
from wattlint.semantics import arguments, callers, loops, unbounded
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import CallRecord, Scope, Spot, dotted_name
from wattlint.semantics.values import Function, Instance, Member, Thunk, alternatives

if TYPE_CHECKING:
    from wattlint.callsites.describe import Describer

MAX_CONTEXTS = 12


def contexts_of(describer: Describer, call: MatchedCall, site: CallSite) -> tuple[Context, ...]:
    """One context per caller of the function around the call, when its parameters reach model or prompt."""
    info = call.record.scope.function
    if info is None or call.http is not None or site.kind not in RUNNING or not _depends(site):
        return ()
    evaluator = describer.evaluator
    found = []
    for caller in callers.of(evaluator, info)[:MAX_CONTEXTS]:
        if _excluded(caller, call.record):
            continue
        evaluator.begin_query()
        bound = arguments.bind(evaluator, info, caller.node, caller.frame, caller.spot, caller.bound)
        receiver = None
        several = False
        dispatched = False
        if info.is_method and caller.bound:
            callees = alternatives(evaluator.value(caller.node.func, caller.frame, caller.spot))
            methods = [one for one in callees if isinstance(one, Function)]
            receiver = next((one.receiver for one in methods if one.info is info), None)
            known_only_by_type = isinstance(receiver, Instance) and receiver.call is None
            dispatched = len({id(one.info) for one in methods}) > 1
            several = known_only_by_type and dispatched
        outer = call.frame.parent
        frame = evaluator.keep(Frame(call.frame.module, call.frame.scope, outer, bound, receiver, 1))
        inner = _in_frame(describer, call, frame)
        bindings = Bindings(describer.objects, inner)
        asked = inner
        if (open_bound := wrappers.opened_arguments(evaluator, bound)) is not bound:
            open_frame = Frame(call.frame.module, call.frame.scope, outer, open_bound, receiver, 1)
            asked = _in_frame(describer, call, evaluator.keep(open_frame))
        node, module = caller.node, caller.frame.module
        column, end_line, end_column = evaluator.project.span(module.file, node)
        record = CallRecord(node, caller.frame.scope, caller.spot, False)
        found.append(
            Context(
                caller=Place(module.path, node.lineno, f"call of {info.name}"),
                column=column,
                end_line=end_line,
                end_column=end_column,
                model=describer.chooser.of_call(inner, bindings, site.provider),
                prompt=describer.prompt(asked, bindings),
                loop=_loop(evaluator, record, dispatched),
                one_of_several=several,
                output_limit=bindings.limit,
                function=caller.frame.scope.qualname or None,
                growing=_growing(evaluator, call, record, bound),
                fallback=site.fallback or runs.is_fallback(evaluator, record),
            )
        )
    return tuple(found)


def _loop(evaluator: Evaluator, caller: CallRecord, dispatched: bool) -> Loop:
    around = loops.around(evaluator, caller)
    return Loop(*around._replace(dispatched=around.dispatched or dispatched))  # type: ignore[arg-type]


def _excluded(caller: callers.Caller, call: CallRecord) -> bool:
    """``if self.new: ...`` around one, its ``else`` around the other: that caller never comes by the call."""
    arms = dict(_switches(caller.frame.scope, caller.spot))
    return any(arms.get(name, arm) != arm for name, arm in _switches(call.scope, call.spot))


def _switches(scope: Scope, spot: Spot | None) -> Iterator[tuple[str, str]]:
    """The attributes of ``self`` that are asked for around a place, each with the arm that leads there."""
    at: Scope | None = scope
    while spot is not None:
        for node, arm in spot.branches:
            name = dotted_name(node.test) if isinstance(node, ast.If) else None
            if name is not None and name.startswith("self."):
                yield name, arm
        inside = at is not None and at.kind == "comprehension"
        spot = at.spot if at is not None and inside else None
        at = at.parent if at is not None else None


def _growing(
    evaluator: Evaluator, call: MatchedCall, caller: CallRecord, bound: dict[str, Thunk]
) -> Growing | None:
    """The list that the caller's loop only lengthens, where the wrapper sends it as it is."""
    growth = unbounded.growing(evaluator, caller)
    if growth is None:
        return None
    node = call.record.node
    sent = {dotted_name(one) for one in (*node.args, *(keyword.value for keyword in node.keywords))}
    for name, thunk in bound.items():
        bindings = call.record.scope.bindings.get(name, ())
        untouched = all(binding.kind == "parameter" for binding in bindings)
        if name in sent and untouched and isinstance(thunk, tuple) and dotted_name(thunk[0]) == growth.name:
            return Growing(*growth)
    return None


def _depends(site: CallSite) -> bool:
    """Callers decide the model or a part of the prompt."""
    via = {site.model.via, *(place.note.split(" ")[0] for place in site.model.origin)}
    if (
        site.model.id is None
        or len(site.model.candidates) > 1
        or via & {"via_caller", "param_default", "argument"}
    ):
        return True
    kinds = {"parameter", "value"}
    if site.loop.via_function is not None:
        # The only caller's value is known here already; its loop, and the place to mend, are the caller's.
        kinds.add("loop-item")
    return site.prompt is None or any(hole.kind in kinds for hole in site.prompt.holes)


def _in_frame(describer: Describer, call: MatchedCall, frame: Frame) -> MatchedCall:
    node, spot = call.record.node, call.record.spot
    callee = alternatives(describer.evaluator.value(node.func, frame, spot))[0]
    receiver = alternatives(callee.owner)[0] if isinstance(callee, Member) else call.match.receiver
    given = indirect.given_in(describer.objects, call, frame)
    match = call.match if call.indirect else call.match._replace(receiver=receiver)
    return MatchedCall(call.record, frame, match, given, indirect=call.indirect)
