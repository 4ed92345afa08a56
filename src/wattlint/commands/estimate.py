"""``wattlint estimate``: what each call costs."""

from __future__ import annotations

import argparse
from pathlib import Path

from wattlint.commands.analysing import analysis_of, configuration_of
from wattlint.commands.explain import explain
from wattlint.commands.options import add_paths_and_output
from wattlint.commands.output import (
    CLEAN,
    FAILED,
    colour,
    fail,
    print_problems,
    width,
    write,
)

DESCRIPTION = """\
Show energy, carbon, water and money of one call at every call site, each as
p50 (p10-p90), and the sum of one pass. Nothing is run and nothing is measured:
the figures come from the model, the prompt and the limits that the code shows.
"""
EXAMPLES = """\
examples:
  wattlint estimate                          the current folder
  wattlint estimate src --format json        plain units (Wh, gCO2e, mL, US$) for other programs
  wattlint estimate --format html -o report.html   one page with charts, grade and derivations
  wattlint estimate --explain src/app.py:12  every step behind the figures of one call, with sources

exit status: 0 everything was read, 2 something could not be analysed (it is
named on standard error)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    add_paths_and_output(parser, formats=("text", "json", "html", "markdown"))
    parser.add_argument("--explain", metavar="FILE:LINE", help="the whole derivation for one call site")
    parser.add_argument(
        "--traffic",
        metavar="FILE",
        help="recorded calls (OpenTelemetry spans, LiteLLM spend logs, or CSV): their tokens and numbers count",
    )
    parser.set_defaults(select=[], extend_select=[], ignore=[], preview=False)


def run(options: argparse.Namespace) -> int:
    from wattlint.run import estimates

    configuration = configuration_of(options)
    if configuration is None:
        return FAILED
    if options.explain:
        if options.traffic:
            return fail("--explain: not with --traffic, which is matched to whole projects")
        return explain(options, configuration)
    traffic = None
    if options.traffic:
        from wattlint.config import problem_of
        from wattlint.traffic.read import read
        from wattlint.traffic.records import TrafficError

        try:
            traffic = read(Path(options.traffic))
        except TrafficError as error:
            print_problems([problem_of(error)])
            return FAILED
    analysis = analysis_of(options, configuration, lint=False)
    items = estimates(analysis, traffic)
    if options.format == "json":
        from wattlint.reports.json_data import estimate_json

        report = estimate_json(analysis, items)
    elif options.format == "html":
        from wattlint.grading import grade
        from wattlint.reports.html_report import estimate_html

        report = estimate_html(analysis, items, grade(analysis, items), ", ".join(options.paths))
    elif options.format == "markdown":
        from wattlint.reports.markdown import estimate_markdown

        report = estimate_markdown(analysis, items)
    else:
        from wattlint.reports.estimate_text import estimate_text
        from wattlint.reports.monthly import month_lines

        report = estimate_text(items, width(options), colour(options))
        report += "".join(f"{line}\n" for line in month_lines(items, analysis.recorded))
        if not options.quiet:
            report += f"{analysis.coverage}\n"
    written = write(options, report)
    print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN
