"""Compiles the files of ``rules/`` into one artefact that loads in milliseconds.

Each section is validated by its own pydantic schema in ``catalogue/schema/`` and becomes plain data
(dicts, lists, tuples, str, float, int, bool, None), because ``marshal`` reads that fastest.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from wattlint.catalogue.store import FORMAT, Blob

MARSHAL_VERSION = 4  # readable by every supported Python
SCHEMAS = Path(__file__).resolve().parent / "schema"
SECTIONS = ("sieve", "sdks", "models", "tasks", "impact", "checks")
FOLDERS = {"sieve": "sdks"}
"""Below ``rules``, where it is not the name of the section."""


def compile_section(name: str, rules: Path) -> object:
    """The plain data of one section; raises CatalogueError naming file, line and key."""
    import importlib

    schema = importlib.import_module(f"wattlint.catalogue.schema.{name}")
    return schema.compile_folder(rules / FOLDERS.get(name, name))


def digest(name: str, rules: Path) -> str:
    """Changes when a source file of the section or its schema is added, removed or edited (by size and time)."""
    entries = []
    for top in (rules / FOLDERS.get(name, name), SCHEMAS):
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(inner for inner in folders if inner != "__pycache__")
            for file in sorted(files):
                status = os.stat(os.path.join(folder, file))
                entries.append(
                    (os.path.relpath(os.path.join(folder, file), top), status.st_size, status.st_mtime_ns)
                )
    return hashlib.sha256(repr(entries).encode()).hexdigest()


def _dump(data: Any) -> bytes:
    """The same bytes in every process: ``marshal`` tells objects that anything else refers to, code that has nothing to
    do with them included, from those that are referred to once. So here leaves always are, and the rest is made anew."""
    leaves: dict[tuple[type, str], Any] = {}
    shared = _shared(data, leaves, {})
    return marshal.dumps(shared, MARSHAL_VERSION)


def _shared(value: Any, leaves: dict[tuple[type, str], Any], done: dict[int, Any]) -> Any:
    """A copy of ``value`` in which equal leaves are one object, which ``leaves`` holds too."""
    if isinstance(value, str):
        fresh = value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")  # never interned,
        if len(value) < 2:  # but of these every process has one object, which may be
            fresh = sys.intern(value)
        return leaves.setdefault((str, value), fresh)
    if isinstance(value, (int, float, bytes)) and not isinstance(value, bool):
        return leaves.setdefault((type(value), repr(value)), value)
    if not isinstance(value, (dict, list, tuple)):
        return value
    if id(value) not in done:
        if isinstance(value, dict):
            pairs = value.items()
            done[id(value)] = {
                _shared(key, leaves, done): _shared(inner, leaves, done) for key, inner in pairs
            }
        else:
            done[id(value)] = type(value)(_shared(inner, leaves, done) for inner in value)
    return done[id(value)]


def compile_to(
    rules: Path,
    artefact: Path,
    names: Iterable[str] = SECTIONS,
    kept: dict[str, Blob] | None = None,
    digest: Callable[[str, Path], str] = digest,
) -> dict[str, Blob]:
    """Compile the sections ``names``, add those ``kept``, and replace ``artefact`` atomically."""
    import tempfile  # 10 ms, and most runs find everything compiled

    sections = dict(kept or {})
    for name in names:
        sections[name] = (digest(name, rules), _dump(compile_section(name, rules)))
    head, at = {}, 0
    for name, (known, blob) in sections.items():
        head[name] = known, at, len(blob)
        at += len(blob)
    handle, temporary = tempfile.mkstemp(dir=artefact.parent, prefix=artefact.name)
    with os.fdopen(handle, "wb") as file:
        file.write(_dump({"format": FORMAT, "sections": head}))
        file.writelines(blob for _, blob in sections.values())
    os.chmod(temporary, 0o644)
    os.replace(temporary, artefact)
    return sections
