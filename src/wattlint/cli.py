"""The command line: reads options, calls one function, prints.

Exit status: 0 clean, 1 findings, 2 something could not be analysed (and nothing then says that all is well).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wattlint.catalogue.errors import CatalogueError
from wattlint.cli_options import build_parser
from wattlint.sources import touched

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.cache import Cache
    from wattlint.changes.baseline import Held
    from wattlint.changes.compare import Comparison
    from wattlint.config import Configuration
    from wattlint.lint.findings import Finding
    from wattlint.reports.progress import Progress
    from wattlint.sources.files import Problem

CLEAN, FINDINGS, FAILED = 0, 1, 2
PIPE_WIDTH = 132
"""Columns of a table that goes to a file or a pipe."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = build_parser(
        {
            "check": _check,
            "estimate": _estimate,
            "diff": _diff,
            "baseline": _baseline,
            "badge": _badge,
            "init": _init,
            "completion": _completion,
            "lsp": _lsp,
            "rule": _rule,
            "models": _models,
            "clean": _clean_cache,
        }
    )
    options = parser.parse_args(argv)
    if options.command is None:
        parser.print_help()
        return FAILED
    try:
        status: int = options.run(options)
        if not sys.stdout.closed:  # a language server's end closes it
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has what it wanted. Keep the interpreter from flushing into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        return 130
    except (
        CatalogueError
    ) as error:  # of the built-in catalogue: a user's own files are checked with the configuration
        return _fail(str(error))
    return status


def _check(options: argparse.Namespace) -> int:
    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    if options.explain:
        return _explain(options, configuration)
    from wattlint.changes.baseline import BaselineError

    analysis = _analysis(options, configuration, lint=True)
    try:
        held = _held(options, configuration, analysis)
    except BaselineError as error:
        return _fail(str(error))
    if options.fix or options.diff:
        return _fix(options, configuration, analysis)
    written = _write(options, _check_report(analysis, options, held))
    return _check_status(options, analysis, written)


def _check_status(options: argparse.Namespace, analysis: Analysis, written: bool) -> int:
    from wattlint.changes.budget import FAULTS, failing

    on_screen = options.format in ("text", "concise") and not options.output_file
    _print_problems(analysis.unreported if on_screen else analysis.problems)
    if analysis.problems or not written:
        return FAILED
    found = failing(analysis.findings, _listed(options.fail_on) or FAULTS)
    return FINDINGS if found and not options.exit_zero else CLEAN


def _held(options: argparse.Namespace, configuration: Configuration, analysis: Analysis) -> Held | None:
    """Take the findings that the baseline lets be out of ``analysis``. Raises BaselineError."""
    from wattlint.baselining import baseline_file, held
    from wattlint.config import ConfigError

    try:
        file = baseline_file(options.baseline, configuration)
    except ConfigError:  # a problem of the analysis already
        return None
    if file is None:
        return None
    paths = [options.stdin_filename] if options.paths == ["-"] else options.paths
    found = held(analysis, file, paths)
    analysis.findings = found.new
    return found


def _baseline(options: argparse.Namespace) -> int:
    from wattlint import baselining
    from wattlint.changes.baseline import BaselineError
    from wattlint.changes.budget import FAULTS, failing
    from wattlint.config import ConfigError

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    analysis = _analysis(options, configuration, lint=True)
    status = CLEAN
    try:
        file = baselining.default_file(options.baseline, configuration)
        if options.action == "check":
            found = baselining.held(analysis, file, options.paths)
            analysis.findings = found.new
            said = _check_report(analysis, options) + baselining.differences(found, file)
            status = FINDINGS if failing(found.new, FAULTS) or found.gone else CLEAN
        elif analysis.problems:
            _print_problems(analysis.problems)
            return _fail(f"{file}: not written, for something could not be analysed")
        elif options.action == "write":
            said = baselining.write_all(analysis, file)
        else:
            said = baselining.update(analysis, file, options.paths)
    except BaselineError as error:
        return _fail(str(error))
    except ConfigError as error:
        _print_problems(error.problems)
        return FAILED
    written = _write(options, _clean(said) + "\n")
    _print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else status


