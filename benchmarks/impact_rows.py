"""Measured rows (facts/energy/measured.csv and files of the same columns) as inputs of the energy model."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from wattlint.catalogue.models import load_models
from wattlint.catalogue.records import ModelRecord
from wattlint.impact import constants, physics
from wattlint.impact.constants import Coefficients
from wattlint.impact.physics import Serving, Size

TOKENS_IN = {"lm-arena-chat": 150, "chat": 220, "code": 170, "gpqa": 300, "sourcegraph-fim": 700}
"""Mean prompt lengths of the tasks, where a row does not say (assumed; energy.md section 2)."""
TEXT_TASKS = frozenset(TOKENS_IN)
IMAGE_TASKS = frozenset(["image-chat", "mm-chat", "video-chat"])
"""A text of 150 tokens and an image, which counts as it does in estimates (``rules/impact/priors.yaml``)."""
COMPILED_RUNTIMES = ("vllm 0.1", "vllm 1", "sglang", "tensorrt")
"""Runtimes that replay a compiled or captured step; the others pay Python's overhead in every layer."""
HARDWARE = {"A100": "A100-40"}
"""ML.ENERGY v1 says only A100; v2 of the same group names the 40 GB card."""

FITTED = frozenset(["gemma", "gpt-oss", "llama2", "llama3", "phi3", "qwen3", "starcoder"])
"""Families whose rows the shipped constants were fitted to."""

NUMBERS = (
    "total_params_B", "active_params_B", "n_gpus", "batch_size_or_concurrency", "mean_output_tokens",
    "energy_per_output_token_J", "energy_per_request_J", "max_batch", "avg_power_W", "tok_per_s", "in_tokens_assumed",
)  # fmt: skip
TEXTS = ("source", "model_id", "precision", "gpu", "task", "arch", "family", "runtime")
NEEDED = ("gpu", "batch_size_or_concurrency")
"""Columns without which no row can be scored; beside them an energy per token, or one per request and its tokens."""


class UnreadableFile(Exception):
    """The file cannot be scored at all; the message names it, the line and the column."""


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


@dataclass
class Rows:
    """What a file holds. Every line of ``skipped`` and ``damaged`` names file and line."""

    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Rows that do not say enough: no batch, unknown hardware."""
    damaged: list[str] = field(default_factory=list)
    """Values that are no numbers, rows cut short: somebody should look at them."""


def read(path: Path) -> Rows:
    """The usable rows of ``path``, columns in any order. Raises UnreadableFile for what is no such table."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [(name or "").strip() for name in reader.fieldnames or ()]
            _check_columns(path, columns)
            reader.fieldnames = columns
            return _read(path, reader, len(columns))
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None
    except csv.Error as error:
        raise UnreadableFile(f"{path}:{reader.line_num}: {error}") from None
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    if not any(columns):
        raise UnreadableFile(f"{path}:1: the file is empty; expected a line of column names")
    for name in columns:
        if name and columns.count(name) > 1:
            raise UnreadableFile(f'{path}:1: the column "{name}" appears twice')
    missing = [name for name in NEEDED if name not in columns]
    if "energy_per_output_token_J" not in columns and not (
        {"energy_per_request_J", "mean_output_tokens"} <= set(columns)
    ):
        missing.append("energy_per_output_token_J")
    if "total_params_B" not in columns and "model_id" not in columns:
        missing.append("total_params_B")
    for name in missing:
        near = get_close_matches(name, columns, 1)
        known = near and near[0] in (*NUMBERS, *TEXTS)
        hint = f'; is it "{near[0]}"?' if near and not known else ""
        raise UnreadableFile(f'{path}:1: the column "{name}" is missing{hint}')


def _read(path: Path, reader: csv.DictReader[str], columns: int) -> Rows:
    found = Rows()
    for record in reader:
        line = reader.line_num
        if not any(value for value in record.values() if isinstance(value, str) and value.strip()):
            continue
        if None in record or None in record.values():
            found.damaged.append(f"{path}:{line}: {columns} values expected, one for each column")
            continue
        texts = {name: (record.get(name) or "").strip() for name in TEXTS}
        numbers, wrong = _numbers(record)
        found.damaged += [f"{path}:{line}: {name}: {problem}" for name, problem in wrong]
        if wrong:
            continue
        row = _row(texts, numbers)
        if isinstance(row, Row):
            found.rows.append(row)
        else:
            found.skipped.append(f"{path}:{line}: {row}")
    return found


