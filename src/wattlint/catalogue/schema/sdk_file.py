"""What one file of ``rules/sdks`` (or of a user's own SDK folder) may say. ``schema/sdks.py`` compiles the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Kind = Literal["call", "bind", "load", "embed", "train", "derive", "other"]
Option = Literal[
    "temperature", "samples", "format", "tools", "effort", "stream", "cache", "batch", "dtype", "quantization",
    "device", "attention", "draft", "draft_tokenizer", "base_url", "region", "retries", "task", "trust_remote_code",
    "training_arguments", "adapter", "dataset", "epochs", "generation", "dimensions", "streamer",
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

    def or_default(self, default: Default | None) -> ModelArgument:
        return self.model_copy(update={"default": default or self.default})


class LimitArgument(PlainArgument):
    default: int | None = Field(None, gt=0)

    def or_default(self, default: int | None) -> LimitArgument:
        return self.model_copy(update={"default": default or self.default})


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
    signature: str | None = Field(None, pattern=r"^[\w.*]+:(\w*|\{class\}):\w+$")
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
        for key in ("model", "limit"):
            defaults = [name for name, given in self.classes.items() if getattr(given, key) is not None]
            if defaults and getattr(self, key) is None:
                raise ValueError(f"{defaults[0]} has a default {key}, but the entry has no {key}")
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
                "model": self.model and self.model.or_default(defaults.model),
                "limit": self.limit and self.limit.or_default(defaults.limit),
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
    needs: list[str] = []
    """Keys of the payload without which the URL says too little; with them, the call is known by its structure."""
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

    def plain(self) -> tuple[Any, ...]:
        """In the order of ``sdks.Quantization``."""
        arguments = [
            argument and argument.plain() for argument in (self.scheme, self.bits, self.compute_dtype)
        ]
        return self.format, self.flags, *arguments, self.default_bits


class SdkFile(Strict):
    sdk: str
    imports: list[str] = []
    imports_need: list[str] = []
    """Words of which a file must hold one for these imports to matter: ``boto3`` without ``bedrock`` calls no model."""
    distributions: dict[str, list[str]] = {}
    types: dict[str, Type] = {}
    entry_points: list[Entry] = []
    http_callees: list[Entry] = []
    """Functions of HTTP clients: a call of a model only when the URL matches an endpoint."""
    endpoints: list[Endpoint] = []
    quantization: dict[str, QuantizationClass] = {}

    def entries(self) -> Iterator[tuple[str, int, Entry]]:
        """(section, number in it, entry) with classes expanded."""
        for section, families in (("entry_points", self.entry_points), ("http_callees", self.http_callees)):
            for number, family in enumerate(families):
                yield from ((section, number, entry) for entry in family.expanded())
