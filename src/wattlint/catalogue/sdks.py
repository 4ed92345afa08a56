"""SDK entry points at run time: which qualified names are LLM calls, and where their arguments are.

Qualified names are written as the resolver sees them: ``openai.OpenAI().chat.completions.create`` is a method of an
instance of the type ``openai.OpenAI``; ``TYPE().__call__`` is a call of an instance itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from wattlint.catalogue.records import Argument, EntryPoint
from wattlint.catalogue.sdk_names import NamesBySdk, names


class HttpEndpoint(NamedTuple):
    """What a URL says about the call."""

    name: str
    provider: str | None
    kind: str
    """``call``, ``embed`` or ``other``."""
    model: str | None
    """The model in the path, when it is there and known."""
    structural: bool = False
    """Told by the payload too, for the URL alone could be anybody's."""


class Quantization(NamedTuple):
    """How a quantization config class says what it does."""

    format: str | None
    flags: dict[str, str]
    """Keyword that switches a format on -> format."""
    scheme: Argument | None
    """Argument that names the scheme (``int4_weight_only``, ``nf4``)."""
    bits: Argument | None
    compute_dtype: Argument | None
    default_bits: float | None


class SdkCatalogue:
    """Look-ups over the plain data of ``schema/sdks.py``; every answer is remembered."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._entries: dict[str, EntryPoint] = {}
        self._names: dict[str, str | None] = {}
        self._http: frozenset[str] = frozenset(data["http"])
        self._guests: frozenset[str] = frozenset(data["guests"])
        self._wildcards = [name for name in data["imports"] if "*" in name]
        self.imports: frozenset[str] = frozenset(data["imports"])
        self.hosts: tuple[str, ...] = tuple(data["hosts"])
        self.structural_names: frozenset[str] = frozenset(data["structural"])
        self.http_names: frozenset[str] = frozenset(data["names"]["requests"])
        """Last names of the functions and methods of HTTP clients."""
        self.roots: frozenset[str] = frozenset(data["names"]["roots"])
        """First names of the paths of entry points."""
        self.own_modules: frozenset[str] = frozenset(data.get("own_modules", ()))
        """Modules that the user's own files import from: they may be the project's."""
        self.own_names: frozenset[str] = frozenset(data.get("own_names", ()))
        """Functions and classes that the user's own files describe."""

    @cached_property
    def told_by_argument(self) -> frozenset[str]:
        """Whose first argument says what they make: ``boto3.client('bedrock-runtime')``."""
        return frozenset(path.partition("('")[0] for path in self._data["constructors"] if "('" in path)

    def entry(self, qualname: str) -> EntryPoint | None:
        """The entry point that ``qualname`` is, through base types, wildcards and re-exports."""
        name = self._name(qualname)
        return self._entry_named(name) if name and name not in self._http else None

    def is_guest(self, qualname: str) -> bool:
        """Whether ``qualname`` is a method that another SDK adds to a type."""
        type_name, _, attributes = qualname.rpartition("()")
        return any(f"{base}(){attributes}" in self._guests for base in self.bases(type_name))

    def named(self, name: str) -> EntryPoint | None:
        """The entry point with this name of its own."""
        return self._entry_named(name) if name in self._data["entries"] else None

    def names_by_sdk(self, kinds: frozenset[str]) -> NamesBySdk:
        """The last names of the entry points of these kinds."""
        return NamesBySdk(self._data["names"], kinds)

    def instance_type(self, qualname: str, first_argument: str | None = None) -> str | None:
        """The type that calling ``qualname`` makes; None when the catalogue does not say."""
        if first_argument is not None:
            by_argument = self._data["constructors"].get(f"{qualname}('{first_argument}')")
            if by_argument:
                return str(by_argument)
        made = self._find(qualname, "constructors")
        if made:
            return made
        entry = self.entry(qualname)
        return entry.returns if entry and entry.returns in self._data["lineage"] else None

    def module_type(self, qualname: str) -> str | None:
        """The type that a module or a module attribute behaves as an instance of."""
        found: str | None = self._data["modules"].get(qualname)
        return found

    def bases(self, type_name: str) -> tuple[str, ...]:
        """``type_name`` and all types it extends, nearest first. The name of a class stands for the type it makes."""
        known: tuple[str, ...] | None = self._data["lineage"].get(type_name)
        if known:
            return known
        made = self.instance_type(type_name)
        return (type_name, *self.bases(made)) if made and made != type_name else (type_name,)

    def type_provider(self, type_name: str) -> str | None:
        """Who serves the calls on instances of ``type_name``."""
        providers: dict[str, str] = self._data["type_providers"]
        return next((providers[name] for name in self.bases(type_name) if name in providers), None)

    def structural(
        self, chain: tuple[str, ...], keywords: frozenset[str], open_arguments: bool
    ) -> EntryPoint | None:
        """The entry with the longest chain that ends ``chain`` (outermost attribute last) and whose required
        keywords are there; ``open_arguments`` (a ``**kwargs`` at the call) can stand for them."""
        for trailing, needs, allows_open, name in (
            self._data["structural"].get(chain[-1], ()) if chain else ()
        ):
            evident = keywords.issuperset(needs) or (open_arguments and allows_open)
            if evident and chain[-len(trailing) :] == trailing:
                return self._entry_named(name)
        return None

    def endpoint(self, url: str, sends: Callable[[str], bool] | None = None) -> HttpEndpoint | None:
        """The model server that ``url`` belongs to; ``{}`` stands for an unknown part of it. ``sends``: whether the
        payload has a key."""
        for pattern, name, provider, kind, needs in self._data["endpoints"]:
            found = re.search(pattern, url)
            if found and (not needs or (sends is not None and all(map(sends, needs)))):
                model = found.groupdict().get("model")
                known = model if model and "{}" not in model else None
                return HttpEndpoint(name, provider, kind, known, bool(needs))
        return None

    def http_callee(self, qualname: str) -> EntryPoint | None:
        """How an HTTP client's function takes its arguments: URL in ``options["base_url"]``, payload fields dotted."""
        name = self._name(qualname)
        return self._entry_named(name) if name in self._http else None

    def quantization(self, class_name: str) -> Quantization | None:
        """``class_name`` with or without its module."""
        raw = self._data["quantization"].get(class_name.rpartition(".")[2])
        if raw is None:
            return None
        fixed, flags, scheme, bits, compute, default_bits = raw
        return Quantization(
            format=fixed,
            flags=flags,
            scheme=_argument(scheme),
            bits=_argument(bits),
            compute_dtype=_argument(compute),
            default_bits=default_bits,
        )

    def checked_versions(self, distribution: str) -> tuple[str, ...]:
        """Releases that the entries were checked against."""
        versions: tuple[str, ...] = self._data["distributions"].get(distribution, ())
        return versions

    def is_distribution(self, name: str) -> bool:
        """Whether an SDK comes from the distribution of this (normalised) name."""
        return name in self._data["distributions"]

    def is_sdk_module(self, dotted: str) -> bool:
        """Whether importing ``dotted`` can bring an SDK in."""
        parts = dotted.split(".")
        parents = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        return any(name in self.imports or self._matches_wildcard(name) for name in parents)

    @cached_property
    def _import_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(name.replace("*", r"\w*") for name in self._wildcards) or r"(?!)")

    def _matches_wildcard(self, name: str) -> bool:
        return self._import_pattern.fullmatch(name) is not None

    def _entry_named(self, name: str) -> EntryPoint:
        if name not in self._entries:
            self._entries[name] = _entry_point(self._data["entries"][name])
        return self._entries[name]

    def _name(self, qualname: str) -> str | None:
        if qualname not in self._names:
            self._names[qualname] = self._find_entry(qualname)
        return self._names[qualname]

    def _find_entry(self, qualname: str) -> str | None:
        type_name, instance, attributes = qualname.rpartition("()")
        if not instance:
            name = self._find(qualname, "callees")
            method = None if name else self._as_method(qualname)
            return self._find_entry(method) if method else name
        for base in self.bases(type_name):
            path = f"{base}(){attributes}"
            name = self._data["callees"].get(path) or self._match(path, "callees")
            if name:
                return name
        return None

    def _find(self, qualname: str, table: str) -> str | None:
        """What ``table`` (``callees`` or ``constructors``) has under any spelling of ``qualname``."""
        for path in spellings(qualname):
            found: str | None = self._data[table].get(path) or self._match(path, table)
            if found:
                return found
        return None

    def _match(self, path: str, table: str) -> str | None:
        patterns = self._data[f"wildcard_{table}"]
        for last in (path.rpartition(".")[2], "*"):
            for start, pattern, target in patterns.get(last, ()):
                if path.startswith(start) and re.fullmatch(pattern, path):
                    return str(target)
        return None

    def _as_method(self, qualname: str) -> str | None:
        """``openai.chat.completions.create`` as a method of the instance that the module ``openai`` behaves as."""
        module = qualname
        while "." in module:
            module = module.rpartition(".")[0]
            type_name = self.module_type(module)
            if type_name:
                return f"{type_name}(){qualname[len(module) :]}"
        return None


