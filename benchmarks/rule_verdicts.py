"""What readers said about findings on published packages: ``rule_verdicts.csv`` as a section of ``docs/evaluation.md``.

One row per finding that was read: rule, package, version, place, ``right`` or ``wrong``, and why in a few words. Rows
stay when a fix makes a wrong finding disappear; ``why`` then says so with ``mended:``, and they do not count as findings
of today.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from wattlint.lint.rules import load_rules

VERDICTS = Path(__file__).with_name("rule_verdicts.csv")
FRESH = {
    "fresh_packages.txt": "applications that no rule had been tried on before",
    "fresh_packages_2.txt": "packages with local models, after what those had shown was mended",
    "fresh_packages_3.txt": "packages, after what those had shown was mended in turn",
    "fresh_packages_4.txt": "packages once more",
    "fresh_packages_5.txt": "packages drawn at random, most of them with few calls or none",
}
"""Lists of packages that were unseen when they were read, and what they are."""
HEADING = "## What rules report, read one by one"
BAR = 0.95
SEARCHED = """\
Rows of a GitHub repository, or of a file of an index of public code (by its number, where the repository is not told),
are files that were looked for because the rule should speak there (November 2026): they show whether it is right, not
how often it speaks. The same search, and about 1,400 packages, held no finding of LLM106 or LLM304 to read: high reasoning
effort stood in wrappers whose task is not told, or beside a prompt in Chinese that was not recognised; no long fixed
prompt stood in a loop. Neither is shown to be right, so both are in preview. LLM101 and LLM102 are in preview because
what they said about packages that nobody had read was mostly wrong; LLM103 because it stays below the bar. LLM302 speaks
twice in 1,430 packages, both times rightly. LLM312 fired once, in a file whose repository is not told: a FastAPI route that
asks for the capital of the United States, rightly. LLM501 fires where limits are
configured: packages were checked with 0.5 Wh and 0.02 US$ a call and 3 Wh the project, twelve and then 64, and what it
said about four of them, then every fifth place, compared with `wattlint estimate`."""
MENDED = "mended: "


class Row(NamedTuple):
    rule: str
    package: str
    version: str
    place: str
    verdict: str
    why: str

    @property
    def mended(self) -> bool:
        """Wrong when it was read, and not reported any more."""
        return self.why.startswith(MENDED)


def read() -> list[Row]:
    """Raises ValueError for a row that cannot be one."""
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        rows = [Row(**record) for record in csv.DictReader(file)]
    for number, row in enumerate(rows, 2):
        if row.verdict not in ("right", "wrong") or not all(row):
            raise ValueError(
                f"{VERDICTS.name}:{number}: {row.verdict!r}: right or wrong, and no empty column"
            )
    return rows


def section() -> str:
    by_rule: dict[str, list[Row]] = defaultdict(list)
    for row in read():
        by_rule[row.rule].append(row)
    lines = [
        HEADING,
        "",
        "Findings on published packages, each judged by reading the code around it (`benchmarks/rule_verdicts.csv`). Wrong "
        "findings that a change made disappear are counted apart: the packages that showed them are no longer unseen.",
        "",
        "| rule | right | wrong | share right | wrong and mended since | packages |",
        "|---|---|---|---|---|---|",
    ]
    for rule in sorted(by_rule):
        rows = [row for row in by_rule[rule] if not row.mended]
        right = sum(row.verdict == "right" for row in rows)
        share = f"{right / len(rows):.0%}" if rows else "–"
        packages = len({row.package for row in by_rule[rule]})
        mended = len(by_rule[rule]) - len(rows)
        lines.append(f"| {rule} | {right} | {len(rows) - right} | {share} | {mended} | {packages} |")
    unread = [
        rule.code
        for rule in load_rules().values()
        if rule.default == "on" and rule.severity != "info" and rule.code not in by_rule
    ]
    if unread:
        lines += ["", f"On by default, and without a finding so far that was read: {', '.join(unread)}."]
    for name in FRESH:
        lines += ["", _fresh(by_rule, name)]
    lines += ["", *SEARCHED.splitlines()]
    for rule in sorted(by_rule):
        lines += ["", f"<details><summary>{rule}: {len(by_rule[rule])}</summary>", ""]
        lines += ["| package | place | verdict | why |", "|---|---|---|---|"]
        lines += [
            f"| {row.package} {row.version} | {row.place} | {row.verdict} | {row.why} |"
            for row in by_rule[rule]
        ]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _fresh(by_rule: dict[str, list[Row]], name: str) -> str:
    """The first reading of packages that no rule was tried on before: what was wrong counts, mended or not."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    fresh = {line.partition("==")[0] for line in text.splitlines() if not line.startswith("#")}
    shares = []
    for rule in sorted(by_rule):
        rows = [row for row in by_rule[rule] if row.package in fresh]
        if rows:
            shares.append(f"{rule} {sum(row.verdict == 'right' for row in rows)} of {len(rows)}")
    silent = [
        rule.code
        for rule in load_rules().values()
        if rule.default == "on"
        and rule.severity != "info"
        and not any(row.package in fresh for row in by_rule.get(rule.code, ()))
    ]
    return (
        f"First reading of {len(fresh)} {FRESH[name]} (`benchmarks/{name}`), right before anything was mended: "
        f"{', '.join(shares)}. Without a finding there: {', '.join(silent)}."
    )


def with_section(page: str) -> str:
    """``page`` with the section brought up to date, or added at its end."""
    before = page.partition(HEADING)[0].rstrip()
    return f"{before}\n\n{section()}"
