"""Python's collector of cycles, off for as long as most of what is made stays."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from functools import cache


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """It would go over a heap that only grows, and find nothing: what is done with leaves no cycles behind
    (``Project.let_go``)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def pass_over_what_is_loaded() -> None:
    """The collector looks no more at anything there is by now: code, catalogue and findings stay, and to go over them
    takes as long as to analyse some files. Once: what comes later may hold cycles to be freed."""
    gc.freeze()
