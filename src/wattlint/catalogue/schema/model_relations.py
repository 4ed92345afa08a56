"""Schema of what relates models to each other: ``superseded.yaml`` and ``tokenizers.yaml`` of ``rules/models``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.schema.model_families import Strict
from wattlint.catalogue.yaml_source import read_yaml

FILES = frozenset({"superseded.yaml", "tokenizers.yaml"})


class Superseded(Strict):
    models: list[str] = Field(min_length=1)
    by: str
    reason: str = Field(min_length=1)
    source: str = Field(pattern=r"^https://")


class SupersededFile(Strict):
    date: datetime.date
    superseded: list[Superseded]


class Tokenizer(Strict):
    name: str
    vocab: int = Field(gt=1)
    families: list[str] = Field(min_length=1)
    source: str = Field(min_length=1)


class Draft(Strict):
    families: list[str] = Field(min_length=1)
    draft: str
    source: str = Field(min_length=1)


class TokenizerFile(Strict):
    date: datetime.date
    tokenizers: list[Tokenizer]
    drafts: list[Draft]


def add_relations(folder: Path, compiled: dict[str, Any]) -> None:
    """Fills ``superseded``, ``tokenizers`` and ``drafts`` of the compiled section."""
    compiled.update(superseded={}, tokenizers={}, drafts={})
    if (folder / "superseded.yaml").exists():
        _add_superseded(folder / "superseded.yaml", compiled)
    if (folder / "tokenizers.yaml").exists():
        _add_tokenizers(folder / "tokenizers.yaml", compiled)


def _add_superseded(path: Path, compiled: dict[str, Any]) -> None:
    superseded = read_yaml(path)
    for number, row in enumerate(superseded.validate(SupersededFile).superseded):
        for place, name in enumerate(row.models):
            if key(name) in compiled["superseded"]:
                raise superseded.error(["superseded", number, "models", place], f'"{name}" is already listed')
            compiled["superseded"][key(name)] = (row.by, row.reason, row.source)


def _add_tokenizers(path: Path, compiled: dict[str, Any]) -> None:
    source = read_yaml(path)
    file = source.validate(TokenizerFile)
    known = {row[0] for row in compiled["families"]}
    groups = [(row.families, row.name) for row in file.tokenizers]
    drafts = [(row.families, row.draft) for row in file.drafts]
    for section, rows in (("tokenizers", groups), ("drafts", drafts)):
        for number, (families, value) in enumerate(rows):
            for place, family in enumerate(families):
                where: list[object] = [section, number, "families", place]
                if family not in known:
                    raise source.error(where, f'no family "{family}"' + nearest(family, known))
                if family in compiled[section]:
                    raise source.error(where, f'"{family}" is already listed')
                compiled[section][family] = value
