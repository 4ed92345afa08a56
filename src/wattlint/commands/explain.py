"""``--explain`` of ``check`` and ``estimate``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wattlint.commands.output import CLEAN, FAILED, clean, fail, print_problems, write

if TYPE_CHECKING:
    from wattlint.config import Configuration


def explain(options: argparse.Namespace, configuration: Configuration) -> int:
    """The derivation of an estimate, or why a rule fires: ``--explain`` of ``estimate`` and of ``check``."""
    from wattlint.explaining import Unexplained, explain_estimate, explain_finding, spot

    try:
        if isinstance(options.explain, str):
            explained = explain_estimate(spot(options.explain), configuration)
        else:
            code, place = options.explain
            explained = explain_finding(code, spot(place), configuration)
    except Unexplained as error:
        return fail(str(error))
    written = not explained.text or write(options, clean(explained.text) + "\n")
    print_problems(explained.problems)
    return FAILED if explained.problems or not written else CLEAN
