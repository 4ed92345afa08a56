"""Exact versions from lock files, by searching their text: a TOML parser needs 0.2 s for a big one."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from wattlint.regexes import regex

LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
MAX_CHARACTERS = 20_000_000

_PACKAGE = regex(r'^\[\[packages?\]\]\r?\nname = "([^"\n]+)"\r?\nversion = "([^"\n]+)"', re.MULTILINE)
_PIPFILE_PACKAGE = regex(r'^\s*"([\w.-]+)": \{[^{}]*?"version": "==([^"\n]+)"', re.MULTILINE)


def locked_version(root: Path, name: str) -> tuple[str, str] | None:
    """(version, ``file:line``) that a lock file in ``root`` pins for the normalised ``name``."""
    return locked(root).get(name)


@lru_cache(maxsize=64)
def locked(root: Path) -> dict[str, tuple[str, str]]:
    """Every distribution that a lock file in ``root`` pins -> (version, ``file:line``)."""
    from wattlint.sources.declared import normalise, text_of

    found: dict[str, tuple[str, str]] = {}
    for file in (*LOCK_FILES, "Pipfile.lock"):
        text = text_of(root / file, MAX_CHARACTERS)
        pattern = _PIPFILE_PACKAGE if file == "Pipfile.lock" else _PACKAGE
        line, at = 1, 0
        for match in pattern.finditer(text):
            line, at = line + text.count("\n", at, match.start(2)), match.start(2)
            if _is_version(match[2]):
                found.setdefault(normalise(match[1]), (match[2], f"{file}:{line}"))
    return found


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
