"""Small projects written to a folder, and the call sites that are found in them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from wattlint.callsites.facts import CallSite
from wattlint.callsites.finder import Finder
from wattlint.settings import Settings
from wattlint.sources.discovery import display_path
from wattlint.sources.files import FileRef, Problem
from wattlint.sources.reading import read


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write ``files`` (relative path -> text, indented as one likes) below ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")


def sites_of(finder: Finder, file: Path) -> list[CallSite]:
    """The call sites of one file."""
    source = read(FileRef(str(file), display_path(str(file)), True))
    assert not isinstance(source, Problem), source
    return finder.sites(source)


def sites(folder: Path, files: Mapping[str, str] | str, main: str = "app.py") -> list[CallSite]:
    """Write ``files`` (a text alone is ``main``) and return the call sites of ``main``."""
    write(folder, {main: files} if isinstance(files, str) else files)
    return sites_of(Finder(folder, Settings()), folder / main)


def call(folder: Path, files: Mapping[str, str] | str, main: str = "app.py") -> CallSite:
    """The only site of ``main`` that runs a model."""
    found = [site for site in sites(folder, files, main) if site.kind in ("call", "embed")]
    assert len(found) == 1, [(site.line, site.callee) for site in found]
    return found[0]


def model(folder: Path, files: Mapping[str, str] | str, main: str = "app.py") -> str | None:
    """The model of the only call of ``main``."""
    return call(folder, files, main).model.id
