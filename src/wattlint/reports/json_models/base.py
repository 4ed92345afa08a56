"""What all JSON reports share: places, intervals, findings, fixes, what was read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[int, Field(ge=1, description="Counted from 1; in a notebook, within its cell.")]
Column = Annotated[int, Field(ge=1, description="Counted from 1, in characters.")]
Cell = Annotated[
    int, Field(ge=0, description="Index among all cells of the notebook, from 0; null in a module.")
]
Path_ = Annotated[
    str, Field(description="Relative to the working folder when below it, else absolute; forward slashes.")
]
Count = Annotated[int, Field(ge=0)]
Solver = Literal["code", "small-model", "small-llm", "llm"]


class Record(BaseModel):
    """Base of all: no key that is not described here."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Interval(Record):
    """10th, 50th and 90th percentile."""

    p10: float = Field(ge=0)
    p50: float = Field(ge=0)
    p90: float = Field(ge=0)


class Place(Record):
    path: str
    line: int
    note: str = Field(description="What was found there.")


class Skipped(Record):
    """Something that could not be analysed; any makes the exit status 2."""

    path: str
    line: int | None
    message: str


class Coverage(Record):
    files: Count
    files_with_sites: Count
    sites: Count
    models_known: Count
    models_unknown: Count
    sites_not_checked: Count = Field(description="In tests or examples: estimated, not linted.")
    unreadable: Count


class Span(Record):
    """Where something stands in the source."""

    path: Path_
    cell: Cell | None
    line: Line
    column: Column
    end_line: Line
    end_column: Column = Field(description="After the last character.")


class Edit(Span):
    """`replacement` in place of what stands there; an insertion ends where it starts."""

    replacement: str = Field(description="Lines end in a newline character, whatever ends them in the file.")


class Fix(Record):
    """What `--fix` does; with `safe` false only with `--unsafe-fixes`. Findings may share a fix: apply it once."""

    name: str
    message: str
    safe: bool = Field(description="Behaviour stays; rounding may differ where a number type changes.")
    edits: list[Edit]


class Finding(Span):
    code: str = Field(pattern=r"^[A-Z]{1,3}[0-9]{3}$")
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str | None
    url: str | None
    fix: Fix | None
    not_fixed: str | None = Field(
        description="Why a fix that there is for such findings cannot be made here."
    )
    related: list[Place]
