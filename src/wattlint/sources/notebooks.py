"""Jupyter notebooks (nbformat 2 to 4): the code cells joined into one module, and the way back."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator
from typing import Any

from wattlint.sources.files import CellMap, DroppedCell, FileRef, Problem, SourceFile
from wattlint.sources.magics import neutralise

PYTHON_NAMES = ("python", "ipython", "xpython", "sage")


class _Damaged(Exception):
    pass


def read_notebook(ref: FileRef, raw: bytes) -> SourceFile | Problem:
    """Cells that are no Python even without their magics are left out and listed in ``cells.dropped``."""
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Problem(ref.display, line, f"not valid utf-8: byte 0x{raw[error.start]:02x}")
    except json.JSONDecodeError as error:
        return Problem(ref.display, error.lineno, f"damaged notebook: not valid JSON: {error.msg}")
    except (RecursionError, ValueError) as error:
        return Problem(ref.display, None, f"damaged notebook: not valid JSON: {error}")
    try:
        cells = list(_code_cells(notebook))
        speaks_python = _speaks_python(notebook)
    except _Damaged as error:
        return Problem(ref.display, None, f"damaged notebook: {error}")
    return _join(ref, raw, cells if speaks_python else [])


def _join(ref: FileRef, raw: bytes, cells: list[tuple[int, str]]) -> SourceFile:
    lines: list[str] = []
    starts: list[int] = []
    indexes: list[int] = []
    dropped: list[DroppedCell] = []
    for index, source in cells:
        code = neutralise(source.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        problem = _syntax_problem("\n".join(code))
        if problem:
            dropped.append(DroppedCell(index, *problem))
            continue
        starts.append(len(lines) + 1)
        indexes.append(index)
        lines += code
    text = "\n".join(lines) + "\n" if lines else ""
    cell_map = CellMap(tuple(starts), tuple(indexes), tuple(dropped))
    return SourceFile(ref.path, ref.display, raw, text, cell_map)


def shell_lines(text: str) -> Iterator[tuple[int, str]]:
    """(index of the cell, line) of what the notebook hands to a shell: ``!…``, ``%pip …``, the cells of ``%%bash``."""
    try:
        cells = list(_code_cells(json.loads(text)))
    except (_Damaged, ValueError, RecursionError):
        return
    for index, source in cells:
        lines = source.replace("\\\n", " ").splitlines()
        whole = source.lstrip().startswith(("%%bash", "%%sh", "%%!"))
        for line in lines:
            if whole or line.lstrip().startswith(("!", "%pip", "pip ")):
                yield index, line


def _syntax_problem(code: str) -> tuple[int, str] | None:
    """(line, message) where ``code`` does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about invalid escapes; not ours to report
            ast.parse(code)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        return 1, str(error) or "nested too deeply"
    return None


def _code_cells(notebook: Any) -> Iterator[tuple[int, str]]:
    """(index among all cells, source) of each code cell."""
    if not isinstance(notebook, dict):
        raise _Damaged("not a JSON object")
    if "cells" in notebook:
        cells = notebook["cells"]
    elif isinstance(notebook.get("worksheets"), list):  # nbformat 2 and 3
        sheets = notebook["worksheets"]
        if not all(isinstance(sheet, dict) and isinstance(sheet.get("cells"), list) for sheet in sheets):
            raise _Damaged('a worksheet has no list "cells"')
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
    else:
        raise _Damaged('has neither "cells" nor "worksheets"')
    if not isinstance(cells, list):
        raise _Damaged('"cells" is not a list')
    for index, cell in enumerate(cells):
        if not isinstance(cell, dict):
            raise _Damaged(f"cell {index} is not an object")
        if cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list) and all(isinstance(part, str) for part in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise _Damaged(f"the source of cell {index} is no text")
        yield index, source


def _speaks_python(notebook: dict[str, Any]) -> bool:
    """False only where the notebook says that its kernel runs another language."""
    metadata = notebook.get("metadata")
    if not isinstance(metadata, dict):
        return True
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(section)
        name = part.get(key) if isinstance(part, dict) else None
        if isinstance(name, str) and name:
            return name.lower().startswith(PYTHON_NAMES)
    return True
