"""Budgets of the evaluator. Each cut is visible as ``Unknown("budget")``."""

from __future__ import annotations

MAX_DEPTH = 80
"""Nested evaluations."""
STEPS_PER_QUERY = 3_000
"""Evaluations for one question about one call."""
MAX_CALLER_DEPTH = 6
"""Callers followed one after the other, from a function to what calls it."""

FAILURES = 16
"""Questions of a project that may use up their budget in vain before others of their kind get less."""
STEPS_AFTER_FAILURES = 1_000
"""Those that found a call of a model took 2 steps in the median, and more than this in 2 of 1,650."""
BLAMED = 1 / 3
"""The part of a budget that one answer took when it ended: it is to blame."""
ATTEMPTS = 2
"""Questions that may fail of the same answer. Each gets further than the one before, as it finds more known."""
