"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def add_paths_and_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATHS",
        help="files and folders (default: the current folder)",
    )
    parser.add_argument(
        "--stdin-filename", metavar="NAME", help='name of what is read when PATHS is "-" (default: stdin.py)'
    )
    add_output(parser, formats)


def add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
    parser.add_argument("--output-file", "-o", metavar="FILE", help="write the report there")
    parser.add_argument("--config", metavar="FILE", help="use this configuration file for every path")
    parser.add_argument(
        "--no-cache", action="store_true", help="neither use nor keep results in .wattlint_cache"
    )
    parser.add_argument(
        "--jobs",
        "-j",
        type=_jobs,
        metavar="N",
        help="processes to work in (default: the processors there are)",
    )
    parser.add_argument("--quiet", "-q", action="store_true", help="no closing summary, no sign of progress")
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


def add_selection(parser: argparse.ArgumentParser) -> None:
    selection = parser.add_argument_group("selection (each may be repeated and hold a comma-separated list)")
    for name, text in (
        ("--select", "rule codes or prefixes to report, in place of the configured ones"),
        ("--extend-select", "rule codes or prefixes to report besides"),
        ("--ignore", "rule codes or prefixes not to report"),
    ):
        selection.add_argument(name, action="append", default=[], metavar="LIST", help=text)
    selection.add_argument("--preview", action="store_true", help="report rules in preview too")


def add_fail_on(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="LIST",
        help=f"severities (with those above) and rule codes: exit with status 1 only for such {what}",
    )


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of processes (1 to 256)')
    return int(text)


def listed(values: Sequence[str]) -> tuple[str, ...]:
    """``["LLM1,LLM201", "LLM3"]`` as one tuple: options may be repeated and hold commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
