"""``wattlint init``: a first configuration."""

from __future__ import annotations

import argparse
from pathlib import Path

from wattlint.commands.output import (
    CLEAN,
    fail,
    say,
)

DESCRIPTION = """\
Look at the project (which SDKs it calls, which GPU and region its files name),
show a commented configuration, a pre-commit entry and, on GitHub, a workflow
as a diff, and write them once you agree. What is there is only added to.
"""
EXAMPLES = """\
examples:
  wattlint init             show, ask, write
  wattlint init --diff      only show
  wattlint init --yes       write without asking

exit status: 0 done or declined, 2 not possible
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="FOLDER", help="default: the current folder"
    )
    parser.add_argument("--yes", "-y", action="store_true", help="write without asking")
    parser.add_argument("--diff", action="store_true", help="show what would be written, and write nothing")


def run(options: argparse.Namespace) -> int:
    from wattlint.starting.command import InitError, ask, start

    try:
        confirm = (lambda question: False) if options.diff else ask
        started = start(Path(options.folder), confirm, say, options.yes and not options.diff)
    except InitError as error:
        return fail(f"init: {error}")
    if started.written:
        say("".join(f"wrote {name}\n" for name in started.written))
    elif not options.diff:
        say("nothing written\n")
    return CLEAN
