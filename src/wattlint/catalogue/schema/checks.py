"""The format of rule pages (``rules/checks/*.md``, and the same in a user's own folder).

A page is YAML front matter, a title, prose under fixed headings, and Python blocks. Blocks whose info string says
``bad`` hold lines marked with the page's code that must be reported; ``good`` blocks must stay silent; a ``fixed``
block is what the rule's fix, safe or not, makes of the last bad one above it, without its markers. A first comment
line ``# requires: transformers>=4.40,<5`` states the project's dependencies for that block, one such as
``# settings: budget.per-call.energy-wh = 1.0`` its configuration.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from wattlint.catalogue.errors import CatalogueError, nearest
from wattlint.catalogue.yaml_source import YamlSource, field_names, read_text
from wattlint.lint.conditions import ConditionError, FactType, compile_condition
from wattlint.lint.facts import OWN_FACTS, TYPES
from wattlint.lint.fixes.names import FIXES
from wattlint.lint.messages import MessageError, compile_template

HEADINGS = (
    "What it does",
    "Why it matters",
    "Example",
    "Use instead",
    "When to ignore",
    "Fix safety",
    "References",
)
KINDS = ("bad", "good", "fixed")
CASES = "Cases"
"""Optional last heading: further test blocks, not part of the page that users read."""

FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*?)\s*$")
MARKER = re.compile(r"#\s*([A-Z]{1,3}\d{3})\s*$")
SETTINGS = re.compile(r"#\s*settings:\s*(.+?)\s*$")
REQUIRES = re.compile(r"#\s*requires:\s*(.+?)\s*$")


RuleKind = Literal["call", "bind", "load", "embed", "train", "file", "comment"]
"""What a rule looks at: kinds of call site; or else files as such, or comments, which have facts of their own."""


def _switch(value: object) -> object:
    """YAML reads a bare ``on`` as true."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


class FrontMatter(BaseModel):
    """The keys of a page's front matter."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: str = Field(pattern=r"^[A-Z]{1,3}[0-9]{3}$")
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    summary: str = Field(min_length=1)
    severity: Literal["error", "warning", "info"]
    confidence: Literal["high", "medium", "low"]
    default: Annotated[Literal["on", "off", "preview"], BeforeValidator(_switch)]
    since: str
    kinds: list[RuleKind] = Field(min_length=1)
    when: str = Field(min_length=1)
    message: str = Field(min_length=1)
    help: str = Field(min_length=1)
    fix: str | None = None
    yields_to: list[str] = Field(default=[], alias="yields-to")
    references: list[str] = Field(min_length=1)


class Case(NamedTuple):
    """One Python block that is a test. ``line``: of its first line in the page. ``marked``: 1-based lines in ``source``."""

    path: str
    line: int
    bad: bool
    source: str
    marked: tuple[int, ...]
    requires: tuple[str, ...]
    settings: str = ""
    """TOML, as in ``wattlint.toml``."""
    fixed: str | None = None
    """What the rule's fix makes of a bad example, markers left out."""

    @property
    def unmarked(self) -> str:
        """The example without its markers."""
        lines = self.source.split("\n")
        return "\n".join(re.sub(r"\s*" + MARKER.pattern, "", line) for line in lines)


class Page(NamedTuple):
    path: Path
    source: YamlSource
    front: FrontMatter
    record: dict[str, Any]
    """Plain data for the compiled catalogue (see ``lint.rules.Rule``)."""
    cases: list[Case]


class Block(NamedTuple):
    """A fenced block; ``line`` is that of its opening fence."""

    line: int
    info: tuple[str, ...]
    lines: list[str]


def compile_folder(folder: Path, others: Collection[str] = ()) -> list[dict[str, Any]]:
    return [page.record for page in read_folder(folder, others)]


