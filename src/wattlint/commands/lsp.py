"""``wattlint lsp``: the language server."""

from __future__ import annotations

import argparse

from wattlint.commands.output import (
    CLEAN,
    fail,
)

DESCRIPTION = """\
Serve one editor over standard input and output: findings while typing, the
energy of each call behind its line, its derivation on hover, fixes as code
actions. Needs the extra: pip install 'wattlint[lsp]'
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    try:
        from wattlint.lsp.server import serve
    except ModuleNotFoundError as error:
        return fail(f"lsp: {error.name} is missing: pip install 'wattlint[lsp]'")
    serve()
    return CLEAN
