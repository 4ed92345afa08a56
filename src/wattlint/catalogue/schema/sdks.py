"""Schema of ``rules/sdks/*.yaml`` (and of a user's own SDK files): one file per SDK.

``compile_folder`` checks every file and turns all of them into the plain data that ``catalogue/sdks.py`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.yaml_source import YamlSource, read_yaml

Kind = Literal["call", "bind", "load", "embed", "train", "derive", "other"]
Option = Literal[
    "temperature", "samples", "format", "tools", "effort", "stream", "cache", "batch", "dtype", "quantization",
    "device", "attention", "draft", "base_url", "region", "retries", "task", "trust_remote_code",
    "training_arguments", "generation", "dimensions",
]  # fmt: skip


PATH = re.compile(r"[\w*]+(\.[\w*]+)*(\(\)(\.[\w*]+)+)?")


def check_path(path: str, literal: bool = False) -> None:
    call = path.partition("('")[0] if literal and path.endswith("')") else path
    if not PATH.fullmatch(call):
        raise ValueError(
            f"{path!r} is no callee: write package.Class, package.Class().method or package.*Class"
        )


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _as_argument(value: Any) -> Any:
    """``model`` and ``[model, engine]`` are short for ``{names: [...]}``."""
    if isinstance(value, str):
        return {"names": [value]}
    return {"names": value} if isinstance(value, list) else value


def _as_default(value: Any) -> Any:
    """``gpt-4o`` and ``[{until: "5", value: x}, ...]`` are short for ``{versions: [...]}``."""
    if isinstance(value, str):
        return {"versions": [{"value": value}]}
    return {"versions": value} if isinstance(value, list) else value


class PlainArgument(Strict):
    names: list[str] = []
    position: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def reachable(self) -> PlainArgument:
        if not self.names and self.position is None:
            raise ValueError("needs names or a position")
        return self

    def plain(self) -> tuple[Any, ...]:
        return tuple(self.names), self.position


class VersionedValue(Strict):
    """``since`` is inclusive, ``until`` exclusive; versions of the entry's ``distribution``."""

    since: str | None = None
    until: str | None = None
    value: str | None


class Versions(Strict):
    versions: list[VersionedValue]

    def plain(self) -> Any:
        first = self.versions[0]
        if len(self.versions) == 1 and first.since is None and first.until is None:
            return first.value
        return [version.model_dump() for version in self.versions]


class Default(Strict):
    versions: list[VersionedValue] = []
    by: Annotated[PlainArgument, BeforeValidator(_as_argument)] | None = None
    values: dict[str, Annotated[Versions, BeforeValidator(_as_default)]] = {}

    @model_validator(mode="after")
    def one_form(self) -> Default:
        if bool(self.versions) == bool(self.by) or bool(self.by) != bool(self.values):
            raise ValueError("a default is a model id, a list by version, or {by, values}")
        return self

    def plain(self) -> Any:
        if self.by is None:
            return Versions(versions=self.versions).plain()
        return {"by": self.by.plain(), "values": {key: value.plain() for key, value in self.values.items()}}


class ModelArgument(PlainArgument):
    default: Annotated[Default, BeforeValidator(_as_default)] | None = None
    env: list[str] = []

    @model_validator(mode="after")
    def reachable(self) -> ModelArgument:
        if not self.names and self.position is None and self.default is None and not self.env:
            raise ValueError("needs names, a position, a default or env")
        return self


class LimitArgument(PlainArgument):
    default: int | None = Field(None, gt=0)


Argument = Annotated[PlainArgument, BeforeValidator(_as_argument)]


class Structural(Strict):
    """A trailing attribute chain that tells the call when the receiver is unknown."""

    chain: str = Field(pattern=r"^\w+(\.\w+)*$")
    needs: list[str] = []
    """Keywords that must all be present."""
    open: bool = True
    """Whether ``**kwargs`` may stand for ``needs``; not where other libraries have a method of that name."""


class ClassDefaults(Strict):
    """What one class of an entry for many classes takes when the argument is omitted."""

    model: Annotated[Default, BeforeValidator(_as_default)] | None = None
    limit: int | None = Field(None, gt=0)
    provider: str | None = None


class Entry(Strict):
    name: str = Field(pattern=r"^[\w.{}-]+$")
    kind: Kind
    callees: list[str] = Field(min_length=1)
    structural: list[Structural] = []
    model: Annotated[ModelArgument, BeforeValidator(_as_argument)] | None = None
    prompt: Argument | None = None
    system: Argument | None = None
    limit: Annotated[LimitArgument, BeforeValidator(_as_argument)] | None = None
    options: dict[Option, Argument] = {}
    classes: dict[str, ClassDefaults] = {}
    """Makes one entry per class: ``{class}`` in ``name``, ``callees`` and ``signature`` stands for its name."""
    returns: str | None = None
    provider: str | None = None
    distribution: str | None = None
    loads_locally: bool = False
    signature: str | None = Field(None, pattern=r"^[\w.]+:(\w*|\{class\}):\w+$")
    since: str | None = None
    until: str | None = None
    source: str | None = None

    @field_validator("callees")
    @classmethod
    def callee_form(cls, callees: list[str]) -> list[str]:
        for callee in callees:
            check_path(callee.replace("{class}", "Class"))
        return callees

    @model_validator(mode="after")
    def class_is_used(self) -> Entry:
        for text in (self.name, *self.callees):
            if ("{class}" in text) != bool(self.classes):
                raise ValueError(
                    f"{text!r}: {{class}} belongs in the name and every callee of an entry with classes"
                )
        return self

    def expanded(self) -> Iterator[Entry]:
        """The entry itself, or one entry per class."""
        if not self.classes:
            yield self
        for name, defaults in self.classes.items():
            update: dict[str, Any] = {
                "name": self.name.replace("{class}", name),
                "callees": [callee.replace("{class}", name) for callee in self.callees],
                "signature": self.signature and self.signature.replace("{class}", name),
                "model": self.model and self.model.model_copy(update={"default": defaults.model}),
                "limit": self.limit and self.limit.model_copy(update={"default": defaults.limit}),
                "provider": defaults.provider or self.provider,
                "classes": {},
            }
            yield self.model_copy(update=update)

    def plain(self, sdk: str) -> tuple[Any, ...]:
        """In the order of ``records.EntryPoint``."""
        model, limit = self.model, self.limit
        return (
            self.name,
            sdk,
            self.kind,
            model.plain() if model and (model.names or model.position is not None) else None,
            model.default.plain() if model and model.default else None,
            tuple(model.env) if model else (),
            self.prompt.plain() if self.prompt else None,
            self.system.plain() if self.system else None,
            limit.plain() if limit else None,
            limit.default if limit else None,
            {key: value.plain() for key, value in self.options.items()},
            self.returns,
            self.provider,
            self.distribution,
            self.loads_locally,
        )


class Type(Strict):
    constructors: list[str] = []
    modules: list[str] = []
    extends: list[str] = []
    provider: str | None = None

    @field_validator("constructors")
    @classmethod
    def constructor_form(cls, constructors: list[str]) -> list[str]:
        for constructor in constructors:
            check_path(constructor, literal=True)
        return constructors


class Endpoint(Strict):
    """A URL of a hosted or local model server."""

    name: str
    markers: list[str] = Field(min_length=1)
    """Literal texts; every such URL contains one of them, and the sieve looks for them in the raw file."""
    pattern: str
    """Regular expression searched in the URL; a group ``model`` captures the model."""
    provider: str | None = None
    kind: Literal["call", "embed", "other"] = "call"

    @field_validator("pattern")
    @classmethod
    def compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern


class QuantizationClass(Strict):
    """How a quantization config says what it does: one format, flags, or a named scheme."""

    format: str | None = None
    flags: dict[str, str] = {}
    """Keyword that switches a format on -> format."""
    scheme: Argument | None = None
    """Argument that names the scheme (``int4_weight_only``, ``nf4``)."""
    bits: Argument | None = None
    default_bits: float | None = Field(None, gt=0)
    compute_dtype: Argument | None = None


class SdkFile(Strict):
    sdk: str
    imports: list[str] = []
    distributions: dict[str, list[str]] = {}
    types: dict[str, Type] = {}
    entry_points: list[Entry] = []
    http_callees: list[Entry] = []
    endpoints: list[Endpoint] = []
    quantization: dict[str, QuantizationClass] = {}


