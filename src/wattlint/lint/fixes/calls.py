"""Rewrites one call expression with libcst: arguments added, replaced and taken out, comments and layout kept."""

from __future__ import annotations

import ast
from collections.abc import Collection

import libcst as cst

from wattlint.lint.fixes.module import Module, minimal
from wattlint.sources.splice import Change

NO_SPACE = cst.SimpleWhitespace("")
ONE_SPACE = cst.SimpleWhitespace(" ")


class Unrewritable(ValueError):
    """libcst cannot take this call apart and put it together again as it was."""


class CallRewrite:
    """The call ``node`` of ``module``. Raises Unrewritable."""

    def __init__(self, module: Module, node: ast.Call) -> None:
        self._start, end = module.span(node)
        self._old = module.text[self._start : end]
        if module.in_text(node):
            raise Unrewritable("it stands in an f-string")
        tree = expression(self._old)
        if not isinstance(tree, cst.Call):
            raise Unrewritable("it cannot be read as a call")
        self._tree = tree
        self._quote = "'" if "'" in self._old and '"' not in self._old else '"'

    @property
    def _args(self) -> list[cst.Arg]:
        return list(self._tree.args)

    def text(self, value: str) -> str:
        """``value`` as a literal, in the quotes that the call uses."""
        return f"{self._quote}{value}{self._quote}"

    def value(self, name: str) -> str | None:
        """The source of a keyword's value."""
        found = next((arg for arg in self._args if _name(arg) == name), None)
        return None if found is None else _code(found.value)

    def change(self) -> Change | None:
        """From the call as it was to the call as it is now."""
        return minimal(self._start, self._old, _code(self._tree)[1:-1])

    # -- changes ------------------------------------------------------------------------------------------------

    def replace(self, name: str, value: str, rename: str | None = None) -> None:
        """Give the keyword ``name`` another value, and perhaps another name."""

        def changed(arg: cst.Arg) -> cst.Arg:
            return arg.with_changes(value=_parse(value), keyword=cst.Name(rename or name))

        self._set([changed(arg) if _name(arg) == name else arg for arg in self._args])

    def remove(self, names: Collection[str]) -> None:
        """Take keywords out, with the comma that belongs to each."""
        for name in names:
            self._remove(name)

    def _remove(self, name: str) -> None:
        args = self._args
        at = next((index for index, arg in enumerate(args) if _name(arg) == name), None)
        if at is None:
            return
        gone = args.pop(at)
        ending = (
            gone.comma.whitespace_after if isinstance(gone.comma, cst.Comma) else gone.whitespace_after_arg
        )
        if isinstance(ending, cst.ParenthesizedWhitespace) and ending.first_line.comment:
            raise Unrewritable(f"a comment speaks about {name}")
        if _comment(ending) and at < len(args):
            self._keep_comments(args, at, ending)
        if args and at == len(args):
            # The last one: the one before takes over how the call ends, and keeps its own comment.
            before = args[-1]
            comma = before.comma
            if isinstance(comma, cst.Comma) and isinstance(gone.comma, cst.Comma):
                ws = _joined(comma.whitespace_after, gone.comma.whitespace_after)
                args[-1] = before.with_changes(comma=gone.comma.with_changes(whitespace_after=ws))
            elif isinstance(comma, cst.Comma):
                ws = _joined(comma.whitespace_after, gone.whitespace_after_arg)
                args[-1] = before.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=ws)
        self._set(args)
        if not args:
            if _comment(self._tree.whitespace_before_args) or _comment(ending):
                raise Unrewritable("only comments would be left between its brackets")
            self._tree = self._tree.with_changes(whitespace_before_args=NO_SPACE)

    def _keep_comments(self, args: list[cst.Arg], at: int, ending: cst.BaseParenthesizableWhitespace) -> None:
        """Comments on lines of their own behind an argument that goes, now in front of ``args[at]``."""
        comma = args[at - 1].comma if at else None
        before = comma.whitespace_after if isinstance(comma, cst.Comma) else self._tree.whitespace_before_args
        if not isinstance(before, cst.ParenthesizedWhitespace) or not isinstance(
            ending, cst.ParenthesizedWhitespace
        ):
            raise Unrewritable("comments stand between its arguments")
        lines = [line for line in ending.empty_lines if line.comment]
        space = before.with_changes(empty_lines=[*before.empty_lines, *lines])
        if isinstance(comma, cst.Comma):
            args[at - 1] = args[at - 1].with_changes(comma=comma.with_changes(whitespace_after=space))
        else:
            self._tree = self._tree.with_changes(whitespace_before_args=space)

    def add(self, name: str, value: str) -> None:
        """Add a keyword: after the others, before ``**``."""
        args = self._args
        first_star = len(args)
        while first_star and args[first_star - 1].star == "**":
            first_star -= 1
        sibling = next((arg for arg in args if arg.keyword is not None), None)
        equal = sibling.equal if sibling is not None else None
        if not isinstance(equal, cst.AssignEqual):
            equal = cst.AssignEqual(whitespace_before=NO_SPACE, whitespace_after=NO_SPACE)
        new = cst.Arg(value=_parse(value), keyword=cst.Name(name), equal=equal)
        if not args:
            self._only(new)
        elif first_star < len(args):
            self._before(first_star, new)
        else:
            self._at_end(new)

    def _only(self, new: cst.Arg) -> None:
        before = self._tree.whitespace_before_args
        if isinstance(before, cst.ParenthesizedWhitespace):
            if any(line.comment for line in before.empty_lines) or before.first_line.comment:
                raise Unrewritable("only comments stand between its brackets")
            self._tree = self._tree.with_changes(whitespace_before_args=NO_SPACE)
        self._set([new])

    def _before(self, at: int, new: cst.Arg) -> None:
        """In front of ``args[at]``, which keeps its line and its comments."""
        args = self._args
        before = args[at - 1].comma if at else None
        gap = before.whitespace_after if isinstance(before, cst.Comma) else self._tree.whitespace_before_args
        plain = _plain(gap) if isinstance(gap, cst.ParenthesizedWhitespace) else ONE_SPACE
        args.insert(at, new.with_changes(comma=cst.Comma(whitespace_after=plain)))
        self._set(args)

    def _at_end(self, new: cst.Arg) -> None:
        args = self._args
        last = args[-1]
        gap = self._tree.whitespace_before_args
        if len(args) > 1 and isinstance(args[-2].comma, cst.Comma):
            gap = args[-2].comma.whitespace_after
        own_line = isinstance(gap, cst.ParenthesizedWhitespace)
        plain = _plain(gap) if own_line else ONE_SPACE
        if isinstance(last.comma, cst.Comma):
            ending = last.comma.whitespace_after
            between, after = _parted(ending, plain) if own_line else (plain, ending)
            args[-1] = last.with_changes(comma=last.comma.with_changes(whitespace_after=between))
            new = new.with_changes(comma=cst.Comma(whitespace_after=after))
        else:
            ending = last.whitespace_after_arg
            between, after = _parted(ending, plain) if own_line else (plain, ending)
            comma = cst.Comma(whitespace_after=between)
            args[-1] = last.with_changes(comma=comma, whitespace_after_arg=NO_SPACE)
            new = new.with_changes(whitespace_after_arg=after)
        if not own_line and _comment(ending):
            raise Unrewritable("a comment stands before its closing bracket")
        self._set([*args, new])

    def _set(self, args: list[cst.Arg]) -> None:
        self._tree = self._tree.with_changes(args=args)


