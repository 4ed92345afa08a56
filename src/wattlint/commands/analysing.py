"""From options to a configuration and an analysis, kept results included."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

from wattlint.commands.options import listed
from wattlint.commands.output import fail, print_problems
from wattlint.sources import touched

STDIN = "stdin.py"
"""What standard input is called where nothing else is said."""

if TYPE_CHECKING:
    from wattlint.analysis import Analysis
    from wattlint.cache import Cache
    from wattlint.config import Configuration
    from wattlint.reports.progress import Progress


def configuration_of(options: argparse.Namespace) -> Configuration | None:
    """The configuration that the options ask for; None, said on standard error, when they cannot be followed."""
    from wattlint.config import ConfigError, Configuration, Overrides

    if _keeps(options):
        touched.record()  # from here on: configuration files count among what a result depends on
    if wrong := _wrong_together(options):
        fail(wrong)
        return None
    overrides = Overrides(
        select=listed(options.select),
        extend_select=listed(options.extend_select),
        ignore=listed(options.ignore),
        exclude=listed(options.exclude),
        preview=options.preview,
        force_exclude=options.force_exclude,
    )
    try:
        configuration = Configuration(options.config or None, overrides)
        if overrides.select or overrides.extend_select or overrides.ignore:
            _check_codes(configuration)
        if problem := _fail_on_problem(options, configuration):
            fail(f"--fail-on: {problem}")
            return None
    except ConfigError as error:
        print_problems(error.problems)
    except ValueError as error:  # UnknownCode: codes of configuration files are checked where those are read
        fail(f"--{error}")
    else:
        return configuration
    return None


def analysis_of(
    options: argparse.Namespace, configuration: Configuration, lint: bool, cache: Cache | None = None
) -> Analysis:
    """Of the paths, or of standard input. ``cache``: that of ``cache_of``, where it was asked something already."""
    if options.paths == ["-"]:
        from wattlint.run import analyse_bytes

        name = options.stdin_filename or STDIN
        try:
            options.stdin = sys.stdin.buffer.read()
        except OSError as error:
            options.stdin = b""
            return _unread(name, error.strerror or str(error) if sys.stdin.readable() else "it is closed")
        return analyse_bytes(options.stdin, name, configuration, lint)
    cache = cache or cache_of(options, lint)
    kept = cache.load(configuration, jobs=options.jobs) if cache is not None else None
    if kept is not None:
        return kept
    from wattlint.collection import pass_over_what_is_loaded, without_collection
    from wattlint.run import analyse  # which a result that was kept does without

    with _progress(options) as progress, without_collection():
        analysis = analyse(options.paths, configuration, lint, progress, options.jobs)
        pass_over_what_is_loaded()
    if cache is not None:
        cache.save(analysis, touched.recorded())
    return analysis


def _unread(name: str, why: str) -> Analysis:
    from wattlint.analysis import Analysis
    from wattlint.sources.files import Problem

    problem = Problem(name, None, f"standard input cannot be read: {why.lower()}")
    return Analysis(problems=[problem], unreported=[problem])


def _keeps(options: argparse.Namespace) -> bool:
    """Not for single files, which are quickly done, nor for commands that keep nothing."""
    if options.command == "diff":
        return not options.no_cache
    changes = getattr(options, "fix", False) or getattr(options, "diff", False)
    return not changes and not getattr(options, "no_cache", True) and any(map(os.path.isdir, options.paths))


def cache_of(options: argparse.Namespace, lint: bool) -> Cache | None:
    """Where the result of this command is kept, if it is."""
    if not _keeps(options):
        return None
    from wattlint.cache import Cache

    return Cache(options.paths, depends_on(options, lint))


def depends_on(options: argparse.Namespace, lint: bool) -> list[Any]:
    """What a result depends on besides files."""
    names = ("config", "select", "extend_select", "ignore", "exclude", "preview", "force_exclude")
    return [lint, *(getattr(options, name) for name in names)]


def _wrong_together(options: argparse.Namespace) -> str | None:
    """What would have no effect, or not the one that is meant."""
    if options.select and not listed(options.select):
        return "--select: names nothing"
    if getattr(options, "stdin_filename", None) is not None and options.paths != ["-"]:
        return '--stdin-filename: names what is read when PATHS is "-"'
    if getattr(options, "explain", None) and options.format != "text":
        return f"--explain: is text, not {options.format}"
    return None


def _check_codes(configuration: Configuration) -> None:
    from wattlint.lint.selection import check_codes

    check_codes(configuration.of_folder(os.getcwd()))


def _fail_on_problem(options: argparse.Namespace, configuration: Configuration) -> str | None:
    if not getattr(options, "fail_on", None):
        return None
    from wattlint.catalogue.user_folder import part
    from wattlint.changes.budget import fail_on_problem
    from wattlint.lint.rules import load_rules

    known = load_rules(part(configuration.of_folder(os.getcwd()).rules_dir, "checks"))
    return fail_on_problem(listed(options.fail_on), known) or (
        None if listed(options.fail_on) else "names nothing"
    )


def _progress(options: argparse.Namespace) -> contextlib.AbstractContextManager[Progress | None]:
    if options.quiet or not sys.stderr.isatty():
        return contextlib.nullcontext()
    from wattlint.reports.progress import Progress

    return Progress()
