"""``wattlint rule --new`` and ``--test``: a page to start from, and its examples run."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.store import rules_folder
from wattlint.lint.rules import load_rules
from wattlint.rule_examples import try_example

if TYPE_CHECKING:
    from wattlint.catalogue.schema.checks import Page

FIRST_CODE = "OWN001"
NAME = re.compile(r"(?:([A-Z]{1,3}[0-9]{3})-)?([a-z0-9]+(?:-[a-z0-9]+)*)")
TEMPLATE = """\
---
code: {code}
name: {name}
summary: What is wrong, in one sentence.
severity: warning          # error, warning, info
confidence: high           # high, medium, low
default: on                # on, off, preview
since: "1"
kinds: [call]              # call, bind, load, embed, train
# A condition over the facts of docs/facts.md. What is not known never fires.
when: model.id == "gpt-4" and prompt.tokens < 2_000
message: "{{model.id}}[[ ({{model.origin}})]] is not the model of the house"
help: use gpt-4o-mini, or say in a comment why not
fix: null
references: ["https://wiki.example.org/models"]
---

# {name} ({code})

## What it does

Reports calls that ask for gpt-4.

## Why it matters

Say what it costs, and how you know.

## Example

```python bad
from openai import OpenAI

OpenAI().responses.create(model="gpt-4", input="Write an answer.")  # {code}
```

## Use instead

```python good
from openai import OpenAI

OpenAI().responses.create(model="gpt-4o-mini", input="Write an answer.")
```

## When to ignore

Say where the advice is wrong.

## Fix safety

There is no automatic fix.

## References

- [Models of the house](https://wiki.example.org/models)
"""


class RuleError(Exception):
    """What was asked for cannot be done; the message says why."""


def new_page(name: str, folder: Path) -> Path:
    """Write a page for ``name`` (perhaps with a code in front) into ``folder/checks``; its path. Raises RuleError."""
    match = NAME.fullmatch(name)
    if match is None:
        words = "-".join(re.findall("[a-z0-9]+", name.lower()))
        raise RuleError(
            f'"{name}" is no name of a rule: small letters and hyphens{nearest(name, [words] if words else [])}'
        )
    checks = folder / "checks"
    code = match[1] or _next_code(checks)
    for rule in load_rules().values():
        if rule.name == match[2] or rule.code == code:
            raise RuleError(
                f"{rule.code} {rule.name} is a rule of wattlint's own: take another name and letters"
            )
    path = checks / f"{code}-{match[2]}.md"
    taken = [
        page.name for page in _pages_in(checks) if page.name.startswith(code) or page.stem[7:] == match[2]
    ]
    if taken:
        raise RuleError(f"there is {checks / taken[0]} already: take another name")
    try:
        checks.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(TEMPLATE.format(code=code, name=match[2]))
    except OSError as error:
        raise RuleError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    return path


def _next_code(checks: Path) -> str:
    """After the last code of the letters that the folder's pages begin with."""
    codes = sorted(page.name[:6] for page in _pages_in(checks) if re.match(r"[A-Z]{3}\d{3}-", page.name))
    if not codes:
        return FIRST_CODE
    return f"{codes[-1][:3]}{int(codes[-1][3:]) + 1:03d}"


def _pages_in(folder: Path) -> list[Path]:
    return sorted(page for page in folder.glob("*.md") if page.name != "README.md")


class Report(NamedTuple):
    """Lines to print, and how many examples passed and failed."""

    lines: list[str]
    passed: int
    failed: int


def run_pages(place: Path, verbose: bool = True) -> Report:
    """Run the examples of the pages in ``place``: a page, a folder of pages, or one with ``checks`` in it.

    Raises CatalogueError for a page that cannot be read, RuleError where there is none.
    """
    with _as_rules_dir(place) as (pages, rules_dir):
        lines: list[str] = []
        passed = failed = 0
        for page in pages:
            shown = os.path.relpath(page.path)
            for case in page.cases:
                kind = "bad" if case.bad else "good"
                wrong = try_example(case, page.front.code, rules_dir).mistakes(case)
                if verbose or wrong:
                    verdict = "FAILED" if wrong else "ok"
                    lines.append(f"{shown}:{case.line}: {page.front.code} {kind} {verdict}")
                for line, what in wrong:
                    first, *more = what.split("\n")
                    lines += [f"    {shown}:{line}: {first}", *(f"        {each}" for each in more)]
                passed, failed = passed + (not wrong), failed + bool(wrong)
            if not page.cases:
                lines.append(f"{shown}: {page.front.code} has no examples (```python bad, ```python good)")
    lines.append(f"{passed} passed" + (f", {failed} failed" if failed else ""))
    return Report(lines, passed, failed)


@contextmanager
def _as_rules_dir(place: Path) -> Iterator[tuple[Sequence[Page], str | None]]:
    """The pages in ``place``, and the ``rules-dir`` that makes them rules; None for our own."""
    from wattlint.catalogue.schema.checks import read_folder, read_page

    if not place.exists():
        raise RuleError(f"{place}: no such file or folder")
    checks = place / "checks" if (place / "checks").is_dir() else place.parent if place.is_file() else place
    if not _pages_in(checks):
        raise RuleError(f"{place}: no rule pages (CODE-name.md) in it")
    if checks.resolve() == rules_folder().resolve() / "checks":
        pages = [read_page(place)] if place.is_file() else read_folder(checks)
        yield pages, None
        return
    pages = read_folder(checks, load_rules())
    if place.is_file():
        pages = [page for page in pages if page.path == place]
    if checks.name == "checks":
        yield pages, str(checks.parent.absolute())
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "checks").mkdir()
        for page in _pages_in(checks):
            shutil.copy(page, Path(folder, "checks"))
        yield pages, folder
