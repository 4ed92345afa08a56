"""Changes to a program that must not change which model its call uses."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

MODEL = "gpt-4o-2024-08-06"
OTHER = "gpt-4.1-nano"
"""A model that the changes add where it cannot reach the call."""

Files = dict[str, str]


def _with_literal(tree: ast.Module, replacement: str) -> ast.Module:
    """``tree`` with every literal MODEL replaced by an expression."""

    class Replace(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.parse(replacement, mode="eval").body if node.value == MODEL else node

    return ast.fix_missing_locations(Replace().visit(tree))


def _change(files: Files, replacement: str, prelude: str, **more: str) -> Files | None:
    """The literal in ``app.py`` replaced; ``prelude`` goes to the top. None where it stands in no Python."""
    tree = ast.parse(files["app.py"])
    if not any(isinstance(node, ast.Constant) and node.value == MODEL for node in ast.walk(tree)):
        return None
    text = ast.unparse(_with_literal(tree, replacement))
    return {**files, **more, "app.py": f"{prelude}\n{text}\n"}


def imported(files: Files) -> Files | None:
    return _change(files, "MOVED", "from moved import MOVED", **{"moved.py": f"MOVED = {MODEL!r}\n"})


def imported_as(files: Files) -> Files | None:
    text = f"DEFAULT = {MODEL!r}\nFALLBACK = {OTHER!r}\n"
    return _change(files, "chosen", "from moved import DEFAULT as chosen", **{"moved.py": text})


def imported_module(files: Files) -> Files | None:
    more = {"conf/__init__.py": "", "conf/names.py": f"MOVED = {MODEL!r}\nNEXT = {OTHER!r}\n"}
    return _change(files, "conf.names.MOVED", "import conf.names", **more)


def reexported(files: Files) -> Files | None:
    more = {"conf/__init__.py": "from .names import MOVED\n", "conf/names.py": f"MOVED = {MODEL!r}\n"}
    return _change(files, "MOVED", "from conf import MOVED", **more)


def starred(files: Files) -> Files | None:
    more = {"moved.py": f"MOVED = {MODEL!r}\n", "all_of_it.py": "from moved import *\n"}
    return _change(files, "MOVED", "from all_of_it import *", **more)


def in_if_true(files: Files) -> Files | None:
    """Every assignment and every return under ``if True:``."""

    class Wrap(ast.NodeTransformer):
        def visit_Assign(self, node: ast.Assign) -> ast.stmt:
            return ast.If(ast.Constant(True), [node], [])

        def visit_Return(self, node: ast.Return) -> ast.stmt:
            return ast.If(ast.Constant(True), [node], [])

        def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
            node.body = [
                self.visit(one) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) else one
                for one in node.body
            ]
            return node

    tree = ast.fix_missing_locations(Wrap().visit(ast.parse(files["app.py"])))
    return {**files, "app.py": ast.unparse(tree)}


def given_by_function(files: Files) -> Files | None:
    return _change(files, "_chosen()", f"def _chosen():\n    name = {MODEL!r}\n    return name\n")


def passed_through_function(files: Files) -> Files | None:
    return _change(files, f"_same({MODEL!r})", f"def _same(value, other={OTHER!r}):\n    return value\n")


def class_attribute(files: Files) -> Files | None:
    return _change(files, "_Names.BIG", f"class _Names:\n    SMALL = {OTHER!r}\n    BIG = {MODEL!r}\n")


def instance_attribute(files: Files) -> Files | None:
    box = (
        f"class _Box:\n    def __init__(self, big, small={OTHER!r}):\n        self.small = small\n"
        f"        self.big = big\n_box = _Box({MODEL!r})\n"
    )
    return _change(files, "_box.big", box)


def in_dictionary(files: Files) -> Files | None:
    return _change(
        files, "_ALL['big']['model']", f"_ALL = {{'small': {OTHER!r}, 'big': {{'model': {MODEL!r}}}}}\n"
    )


def conditional(files: Files) -> Files | None:
    return _change(files, f"({MODEL!r} if _LARGE else {OTHER!r})", "_LARGE = True\n")


def last_assignment(files: Files) -> Files | None:
    return _change(files, "_latest", f"_latest = {OTHER!r}\n_latest = {MODEL!r}\n")


def with_distractors(files: Files) -> Files | None:
    """Unrelated code around it, with names like those of the program but scopes of its own."""
    tree = ast.parse(files["app.py"])
    names = sorted(_own_names(tree) | {"model", "model_name", "config", "get_model"})
    body = "\n".join(f"    {name} = {OTHER!r}" for name in names)
    text = files["app.py"]
    before = f"def _unrelated_before():\n{body}\n\nclass _Unrelated:\n{body}\n    model_id = {OTHER!r}\n\n"
    after = f"\n\ndef _unrelated_after(model={OTHER!r}):\n    return model\n"
    if "from __future__" in text:
        return None
    return {**files, "app.py": before + text + after}


def _own_names(tree: ast.Module) -> set[str]:
    """Names that the program gives to variables and parameters that no call passes by keyword."""
    keywords = {k.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for k in node.keywords}
    fixed = keywords | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    fixed |= {
        one.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
    decorated = {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.decorator_list
        for argument in node.args.args
    }
    found = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return {name for name in found - fixed - decorated - {"self", "cls"} if not hasattr(builtins, name)}


def renamed(files: Files) -> Files | None:
    """Every variable and parameter under another name."""
    tree = ast.parse(files["app.py"])
    names = _own_names(tree)

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            node.id = f"{node.id}_renamed" if node.id in names else node.id
            return node

        def visit_arg(self, node: ast.arg) -> ast.arg:
            node.arg = f"{node.arg}_renamed" if node.arg in names else node.arg
            self.generic_visit(node)
            return node

        def visit_Global(self, node: ast.Global) -> ast.Global:
            node.names = [f"{name}_renamed" if name in names else name for name in node.names]
            return node

    if not names:
        return None
    return {**files, "app.py": ast.unparse(Rename().visit(tree))}


def made_async(files: Files) -> Files | None:
    """Every function without decorators (and not ``__init__``) becomes a coroutine, every call of it is awaited."""
    tree = ast.parse(files["app.py"])
    names = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and not node.decorator_list
        and not node.name.startswith("__")
        and not any(isinstance(one, ast.Yield) for one in ast.walk(node))
    }

    class Async(ast.NodeTransformer):
        inside = False

        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
            before, self.inside = self.inside, node.name in names
            self.generic_visit(node)
            self.inside = before
            if node.name not in names:
                return node
            return ast.AsyncFunctionDef(**{field: getattr(node, field, None) for field in node._fields})

        def visit_Call(self, node: ast.Call) -> ast.expr:
            self.generic_visit(node)
            own = getattr(node.func, "id", getattr(node.func, "attr", "")) in names
            if own and self.inside:
                return ast.Await(node)
            run = ast.Attribute(ast.Name("asyncio", ast.Load()), "run", ast.Load())
            return ast.Call(run, [node], []) if own else node

    if not names:
        return None
    text = ast.unparse(ast.fix_missing_locations(Async().visit(tree)))
    return {**files, "app.py": f"import asyncio\n{text}\n"}


def import_renamed(files: Files) -> Files | None:
    """Everything imported under another name."""
    tree = ast.parse(files["app.py"])
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                local = alias.asname or alias.name
                if "." not in local and local != "*":
                    names[local] = alias.asname = f"{local}_renamed"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = names[node.id]
    return {**files, "app.py": ast.unparse(tree)} if names else None


def moved_to_package(files: Files) -> Files | None:
    """The whole program one folder down, the constant beside it, imported relatively."""
    changed = _change(files, "MOVED", "from .moved import MOVED")
    if changed is None or len(files) > 1:
        return None
    own = changed.pop("app.py")
    more = {"service/__init__.py": "", "service/moved.py": f"MOVED = {MODEL!r}\nMORE = {OTHER!r}\n"}
    return {**changed, **more, "service/app.py": own}


def in_function(files: Files) -> Files | None:
    """All statements but imports, functions and classes inside ``main``."""
    tree = ast.parse(files["app.py"])
    outside = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    inner = [one for one in tree.body if not isinstance(one, outside)]
    stored = {
        node.id
        for one in inner
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    used = {
        node.id
        for one in tree.body
        if isinstance(one, outside)
        for node in ast.walk(one)
        if isinstance(node, ast.Name)
    }
    if not inner or stored & used:
        return None
    main = ast.FunctionDef("main", ast.arguments([], [], None, [], [], None, []), inner, [], type_params=[])
    tree.body = [*(one for one in tree.body if isinstance(one, outside)), main]
    return {**files, "app.py": ast.unparse(ast.fix_missing_locations(tree)) + "\nmain()\n"}


CHANGES: dict[str, Callable[[Files], Files | None]] = {
    function.__name__: function
    for function in (
        imported,
        imported_as,
        imported_module,
        reexported,
        starred,
        in_if_true,
        given_by_function,
        passed_through_function,
        class_attribute,
        instance_attribute,
        in_dictionary,
        conditional,
        last_assignment,
        with_distractors,
        renamed,
        made_async,
        import_renamed,
        moved_to_package,
        in_function,
    )
}
