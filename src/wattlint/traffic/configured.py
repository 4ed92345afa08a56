"""The workload that ``[tool.wattlint.workload]`` states: ``"src/app/*.py::classify" = "2_000/day"``.

A pattern names files (gitignore's patterns, relative to the configuration) and, after ``::``, functions (``*`` stands for
anything). Its rate is how often the function runs: a loop of known length around the call multiplies it. The longest
pattern that fits counts; what a comment says at the call itself comes first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from fnmatch import fnmatchcase

from wattlint.callsites.facts import CallSite, Workload
from wattlint.lint.workload import read_workload
from wattlint.settings import Settings
from wattlint.sources.ignore import fits


def read_rate(text: str, source: str) -> Workload:
    """``2_000/day``, or whole hints as in a comment: ``calls=2_000/day tokens-out=40``. Raises WorkloadError."""
    return read_workload(text if "=" in text else f"calls={text}", source)


def add_configured(sites: Iterable[CallSite], settings: Settings) -> None:
    """Fill what the sites' own comments leave open."""
    for site in sites:
        fitting = [pattern for pattern in settings.workload if _fits(pattern, site, settings.config_path)]
        if fitting:
            pattern = max(fitting, key=lambda each: (len(each), each))
            site.workload = _completed(
                site, read_rate(settings.workload[pattern], f'workload of "{pattern}"')
            )


def _completed(site: CallSite, stated: Workload) -> Workload:
    own = site.workload or Workload()
    calls, source = stated.calls_per_month, stated.source
    if calls is not None and site.loop.kind == "data" and site.loop.count:
        calls, source = calls * site.loop.count, f"{source}, {site.loop.count} calls in its loop"
    if own.calls_per_month is not None:
        source = own.source
    return own._replace(
        calls_per_month=own.calls_per_month or calls,
        tokens_in=own.tokens_in or stated.tokens_in,
        tokens_out=own.tokens_out or stated.tokens_out,
        batch=own.batch or stated.batch,
        source=source or own.source,
    )


def _fits(pattern: str, site: CallSite, config_path: str | None) -> bool:
    files, _, function = pattern.partition("::")
    if function and not fnmatchcase(site.function or "", function):
        return False
    folder = os.path.dirname(os.path.abspath(config_path)) if config_path else os.getcwd()
    path = os.path.relpath(os.path.abspath(site.path), folder).replace(os.sep, "/")
    return fits(files, path)
