"""Who calls a function of the project, and with what."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wattlint.semantics import arguments as call_arguments
from wattlint.semantics import classes, config_files, handed_on
from wattlint.semantics.mentions import Mentions, is_telling
from wattlint.semantics.scopes import END, CallRecord, FunctionInfo, Scope, Spot, last_name
from wattlint.semantics.values import (
    MAX_CHOICES,
    TRACED,
    Class,
    Const,
    Element,
    Function,
    Hop,
    Mapping,
    Partial,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
    is_known,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame
    from wattlint.semantics.module_index import ModuleIndex

MAX_CALLERS = 12
MAX_CANDIDATES = 60
DEMOS = frozenset({"test", "demo", "example", "self_test", "selftest"})
"""Functions named so only show what the code beside them does."""
TEST_FOLDERS = frozenset({"test", "tests", "testing", "examples", "example", "docs", "benchmarks"})


class Caller(NamedTuple):
    node: ast.Call
    frame: Frame
    spot: Spot
    bound: bool
    """The receiver is given by the call (a method on an instance); False for ``Class.method(self, ...)``."""


def of(ev: Evaluator, info: FunctionInfo) -> list[Caller]:
    """The calls of ``info`` in the project, at most MAX_CALLERS, in the order of files and lines."""
    return ev.once(("callers", id(info)), lambda: _find(ev, info), [])


def _find(ev: Evaluator, info: FunctionInfo) -> list[Caller]:
    words = {info.name}
    is_constructor = info.name in ("__init__", "__new__") and info.cls is not None
    if is_constructor:
        assert info.cls is not None
        # ``super().__init__(...)`` is followed from the derived class (``instances.of_instance``), not from here.
        words = {info.cls.name, *(cls.name for cls in classes.subclasses(ev, info.cls))}
    own_is_test = in_tests(ev, info.module.file)
    found: list[Caller] = []
    candidates = 0
    if is_constructor:
        modules = {}
        for word in words:
            modules.update(_by_file(ev.project.mentioning(word, info.module, Mentions.constructed)))
    else:
        modules = _by_file(ev.project.mentioning(info.name, info.module, Mentions.called))
    modules.setdefault(info.module.file, info.module)
    for file in sorted(modules):
        module = modules[file]
        if in_tests(ev, file) and not own_is_test:
            continue
        records = [record for word in sorted(words) for record in module.calls_named(word)]
        if is_constructor:
            records += module.calls_named("cls")
        for record in sorted(records, key=lambda one: (one.node.lineno, one.node.col_offset)):
            if not own_is_test and _is_demo(record):
                continue
            candidates += 1
            if candidates > MAX_CANDIDATES or len(found) >= MAX_CALLERS:
                return found
            frame = ev.frame_of(record.scope)
            for node in handed_on.itself_and_inner(ev, record.node, module):
                bound = _calls(ev, node, frame, record.spot, info)
                if bound is not None:
                    found.append(Caller(node, frame, record.spot, bound))
                    break
    return found


def _by_file(modules: list[ModuleIndex]) -> dict[str, ModuleIndex]:
    return {module.file: module for module in modules}


def _is_demo(record: CallRecord) -> bool:
    """In a function that tries the module out."""
    at: Scope | None = record.scope
    while at is not None:
        if at.function is not None and (at.name.strip("_") in DEMOS or at.name.startswith("test_")):
            return True
        at = at.parent
    return False


def _calls(ev: Evaluator, node: ast.Call, frame: Frame, spot: Spot, info: FunctionInfo) -> bool | None:
    """Whether the call reaches ``info``: None no; else whether its receiver is bound."""
    targets, unknown = _targets(ev, ev.value(node.func, frame, spot))
    for target, bound in targets:
        if target is info:
            return bound
    if len(targets) > 1 and _is_one_of_many(ev, targets, info):
        return targets[0][1]
    # The receiver's type is unknown: link by name only where the project has one such method, and a telling name.
    if unknown and is_telling(info.name) and info.cls is not None and isinstance(node.func, ast.Attribute):
        return True if _only_definition(ev, info) else None
    return None


def _is_one_of_many(ev: Evaluator, targets: list[tuple[FunctionInfo, bool]], info: FunctionInfo) -> bool:
    """An abstract method has more implementations than are told apart, ``info`` among them: it is as good as those that
    were named, and must not lose its callers to a subclass that somebody else adds."""
    first = targets[0][0]
    if info.cls is None or first.cls is None or first.name != info.name:
        return False
    above = classes.bases(ev, info.cls)[0]
    for base in classes.bases(ev, first.cls)[0]:
        if base in above and info.name in base.methods and classes.is_abstract(base.methods[info.name]):
            return len(targets) >= MAX_CHOICES or len(classes.subclasses(ev, base)) >= classes.MAX_SUBCLASSES
    return False


def _targets(ev: Evaluator, callee: Value) -> tuple[list[tuple[FunctionInfo, bool]], bool]:
    """The functions that a callee may be, each with whether its receiver is bound; whether nothing is known of it."""
    found: list[tuple[FunctionInfo, bool]] = []
    unknown = True
    for one in alternatives(callee):
        if isinstance(one, Partial):
            one = alternatives(one.callee)[0]
        if isinstance(one, Function):
            found.append((one.info, one.receiver is not None or not one.info.is_method))
        elif isinstance(one, Class) and (made := classes.find_method(ev, one.info, "__init__")) is not None:
            found.append((made, True))
        unknown = unknown and isinstance(one, (Unknown, Element))
    return found, unknown


def reached(ev: Evaluator, record: CallRecord, module: ModuleIndex) -> Iterator[tuple[str | None, str]]:
    """File and name of each function that ``of`` may find this call for; no file where only the name links them."""
    frame = ev.frame_of(record.scope)
    for node in handed_on.itself_and_inner(ev, record.node, module):
        targets, unknown = _targets(ev, ev.value(node.func, frame, record.spot))
        for info, _ in targets:
            yield info.module.file, info.name
        if unknown and isinstance(node.func, ast.Attribute) and is_telling(node.func.attr):
            yield None, node.func.attr


def _only_definition(ev: Evaluator, info: FunctionInfo) -> bool:
    same = 0
    for module in ev.project.mentioning(info.name, info.module, Mentions.defined):
        same += sum(function.name == info.name for function in module.functions)
    return same == 1


def in_tests(ev: Evaluator, file: str) -> bool:
    """Below a folder for tests, examples, docs or benchmarks of the project."""
    return ev.once((file, "in tests"), lambda: _in_tests(ev, file), False)


def _in_tests(ev: Evaluator, file: str) -> bool:
    parts = os.path.relpath(file, ev.project.root).replace(os.sep, "/").split("/")
    name = parts[-1]
    return (
        not TEST_FOLDERS.isdisjoint(parts[:-1])
        or name.startswith("test_")
        or name.endswith(("_test.py", "_tests.py"))
        or name == "conftest.py"
    )


def joined(
    ev: Evaluator, info: FunctionInfo, name: str, default: Value | None, starred: tuple[int | str, ...]
) -> Value:
    """A parameter over all callers; its default comes first where a caller omits it, else last, for outsiders."""
    given = ev.of_callers(lambda: _given(ev, info, name))
    if given is None:
        return default if default is not None and is_known(default) else Unknown("budget")
    passed, omitted = given
    found: list[Value] = []
    unknown = any(_is_unknown(value) for value, _ in passed)
    # Where another caller passes something unknown, a literal is only one possibility.
    has_default = default is not None and is_known(default)
    how = "possible" if unknown and default is None else "via_caller"
    # What the conditions around a call are worth is asked only where the answer shows.
    judged = has_default or len(passed) > 1
    usual = not judged or any(not caller.spot.branches for _, caller in passed)
    shows = [any(isinstance(one, (Const, Text)) for one in alternatives(value)) for value, _ in passed]
    asked = any(shows) or (default is not None and not omitted)
    unusual = [
        judged and (show if usual else asked) and _not_taken(ev, caller)
        for show, (_, caller) in zip(shows, passed)
    ]
    none_usual = not usual and all(unusual)
    omitted = omitted or none_usual
    for (value, caller), skipped in zip(passed, unusual):
        if not isinstance(value, TRACED):
            found.append(value)
            continue
        step = "possible" if skipped and not none_usual else how
        found.append(through(value, Hop(step, caller.frame.module.path, caller.node.lineno, name)))
    if starred == ("**",):
        mappings = [one for value in found for one in alternatives(value) if isinstance(one, Mapping)]
        if not mappings:
            return Mapping({}, open=True)
        # Outsiders may pass more.
        return join([Mapping(one.entries, True, one.by_attribute, "kwargs") for one in mappings])
    if starred == ("*",):
        return found[0] if len(found) == 1 else Sequence((), open=True, kind="tuple")
    if default is not None:
        if isinstance(default, Const) and default.value is None and not any(is_known(one) for one in found):
            found.append(Unknown(f"parameter {name}", optional=True))  # so somebody gives it
        # Where a caller leaves it out, what the author chose for that comes before what another one passes.
        found.insert(0 if omitted else len(found), default)
    return join(found) if found else Unknown(f"parameter {name}")


def _is_unknown(value: Value) -> bool:
    """Unknown, but not a setting whose one known text is what it is where nobody says otherwise."""
    first, *others = alternatives(value)
    texts = sum(isinstance(one, Const) and isinstance(one.value, str) for one in others)
    return isinstance(first, (Unknown, Element)) and texts != 1


def _given(ev: Evaluator, info: FunctionInfo, name: str) -> tuple[list[tuple[Value, Caller]], bool]:
    """What each caller gives for a parameter, and whether one of them leaves it out."""
    passed = []
    omitted = False
    for caller in of(ev, info):
        bound = call_arguments.bind(ev, info, caller.node, caller.frame, caller.spot, caller.bound)
        thunk = bound.get(name)
        if thunk is None:
            omitted = True
        else:
            passed.append((ev.force(thunk), caller))
    return passed, omitted


def _not_taken(ev: Evaluator, caller: Caller) -> bool:
    """The call stands in a branch that default settings do not take."""
    truth = ev.arm_truth(caller.frame)
    return any(truth(node, arm) is False for node, arm in caller.spot.branches)


def default_of(ev: Evaluator, info: FunctionInfo, argument: ast.arg, frame: Frame) -> Value | None:
    """A parameter's default, or that of the command-line option which a decorator declares for it."""
    arguments = info.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    outside = frame.parent or frame
    node: ast.expr | None = None
    if argument in positional:
        place = positional.index(argument) - (len(positional) - len(arguments.defaults))
        node = arguments.defaults[place] if place >= 0 else None
    elif argument in arguments.kwonlyargs:
        node = arguments.kw_defaults[arguments.kwonlyargs.index(argument)]
    if node is not None:
        value = ev.value(node, outside, END)
        return through(value, Hop("param_default", info.module.path, node.lineno, argument.arg))
    if isinstance(info.node, ast.Lambda):
        return None
    for decorator in info.node.decorator_list:
        option = _option_default(decorator, argument.arg)
        if option is not None:
            value = ev.value(option, outside, END)
            return through(value, Hop("cli_default", info.module.path, option.lineno, argument.arg))
        if positional[:1] == [argument]:
            settings = config_files.of_hydra(ev, decorator, outside)
            if settings is not None:
                return settings
    return None


def _option_default(decorator: ast.expr, name: str) -> ast.expr | None:
    """The default in ``@click.option("--model", default=...)`` when it declares ``name``."""
    if not isinstance(decorator, ast.Call) or last_name(decorator) not in ("option", "argument"):
        return None
    flags = [a.value for a in decorator.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    explicit = [flag for flag in flags if not flag.startswith("-")]
    declared = explicit or [
        flag.lstrip("-").partition("/")[0].replace("-", "_") for flag in flags if flag.startswith("--")
    ]
    if name not in declared:
        return None
    return next((keyword.value for keyword in decorator.keywords if keyword.arg == "default"), None)
