"""Names: scopes, imports, parameters, and the definitions that reach a use."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from wattlint.semantics import annotated, attributes, callers, containers, strings
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.reaching import reaching
from wattlint.semantics.scopes import END, Binding, Spot, Store, dotted_name, enclosing_class
from wattlint.semantics.values import (
    Class,
    Const,
    Element,
    External,
    Function,
    Hop,
    Instance,
    Mapping,
    ModuleRef,
    Package,
    Sequence,
    Unknown,
    Value,
    alternatives,
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
            if all(isinstance(one, (Unknown, Element)) or _is_none(one) for one in alternatives(value)):
                return _narrowed(ev, name, frame, spot) or value
            return value
        place = scope.spot or END
        at = at.parent
    starred = _from_stars(ev, name, frame.module)
    if starred is not None:
        return starred
    if name in BUILTINS:
        return External(f"builtins.{name}")
    if name == "__file__":
        return Const(frame.module.file)
    return Unknown(f"name {name}")


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


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
    """A module-level name as other code sees it."""
    frame = ev.module_frame(module)
    if name in module.scope.bindings:
        return _bound(ev, name, frame, END, local=False)
    starred = _from_stars(ev, name, module)
    if starred is not None:
        return starred
    if "__getattr__" in module.scope.bindings:
        return Unknown("module __getattr__")
    return Unknown(f"name {name}")


def _bound(ev: Evaluator, name: str, frame: Frame, spot: Spot, local: bool) -> Value:
    scope = frame.scope
    definitions, _ = reaching(scope.bindings[name], spot, ev.arm_truth(frame))
    if not definitions and spot is not END:
        # Used before it is set in the text: a loop or a function that runs later.
        definitions, _ = reaching(scope.bindings[name], END, ev.arm_truth(frame))
    value = join(_definition(ev, one, frame, local) for one in definitions)
    if name in scope.mutations:
        value = containers.mutated(ev, value, scope.mutations[name], frame, spot)
    return value


def _definition(ev: Evaluator, binding: Binding, frame: Frame, local: bool) -> Value:
    kind, module = binding.kind, frame.module
    if kind in ("assign", "walrus", "with"):
        assert binding.value is not None
        value = ev.value(binding.value, frame, binding.spot)
        if kind == "with":
            value = attributes.entered(ev, value)
        for step in binding.path:
            value = containers.element(ev, value, step)
        how = "local_const" if local and frame.scope.kind not in ("module", "class") else "module_const"
        if frame.scope.kind == "class":
            how = "class_attr"
        return through(value, Hop(how, module.path, binding.node.lineno, binding.name))  # type: ignore[attr-defined]
    if kind == "augment":
        assert isinstance(binding.node, ast.AugAssign)
        before = [one for one in frame.scope.bindings[binding.name] if one.spot.order < binding.spot.order]
        earlier, _ = reaching(before, binding.spot, ev.arm_truth(frame))
        left = join(_definition(ev, one, frame, local) for one in earlier)
        if isinstance(binding.node.op, ast.Add):
            return strings.add(ev, [left, (binding.node.value, frame, binding.spot)])
        return left
    if kind == "import":
        assert isinstance(binding.node, ast.alias)
        dotted = binding.node.name if binding.node.asname else binding.node.name.partition(".")[0]
        return imported(ev, dotted, module)
    if kind == "import_from":
        assert isinstance(binding.node, ast.ImportFrom)
        value = _from_import(ev, binding.node, str(binding.path[0]), module)
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
        return parameter(ev, binding, frame)
    if kind == "for":
        return _loop_item(ev, binding, frame)
    if kind == "annotate":
        assert isinstance(binding.node, ast.AnnAssign)
        return annotated.typed(ev, binding.node.annotation, frame, binding.spot) or Unknown("annotation only")
    return Unknown(kind)


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
    found = []
    for one in alternatives(items):
        if isinstance(one, Sequence) and not one.repeated:
            found.extend(ev.force(item) for item in one.items[:12])
        elif isinstance(one, Mapping):
            found.extend(Const(key) for key in list(one.entries)[:12])
    if not found:
        return Unknown("loop item")
    value = join(found)
    for step in binding.path:
        value = containers.element(ev, value, step)
    return value


# -- imports ----------------------------------------------------------------------------------------------------


def imported(ev: Evaluator, dotted: str, importer: ModuleIndex) -> Value:
    """The value of ``import dotted``."""
    found = ev.project.resolve(dotted, importer)
    if isinstance(found, ModuleIndex):
        return ModuleRef(found)
    if found is not None and ev.project.files():
        return Package(dotted, found)
    return External(dotted)


def _from_import(ev: Evaluator, node: ast.ImportFrom, name: str, importer: ModuleIndex) -> Value:
    dotted = node.module or ""
    found = (
        ev.project.relative(node.level, dotted, importer)
        if node.level
        else ev.project.resolve(dotted, importer)
    )
    if found is None or found is importer:
        if node.level and found is importer:
            return (
                in_module(ev, name, importer)
                if name in importer.scope.bindings
                else Unknown(f"import {name}")
            )
        return External(f"{dotted}.{name}" if not node.level else f"{'.' * node.level}{dotted}.{name}")
    return member_of_module(ev, found, name, External(f"{dotted}.{name}") if not node.level else None)


def member_of_module(
    ev: Evaluator, module: ModuleIndex | str, name: str, otherwise: Value | None = None
) -> Value:
    """``module.name``: a name it binds, or a submodule."""
    if isinstance(module, ModuleIndex) and (
        name in module.scope.bindings or _from_stars(ev, name, module) is not None
    ):
        return in_module(ev, name, module)
    if isinstance(module, str) or module.is_package:
        below = ev.project.submodule(module, name)
        if isinstance(below, ModuleIndex):
            return ModuleRef(below)
        if below is not None and otherwise is None:
            return Package(name, below)
    if isinstance(module, str) and otherwise is not None:
        return otherwise
    return Unknown(f"name {name}")


def _from_stars(ev: Evaluator, name: str, module: ModuleIndex) -> Value | None:
    for node in module.stars:
        dotted = node.module or ""
        found = (
            ev.project.relative(node.level, dotted, module)
            if node.level
            else ev.project.resolve(dotted, module)
        )
        if isinstance(found, ModuleIndex) and found is not module and not name.startswith("_"):
            if name in found.scope.bindings:
                return in_module(ev, name, found)
            if found.stars and found not in _visiting:
                _visiting.append(found)
                try:
                    inner = _from_stars(ev, name, found)
                finally:
                    _visiting.pop()
                if inner is not None:
                    return inner
    return None


_visiting: list[ModuleIndex] = []


# -- parameters -------------------------------------------------------------------------------------------------


def parameter(ev: Evaluator, binding: Binding, frame: Frame) -> Value:
    """A parameter: the argument of a known call, else what all callers pass, else its default, else its annotation."""
    info = frame.scope.function
    assert info is not None and isinstance(binding.node, ast.arg)
    name, starred = binding.name, binding.path
    if info.is_method and not starred and info.parameters()[:1] == [binding.node]:
        assert info.cls is not None
        if frame.receiver is not None:
            return frame.receiver
        own = Class(info.cls, ev.frame_of(info.cls.scope.parent or info.cls.scope))
        return (
            own
            if "classmethod" in info.decorators or info.name in ("__new__", "__init_subclass__")
            else ev.abstract(own)
        )
    default = callers.default_of(ev, info, binding.node, frame)
    if frame.arguments is not None:
        if name in frame.arguments:
            value = ev.force(frame.arguments[name])
        elif default is not None:
            value = default
        else:
            value = _open(starred)
    else:
        value = callers.joined(ev, info, name, default, starred)
    if isinstance(value, Unknown) or (isinstance(value, Const) and value.value is None):
        given_type = annotated.typed(
            ev, binding.node.annotation, ev.frame_of(frame.scope.parent or frame.scope), END
        )
        if given_type is not None:
            return given_type if isinstance(value, Unknown) else join([given_type, value])
    return value


def _open(starred: tuple[int | str, ...]) -> Value:
    if starred == ("*",):
        return Sequence((), open=True, kind="tuple")
    if starred == ("**",):
        return Mapping({}, open=True)
    return Unknown("parameter")


def stored_attribute(
    ev: Evaluator, node: ast.Attribute, frame: Frame, spot: Spot
) -> tuple[Value | None, bool]:
    """What ``owner.attr = value`` elsewhere put there before this use, and whether that hides all else.

    ``owner`` is a name or ``self.x``; for the latter the other methods of the class count too.
    """
    owner = dotted_name(node.value)
    if owner is None:
        return None, False
    stores = frame.scope.attribute_stores.get(owner, {}).get(node.attr)
    if stores and not (enclosing_class(frame.scope, owner)):
        found, complete = reaching(
            [one for one in stores if one.value is not None], spot, ev.arm_truth(frame)
        )
        if found:
            return join(_store_value(ev, store, frame) for store in found), complete
    first, _, inner = owner.partition(".")
    own = enclosing_class(frame.scope, first) if inner else None
    if own is None:
        return None, False
    receiver = lookup(ev, first, frame, spot)
    for instance in alternatives(receiver)[:1]:
        if isinstance(instance, Instance):
            return _deep_store(ev, instance, inner, node.attr, frame)
    return None, False


def _deep_store(
    ev: Evaluator, owner: Instance, inner: str, name: str, frame: Frame
) -> tuple[Value | None, bool]:
    for cls in attributes.bases(ev, owner.cls.info)[0]:
        stores = [one for one in cls.deep_stores.get((inner, name), ()) if one.value is not None]
        elsewhere = [one for one in stores if one.scope is not frame.scope]
        if not elsewhere or len(elsewhere) < len(stores):
            continue  # in the method itself order counts, and nothing stood before
        at = attributes.method_frame(ev, owner, cls, elsewhere[0])
        same = [one for one in elsewhere if one.scope is elsewhere[0].scope]
        found, complete = reaching(same, END, ev.arm_truth(at))
        if found:
            return join(_store_value(ev, store, at) for store in found), complete
    return None, False


def _store_value(ev: Evaluator, store: Store, frame: Frame) -> Value:
    assert store.value is not None
    value = ev.value(store.value, frame, store.spot)
    for step in store.path:
        value = containers.element(ev, value, step)
    return through(
        value, Hop("self_attr", store.scope.module.path, getattr(store.node, "lineno", 0), store.name)
    )
