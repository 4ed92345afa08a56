"""``wattlint rule``: explain a rule, write one, test one."""

from __future__ import annotations

import argparse
from pathlib import Path

from wattlint.commands.output import (
    CLEAN,
    FAILED,
    FINDINGS,
    clean,
    fail,
    print_problems,
    say,
)

EXAMPLES = """\
examples:
  wattlint rule LLM201                                    its page: why, when to ignore it
  wattlint rule --new no-large-default --dir our_rules    a page to start from
  wattlint rule --test our_rules                          do its examples hold?

exit status: 0 all right, 1 an example does not hold, 2 no such rule, or a page
that cannot be read (file, line and key are named on standard error)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="code or name of a rule")
    parser.add_argument("--all", action="store_true", help="list every rule")
    parser.add_argument("--new", metavar="NAME", help="write a page to start a rule of your own from")
    parser.add_argument(
        "--test",
        nargs="?",
        const="",
        metavar="PATH",
        help="run the examples of rule pages (default: rules-dir)",
    )
    parser.add_argument("--dir", metavar="DIR", help="folder of your own rules (default: rules-dir)")


def run(options: argparse.Namespace) -> int:
    from wattlint.catalogue.user_folder import part
    from wattlint.config import ConfigError, Configuration
    from wattlint.lint.pages import page, rule_list
    from wattlint.lint.selection import UnknownCode

    if [options.code is not None, options.all, options.new is not None, options.test is not None].count(
        True
    ) != 1:
        return fail("rule: give one of CODE, --all, --new NAME and --test")
    try:
        rules_dir = Configuration().of_folder(Path.cwd()).rules_dir
        if options.new is not None or options.test is not None:
            return _own_rules(options, rules_dir)
        folder = part(rules_dir, "checks")
        if options.all:
            lines = [
                f"{rule.code}  {rule.default:8} {rule.name:28} {rule.summary}\n" for rule in rule_list(folder)
            ]
            say("".join(lines))
        else:
            say(page(options.code, folder).rstrip("\n") + "\n")
    except UnknownCode as error:
        return fail(str(error))
    except ConfigError as error:
        print_problems(error.problems)
        return FAILED
    return CLEAN


def _own_rules(options: argparse.Namespace, rules_dir: str | None) -> int:
    """``rule --new`` and ``rule --test``."""
    from wattlint.catalogue.errors import CatalogueError
    from wattlint.config import problem_of, where
    from wattlint.rule_pages import RuleError, new_page, run_pages

    place = options.test or options.dir or rules_dir
    if place is None:
        return fail(f"rule --{'test' if options.new is None else 'new'}: name a folder, or set rules-dir")
    try:
        if options.new is not None:
            written = where(new_page(options.new, Path(place)))
            say(f"{written} is written. Edit it, then run: wattlint rule --test {written}\n")
            return CLEAN
        report = run_pages(Path(place))
    except RuleError as error:
        return fail(f"rule: {error}")
    except CatalogueError as error:
        print_problems([problem_of(error)])
        return FAILED
    say("".join(f"{line}\n" for line in map(clean, report.lines)))
    return FINDINGS if report.failed else CLEAN
