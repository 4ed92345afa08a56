"""Rule pages that bring every fix to bear, so that its tests need no rule of ours, and a project to try them on."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from wattlint.config import Configuration
from wattlint.fixing import Outcome, apply_fixes
from wattlint.run import analyse
from wattlint.settings import Settings

CONDITIONS = {
    "load-checkpoint-dtype": 'site.sdk == "transformers" and (load.dtype == "float32" or not load.dtype_given)',
    "quantize-4bit": "not load.quantization_given",
    "repair-quantization": 'load.quantization in ["int4", "nf4", "fp4"] and (load.compute_dtype is None or load.compute_dtype != "bfloat16")',
    "load-once": 'known(site.function) and not starts_with(site.function, "_load_model")',
    "add-draft-model": "known(draft.known) and not draft.given",
    "drop-slow-setting": "not site.use_cache",
    "replace-model": "known(model.successor) and known(model.retired)",
    "lower-effort": 'site.reasoning_effort in ["medium", "high"]',
    "limit-output": "not site.output_limit_given",
    "embed-together": 'loop.kind == "data"',
}
KINDS = {"load-once": "load, bind", "load-checkpoint-dtype": "load, bind", "quantize-4bit": "load, bind"}
KINDS["repair-quantization"] = "load, bind"
CODES = {fix: f"FIX{number:03d}" for number, fix in enumerate(CONDITIONS, 1)}

PAGE = """\
---
code: {code}
name: {name}
summary: A rule of these tests.
severity: warning
confidence: high
default: on
since: "1"
kinds: [{kinds}]
when: {when}
message: "{{site.callee}}"
help: none
fix: {fix}
references: [none]
---
# {name} ({code})

## What it does
## Why it matters
## Example
## Use instead
## When to ignore
## Fix safety
## References
"""


def write_rules(folder: Path) -> None:
    """A rule for every fix, below ``folder/checks``."""
    checks = folder / "checks"
    checks.mkdir(parents=True, exist_ok=True)
    for fix, when in CONDITIONS.items():
        code, kinds = CODES[fix], KINDS.get(fix, "call, embed, bind")
        page = PAGE.format(code=code, name=fix, kinds=kinds, when=repr(when), fix=fix)
        (checks / f"{code}-{fix}.md").write_text(page, encoding="utf-8")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(textwrap.dedent(text).lstrip("\n").encode())


def configuration(rules: Path, *fixes: str) -> Configuration:
    """The rules of ``fixes`` alone."""
    codes = tuple(CODES[fix] for fix in fixes)
    return Configuration.fixed(Settings(select=codes, rules_dir=str(rules), check_tests=True))


def fixed(paths: list[str], rules: Path, *fixes: str, unsafe: bool = True) -> Outcome:
    """The outcome of these fixes on ``paths``; nothing is written."""
    chosen = configuration(rules, *fixes)
    return apply_fixes(analyse(paths, chosen), chosen, unsafe)
