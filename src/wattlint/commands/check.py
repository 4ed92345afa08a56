"""``wattlint check``: lint, fix."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattlint.commands.analysing import STDIN, analysis_of, cache_of, configuration_of
from wattlint.commands.explain import explain
from wattlint.commands.options import add_fail_on, add_paths_and_output, add_selection, listed
from wattlint.commands.output import (
    CLEAN,
    FAILED,
    FINDINGS,
    colour,
    fail,
    listing,
    print_problems,
    say_aside,
    say_bytes,
    write,
    write_encoded,
)
from wattlint.sources import touched

if TYPE_CHECKING:
    from pathlib import Path

    from wattlint.analysis import Analysis
    from wattlint.changes.baseline import Held
    from wattlint.config import Configuration
    from wattlint.fixing import Outcome
    from wattlint.kept_reports import Said
    from wattlint.lint.findings import Finding
    from wattlint.reports.text import Propose
    from wattlint.sources.files import Problem


DESCRIPTION = """\
Lint files and folders. Folders are searched for .py, .pyw and .ipynb files;
what git ignores is left out, and files that cannot hold an LLM call (no SDK is
imported, no model server named) are not parsed. Findings in folders of tests,
examples and docs are only reported with check-tests in the configuration.
"""
EXAMPLES = """\
examples:
  wattlint check                                   the current folder
  wattlint check src app.py --select LLM2          only rules that begin with LLM2
  wattlint check --format concise --statistics     one line each, and counts
  wattlint check --format sarif -o wattlint.sarif  for code scanning
  wattlint check --explain LLM102 src/app.py:12    why a rule fires there, or does not
  wattlint check --diff                            what --fix would change
  wattlint check --fix --unsafe-fixes              fix all that can be fixed
  wattlint check - --stdin-filename src/app.py < buffer.txt

