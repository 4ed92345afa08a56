"""The schemas that go out with a prompt: of tools a model may call, and of the answer it has to give.

Schemas written out as JSON are read as they stand. Functions and classes handed over as tools are written down the way
SDKs derive a schema from them: name, docstring, parameters or fields with their types and descriptions. What the text
of a tool is cannot be read for objects made elsewhere (``TavilySearch()``); those are only counted.
"""

from __future__ import annotations

import ast
import json

from wattlint.callsites.facts import Schemas
from wattlint.semantics import arguments, classes, instances
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import END, FunctionInfo
from wattlint.semantics.values import (
    Class,
    Const,
    Function,
    Instance,
    Mapping,
    Member,
    Result,
    Sequence,
    Text,
    Thunk,
    Unknown,
    Value,
    alternatives,
    is_none,
)

MAX_TOOLS = 64
MAX_DEPTH = 12
PLUMBING = frozenset(
    {
        "self",
        "cls",
        "ctx",
        "context",
        "run_context",
        "tool_context",
        "runtime",
        "config",
        "callbacks",
        "state",
    }
)
"""Parameters that frameworks fill in themselves."""
WRAPPERS = ("function", "object", "json_schema", "json_object", "text")
"""Types that say nothing about what is inside."""
DESCRIBING = ("name", "title", "description", "docstring")
HOLDING = (
    "parameters", "input_schema", "parameters_json_schema", "args_schema", "schema", "schema_", "properties", "items", "function",
    "function_declarations", "functions", "tools", "func", "fn", "coroutine", "async_fn", "required", "enum", "type",
)  # fmt: skip
"""Arguments of a tool's maker that are sent, or that the schema comes from."""


def of_call(evaluator: Evaluator, tools: Value | None, answer: Value | None) -> Schemas | None:
    """The schemas of a call; None where it has none. ``answer``: the response format."""
    writer = _Writer(evaluator)
    if tools is not None:
        writer.tools(tools, 0)
    if answer is not None:
        writer.answer(answer)
    if not (writer.texts or writer.unread or writer.open):
        return None
    return Schemas(tuple(writer.texts), writer.unread, writer.open)


