"""The options of the command line, as argparse sees them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

from wattlint import __version__

Command = Callable[[argparse.Namespace], int]


def build_parser(run: Mapping[str, Command]) -> argparse.ArgumentParser:
    """``run``: what each command calls with the parsed options."""
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
    _add_selection(check)
    check.add_argument("--statistics", action="store_true", help="count the findings of each rule, and why models are unknown")
    check.add_argument(
        "--explain",
        nargs=2,
        metavar=("CODE", "FILE:LINE"),
        help="why a rule fires on one call, or does not: condition, facts, evidence, replacement",
    )
    check.add_argument(
        "--exit-zero", action="store_true", help="exit with status 0 even when there are findings"
    )
    check.add_argument(
        "--stdin-filename", default="stdin.py", metavar="NAME", help='name of what is read when PATHS is "-"'
    )
    check.set_defaults(run=run["check"])

    estimate = commands.add_parser(
        "estimate", help="energy, carbon, water and money per call", allow_abbrev=False
    )
    _add_common(estimate, formats=("text", "json"))
    estimate.add_argument("--explain", metavar="FILE:LINE", help="the whole derivation for one call site")
    estimate.add_argument(
        "--traffic",
        metavar="FILE",
        help="recorded calls (OpenTelemetry spans, LiteLLM spend logs, or CSV): their tokens and numbers count",
    )
    estimate.set_defaults(run=run["estimate"], select=[], extend_select=[], ignore=[], preview=False)

    rule = commands.add_parser("rule", help="explain a rule", allow_abbrev=False)
    rule.add_argument("code", nargs="?", metavar="CODE", help="code or name of a rule")
    rule.add_argument("--all", action="store_true", help="list every rule")
    rule.set_defaults(run=run["rule"])

    models = commands.add_parser("models", help="look a model up in the catalogue", allow_abbrev=False)
    models.add_argument("query", nargs="?", metavar="QUERY", help="any spelling of a model id")
    models.add_argument(
        "--check",
        nargs="?",
        const="",
        metavar="DIR",
        help="validate a folder with rules, SDKs and models of your own, and say what it adds (default: rules-dir)",
    )
    models.set_defaults(run=run["models"])
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
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="LIST",
        help="patterns of files and folders to leave out besides the configured ones (repeatable, comma-separated)",
    )
    parser.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave excluded files out even when they are named in PATHS",
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    selection = parser.add_argument_group("selection (each may be repeated and hold a comma-separated list)")
    for name, text in (
        ("--select", "rule codes or prefixes to report, in place of the configured ones"),
        ("--extend-select", "rule codes or prefixes to report besides"),
        ("--ignore", "rule codes or prefixes not to report"),
    ):
        selection.add_argument(name, action="append", default=[], metavar="LIST", help=text)
    selection.add_argument("--preview", action="store_true", help="report rules in preview too")
