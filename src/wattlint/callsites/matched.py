"""A call that is known to be an LLM call, and where its options are given: at the call or where its object was made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wattlint.callsites import ambient, makers, options
from wattlint.callsites.facts import MAKING
from wattlint.callsites.http import HttpCall
from wattlint.callsites.objects import Match, Objects
from wattlint.callsites.options import Given
from wattlint.catalogue.records import EntryPoint
from wattlint.regexes import regex
from wattlint.semantics.frames import Frame
from wattlint.semantics.scopes import CallRecord
from wattlint.semantics.values import Const, Text, Unknown, Value, alternatives

CLIENT_ARGUMENTS = {
    "base_url": ("base_url", "api_base"),
    "region": ("region_name", "region", "location", "aws_region"),
}
"""Read from clients that the catalogue knows no options of."""
OWN_ADDRESS = regex(r"environment variable ([a-z]+)_(?:api_)?base(?:_url)?", re.IGNORECASE)
"""By which an SDK takes its address itself: OPENAI_BASE_URL, ANTHROPIC_BASE_URL (``_client.py`` of openai 3.57 and
anthropic 2.14), OPENAI_API_BASE (openai 0.28)."""


@dataclass(slots=True)
class MatchedCall:
    """One call expression with its entry point, evaluated in ``frame``."""

    record: CallRecord
    frame: Frame
    match: Match
    given: Given
    http: HttpCall | None = None
    indirect: bool = False
    """Made by another function, which the method is handed to: the arguments are not those of the expression."""

    @property
    def entry(self) -> EntryPoint:
        return self.match.entry

    @property
    def kind(self) -> str:
        return self.http.endpoint.kind if self.http else self.entry.kind


class Bindings:
    """The calls that give a matched call its options, nearest first: itself, then the makers of its receiver."""

    def __init__(self, objects: Objects, call: MatchedCall) -> None:
        self.objects = objects
        self.evaluator = objects.evaluator
        made = makers.behind(objects, call.match.receiver) or self._of_model_object(call)
        self.pairs: list[tuple[EntryPoint, Given]] = [(call.entry, call.given), *made]
        # A model that is set for all is none of an object's that stands for one itself.
        is_model = any(entry.kind in MAKING for entry, _ in self.pairs)
        if not is_model and not any(self._gives_model(entry, given) for entry, given in self.pairs):
            # Before the makers, because their defaults only hold where no model is set for all.
            self.pairs[1:1] = ambient.bound(objects, call.record, call.frame, call.entry.sdk)

    def _of_model_object(self, call: MatchedCall) -> list[tuple[EntryPoint, Given]]:
        """The makers of an object that the call takes as its model: ``pipeline(task, model=loaded)``."""
        value = options.read_argument(self.evaluator, call.given, call.entry.model)
        for one in alternatives(value) if value is not None else ():
            if not isinstance(one, (Const, Text, Unknown)):
                return makers.behind(self.objects, one, as_model=True)
        return []

    def _gives_model(self, entry: EntryPoint, given: Given) -> bool:
        return options.read_argument(self.evaluator, given, entry.model) is not None

    def option(self, name: str) -> Value | None:
        """The value of an option by the catalogue's key; ``limit`` is the output limit."""
        for entry, given in self.pairs:
            argument = entry.limit if name == "limit" else entry.options.get(name)
            value = options.read_argument(self.evaluator, given, argument)
            if value is None and entry.name == "client" and name in CLIENT_ARGUMENTS:
                value = options.read(self.evaluator, given, CLIENT_ARGUMENTS[name], None)
            if value is not None:
                return value
        return None

    def text(self, name: str) -> str | None:
        """An option as text, ``{}`` for what is only known at run time."""
        return options.opening(self.option(name))

    @property
    def base_url(self) -> str | None:
        """``{}`` when one is given that cannot be read: the provider is then anybody."""
        value = self.option("base_url")
        if value is None:
            return None
        found = options.opening(value)
        if found is None and not all(map(self._is_left_out, alternatives(value))):
            return "{}"
        return found

    def _is_left_out(self, address: Value) -> bool:
        """With default settings none is given: by no caller, or only by the variable that the SDK reads anyway."""
        if not isinstance(address, Unknown):
            return isinstance(address, Const)
        if not address.optional or not address.why.startswith("environment"):
            return address.optional
        variable = OWN_ADDRESS.fullmatch(address.why)
        own = {name for entry, _ in self.pairs for name in (entry.sdk, entry.provider)}
        return variable is not None and variable[1].lower() in own

    @property
    def limit(self) -> int | None:
        """Output limit in tokens: as given, else the SDK's own; None where one may be given that cannot be read."""
        value = self.option("limit")
        if value is not None:
            number = None if _only_some_callers(value) else options.integer(value)
            return None if number is not None and number < 0 else number  # -1: as many as there are
        for entry, given in self.pairs:
            if options.hidden(self.evaluator, given, entry.limit):
                return None
            if entry.limit_default is not None:
                return entry.limit_default
        return None

    @property
    def limit_hidden(self) -> bool:
        """One may be given where it cannot be read."""
        return any(options.hidden(self.evaluator, given, entry.limit) for entry, given in self.pairs)


def _only_some_callers(value: Value) -> bool:
    """The number comes from one caller (a probe, say) while others leave it open."""
    found = alternatives(value)
    numbers = [one for one in found if isinstance(one, Const) and one.value is not None]
    hows = {hop.how for hop in numbers[0].origin} if numbers else set()
    return "possible" in hows or ("via_caller" in hows and len(numbers) < len(found))
