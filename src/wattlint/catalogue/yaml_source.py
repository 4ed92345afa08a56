"""YAML with line numbers, so that an error in a catalogue file can name its line.

Only imported when files are compiled or a user's own folder is read, never on a normal run.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from wattlint.catalogue.errors import CatalogueError, in_words, nearest
from wattlint.sources.buffers import read_bytes
from wattlint.sources.yaml_text import LOADER, UNFIT, depths

MAX_DEPTH = 40
MAX_BYTES = 500_000
"""Of one file: ours are below 70 kB."""
MAX_NODES = 100_000
"""Of one file, what its aliases stand for counted each time."""
Model = TypeVar("Model", bound=BaseModel)


class YamlSource:
    """One parsed YAML text and the way from a key path to its line (1-based)."""

    def __init__(self, path: Path, text: str, first_line: int = 1) -> None:
        self.path, self._first_line = path, first_line
        try:
            self._check_depth(text)
            self._node = yaml.compose(text, Loader=LOADER)
            self._check_size()
            self._check_keys()
            self.data: Any = yaml.load(text, Loader=LOADER)
        except yaml.YAMLError as error:
            mark, position = getattr(error, "problem_mark", None), getattr(error, "position", None)
            line = mark.line if mark else text.count("\n", 0, position) if position is not None else 0
            what = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise CatalogueError(path, line + first_line, None, f"not valid YAML: {what}") from None
        except UNFIT as error:
            what = str(error).partition(";")[0]
            raise CatalogueError(path, None, None, f"a value is none of its kind: {what}") from None

    def _check_depth(self, text: str) -> None:
        for event, depth in depths(text):
            if depth > MAX_DEPTH:
                mark = event.start_mark
                line = mark.line + self._first_line if mark else None
                raise CatalogueError(self.path, line, None, f"nested more than {MAX_DEPTH} levels deep")

    def _check_size(self) -> None:
        """Aliases of aliases can stand for more than fits into memory."""
        sizes: dict[int, int] = {}

        def size(node: Any) -> int:
            if isinstance(node, yaml.ScalarNode) or node is None:
                return 1
            if id(node) not in sizes:
                sizes[id(node)] = 0  # of one that holds itself
                parts = node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
                sizes[id(node)] = 1 + sum(map(size, parts))
            return sizes[id(node)]

        if size(self._node) > MAX_NODES:
            raise CatalogueError(
                self.path, self._first_line, None, f"stands for more than {MAX_NODES:,} values"
            )

    def _check_keys(self) -> None:
        """No key twice in one mapping: YAML would take the last one in silence."""
        todo, seen = [self._node], set()
        while todo:
            node = todo.pop()
            if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
                continue
            seen.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                todo += node.value
                continue
            keys: set[str] = set()
            for key, value in node.value:
                todo.append(value)
                if isinstance(key, yaml.ScalarNode) and key.value in keys and key.value != "<<":
                    line = key.start_mark.line + self._first_line
                    raise CatalogueError(self.path, line, key.value, "this key is already there")
                keys.add(str(key.value))

    def line(self, key_path: Sequence[object]) -> int:
        """The line of the deepest part of ``key_path`` that exists in the text."""
        node, line = self._node, self._first_line
        for key in key_path:
            if isinstance(node, yaml.MappingNode):
                for key_node, value_node in node.value:
                    if key_node.value == str(key):
                        node, line = value_node, key_node.start_mark.line + self._first_line
                        break
                else:
                    break
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line + self._first_line
            else:
                break
        return line

    def error(self, key_path: Sequence[object], message: str) -> CatalogueError:
        return CatalogueError(self.path, self.line(key_path), ".".join(map(str, key_path)) or None, message)

    def validate(self, model: type[Model], data: Any = None, under: Sequence[object] = ()) -> Model:
        """``data`` (default: the whole file) as ``model``; the first problem becomes a CatalogueError."""
        try:
            return model.model_validate(self.data if data is None else data)
        except ValidationError as error:
            errors = error.errors()
            # A misspelt key is named as such, before the right one is reported missing.
            first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
            location = [*under, *(part for part in first["loc"] if isinstance(part, (str, int)))]
            message = in_words(first)
            if first["type"] == "extra_forbidden":
                message = "unknown key" + nearest(str(location[-1]), field_names(model))
            raise self.error(location, message) from None


def read_yaml(path: Path) -> YamlSource:
    """Parse ``path``; a file that is no UTF-8 or no YAML raises CatalogueError."""
    return YamlSource(path, read_text(path))


def read_text(path: Path) -> str:
    """A file of the catalogue. Raises CatalogueError where there is no text, or too much."""
    try:
        raw = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        raise CatalogueError(
            path, None, None, f"cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    if len(raw) > MAX_BYTES:
        raise CatalogueError(path, None, None, f"larger than {MAX_BYTES // 1000} kB, not read")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CatalogueError(path, line, None, "not valid UTF-8") from None


def field_names(model: type[BaseModel]) -> set[str]:
    """Every key that ``model`` or a model nested in it accepts (for suggestions)."""
    names: set[str] = set()
    seen: set[type[BaseModel]] = set()
    todo: list[Any] = [model]
    while todo:
        kind = todo.pop()
        if parts := get_args(kind):  # first: in Python 3.10 list[int] counts as a class
            todo.extend(parts)
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for name, field in kind.model_fields.items():
                names.add(field.alias or name)
                todo.append(field.annotation)
    return names
