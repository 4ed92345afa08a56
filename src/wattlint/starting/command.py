"""Looks, shows what it would write, asks, writes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from wattlint.config import ConfigError, Configuration
from wattlint.run import analyse
from wattlint.sources.project import project_root
from wattlint.sources.toml import TomlError
from wattlint.sources.whole_files import write_whole
from wattlint.starting.detect import detect
from wattlint.starting.plan import Planned, plan, text_of


class InitError(Exception):
    """The message says what is in the way; nothing was written."""


class Started(NamedTuple):
    written: list[str]
    shown: str
    """What was to be written, as a diff, and what was left alone."""


def start(
    folder: Path, confirm: Callable[[str], bool], say: Callable[[str], None], force: bool = False
) -> Started:
    """``say`` gets the diff; ``confirm`` decides. Raises InitError."""
    if not folder.is_dir():
        raise InitError(f"{folder}: no such folder")
    root = project_root(folder)
    try:
        analysis = analyse([str(root)], Configuration(), lint=False)
        top = _repository(root)
        github = (top / ".github").is_dir() or _remote_is_github(top)
        planned, left = plan(root, top, detect(root, analysis), github)
    except TomlError as error:
        raise InitError(f"{root / 'pyproject.toml'}: {error}") from None
    except ConfigError as error:
        raise InitError("\n".join(map(str, error.problems))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InitError(str(error)) from None
    shown = "".join(map(_diff, planned)) + "".join(f"left alone: {one.what}\n" for one in left)
    say(shown)
    if not planned:
        return Started([], shown)
    if not force and not confirm(f"Write {', '.join(one.path.as_posix() for one in planned)}?"):
        return Started([], shown)
    written = []
    for one in planned:
        path = root / one.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            now = text_of(path) if path.exists() else None
            if now != one.before:
                raise InitError(f"{one.path}: changed meanwhile, not written")
            write_whole(str(path.resolve()), one.after.encode("utf-8"))
        except OSError as error:
            raise InitError(f"{one.path}: cannot be written: {error.strerror or error}") from None
        written.append(one.path.as_posix())
    return Started(written, shown)


def ask(question: str) -> bool:
    """On a terminal; elsewhere nobody can answer, and nothing is written."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _diff(one: Planned) -> str:
    before = (one.before or "").splitlines(keepends=True)
    name = one.path.as_posix()
    source = name if one.before is not None else "/dev/null"
    lines = unified_diff(before, one.after.splitlines(keepends=True), source, name)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _repository(root: Path) -> Path:
    """The folder that git knows ``root`` by: hooks and workflows count there and nowhere else."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _remote_is_github(top: Path) -> bool:
    try:
        return "github.com" in (top / ".git" / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
