"""``wattlint models``: look a model up."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from wattlint.commands.output import (
    CLEAN,
    FAILED,
    clean,
    fail,
    print_problems,
    say,
)

EXAMPLES = """\
examples:
  wattlint models azure/gpt-4o-2024-08-06    any spelling finds the record
  wattlint models --check our_rules          is everything in that folder right, and what does it add?

exit status: 0 known (or all right), 2 not
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="?", metavar="QUERY", help="any spelling of a model id")
    parser.add_argument(
        "--check",
        nargs="?",
        const="",
        metavar="DIR",
        help="validate a folder with rules, SDKs and models of your own, and say what it adds (default: rules-dir)",
    )


def run(options: argparse.Namespace) -> int:
    from wattlint.catalogue.models import load_models
    from wattlint.catalogue.show_model import describe
    from wattlint.catalogue.user_folder import part
    from wattlint.config import ConfigError, Configuration

    if (options.check is not None) == (options.query is not None):
        return fail("models: give one QUERY, or --check")
    if options.check:
        return _check_own(options.check)
    try:
        rules_dir = Configuration().of_folder(Path.cwd()).rules_dir
    except ConfigError as error:
        print_problems(error.problems)
        return FAILED
    if options.query is None:
        return _check_own(rules_dir) if rules_dir else fail("models --check: give a DIR, or set rules-dir")
    catalogue = load_models(part(rules_dir, "models"))
    say(clean(describe(options.query, catalogue)) + "\n")
    return CLEAN if catalogue.lookup(options.query) else FAILED


def _check_own(rules_dir: str) -> int:
    """Validate a folder of the user's own knowledge, and say what it adds."""
    from wattlint.config import problem_of, where
    from wattlint.own_knowledge import additions, failed_examples, mistakes

    if not os.path.isdir(rules_dir):
        return fail(f"models --check: no such folder: {rules_dir}")
    if found := mistakes(rules_dir) or list(failed_examples(rules_dir)):
        print_problems(list(map(problem_of, found)))
        return FAILED
    say("".join(f"{line}\n" for line in (f"{where(Path(rules_dir))} adds", *additions(rules_dir))))
    return CLEAN
