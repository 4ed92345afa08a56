"""From the value of a prompt argument to its messages: roles, literal text and holes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wattlint.callsites import signatures, sometimes, tokenized
from wattlint.callsites.facts import Hole, Prompt, PromptPart
from wattlint.callsites.holes import TEMPLATE_METHODS, called, hole_kind, pieces
from wattlint.regexes import regex
from wattlint.semantics import arguments, strings
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.scopes import Spot
from wattlint.semantics.strings import source
from wattlint.semantics.values import (
    Class,
    Composite,
    Const,
    Mapping,
    Result,
    Sequence,
    Text,
    Thunk,
    Value,
    alternatives,
)

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}
MESSAGE_CLASSES = {
    "SystemMessage": "system",
    "SystemMessagePromptTemplate": "system",
    "HumanMessage": "user",
    "HumanMessagePromptTemplate": "user",
    "UserMessage": "user",
    "AIMessage": "assistant",
    "AIMessagePromptTemplate": "assistant",
    "AssistantMessage": "assistant",
    "ToolMessage": "tool",
    "ChatMessage": "user",
    "Content": "user",
    "Part": "user",
}
TEMPLATES = frozenset(
    {
        "PromptTemplate",
        "ChatPromptTemplate",
        "FewShotPromptTemplate",
        "StringPromptTemplate",
        "RichPromptTemplate",
        "Prompt",
    }
)
FORMATTERS = frozenset(
    {
        "format",
        "format_messages",
        "format_prompt",
        "partial",
        "invoke",
        "render",
        "substitute",
        "safe_substitute",
        "to_messages",
        "to_string",
    }
)
BODY_KEYS = (
    "messages",
    "prompt",
    "input",
    "inputs",
    "contents",
    "inputText",
    "question",
    "query",
    "text",
    "content",
    "parts",
)
MEDIA = regex(r"(?:^|_)(?:image|img|picture|photo|audio|video|media|multi_?modal)", re.IGNORECASE)
"""Names of what a prompt is about that is no text: ``images=``, ``multi_modal_data``, ``input_audio``."""
FILES = frozenset({"file", "input_file", "document"})
"""Types of a message's part that is a file (OpenAI, LangChain; Anthropic)."""
PLACEHOLDER = regex(
    r"\[(?!INST|SYSTEM|MASK|JSON|TRUE|FALSE|DONE|NONE|START|STOP|ANSWER)[A-Z][A-Z_]{3,}\]"
    r"|\{\{\s*[a-z_]\w*\s*\}\}|<<(?!SYS)[A-Za-z_]+>>|(?<!\{)\{[a-z_]\w*\}(?!\})"
)
"""What code fills in at run time by ``replace`` or a template engine: ``[DOCUMENTS]``, ``{{ question }}``."""
PROBE_WORDS = 5
MAX_PARTS = 200
MAX_DEPTH = 8


