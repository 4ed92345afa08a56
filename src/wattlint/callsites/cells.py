"""Sites of a notebook: from lines of the joined text to lines of its cells."""

from __future__ import annotations

import dataclasses
import re

from wattlint.callsites.facts import CallSite, Context, LoadFact, Loop, ModelFact, Place
from wattlint.regexes import regex
from wattlint.sources.files import CellMap

LINE = regex(r"\(line (\d+)\)")


class Cells:
    """``path`` is the notebook as displayed: places in other files keep their lines."""

    def __init__(self, path: str, cells: CellMap) -> None:
        self.path, self.cells = path, cells

    def convert(self, site: CallSite) -> None:
        """Every line that ``site`` names, counted in its cell."""
        site.cell, site.line = self.cells.locate(site.line)
        site.end_line = self._line(site.end_line)
        site.model = self._model(site.model)
        site.loop = self._loop(site.loop)
        if site.endless_retry is not None:
            (site.endless_retry,) = self._evidence((site.endless_retry,))
        if site.growing is not None:
            site.growing = site.growing._replace(line=self._line(site.growing.line))
        site.load = self._load(site.load) if site.load else None
        site.contract = site.contract._replace(evidence=self._evidence(site.contract.evidence))
        if site.task is not None:
            site.task = site.task._replace(evidence=self._evidence(site.task.evidence))
        site.contexts = tuple(map(self._context, site.contexts))

    def _line(self, line: int) -> int:
        return self.cells.locate(line)[1]

    def _place(self, place: Place) -> Place:
        if place.path != self.path:
            return place
        cell, line = self.cells.locate(place.line)
        return place._replace(line=line, note=f"{place.note}, cell {cell + 1}".lstrip(", "))

    def _model(self, model: ModelFact) -> ModelFact:
        return model._replace(origin=tuple(map(self._place, model.origin)))

    def _loop(self, loop: Loop) -> Loop:
        # A loop around a call of the function can stand in a cell of its own; its line is of that cell.
        if loop.line is None or loop.path is not None:
            return loop
        return dataclasses.replace(loop, line=self._line(loop.line))

    def _load(self, load: LoadFact) -> LoadFact:
        place = load.quantized_by
        return load if place is None else load._replace(quantized_by=self._place(place))

    def _evidence(self, sentences: tuple[str, ...]) -> tuple[str, ...]:
        def line(match: re.Match[str]) -> str:
            return f"(line {self._line(int(match[1]))})"

        return tuple(LINE.sub(line, one) for one in sentences)

    def _context(self, context: Context) -> Context:
        inside = context.caller.path == self.path
        return context._replace(
            caller=self._place(context.caller),
            model=self._model(context.model),
            loop=self._loop(context.loop) if inside else context.loop,
        )
