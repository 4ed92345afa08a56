"""Compiles ``rules/sdks/*.yaml`` (or a user's own SDK files) into the plain data that ``catalogue/sdks.py`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.schema.sdk_file import SdkFile, Type
from wattlint.catalogue.sdk_names import names
from wattlint.catalogue.yaml_source import YamlSource, read_yaml

Lineages = Mapping[str, Sequence[str]]
"""Type -> itself and all it extends, nearest first."""


def compile_folder(folder: Path, known_types: Lineages | None = None) -> dict[str, Any]:
    """All files of ``folder`` as plain data; the first problem raises CatalogueError. ``known_types``: built-in types
    that a user's files may refer to."""
    sources = [read_yaml(path) for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))]
    files = [source.validate(SdkFile) for source in sources]
    known_types = known_types or {}
    check_unique(zip(sources, files, strict=True))
    check_types(zip(sources, files, strict=True), known_types)
    return plain(files, known_types)


def check_unique(files: Iterable[tuple[YamlSource, SdkFile]]) -> None:
    """Every name, callee, type and constructor stands in one place only."""
    owners: dict[str, str] = {}
    for source, file in files:
        for what, place in claims(file):
            if what in owners:
                raise source.error(place, f"{what} is already in {owners[what]}")
            owners[what] = f"{source.path.name}:{source.line(place)}"


def claims(file: SdkFile) -> Iterator[tuple[str, list[object]]]:
    """What a file lays claim to, and where."""
    for section, number, entry in file.entries():
        yield f"name {entry.name}", [section, number, "name"]
        for index, callee in enumerate(entry.callees):
            yield f"callee {callee}", [section, number, "callees", index]
    for name, kind in file.types.items():
        yield f"type {name}", ["types", name]
        for key in ("constructors", "modules"):
            for index, path in enumerate(getattr(kind, key)):
                yield f"{key.removesuffix('s')} {path}", ["types", name, key, index]
    for name in file.quantization:
        yield f"quantization class {name}", ["quantization", name]


def check_types(files: Iterable[tuple[YamlSource, SdkFile]], known_types: Lineages) -> None:
    """Every type that is referred to is declared somewhere."""
    files = list(files)
    known = {*known_types, *(name for _, file in files for name in file.types)}
    for source, file in files:
        for type_name, place in references(file):
            if type_name not in known:
                raise source.error(place, f"unknown type {type_name!r}{nearest(type_name, known)}")


def references(file: SdkFile) -> Iterator[tuple[str, list[object]]]:
    for name, kind in file.types.items():
        yield from ((base, ["types", name, "extends", index]) for index, base in enumerate(kind.extends))
    for section, number, entry in file.entries():
        if entry.returns and entry.returns != "self" and not entry.returns.startswith("argument:"):
            yield entry.returns, [section, number, "returns"]
        for index, callee in enumerate(entry.callees):
            type_name, instance, _ = callee.partition("()")
            if instance:
                yield type_name, [section, number, "callees", index]


def plain(files: list[SdkFile], known_types: Lineages) -> dict[str, Any]:
    """The artefact: dicts and lists only (see ``SdkCatalogue``). Entries are kept by name."""
    shared: dict[str, Any] = {}
    entries: dict[str, tuple[Any, ...]] = {}
    callees: dict[str, str] = {}
    http: list[str] = []
    structural: dict[str, list[tuple[Any, ...]]] = {}
    for file in files:
        for section, _, entry in file.entries():
            # marshal writes an object that occurs twice only once: the entries of a family are mostly the same
            entries[entry.name] = tuple(shared.setdefault(repr(part), part) for part in entry.plain(file.sdk))
            callees.update(dict.fromkeys(entry.callees, entry.name))
            if section == "http_callees":
                http.append(entry.name)
            for shape in entry.structural:
                chain = tuple(shape.chain.split("."))
                structural.setdefault(chain[-1], []).append(
                    (chain, tuple(shape.needs), shape.open, entry.name)
                )
    types = {name: kind for file in files for name, kind in file.types.items()}
    constructors = {path: name for name, kind in types.items() for path in kind.constructors}
    endpoints = [point for file in files for point in file.endpoints]
    guests = [
        callee
        for file in files
        for _, _, entry in file.entries()
        for callee in entry.callees
        if "()" in callee and callee.partition("()")[0] not in file.types
    ]
    data = {
        "entries": entries,
        "http": http,
        "callees": {path: name for path, name in callees.items() if "*" not in path},
        "wildcard_callees": wildcards(callees),
        "guests": guests,
        "structural": {last: sorted(rows, key=lambda row: -len(row[0])) for last, rows in structural.items()},
        "lineage": {name: lineage(name, types, known_types) for name in types},
        "type_providers": {name: kind.provider for name, kind in types.items() if kind.provider},
        "constructors": {path: name for path, name in constructors.items() if "*" not in path},
        "wildcard_constructors": wildcards(constructors),
        "modules": {module: name for name, kind in types.items() for module in kind.modules},
        "imports": sorted({module for file in files for module in file.imports}),
        "import_needs": {
            module: file.imports_need for file in files for module in file.imports if file.imports_need
        },
        "distributions": versions(files),
        "hosts": sorted({marker for point in endpoints for marker in point.markers}),
        "endpoints": [
            (point.pattern, point.name, point.provider, point.kind, tuple(point.needs)) for point in endpoints
        ],
        "quantization": {name: kind.plain() for file in files for name, kind in file.quantization.items()},
    }
    return data | {"names": names(data)}


def versions(files: list[SdkFile]) -> dict[str, tuple[str, ...]]:
    """Distribution -> every version that a file was checked against."""
    found: dict[str, set[str]] = {}
    for file in files:
        for name, checked in file.distributions.items():
            found.setdefault(name, set()).update(checked)
    return {name: tuple(sorted(checked)) for name, checked in sorted(found.items())}


def lineage(
    name: str, types: dict[str, Type], known_types: Lineages, seen: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """``name`` and all it extends, nearest first; a type that extends itself in a circle is listed once."""
    if name not in types:
        return tuple(known_types[name])
    order = [name]
    for base in types[name].extends:
        if base not in seen:
            order += [kind for kind in lineage(base, types, known_types, (*seen, name)) if kind not in order]
    return tuple(order)


def wildcards(targets: dict[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """Last segment (``*`` when that is a pattern itself) -> (literal start, regular expression, target) of every
    path with ``*``, the most specific first."""
    table: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted((path for path in targets if "*" in path), key=lambda path: (-len(path), path)):
        last = path.rpartition(".")[2]
        row = (path.partition("*")[0], re.escape(path).replace(r"\*", r"[^.()]*"), targets[path])
        table.setdefault("*" if "*" in last else last, []).append(row)
    return table
