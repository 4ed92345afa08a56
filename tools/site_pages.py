"""Hooks of the site: pages that are made from what wattlint itself reads, so that none of them can be out of date.

- ``rules/``: an index that can be filtered, and the page of every rule, from ``rules/checks``;
- ``commands.md``: the help of every command; ``changes.md``: the changelog;
- links from the documentation to files of the repository lead to the repository.
"""

from __future__ import annotations

import argparse
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from wattlint.cli import build_parser
from wattlint.lint.pages import rule_list

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(\]\()(\.\./[^)\s#]+)(#[^)\s]*)?(\))")
FILTER = """\
document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("#rule-filter ~ .md-typeset__scrollwrap table, #rule-filter ~ table");
  const field = document.querySelector("#rule-filter input");
  if (!table || !field) return;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
});
"""


def on_files(files: Files, config: Any) -> Files:
    for rule in rule_list():
        name = f"rules/{rule.code}-{rule.name}.md"
        files.append(File.generated(config, name, content=_rule_page(rule)))
    files.append(File.generated(config, "rules/index.md", content=_rule_index()))
    files.append(File.generated(config, "rules/filter.js", content=FILTER))
    files.append(File.generated(config, "commands.md", content=commands_page()))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "changes.md", content=changes))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Files outside ``docs/`` are shown by the repository."""

    def link(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), match[2]))
        if not target.startswith("../"):
            return match[0]
        inside = target.removeprefix("../")
        if inside == "rules/checks":
            return f"{match[1]}{posixpath.relpath('rules/index.md', posixpath.dirname(page.file.src_uri) or '.')}{match[4]}"
        if not (ROOT / inside).exists():
            raise SystemExit(f"{page.file.src_uri}: {match[2]} leads to no file")
        kind = "tree" if (ROOT / inside).is_dir() else "blob"
        return f"{match[1]}{config.repo_url}/{kind}/main/{inside}{match[3] or ''}{match[4]}"

    return LINK.sub(link, markdown)


def _rule_page(rule: Any) -> str:
    title, _, body = rule.page.partition("\n")
    facts = [
        ("Severity", rule.severity),
        ("Confidence", rule.confidence),
        ("Default", rule.default),
        ("Since", rule.since),
        ("Looks at", ", ".join(sorted(rule.kinds))),
        ("Fix", f"`{rule.fix}`" if rule.fix else "none"),
    ]
    head = "| " + " | ".join(name for name, _ in facts) + " |\n"
    line = "|---" * len(facts) + "|\n"
    row = "| " + " | ".join(str(value) for _, value in facts) + " |\n"
    return f"{title}\n\n{rule.summary}\n\n{head}{line}{row}\n{body}"


def _rule_index() -> str:
    lines = [
        "# Rules",
        "",
        "`wattlint rule CODE` prints the page of a rule. Rules in preview report with `--preview`; those that are off, when",
        "they are selected.",
        "",
        '<p id="rule-filter"><label>Filter: <input type="search" placeholder="loop, preview, fix …"></label></p>',
        "",
        "| code | name | what it finds | default | severity | fix |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rule_list():
        link = f"[{rule.code}]({rule.code}-{rule.name}.md)"
        summary = rule.summary.replace("|", "\\|")
        fix = "fix" if rule.fix else ""
        lines.append(f"| {link} | {rule.name} | {summary} | {rule.default} | {rule.severity} | {fix} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The help of every command, as a reader with 100 columns sees it."""
    parser = build_parser()
    parts = ["# Commands", "", "What `wattlint --help` and `wattlint COMMAND --help` print.", ""]
    for name, each in (("wattlint", parser), *_subcommands(parser)):
        each.formatter_class = _wide(each.formatter_class)
        parts += [f"## {name}", "", "```text", each.format_help().rstrip("\n"), "```", ""]
    return "\n".join(parts)


def _subcommands(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    action = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return [(f"wattlint {name}", each) for name, each in action.choices.items()]


def _wide(formatter: Any) -> Any:
    return lambda prog: formatter(prog, width=100)