class PromptReader:
    """Reads one prompt; ``complete`` turns False where messages may be missing."""

    def __init__(self, evaluator: Evaluator, around: Spot) -> None:
        """``around``: where the call stands."""
        self.evaluator = evaluator
        self._around = around
        self._always: dict[int, PromptPart | None] = {}
        """Parts of which only this (None: nothing) is sent each time, by their index."""
        self.complete = True
        self.parts: list[PromptPart] = []
        self._probed = False
        """All that is seen may be what one caller tries the model with; others send anything."""
        self._templated = False
        """Inside a template, whose texts have ``{fields}``."""

    def prompt(self, batch: int | None = None, several: bool = False) -> Prompt | None:
        parts = tuple(self.parts[:MAX_PARTS])
        open_ = self._probed and not any(part.holes for part in parts)
        unfilled = any(PLACEHOLDER.search(part.static_text) for part in parts)
        if not parts:
            return None
        always = (
            [self._always.get(number, part) for number, part in enumerate(parts)] if self._always else None
        )
        kept = tuple(filter(None, always)) if always is not None else None
        return Prompt(parts, self.complete and not open_ and not unfilled, batch, several, kept or None)

    def add(self, thunk: Thunk, role: str = "text", depth: int = 0, written: str = "...") -> None:
        """Append what ``thunk`` contributes, by default under ``role``. ``written``: a value's source text."""
        written = source(thunk[0]) if isinstance(thunk, tuple) else written
        value = self.evaluator.force(thunk)
        options = [one for one in alternatives(value) if not (isinstance(one, Const) and one.value is None)]
        if not options or len(self.parts) >= MAX_PARTS or depth > MAX_DEPTH:
            return
        # Of several possible prompts, the one with text says most.
        one = max(options, key=_readable)
        signed = signatures.prompt_of(self.evaluator, one) if isinstance(one, (Class, Const)) else None
        if signed is not None:
            self.parts.append(PromptPart(role, signed))
            return
        tokenizes = tokenized.source(self.evaluator, one)
        if tokenizes is not None:
            self.add(tokenizes, role, depth + 1)
        elif isinstance(one, (Const, Text)):
            least = sometimes.base(one, options) if len(options) > 1 else None
            if least is not None:
                always = (
                    pieces(self.evaluator, least)
                    if isinstance(least, (Const, Text))
                    else (Hole(written, hole_kind(self.evaluator, least)),)
                )
                self._always[len(self.parts)] = PromptPart(role, always)
            if self._templated and strings.is_text(one):
                filled = strings.formatted(self.evaluator, one, [], {})
                one = filled if isinstance(filled, (Const, Text)) else one
            self._probed = self._probed or _is_probe(one)
            self.parts.append(PromptPart(role, pieces(self.evaluator, one)))
        elif isinstance(one, Sequence):
            self._sequence(one, role, written, depth)
        elif isinstance(one, Mapping):
            self._mapping(one, role, written, depth)
        elif isinstance(one, Result):
            self._result(one, role, written, depth)
        elif isinstance(one, Composite):
            for part in one.parts:
                self.add(part, role, depth + 1)
        else:
            self._hole(one, role, written)

    def add_media(self, names: Iterable[object], role: str = "user") -> None:
        """A hole for the first of these arguments or keys that is a picture or a sound, by its name."""
        for name in names:
            if isinstance(name, str) and MEDIA.search(name):
                self.parts.append(PromptPart(role, (Hole(name, "image"),)))
                return

    def _hole(self, value: Value, role: str, written: str) -> None:
        kind = hole_kind(self.evaluator, value)
        if kind == "history" or (kind == "parameter" and "message" in written):
            self.complete = False
        self.parts.append(PromptPart(role, (Hole(written, kind),)))

    def _sequence(self, value: Sequence, role: str, written: str, depth: int) -> None:
        items = [self.evaluator.force(item) for item in value.items[:MAX_PARTS]]
        if len(items) == 2 and value.kind == "tuple" and role_of(items[0]) is not None:
            self.add(value.items[1], role_of(items[0]) or role, depth + 1)
            return
        shown = value.items[:MAX_PARTS]
        for item, is_optional in zip(shown, sometimes.optional(shown, self._around)):
            first = len(self.parts)
            self.add(item, role, depth + 1)
            if is_optional:
                self._always.update(dict.fromkeys(range(first, len(self.parts))))
        if value.open or value.repeated:
            self.complete = False
            if not items:
                self.parts.append(PromptPart(role, (Hole(written, "history"),)))

    def _mapping(self, value: Mapping, role: str, written: str, depth: int) -> None:
        own = role
        if "role" in value.entries:
            own = role_of(alternatives(self.evaluator.force(value.entries["role"]))[0]) or role
            for key in ("content", "parts"):
                if key in value.entries:
                    self.add(value.entries[key], own, depth + 1)
            self.add_media(value.entries, own)
            return
        kind = (
            alternatives(self.evaluator.force(value.entries["type"]))[0] if "type" in value.entries else None
        )
        if (
            isinstance(kind, Const)
            and isinstance(kind.value, str)
            and (kind.value in FILES or MEDIA.search(kind.value))
        ):
            self.parts.append(PromptPart(own, (Hole(kind.value, "image"),)))
            return
        self.add_media(value.entries, own)
        if depth and "document" in value.entries and len(value.entries) == 1:  # Bedrock
            self.parts.append(PromptPart(own, (Hole("document", "image"),)))
            return
        if "system" in value.entries:
            self.add(value.entries["system"], "system", depth + 1)
        for key in BODY_KEYS:
            if key in value.entries:
                self.add(value.entries[key], own, depth + 1)
                return
        if depth == 0 and value.entries:
            # ``chain.invoke({"question": q})``: the template's own variables.
            for variable in list(value.entries)[:20]:
                self.parts.append(PromptPart(own, (Hole(str(variable), "value"),)))
        elif value.open:
            self.complete = False

    def _result(self, value: Result, role: str, written: str, depth: int) -> None:
        name, owner = called(value)
        if value.call is None or value.frame is None or value.spot is None:
            self._hole(value, role, written)
            return
        given = arguments.of(self.evaluator, value.call, value.frame, value.spot)
        if name in FORMATTERS and owner is not None and is_template(owner):
            self.add(owner, role, depth + 1)
        elif name in MESSAGE_CLASSES or name in TEMPLATES or (name in TEMPLATE_METHODS and owner is not None):
            own = MESSAGE_CLASSES.get(name) or MESSAGE_CLASSES.get(_last(owner), role)
            content = next(
                (
                    given.keywords[key]
                    for key in ("content", "template", "messages", "text", "parts")
                    if key in given.keywords
                ),
                None,
            )
            if content is None and given.positional:
                content = given.positional[0]
            explicit = given.keywords.get("role")
            if explicit is not None:
                own = role_of(alternatives(self.evaluator.force(explicit))[0]) or own
            if content is not None:
                outer = self._templated
                self._templated = "Template" in name or name in TEMPLATE_METHODS
                self.add(content, own, depth + 1)
                self._templated = outer
        elif name == "MessagesPlaceholder":
            self.complete = False
            self.parts.append(PromptPart(role, (Hole(written, "history"),)))
        else:
            self._hole(value, role, written)


def is_template(value: Value) -> bool:
    """A prompt template object, from its class or maker's name."""
    for one in alternatives(value):
        if isinstance(one, Result):
            name, owner = called(one)
            if name in TEMPLATES or name in MESSAGE_CLASSES or name in TEMPLATE_METHODS:
                return True
            if name in ("partial", "format_prompt") and owner is not None and is_template(owner):
                return True
    return False


def _last(value: Value | None) -> str:
    return getattr(value, "path", getattr(value, "name", "")).rpartition(".")[2]


def role_of(value: Value) -> str | None:
    if isinstance(value, Const) and isinstance(value.value, str):
        return ROLES.get(value.value.lower())
    return None


def _readable(value: Value) -> int:
    if isinstance(value, Const):
        return len(value.value) if isinstance(value.value, str) else 0
    if isinstance(value, Text):
        return sum(len(piece) for piece in value.pieces if isinstance(piece, str)) + 1
    return 1 if isinstance(value, (Sequence, Mapping, Result, Composite)) else 0


def _is_probe(value: Value) -> bool:
    """A few fixed words from a caller: ``len(self.embed("foo"))``, ``chat("ping")``."""
    return (
        isinstance(value, Const)
        and isinstance(value.value, str)
        and len(value.value.split()) <= PROBE_WORDS
        and any(hop.how == "via_caller" for hop in value.origin)
    )
