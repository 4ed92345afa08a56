"""Fits the constants of src/wattlint/impact/physics.py to measured rows.

    PYTHONPATH=src python benchmarks/fit_impact.py ../shared/facts/energy/measured.csv

Energy, time per step and power of each row are fitted together (power and time at half weight: they tell overhead,
memory and arithmetic apart), with a robust loss and families weighted by the inverse root of their row count. Every
constant is held near a physically plausible start by a weak prior: 12 constants are more than 7 families can pin down.
Prints the lines of rules/impact/coefficients.yaml.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from impact_rows import Row, fit_rows, read
from scipy.optimize import least_squares

from wattlint.impact import constants
from wattlint.impact.constants import Coefficients

PRIORS = {
    # name: (start, width in log units)
    "layer_s": (1e-4, 0.5),
    "tensor_parallel": (0.2, 0.7),
    "weights": (1.0, 0.25),
    "kv_cache": (1.0, 0.4),
    "compute": (1.6, 0.4),
    "sequence_s": (5e-5, 0.5),
    "eager": (6.0, 0.7),
    "moe_weights": (1.2, 0.15),
    "moe_fp8_weights": (1.6, 0.15),
    "power_static": (0.3, 0.2),
    "power_compute": (0.6, 0.4),
    "joules_per_byte": (1.2e-10, 0.4),
}
SOFT = 0.25
"""Residual (log units) from which the loss grows only linearly."""
PRIOR_ROWS = 10
"""How many rows a prior weighs."""


def fit(rows: Sequence[Row]) -> Coefficients:
    base = constants.coefficients()
    counts = Counter(row.family for row in rows)
    weights = np.array([counts[row.family] ** -0.5 for row in rows])
    weights = np.sqrt(weights / weights.mean())
    start = np.log([value for value, _ in PRIORS.values()])
    widths = np.array([width for _, width in PRIORS.values()])

    def residuals(logs: np.ndarray) -> np.ndarray:
        k = dataclasses.replace(base, **dict(zip(PRIORS, map(float, np.exp(logs)), strict=True)))
        energy = np.zeros(len(rows))
        time = np.zeros(len(rows))
        power = np.zeros(len(rows))
        for index, row in enumerate(rows):
            joules, seconds = row.predicted(k), row.predicted_step(k)
            energy[index] = math.log(joules / row.joules)
            if row.step_seconds and row.watts:
                time[index] = math.log(seconds / row.step_seconds)
                power[index] = math.log(joules * row.batch / seconds / row.watts)
        prior = (logs - start) / widths * SOFT * math.sqrt(PRIOR_ROWS)
        return np.concatenate([weights * energy, weights * time / 2, weights * power / 2, prior])

    solution = least_squares(residuals, start, loss="soft_l1", f_scale=SOFT, max_nfev=30, ftol=1e-5)
    return dataclasses.replace(base, **dict(zip(PRIORS, map(float, np.exp(solution.x)), strict=True)))


def main() -> None:
    rows = fit_rows(read(Path(sys.argv[1])).rows)
    fitted = fit(rows)
    print(f"# {len(rows)} rows, {len({row.family for row in rows})} families")
    for name in PRIORS:
        print(f"  {name}: {getattr(fitted, name):.3g}")


if __name__ == "__main__":
    main()