def expression(source: str) -> cst.BaseExpression:
    """``source``, which may stand on several lines, as a tree with brackets around it. Raises Unrewritable."""
    wrapped = f"({source})"
    try:
        tree = cst.parse_expression(wrapped)
    except (cst.ParserSyntaxError, RecursionError):
        raise Unrewritable("libcst cannot read it") from None
    if _code(tree) != wrapped:
        raise Unrewritable("libcst does not give it back as it was")
    return tree


def _parse(source: str) -> cst.BaseExpression:
    return cst.parse_expression(source)


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _name(arg: cst.Arg) -> str | None:
    return arg.keyword.value if arg.keyword is not None else None


def _comment(space: cst.BaseParenthesizableWhitespace) -> bool:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return False
    return space.first_line.comment is not None or any(line.comment for line in space.empty_lines)


def _plain(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """The same line break and indent without comments and empty lines."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    first = cst.TrailingWhitespace(whitespace=NO_SPACE, newline=space.first_line.newline)
    return space.with_changes(first_line=first, empty_lines=[])


def _parted(
    ending: cst.BaseParenthesizableWhitespace, plain: cst.BaseParenthesizableWhitespace
) -> tuple[cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    """The space before the closing bracket as the space before and after a new last argument: a comment on the line
    of the argument before stays there, comments below it stay last."""
    if not isinstance(ending, cst.ParenthesizedWhitespace):
        return plain, ending
    assert isinstance(plain, cst.ParenthesizedWhitespace)
    bare = cst.TrailingWhitespace(whitespace=NO_SPACE, newline=ending.first_line.newline)
    return plain.with_changes(first_line=ending.first_line), ending.with_changes(first_line=bare)


def _joined(
    first: cst.BaseParenthesizableWhitespace, last: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """The space after an argument whose follower goes: its own comments, then how the follower ended."""
    if not isinstance(first, cst.ParenthesizedWhitespace) or not isinstance(
        last, cst.ParenthesizedWhitespace
    ):
        return last if not _comment(first) else first
    lines = [line for line in first.empty_lines if line.comment] + list(last.empty_lines)
    return last.with_changes(first_line=first.first_line, empty_lines=lines)
