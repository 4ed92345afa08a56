"""A parsed file as fixes see it: calls found by place, what is around them, and offsets into the text."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from wattlint.lint.fixes.edits import Edit
from wattlint.sources.files import SourceFile
from wattlint.sources.splice import Change, Splicer

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def parse(text: str) -> ast.Module:
    """Without the parser's warnings: they are about the user's code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class Module:
    """``source`` is a module, or the joined cells of a notebook. Raises SyntaxError for what is no Python."""

    def __init__(self, source: SourceFile) -> None:
        self.source, self.text = source, source.text
        self.tree = parse(source.text)
        self._starts = [0]
        for line in source.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    # -- places -------------------------------------------------------------------------------------------------

    def offset(self, line: int, octets: int) -> int:
        """Of a place as ``ast`` gives it: column in UTF-8 bytes."""
        start = self._starts[line - 1]
        text = self.text[start : self._starts[line] - 1]
        if not text.isascii():
            octets = len(text.encode("utf-8", "surrogatepass")[:octets].decode("utf-8", "ignore"))
        return start + octets

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def segment(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def line_start(self, line: int) -> int:
        return self._starts[line - 1]

    def line_text(self, line: int) -> str:
        return self.text[self._starts[line - 1] : self._starts[line] - 1]

    def indent(self, line: int) -> str:
        """The white space that the line begins with."""
        text = self.line_text(line)
        return text[: len(text) - len(text.lstrip(" \t\f"))]

    def text_line(self, cell: int | None, line: int) -> int:
        """The line of the text that is ``line`` of ``cell``."""
        cells = self.source.cells
        return line if cells is None or cell is None else cells.starts[cells.cells.index(cell)] + line - 1

    def edit(self, change: Change) -> Edit:
        """``change`` by lines and columns."""
        (line, column), (end_line, end_column) = map(self._line_and_column, (change.start, change.end))
        cell = None
        if self.source.cells is not None:
            cell, line = self.source.cells.locate(line)
            end_line = self.source.cells.locate(end_line)[1]
        return Edit(self.source.display, cell, line, column, end_line, end_column, change.text)

    def change(self, edit: Edit) -> Change:
        """``edit`` by offsets."""
        line, end_line = (self.text_line(edit.cell, number) for number in (edit.line, edit.end_line))
        start, end = self._starts[line - 1] + edit.column, self._starts[end_line - 1] + edit.end_column
        return Change(start, end, edit.replacement)

    def statements_at(self, change: Change) -> tuple[int, int]:
        """From where to where the lines of the smallest row of statements go that ``change`` touches; nothing where
        it puts lines between statements."""
        first, last = (self._line_and_column(at)[0] for at in (change.start, change.end))
        put_in = change.start == change.end == self._starts[first - 1] and change.text.endswith("\n")
        if put_in:
            last = first - 1  # what is touched is the statement that the lines stand in, if any
        body = self.tree.body
        while True:
            touched = self._touched(body, first, last)
            if not touched:
                return (change.start, change.end) if put_in else (0, len(self.text))
            inner = self._block_around(touched[0], first, last) if len(touched) == 1 else None
            if inner is None:
                break
            body = inner
        start = self._starts[min(first, self.first_line(touched[0])) - 1]
        end = self._starts[max(last, touched[-1].end_lineno or last)]
        return start, end

    def _touched(self, body: list[ast.stmt], first: int, last: int) -> list[ast.stmt]:
        """The statements of ``body`` with a line from ``first`` to ``last``; where ``last`` is before ``first``, those
        that go on from the one to the other."""
        found = []
        for at in range(bisect_left(body, first, key=lambda each: each.end_lineno or each.lineno), len(body)):
            if self.first_line(body[at]) > last:
                break
            found.append(body[at])
        return found

    def _block_around(self, statement: ast.stmt, first: int, last: int) -> list[ast.stmt] | None:
        """The block of a compound statement that has all of the lines, and begins on one of its own."""
        for block in _blocks(statement):
            start = self.first_line(block[0])
            before = self.text[self._starts[start - 1] : self.span(block[0])[0]]
            own_line = start < block[0].lineno or not before.strip()
            if own_line and start <= first and last <= (block[-1].end_lineno or 0):
                return block
        return None

    @cached_property
    def splicer(self) -> Splicer:
        """Raises Unsplicable."""
        return Splicer(self.source)

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1]

    # -- nodes --------------------------------------------------------------------------------------------------

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that hold ``node``, from the inside out."""
        at = self._parents.get(node)
        while at is not None:
            yield at
            at = self._parents.get(at)

    def call_at(self, line: int, column: int, end_line: int, end_column: int) -> ast.Call | None:
        """The call between two places; columns in characters."""
        wanted = (self._starts[line - 1] + column, self._starts[end_line - 1] + end_column)
        return next((node for node in self.calls_on(line) if self.span(node) == wanted), None)

    def literals(self, text: str) -> list[ast.Constant]:
        """Where ``text`` stands as a string of its own."""
        return self._literals.get(text, [])

    def literals_on(self, line: int, text: str) -> list[ast.Constant]:
        """Those that have a part on ``line``."""
        return self._literals_on.get((line, text), [])

    @cached_property
    def _literals(self) -> dict[str, list[ast.Constant]]:
        found: dict[str, list[ast.Constant]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, []).append(node)
        return found

    @cached_property
    def _literals_on(self) -> dict[tuple[int, str], list[ast.Constant]]:
        found: dict[tuple[int, str], list[ast.Constant]] = {}
        for text, nodes in self._literals.items():
            for node in nodes:
                for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    found.setdefault((line, text), []).append(node)
        return found

    def calls_on(self, line: int) -> list[ast.Call]:
        """The calls that begin on a line."""
        return self._calls.get(line, [])

    @cached_property
    def _calls(self) -> dict[int, list[ast.Call]]:
        found: dict[int, list[ast.Call]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                found.setdefault(node.lineno, []).append(node)
        return found

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that ``node`` belongs to, or is."""
        return next(at for at in (node, *self.around(node)) if isinstance(at, ast.stmt))

    def top_statement(self, node: ast.AST) -> ast.stmt:
        """The statement of the module itself that ``node`` belongs to, or is."""
        return next(
            at for at in (node, *self.around(node)) if isinstance(at, ast.stmt) and at in self.tree.body
        )

    def first_line(self, statement: ast.stmt) -> int:
        """Its own, or that of its first decorator."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(each.lineno for each in decorators)])

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function whose body ``node`` stands in."""
        inner = node
        for at in self.around(node):
            if isinstance(at, FunctionNode) and inner in at.body:
                return at
            inner = at
        return None

    def in_text(self, node: ast.AST) -> bool:
        """Inside an f-string, where places are not exact in every version and quotes are not free."""
        return any(isinstance(at, ast.JoinedStr) for at in (node, *self.around(node)))

    @cached_property
    def bound_names(self) -> frozenset[str]:
        """Every name that the module binds anywhere."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, FunctionNode | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.alias):
                found.add(node.asname or node.name.partition(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
        return frozenset(found)

    def statement_lines(self, line: int) -> range:
        """The lines of the innermost statement at ``line``; of a compound one, those of its head."""
        return self._statement_lines.get(line, range(line, line + 1))

    @cached_property
    def _statement_lines(self) -> dict[int, range]:
        found: dict[int, range] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt):
                body: list[ast.stmt] = getattr(node, "body", [])
                last = min(body[0].lineno - 1, node.end_lineno or node.lineno) if body else node.end_lineno
                lines = range(node.lineno, max(last or node.lineno, node.lineno) + 1)
                found.update(dict.fromkeys(lines, lines))  # ast.walk goes from the outside in
        return found


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            if block := getattr(part, name, None):
                yield block


def minimal(start: int, old: str, new: str) -> Change | None:
    """The smallest change that makes ``new`` of ``old``, which starts at ``start``; None where they are equal."""
    if old == new:
        return None
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Change(start + head, start + len(old) - tail, new[head : len(new) - tail])
