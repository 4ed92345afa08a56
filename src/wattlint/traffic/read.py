"""Reads a recording: which of the known formats it is, and what calls it holds.

Formats: OpenTelemetry spans (``otlp``), spend logs of the LiteLLM proxy (``spend_logs``) and plain CSV (``table``),
told apart by their contents. Only imported for ``--traffic``: every line is checked with pydantic.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wattlint.catalogue.errors import in_words
from wattlint.traffic import otlp, spend_logs, table
from wattlint.traffic.records import Call, Traffic, TrafficError, gather

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path) -> Traffic:
    """The calls recorded in ``path``; raises TrafficError naming file, line and key."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TrafficError(path, None, None, (error.strerror or "cannot be read").lower()) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TrafficError(path, line, None, "not valid UTF-8") from None
    if not text.strip():
        raise TrafficError(path, None, None, "the file is empty")
    left_out: Counter[str] = Counter()
    if text.lstrip()[0] in "{[":
        format, calls = _json(path, text, left_out)
    else:
        format, calls = _csv(path, text, left_out)
    traffic = gather(str(path), format, calls, left_out)
    if not traffic.groups:
        reasons = ", ".join(f"{count} {why}" for why, count in left_out.items()) or "it holds no entry"
        raise TrafficError(path, None, None, f"no call of a model in these {format}: {reasons}")
    return traffic


def _json(path: Path, text: str, left_out: Counter[str]) -> tuple[str, Iterator[Call]]:
    entries = _entries(path, text)
    if any("resourceSpans" in entry for _, entry in entries):
        spans = [
            span for line, entry in entries for span in _checked(path, line, otlp.TracesData, entry).spans()
        ]
        return "OpenTelemetry spans", otlp.calls(spans, left_out)
    line, first = entries[0] if entries else (None, {})
    if entries and not spend_logs.MARKS & first.keys():
        keys = ", ".join(map(str, list(first)[:6])) or "nothing"
        expected = f"resourceSpans (OpenTelemetry) or {' and '.join(sorted(spend_logs.MARKS))} (LiteLLM)"
        raise TrafficError(path, line, None, f"expected {expected}, found {keys}")
    rows = [_checked(path, line, spend_logs.Row, entry) for line, entry in entries]
    return "LiteLLM spend logs", spend_logs.calls(rows, left_out)


def _entries(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    """(line, object): of JSON lines, or of one document that is an object or an array of objects."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        found = [
            (number, _object(path, number, line))
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip()
        ]
    else:
        data = whole.get("data", whole) if isinstance(whole, dict) else whole
        found = [(1, entry) for entry in (data if isinstance(data, list) else [data])]
    for number, entry in found:
        if not isinstance(entry, dict):
            raise TrafficError(path, number, None, f"expected an object, found a {type(entry).__name__}")
    return found


def _object(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise TrafficError(path, number, None, f"not valid JSON: {what}") from None


def _csv(path: Path, text: str, left_out: Counter[str]) -> tuple[str, Iterator[Call]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or ()]
        reader.fieldnames = columns
        if set(columns) >= spend_logs.MARKS:
            rows = [
                _checked(path, reader.line_num, spend_logs.Row, _filled(path, reader, row)) for row in reader
            ]
            return "LiteLLM spend logs", spend_logs.calls(rows, left_out)
        if problem := table.column_problem(columns):
            raise TrafficError(path, 1, None, problem)
        lines = [_checked(path, reader.line_num, table.Row, _filled(path, reader, row)) for row in reader]
    except csv.Error as error:
        raise TrafficError(path, reader.line_num, None, f"not valid CSV: {error}") from None
    return "rows of CSV", table.calls(lines)


def _filled(path: Path, reader: csv.DictReader[str], row: dict[Any, Any]) -> dict[str, str]:
    """The cells that hold something."""
    if None in row:
        raise TrafficError(path, reader.line_num, None, f"more than {len(reader.fieldnames or ())} columns")
    return {column: cell.strip() for column, cell in row.items() if cell and cell.strip()}


def _checked(path: Path, line: int, model: type[Model], data: object) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise TrafficError(path, line, key, in_words(first)) from None
