"""What commands say: reports to standard output or a file, problems to standard error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattlint.sources.files import Problem


CLEAN, FINDINGS, FAILED = 0, 1, 2
"""Exit status: nothing found, something found, something could not be analysed."""
PIPE_WIDTH = 132
"""Columns of a table that goes to a file or a pipe."""


def write(options: argparse.Namespace, report: str) -> bool:
    """The report to standard output or to ``--output-file``; False when that cannot be written."""
    if not options.output_file:
        say(report)
        return True
    from wattlint.sources.secrets import hide

    try:
        with open(options.output_file, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(hide(report))
    except OSError as error:
        fail(f"{options.output_file}: cannot be written: {(error.strerror or str(error)).lower()}")
        return False
    return True


def say(text: str) -> None:
    if not text:
        return
    from wattlint.reports.terminal import emit

    emit(sys.stdout, text)


def say_aside(text: str) -> None:
    from wattlint.reports.terminal import emit

    sys.stdout.flush()
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
