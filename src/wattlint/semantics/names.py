"""Names: scopes, imports, parameters, and the definitions that reach a use."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from wattlint.semantics import (
    annotated,
    attributes,
    classes,
    containers,
    imports,
    mutations,
    parameters,
    strings,
)
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, Binding, Spot, last_name
from wattlint.semantics.values import (
    TRACED,
    Class,
    Const,
    Element,
    External,
    Function,
    Hop,
    Sequence,
    Unknown,
    Value,
    alternatives,
    is_none,
    join,
    through,
)

if TYPE_CHECKING:
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

BUILTINS = frozenset(dir(builtins))


def lookup(ev: Evaluator, name: str, frame: Frame, spot: Spot) -> Value:
    """The value of ``name`` as seen at ``spot`` of ``frame``."""
    at: Frame | None = frame
    place = spot
    while at is not None:
        scope = at.scope
        if name in scope.globals:
            return in_module(ev, name, frame.module)
        if (scope.kind != "class" or at is frame) and name in scope.bindings:
            value = _bound(ev, name, at, place, local=scope is frame.scope)
            if spot.branches and all(
                isinstance(one, (Unknown, Element)) or is_none(one) for one in alternatives(value)
            ):
                return _narrowed(ev, name, frame, spot) or value
            return value
        place = scope.spot or scope.seen_from or END
        at = at.parent
    starred = imports.from_stars(ev, name, frame.module)
    if starred is not None:
        return starred
    if name in BUILTINS:
        return External(f"builtins.{name}")
    if name == "__file__":
        return Const(frame.module.file)
    return Unknown(f"name {name}")


def _narrowed(ev: Evaluator, name: str, frame: Frame, spot: Spot) -> Value | None:
    """The type that an ``isinstance`` test around the use gives an otherwise unknown name."""
    for node, arm in reversed(spot.branches):
        test = node.test if isinstance(node, ast.If) and arm == "body" else None
        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        for part in parts:
            if (
                isinstance(part, ast.Call)
                and isinstance(part.func, ast.Name)
                and part.func.id == "isinstance"
                and len(part.args) == 2
                and isinstance(part.args[0], ast.Name)
                and part.args[0].id == name
            ):
                return annotated.typed(ev, part.args[1], frame, spot)
    return None


def in_module(ev: Evaluator, name: str, module: ModuleIndex) -> Value:
    """A module-level name as other code sees it. Modules may import from each other in circles."""
    during: Value = Unknown("recursion")
    return ev.once((("global", name), id(module)), lambda: _in_module(ev, name, module), during)


def _in_module(ev: Evaluator, name: str, module: ModuleIndex) -> Value:
    frame = ev.module_frame(module)
    if name in module.scope.bindings:
        return _bound(ev, name, frame, END, local=False)
    starred = imports.from_stars(ev, name, module)
    if starred is not None:
        return starred
    if "__getattr__" in module.scope.bindings:
        return Unknown("module __getattr__")
    return Unknown(f"name {name}")


def _bound(ev: Evaluator, name: str, frame: Frame, spot: Spot, local: bool) -> Value:
    scope = frame.scope
    if ev.project.outside and scope is frame.module.scope:
        path = ev.project.outside_name(frame.module, name)
        if path is not None:
            return External(path)
    bindings = scope.bindings[name]
    own = [one for one in bindings if one.setter is None]
    definitions, _ = reaching(own, spot, ev.arm_truth(frame))
    if not definitions and spot is not END:
        # Used before it is set in the text: a loop or a function that runs later.
        definitions, _ = reaching(own, END, ev.arm_truth(frame))
    if len(definitions) == 1 and len(own) == len(bindings):  # as most names have
        value = _definition(ev, definitions[0], frame, local)
    else:
        found = [_definition(ev, one, frame, local) for one in definitions]
        if len(own) < len(bindings):
            found += _set_elsewhere(ev, name, frame)
            flat = [one for value in found for one in alternatives(value)]
            found = sorted(flat, key=is_none)  # None only says that a function sets it later
        value = join(found)
    if isinstance(bindings[0].node, ast.AnnAssign):
        value = annotated.instead(ev, value, bindings[0].node.annotation, frame)
    if name in scope.mutations:
        made = definitions[0].spot if definitions else None
        value = mutations.mutated(ev, value, scope.mutations[name], frame, spot, made)
    for inner, mutation in frame.module.changed_elsewhere(scope, name):
        value = mutations.perhaps_mutated(ev, value, mutation, ev.frame_of(inner))
    return value


def _set_elsewhere(ev: Evaluator, name: str, frame: Frame) -> list[Value]:
    """What functions put into a name of an outer scope (``global``, ``nonlocal``), whenever they run."""
    found = []
    setters = {id(one.setter): one.setter for one in frame.scope.bindings[name] if one.setter is not None}
    for setter in setters.values():
        inner = ev.frame_of(setter)
        mine = [one for one in frame.scope.bindings[name] if one.setter is setter]
        found += [_definition(ev, one, inner, False) for one in reaching(mine, END, ev.arm_truth(inner))[0]]
    return found


def _definition(ev: Evaluator, binding: Binding, frame: Frame, local: bool) -> Value:
    kind, module = binding.kind, frame.module
    if kind in ("assign", "walrus", "with"):
        assert binding.value is not None
        value = ev.value(binding.value, frame, binding.spot)
        if kind == "with":
            value = attributes.entered(ev, value)
        for step in binding.path:
            value = containers.element(ev, value, step)
        if not isinstance(value, TRACED):
            return value
        how = "local_const" if local and frame.scope.kind not in ("module", "class") else "module_const"
        if frame.scope.kind == "class":
            how = "class_attr"
        if _remaps(binding):
            how = "possible"  # ``if model == "a": model = "b"`` says nothing about other values of ``model``
        return through(value, Hop(how, module.path, binding.node.lineno, binding.name))  # type: ignore[attr-defined]
    if kind == "augment":
        assert isinstance(binding.node, ast.AugAssign)
        before = [
            one for one in frame.scope.bindings.get(binding.name, ()) if one.spot.order < binding.spot.order
        ]
        earlier, _ = reaching(before, binding.spot, ev.arm_truth(frame))
        left = join(_definition(ev, one, frame, local) for one in earlier)
        if isinstance(binding.node.op, ast.Add):
            return strings.add(ev, [left, (binding.node.value, frame, binding.spot)])
        return left
    if kind == "import":
        assert isinstance(binding.node, ast.alias)
        dotted = binding.node.name if binding.node.asname else binding.node.name.partition(".")[0]
        return imports.imported(ev, dotted, module)
    if kind == "import_from":
        assert isinstance(binding.node, ast.ImportFrom)
        value = imports.from_import(ev, binding.node, str(binding.path[0]), module)
        if not isinstance(value, TRACED):
            return value
        return through(value, Hop("imported_const", module.path, binding.node.lineno, binding.name))
    if kind == "def":
        info = module.scope_of(binding.node).function
        assert info is not None
        return Function(info, frame)
    if kind == "class":
        cls = module.scope_of(binding.node).cls
        assert cls is not None
        return Class(cls, frame)
    if kind == "parameter":
        return parameters.parameter(ev, binding, frame)
    if kind == "for":
        return _loop_item(ev, binding, frame)
    if kind == "annotate":
        assert isinstance(binding.node, ast.AnnAssign)
        return annotated.typed(ev, binding.node.annotation, frame, binding.spot) or Unknown("annotation only")
    return Unknown(kind)


def _remaps(binding: Binding) -> bool:
    """The name is set in a branch that is taken for one particular value of the same name."""
    for node, arm in binding.spot.branches[-1:]:
        test = node.test if isinstance(node, ast.If) and arm == "body" else None
        if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == binding.name:
            other = test.comparators[0]
            return isinstance(test.ops[0], (ast.Eq, ast.In)) and not (
                isinstance(other, ast.Constant) and other.value is None
            )
    return False


def _loop_item(ev: Evaluator, binding: Binding, frame: Frame) -> Value:
    if frame.arguments is not None and binding.name in frame.arguments:
        return ev.force(frame.arguments[binding.name])  # one pass of a comprehension, see truth.of_any
    node = binding.node
    assert isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension))
    outer = frame
    if (
        isinstance(node, ast.comprehension)
        and frame.parent is not None
        and frame.scope.kind == "comprehension"
    ):
        outer = frame.parent
    items = ev.value(node.iter, outer, binding.spot if outer is frame else (frame.scope.spot or END))
    found: list[Value] = []
    for one in alternatives(items):
        one = classes.iterated(ev, one)
        if isinstance(one, Sequence) and not one.repeated:
            found.extend(ev.force(item) for item in one.items[:12])
    if not found:
        return Unknown("loop index" if _counts_items(node.iter, binding.path) else "loop item")
    value = join(found)
    for step in binding.path:
        value = containers.element(ev, value, step)
    return value


def _counts_items(iterable: ast.expr, path: tuple[int | str, ...]) -> bool:
    """``for i in range(len(texts))``, ``for i, text in enumerate(texts)``: the place of an item."""
    while isinstance(iterable, ast.Call) and last_name(iterable) in ("tqdm", "track") and iterable.args:
        iterable = iterable.args[0]
    if not isinstance(iterable, ast.Call) or not iterable.args:
        return False
    name, first = last_name(iterable), iterable.args[0]
    if name == "enumerate":
        return path == (0,)
    only = name in ("range", "trange") and len(iterable.args) == 1
    return only and isinstance(first, ast.Call) and last_name(first) == "len"
