"""``wattlint completion``: a script for a shell."""

from __future__ import annotations

import argparse

from wattlint.commands.output import (
    CLEAN,
    fail,
    say,
)

EXAMPLES = """\
examples:
  wattlint completion bash > ~/.local/share/bash-completion/completions/wattlint
  wattlint completion zsh > ~/.zfunc/_wattlint
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def run(options: argparse.Namespace) -> int:
    from wattlint.cli import build_parser

    try:
        import shtab
    except ModuleNotFoundError:
        return fail("completion: shtab is missing: pip install 'wattlint[completion]'")
    say(shtab.complete(build_parser(), shell=options.shell))
    return CLEAN
