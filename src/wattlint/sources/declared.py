"""Dependencies that a project declares, in whichever of the usual files."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from wattlint.regexes import regex
from wattlint.sources import disk, touched
from wattlint.sources.buffers import read_bytes

MAX_CHARACTERS = 2_000_000
SETUP_NAME = regex(r"""^[ \t]*name[ \t]*=[ \t]*["']?([\w.-]+)["']?[ \t]*,?[ \t]*$""", re.MULTILINE)
"""In the metadata of ``setup.cfg``, in the call in ``setup.py``."""


class Declaration(NamedTuple):
    name: str
    """Normalised (PEP 503)."""
    specifier: str
    """In pip's dialect; empty when any version will do."""
    place: str


def normalise(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def text_of(path: Path, limit: int = MAX_CHARACTERS) -> str:
    """The text of a regular file; empty when there is none or it cannot be read."""
    touched.file(path)
    try:
        text = read_bytes(path, limit).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=64)
def declarations(root: Path) -> dict[str, list[Declaration]]:
    """By normalised name; run-time dependencies before optional and development ones."""
    found: dict[str, list[Declaration]] = {}
    sources = (_pyproject, _requirements_files, _setup_cfg, _setup_py, _pipfile, _conda, _wheel)
    for source in sources:
        for one in source(root):
            found.setdefault(one.name, []).append(one)
    return found


@lru_cache(maxsize=64)
def own_name(root: Path) -> str | None:
    """The normalised name of the distribution that the project itself is; None when no file says it."""
    data = toml_data(text_of(root / "pyproject.toml"))
    setup = SETUP_NAME.search(text_of(root / "setup.cfg") or text_of(root / "setup.py"))
    named = (
        _table(data, "project").get("name"),
        _table(data, "tool", "poetry").get("name"),
        setup[1] if setup else None,
    )
    return next((normalise(name) for name in named if isinstance(name, str)), None)


def pip_declaration(requirement: str, place: str) -> Declaration | None:
    """A requirement in pip's format; None where it is none."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(requirement)
    except (InvalidRequirement, ValueError, RecursionError):
        return None
    return Declaration(normalise(parsed.name), str(parsed.specifier), place)


def _each(requirements: Any, place: _Places) -> Iterator[Declaration]:
    for requirement in requirements if isinstance(requirements, list) else ():
        if isinstance(requirement, str):
            declaration = pip_declaration(requirement, place.of(requirement))
            if declaration:
                yield declaration


class _Places:
    """Lines of texts within one file."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text

    def of(self, needle: str) -> str:
        return self._at(self._text.find(needle))

    def of_key(self, key: str) -> str:
        found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", self._text, re.MULTILINE)
        return self._at(found.start() if found else -1)

    def _at(self, offset: int) -> str:
        return self._name if offset < 0 else f"{self._name}:{self._text.count(chr(10), 0, offset) + 1}"


def toml_data(text: str) -> dict[str, Any]:
    if not text:
        return {}
    from wattlint.sources.toml import TomlError, loads

    try:
        return loads(text)
    except (TomlError, RecursionError):
        return {}


def _table(data: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _pyproject(root: Path) -> Iterator[Declaration]:
    text = text_of(root / "pyproject.toml")
    data, places = toml_data(text), _Places("pyproject.toml", text)
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    yield from _each(project.get("dependencies"), places)
    yield from _poetry_table(_table(poetry, "dependencies"), places)
    for groups in (
        _table(project, "optional-dependencies"),
        _table(data, "dependency-groups"),
        _table(data, "tool", "pdm", "dev-dependencies"),
    ):
        for group in groups.values():
            yield from _each(group, places)
    yield from _poetry_table(_table(poetry, "dev-dependencies"), places)
    for group in _table(poetry, "group").values():
        yield from _poetry_table(_table(group, "dependencies"), places)


def _poetry_table(dependencies: dict[str, Any], places: _Places) -> Iterator[Declaration]:
    """``name = "^1.2"`` or ``name = {version = "^1.2", ...}``, as Poetry and Pipenv write it."""
    from wattlint.sources.specifiers import poetry_specifier

    for name, value in dependencies.items():
        if isinstance(value, dict):
            value = value.get("version", "*")
        if isinstance(value, str):
            yield Declaration(normalise(name), poetry_specifier(value), places.of_key(name))


def _requirements_files(root: Path) -> Iterator[Declaration]:
    seen: set[Path] = set()
    patterns = ("requirements.txt", "requirements*.txt", "requirements*.in", "*requirements.txt")
    for folder, pattern in [*((root, pattern) for pattern in patterns), (root / "requirements", "*.txt")]:
        try:
            names = sorted(fnmatch.filter(disk.names(folder), pattern))
        except OSError:
            names = []
        for name in names:
            yield from _requirements(folder / name, root, seen)


def _requirements(file: Path, root: Path, seen: set[Path]) -> Iterator[Declaration]:
    """One file in pip's format and those it includes with ``-r`` or ``-c``."""
    file = Path(disk.real_path(file))
    if file in seen or len(seen) > 50:
        return
    seen.add(file)
    shown = file.relative_to(root.resolve()).as_posix() if file.is_relative_to(root.resolve()) else file.name
    for number, line in enumerate(text_of(file).split("\n"), 1):
        line = (
            re.sub(r"(^|\s)#.*|\s--?\w.*|\\\s*$", "", line.strip())
            if not line.startswith("-")
            else line.strip()
        )
        include = re.match(r"(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)", line)
        if include:
            yield from _requirements(file.parent / include[1], root, seen)
        elif line and not line.startswith("-"):
            declaration = pip_declaration(line, f"{shown}:{number}")
            if declaration:
                yield declaration


def _setup_cfg(root: Path) -> Iterator[Declaration]:
    import configparser

    text = text_of(root / "setup.cfg")
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    values = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        values += [value for _, value in parser.items("options.extras_require")]
    for value in values:
        yield from _each([line.strip() for line in (value or "").split("\n")], _Places("setup.cfg", text))


def _setup_py(root: Path) -> Iterator[Declaration]:
    """Strings in lists given as ``install_requires`` or ``extras_require``, also through a module constant."""
    import ast
    import warnings

    text = text_of(root / "setup.py")
    if "_require" not in text:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for keyword in call.keywords:
            if keyword.arg not in ("install_requires", "extras_require"):
                continue
            value: ast.expr = keyword.value
            if isinstance(value, ast.Name):
                value = constants.get(value.id, value)
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    declaration = pip_declaration(part.value, f"setup.py:{part.lineno}")
                    if declaration:
                        yield declaration


def _pipfile(root: Path) -> Iterator[Declaration]:
    text = text_of(root / "Pipfile")
    data, places = toml_data(text), _Places("Pipfile", text)
    for table in ("packages", "dev-packages"):
        yield from _poetry_table(_table(data, table), places)


def _conda(root: Path) -> Iterator[Declaration]:
    """``- name=1.2`` and, below ``- pip:``, pip's format. Read by line: a YAML parser costs more than it brings."""
    from wattlint.sources.specifiers import conda_specifier

    for name in ("environment.yml", "environment.yaml", "conda.yml", "conda.yaml"):
        for number, line in enumerate(text_of(root / name).split("\n"), 1):
            item = re.match(
                r"\s*-\s+[\"']?(?:[\w-]+::)?([A-Za-z0-9][\w.-]*)\s*([=<>!~][^\"'#]*)?[\"']?\s*(?:#.*)?$", line
            )
            if item:
                # the third part of "name=1.2=build" is a build, not a version
                specifier = re.sub(r"(?<=[\w*])=[\w.]*$", "", (item[2] or "").strip())
                yield Declaration(normalise(item[1]), conda_specifier(specifier), f"{name}:{number}")


def _wheel(root: Path) -> Iterator[Declaration]:
    """``Requires-Dist`` of a wheel unpacked here, or ``PKG-INFO`` of a source distribution."""
    from wattlint.sources.project import wheel_metadata

    metadata = wheel_metadata(str(root))
    file = Path(metadata) if metadata else root / "PKG-INFO"
    for number, line in enumerate(text_of(file).split("\n"), 1):
        if not line:
            break  # the end of the headers
        if line.startswith("Requires-Dist:"):
            declaration = pip_declaration(
                line.partition(":")[2].strip(), f"{file.relative_to(root).as_posix()}:{number}"
            )
            if declaration:
                yield declaration
