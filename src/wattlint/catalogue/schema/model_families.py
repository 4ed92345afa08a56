"""Schema and compiler of the open families (``rules/models/open_families.yaml``, makers' files): the table that ``catalogue/model_names.py`` reads from."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, field_validator

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.model_names import Counts, Families, Tokens, tokens_of
from wattlint.catalogue.yaml_source import YamlSource

Kind = Literal["chat", "completion", "embedding", "rerank", "encoder", "seq2seq", "vision", "audio", "image"]


class Strict(BaseModel):
    """An unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class OpenFamily(Strict):
    name: str
    maker: str
    names: list[str] = []
    endings: list[str] = []
    kind: Kind = "chat"
    precision: str = "bf16"
    quantized: str | None = None
    context: int | None = None
    output_tokens: int | None = None
    reasoning: bool = False
    released: datetime.date | None = None
    hf: str
    sizes: dict[str, float | tuple[float, float]]
    unchecked: list[str] = []
    """Those of ``sizes`` that were not compared with the published weights."""

    @field_validator("unchecked", mode="before")
    @classmethod
    def _as_text(cls, spellings: Any) -> Any:
        return [str(spelling) for spelling in spellings] if isinstance(spellings, list) else spellings

    @field_validator("sizes", mode="before")
    @classmethod
    def _spelled(cls, sizes: Any) -> Any:
        return (
            {str(spelling): count for spelling, count in sizes.items()} if isinstance(sizes, dict) else sizes
        )


class OpenFamilies(Strict):
    date: datetime.date
    organisations: dict[str, str]
    prefixes: dict[str, str]
    library: dict[str, str] = {}
    """Name in Ollama's library -> the tag it stands for."""
    families: list[OpenFamily]


class FamilyFile(Protocol):
    """A maker's file; ``schema/models.py`` has it."""

    date: datetime.date
    open_families: list[OpenFamily]


def add_families(
    source: YamlSource, makers: Sequence[tuple[YamlSource, FamilyFile]], compiled: dict[str, Any]
) -> None:
    """Adds families, organisations and prefixes of makers to the compiled section."""
    file = source.validate(OpenFamilies)
    for organisation, maker in file.organisations.items():
        compiled["organisations"].setdefault(organisation.lower(), maker)
    compiled["makers"] += [(prefix.lower(), maker) for prefix, maker in file.prefixes.items()]
    compiled["makers"].sort(key=lambda pair: -len(pair[0]))
    compiled["library"] = file.library
    families = Families([], {}, [])
    rows: list[tuple[Any, ...]] = []
    seen: dict[tuple[str, ...], str] = {}
    places = [
        (source, ["families", number], file.date, family) for number, family in enumerate(file.families)
    ]
    places += [
        (own, ["open_families", number], maker_file.date, family)
        for own, maker_file in makers
        for number, family in enumerate(maker_file.open_families)
    ]
    for position, (origin, place, date, family) in enumerate(places):
        for name in family.names or [family.name]:
            words = tokens_of(name)
            if seen.setdefault(words, family.name) != family.name:
                message = f'"{name}" already names the family "{seen[words]}"'
                raise origin.error([*place, "names"], message)
            entry = (words, position)
            if entry not in families.first_words.setdefault(words[0], []):
                families.first_words[words[0]].append(entry)
        families.endings.extend((ending, position) for ending in family.endings)
        rows.append(_row(family, _sizes(origin, place, family), date))
    for entries in families.first_words.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    families.endings.sort(key=lambda pair: -len(pair[0]))
    compiled.update(families=rows, family_index=families.first_words, endings=families.endings)


def _sizes(source: YamlSource, place: list[object], family: OpenFamily) -> dict[Tokens, Counts]:
    for spelling in family.unchecked:
        if spelling not in family.sizes:
            raise source.error(
                [*place, "unchecked"], f'no size "{spelling}"' + nearest(spelling, family.sizes)
            )
    sizes: dict[Tokens, Counts] = {}
    for spelling, counts in family.sizes.items():
        words = () if spelling == "default" else tokens_of(spelling)
        if words in sizes or (spelling != "default" and not words):
            raise source.error([*place, "sizes", spelling], "this size is already there")
        total, active = counts if isinstance(counts, tuple) else (counts, None)
        sizes[words] = total, active, spelling not in family.unchecked
    return sizes


def _row(family: OpenFamily, sizes: dict[Tokens, Counts], date: datetime.date) -> tuple[Any, ...]:
    """In the order of ``model_names.Family``, as marshal takes it."""
    citation = f"https://huggingface.co/{family.hf} and its family (parameters of the published weights)"
    return (
        *(family.name, family.maker, family.kind, family.precision, family.quantized, family.context),
        *(family.output_tokens, family.reasoning, iso(family.released), citation, iso(date), sizes),
    )


def iso(date: datetime.date | None) -> str | None:
    return date.isoformat() if date else None
