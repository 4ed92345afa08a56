"""Measured rows (facts/energy/measured.csv and files of the same columns) as inputs of the energy model."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wattlint.impact import constants, physics
from wattlint.impact.constants import Coefficients
from wattlint.impact.physics import Serving, Size

TOKENS_IN = {"lm-arena-chat": 150, "chat": 220, "code": 170, "gpqa": 300, "sourcegraph-fim": 700}
"""Mean prompt lengths of the tasks, where a row does not say (assumed; energy.md section 2)."""
TEXT_TASKS = frozenset(TOKENS_IN)
IMAGE_TASKS = frozenset(["image-chat", "mm-chat", "video-chat"])
"""A text of 150 tokens and an image, which counts as it does in estimates (``rules/impact/priors.yaml``)."""
COMPILED_RUNTIMES = ("vLLM 0.1", "SGLang", "TensorRT")
"""Runtimes that replay a compiled or captured step; the others pay Python's overhead in every layer."""
HARDWARE = {"A100-40GB": "A100-40", "A100": "A100-40", "A100-80GB": "A100-80"}
"""ML.ENERGY v1 says only A100; v2 of the same group names the 40 GB card."""


@dataclass(frozen=True)
class Row:
    source: str
    family: str
    model: str
    task: str
    size: Size
    serving: Serving
    batch: float
    tokens_in: float
    tokens_out: float
    joules: float
    """GPU energy per output token."""
    step_seconds: float | None
    watts: float | None
    """All GPUs."""

    def predicted(self, k: Coefficients, batch: float | None = None, serving: Serving | None = None) -> float:
        """J per output token, all GPUs."""
        prefill, decode = physics.call_joules(
            self.size, serving or self.serving, batch or self.batch, self.tokens_in, self.tokens_out, k
        )
        return (prefill + decode) / self.tokens_out

    def predicted_step(self, k: Coefficients) -> float:
        """Seconds per step, with the arithmetic of the tokens read and written in it."""
        step = physics.decode_step(
            self.size, self.serving, self.batch, self.tokens_in + self.tokens_out / 2, k
        )
        work = self.batch * (1 + self.tokens_in / self.tokens_out) / self.serving.gpus
        return step.seconds + work * physics.arithmetic_seconds(self.size, self.serving, k)


def read(path: Path) -> tuple[list[Row], list[str]]:
    """The usable rows, and for every other row why it is left out."""
    rows, skipped = [], []
    with path.open(newline="", encoding="utf-8") as file:
        for number, record in enumerate(csv.DictReader(file), 2):
            row = _row(record)
            if isinstance(row, Row):
                rows.append(row)
            else:
                skipped.append(f"{path.name}:{number}: {row}")
    return rows, skipped


def fit_rows(rows: Sequence[Row]) -> list[Row]:
    """Text tasks of ML.ENERGY v2 and v3: served in batches, prompt lengths roughly known."""
    return [row for row in rows if row.source in ("mlenergy-v2", "mlenergy-v3") and row.task in TEXT_TASKS]


def _number(record: dict[str, str], column: str) -> float | None:
    try:
        value = float(record.get(column) or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _assumed_tokens_in(task: str) -> float:
    image = constants.prior("input_tokens", "image").mid if task in IMAGE_TASKS else 0
    return TOKENS_IN.get(task, 150) + image


def _row(record: dict[str, str]) -> Row | str:
    total, active = _number(record, "total_params_B"), _number(record, "active_params_B")
    batch, out = _number(record, "batch_size_or_concurrency"), _number(record, "mean_output_tokens")
    joules = _number(record, "energy_per_output_token_J")
    if joules is None and out is not None:
        per_request = _number(record, "energy_per_request_J")
        joules = per_request / out if per_request else None
    if total is None or batch is None or out is None or joules is None:
        return "needs parameters, batch size, output tokens and energy"
    gpu = HARDWARE.get(record["gpu"], record["gpu"])
    hardware = constants.hardware(gpu)
    precision = constants.precision(record["precision"].rstrip("?"))
    if hardware is None or precision is None:
        return f"unknown GPU or precision: {record['gpu']}, {record['precision']}"
    size = Size(total * 1e9, min(active or total, total) * 1e9)
    gpus = int(_number(record, "n_gpus") or physics.gpus_needed(size, precision, hardware.memory_gb, 1.2))
    runtime = record.get("runtime") or ""
    eager = not runtime.startswith(COMPILED_RUNTIMES)
    tokens_per_s, task = _number(record, "tok_per_s"), record["task"]
    return Row(
        source=record["source"],
        family=record["family"],
        model=record["model_id"],
        task=task,
        size=size,
        serving=Serving(hardware, gpus, precision, eager),
        batch=batch,
        tokens_in=_number(record, "in_tokens_assumed") or _assumed_tokens_in(task),
        tokens_out=out,
        joules=joules,
        step_seconds=batch / tokens_per_s if tokens_per_s else None,
        watts=_number(record, "avg_power_W"),
    )
