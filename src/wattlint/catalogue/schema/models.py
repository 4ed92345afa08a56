"""Schema of ``rules/models`` and its compiler.

Files: ``<maker>.yaml`` (hand-written records), ``open_families.yaml``, ``providers.yaml``, ``superseded.yaml``,
``tokenizers.yaml`` and ``derived_prices.csv`` (written by ``tools/refresh_models.py``; hand-written values win over it).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.models import ModelCatalogue
from wattlint.catalogue.records import ModelRecord
from wattlint.catalogue.schema.model_families import Kind, OpenFamily, Strict, add_families, iso
from wattlint.catalogue.schema.model_prices import add_derived, sizes_from_price
from wattlint.catalogue.schema.model_relations import FILES as RELATIONS
from wattlint.catalogue.schema.model_relations import add_relations
from wattlint.catalogue.schema.model_releases import add_releases, date_in
from wattlint.catalogue.yaml_source import YamlSource, read_yaml

Provenance = Literal["disclosed", "third-party-estimate", "price-derived"]
Row = dict[str, Any]


def _range(value: Any) -> Any:
    """A number or [low, mid, high], in billions."""
    if value is None:
        return None
    values = value if isinstance(value, list) else [value] * 3
    if len(values) != 3 or not all(
        isinstance(part, (int, float)) and not isinstance(part, bool) for part in values
    ):
        raise ValueError("give a number or [low, mid, high], in billions of parameters")
    low, mid, high = map(float, values)
    if not 0 < low <= mid <= high:
        raise ValueError("low, mid and high must be positive and in this order")
    if high > 20_000:
        raise ValueError(f"unit is billions of parameters; did you mean {mid / 1e9:g}?")
    return low, mid, high


class Counts(Strict):
    """Parameters of a model, or of a size class that several models of a file share."""

    total_b: Any = None
    active_b: Any = None
    provenance: Provenance | None = None
    source: str | None = None

    _ranges = field_validator("total_b", "active_b")(_range)

    @model_validator(mode="after")
    def _part_of_total(self) -> Counts:
        if self.active_b and not (self.total_b and self.active_b[1] <= self.total_b[1]):
            raise ValueError("active_b is a part of total_b")
        return self


class Model(Counts):
    id: str = Field(min_length=1)
    maker: str | None = None
    """Where one file holds models of several makers."""
    aliases: list[str] = []
    family: str | None = None
    kind: Kind = "chat"
    size: str | None = None
    architecture: Literal["dense", "moe", "unknown"] | None = None
    native_precision: str = "unknown"
    quantized: str | None = None
    open_weights: bool = False
    reasoning: bool = False
    context_tokens: int | None = Field(None, ge=16)
    input_usd_per_mtok: float | None = Field(None, ge=0)
    output_usd_per_mtok: float | None = Field(None, ge=0)
    price_date: datetime.date | None = None
    price_source: str | None = None
    typical_output_tokens: int | None = Field(None, ge=1)
    released: datetime.date | None = None
    release_source: str | None = None
    deprecated: datetime.date | None = None
    retired: datetime.date | None = None
    retirement_source: str | None = None
    successor: str | None = None
    smaller: str | None = None
    dated: datetime.date | None = None

    @field_validator("input_usd_per_mtok", "output_usd_per_mtok")
    @classmethod
    def _per_million(cls, price: float | None) -> float | None:
        if price and price < 0.001:
            raise ValueError(f"unit is US dollars per million tokens; did you mean {price * 1e6:g}?")
        return price

    @model_validator(mode="after")
    def _sourced(self) -> Model:
        if self.retired and not self.retirement_source:
            raise ValueError("a retired model needs a retirement_source")
        if self.total_b and not self.size and not (self.provenance and self.source):
            raise ValueError("total_b needs provenance and source")
        return self


class Prefix(Strict):
    prefix: str
    like: str


class MakerFile(Strict):
    maker: str
    date: datetime.date
    sources: dict[str, str] = {}
    """Short name -> full citation; ``source``, ``price_source``, ``release_source`` and ``retirement_source`` may use
    the short name."""
    organisations: list[str] = []
    prefixes: list[str] = []
    """How ids of this maker begin, for versions that are not listed."""
    sizes: dict[str, Counts] = {}
    families: list[Prefix] = []
    models: list[Model]
    open_families: list[OpenFamily] = []


class Providers(Strict):
    source: str
    providers: list[str]


def compile_folder(folder: Path) -> object:
    """The plain data that ``catalogue.models.ModelCatalogue`` takes; CatalogueError names file, line and key."""
    compiled = compile_hand_written(folder)
    add_derived(folder / "derived_prices.csv", compiled, ModelCatalogue(compiled).lookup)
    add_releases(folder / "derived_releases.csv", compiled)
    return compiled


def compile_hand_written(folder: Path) -> Row:
    """The same without the derived price list."""
    special = {"open_families.yaml", "providers.yaml", *RELATIONS}
    sources = [read_yaml(path) for path in sorted(folder.glob("*.yaml")) if path.name not in special]
    files = [(source, source.validate(MakerFile)) for source in sources]
    compiled: Row = {"records": [], "index": {}, "prefixes": [], "makers": [], "organisations": {}}
    check_sources(files)
    places = add_models(files, compiled)
    check_references(places, compiled)
    add_prefixes(files, compiled)
    add_families(read_yaml(folder / "open_families.yaml"), files, compiled)
    add_relations(folder, compiled)
    compiled["providers"] = sorted(
        map(str.lower, read_yaml(folder / "providers.yaml").validate(Providers).providers)
    )
    return compiled


def check_sources(files: Sequence[tuple[YamlSource, MakerFile]]) -> None:
    """Ours: a date or a price says where it was read (a user knows where their own are from)."""
    for source, file in files:
        for position, model in enumerate(file.models):
            stated = {
                "released": (model.released, model.release_source),
                "input_usd_per_mtok": (model.input_usd_per_mtok, model.price_source),
                "output_usd_per_mtok": (model.output_usd_per_mtok, model.price_source),
            }
            for name, (value, citation) in stated.items():
                if value is not None and not citation:
                    needed = "release_source" if name == "released" else "price_source"
                    raise source.error(["models", position, name], f"needs a {needed}")


def add_models(files: Sequence[tuple[YamlSource, MakerFile]], compiled: Row) -> list[tuple[YamlSource, int]]:
    """Fills records and index; returns where each record stands: its file and position there."""
    places: list[tuple[YamlSource, int]] = []
    index: dict[str, int] = compiled["index"]
    for source, file in files:
        for position, model in enumerate(file.models):
            for number, spelling in enumerate([model.id, *model.aliases]):
                if key(spelling) in index:
                    where = ["models", position, *(["aliases", number - 1] if number else ["id"])]
                    known = index[key(spelling)]
                    owner = compiled["records"][known][0] if known < len(places) else model.id
                    raise source.error(where, f'"{spelling}" already names the model "{owner}"')
                index[key(spelling)] = len(places)
            compiled["records"].append(_record(source, position, file, model))
            places.append((source, position))
        for prefix in file.prefixes:
            compiled["makers"].append((prefix.lower(), file.maker))
        compiled["organisations"].update((name.lower(), file.maker) for name in file.organisations)
    return places


def _record(source: YamlSource, position: int, file: MakerFile, model: Model) -> tuple[Any, ...]:
    place: list[object] = ["models", position]
    counts: Counts = model
    if model.size:
        if model.size not in file.sizes:
            raise source.error([*place, "size"], "no such size" + nearest(model.size, file.sizes))
        counts = file.sizes[model.size]
    total, active, provenance = counts.total_b, counts.active_b, counts.provenance
    citation = counts.source or ""
    if provenance == "price-derived" and total is None:
        if not model.output_usd_per_mtok:
            raise source.error(place, "a price-derived size needs output_usd_per_mtok")
        total, active, from_price = sizes_from_price(model.output_usd_per_mtok)
        citation = citation or from_price
    architecture = model.architecture or (
        "unknown" if provenance != "disclosed" else "moe" if active else "dense"
    )
    snapshot = (
        None if model.released else min(filter(None, map(date_in, [model.id, *model.aliases])), default=None)
    )

    def cite(name: str) -> str | None:
        given = getattr(model, name)
        return _cite(source, [*place, name], file, given) if given else None

    return tuple(
        ModelRecord(
            id=model.id,
            maker=model.maker or file.maker,
            family=model.family or model.id,
            kind=model.kind,
            total_b=total,
            active_b=active or total,
            provenance=provenance if total else None,
            source=_cite(source, [*place, "source"], file, citation),
            architecture=architecture,
            native_precision=model.native_precision,
            quantized=model.quantized,
            open_weights=model.open_weights,
            reasoning=model.reasoning,
            context_tokens=model.context_tokens,
            input_usd_per_mtok=model.input_usd_per_mtok,
            output_usd_per_mtok=model.output_usd_per_mtok,
            price_date=iso(model.price_date),
            price_source=cite("price_source"),
            typical_output_tokens=model.typical_output_tokens,
            released=iso(model.released) or snapshot,
            release_source=cite("release_source") or ("the date in the id" if snapshot else None),
            deprecated=iso(model.deprecated),
            retired=iso(model.retired),
            retirement_source=cite("retirement_source"),
            successor=model.successor,
            smaller=model.smaller,
            dated=iso(model.dated or file.date) or "",
        )
    )


def _cite(source: YamlSource, place: list[object], file: MakerFile, text: str) -> str:
    """The citation that ``text`` is, or is the short name of; a single word that is neither is a typo."""
    if text in file.sources:
        return file.sources[text]
    if not text:
        raise source.error(place, "a record needs a source")
    if " " not in text and "://" not in text:
        raise source.error(place, f'no source "{text}"' + nearest(text, file.sources))
    return text


def check_references(places: list[tuple[YamlSource, int]], compiled: Row) -> None:
    index, records = compiled["index"], compiled["records"]
    for (source, position), row in zip(places, records, strict=False):
        for name in ("successor", "smaller"):
            target, seen = getattr(ModelRecord(*row), name), {row[0]}
            while target is not None:
                if key(target) not in index:
                    raise source.error(
                        ["models", position, name], f'no model "{target}"' + nearest(target, index)
                    )
                target_row = ModelRecord(*records[index[key(target)]])
                if target_row.id in seen:
                    raise source.error(["models", position, name], f'leads back to "{target_row.id}"')
                seen.add(target_row.id)
                target = getattr(target_row, name)


def add_prefixes(files: Sequence[tuple[YamlSource, MakerFile]], compiled: Row) -> None:
    """Explicit prefixes, and every hosted model's id followed by a hyphen."""
    index, records = compiled["index"], compiled["records"]
    found: dict[str, int] = {}
    for source, file in files:
        for position, family in enumerate(file.families):
            if key(family.like) not in index:
                message = f'no model "{family.like}"' + nearest(family.like, index)
                raise source.error(["families", position, "like"], message)
            found[key(family.prefix)] = index[key(family.like)]
    for spelling, row in index.items():
        if not ModelRecord(*records[row]).open_weights and "/" not in spelling:
            found.setdefault(spelling + "-", row)
    compiled["prefixes"] = [
        (
            prefix,
            row,
            f'like {records[row][0]}, by the prefix "{prefix}": {ModelRecord(*records[row]).source}',
        )
        for prefix, row in sorted(found.items(), key=lambda item: (-len(item[0]), item[0]))
    ]
