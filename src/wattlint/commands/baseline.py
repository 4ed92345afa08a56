"""``wattlint baseline``: let old findings be."""

from __future__ import annotations

import argparse

from wattlint.commands.analysing import analysis_of, configuration_of
from wattlint.commands.check import report_of
from wattlint.commands.options import add_paths_and_output, add_selection
from wattlint.commands.output import (
    CLEAN,
    FAILED,
    FINDINGS,
    clean,
    fail,
    print_problems,
    write,
)

DESCRIPTION = """\
Keep a file of old findings that check lets be (--baseline, or baseline in the
configuration). Entries name rule, file, function and call, never a line or a
model. "update" drops what is gone and follows what moved; only "write" adds.
"""
EXAMPLES = """\
examples:
  wattlint baseline write            every finding of today becomes an old one
  wattlint baseline update           drop the entries that are no longer needed
  wattlint baseline check            is anything new, or no longer needed?
  wattlint check --baseline .wattlint-baseline.json

exit status: 0 done, 1 (check) there are new findings or entries that are gone,
2 something could not be analysed, or the file is damaged or no baseline:
nothing is written
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("write", "update", "check"), help="what to do with the file")
    add_paths_and_output(parser, formats=("text",))
    add_selection(parser)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="the file (default: the configured one, or .wattlint-baseline.json)",
    )
    parser.set_defaults(statistics=False, unsafe_fixes=False)


def run(options: argparse.Namespace) -> int:
    from wattlint import baselining
    from wattlint.changes.baseline import BaselineError
    from wattlint.changes.budget import FAULTS, failing
    from wattlint.config import ConfigError

    if options.output_file and options.action != "check":
        return fail(
            f"--output-file: takes the report of `baseline check`; `baseline {options.action}` writes to --baseline FILE"
        )
    configuration = configuration_of(options)
    if configuration is None:
        return FAILED
    analysis = analysis_of(options, configuration, lint=True)
    status = CLEAN
    try:
        file = baselining.default_file(options.baseline, configuration)
        if options.action == "check":
            found = baselining.held(analysis, file, options.paths, configuration)
            analysis.findings = found.new
            said = report_of(analysis, options) + baselining.differences(found, file)
            status = FINDINGS if failing(found.new, FAULTS) or found.gone else CLEAN
        elif analysis.problems:
            print_problems(analysis.problems)
            return fail(f"{file}: not written, for something could not be analysed")
        elif options.action == "write":
            configured = configuration.baseline_file() is not None
            said = baselining.write_all(analysis, file, options.paths, configuration, configured)
        else:
            said = baselining.update(analysis, file, options.paths, configuration)
    except BaselineError as error:
        return fail(str(error))
    except ConfigError as error:
        print_problems(error.problems)
        return FAILED
    written = write(options, clean(said) + "\n")
    print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else status
