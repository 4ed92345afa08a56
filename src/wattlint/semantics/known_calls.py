"""What well-known calls of the standard library and of settings libraries give."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from wattlint.semantics import (
    annotated,
    arguments,
    attributes,
    calls,
    classes,
    config_files,
    environment,
    handed_on,
    imports,
    paths,
    records,
    strings,
)
from wattlint.semantics.scopes import Spot, last_name
from wattlint.semantics.values import (
    Class,
    Const,
    Element,
    External,
    Function,
    Instance,
    Mapping,
    Partial,
    Result,
    Sequence,
    Thunk,
    Unknown,
    Value,
    alternatives,
    join,
)

if TYPE_CHECKING:
    from wattlint.semantics.arguments import Arguments
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

Handler = Callable[["Evaluator", "Arguments", ast.Call, "Frame", Spot], "Value | None"]


def of_external(ev: Evaluator, path: str, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """The value of calling something outside the project, where it is known; else None."""
    handler = _EXTERNAL.get(path)
    if handler is None:
        return None
    return handler(ev, arguments.of(ev, node, frame, spot), node, frame, spot)


def _first_text(ev: Evaluator, given: Arguments) -> str:
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else None
    return str(first.value) if isinstance(first, Const) else ""


# -- built-ins --------------------------------------------------------------------------------------------------


def _dict(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    entries: dict[object, Thunk] = {}
    is_open = given.open_keywords
    if given.positional:
        first = alternatives(ev.force(given.positional[0]))[0]
        if isinstance(first, Mapping):
            entries.update(first.entries)
            is_open |= first.open
        elif isinstance(first, Sequence):
            is_open |= first.open or first.repeated
            for item in first.items:
                pair = alternatives(ev.force(item))[0]
                parts = pair.items if isinstance(pair, Sequence) else ()
                key = alternatives(ev.force(parts[0]))[0] if len(parts) == 2 else Unknown("key")
                if isinstance(key, Const) and isinstance(key.value, (str, int)):
                    entries[key.value] = parts[1]
                else:
                    is_open = True
        else:
            is_open = True
    entries.update(given.keywords)
    return Mapping(entries, is_open)


def _zip(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    lists = [alternatives(ev.force(one))[0] for one in given.positional]
    known = [one for one in lists if isinstance(one, Sequence) and not one.repeated]
    if not lists or len(known) < len(lists):
        return Sequence((), open=True)
    rows = tuple(Sequence(row, kind="tuple") for row in zip(*(one.items for one in known)))
    return Sequence(rows[:100], any(one.open for one in known))


def _next(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """The first item of what is iterated over; the default where there is none."""
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Unknown("next")
    default = ev.force(given.positional[1]) if len(given.positional) > 1 else None
    if not isinstance(first, Sequence):
        return Unknown("next")
    found = [ev.force(first.items[0])] if first.items else []
    if default is not None and (first.open or not found):
        found.append(default)
    return join(found) if found else Unknown("next")


def _first(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    return ev.force(given.positional[0]) if given.positional else Unknown("call")


def _last(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    return ev.force(given.positional[-1]) if given.positional else Unknown("call")


def _cast(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``cast("OpenAI", Lazy())``: what is cast; where that tells nothing about an object from outside, the type."""
    value = _last(ev, given, node, frame, spot)
    if node.args and all(isinstance(one, (Unknown, Element, Instance)) for one in alternatives(value)):
        typed = annotated.typed(ev, node.args[0], frame, spot)
        if isinstance(typed, Result):
            return typed
    return value


