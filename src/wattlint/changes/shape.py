"""What stays the same about a call when lines move and models change: how two versions of it are recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wattlint.callsites.facts import CallSite


class Shape(NamedTuple):
    """Neither a line nor a model is in it."""

    function: str
    """Qualified name of the enclosing function; ``<module>`` outside of any."""
    call: str
    """``openai.chat.completions call``: entry point and kind."""

    @property
    def name(self) -> str:
        """The function's own name, without the class around it."""
        return self.function.rpartition(".")[2]


def shape_of(site: CallSite) -> Shape:
    return Shape(site.function or "<module>", f"{site.entry_point} {site.kind}")