class Compiler:
    """Collects the files of one folder; the first problem raises CatalogueError."""

    def __init__(self, known_types: Mapping[str, Sequence[str]]) -> None:
        self._foreign = known_types
        self._known_types = set(known_types)
        self._files: list[tuple[YamlSource, SdkFile]] = []
        self._owners: dict[str, str] = {}

    def add(self, path: Path) -> None:
        source = read_yaml(path)
        file = source.validate(SdkFile)
        for name in file.types:
            self._claim(f"type {name}", source, ["types", name])
            self._known_types.add(name)
        for section, entries in (("entry_points", file.entry_points), ("http_callees", file.http_callees)):
            for number, family in enumerate(entries):
                for entry in family.expanded():
                    self._claim(f"name {entry.name}", source, [section, number, "name"])
                    for index, callee in enumerate(entry.callees):
                        self._claim(f"callee {callee}", source, [section, number, "callees", index])
        for name, kind in file.types.items():
            for index, constructor in enumerate(kind.constructors):
                self._claim(f"constructor {constructor}", source, ["types", name, "constructors", index])
            for index, module in enumerate(kind.modules):
                self._claim(f"module {module}", source, ["types", name, "modules", index])
        for name in file.quantization:
            self._claim(f"quantization class {name}", source, ["quantization", name])
        self._files.append((source, file))

    def _claim(self, what: str, source: YamlSource, place: list[object]) -> None:
        """Every name, callee, type and constructor belongs to one place."""
        here = f"{source.path.name}:{source.line(place)}"
        if what in self._owners:
            raise source.error(place, f"{what} is already in {self._owners[what]}")
        self._owners[what] = here

    def _check_references(self) -> None:
        for source, file in self._files:
            for place, type_name in _references(file):
                if type_name not in self._known_types:
                    hint = nearest(type_name, self._known_types)
                    raise source.error(place, f"unknown type {type_name!r}{hint}")

    def _lineage(self, types: dict[str, Type], name: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """``name`` and all it extends, nearest first."""
        order = [name] if name in types else [*self._foreign[name]]
        for base in types[name].extends if name in types else ():
            if base not in seen:
                order += [kind for kind in self._lineage(types, base, (*seen, name)) if kind not in order]
        return tuple(order)

    def result(self) -> dict[str, Any]:
        self._check_references()
        types = {name: kind for _, file in self._files for name, kind in file.types.items()}
        entries: dict[str, tuple[Any, ...]] = {}
        callees: dict[str, str] = {}
        http_callees: dict[str, str] = {}
        structural: dict[str, list[tuple[Any, ...]]] = {}
        for _, file in self._files:
            for entry in (entry for family in file.entry_points for entry in family.expanded()):
                entries[entry.name] = entry.plain(file.sdk)
                callees.update(dict.fromkeys(entry.callees, entry.name))
                for shape in entry.structural:
                    chain = tuple(shape.chain.split("."))
                    row = (chain, tuple(shape.needs), shape.open, entry.name)
                    structural.setdefault(chain[-1], []).append(row)
            for entry in file.http_callees:
                entries[entry.name] = entry.plain(file.sdk)
                http_callees.update(dict.fromkeys(entry.callees, entry.name))
        constructors = {path: name for name, kind in types.items() for path in kind.constructors}
        endpoints = [point for _, file in self._files for point in file.endpoints]
        return {
            "entries": entries,
            "callees": {path: name for path, name in callees.items() if "*" not in path},
            "wildcard_callees": _wildcards(callees),
            "http_callees": http_callees,
            "structural": {
                last: sorted(rows, key=lambda row: -len(row[0])) for last, rows in structural.items()
            },
            "lineage": {name: self._lineage(types, name) for name in types},
            "type_providers": {name: kind.provider for name, kind in types.items() if kind.provider},
            "constructors": {path: name for path, name in constructors.items() if "*" not in path},
            "wildcard_constructors": _wildcards(constructors),
            "modules": {module: name for name, kind in types.items() for module in kind.modules},
            "imports": sorted({module for _, file in self._files for module in file.imports}),
            "hosts": sorted({marker for point in endpoints for marker in point.markers}),
            "endpoints": [(point.pattern, point.name, point.provider, point.kind) for point in endpoints],
            "quantization": {
                name: (
                    kind.format,
                    kind.flags,
                    kind.scheme and kind.scheme.plain(),
                    kind.bits and kind.bits.plain(),
                    kind.default_bits,
                    kind.compute_dtype and kind.compute_dtype.plain(),
                )
                for _, file in self._files
                for name, kind in file.quantization.items()
            },
        }


def _references(file: SdkFile) -> Iterator[tuple[list[object], str]]:
    """Every place that names a type."""
    for name, kind in file.types.items():
        yield from ((["types", name, "extends", index], base) for index, base in enumerate(kind.extends))
    for number, entry in enumerate(file.entry_points):
        if entry.returns and entry.returns != "self" and not entry.returns.startswith("argument:"):
            yield ["entry_points", number, "returns"], entry.returns
        for index, callee in enumerate(entry.callees):
            type_name, instance, _ = callee.partition("()")
            if instance:
                yield ["entry_points", number, "callees", index], type_name


def _wildcards(targets: dict[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """Last segment (``*`` when that is a pattern itself) -> (literal start, regular expression, target) of every
    pattern, the most specific first."""
    table: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted((path for path in targets if "*" in path), key=lambda path: (-len(path), path)):
        last = path.rpartition(".")[2]
        row = (path.partition("*")[0], re.escape(path).replace(r"\*", r"[^.()]*"), targets[path])
        table.setdefault("*" if "*" in last else last, []).append(row)
    return table


def compile_folder(folder: Path, known_types: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """All files of ``folder`` as plain data. ``known_types``: built-in types that a user's file may refer to, each
    with itself and all it extends."""
    compiler = Compiler(known_types or {})
    for path in sorted(folder.glob("*.yaml")):
        compiler.add(path)
    return compiler.result()
