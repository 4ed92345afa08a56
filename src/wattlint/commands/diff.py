"""``wattlint diff``: what a change adds."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wattlint.commands.analysing import configuration_of, depends_on
from wattlint.commands.options import add_fail_on, add_output, add_selection, listed
from wattlint.commands.output import (
    CLEAN,
    FAILED,
    FINDINGS,
    colour,
    fail,
    print_problems,
    write,
)

if TYPE_CHECKING:
    from wattlint.changes.compare import Comparison


DESCRIPTION = """\
Show what a change adds: call sites added, removed and changed, with energy,
carbon, water and money before and after. Calls are matched by function and
shape, not by line; a constant or settings file that changed shows at every
call it feeds. Reads git's objects: nothing is checked out, and the working tree
is left alone.
"""
EXAMPLES = """\
examples:
  wattlint diff                      the working tree against its merge base with the default branch
  wattlint diff origin/release       against the merge base with another branch
  wattlint diff --uncommitted        against HEAD: what is not committed yet
  wattlint diff --staged             what "git commit" would commit
  wattlint diff v1.0..v1.1 src       two commits, only below src
  wattlint diff --fail-on warning    exit with status 1 for new warnings and errors

exit status: 0 done, 1 a limit is exceeded, 2 something could not be analysed
(it is named on standard error)
"""
FORMATS = ("text", "json", "html", "github", "gitlab", "sarif", "markdown", "junit")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="[BASE] [PATHS]",
        help="a revision to compare with (default: the default branch), then files and folders",
    )
    side = parser.add_mutually_exclusive_group()
    side.add_argument(
        "--staged", action="store_true", help="compare what is staged, with HEAD unless BASE is given"
    )
    side.add_argument(
        "--uncommitted", action="store_true", help="compare the working tree with HEAD unless BASE is given"
    )
    add_output(parser, formats=FORMATS)
    add_selection(parser)
    add_fail_on(parser, "new findings")


def run(options: argparse.Namespace) -> int:
    from wattlint.config import ConfigError
    from wattlint.diffing import compare
    from wattlint.sources.git import GitError

    configuration = configuration_of(options)
    if configuration is None:
        return FAILED
    try:
        fail_on = listed(options.fail_on)
        comparison = compare(
            options.paths,
            configuration,
            options.staged,
            options.uncommitted,
            fail_on,
            options.jobs,
            None if options.no_cache else depends_on(options, lint=True),
            fixes=options.format == "sarif",
        )
    except GitError as error:
        return fail(str(error))
    except ConfigError as error:
        print_problems(error.problems)
        return FAILED
    written = write(options, _diff_report(comparison, options))
    print_problems(comparison.problems)
    if comparison.problems or not written:
        return FAILED
    return FINDINGS if any(gate.verdict == "failed" for gate in comparison.gates) else CLEAN


def _diff_report(comparison: Comparison, options: argparse.Namespace) -> str:
    if options.format == "json":
        from wattlint.reports.json_diff import diff_json

        return diff_json(comparison)
    if options.format == "html":
        from wattlint.reports.html_report import diff_html

        return diff_html(comparison)
    if options.format != "text":
        from wattlint.reports.by_format import diff_report

        return diff_report(options.format, comparison)
    from wattlint.reports.diff_text import diff_text

    return diff_text(comparison, colour(options), options.quiet)
