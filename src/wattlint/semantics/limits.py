"""Budgets of the evaluator. Each cut is visible as ``Unknown("budget")``."""

from __future__ import annotations

MAX_DEPTH = 80
"""Nested evaluations."""
STEPS_PER_QUERY = 3_000
"""Evaluations for one question about one call."""
MAX_CALLER_DEPTH = 6
"""Callers followed one after the other, from a function to what calls it."""

STEPS_TO_GIVE_UP = 1_000
"""Evaluations that one answer took when the budget ended: it is to blame."""
ATTEMPTS = 2
"""Questions that may fail of the same answer. Each gets further than the one before, as it finds more known."""