def read_folder(folder: Path, others: Collection[str] = ()) -> list[Page]:
    """Every page of ``folder``, checked one by one and against each other; raises CatalogueError.

    ``others``: codes of rules that exist beside these, which may be yielded to but not defined again.
    """
    pages = [read_page(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    first: dict[str, Path] = {}
    for page in pages:
        for key in ("code", "name"):
            value = getattr(page.front, key)
            if value in first:
                raise page.source.error([key], f"{value} is already used by {first[value].name}")
            if value in others:
                raise page.source.error([key], f"{value} is a rule of wattlint's own")
            first[value] = page.path
    codes = {page.front.code for page in pages} | set(others)
    for page in pages:
        for code in page.front.yields_to:
            if code not in codes:
                raise page.source.error(["yields-to"], f"unknown rule {code}{nearest(code, codes)}")
    return pages


def read_page(path: Path) -> Page:
    lines = read_text(path).split("\n")
    end = next((index for index, line in enumerate(lines) if index and line.rstrip() == "---"), None)
    if lines[0].rstrip() != "---" or end is None:
        raise CatalogueError(path, 1, None, "a rule page starts with front matter between two lines `---`")
    source = YamlSource(path, "\n".join(lines[1:end]), first_line=2)
    _check_keys(source)
    front = source.validate(FrontMatter)
    if path.stem != f"{front.code}-{front.name}":
        raise source.error(
            ["code"], f"the file of this rule is called {front.code}-{front.name}.md, not {path.name}"
        )
    blocks = list(_blocks(path, lines, end + 1))
    _check_headings(path, front, lines, end + 1, blocks)
    if front.fix is not None and front.fix not in FIXES:
        known = nearest(front.fix, FIXES) or f" (known: {', '.join(FIXES)})"
        raise source.error(["fix"], f'unknown fix "{front.fix}"{known}')
    record = {
        **front.model_dump(
            include={"code", "name", "summary", "severity", "confidence", "default", "since", "fix"}
        ),
        "kinds": list(front.kinds),
        "when": _condition(source, front),
        "message": _template(source, "message", front.message, _facts(source, front)),
        "help": _template(source, "help", front.help, _facts(source, front)),
        "yields_to": list(front.yields_to),
        "references": tuple(front.references),
        "page": _readable(lines[end + 1 :]),
    }
    return Page(path, source, front, record, list(_cases(path, front, blocks)))


def _check_keys(source: YamlSource) -> None:
    """A misspelt key is named as such, before the right one is reported missing."""
    known = field_names(FrontMatter)
    for key in source.data if isinstance(source.data, dict) else ():
        if key not in known:
            raise source.error([key], "unknown key" + nearest(str(key), known))


def _facts(source: YamlSource, front: FrontMatter) -> dict[str, FactType]:
    """Those that a rule of this kind may ask for."""
    own = [kind for kind in front.kinds if kind in OWN_FACTS]
    if own and len(front.kinds) > 1:
        raise source.error(["kinds"], f"{own[0]} stands alone: what it looks at is no call")
    return {
        name: type_
        for name, type_ in TYPES.items()
        if (
            name.startswith(f"{own[0]}.")
            if own
            else not name.startswith(tuple(f"{kind}." for kind in OWN_FACTS))
        )
    }


def _condition(source: YamlSource, front: FrontMatter) -> object:
    try:
        return compile_condition(front.when, _facts(source, front))
    except ConditionError as error:
        raise source.error(["when"], str(error)) from None


def _template(source: YamlSource, key: str, text: str, facts: dict[str, FactType]) -> object:
    try:
        return compile_template(text, facts)
    except MessageError as error:
        raise source.error([key], str(error)) from None


def _blocks(path: Path, lines: list[str], start: int) -> Iterator[Block]:
    opened: Block | None = None
    fence = ""
    for number, line in enumerate(lines[start:], start + 1):
        match = FENCE.match(line)
        if opened is None and match:
            fence, opened = match[1], Block(number, tuple(match[2].split()), [])
        elif opened is not None and match and match[1].startswith(fence) and not match[2]:
            yield opened
            opened = None
        elif opened is not None:
            opened.lines.append(line)
    if opened is not None:
        raise CatalogueError(path, opened.line, None, "this block is never closed")


def _check_headings(
    path: Path, front: FrontMatter, lines: list[str], start: int, blocks: list[Block]
) -> None:
    inside = {number for block in blocks for number in range(block.line, block.line + len(block.lines) + 2)}
    prose = [
        (number, line.strip()) for number, line in enumerate(lines[start:], start + 1) if number not in inside
    ]
    title = f"# {front.name} ({front.code})"
    first = next(((number, line) for number, line in prose if line), (start + 1, ""))
    if first[1] != title:
        raise CatalogueError(path, first[0], None, f"the title must be `{title}`")
    found = [(number, line[3:].strip()) for number, line in prose if line.startswith("## ")]
    for wanted in HEADINGS:
        if wanted not in [heading for _, heading in found]:
            raise CatalogueError(path, len(lines), wanted, "missing heading")
    for (number, heading), wanted in zip(found, (*HEADINGS, CASES), strict=False):
        if heading != wanted:
            hint = nearest(heading, HEADINGS) or f": here stands `## {wanted}`"
            raise CatalogueError(path, number, heading, f"heading out of order, unknown or twice{hint}")
    if len(found) > len(HEADINGS) + 1:
        number, heading = found[len(HEADINGS) + 1]
        raise CatalogueError(path, number, heading, f"no heading may follow `## {CASES}`")


def _cases(path: Path, front: FrontMatter, blocks: list[Block]) -> Iterator[Case]:
    found: list[Case] = []
    for block in blocks:
        if block.info[:1] != ("python",) or len(block.info) == 1:
            continue
        kind = block.info[1]
        if kind not in KINDS or len(block.info) > 2:
            what = f'a Python block is "bad", "good", "fixed" or none of these{nearest(kind, KINDS)}'
            raise CatalogueError(path, block.line, " ".join(block.info), what)
        if kind != "fixed":
            found.append(_case(path, front, block, kind == "bad"))
            continue
        at = max((index for index, case in enumerate(found) if case.bad), default=None)
        if at is None or found[at].fixed is not None:
            raise CatalogueError(
                path, block.line, None, "a fixed example follows the bad one that it comes from"
            )
        found[at] = found[at]._replace(fixed="\n".join(block.lines) + "\n")
    yield from found


def _case(path: Path, front: FrontMatter, block: Block, bad: bool) -> Case:
    code = front.code
    source = "\n".join(block.lines) + "\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an example may be about what Python warns of
            ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        if not bad or front.kinds != ["file"]:  # what a rule about files reports may be no Python
            raise CatalogueError(
                path, block.line + line, None, f"the example is not valid Python: {error}"
            ) from None
    marked = []
    for number, line in enumerate(block.lines, 1):
        match = MARKER.search(line)
        if match and match[1] != code:
            raise CatalogueError(path, block.line + number, match[1], f"markers on this page read `# {code}`")
        if match:
            marked.append(number)
    if bad and not marked:
        raise CatalogueError(
            path, block.line, None, f"a bad example marks the lines to report with `# {code}`"
        )
    if marked and not bad:
        raise CatalogueError(path, block.line + marked[0], None, "a good example has no marked line")
    requires = REQUIRES.match(block.lines[0]) if block.lines else None
    wanted = tuple(part.strip() for part in requires[1].split(";")) if requires else ()
    settings = SETTINGS.match(block.lines[0]) if block.lines else None
    toml = settings[1] if settings else ""
    return Case(str(path), block.line + 1, bad, source, tuple(marked), wanted, toml)


def _readable(lines: list[str]) -> str:
    """The page for readers: no test markers, no further cases."""
    kept = []
    fenced = False
    for line in lines:
        if FENCE.match(line):
            fenced = not fenced
            line = re.sub(r"^(`{3,}|~{3,})\s*python\s+(bad|good|fixed)\s*$", r"\1python", line)
        elif not fenced and line.strip() == f"## {CASES}":
            break
        elif fenced:
            line = re.sub(r"\s*" + MARKER.pattern, "", line)
        kept.append(line)
    return "\n".join(kept).strip() + "\n"
