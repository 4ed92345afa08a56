"""``wattlint badge``: the energy grade."""

from __future__ import annotations

import argparse

from wattlint.commands.analysing import analysis_of, configuration_of
from wattlint.commands.options import add_paths_and_output
from wattlint.commands.output import (
    CLEAN,
    FAILED,
    print_problems,
    write,
)

DESCRIPTION = """\
Draw the energy grade (A to G) of a project as an SVG badge, or as JSON for an
endpoint of shields.io. The grade compares each call whose task is recognised
with the smallest solver known to be adequate for it; see docs/grade.md.
"""
EXAMPLES = """\
examples:
  wattlint badge -o docs/energy.svg           the current project
  wattlint badge src --format json            {"schemaVersion": 1, "label": "LLM energy", ...}

exit status: 0 everything was read, 2 something could not be analysed
(it is named on standard error)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    add_paths_and_output(parser, formats=("svg", "json"))
    parser.set_defaults(select=[], extend_select=[], ignore=[], preview=False)


def run(options: argparse.Namespace) -> int:
    from wattlint.grading import grade
    from wattlint.reports.badge import badge_json, badge_svg
    from wattlint.run import estimates

    configuration = configuration_of(options)
    if configuration is None:
        return FAILED
    analysis = analysis_of(options, configuration, lint=False)
    project = grade(analysis, estimates(analysis)).project
    written = write(options, (badge_json if options.format == "json" else badge_svg)(project))
    print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN
