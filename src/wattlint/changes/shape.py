"""What stays the same about a call when lines move and models change: how two versions of it are recognised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite
    from wattlint.lint.findings import Finding

MODULE = "<module>"
EVERYWHERE = frozenset(
    {"main", "run", "call", "forward", "generate", "invoke", "predict", "process", "execute"}
)
"""Names that say nothing about which function it is."""


class Shape(NamedTuple):
    """Neither a line nor a model is in it."""

    function: str
    """Qualified name of the enclosing function; ``<module>`` outside of any."""
    call: str
    """``openai.chat.completions call``: entry point and kind."""


def shape_of(site: CallSite) -> Shape:
    return Shape(site.function or MODULE, f"{site.entry_point} {site.kind}")


def shape_of_finding(finding: Finding) -> Shape:
    """Of the call, or of its caller where the finding stands at one."""
    site = finding.site
    if site is None:
        return Shape(MODULE, finding.name)  # about a file or a comment
    shape = shape_of(site)
    if (finding.path, finding.line) != (site.path, site.line):
        for context in site.contexts:
            if (context.caller.path, context.caller.line) == (finding.path, finding.line):
                return shape._replace(function=context.function or MODULE)
    return shape


def fingerprints(findings: list[Finding]) -> list[str]:
    """One text a finding, the same as long as rule, file, function and call are, and no two alike."""
    seen: dict[str, int] = {}
    found = []
    for finding in findings:
        shape = shape_of_finding(finding)
        key = "\0".join((finding.code, finding.path, *shape))
        seen[key] = seen.get(key, 0) + 1
        text = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
        found.append(hashlib.sha256(text).hexdigest()[:32])
    return found


def own_name(function: str) -> str | None:
    """A function's name without its class; None for names that every class may have."""
    name = function.rpartition(".")[2]
    return None if name.startswith(("__", "<")) or name in EVERYWHERE else name
