"""The options of the command line, as argparse sees them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

from wattlint import __version__

CHECK_FORMATS = DIFF_FORMATS = ("github", "gitlab", "sarif", "markdown", "junit")
Command = Callable[[argparse.Namespace], int]

DESCRIPTION = """\
Find LLM calls in Python source, say what one call costs in energy, carbon,
water and money, and flag what is bigger than its job.
"""
EXAMPLES = """\
examples:
  wattlint check                       lint the current project
  wattlint estimate src                what each call uses, with intervals
  wattlint diff                        what this branch adds
  wattlint rule LLM101                 explain a rule
  wattlint models gpt-4o               what is known about a model

exit status: 0 clean, 1 findings, 2 something could not be analysed
"""
CHECK = """\
Lint files and folders. Folders are searched for .py, .pyw and .ipynb files;
what git ignores is left out, and files that cannot hold an LLM call (no SDK is
imported, no model server named) are not parsed. Findings in folders of tests,
examples and docs are only reported with check-tests in the configuration.
"""
CHECK_EXAMPLES = """\
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
ESTIMATE = """\
Show energy, carbon, water and money of one call at every call site, each as
p50 (p10-p90), and the sum of one pass. Nothing is run and nothing is measured:
the figures come from the model, the prompt and the limits that the code shows.
"""
ESTIMATE_EXAMPLES = """\
examples:
  wattlint estimate                          the current folder
  wattlint estimate src --format json        plain units (Wh, gCO2e, mL, US$) for other programs
  wattlint estimate --format html -o report.html   one page with charts, grade and derivations
  wattlint estimate --explain src/app.py:12  every step behind the figures of one call, with sources

exit status: 0 everything was read, 2 something could not be analysed (it is
named on standard error)
"""
BADGE = """\
Draw the energy grade (A to G) of a project as an SVG badge, or as JSON for an
endpoint of shields.io. The grade compares each call whose task is recognised
with the smallest solver known to be adequate for it; see docs/grade.md.
"""
BADGE_EXAMPLES = """\
examples:
  wattlint badge -o docs/energy.svg           the current project
  wattlint badge src --format json            {"schemaVersion": 1, "label": "LLM energy", ...}

exit status: 0 everything was read, 2 something could not be analysed
(it is named on standard error)
"""
DIFF = """\
Show what a change adds: call sites added, removed and changed, with energy,
carbon, water and money before and after. Calls are matched by function and
shape, not by line; a constant or settings file that changed shows at every
call it feeds. Reads git's objects: nothing is checked out or written.
"""
DIFF_EXAMPLES = """\
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
BASELINE = """\
Keep a file of old findings that check lets be (--baseline, or baseline in the
configuration). Entries name rule, file, function and call, never a line or a
model. "update" drops what is gone and follows what moved; only "write" adds.
"""
BASELINE_EXAMPLES = """\
examples:
  wattlint baseline write            every finding of today becomes an old one
  wattlint baseline update           drop the entries that are no longer needed
  wattlint baseline check            is anything new, or no longer needed?
  wattlint check --baseline .wattlint-baseline.json

exit status: 0 done, 1 (check) there are new findings or entries that are gone,
2 something could not be analysed, or the file is damaged: nothing is written
"""
RULE_EXAMPLES = """\
examples:
  wattlint rule LLM201                                    its page: why, when to ignore it
  wattlint rule --new no-large-default --dir our_rules    a page to start from
  wattlint rule --test our_rules                          do its examples hold?

exit status: 0 all right, 1 an example does not hold, 2 no such rule, or a page
that cannot be read (file, line and key are named on standard error)
"""
INIT = """\
Look at the project (which SDKs it calls, which GPU and region its files name),
show a commented configuration, a pre-commit entry and, on GitHub, a workflow
as a diff, and write them once you agree. What is there is only added to.
"""
INIT_EXAMPLES = """\
examples:
  wattlint init             show, ask, write
  wattlint init --diff      only show
  wattlint init --yes       write without asking

exit status: 0 done or declined, 2 not possible
"""
COMPLETION_EXAMPLES = """\
examples:
  wattlint completion bash > ~/.local/share/bash-completion/completions/wattlint
  wattlint completion zsh > ~/.zfunc/_wattlint
"""
LSP = """\
Serve one editor over standard input and output: findings while typing, the
energy of each call behind its line, its derivation on hover, fixes as code
actions. Needs the extra: pip install 'wattlint[lsp]'
"""
MODELS_EXAMPLES = """\
examples:
  wattlint models azure/gpt-4o-2024-08-06    any spelling finds the record
  wattlint models --check our_rules          is everything in that folder right, and what does it add?

