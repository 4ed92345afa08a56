"""What a fix is: edits of source files, by line and column, and what is said about them."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """``replacement`` in place of what stands between two places. An insertion starts where it ends."""

    path: str
    """As findings show it."""
    cell: int | None
    """Index among all cells of a notebook, from 0; lines then count within it."""
    line: int
    """From 1."""
    column: int
    """From 0, in characters; so is ``end_column``, which is after the last one."""
    end_line: int
    end_column: int
    replacement: str
    """Lines end in ``\\n``, whatever they end with in the file."""


class Fix(NamedTuple):
    """One way to remove a finding. Findings with the same edits share it (a model's name that several calls use)."""

    name: str
    """Of the registry: what a rule page gives as ``fix``."""
    message: str
    """What it does, in the imperative."""
    safe: bool
    """Behaviour stays; only rounding may differ where a number type changes."""
    edits: tuple[Edit, ...]
    """In the order of their places, none overlapping another."""


class NotFixed(NamedTuple):
    """There is a fix for such findings, but it cannot be made here."""

    reason: str
