"""Where a repository keeps what is its own: mostly in ``.git``, which in a linked worktree or a submodule is a file that
names the place."""

from __future__ import annotations

import os

from wattlint.sources import touched
from wattlint.sources.buffers import read_or_empty

LONGEST_PATH = 4_096


def private_excludes(top: str) -> str:
    """``info/exclude`` of the repository whose working tree has its top there, whether there is such a file or not."""
    git = os.path.join(top, ".git")
    if not os.path.isdir(git):
        git = os.path.join(top, _line(git).removeprefix("gitdir: "))
        git = os.path.join(git, _line(os.path.join(git, "commondir")))  # worktrees share it
    return os.path.normpath(os.path.join(git, "info", "exclude"))


def _line(file: str) -> str:
    touched.file(file)
    return os.fsdecode(read_or_empty(file, LONGEST_PATH)).rstrip("\r\n")
