"""Finds the configuration of each file: the nearest ``wattlint.toml`` or ``[tool.wattlint]`` upward.

Cheap where nothing is configured: a ``pyproject.toml`` is only parsed when its bytes name wattlint, and pydantic
(``config_model``) is only imported when such a table exists.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from wattlint.config_texts import FILE_NAMES, MAX_BYTES, ConfigTexts
from wattlint.settings import Settings
from wattlint.sources import touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.discovery import display_path
from wattlint.sources.files import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from wattlint.catalogue.errors import CatalogueError


class ConfigError(Exception):
    """A configuration that cannot be used; ``problems`` holds every mistake found, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class Overrides(NamedTuple):
    """What the command line sets on top of every configuration file."""

    select: tuple[str, ...] = ()
    """Replaces the configured selection."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    """Added to what is ignored already."""
    exclude: tuple[str, ...] = ()
    """Added to what is excluded already."""
    preview: bool = False
    force_exclude: bool = False

    def name(self, code: str) -> bool:
        """Whether they, and no configuration file, name a code of a rule."""
        return code in (*self.select, *self.extend_select, *self.ignore)

    def apply(self, settings: Settings) -> Settings:
        return settings._replace(
            select=self.select or settings.select,
            extend_select=settings.extend_select + self.extend_select,
            ignore=settings.ignore + self.ignore,
            extend_exclude=settings.extend_exclude + self.exclude,
            preview=settings.preview or self.preview,
            force_exclude=settings.force_exclude or self.force_exclude,
        )


class Over(NamedTuple):
    """Settings of another program's configuration (flake8's), as the TOML of a ``wattlint.toml``."""

    text: str
    place: str
    """How messages name it."""


class Configuration:
    """The settings for every folder, read once per folder.

    With ``file``, that file alone counts everywhere; else the nearest one upward from the folder. ``over`` comes on top
    of either, key by key.
    """

    def __init__(
        self, file: str | Path | None = None, overrides: Overrides | None = None, over: Over | None = None
    ) -> None:
        """Raises ConfigError when ``file`` or ``over`` cannot be used."""
        self.overrides = overrides or Overrides()
        self._over = _table_over(over) if over is not None and over.text.strip() else {}
        self._folders: dict[str, Settings | ConfigError] = {}
        self._without: set[str] = set()
        """Folders without a configuration file."""
        self._texts = ConfigTexts(self._without)
        self._fixed = self.overrides.apply(_read_given(os.fspath(file), self._over)) if file else None

    @classmethod
    def fixed(cls, settings: Settings) -> Configuration:
        """The same settings everywhere, whatever files say."""
        configuration = cls()
        configuration._fixed = settings
        return configuration

    def of_folder(self, folder: str | Path) -> Settings:
        """The settings that hold in ``folder`` (absolute). Raises ConfigError, each time it is asked."""
        if self._fixed is not None:
            return self._fixed
        folder = os.fspath(folder)
        found = self._folders.get(folder)
        if found is None:
            try:
                found = self._search(folder)
            except ConfigError as error:
                found = error
            self._folders[folder] = found
        if isinstance(found, ConfigError):
            raise found
        return found

    def none_in(self, folders: Iterable[str]) -> None:
        """A walk has found no configuration file in ``folders`` (absolute)."""
        self._without.update(folders)

    def baseline_file(self, given: str | None = None) -> Path | None:
        """The file of old findings: ``given``, else the one configured here. Raises ConfigError."""
        named = given or self.of_folder(os.getcwd()).baseline
        if not named:
            return None
        from pathlib import Path

        return Path(named)

    def may_set(self, key: str, folder: str | Path) -> bool:
        """Whether a configuration that can hold in ``folder`` has ``key`` in its text. Costs no parsing."""
        if self._fixed is not None or key in self._over:
            return True
        return self._texts.mention(key, os.fspath(folder))

    def _search(self, folder: str) -> Settings:
        for name in FILE_NAMES if folder not in self._without else ():
            settings = _read(os.path.join(folder, name), self._over)
            if settings is not None:
                return self.overrides.apply(settings)
        parent = os.path.dirname(folder)
        if parent == folder:
            return self.overrides.apply(self._without_file())
        return self.of_folder(parent)

    def _without_file(self) -> Settings:
        if not self._over:
            return Settings()
        from pathlib import Path

        from wattlint.config_model import settings_from

        return settings_from(self._over, Path.cwd() / FILE_NAMES[0], "", ())


def _table_over(over: Over) -> dict[str, Any]:
    """The table of ``over``, checked by itself, so that its mistakes are named as its own; its paths absolute."""
    from pathlib import Path

    from wattlint.config_model import settings_from

    file = Path.cwd() / over.place
    table, text = _parse(str(file), over.text.encode())
    settings_from(table, file, text, ())
    for key in ("rules-dir", "baseline"):
        if key in table:
            table[key] = os.path.abspath(table[key])
    return table


def _merged(table: Any, over: dict[str, Any]) -> Any:
    """``over`` on top of ``table``, which may be anything that a user wrote."""
    if not isinstance(table, dict):
        return table
    both = dict(table)
    for key, value in over.items():
        both[key] = _merged(table[key], value) if isinstance(value, dict) and key in table else value
    return both


def _read_given(file: str, over: dict[str, Any]) -> Settings:
    """The configuration named by ``--config``: a missing file or table is an error."""
    if not os.path.isfile(file):
        raise ConfigError([Problem(where(file), None, "no such configuration file")])
    settings = _read(file, over)
    if settings is None:
        raise ConfigError([Problem(where(file), None, "has no [tool.wattlint] table")])
    return settings


def _read(file: str, over: dict[str, Any]) -> Settings | None:
    """The settings in ``file``; None when it does not exist or says nothing about wattlint."""
    touched.file(file)
    if not os.path.isfile(file):  # a folder or a pipe of this name is no configuration either
        return None
    try:
        raw = read_bytes(file, MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            [Problem(where(file), None, f"cannot be read: {(error.strerror or str(error)).lower()}")]
        ) from None
    own_file = os.path.basename(file) != "pyproject.toml"
    if not own_file and b"wattlint" not in raw:
        return None
    if len(raw) > MAX_BYTES:
        raise ConfigError([Problem(where(file), None, "larger than 250 kB, not read as a configuration")])
    data, text = _parse(file, raw)
    table: Any = data
    prefix: tuple[str, ...] = ()
    if not own_file or _is_tool_table(data):
        tools = data.get("tool")
        if not isinstance(tools, dict) or "wattlint" not in tools:
            return None
        table, prefix = tools["wattlint"], ("tool", "wattlint")
    from pathlib import Path

    from wattlint.config_model import settings_from

    return settings_from(_merged(table, over), Path(file), text, prefix)


def _is_tool_table(data: dict[str, Any]) -> bool:
    """``[tool.wattlint]`` written in a file of another name (``--config base.toml``)."""
    return isinstance(data.get("tool"), dict) and "wattlint" in data["tool"]


def _parse(file: str, raw: bytes) -> tuple[dict[str, Any], str]:
    from wattlint.sources import toml

    try:
        text = raw.decode("utf-8-sig")
        return toml.loads(text), text
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(where(file), line, "not valid UTF-8")]) from None
    except (toml.TomlError, RecursionError) as error:
        import re

        message = str(error) if isinstance(error, toml.TomlError) else "nested too deeply"
        place = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", message)
        line = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
        what = message[: place.start()] if place else message
        raise ConfigError([Problem(where(file), line, f"not valid TOML: {what}")]) from None


def problem_of(error: CatalogueError) -> Problem:
    """A mistake in a file of the user's ``rules-dir``, as messages name it."""
    what = f"{error.key}: {error.message}" if error.key else error.message
    return Problem(where(error.path), error.line, what)


def where(file: str | Path) -> str:
    """``file`` as messages name it."""
    return display_path(os.path.abspath(file))
