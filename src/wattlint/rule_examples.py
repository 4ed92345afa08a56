"""Runs the examples of a rule page: what must be reported is, nothing else is, and the fix makes of it what the page says."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattlint.catalogue.user_folder import part
from wattlint.config import Configuration
from wattlint.lint.rules import load_rules
from wattlint.own_knowledge import case_settings
from wattlint.run import analyse

if TYPE_CHECKING:
    from wattlint.catalogue.schema.checks import Case

FILE = "example.py"


class Result(NamedTuple):
    """What came of one example. Lines count within it."""

    marked: tuple[int, ...]
    reported: tuple[int, ...]
    problems: tuple[str, ...]
    fixed: str | None
    """What the rule's fix made of it; None where the page does not say what it should."""

    def mistakes(self, case: Case) -> list[tuple[int, str]]:
        """(line in the page, what is wrong)."""
        found = [(case.line, f"cannot be analysed: {problem}") for problem in self.problems]
        for line in sorted({*self.marked} - {*self.reported}):
            found.append((case.line + line - 1, "expected a finding on this line, got none"))
        for line in sorted({*self.reported} - {*self.marked}):
            found.append((case.line + line - 1, "expected no finding on this line, got one"))
        if case.fixed is not None and self.fixed is not None and case.fixed != self.fixed:
            found.append((case.line, f"expected another result of the fix, got:\n{self.fixed.rstrip()}"))
        return sorted(found)


def try_example(case: Case, code: str, rules_dir: str | None = None) -> Result:
    """Run the rule ``code`` on ``case``, in a project of its own with the requirements that the example states.

    A rule about comments judges them by what other rules find, so all of these run beside it. What a rule about files
    reports is what it is for; with every other rule it makes the example worthless.
    """
    about = load_rules(part(rules_dir, "checks"))[code].kinds
    chosen = {"extend_select" if "comment" in about else "select": (code,)}
    settings = case_settings(case, preview=True, check_tests=True, rules_dir=rules_dir, **chosen)
    configuration = Configuration.fixed(settings)
    with tempfile.TemporaryDirectory() as folder:
        requirements = "".join(f"{line}\n" for line in case.requires)
        Path(folder, "requirements.txt").write_text(requirements, encoding="utf-8")
        file = os.path.join(folder, FILE)
        Path(file).write_text(case.source, encoding="utf-8")
        analysis = analyse([file], configuration)
        reported = sorted({finding.line for finding in analysis.findings if finding.code == code})
        fixed = None
        if case.fixed is not None:
            from wattlint.fixing import apply_fixes

            Path(file).write_text(case.unmarked, encoding="utf-8")
            outcome = apply_fixes(analyse([file], configuration), configuration, unsafe=True)
            fixed = outcome.changed[0].after.decode("utf-8") if outcome.changed else case.unmarked
    problems = tuple(
        replace_folder(str(problem), folder) for problem in analysis.problems if "file" not in about
    )
    return Result(case.marked, tuple(reported), problems, fixed)


def replace_folder(text: str, folder: str) -> str:
    return text.replace(folder.replace(os.sep, "/") + "/", "")