def _fix(options: argparse.Namespace, configuration: Configuration, analysis: Analysis) -> int:
    """``check --fix`` and ``check --diff``."""
    from wattlint.fixing import apply_fixes, not_fixed
    from wattlint.writing import diff, write_all

    from_stdin = options.paths == ["-"]
    raw = {ref.path: options.stdin for ref in analysis.files.values()} if from_stdin else {}

    def sift(again: Analysis) -> None:
        _held(options, configuration, again)  # old findings stay as they are

    outcome = apply_fixes(analysis, configuration, options.unsafe_fixes, raw, sift)
    if options.diff:
        written = _write(options, diff(outcome.changed))
        _say_left(options, len(outcome.fixed), not_fixed(outcome.analysis))
        _print_problems(analysis.problems)
        if analysis.problems or not written:
            return FAILED
        return FINDINGS if outcome.changed and not options.exit_zero else CLEAN
    if from_stdin:
        # The fixed text is the output, so the report goes to standard error.
        sys.stdout.buffer.write(outcome.changed[0].after if outcome.changed else options.stdin)
        _emit_error(_check_report(outcome.analysis, options, fixed=len(outcome.fixed)))
        return _check_status(options, outcome.analysis, True)
    problems = write_all(outcome.changed)
    if problems:
        analysis.problems += problems
        analysis.unreported += problems
        outcome.analysis, outcome.fixed = analysis, []
    written = _write(options, _check_report(outcome.analysis, options, fixed=len(outcome.fixed)))
    return _check_status(options, outcome.analysis, written)


def _say_left(options: argparse.Namespace, fixed: int, left: Sequence[tuple[Finding, str]]) -> None:
    """Below a diff, on standard error: what it would fix, and what has a fix that cannot be made."""
    from wattlint.reports.text import place

    if options.quiet:
        return
    for finding, reason in left:
        where = place(finding.path, finding.cell, finding.line, finding.column)
        _emit_error(f"{where}: {finding.code} not fixed: {reason}\n")
    _emit_error(
        f"Would fix {fixed} finding{'' if fixed == 1 else 's'}.\n" if fixed else "No fixes to apply.\n"
    )


def _emit_error(text: str) -> None:
    from wattlint.reports.terminal import emit

    sys.stdout.flush()
    emit(sys.stderr, text)


def _analysis(options: argparse.Namespace, configuration: Configuration, lint: bool) -> Analysis:
    """Of the paths, or of standard input."""
    from wattlint.run import analyse, analyse_bytes

    if options.paths == ["-"]:
        options.stdin = sys.stdin.buffer.read()
        return analyse_bytes(options.stdin, options.stdin_filename, configuration, lint)
    cache = _cache(options, lint)
    kept = cache.load(configuration) if cache is not None else None
    if kept is not None:
        return kept
    with _progress(options) as progress:
        analysis = analyse(options.paths, configuration, lint, progress, options.jobs)
    if cache is not None:
        cache.save(analysis, touched.recorded())
    return analysis


def _keeps(options: argparse.Namespace) -> bool:
    """Not for single files, which are quickly done, nor for commands that keep nothing."""
    changes = getattr(options, "fix", False) or getattr(options, "diff", False)
    return not changes and not getattr(options, "no_cache", True) and any(map(os.path.isdir, options.paths))


def _cache(options: argparse.Namespace, lint: bool) -> Cache | None:
    """Where the result of this command is kept, if it is."""
    if not _keeps(options):
        return None
    from wattlint.cache import Cache

    names = ("config", "select", "extend_select", "ignore", "exclude", "preview", "force_exclude")
    return Cache(options.paths, [lint, *(getattr(options, name) for name in names)])


def _check_report(
    analysis: Analysis, options: argparse.Namespace, held: Held | None = None, fixed: int = 0
) -> str:
    """``fixed``: findings that ``--fix`` has removed, and that ``analysis`` has no more."""
    from wattlint.lint.fixes.propose import Fixer

    fixer = Fixer(analysis)
    if options.format == "json":
        from wattlint.reports.json_data import check_json

        return check_json(analysis, fixer.propose)
    if options.format not in ("text", "concise"):
        from wattlint.reports.by_format import check_report

        return check_report(options.format, analysis, held.known if held else ())
    from wattlint.reports import text
    from wattlint.reports.terminal import painter

    paint = painter(_colour(options))
    fixes = text.Fixes(analysis.findings, fixer.propose, options.unsafe_fixes)
    if options.format == "concise":
        lines = list(text.concise(analysis.findings, paint, fixes))
    else:
        lines = list(text.full(analysis.findings, analysis.lines_of, paint, fixes))
    if options.statistics:
        lines += text.statistics(analysis.findings, analysis.sites)
    if not options.quiet:
        lines += [text.verdict(analysis, fixed), *fixes.summary(), str(analysis.coverage)]
        if held is not None and (held.known or held.gone):
            gone = f", {len(held.gone)} of its entries are no longer needed" if held.gone else ""
            lines.append(f"{len(held.known)} in the baseline{gone}.")
    return "".join(f"{line}\n" for line in lines)