class _Writer:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.texts: list[str] = []
        self.unread = 0
        self.open = False
        self._seen: set[int] = set()

    def tools(self, value: Value, depth: int) -> None:
        """A list of tools, or one."""
        found = [one for one in alternatives(value) if not is_none(one)]
        if len(found) < len(alternatives(value)) and all(isinstance(one, Unknown) for one in found):
            return  # ``tools=None`` unless a caller says otherwise
        # Of several possible lists, the one that says most; they are given one at a time.
        one = max(found, key=_tells, default=None)
        if one is None or depth > 4:
            return
        if isinstance(one, Sequence):
            self.open = self.open or one.open or one.repeated or len(one.items) > MAX_TOOLS
            for item in one.items[:MAX_TOOLS]:
                self.tools(self.evaluator.force(item), depth + 1)
        elif isinstance(one, Unknown) and depth == 0:
            self.open = True
        else:
            self._tool(one)

    def answer(self, value: Value) -> None:
        for one in alternatives(value):
            if isinstance(one, (Class, Instance)):
                cls = one if isinstance(one, Class) else one.cls
                self.texts.append(_json(self._of_class(cls, 0)))
                return
            if isinstance(one, Mapping) and len(one.entries) > 1:
                written = self._plain(one, 0)
                if _says_something(written):
                    self.texts.append(_json(written))
                    return

    def _tool(self, value: Value) -> None:
        written = self._plain(value, 0)
        if _says_something(written):
            self.texts.append(_json(written))
        else:
            self.unread += 1

    def _plain(self, value: Value, depth: int) -> object:
        """As JSON data; None for what cannot be read."""
        if depth > MAX_DEPTH:
            return None
        one = alternatives(value)[0]
        if isinstance(one, Const):
            return one.value if isinstance(one.value, (str, int, float, bool)) else None
        if isinstance(one, Text):
            return "".join(piece for piece in one.pieces if isinstance(piece, str))
        if isinstance(one, Mapping):
            entries = ((str(key), self._of(thunk, depth)) for key, thunk in one.entries.items())
            return {key: inner for key, inner in entries if inner is not None}
        if isinstance(one, Sequence):
            items = (self._of(item, depth) for item in one.items[:MAX_TOOLS])
            return [item for item in items if item is not None]
        if isinstance(one, Function):
            return _of_function(one.info)
        if isinstance(one, Class):
            return self._of_class(one, depth)
        if isinstance(one, Instance):
            return self._of_instance(one, depth)
        if isinstance(one, Result):
            return self._of_result(one, depth)
        return None

    def _of(self, thunk: Thunk, depth: int) -> object:
        return self._plain(self.evaluator.force(thunk), depth + 1)

    def _of_result(self, value: Result, depth: int) -> object:
        """``Tool(name=..., description=...)``, ``FunctionDeclaration(...)``, ``pydantic_function_tool(Model)``."""
        if value.call is None or value.frame is None or value.spot is None:
            return None
        given = arguments.of(self.evaluator, value.call, value.frame, value.spot)
        named = {
            key: self._of(thunk, depth)
            for key, thunk in given.keywords.items()
            if key in DESCRIBING or key in HOLDING
        }
        placed = [self._of(thunk, depth) for thunk in given.positional[:4]]
        written = {key: inner for key, inner in named.items() if inner not in (None, {}, [])}
        schemas = [inner for inner in placed if isinstance(inner, (dict, list)) and inner]
        if schemas:
            written["schema"] = schemas
        return written or None

    def _of_instance(self, value: Instance, depth: int) -> object:
        """A tool class of the project: its class attributes, and the method that does the work."""
        written = {}
        for name in (*DESCRIBING, *HOLDING):
            found = instances.of_instance(self.evaluator, value, name)
            if any(isinstance(one, (Unknown, Member)) for one in alternatives(found)):
                continue
            inner = self._plain(found, depth + 1)
            if inner not in (None, {}, []):
                written[name] = inner
        for name in ("_run", "run", "__call__", "forward", "execute"):
            method = value.cls.info.methods.get(name)
            if method is not None:
                written["function"] = _of_function(method)
                break
        return written or None

    def _of_class(self, cls: Class, depth: int) -> dict[str, object]:
        """A pydantic model, dataclass or TypedDict as its JSON schema; nested ones once."""
        info = cls.info
        properties: dict[str, object] = {}
        nested: dict[str, object] = {}
        self._seen.add(id(info))
        for owner in reversed(classes.bases(self.evaluator, info)[0]):
            for node in owner.node.body:
                if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                    continue
                annotation = node.annotation
                properties[node.target.id] = {
                    "title": node.target.id,
                    "type": ast.unparse(annotation)[:300],
                    **_described(node.value),
                }
                nested.update(self._nested(annotation, owner.scope, depth))
        written: dict[str, object] = {"title": info.name, "type": "object", "properties": properties}
        if text := ast.get_docstring(info.node):
            written["description"] = text
        if nested:
            written["$defs"] = nested
        return written

    def _nested(self, annotation: ast.expr, scope: object, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        if depth > 3:
            return found
        for name in ast.walk(annotation):
            if isinstance(name, ast.Name) and name.id not in found:
                frame = self.evaluator.frame_of(scope)  # type: ignore[arg-type]
                for one in alternatives(self.evaluator.value(name, frame, END)):
                    if isinstance(one, Class) and id(one.info) not in self._seen:
                        found[name.id] = self._of_class(one, depth + 1)
        return found


def _of_function(info: FunctionInfo) -> dict[str, object]:
    """As SDKs make a schema of a function: its name, docstring and parameters."""
    written: dict[str, object] = {"name": info.name}
    node = info.node
    if not isinstance(node, ast.Lambda) and (text := ast.get_docstring(node)):
        written["description"] = text
    parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    properties = {
        parameter.arg: {
            "title": parameter.arg,
            "type": ast.unparse(parameter.annotation)[:300] if parameter.annotation else "string",
        }
        for parameter in parameters
        if parameter.arg not in PLUMBING
    }
    written["parameters"] = {"type": "object", "properties": properties, "required": list(properties)}
    return written


def _described(default: ast.expr | None) -> dict[str, str]:
    """The description in ``Field(..., description="...")``."""
    if not isinstance(default, ast.Call):
        return {}
    return {
        keyword.arg: keyword.value.value
        for keyword in default.keywords
        if keyword.arg in ("description", "title", "pattern")
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }


def _tells(value: Value) -> int:
    if isinstance(value, Sequence):
        return 1 + len(value.items)
    return 0 if isinstance(value, Unknown) else 1


def _says_something(written: object) -> bool:
    """A name, a description or fields: ``{"type": "function"}`` alone is a schema whose inside is not known."""
    if isinstance(written, dict):
        if written.keys() & {"name", "title", "description", "properties"}:
            return True
        if isinstance(written.get("type"), str) and written["type"] not in WRAPPERS:
            return True  # a tool that the provider runs: ``{"type": "web_search"}``
        return any(map(_says_something, written.values()))
    return isinstance(written, list) and any(map(_says_something, written))


def _json(written: object) -> str:
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"), default=str)