def _list(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    if not given.positional:
        return Sequence(())
    first = classes.iterated(ev, alternatives(ev.force(given.positional[0]))[0])
    return first if isinstance(first, Sequence) else Sequence((), open=True)


def _string(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    if not given.positional:
        return Const("")
    thunk = given.positional[0]
    written = strings.source(thunk[0]) if isinstance(thunk, tuple) else "..."
    return strings.gap(ev.force(thunk), written)


def _getattr(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    if len(given.positional) < 2:
        return Unknown("getattr")
    names = [one.value for one in alternatives(ev.force(given.positional[1])) if isinstance(one, Const)]
    words = [name for name in names if isinstance(name, str)]
    if not words:
        return Unknown("getattr of a name known at run time")
    owner = ev.force(given.positional[0])
    value = join(attributes.get(ev, owner, word) for word in words)
    if len(given.positional) > 2 and all(isinstance(one, Unknown) for one in alternatives(value)):
        return join([value, ev.force(given.positional[2])])
    return value


def _vars(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Unknown("vars")
    return (
        Mapping(first.entries, first.open, False, first.how)
        if isinstance(first, Mapping)
        else Unknown("vars")
    )


def _namespace(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    entries: dict[object, Thunk] = dict(given.keywords.items())
    return Mapping(entries, given.open_keywords, by_attribute=True)


def _partial(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    rest = handed_on.inner_call(ev, node, frame.module)
    return (
        Unknown("partial") if rest is None else Partial(ev.value(rest.func, frame, spot), rest, frame, spot)
    )


def _field(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``dataclasses.field``, ``pydantic.Field``, ``attrs.field``, ``typer.Option``: the default."""
    if "default" in given.keywords:
        return ev.force(given.keywords["default"])
    for name in ("default_factory", "factory"):
        if name in given.keywords:
            maker = alternatives(ev.force(given.keywords[name]))[0]
            if isinstance(maker, Function):
                return calls.inline(ev, maker, {}, frame.depth + 1)
            if isinstance(maker, Class):
                return Instance(maker, node_without_arguments(ev, node), frame, spot)
            if isinstance(maker, External) and maker.path in ("builtins.dict", "builtins.list"):
                return Mapping({}) if maker.path.endswith("dict") else Sequence(())
            return Unknown("default factory")
    if given.positional:
        first = ev.force(given.positional[0])
        return Unknown("required field") if isinstance(first, Const) and first.value is ... else first
    return Unknown("required field")


def node_without_arguments(ev: Evaluator, node: ast.Call) -> ast.Call:
    empty = ast.copy_location(ast.Call(node.func, [], []), node)
    ev.keep_node(empty)
    return empty


def _depends(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``Depends(get_client)``: what the dependency returns."""
    if not given.positional:
        return Unknown("dependency")
    found = []
    for one in alternatives(ev.force(given.positional[0])):
        if isinstance(one, Function):
            found.append(calls.inline(ev, one, {}, frame.depth + 1))
        elif isinstance(one, Class):
            found.append(Instance(one))
    return join(found) if found else Unknown("dependency")


def _number(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Const(0)
    if isinstance(first, Const) and isinstance(first.value, (str, int, float)):
        try:
            return Const(int(first.value) if last_name(node) == "int" else float(first.value), first.origin)
        except (ValueError, OverflowError):
            pass
    return Unknown("number")


def _range_of_numbers(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    return Sequence((), open=True, kind="range")


def _pairs(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``enumerate(xs)``."""
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Unknown("call")
    if isinstance(first, Sequence) and not first.repeated:
        pairs = tuple(Sequence((Const(n), one), kind="tuple") for n, one in enumerate(first.items[:100]))
        return Sequence(pairs, first.open)
    return Sequence((), open=True)


def _import_module(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    first = _first_text(ev, given)
    return imports.imported(ev, first, frame.module) if first else Unknown("import")


_EXTERNAL: dict[str, Handler] = {
    "os.getenv": environment.get,
    "os.environ.get": environment.get,
    "os.environ.setdefault": environment.get,
    "os.environ.pop": environment.get,
    "decouple.config": environment.get,
    "dotenv.dotenv_values": environment.as_mapping,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.iter": _first,
    "builtins.next": _next,
    "builtins.zip": _zip,
    "builtins.sorted": _list,
    "builtins.reversed": _list,
    "builtins.str": _string,
    "builtins.int": _number,
    "builtins.float": _number,
    "builtins.getattr": _getattr,
    "builtins.vars": _vars,
    "builtins.range": _range_of_numbers,
    "builtins.enumerate": _pairs,
    "builtins.__import__": _import_module,
    "importlib.import_module": _import_module,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "functools.partial": _partial,
    "importlib.util.find_spec": _import_module,
    "importlib.util.module_from_spec": _first,
    "importlib.reload": _first,
    "lazy_loader.load": _import_module,
    "langchain_core.utils.guard_import": _import_module,
    "pytest.importorskip": _import_module,
    "typing.cast": _cast,
    "typing_extensions.cast": _cast,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "textwrap.dedent": _first,
    "inspect.cleandoc": _first,
    "asyncio.run": _first,
    "functools.lru_cache": _first,
    "functools.cache": _first,
    "pathlib.Path": paths.joined,
    "pathlib.PurePath": paths.joined,
    "os.path.join": paths.joined,
    "os.path.dirname": paths.dirname,
    "os.path.expanduser": _first,
    "os.path.abspath": _first,
    "os.path.realpath": _first,
    "os.path.normpath": _first,
    # The data itself: a request body is read through them.
    "json.dumps": _first,
    "orjson.dumps": _first,
    "ujson.dumps": _first,
    "simplejson.dumps": _first,
    "builtins.bytes": _first,
    "dataclasses.replace": records.replaced,
    "attrs.evolve": records.replaced,
    "attr.evolve": records.replaced,
    "dataclasses.field": _field,
    "pydantic.Field": _field,
    "pydantic.fields.Field": _field,
    "pydantic_settings.Field": _field,
    "attr.ib": _field,
    "attrs.field": _field,
    "attr.field": _field,
    "typer.Option": _field,
    "typer.Argument": _field,
    "fastapi.Query": _field,
    "fastapi.Body": _field,
    "fastapi.Depends": _depends,
    "fastapi.Security": _depends,
    "omegaconf.OmegaConf.create": _first,
    "omegaconf.OmegaConf.to_container": _first,
}
_EXTERNAL.update(config_files.LOADERS)
