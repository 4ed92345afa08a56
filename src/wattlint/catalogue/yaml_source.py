"""YAML with line numbers, so that an error in a catalogue file can name its line.

Only imported when files are compiled or a user's own folder is read, never on a normal run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wattlint.catalogue.errors import CatalogueError, in_words, nearest

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Model = TypeVar("Model", bound=BaseModel)


class YamlSource:
    """One parsed YAML text and the way from a key path to its line (1-based)."""

    def __init__(self, path: Path, text: str, first_line: int = 1) -> None:
        self.path, self._first_line = path, first_line
        try:
            self._node = yaml.compose(text, Loader=Loader)
            self.data: Any = yaml.load(text, Loader=Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + first_line if mark else None
            raise CatalogueError(
                path, line, None, f"not valid YAML: {getattr(error, 'problem', error)}"
            ) from None

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
            first = error.errors()[0]
            location = [*under, *(part for part in first["loc"] if isinstance(part, (str, int)))]
            message = in_words(first)
            if first["type"] == "extra_forbidden":
                message = "unknown key" + nearest(str(location[-1]), field_names(model))
            raise self.error(location, message) from None


def read_yaml(path: Path) -> YamlSource:
    """Parse ``path``; a file that is no UTF-8 or no YAML raises CatalogueError."""
    try:
        return YamlSource(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path, None, None, str(error)) from None


def field_names(model: type[BaseModel]) -> set[str]:
    """Every key that ``model`` or a model nested in it accepts (for suggestions)."""
    names: set[str] = set()
    seen: set[type[BaseModel]] = set()
    todo: list[Any] = [model]
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind in seen:
                continue
            seen.add(kind)
            for name, field in kind.model_fields.items():
                names.add(field.alias or name)
                todo.append(field.annotation)
        else:
            todo.extend(getattr(kind, "__args__", ()))
    return names