def _estimate(options: argparse.Namespace) -> int:
    from wattlint.run import estimates

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    if options.explain:
        if options.traffic:
            return _fail("--explain: not with --traffic, which is matched to whole projects")
        return _explain(options, configuration)
    traffic = None
    if options.traffic:
        from wattlint.config import problem_of
        from wattlint.traffic.read import read
        from wattlint.traffic.records import TrafficError

        try:
            traffic = read(Path(options.traffic))
        except TrafficError as error:
            _print_problems([problem_of(error)])
            return FAILED
    analysis = _analysis(options, configuration, lint=False)
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

        report = estimate_text(items, _width(options), _colour(options))
        report += "".join(f"{line}\n" for line in month_lines(items, analysis.recorded))
        if not options.quiet:
            report += f"{analysis.coverage}\n"
    written = _write(options, report)
    _print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN


def _badge(options: argparse.Namespace) -> int:
    from wattlint.grading import grade
    from wattlint.reports.badge import badge_json, badge_svg
    from wattlint.run import estimates

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    analysis = _analysis(options, configuration, lint=False)
    project = grade(analysis, estimates(analysis)).project
    written = _write(options, (badge_json if options.format == "json" else badge_svg)(project))
    _print_problems(analysis.problems)
    return FAILED if analysis.problems or not written else CLEAN


def _diff(options: argparse.Namespace) -> int:
    from wattlint.config import ConfigError
    from wattlint.diffing import compare
    from wattlint.sources.git import GitError

    configuration = _configuration(options)
    if configuration is None:
        return FAILED
    try:
        fail_on = _listed(options.fail_on)
        comparison = compare(options.paths, configuration, options.staged, options.uncommitted, fail_on)
    except GitError as error:
        return _fail(str(error))
    except ConfigError as error:
        _print_problems(error.problems)
        return FAILED
    written = _write(options, _diff_report(comparison, options))
    _print_problems(comparison.problems)
    if comparison.problems or not written:
        return FAILED
    return FINDINGS if any(gate.verdict == "failed" for gate in comparison.gates) else CLEAN


def _diff_report(comparison: Comparison, options: argparse.Namespace) -> str:
    if options.format == "json":
        from wattlint.reports.json_data import diff_json

        return diff_json(comparison)
    if options.format != "text":
        from wattlint.reports.by_format import diff_report

        return diff_report(options.format, comparison)
    from wattlint.reports.diff_text import diff_text

    return diff_text(comparison, _colour(options), options.quiet)


def _init(options: argparse.Namespace) -> int:
    from wattlint.starting.command import InitError, ask, start

    try:
        confirm = (lambda question: False) if options.diff else ask
        started = start(Path(options.folder), confirm, _print, options.yes and not options.diff)
    except InitError as error:
        return _fail(f"init: {error}")
    if started.written:
        _print("".join(f"wrote {name}\n" for name in started.written))
    elif not options.diff:
        _print("nothing written\n")
    return CLEAN


def _completion(options: argparse.Namespace) -> int:
    try:
        import shtab
    except ModuleNotFoundError:
        return _fail("completion: shtab is missing: pip install 'wattlint[completion]'")
    _print(shtab.complete(options.parser, shell=options.shell))
    return CLEAN


def _lsp(options: argparse.Namespace) -> int:
    try:
        from wattlint.lsp.server import serve
    except ModuleNotFoundError as error:
        return _fail(f"lsp: {error.name} is missing: pip install 'wattlint[lsp]'")
    serve()
    return CLEAN


def _explain(options: argparse.Namespace, configuration: Configuration) -> int:
    """The derivation of an estimate, or why a rule fires: ``--explain`` of ``estimate`` and of ``check``."""
    from wattlint.explaining import Unexplained, explain_estimate, explain_finding, spot

    try:
        if isinstance(options.explain, str):
            explained = explain_estimate(spot(options.explain), configuration)
        else:
            code, place = options.explain
            explained = explain_finding(code, spot(place), configuration)
    except Unexplained as error:
        return _fail(str(error))
    written = not explained.text or _write(options, _clean(explained.text) + "\n")
    _print_problems(explained.problems)
    return FAILED if explained.problems or not written else CLEAN


