"""Compiles the model files of a user's own folder and lays them over the built-in catalogue."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from pydantic import model_validator

from wattlint.catalogue.errors import CatalogueError, nearest
from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.schema.models import (
    MakerFile,
    Model,
    Providers,
    Row,
    add_models,
    add_prefixes,
    check_references,
)
from wattlint.catalogue.yaml_source import YamlSource, read_yaml

PROVIDERS = ("providers.yaml", "providers.yml")


class UserFile(MakerFile):
    """A maker's file; one that only gives names needs neither maker nor date."""

    maker: str = ""
    date: datetime.date = datetime.date.min
    models: list[Model] = []
    names: dict[str, str] = {}
    """A name of one's own (a deployment, a gateway's model) -> the id of a model in the catalogue."""

    @model_validator(mode="after")
    def _dated(self) -> UserFile:
        if self.models and not (self.maker and "date" in self.model_fields_set):
            raise ValueError("models need `maker` and `date` at the top of the file")
        if self.open_families:
            raise ValueError("families cannot be added: list each model")
        return self


def add_user_folder(folder: Path, ours: Row) -> Row:
    """``ours`` (compiled) with the files of ``folder``, whose ids win; CatalogueError names file, line and key."""
    paths = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))
    for path in paths:
        if path.stem == "open_families":
            raise CatalogueError(
                path, None, None, "families cannot be added: list each model in a file of its own"
            )
    sources = [read_yaml(path) for path in paths if path.name not in PROVIDERS]
    files = [(source, source.validate(UserFile)) for source in sources]
    theirs: Row = {"records": [], "index": {}, "makers": [], "organisations": {}}
    places = add_models(files, theirs)
    shift = len(places)
    merged = {
        **ours,
        "records": [*theirs["records"], *ours["records"]],
        "index": {spelling: row + shift for spelling, row in ours["index"].items()} | theirs["index"],
        "makers": sorted([*theirs["makers"], *ours["makers"]], key=lambda pair: -len(pair[0])),
        "organisations": {**ours["organisations"], **theirs["organisations"]},
    }
    for source, file in files:
        _add_names(source, file, merged["index"])
    check_references(places, merged)
    merged["prefixes"] = _prefixes(files, ours["prefixes"], merged, shift)
    own_providers = [
        read_yaml(path).validate(Providers).providers for path in paths if path.name in PROVIDERS
    ]
    merged["own_names"] = [
        *(row[0] for row in theirs["records"]),
        *(name for _, file in files for name in file.names),
    ]
    merged["providers"] = sorted(
        {*ours["providers"], *(name.lower() for names in own_providers for name in names)}
    )
    return merged


def _add_names(source: YamlSource, file: UserFile, index: dict[str, int]) -> None:
    for name, id in file.names.items():
        if key(id) not in index:
            raise source.error(["names", name], f'no model "{id}"{nearest(id.lower(), index)}')
        index[key(name)] = index[key(id)]


def _prefixes(
    files: list[tuple[YamlSource, UserFile]], ours: list[Any], merged: Row, shift: int
) -> list[tuple[str, int, str]]:
    """The built-in prefixes, and on top of them those that the user's files state or that their models bring."""
    add_prefixes(files, merged)
    stated = {key(family.prefix) for _, file in files for family in file.families}
    found = {prefix: (prefix, row + shift, source) for prefix, row, source in ours}
    found |= {row[0]: row for row in merged["prefixes"] if row[1] < shift or row[0] in stated}
    return sorted(found.values(), key=lambda row: (-len(row[0]), row[0]))