def spellings(qualname: str) -> Iterator[str]:
    """``qualname``, then the names under which parent packages re-export it.

    ``transformers.models.bert.BertModel.from_pretrained`` is also ``transformers.models.BertModel.from_pretrained``
    and ``transformers.BertModel.from_pretrained``.
    """
    yield qualname
    parts = qualname.split(".")
    classes = (number for number, part in enumerate(parts[1:], 1) if part.lstrip("_")[:1].isupper())
    name = next(classes, len(parts) - 1)
    for length in range(name - 1, 0, -1):
        yield ".".join((*parts[:length], *parts[name:]))


def _argument(raw: Any) -> Argument | None:
    return None if raw is None else Argument(*raw)


def _entry_point(raw: tuple[Any, ...]) -> EntryPoint:
    entry = EntryPoint(*raw)
    default = entry.model_default
    if isinstance(default, dict):
        default = {"by": Argument(*default["by"]), "values": default["values"]}
    return entry._replace(
        model=_argument(entry.model),
        model_default=default,
        prompt=_argument(entry.prompt),
        system=_argument(entry.system),
        limit=_argument(entry.limit),
        options={key: Argument(*value) for key, value in entry.options.items()},
    )


@cache
def load_sdks(user_folder: Path | None = None) -> SdkCatalogue:
    """The built-in catalogue, and on top of it the files of ``user_folder``, which win (an entry of the same name
    replaces the built-in one). Raises CatalogueError when one of them is wrong."""
    return SdkCatalogue(sdk_data(user_folder))


