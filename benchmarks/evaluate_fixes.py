"""Applies every fix to copies of published packages, and checks what docs/fixes.md promises: ``make evaluate-fixes``.

``python benchmarks/evaluate_fixes.py .cache/corpus/src [--write docs/evaluation-fixes.md] [--diffs FOLDER]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wattlint.analysis import Analysis
from wattlint.config import Configuration
from wattlint.fixing import Changed, Outcome, apply_fixes, not_fixed
from wattlint.lint.findings import Finding
from wattlint.lint.fixes.edits import Fix
from wattlint.lint.fixes.propose import Fixer
from wattlint.run import analyse
from wattlint.settings import Settings
from wattlint.writing import diff, write_all

SETTINGS = Settings(preview=True, check_tests=True, select=("ALL",), respect_gitignore=False)


@dataclass
class Tally:
    """Figures of one package."""

    findings: int = 0
    fixable: int = 0
    fixed: Counter[str] = field(default_factory=Counter)
    files: int = 0
    rounds: int = 0
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """Promises that did not hold."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", type=Path, help="Markdown page with the figures")
    parser.add_argument("--diffs", type=Path, help="folder for one diff per package, to read")
    options = parser.parse_args()
    here = Path.cwd()
    corpus = options.corpus.resolve()
    tallies: dict[str, Tally] = {}
    for package in sorted(path for path in corpus.iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, package.name)
            shutil.copytree(package, copy, symlinks=True)
            os.chdir(copy)
            tallies[package.name], changes = fix_package(copy)
            os.chdir(here)
        if options.diffs and changes:
            options.diffs.mkdir(parents=True, exist_ok=True)
            (options.diffs / f"{package.name}.diff").write_text(changes, encoding="utf-8")
        tally = tallies[package.name]
        print(f"{package.name}: {sum(tally.fixed.values())} of {tally.findings} findings fixed", flush=True)
        for line in tally.broken:
            print(f"  BROKEN {line}")
    page = "\n".join(report(tallies)) + "\n"
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    print(page)
    return 1 if any(tally.broken for tally in tallies.values()) else 0


def fix_package(folder: Path) -> tuple[Tally, str]:
    """Fix the package in ``folder``, a copy, and check that every promise holds. The figures, and the changes."""
    configuration = Configuration.fixed(SETTINGS)
    before = analyse(["."], configuration)
    texts = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    fixer = Fixer(before)
    tally = Tally(len(before.findings))
    tally.fixable = sum(isinstance(fixer.propose(finding), Fix) for finding in before.findings)
    outcome = apply_fixes(before, configuration, unsafe=True)
    tally.broken += map(str, write_all(outcome.changed))
    tally.fixed.update(finding.code for finding in outcome.fixed)
    tally.files, tally.rounds = len(outcome.changed), outcome.rounds
    tally.left.update((finding.code, reason) for finding, reason in not_fixed(outcome.analysis))
    after = analyse(["."], configuration)
    tally.broken += broken(before, outcome, after)
    still = Fixer(after)
    tally.left.update(
        (finding.code, "tried, and given up: another finding came, or this one stayed")
        for finding in after.findings
        if isinstance(still.propose(finding), Fix)
    )
    changed = {each.ref.path for each in outcome.changed}
    for path, text in texts.items():
        if path not in changed and path.read_bytes() != text:
            tally.broken.append(f"{path}: changed, although no fix concerns it")
    again = apply_fixes(analyse(["."], configuration), configuration, unsafe=True)
    if again.changed:
        tally.broken.append(f"a second run changes {', '.join(each.ref.display for each in again.changed)}")
    return tally, diff(outcome.changed)


def broken(before: Analysis, outcome: Outcome, after: Analysis) -> Iterator[str]:
    """Promises that do not hold for what is now on disk."""
    for each in outcome.changed:
        yield from unlike(each)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(each.after, each.ref.display, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield f"{each.ref.display}: does not compile: {error}"
    counts, left = (Counter(map(place, findings)) for findings in (before.findings, after.findings))
    for key in left:
        if left[key] > counts[key]:
            yield f"{key}: {counts[key]} findings before, {left[key]} after"
    if left != Counter(map(place, outcome.analysis.findings)):
        yield "the findings in the files are not those that were foreseen"
    if len(before.sites) != len(after.sites):
        yield f"{len(before.sites)} call sites before, {len(after.sites)} after"


def unlike(changed: Changed) -> Iterator[str]:
    """Lines that changed in more than their content."""
    before, after = changed.before, changed.after
    if before.startswith(b"\xef\xbb\xbf") != after.startswith(b"\xef\xbb\xbf"):
        yield f"{changed.ref.display}: byte order mark"
    if before.endswith(b"\n") != after.endswith(b"\n"):
        yield f"{changed.ref.display}: last line end"
    if b"\r\n" in before and after.count(b"\n") - after.count(b"\r\n") > before.count(b"\n") - before.count(
        b"\r\n"
    ):
        yield f"{changed.ref.display}: line ends"


def place(finding: Finding) -> tuple[str, str]:
    return finding.path, finding.code


def report(tallies: dict[str, Tally]) -> Iterator[str]:
    fixed = sum((tally.fixed for tally in tallies.values()), Counter[str]())
    left: Counter[str] = Counter()
    for tally in tallies.values():
        for (code, reason), count in tally.left.items():
            left[f"{code}: {general(reason)}"] += count
    total = sum(tally.findings for tally in tallies.values())
    fixable = sum(tally.fixable for tally in tallies.values())
    files = sum(tally.files for tally in tallies.values())
    failures = sum(len(tally.broken) for tally in tallies.values())
    yield "# Evaluation of the fixes"
    yield ""
    yield "Written by `make evaluate-fixes`: all fixes, safe and unsafe, of all rules, preview included, are applied to"
    yield f"copies of {len(tallies)} published packages, tests and examples included. Every changed file is compiled and"
    yield "analysed again, and a second run must change nothing."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| findings | {total} |"
    yield f"| with a fix that can be made | {fixable} |"
    yield f"| fixed, those included that a fixed call had hidden at its callers | {sum(fixed.values())} |"
    yield f"| files changed, all of which compile | {files} |"
    yield f"| most rounds | {max((tally.rounds for tally in tallies.values()), default=0)} |"
    yield f"| promises broken (a finding that stays or comes, other bytes, a second run that changes) | {failures} |"
    yield ""
    yield "| rule | fixed |"
    yield "|---|---|"
    for code, count in sorted(fixed.items()):
        yield f"| {code} | {count} |"
    if left:
        yield ""
        yield "| why a fix was not made | findings |"
        yield "|---|---|"
        for reason, count in sorted(left.items(), key=lambda item: (-item[1], item[0])):
            yield f"| {reason} | {count} |"


def general(reason: str) -> str:
    """Without places and names of the package."""
    import re

    reason = re.sub(r"[\w./-]+\.(py|ipynb|yaml|yml|json|toml|env)(:\d+)?", "a file", reason)
    return re.sub(r"line \d+", "a line", reason)


if __name__ == "__main__":
    sys.exit(main())
