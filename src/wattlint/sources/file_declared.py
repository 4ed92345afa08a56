"""What a file itself says about its dependencies: ``!pip install`` in a notebook, PEP 723 metadata in a script.

For many notebooks and scripts it is all that is declared. It speaks for that file alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from wattlint.regexes import regex
from wattlint.sources.declared import Declaration, pip_declaration, text_of, toml_data

MAX_CHARACTERS = 50_000_000
SCRIPT = regex(r"^# /// script[ \t]*\n((?:#(?: .*)?\n)+?)# ///[ \t]*$", re.MULTILINE)
INSTALL = regex(r"(?:^|[\s;&|!%])pip[\d.]*\s+install\s+(.*)")


def declared_in(file: str, name: str) -> Declaration | None:
    """What ``file`` says of the normalised distribution ``name``; None where it leaves that to the project."""
    text = text_of(Path(file), MAX_CHARACTERS)
    return _declarations(text, Path(file).name).get(name) if "pip" in text or "# /// script" in text else None


@lru_cache(maxsize=8)
def _declarations(text: str, name: str) -> dict[str, Declaration]:
    found = _installs(text, name) if name.endswith(".ipynb") else _script(text, name)
    return {one.name: one for one in found}  # of several, what is installed last is what is there


def _script(text: str, name: str) -> Iterator[Declaration]:
    """A script is run in an environment of its own, where any version will do unless one is named."""
    block = SCRIPT.search(text)
    if block is None:
        return
    data = toml_data(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE))
    listed = data.get("dependencies")
    for requirement in listed if isinstance(listed, list) else ():
        if isinstance(requirement, str):
            at = text.find(requirement, block.start())
            declaration = pip_declaration(requirement, f"{name}:{text.count(chr(10), 0, max(at, 0)) + 1}")
            if declaration:
                yield declaration


def _installs(text: str, name: str) -> Iterator[Declaration]:
    """Only with a version: without one, what the project asks for may be there already."""
    from wattlint.sources.notebooks import shell_lines

    for cell, line in shell_lines(text):
        install = INSTALL.search(line)
        for word in _words(install[1]) if install else ():
            declaration = (
                pip_declaration(word, f"{name}, cell {cell + 1}") if not word.startswith("-") else None
            )
            if declaration and declaration.specifier:
                yield declaration


def _words(command: str) -> Iterator[str]:
    """Of the first command in a line of shell."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        words = command.split()
    for word in words:
        if word in ("&&", "||", ";", "|", ">", "&>", "2>"):
            return
        yield word.rstrip(";")
