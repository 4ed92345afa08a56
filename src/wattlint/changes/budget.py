"""Limits that a change, a call or a project must keep: what was limited, what was found, and what is not known."""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["passed", "failed", "unknown"]


class Gate(NamedTuple):
    name: str
    """``per-call energy-wh``, ``--fail-on error``."""
    verdict: Verdict
    """``unknown``: the limit holds as far as is known, and something that counts is not."""
    message: str
    """One line: what was found, and what the limit is."""
