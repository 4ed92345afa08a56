"""Brings rules/models/derived_releases.csv up to date from installed LangChain packages and prints what changed.

    python tools/refresh_releases.py [--path FOLDER] ... [--check]

LangChain's partner packages (MIT) ship profiles of models, taken from models.dev (MIT), with the day of each release. A
date is kept for a model of the catalogue that a package names by the model's own id; the maker's own package wins over
those of hosts. The file is an archive: a model that the packages no longer list keeps its row. FOLDER: a site-packages;
default: what tools/install_sdks.py fetched. Profiles are read as data, no package is imported.
"""

from __future__ import annotations

import argparse
import ast
import csv
import datetime
import io
import re
import sys
from pathlib import Path
from typing import Any

from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.models import ModelCatalogue
from wattlint.catalogue.schema.model_releases import COLUMNS, read_releases
from wattlint.catalogue.schema.models import compile_folder

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "rules" / "models" / "derived_releases.csv"
MAKERS = {
    "langchain_anthropic": "anthropic",
    "langchain_deepseek": "deepseek",
    "langchain_google_genai": "google",
    "langchain_mistralai": "mistral",
    "langchain_openai": "openai",
    "langchain_perplexity": "perplexity",
    "langchain_xai": "xai",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--path", type=Path, action="append", help="a site-packages; may be repeated")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
    options = parser.parse_args()
    folders = options.path or sorted((ROOT / ".cache" / "sdks").glob("langchain-*"))
    files = [file for folder in folders for file in sorted(folder.glob("langchain_*/data/_profiles.py"))]
    if not files:
        sys.exit("no LangChain profiles here: run tools/install_sdks.py, or pass --path SITE_PACKAGES")
    catalogue = ModelCatalogue(compile_folder(TARGET.parent))  # type: ignore[arg-type]
    old = {row["id"]: row for row in (read_releases(TARGET) if TARGET.is_file() else [])}
    new = old | found(files, catalogue)
    changed = [id for id in new if new[id] != old.get(id)]
    for id in changed:
        print(
            f"{id}: {old[id]['released'] if id in old else '?'} -> {new[id]['released']} ({new[id]['package']})"
        )
    print(f"{len(new)} models, {len(changed)} changed")
    if options.check:
        return 1 if changed else 0
    TARGET.write_text(render([new[id] for id in sorted(new)]), encoding="utf-8")
    return 0


def found(files: list[Path], catalogue: ModelCatalogue) -> dict[str, dict[str, str]]:
    """Model id -> row; of several packages the maker's own, else the first."""
    rows: dict[str, dict[str, str]] = {}
    listed = {record.id for record in catalogue.records()}
    for file in sorted(files, key=lambda file: file.parts[-3] not in MAKERS):
        for spelling, facts in profiles(file).items():
            resolution = catalogue.resolve(spelling)
            if not resolution or not is_own(spelling, resolution.record.id, catalogue):
                continue
            record = resolution.record
            stranger = MAKERS.get(file.parts[-3], record.maker) != record.maker
            if (
                record.id in rows
                or record.id not in listed
                or stranger
                or not fits(facts.get("release_date"), record.id)
            ):
                continue
            rows[record.id] = {"id": record.id, "released": facts["release_date"], "package": package(file)}
    return rows


def is_own(spelling: str, id: str, catalogue: ModelCatalogue) -> bool:
    """True for the model's own id, perhaps behind the name of its maker or host; not for an alias or a sibling, nor
    for what stands for ever another model (``-latest``)."""
    if id.endswith("-latest"):
        return False
    bare = spelling.rsplit("/", 1)[-1]
    return key(id) in (key(spelling), key(bare), key(bare.rpartition(".")[2]))


def fits(date: object, id: str) -> bool:
    """True for a day, unless the id says another year and month (``mistral-large-2512`` is not of 2024-11)."""
    try:
        day = datetime.date.fromisoformat(str(date))
    except ValueError:
        return False
    month = re.search(r"-(2[3-9])(0[1-9]|1[0-2])$", id)
    return month is None or abs(day.year * 12 + day.month - (2000 + int(month[1])) * 12 - int(month[2])) <= 1


def profiles(file: Path) -> dict[str, dict[str, Any]]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_PROFILES" and node.value:
            return dict(ast.literal_eval(node.value))
    return {}


def package(file: Path) -> str:
    """``langchain-openai 1.7.4``, by the metadata that lies beside the package."""
    folder, name = file.parents[2], file.parts[-3]
    version = next(
        (path.name[len(name) + 1 : -len(".dist-info")] for path in folder.glob(f"{name}-*.dist-info")), ""
    )
    return f"{name.replace('_', '-')} {version}".strip()


def render(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
