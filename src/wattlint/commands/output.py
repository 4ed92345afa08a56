"""What commands say: reports to standard output or a file, problems to standard error."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.sources.files import Problem


CLEAN, FINDINGS, FAILED = 0, 1, 2
"""Exit status: nothing found, something found, something could not be analysed."""
PIPE_WIDTH = 132
"""Columns of a table that goes to a file or a pipe."""


class NotWritten(Exception):
    """What standard output does not take, in words."""


def write(options: argparse.Namespace, report: str) -> bool:
    """The report to standard output or to ``--output-file``; False when that cannot be written."""
    if not options.output_file:
        say(report)
        return True
    from wattlint.sources.secrets import hide

    return _write_file(options.output_file, hide(report).encode("utf-8", "backslashreplace"))


def write_encoded(options: argparse.Namespace, parts: Iterable[tuple[bytes, str]]) -> bool:
    """``write`` for text of several codecs: what goes to a file or a pipe keeps them."""
    if not options.output_file and (sys.stdout.isatty() or not hasattr(sys.stdout, "buffer")):
        say("".join(raw.decode(codec, "replace") for raw, codec in parts))
        return True
    from wattlint.sources.secrets import hide

    kept = "surrogateescape"
    raw = b"".join(hide(raw.decode("utf-8", kept)).encode("utf-8", kept) for raw, _ in parts)
    if not options.output_file:
        say_bytes(raw)
        return True
    return _write_file(options.output_file, raw)


def _write_file(name: str, raw: bytes) -> bool:
    try:
        with open(name, "wb") as file:
            file.write(raw)
    except OSError as error:
        fail(f"{name}: cannot be written: {(error.strerror or str(error)).lower()}")
        return False
    return True


def say(text: str) -> None:
    if not text:
        return
    from wattlint.reports.terminal import emit

    with _to_stdout():
        emit(sys.stdout, text)


def say_bytes(raw: bytes) -> None:
    with _to_stdout():
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)


def flush() -> None:
    with _to_stdout():
        if not sys.stdout.closed:  # a language server's end closes it
            sys.stdout.flush()


@contextlib.contextmanager
def _to_stdout() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader (head, less) has what it wanted
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower() if sys.stdout.writable() else "it is closed"
        raise NotWritten(f"standard output cannot be written: {why}") from None


def say_aside(text: str) -> None:
    from wattlint.reports.terminal import emit

    flush()
    emit(sys.stderr, text)


def print_problems(problems: Sequence[Problem]) -> None:
    if problems:
        say_aside(listing(problems))


def listing(problems: Sequence[Problem]) -> str:
    """One line each."""
    from wattlint.reports.terminal import printable

    return "".join(f"{printable(str(problem))}\n" for problem in problems)


def fail(message: str) -> int:
    from wattlint.reports.terminal import emit, printable

    emit(sys.stderr, f"wattlint: {printable(message)}\n")
    return FAILED


def clean(text: str) -> str:
    """Text of several lines that may quote the user's code, without control characters."""
    from wattlint.reports.terminal import printable

    return "\n".join(map(printable, text.rstrip("\n").split("\n")))


def colour(options: argparse.Namespace) -> bool:
    from wattlint.reports.terminal import wants_colour

    return not options.output_file and wants_colour(sys.stdout, options.no_color)


def width(options: argparse.Namespace) -> int:
    if options.output_file or not sys.stdout.isatty():
        return PIPE_WIDTH
    return os.get_terminal_size(sys.stdout.fileno()).columns
