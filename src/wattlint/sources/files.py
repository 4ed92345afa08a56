"""What the other packages get to see of the file system: references, texts, problems."""

import os
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Problem(NamedTuple):
    """Something that could not be analysed. ``path`` as displayed, ``line`` 1-based."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class FileRef(NamedTuple):
    """A file to read. ``explicit``: the user named it, rather than a folder above it."""

    file: str
    """Absolute. A ``Path`` takes five times the memory and the time to make one, and of most files nobody asks for it."""
    display: str
    """Posix; relative to the working directory when below it."""
    explicit: bool

    @property
    def path(self) -> "Path":
        from pathlib import Path

        return Path(self.file)

    @property
    def folder(self) -> str:
        return os.path.dirname(self.file)


class DroppedCell(NamedTuple):
    """A code cell that is no Python. ``cell`` counts all cells from 0, ``line`` counts within the cell from 1."""

    cell: int
    line: int
    message: str


class CellMap(NamedTuple):
    """From lines of a notebook's joined text back to its cells."""

    starts: tuple[int, ...]
    """First line (1-based) of each code cell in the joined text, ascending."""
    cells: tuple[int, ...]
    """Index of each code cell among all cells of the notebook, from 0."""
    dropped: tuple[DroppedCell, ...] = ()

    def locate(self, line: int) -> tuple[int, int]:
        """(cell index, line within the cell, 1-based) of a line of the joined text."""
        if not self.starts:
            return 0, line
        at = max(bisect_right(self.starts, line) - 1, 0)
        return self.cells[at], line - self.starts[at] + 1


class SourceFile(NamedTuple):
    """One module, or the code cells of one notebook joined into one."""

    path: "Path"
    display: str
    raw: bytes
    """The file as it is on disk."""
    text: str
    """Decoded, without byte order mark, every line end a ``\\n``: line numbers agree with ``ast``."""
    cells: CellMap | None

    @property
    def lines(self) -> list[str]:
        """Line ``n`` of ``ast`` is ``lines[n - 1]`` (``str.splitlines`` also breaks at form feeds and the like)."""
        return self.text.split("\n")

    @property
    def code(self) -> bytes:
        """The text as UTF-8: what the sieve looks at (a notebook's raw bytes are JSON, a module's may be UTF-7)."""
        return self.text.encode("utf-8", "surrogatepass")