def _rule(options: argparse.Namespace) -> int:
    from wattlint.catalogue.user_folder import part
    from wattlint.config import ConfigError, Configuration
    from wattlint.lint.pages import page, rule_list
    from wattlint.lint.selection import UnknownCode

    if [options.code is not None, options.all, options.new is not None, options.test is not None].count(
        True
    ) != 1:
        return _fail("rule: give one of CODE, --all, --new NAME and --test")
    try:
        rules_dir = Configuration().of_folder(Path.cwd()).rules_dir
        if options.new is not None or options.test is not None:
            return _own_rules(options, rules_dir)
        folder = part(rules_dir, "checks")
        if options.all:
            lines = [
                f"{rule.code}  {rule.default:8} {rule.name:28} {rule.summary}\n" for rule in rule_list(folder)
            ]
            _print("".join(lines))
        else:
            _print(page(options.code, folder).rstrip("\n") + "\n")
    except UnknownCode as error:
        return _fail(str(error))
    except ConfigError as error:
        _print_problems(error.problems)
        return FAILED
    return CLEAN


def _clean_cache(options: argparse.Namespace) -> int:
    import shutil

    from wattlint.cache import folders_to_clean
    from wattlint.config import where

    for folder in folders_to_clean(options.paths):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            return _fail(f"{where(folder)}: cannot be removed: {(error.strerror or str(error)).lower()}")
        _print(f"removed {where(folder)}\n")
    return CLEAN


def _own_rules(options: argparse.Namespace, rules_dir: str | None) -> int:
    """``rule --new`` and ``rule --test``."""
    from wattlint.config import problem_of, where
    from wattlint.rule_pages import RuleError, new_page, run_pages

    place = options.test or options.dir or rules_dir
    if place is None:
        return _fail(f"rule --{'test' if options.new is None else 'new'}: name a folder, or set rules-dir")
    try:
        if options.new is not None:
            written = where(new_page(options.new, Path(place)))
            _print(f"{written} is written. Edit it, then run: wattlint rule --test {written}\n")
            return CLEAN
        report = run_pages(Path(place))
    except RuleError as error:
        return _fail(f"rule: {error}")
    except CatalogueError as error:
        _print_problems([problem_of(error)])
        return FAILED
    _print("".join(f"{line}\n" for line in map(_clean, report.lines)))
    return FINDINGS if report.failed else CLEAN


def _models(options: argparse.Namespace) -> int:
    from wattlint.catalogue.models import load_models
    from wattlint.catalogue.show_model import describe
    from wattlint.catalogue.user_folder import part
    from wattlint.config import ConfigError, Configuration

    if (options.check is not None) == (options.query is not None):
        return _fail("models: give one QUERY, or --check")
    if options.check:
        return _check_own(options.check)
    try:
        rules_dir = Configuration().of_folder(Path.cwd()).rules_dir
    except ConfigError as error:
        _print_problems(error.problems)
        return FAILED
    if options.query is None:
        return _check_own(rules_dir) if rules_dir else _fail("models --check: give a DIR, or set rules-dir")
    catalogue = load_models(part(rules_dir, "models"))
    _print(_clean(describe(options.query, catalogue)) + "\n")
    return CLEAN if catalogue.lookup(options.query) else FAILED


def _check_own(rules_dir: str) -> int:
    """Validate a folder of the user's own knowledge, and say what it adds."""
    from wattlint.config import problem_of, where
    from wattlint.own_knowledge import additions, failed_examples, mistakes

    if not os.path.isdir(rules_dir):
        return _fail(f"models --check: no such folder: {rules_dir}")
    if found := mistakes(rules_dir) or list(failed_examples(rules_dir)):
        _print_problems(list(map(problem_of, found)))
        return FAILED
    _print("".join(f"{line}\n" for line in (f"{where(Path(rules_dir))} adds", *additions(rules_dir))))
    return CLEAN


def _configuration(options: argparse.Namespace) -> Configuration | None:
    """The configuration that the options ask for; None, said on standard error, when they cannot be followed."""
    from wattlint.config import ConfigError, Configuration, Overrides

    if _keeps(options):
        touched.record()  # from here on: configuration files count among what a result depends on
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
        if problem := _fail_on_problem(options, configuration):
            _fail(f"--fail-on: {problem}")
            return None
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


def _fail_on_problem(options: argparse.Namespace, configuration: Configuration) -> str | None:
    if not getattr(options, "fail_on", None):
        return None
    from wattlint.catalogue.user_folder import part
    from wattlint.changes.budget import fail_on_problem
    from wattlint.lint.rules import load_rules

    known = load_rules(part(configuration.of_folder(Path.cwd()).rules_dir, "checks"))
    return fail_on_problem(_listed(options.fail_on), known) or (
        None if _listed(options.fail_on) else "names nothing"
    )


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


def _clean(text: str) -> str:
    """Text of several lines that may quote the user's code, without control characters."""
    from wattlint.reports.terminal import printable

    return "\n".join(map(printable, text.rstrip("\n").split("\n")))


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
