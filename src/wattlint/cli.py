"""The command line: reads options, calls one function, prints.

Exit status: 0 clean, 1 findings, 2 something could not be analysed (and nothing then says that all is well).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wattlint import __version__

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.config import Configuration
    from wattlint.reports.progress import Progress
    from wattlint.sources.files import Problem

CLEAN, FINDINGS, FAILED = 0, 1, 2
PIPE_WIDTH = 132
"""Columns of a table that goes to a file or a pipe."""


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    if options.command is None:
        _parser().print_help()
        return FAILED
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has what it wanted. Keep the interpreter from flushing into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        return 130
    return status


def _check(options: argparse.Namespace) -> int:
    from wattlint.run import analyse, analyse_bytes

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    if options.paths == ["-"]:
        analysis = analyse_bytes(sys.stdin.buffer.read(), options.stdin_filename, configuration)
    else:
        with _progress(options) as progress:
            analysis = analyse(options.paths, configuration, progress=progress)
    written = _write(options, _check_report(analysis, options))
    _print_problems(analysis.problems)
    if analysis.problems or not written:
        return FAILED
    return FINDINGS if analysis.findings and not options.exit_zero else CLEAN


def _check_report(analysis: Analysis, options: argparse.Namespace) -> str:
    if options.format == "json":
        from wattlint.reports.json_data import check_json

        return check_json(analysis)
    from wattlint.reports import text
    from wattlint.reports.terminal import painter

    paint = painter(_colour(options))
    if options.format == "concise":
        lines = list(text.concise(analysis.findings, paint))
    else:
        lines = list(text.full(analysis.findings, analysis.lines_of, paint))
    if options.statistics:
        lines += text.statistics(analysis.findings)
    if not options.quiet:
        lines += [text.verdict(analysis.findings, bool(analysis.problems)), str(analysis.coverage)]
    return "".join(f"{line}\n" for line in lines)


def _estimate(options: argparse.Namespace) -> int:
    from wattlint.run import analyse, estimates

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    if options.explain:
        return _explain(options, configuration)
    with _progress(options) as progress:
        analysis = analyse(options.paths, configuration, lint=False, progress=progress)
    items = estimates(analysis)
    if options.format == "json":
        from wattlint.reports.json_data import estimate_json

        report = estimate_json(analysis, items)
    else:
        from wattlint.reports.estimate_text import estimate_text

        report = estimate_text(items, _width(options), _colour(options))
        if not options.quiet:
            report += f"{analysis.coverage}\n"
    written = _write(options, report)
    _print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN


def _explain(options: argparse.Namespace, configuration: Configuration) -> int:
    """The derivation of the estimate of one call site."""
    from wattlint.impact.explain import explain
    from wattlint.run import analyse, estimates

    place = re.fullmatch(r"(.+?)(?::cell (\d+))?:(\d+)(?::\d+)?", options.explain)
    if place is None:
        return _fail(f'--explain: expected FILE:LINE, not "{options.explain}"')
    path, cell, line = place[1], int(place[2]) - 1 if place[2] else None, int(place[3])
    analysis = analyse([path], configuration, lint=False)
    items = estimates(analysis)
    here = [
        item
        for item in items
        if item.site.line <= line <= item.site.end_line and cell in (None, item.site.cell)
    ]
    if not here:
        _print_problems(analysis.problems)
        lines = ", ".join(str(item.site.line) for item in items)
        known = f"call sites at line {lines}" if lines else "no call sites in this file"
        return FAILED if analysis.problems else _fail(f"{options.explain}: no call site here ({known})")
    reports = [
        explain(item.site, item.impact)
        if item.impact
        else f"{item.site.path}:{item.site.line}: {item.why_unknown}"
        for item in here
    ]
    written = _write(options, "\n\n".join(report.rstrip("\n") for report in reports) + "\n")
    _print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN


def _rule(options: argparse.Namespace) -> int:
    from wattlint.lint.pages import page, rule_list
    from wattlint.lint.selection import UnknownCode

    if options.all == bool(options.code):
        return _fail("rule: give one CODE, or --all")
    if options.all:
        _print(
            "".join(f"{rule.code}  {rule.default:8} {rule.name:28} {rule.summary}\n" for rule in rule_list())
        )
        return CLEAN
    try:
        _print(page(options.code).rstrip("\n") + "\n")
    except UnknownCode as error:
        return _fail(str(error))
    return CLEAN


def _models(options: argparse.Namespace) -> int:
    from wattlint.catalogue.models import load_models
    from wattlint.catalogue.show_model import describe

    _print(describe(options.query).rstrip("\n") + "\n")
    return CLEAN if load_models().lookup(options.query) else FAILED


def _configuration(options: argparse.Namespace) -> Configuration | None:
    """The configuration that the options ask for; None, said on standard error, when they cannot be followed."""
    from wattlint.config import ConfigError, Configuration, Overrides

    overrides = Overrides(
        select=_listed(options.select),
        extend_select=_listed(options.extend_select),
        ignore=_listed(options.ignore),
        exclude=_listed(options.exclude),
        preview=options.preview,
        force_exclude=options.force_exclude,
    )
    try:
        configuration = Configuration(Path(options.config) if options.config else None, overrides)
        if overrides.select or overrides.extend_select or overrides.ignore:
            _check_codes(configuration)
    except ConfigError as error:
        _print_problems(error.problems)
    except ValueError as error:  # UnknownCode: codes of configuration files are checked where those are read
        _fail(f"--{error}")
    else:
        return configuration
    return None


def _check_codes(configuration: Configuration) -> None:
    from wattlint.lint.selection import check_codes

    check_codes(configuration.of_folder(Path.cwd()))


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    """``["LLM1,LLM201", "LLM3"]`` as one tuple: options may be repeated and hold commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _progress(options: argparse.Namespace) -> contextlib.AbstractContextManager[Progress | None]:
    if options.quiet or not sys.stderr.isatty():
        return contextlib.nullcontext()
    from wattlint.reports.progress import Progress

    return Progress()