exit status: 0 known (or all right), 2 not
"""


def build_parser(run: Mapping[str, Command]) -> argparse.ArgumentParser:
    """``run``: what each command calls with the parsed options."""
    parser = argparse.ArgumentParser(
        prog="wattlint",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"wattlint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_check(commands, run["check"])
    _add_estimate(commands, run["estimate"])
    _add_badge(commands, run["badge"])
    _add_diff(commands, run["diff"])
    _add_baseline(commands, run["baseline"])
    init = _add_command(
        commands, "init", "write a first configuration, pre-commit entry and CI file", INIT, INIT_EXAMPLES
    )
    init.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the current folder")
    init.add_argument("--yes", "-y", action="store_true", help="write without asking")
    init.add_argument("--diff", action="store_true", help="show what would be written, and write nothing")
    init.set_defaults(run=run["init"])

    completion = _add_command(
        commands, "completion", "a completion script for a shell", epilog=COMPLETION_EXAMPLES
    )
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    completion.set_defaults(run=run["completion"], parser=parser)

    lsp = _add_command(commands, "lsp", "a language server for editors, over standard input and output", LSP)
    lsp.set_defaults(run=run["lsp"])

    rule = _add_command(commands, "rule", "explain a rule, write one, test one", epilog=RULE_EXAMPLES)
    rule.add_argument("code", nargs="?", metavar="CODE", help="code or name of a rule")
    rule.add_argument("--all", action="store_true", help="list every rule")
    rule.add_argument("--new", metavar="NAME", help="write a page to start a rule of your own from")
    rule.add_argument(
        "--test",
        nargs="?",
        const="",
        metavar="PATH",
        help="run the examples of rule pages (default: rules-dir)",
    )
    rule.add_argument("--dir", metavar="DIR", help="folder of your own rules (default: rules-dir)")
    rule.set_defaults(run=run["rule"])

    models = _add_command(commands, "models", "look a model up in the catalogue", epilog=MODELS_EXAMPLES)
    models.add_argument("query", nargs="?", metavar="QUERY", help="any spelling of a model id")
    models.add_argument(
        "--check",
        nargs="?",
        const="",
        metavar="DIR",
        help="validate a folder with rules, SDKs and models of your own, and say what it adds (default: rules-dir)",
    )
    models.set_defaults(run=run["models"])

    clean = _add_command(commands, "clean", "remove the results kept in .wattlint_cache")
    clean.add_argument(
        "paths",
        nargs="*",
        metavar="PATHS",
        help="in the projects of these paths too (default: the current one)",
    )
    clean.set_defaults(run=run["clean"])
    return parser


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    description: str | None = None,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=description or f"{summary[0].upper()}{summary[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Command) -> None:
    check = _add_command(commands, "check", "lint files and folders", CHECK, CHECK_EXAMPLES)
    _add_common(check, formats=("text", "concise", "json", *CHECK_FORMATS))
    _add_selection(check)
    _add_fail_on(check, "findings")
    check.add_argument("--baseline", metavar="FILE", help="let the findings in this baseline be")
    check.add_argument(
        "--statistics",
        action="store_true",
        help="count the findings of each rule, and why models are unknown",
    )
    check.add_argument(
        "--explain",
        nargs=2,
        metavar=("CODE", "FILE:LINE"),
        help="why a rule fires on one call, or does not: condition, facts, evidence, replacement",
    )
    fixing = check.add_argument_group("fixing")
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
    check.add_argument(
        "--exit-zero", action="store_true", help="exit with status 0 even when there are findings"
    )
    check.set_defaults(run=run)


def _add_estimate(commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Command) -> None:
    estimate = _add_command(
        commands, "estimate", "energy, carbon, water and money per call", ESTIMATE, ESTIMATE_EXAMPLES
    )
    _add_common(estimate, formats=("text", "json", "html", "markdown"))
    estimate.add_argument("--explain", metavar="FILE:LINE", help="the whole derivation for one call site")
    estimate.add_argument(
        "--traffic",
        metavar="FILE",
        help="recorded calls (OpenTelemetry spans, LiteLLM spend logs, or CSV): their tokens and numbers count",
    )
    estimate.set_defaults(run=run, select=[], extend_select=[], ignore=[], preview=False)


def _add_badge(commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Command) -> None:
    badge = _add_command(commands, "badge", "the project's energy grade as a badge", BADGE, BADGE_EXAMPLES)
    _add_common(badge, formats=("svg", "json"))
    badge.set_defaults(run=run, select=[], extend_select=[], ignore=[], preview=False)


def _add_diff(commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Command) -> None:
    diff = _add_command(commands, "diff", "what a change adds", DIFF, DIFF_EXAMPLES)
    diff.add_argument(
        "paths",
        nargs="*",
        metavar="[BASE] [PATHS]",
        help="a revision to compare with (default: the default branch), then files and folders",
    )
    side = diff.add_mutually_exclusive_group()
    side.add_argument(
        "--staged", action="store_true", help="compare what is staged, with HEAD unless BASE is given"
    )
    side.add_argument(
        "--uncommitted", action="store_true", help="compare the working tree with HEAD unless BASE is given"
    )
    _add_output(diff, formats=("text", "json", *DIFF_FORMATS))
    _add_selection(diff)
    _add_fail_on(diff, "new findings")
    diff.set_defaults(run=run)


def _add_baseline(commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Command) -> None:
    baseline = _add_command(commands, "baseline", "let old findings be", BASELINE, BASELINE_EXAMPLES)
    baseline.add_argument("action", choices=("write", "update", "check"), help="what to do with the file")
    _add_common(baseline, formats=("text",))
    _add_selection(baseline)
    baseline.add_argument(
        "--baseline",
        metavar="FILE",
        help="the file (default: the configured one, or .wattlint-baseline.json)",
    )
    baseline.set_defaults(run=run, statistics=False, unsafe_fixes=False)


def _add_fail_on(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="LIST",
        help=f"severities (with those above) and rule codes: exit with status 1 only for such {what}",
    )


def _add_common(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATHS",
        help="files and folders (default: the current folder)",
    )
    parser.add_argument(
        "--stdin-filename", default="stdin.py", metavar="NAME", help='name of what is read when PATHS is "-"'
    )
    _add_output(parser, formats)


def _add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
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


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of processes (1 to 256)')
    return int(text)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    selection = parser.add_argument_group("selection (each may be repeated and hold a comma-separated list)")
    for name, text in (
        ("--select", "rule codes or prefixes to report, in place of the configured ones"),
        ("--extend-select", "rule codes or prefixes to report besides"),
        ("--ignore", "rule codes or prefixes not to report"),
    ):
        selection.add_argument(name, action="append", default=[], metavar="LIST", help=text)
    selection.add_argument("--preview", action="store_true", help="report rules in preview too")