@cache
def sdk_data(user_folder: Path | None = None) -> dict[str, Any]:
    """The plain data behind ``load_sdks``."""
    from wattlint.catalogue.store import section

    data: dict[str, Any] = section("sdks")
    if user_folder is None:
        return data
    from wattlint.catalogue.schema.sdks import compile_folder

    return _merged(data, compile_folder(user_folder, data["lineage"]))


def _merged(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both compiled catalogues in one; ``theirs`` come first wherever the first match decides."""
    merged: dict[str, Any] = {
        key: [*theirs[key], *our] if isinstance(our, list) else {**our, **theirs[key]}
        for key, our in ours.items()
    }
    for key in ("structural", "wildcard_callees", "wildcard_constructors"):
        merged[key] = {last: [*theirs[key].get(last, ()), *ours[key].get(last, ())] for last in merged[key]}
    for rows in merged["structural"].values():
        rows.sort(key=lambda row: -len(row[0]))
    paths = {path.partition("()")[0] for path in (*theirs["callees"], *theirs["constructors"])}
    classes = {path.rpartition(".")[0] for path in paths}
    merged["names"] = names(merged)
    merged["own_names"] = paths | {path for path in classes if path.rpartition(".")[2][:1].isupper()}
    merged["own_modules"] = theirs["imports"]
    return merged
