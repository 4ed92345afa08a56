"""``wattlint clean``: remove kept results."""

from __future__ import annotations

import argparse

from wattlint.commands.output import (
    CLEAN,
    fail,
    say,
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATHS",
        help="in the projects of these paths too (default: the current one)",
    )


def run(options: argparse.Namespace) -> int:
    import os
    import shutil

    from wattlint.cache import folders_to_clean
    from wattlint.config import where

    for path in options.paths:
        if not os.path.lexists(path):
            return fail(f"{path}: no such file or directory")
    for folder in folders_to_clean(options.paths):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            return fail(f"{where(folder)}: cannot be removed: {(error.strerror or str(error)).lower()}")
        say(f"removed {where(folder)}\n")
    return CLEAN