def _colour(options: argparse.Namespace) -> bool:
    from wattlint.reports.terminal import wants_colour

    return not options.output_file and wants_colour(sys.stdout, options.no_color)


def _width(options: argparse.Namespace) -> int:
    if options.output_file or not sys.stdout.isatty():
        return PIPE_WIDTH
    return os.get_terminal_size(sys.stdout.fileno()).columns


def _write(options: argparse.Namespace, report: str) -> bool:
    """The report to standard output or to ``--output-file``; False when that cannot be written."""
    if not options.output_file:
        _print(report)
        return True
    try:
        Path(options.output_file).write_text(report, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        _fail(f"{options.output_file}: cannot be written: {(error.strerror or str(error)).lower()}")
        return False
    return True


def _print(text: str) -> None:
    from wattlint.reports.terminal import emit

    emit(sys.stdout, text)


def _print_problems(problems: Sequence[Problem]) -> None:
    from wattlint.reports.terminal import emit, printable

    sys.stdout.flush()
    for problem in problems:
        emit(sys.stderr, printable(str(problem)) + "\n")


def _fail(message: str) -> int:
    from wattlint.reports.terminal import emit, printable

    emit(sys.stderr, f"wattlint: {printable(message)}\n")
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wattlint",
        description="Find LLM calls in Python source, say what one call costs in energy, carbon, water and money, "
        "and flag what is bigger than its job.",
        epilog="Exit status: 0 clean, 1 findings, 2 something could not be analysed.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"wattlint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    check = commands.add_parser("check", help="lint files and folders", allow_abbrev=False)
    _add_common(check, formats=("text", "concise", "json"))
    check.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    check.add_argument(
        "--exit-zero", action="store_true", help="exit with status 0 even when there are findings"
    )
    check.add_argument(
        "--stdin-filename", default="stdin.py", metavar="NAME", help='name of what is read when PATHS is "-"'
    )
    check.set_defaults(run=_check)

    estimate = commands.add_parser(
        "estimate", help="energy, carbon, water and money per call", allow_abbrev=False
    )
    _add_common(estimate, formats=("text", "json"))
    estimate.add_argument("--explain", metavar="FILE:LINE", help="the whole derivation for one call site")
    estimate.set_defaults(run=_estimate)

    rule = commands.add_parser("rule", help="explain a rule", allow_abbrev=False)
    rule.add_argument("code", nargs="?", metavar="CODE", help="code or name of a rule")
    rule.add_argument("--all", action="store_true", help="list every rule")
    rule.set_defaults(run=_rule)

    models = commands.add_parser("models", help="look a model up in the catalogue", allow_abbrev=False)
    models.add_argument("query", metavar="QUERY", help="any spelling of a model id")
    models.set_defaults(run=_models)
    return parser


def _add_common(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATHS",
        help="files and folders (default: the current folder)",
    )
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
    parser.add_argument("--output-file", "-o", metavar="FILE", help="write the report there")
    parser.add_argument("--config", metavar="FILE", help="use this configuration file for every path")
    parser.add_argument("--quiet", "-q", action="store_true", help="no closing summary, no progress bar")
    parser.add_argument("--no-color", action="store_true", help="no colours (as with NO_COLOR set)")
    selection = parser.add_argument_group("selection (each may be repeated and hold a comma-separated list)")
    for name, text in (
        ("--select", "rule codes or prefixes to report, in place of the configured ones"),
        ("--extend-select", "rule codes or prefixes to report besides"),
        ("--ignore", "rule codes or prefixes not to report"),
        ("--exclude", "patterns of files and folders to leave out besides"),
    ):
        selection.add_argument(name, action="append", default=[], metavar="LIST", help=text)
    selection.add_argument("--preview", action="store_true", help="report rules in preview too")
    selection.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave excluded files out even when they are named in PATHS",
    )