exit status: 0 no findings (left), 1 findings, or with --diff changes, 2 something
could not be analysed or written (it is named on standard error)
"""
FORMATS = ("text", "concise", "json", "github", "gitlab", "sarif", "markdown", "junit")
KEPT = ("text", "concise", "json")
"""Formats that depend on the result and the options alone: the others look for the repository, or write elsewhere too."""


def add_options(parser: argparse.ArgumentParser) -> None:
    add_paths_and_output(parser, formats=FORMATS)
    add_selection(parser)
    add_fail_on(parser, "findings")
    parser.add_argument("--baseline", metavar="FILE", help="let the findings in this baseline be")
    parser.add_argument(
        "--statistics",
        action="store_true",
        help="count the findings of each rule, and why models are unknown",
    )
    parser.add_argument(
        "--explain",
        nargs=2,
        metavar=("CODE", "FILE:LINE"),
        help="why a rule fires on one call, or does not: condition, facts, evidence, replacement",
    )
    fixing = parser.add_argument_group("fixing")
    fixing.add_argument(
        "--fix",
        action="store_true",
        help="fix what can be fixed without a change of behaviour, report the rest",
    )
    fixing.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="count and, with --fix, apply fixes that may change behaviour too",
    )
    fixing.add_argument(
        "--diff", action="store_true", help="show what --fix would change as a diff, and write nothing"
    )
    parser.add_argument(
        "--exit-zero", action="store_true", help="exit with status 0 even when there are findings"
    )


def run(options: argparse.Namespace) -> int:
    cache = cache_of(options, lint=True) if not options.explain else None
    again = cache is not None and not options.output_file and options.format in KEPT
    if cache is not None and again:
        said = cache.said(_call(options), options.jobs)
        if said is not None:
            return _say(options, said)
    configuration = configuration_of(options)
    if configuration is None:
        return FAILED
    if options.explain:
        return explain(options, configuration)
    from wattlint.config import ConfigError

    try:
        baseline = configuration.baseline_file(options.baseline)
    except ConfigError:  # a problem of the analysis as well
        baseline = None
    analysis = analysis_of(options, configuration, True, cache)
    held = None
    if baseline is not None:
        from wattlint.changes.baseline import BaselineError

        try:
            held = _take_out_held(options, configuration, baseline, analysis)
        except BaselineError as error:
            return fail(str(error))
    if options.fix or options.diff:
        return _fix(options, configuration, analysis, baseline)
    keeps = again and baseline is None
    if keeps and not touched.recording():
        touched.record()
    said = _said(options, analysis, report_of(analysis, options, held))
    if cache is not None and keeps:
        cache.keep(_call(options), said, touched.recorded())
    return _say(options, said)


def _call(options: argparse.Namespace) -> list[tuple[str, Any]]:
    """All that a report may depend on besides the result that it is of."""
    given = {**vars(options), "jobs": None, "no_color": not colour(options)}
    return sorted(given.items())


def _say(options: argparse.Namespace, said: Said) -> int:
    written = write(options, said.report)
    if said.problems:
        say_aside(said.problems)
    return said.status if written else FAILED


def _said(options: argparse.Namespace, analysis: Analysis, report: str) -> Said:
    from wattlint.kept_reports import Said

    return Said(report, listing(_aside(options, analysis)), _status(options, analysis))


def _aside(options: argparse.Namespace, analysis: Analysis) -> Sequence[Problem]:
    """The problems that the report does not tell of to the same reader."""
    on_screen = options.format in ("text", "concise") and not options.output_file
    return analysis.unreported if on_screen else analysis.problems


def _status(options: argparse.Namespace, analysis: Analysis) -> int:
    if analysis.problems:
        return FAILED
    if not analysis.findings or options.exit_zero:
        return CLEAN
    from wattlint.changes.budget import FAULTS, failing

    return FINDINGS if failing(analysis.findings, listed(options.fail_on) or FAULTS) else CLEAN


def _take_out_held(
    options: argparse.Namespace, configuration: Configuration, file: Path, analysis: Analysis
) -> Held:
    """Take the findings that the baseline in ``file`` lets be out of ``analysis``. Raises BaselineError."""
    from wattlint.baselining import held

    paths = [options.stdin_filename or STDIN] if options.paths == ["-"] else options.paths
    found = held(analysis, file, paths, configuration)
    analysis.findings = found.new
    return found


def report_of(
    analysis: Analysis, options: argparse.Namespace, held: Held | None = None, fixed: Outcome | None = None
) -> str:
    """``fixed``: what ``--fix`` came to, of which ``analysis`` is the result."""
    propose = _proposer(analysis) if fixed is None else fixed.propose(analysis)
    if options.format == "json":
        from wattlint.reports.json_data import check_json

        return check_json(analysis, propose)
    if options.format not in ("text", "concise"):
        from wattlint.reports.by_format import check_report

        return check_report(options.format, analysis, held.known if held else ())
    if options.quiet and not analysis.findings and not options.statistics:
        return ""
    from wattlint.reports import text
    from wattlint.reports.terminal import painter

    paint = painter(colour(options))
    fixes = text.Fixes(analysis.findings, propose, options.unsafe_fixes)
    if options.format == "concise":
        lines = list(text.concise(analysis.findings, paint, fixes))
    else:
        lines = list(text.full(analysis.findings, analysis.lines_of, paint, fixes))
    if options.statistics:
        lines += text.statistics(analysis.findings, analysis.sites)
    if not options.quiet:
        lines += [
            text.verdict(analysis, len(fixed.fixed) if fixed else 0),
            *fixes.summary(),
            str(analysis.coverage),
        ]
        if held is not None and (held.known or held.gone):
            gone = f", {len(held.gone)} of its entries are no longer needed" if held.gone else ""
            lines.append(f"{len(held.known)} in the baseline{gone}.")
    return "".join(f"{line}\n" for line in lines)


def _proposer(analysis: Analysis) -> Propose:
    """What proposes fixes; the fixes are only imported where there are findings."""
    if not analysis.findings:
        return lambda finding: None
    from wattlint.lint.fixes.propose import Fixer

    return Fixer(analysis).propose


def _fix(
    options: argparse.Namespace, configuration: Configuration, analysis: Analysis, baseline: Path | None
) -> int:
    """``check --fix`` and ``check --diff``."""
    from wattlint.fixing import apply_fixes
    from wattlint.writing import diffs, write_all

    from_stdin = options.paths == ["-"]
    raw = {ref.path: options.stdin for ref in analysis.files.values()} if from_stdin else {}

    def sift(again: Analysis) -> None:
        if baseline is not None:
            _take_out_held(options, configuration, baseline, again)  # old findings stay as they are

    outcome = apply_fixes(analysis, configuration, options.unsafe_fixes, raw, sift)
    if options.diff:
        written = write_encoded(options, diffs(outcome.changed))
        _say_left(options, len(outcome.fixed), outcome.left())
        print_problems(analysis.problems)
        if analysis.problems or not written:
            return FAILED
        return FINDINGS if outcome.changed and not options.exit_zero else CLEAN
    if from_stdin:
        # The fixed text is the output, so the report goes to standard error, unless a file is named for it.
        say_bytes(outcome.changed[0].after if outcome.changed else options.stdin)
        report = report_of(outcome.analysis, options, fixed=outcome)
        written = True
        if options.output_file:
            written = write(options, report)
        else:
            say_aside(report)
        print_problems(_aside(options, outcome.analysis))
        return _status(options, outcome.analysis) if written else FAILED
    problems = write_all(outcome.changed)
    if problems:
        analysis.problems += problems
        analysis.unreported += problems
        outcome.analysis, outcome.fixed = analysis, []
    report = report_of(outcome.analysis, options, fixed=outcome)
    return _say(options, _said(options, outcome.analysis, report))


def _say_left(options: argparse.Namespace, fixed: int, left: Sequence[tuple[Finding, str]]) -> None:
    """Below a diff, on standard error: what it would fix, and what has a fix that cannot be made."""
    from wattlint.reports.text import place

    if options.quiet:
        return
    for finding, reason in left:
        where = place(finding.path, finding.cell, finding.line, finding.column)
        say_aside(f"{where}: {finding.code} not fixed: {reason}\n")
    say_aside(f"Would fix {fixed} finding{'' if fixed == 1 else 's'}.\n" if fixed else "No fixes to apply.\n")
