"""Python's collector of cycles, off for as long as most of what is made stays."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


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
