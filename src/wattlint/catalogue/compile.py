"""Compiles the files of ``rules/`` into one artefact that loads in milliseconds.

Each section is validated by its own pydantic schema in ``catalogue/schema/`` and becomes plain data
(dicts, lists, tuples, str, float, int, bool, None), because ``marshal`` reads that fastest.
"""

from __future__ import annotations

import hashlib
import importlib
import marshal
import os
import tempfile
from pathlib import Path

FORMAT = 1
MARSHAL_VERSION = 4  # readable by every supported Python
SECTIONS = ("sdks", "models", "tasks", "impact", "checks")


def compile_section(name: str, rules: Path) -> object:
    """The plain data of one section; raises CatalogueError naming file, line and key."""
    schema = importlib.import_module(f"wattlint.catalogue.schema.{name}")
    return schema.compile_folder(rules / name)


def digest(rules: Path) -> str:
    """Changes when any source file is added, removed or edited (names, sizes and modification times)."""
    entries = []
    for folder, folders, files in os.walk(rules):
        folders.sort()
        for file in sorted(files):
            status = os.stat(os.path.join(folder, file))
            entries.append((os.path.relpath(os.path.join(folder, file), rules), status.st_size, status.st_mtime_ns))
    return hashlib.sha256(repr(entries).encode()).hexdigest()


def compile_to(rules: Path, artefact: Path) -> None:
    """Compile every section and replace ``artefact`` atomically."""
    sections = {name: marshal.dumps(compile_section(name, rules), MARSHAL_VERSION) for name in SECTIONS}
    blob = marshal.dumps({"format": FORMAT, "digest": digest(rules), "sections": sections}, MARSHAL_VERSION)
    handle, temporary = tempfile.mkstemp(dir=artefact.parent, prefix=artefact.name)
    with os.fdopen(handle, "wb") as file:
        file.write(blob)
    os.chmod(temporary, 0o644)
    os.replace(temporary, artefact)
