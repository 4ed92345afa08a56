"""Checks the folder that ``rules-dir`` names, and says what it adds to the built-in knowledge."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattlint.catalogue.errors import CatalogueError, nearest
from wattlint.catalogue.models import load_models
from wattlint.catalogue.sdks import load_sdks, sdk_data
from wattlint.catalogue.user_folder import PARTS, part
from wattlint.lint.rules import load_rules

if TYPE_CHECKING:
    from wattlint.catalogue.schema.checks import Case
    from wattlint.settings import Settings

OURS_ALONE = ("tasks", "impact")
"""Further folders of ``rules/``, which a user cannot add to."""
LOOKALIKES = {
    "checks": (".yaml", ".yml", ".markdown", ".txt"),
    "sdks": (".json", ".toml"),
    "models": (".json", ".toml"),
}
"""Part -> endings of files that somebody may take for its format."""


def mistakes(rules_dir: str) -> list[CatalogueError]:
    """Everything that is wrong with the folder: its layout, then the first mistake of each part."""
    try:
        found = list(_misplaced(Path(rules_dir)))
    except OSError as error:
        where = error.filename or rules_dir
        return [
            CatalogueError(where, None, None, f"cannot be read: {(error.strerror or str(error)).lower()}")
        ]
    if not found and not any(part(rules_dir, name) for name in PARTS):
        found.append(CatalogueError(rules_dir, None, None, f"has none of the folders {', '.join(PARTS)}"))
    for name, load in (("checks", load_rules), ("sdks", load_sdks), ("models", load_models)):
        try:
            load(part(rules_dir, name))
        except CatalogueError as error:
            found.append(error)
    return found


def failed_examples(rules_dir: str) -> Iterator[CatalogueError]:
    """Examples in the user's rule pages that do not hold."""
    from wattlint.catalogue.schema.checks import read_folder
    from wattlint.rule_examples import try_example

    folder = part(rules_dir, "checks")
    for page in read_folder(folder, load_rules()) if folder else ():
        for case in page.cases:
            for line, what in try_example(case, page.front.code, rules_dir).mistakes(case):
                yield CatalogueError(page.path, line, None, f"{page.front.code}: {what}")


def case_settings(case: Case, **values: Any) -> Settings:
    """What the example's own ``# settings:`` line says, and ``values``."""
    from wattlint.config_model import settings_from
    from wattlint.sources.toml import loads

    stated = settings_from(loads(case.settings), Path(case.path), case.settings, ())
    return stated._replace(config_path=None, **values)


def additions(rules_dir: str) -> Iterator[str]:
    """What a folder without mistakes adds, one line for each part that it has."""
    if folder := part(rules_dir, "checks"):
        yield _line("rule", load_rules(folder).keys() - load_rules().keys())
    if folder := part(rules_dir, "sdks"):
        own, ours = sdk_data(folder)["callees"], sdk_data()["callees"]
        yield _line("callee", (name for name, entry in own.items() if ours.get(name) != entry))
    if folder := part(rules_dir, "models"):
        yield _line("model", load_models(folder).own_names)


def _line(what: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    shown = ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")
    plural = "" if len(listed) == 1 else "s"
    return f"{len(listed):4d} {what}{plural}{': ' if listed else ''}{shown}"


def _misplaced(folder: Path) -> Iterator[CatalogueError]:
    """Files and folders that would be passed over in silence, although somebody meant them to be read."""
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if os.path.isdir(path) and name in PARTS:
            for file in sorted(path.iterdir()):
                if file.suffix in LOOKALIKES[name]:
                    right = ".md" if name == "checks" else ".yaml"
                    yield CatalogueError(file, None, None, f"not read: files in {name} end in {right}")
        elif os.path.isdir(path) and name in OURS_ALONE:
            yield CatalogueError(path, None, None, f"not read: only {', '.join(PARTS)} can be added to")
        elif os.path.isdir(path) and (hint := nearest(name, PARTS)):
            yield CatalogueError(path, None, None, f"unknown folder{hint}")
        elif path.suffix == ".md" and name != "README.md":
            yield CatalogueError(path, None, None, "not read here: rule pages belong in the folder checks")
        elif path.suffix in (".yaml", ".yml"):
            yield CatalogueError(path, None, None, "not read here: it belongs in the folder sdks or models")
