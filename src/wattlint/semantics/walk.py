"""One walk over a module's tree that fills its index: every node is visited once, nesting costs no recursion."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from wattlint.semantics.scopes import (
    END,
    MUTATORS,
    Binding,
    Branch,
    CallRecord,
    ClassInfo,
    FunctionInfo,
    Mutation,
    Scope,
    Spot,
    Store,
    dotted_name,
    enclosing_class,
    last_name,
)

if TYPE_CHECKING:
    from wattlint.semantics.module_index import ModuleIndex


_made = tuple.__new__
"""A ``NamedTuple`` of its fields in their order: without the call in Python that ``NamedTuple`` puts before it, which is
half the time; there are hundreds of them in a file."""
MAX_BRANCHES = 100
"""Arms of one chain of ``elif`` that are known to exclude each other."""


class Walk:
    def __init__(self, index: ModuleIndex) -> None:
        self.index = index
        self.order = 0
        self.todo: list[Any] = []
        self.originals: dict[str, str] = {}
        """Local name -> imported name, for ``from x import name as local``."""

    def module(self) -> None:
        index = self.index
        index.scopes[id(index.tree)] = index.scope
        self.block(index.tree.body, index.scope, ())
        while self.todo:
            # Function bodies are walked after their surroundings, so that nesting costs no Python recursion.
            body, scope = self.todo.pop()
            self.block(body, scope, ())

    # -- statements ---------------------------------------------------------------------------------------------

    def block(self, statements: list[ast.stmt], scope: Scope, branches: tuple[Branch, ...]) -> None:
        for statement in statements:
            self.statement(statement, scope, branches)

    def spot(self, branches: tuple[Branch, ...]) -> Spot:
        self.order += 1
        return _made(Spot, (self.order, branches))

    def statement(self, node: ast.stmt, scope: Scope, branches: tuple[Branch, ...]) -> None:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            handler(self, node, scope, branches)
        else:
            self.children(node, scope, branches)

    def children(self, node: ast.AST, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, scope, branches)
            elif isinstance(child, ast.stmt):
                self.statement(child, scope, branches)
            else:
                self.children(child, scope, branches)

    def if_(self, node: ast.If, scope: Scope, branches: tuple[Branch, ...]) -> None:
        # A chain of elif is a chain of nested Ifs; walk it without recursion.
        while True:
            self.expression(node.test, scope, branches)
            self.index.spots[id(node)] = self.spot(branches)
            self.block(node.body, scope, (*branches, (node, "body")))
            if not node.orelse:
                return
            if len(branches) < MAX_BRANCHES:
                branches = (*branches, (node, "orelse"))
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]
            else:
                self.block(node.orelse, scope, branches)
                return

    def loop(self, node: ast.For | ast.AsyncFor, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.expression(node.iter, scope, branches)
        inside = (*branches, (node, "body"))
        self.target(node.target, None, "for", node, scope, inside)
        self.block(node.body, scope, inside)
        self.block(node.orelse, scope, branches)

    def while_(self, node: ast.While, scope: Scope, branches: tuple[Branch, ...]) -> None:
        inside = (*branches, (node, "body"))
        self.expression(node.test, scope, inside)
        self.block(node.body, scope, inside)
        self.block(node.orelse, scope, branches)

    def try_(self, node: ast.Try, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.block(node.body, scope, (*branches, (node, "body")))
        for number, handler in enumerate(node.handlers):
            inside = (*branches, (node, f"handler{number}"))
            if handler.type is not None:
                self.expression(handler.type, scope, inside)
            if handler.name:
                self.bind(handler.name, "except", handler, None, (), scope, inside)
            self.block(handler.body, scope, inside)
        self.block(node.orelse, scope, (*branches, (node, "body")))
        self.block(node.finalbody, scope, branches)

    def with_(self, node: ast.With | ast.AsyncWith, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for item in node.items:
            self.expression(item.context_expr, scope, branches)
            if item.optional_vars is not None:
                self.target(item.optional_vars, item.context_expr, "with", node, scope, branches)
        self.block(node.body, scope, branches)

    def match_(self, node: Any, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.expression(node.subject, scope, branches)
        self.index.spots[id(node)] = self.spot(branches)
        for number, case in enumerate(node.cases):
            inside = (*branches, (node, f"case{number}"))
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.bind(name, "match", pattern, None, (), scope, inside)
            if case.guard is not None:
                self.expression(case.guard, scope, inside)
            self.block(case.body, scope, inside)

    def assign(self, node: ast.Assign, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.expression(node.value, scope, branches)
        for target in node.targets:
            self.target(target, node.value, "assign", node, scope, branches)

    def annotated(self, node: ast.AnnAssign, scope: Scope, branches: tuple[Branch, ...]) -> None:
        if node.value is not None:
            self.expression(node.value, scope, branches)
        kind = "assign" if node.value is not None else "annotate"
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, kind, node, node.value, (), scope, branches)
        else:
            self.target(node.target, node.value, kind, node, scope, branches, annotation=node.annotation)

    def augmented(self, node: ast.AugAssign, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.expression(node.value, scope, branches)
        target = node.target
        if isinstance(target, ast.Name):
            self.bind(target.id, "augment", node, node.value, (), scope, branches)
        owner = dotted_name(target)
        if owner is not None:
            self.mutate(owner, Mutation("augment", node, None, node.value, self.spot(branches)), scope)

    def delete(self, node: ast.Delete, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                owner = dotted_name(target.value)
                if owner is not None:
                    self.mutate(
                        owner, Mutation("delete", node, target.slice, None, self.spot(branches)), scope
                    )

    def import_(self, node: ast.Import, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.bind(name, "import", alias, None, (), scope, branches)

    def import_from(self, node: ast.ImportFrom, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.index.stars.append(node)
            else:
                if alias.asname and alias.asname != alias.name:
                    self.originals[alias.asname] = alias.name
                self.bind(
                    alias.asname or alias.name, "import_from", node, None, (alias.name,), scope, branches
                )

    def decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[str, ...]:
        """The last name of each decorator, as its module calls it."""
        names = map(last_name, node.decorator_list)
        return tuple(self.originals.get(name, name) for name in names)

    def function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, branches: tuple[Branch, ...]
    ) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, scope, branches)
        self.defaults(node.args, scope, branches)
        inner = self.new_scope("function", node, node.name, scope)
        if branches and scope.kind == "function":
            inner.seen_from = Spot(END.order, branches)
        info = FunctionInfo(
            node,
            node.name,
            inner.qualname,
            self.index,
            inner,
            scope.cls,
            self.decorators(node),
        )
        inner.function = info
        self.index.functions.append(info)
        if scope.cls is not None:
            scope.cls.methods.setdefault(node.name, info)
        self.parameters(node.args, inner)
        self.bind(node.name, "def", node, None, (), scope, branches)
        self.todo.append((node.body, inner))

    def class_(self, node: ast.ClassDef, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for part in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.expression(part, scope, branches)
        inner = self.new_scope("class", node, node.name, scope)
        inner.cls = ClassInfo(node, node.name, inner.qualname, self.index, inner, self.decorators(node))
        self.index.classes.append(inner.cls)
        self.bind(node.name, "class", node, None, (), scope, branches)
        self.block(node.body, inner, ())

    def only_expression(self, node: ast.Expr, scope: Scope, branches: tuple[Branch, ...]) -> None:
        self.expression(node.value, scope, branches)

    def raise_(self, node: ast.Raise, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.expression(part, scope, branches)

    def nothing(self, node: ast.stmt, scope: Scope, branches: tuple[Branch, ...]) -> None:
        """``pass`` and the like."""

    def return_(self, node: ast.Return, scope: Scope, branches: tuple[Branch, ...]) -> None:
        if node.value is not None:
            self.expression(node.value, scope, branches)
            scope.returns.append((node.value, self.spot(branches)))

    def global_(self, node: ast.Global, scope: Scope, branches: tuple[Branch, ...]) -> None:
        scope.globals.update(node.names)

    def nonlocal_(self, node: ast.Nonlocal, scope: Scope, branches: tuple[Branch, ...]) -> None:
        scope.nonlocals.update(node.names)

    # -- scopes and bindings ------------------------------------------------------------------------------------

    def new_scope(self, kind: str, node: ast.AST, name: str, parent: Scope) -> Scope:
        qualname = f"{parent.qualname}.{name}" if parent.qualname else name
        scope = Scope(kind, node, name, parent, self.index, qualname)
        self.index.scopes[id(node)] = scope
        return scope

    def defaults(self, arguments: ast.arguments, scope: Scope, branches: tuple[Branch, ...]) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.expression(default, scope, branches)

    def parameters(self, arguments: ast.arguments, scope: Scope) -> None:
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.bind(argument.arg, "parameter", argument, None, (), scope, ())
        if arguments.vararg:
            self.bind(arguments.vararg.arg, "parameter", arguments.vararg, None, ("*",), scope, ())
        if arguments.kwarg:
            self.bind(arguments.kwarg.arg, "parameter", arguments.kwarg, None, ("**",), scope, ())

    def bind(
        self,
        name: str,
        kind: str,
        node: ast.AST,
        value: ast.expr | None,
        path: tuple[int | str, ...],
        scope: Scope,
        branches: tuple[Branch, ...],
    ) -> None:
        home = scope
        if name in scope.globals:
            home = self.index.scope
        elif name in scope.nonlocals:
            home = scope.parent or scope
            while home.parent is not None and (home.kind == "class" or name not in home.bindings):
                home = home.parent
        setter = scope if home is not scope else None
        while kind == "walrus" and home.kind == "comprehension" and home.parent is not None:
            home = home.parent
        self.order += 1
        spot = _made(Spot, (self.order, branches))
        binding = _made(Binding, (name, kind, node, value, path, spot, setter))
        known = home.bindings.get(name)
        if known is None:
            home.bindings[name] = [binding]
        else:
            known.append(binding)

    def target(
        self,
        target: ast.expr,
        value: ast.expr | None,
        kind: str,
        node: ast.AST,
        scope: Scope,
        branches: tuple[Branch, ...],
        path: tuple[int | str, ...] = (),
        annotation: ast.expr | None = None,
    ) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, kind, node, value, path, scope, branches)
        elif isinstance(target, (ast.Tuple, ast.List)):
            matched = (
                isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) and not path
            )
            starred = False
            for number, element in enumerate(target.elts):
                if isinstance(element, ast.Starred):
                    starred = True
                    self.target(element.value, value, kind, node, scope, branches, (*path, "*"))
                elif matched and not starred:
                    self.target(element, value.elts[number], kind, node, scope, branches)  # type: ignore[union-attr]
                else:
                    step = number - len(target.elts) if starred else number
                    self.target(element, value, kind, node, scope, branches, (*path, step))
        elif isinstance(target, ast.Attribute):
            owner = dotted_name(target.value)
            if owner is not None:
                store = Store(target.attr, value, annotation, node, path, scope, self.spot(branches))
                if kind == "for":
                    store = store._replace(value=None)
                scope.attribute_stores.setdefault(owner, {}).setdefault(target.attr, []).append(store)
                first, _, inner = owner.partition(".")
                cls = enclosing_class(scope, first)
                if cls is not None and inner:
                    cls.deep_stores.setdefault((inner, target.attr), []).append(store)
                elif cls is not None:
                    cls.self_stores.setdefault(target.attr, []).append(store)
            self.expression(target.value, scope, branches)
        elif isinstance(target, ast.Subscript):
            owner_name = dotted_name(target.value)
            if owner_name is not None and not path:
                self.mutate(
                    owner_name, Mutation("item", node, target.slice, value, self.spot(branches)), scope
                )
            self.expression(target.value, scope, branches)
            self.expression(target.slice, scope, branches)

    def mutate(self, owner: str, mutation: Mutation, scope: Scope) -> None:
        scope.mutations.setdefault(owner, []).append(mutation)
        first, _, rest = owner.partition(".")
        if rest and "." not in rest:
            cls = enclosing_class(scope, first)
            if cls is not None:
                cls.self_mutations.setdefault(rest, []).append((scope, mutation))

    # -- expressions --------------------------------------------------------------------------------------------

    def expression(self, node: ast.expr, scope: Scope, branches: tuple[Branch, ...]) -> None:
        if type(node) in _LEAVES:
            return
        stack: list[tuple[ast.AST, Scope, tuple[Branch, ...], bool]] = [(node, scope, branches, False)]
        while stack:
            node_, scope, branches, awaited = stack.pop()
            kind = type(node_)
            while kind is ast.Attribute:  # the commonest
                node_ = node_.value  # type: ignore[attr-defined]
                kind = type(node_)
                awaited = False
            if kind in _LEAVES:
                continue
            if kind is ast.Call:
                assert isinstance(node_, ast.Call)
                self.call(node_, scope, branches, awaited)
                for keyword in reversed(node_.keywords):
                    if type(keyword.value) not in _LEAVES:
                        stack.append((keyword.value, scope, branches, False))
                for argument in reversed(node_.args):
                    if type(argument) not in _LEAVES:
                        stack.append((argument, scope, branches, False))
                if type(node_.func) is not ast.Name:
                    stack.append((node_.func, scope, branches, False))
                continue
            if kind is ast.Await:
                stack.append((node_.value, scope, branches, True))  # type: ignore[attr-defined]
                continue
            if kind is ast.Lambda:
                assert isinstance(node_, ast.Lambda)
                self.defaults(node_.args, scope, branches)
                inner = self.new_scope("lambda", node_, "<lambda>", scope)
                inner.spot = self.spot(branches)
                inner.function = FunctionInfo(node_, "<lambda>", inner.qualname, self.index, inner, None)
                self.parameters(node_.args, inner)
                inner.returns.append((node_.body, self.spot(())))
                stack.append((node_.body, inner, (), False))
                continue
            if kind in _COMPREHENSIONS:
                self.comprehension(node_, scope, branches, stack)
                continue
            if kind is ast.IfExp:
                assert isinstance(node_, ast.IfExp)
                self.index.spots[id(node_)] = self.spot(branches)
                stack.append((node_.orelse, scope, (*branches, (node_, "orelse")), False))
                stack.append((node_.body, scope, (*branches, (node_, "body")), False))
                stack.append((node_.test, scope, branches, False))
                continue
            if kind is ast.NamedExpr:
                assert isinstance(node_, ast.NamedExpr)
                self.bind(node_.target.id, "walrus", node_, node_.value, (), scope, branches)
                stack.append((node_.value, scope, branches, False))
                continue
            if kind is ast.Yield or kind is ast.YieldFrom:
                value = node_.value  # type: ignore[attr-defined]
                if value is not None and kind is ast.Yield:
                    scope.yields.append((value, self.spot(branches)))
            fields = _CHILDREN.get(kind)
            children = _read(node_, fields) if fields is not None else list(ast.iter_child_nodes(node_))
            for child in reversed(children):
                if type(child) not in _LEAVES:
                    stack.append((child, scope, branches, False))

    def comprehension(
        self,
        node: Any,
        scope: Scope,
        branches: tuple[Branch, ...],
        stack: list[tuple[ast.AST, Scope, tuple[Branch, ...], bool]],
    ) -> None:
        inner = self.new_scope("comprehension", node, "<comprehension>", scope)
        inner.qualname = scope.qualname
        inner.spot = self.spot(branches)
        inside: tuple[Branch, ...] = ((node, "body"),)
        for number, generator in enumerate(node.generators):
            self.target(generator.target, None, "for", generator, inner, inside)
            stack.append(
                (generator.iter, scope if number == 0 else inner, branches if number == 0 else inside, False)
            )
            stack.extend((condition, inner, inside, False) for condition in generator.ifs)
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        stack.extend((element, inner, inside, False) for element in elements)

    def call(self, node: ast.Call, scope: Scope, branches: tuple[Branch, ...], awaited: bool) -> None:
        spot = self.spot(branches)
        self.index.calls.append(_made(CallRecord, (node, scope, spot, awaited)))
        function = node.func
        if isinstance(function, ast.Name):
            if function.id != "setattr" or len(node.args) != 3:
                return
            owner_node, name, value_node = node.args
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                written = ast.copy_location(ast.Attribute(owner_node, name.value, ast.Store()), node)
                self.target(written, value_node, "assign", node, scope, branches)
        if isinstance(function, ast.Attribute) and function.attr in MUTATORS:
            owner = dotted_name(function.value)
            if owner is not None:
                arguments = node.args
                key = (
                    arguments[0]
                    if len(arguments) > 1 or (function.attr in ("pop", "setdefault") and arguments)
                    else None
                )
                value = arguments[-1] if arguments else None
                self.mutate(owner, Mutation(function.attr, node, key, value, spot), scope)


def _read(node: ast.AST, fields: tuple[str, ...]) -> list[ast.AST]:
    """The children of a node, in their order."""
    children: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name)
        if type(value) is list:
            children.extend(value)
        elif value is not None:
            children.append(value)
    return children


_CHILDREN: dict[type[ast.AST], tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.Compare: ("left", "comparators"),
    ast.Dict: ("keys", "values"),
    ast.FormattedValue: ("value", "format_spec"),
    ast.JoinedStr: ("values",),
    ast.List: ("elts",),
    ast.Set: ("elts",),
    ast.Slice: ("lower", "upper", "step"),
    ast.Starred: ("value",),
    ast.Subscript: ("value", "slice"),
    ast.Tuple: ("elts",),
    ast.UnaryOp: ("operand",),
}
"""Where the commonest expressions keep their parts: half the time of ``ast.iter_child_nodes``."""
_LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, type(None)})
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_STATEMENTS: dict[type[ast.stmt], Any] = {
    ast.If: Walk.if_,
    ast.For: Walk.loop,
    ast.AsyncFor: Walk.loop,
    ast.While: Walk.while_,
    ast.Try: Walk.try_,
    ast.With: Walk.with_,
    ast.AsyncWith: Walk.with_,
    ast.Match: Walk.match_,
    ast.Assign: Walk.assign,
    ast.AnnAssign: Walk.annotated,
    ast.AugAssign: Walk.augmented,
    ast.Delete: Walk.delete,
    ast.Import: Walk.import_,
    ast.ImportFrom: Walk.import_from,
    ast.FunctionDef: Walk.function,
    ast.AsyncFunctionDef: Walk.function,
    ast.ClassDef: Walk.class_,
    ast.Expr: Walk.only_expression,
    ast.Raise: Walk.raise_,
    ast.Pass: Walk.nothing,
    ast.Break: Walk.nothing,
    ast.Continue: Walk.nothing,
    ast.Return: Walk.return_,
    ast.Global: Walk.global_,
    ast.Nonlocal: Walk.nonlocal_,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Walk.try_