def _numbers(record: dict[str, str]) -> tuple[dict[str, float | None], list[tuple[str, str]]]:
    """By column, None where nothing is written or known (``nan``, ``rate=8/s``); and what is wrong."""
    numbers: dict[str, float | None] = {}
    wrong = []
    for name in NUMBERS:
        text = (record.get(name) or "").strip()
        numbers[name] = None
        if text.lower() in ("", "nan", "none", "null", "na", "n/a", "-") or text.startswith("rate="):
            continue
        try:
            value = float(text)
        except ValueError:
            wrong.append((name, f'"{text}" is no number'))
            continue
        if not math.isfinite(value) or value <= 0:
            wrong.append((name, f"{text} is not above zero"))
        else:
            numbers[name] = value
    return numbers, wrong


def fit_rows(rows: Sequence[Row]) -> list[Row]:
    """Text tasks of ML.ENERGY v2 and v3: served in batches, prompt lengths roughly known."""
    return [row for row in rows if row.source in ("mlenergy-v2", "mlenergy-v3") and row.task in TEXT_TASKS]


def _assumed_tokens_in(task: str) -> float:
    image = constants.prior("input_tokens", "image").mid if task in IMAGE_TASKS else 0
    return TOKENS_IN.get(task, 150) + image


def _row(texts: dict[str, str], numbers: dict[str, float | None]) -> Row | str:
    """The row, or why it cannot be scored."""
    record = load_models().lookup(texts["model_id"]) if texts["model_id"] else None
    size = _size(texts, numbers, record)
    batch = numbers["batch_size_or_concurrency"]
    out = numbers["mean_output_tokens"] or (
        constants.prior("default", "default").mid if numbers["energy_per_output_token_J"] else None
    )
    joules = numbers["energy_per_output_token_J"]
    if joules is None and out is not None and numbers["energy_per_request_J"] is not None:
        joules = numbers["energy_per_request_J"] / out
    if size is None:
        return f'total_params_B: not given, and "{texts["model_id"]}" is in no catalogue'
    if batch is None:
        return "batch_size_or_concurrency: needed"
    if out is None or joules is None:
        return "energy_per_output_token_J: needed, or energy_per_request_J with mean_output_tokens"
    hardware = constants.hardware(HARDWARE.get(texts["gpu"], texts["gpu"]))
    if hardware is None:
        return f'gpu: "{texts["gpu"]}" is not in rules/impact/hardware.yaml'
    written = texts["precision"].rstrip("?") or (record.native_precision if record else None) or "bf16"
    precision = constants.precision(written)
    if precision is None:
        return f'precision: "{written}" is not in rules/impact/precisions.yaml'
    headroom = constants.known("memory_headroom").mid
    gpus = numbers["n_gpus"] or physics.gpus_needed(size, precision, hardware.memory_gb, headroom)
    eager = not texts["runtime"].lower().startswith(COMPILED_RUNTIMES)
    if not texts["runtime"]:
        eager = (
            batch <= 1
        )  # nobody says: servers capture their step, a model alone mostly runs in plain transformers
    tokens_per_s = numbers["tok_per_s"]
    return Row(
        source=texts["source"] or "not told",
        family=texts["family"] or (record.family if record and record.family else texts["model_id"]) or "?",
        model=texts["model_id"] or f"{size.total / 1e9:g}B",
        task=texts["task"] or "not told",
        size=size,
        serving=Serving(hardware, max(round(gpus), 1), precision, eager),
        batch=batch,
        tokens_in=numbers["in_tokens_assumed"] or _assumed_tokens_in(texts["task"]),
        tokens_out=out,
        joules=joules,
        step_seconds=batch / tokens_per_s if tokens_per_s else None,
        watts=numbers["avg_power_W"],
    )


def _size(texts: dict[str, str], numbers: dict[str, float | None], record: ModelRecord | None) -> Size | None:
    """As given, else of the catalogue; a mixture that does not say how much it uses gets the share assumed for such."""
    total, active = numbers["total_params_B"], numbers["active_params_B"]
    if total is None:
        if record is None or record.total_b is None:
            return None
        total = record.total_b.mid
        active = active or (record.active_b.mid if record.active_b else None)
    if active is None and texts["arch"] == "moe":
        known = record.active_b.mid if record is not None and record.active_b is not None else None
        active = known or total * constants.known("moe_active_unknown").mid
    return Size(total * 1e9, min(active or total, total) * 1e9)
