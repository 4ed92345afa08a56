"""The command line: finds the command that is asked for, lets it run, and ends as programs in a pipe should.

Exit status: 0 clean, 1 findings, 2 something could not be analysed (and nothing then says that all is well).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from wattlint import __version__
from wattlint.catalogue.errors import CatalogueError, nearest
from wattlint.commands.output import CLEAN, FAILED, NotWritten, fail, flush

DESCRIPTION = """\
Find LLM calls in Python source, say what one call costs in energy, carbon,
water and money, and flag what is bigger than its job.
"""
EXAMPLES = """\
examples:
  wattlint check                       lint the current project
  wattlint estimate src                what each call uses, with intervals
  wattlint diff                        what this branch adds
  wattlint rule LLM101                 explain a rule
  wattlint models gpt-4o               what is known about a model

exit status: 0 clean, 1 findings, 2 something could not be analysed
"""
COMMANDS = {
    "check": "lint files and folders",
    "estimate": "energy, carbon, water and money per call",
    "badge": "the project's energy grade as a badge",
    "diff": "what a change adds",
    "baseline": "let old findings be",
    "init": "write a first configuration, pre-commit entry and CI file",
    "completion": "a completion script for a shell",
    "lsp": "a language server for editors, over standard input and output",
    "rule": "explain a rule, write one, test one",
    "models": "look a model up in the catalogue",
    "clean": "remove the results kept in .wattlint_cache",
}
"""Name -> what it does; its module in ``commands`` has the name of the command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Without ``argv``: the program, which ends here. To let the interpreter take everything apart that it has made takes
    as long as to look at a thousand files."""
    if argv is not None:
        return _main(list(argv))
    _open_missing_streams()
    status = _main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return status  # closed, or not there
    os._exit(status)


def _main(arguments: list[str]) -> int:
    parser = build_parser(arguments[0] if arguments and arguments[0] in COMMANDS else None)
    options, unknown = parser.parse_known_args(arguments)
    if options.command is None and not unknown:
        parser.print_help()
        return FAILED
    own: argparse.ArgumentParser = vars(options).pop("parser", parser)
    if unknown:
        known = re.findall(r"--[a-z-]+", own.format_help())
        own.error(f"unrecognized arguments: {' '.join(unknown)}{nearest(unknown[0], known)}")
    try:
        os.getcwd()
    except OSError as error:
        return fail(f"the working directory cannot be used: {(error.strerror or str(error)).lower()}")
    try:
        status: int = _module(options.command).run(options)
        flush()
    except BrokenPipeError:
        _flush_no_more()
        return CLEAN
    except NotWritten as error:
        _flush_no_more()
        return fail(str(error))
    except KeyboardInterrupt:
        return 130
    except CatalogueError as error:
        # Of the built-in catalogue: a user's own files are checked with the configuration.
        return fail(str(error))
    return status


def _open_missing_streams() -> None:
    """A stream that the caller closed is None in Python: let nothing come in, and nothing go out."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, "w")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _flush_no_more() -> None:
    """Keep the interpreter from writing what is left in the buffer when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Help(argparse.RawDescriptionHelpFormatter):
    """As wide as the terminal. One is made for each option, and would import ``shutil`` (4 ms) to ask how wide that is."""

    def __init__(self, prog: str, **given: Any) -> None:
        super().__init__(prog, **{"width": _columns() - 2, **given})


def _columns() -> int:
    """What ``shutil.get_terminal_size`` says."""
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


class _Parser(argparse.ArgumentParser):
    """Says what may have been meant."""

    def error(self, message: str) -> NoReturn:
        message = re.sub(r", maybe you meant '[^']*'\?", "", message)  # from Python 3.15 on, in other words
        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong is not None:
            message += nearest(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        super().error(message)


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """With the options of every command, or of the one that is asked for: the others then need not be imported."""
    parser = _Parser(
        prog="wattlint",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"wattlint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in COMMANDS if only is None else (only,):
        summary, module = COMMANDS[name], _module(name)
        command = commands.add_parser(
            name,
            help=summary,
            description=getattr(module, "DESCRIPTION", f"{summary[0].upper()}{summary[1:]}."),
            epilog=getattr(module, "EXAMPLES", None),
            formatter_class=_Help,
            allow_abbrev=False,
        )
        command.set_defaults(parser=command)
        module.add_options(command)
    return parser


def _module(command: str) -> Any:
    return import_module(f"wattlint.commands.{command}")
