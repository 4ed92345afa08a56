"""Splits a prompt into what it asks (sentences), its slots (labels), worked examples and context.

Context, fenced blocks, quoted passages and few-shot examples say nothing about what is asked, and mislead every
word-based recogniser; only the rest is judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wattlint.callsites.facts import Prompt
from wattlint.callsites.tasks.records import vocabulary
from wattlint.regexes import regex

MAX_CHARACTERS = 6_000
"""Of a prompt; what comes after is not read, and the instruction counts as long."""
FENCED = regex(
    r"```(?!\)).*?```|(?:(?m:^)[ \t]*```|```\w*[ \t]*\n).*\Z|\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|<(\w+)>(?:(?!<\1>).)*?</\1>",
    re.DOTALL,
)
"""A fence that nothing closes has a line of its own: else it is only spoken of (``no backticks (```)``)."""
HOLE = regex(r"\{[^{}\n]*\}")
MARKERS = regex(r"\[/?inst\]|<</?sys>>|</?s>|<\|[^|<>]*\|>", re.IGNORECASE)
INLINE_LABEL = regex(r"(?<=[}\"'.:>])[ \t]+(?=[A-Z][A-Za-z ]{1,25}:[ \t]*(?:$|[\"'{\n]))", re.MULTILINE)
BULLET = regex(r"^(?:[#*%>•\-]+|\(?\d{1,2}[.)]|[a-z][.)])\s+")
LABEL = regex(r"^[#*%>\-\[]*\s*([^\W\d_][\w '’/()&-]{0,60}?)\s*[\]*]*\s*[:：]\s*[*]*\s*(.*)$")
OPTIONS_FOLLOW = regex(
    r"\b(?:intents?|categor(?:y|ies)|labels?|class(?:es)?|options?|departments?|topics?|types|choices|tags|values|teams|queues"
    r"|genres|sentiments|emotions)\b[^:.]{0,30}:[*]*$",
    re.IGNORECASE,
)
OPTION = regex(r"^([^\s:{}]+(?: [^\s:{}]+){0,3}?)\s*(?:$|[:–—(]| - )")
TAG_LINE = regex(r"^<([A-Za-z][\w ]{1,40})>$")
DATA_LINE = regex(r"^(?:[{}\[\]]|\"[\w ]+\"\s*:|[-=*_]{3,}\s*$)")
REASONS = regex(
    r"[\"'](reason(?:s|ing)?|rationale|explanation|justification|feedback|critique)[\"']\s*:", re.IGNORECASE
)
"""Keys of a JSON answer that hold prose."""
ARROW = regex(r"^(.{1,200}?)\s*(?:->|=>|→)\s*(.{1,40})$")
SENTENCE_END = regex(r"(?<=[.!?])[\"')]*\s+(?=[\"'({\[]*[A-Z0-9{À-Þ])|(?<=[。！？；])|;\s+")
ONLY_SLOTS = regex(r"^[\s\"'`<>()\[\].,*_=|-]*(?:\{[^{}]*\}[\s\"'`<>()\[\].,*_=|/-]*)*$")
INSTRUCTION_LABELS = {"task", "instruction", "instructions", "goal", "your task", "objective", "system", "prompt", "note",
                      "important", "rules", "requirements", "human", "user", "role", "your job", "your goal", "tl;dr"}  # fmt: skip
EXAMPLE = regex(r"^\W*(?:for example|for instance|e\.g\.|examples?\b|input\s*:|output\s*:)", re.IGNORECASE)
BLANKS = regex(r"[^\S\n]+")
SPACE = regex(r"\s+")


@dataclass(slots=True)
class Instruction:
    """What a prompt asks, in lower case with straight quotes; holes as ``{name}``."""

    sentences: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """Of the slots that hold data or wait for the answer, in order."""
    answers: list[str] = field(default_factory=list)
    """Of few-shot examples."""
    reasons: list[str] = field(default_factory=list)
    """Keys of the answer that hold prose, where an example or a schema of it shows them."""
    options: list[str] = field(default_factory=list)
    """Listed under a heading such as ``Categories:``."""
    whole: str = ""
    """All literal text and holes on one line."""
    history: bool = False
    cut: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    @property
    def words(self) -> int:
        return sum(len(sentence.split()) for sentence in self.sentences)


def read_instruction(prompt: Prompt) -> Instruction:
    """The instruction in ``prompt``; assistant messages count as worked examples, tool messages as context."""
    instruction = Instruction()
    room = MAX_CHARACTERS
    wholes = []
    for part in prompt.parts:
        instruction.history |= any(hole.kind == "history" for hole in part.holes)
        text = "".join(piece if isinstance(piece, str) else _slot(piece.name) for piece in part.pieces)
        if part.role == "assistant":
            if not part.holes and text.strip():
                instruction.answers.append(_plain(text))
            continue
        if part.role == "tool":
            continue
        instruction.cut |= len(text) > room
        text, room = text[:room], max(0, room - len(text))
        wholes.append(_plain(text))
        instruction.reasons += [key.lower() for key in REASONS.findall(text)]
        _read(text, instruction)
    instruction.whole = " ".join(wholes)
    return instruction


def _slot(name: str) -> str:
    return "{" + re.sub(r"[^\w.]+", "_", name.lower())[:40] + "}"


def _plain(text: str) -> str:
    return SPACE.sub(" ", BOLD.sub("", text.translate(QUOTES))).strip().lower()


QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "`": None})
BOLD = regex(r"\*\*|__")


def _keep_holes(match: re.Match[str]) -> str:
    return " " + " ".join(HOLE.findall(match[0])) + " "


def _read(text: str, into: Instruction) -> None:
    text = BLANKS.sub(" ", MARKERS.sub(" ", FENCED.sub(_keep_holes, text)))
    lines = [line.strip() for line in INLINE_LABEL.sub("\n", text).split("\n")]
    labelled = [LABEL.match(line) for line in lines]
    shots = _few_shot_labels(labelled)
    arrows = [ARROW.match(line) for line in lines]
    if sum(match is not None for match in arrows) < 2:
        arrows = [None] * len(lines)
    open_sentence = ""
    listing = False
    for line, label, arrow in zip(lines, labelled, arrows, strict=True):
        if arrow:
            into.answers.append(_plain(arrow[2]).strip("\"'"))
            continue
        if tag := TAG_LINE.match(line):
            into.labels.append(_plain(tag[1]))
            open_sentence = _close(open_sentence, into)
            continue
        if not line or DATA_LINE.match(line):
            open_sentence = _close(open_sentence, into)
            continue
        if listing and BULLET.match(line) and (option := OPTION.match(BULLET.sub("", line))):
            open_sentence = _close(open_sentence, into)
            into.options.append(_plain(option[1]).strip("\"' "))
            continue
        listing = OPTIONS_FOLLOW.search(line) is not None
        if label:
            name, rest = _plain(label[1]), label[2]
            if ONLY_SLOTS.match(rest) and _is_slot(name):
                open_sentence = _close(open_sentence, into)
                into.labels.append(name)
                continue
            if name in shots:
                open_sentence = _close(open_sentence, into)
                if name == shots[-1] and not HOLE.search(rest):
                    into.answers.append(_plain(rest).strip("\"' "))
                continue
            if name in INSTRUCTION_LABELS:
                line = rest
        bare = BULLET.sub("", line)
        wrapped = (
            open_sentence
            and open_sentence[-1] not in ".!?;:。！？；"
            and (bare[:1].islower() or bare[:1] == "{")
        )
        if not wrapped:
            _close(open_sentence, into)
            open_sentence = bare
        else:
            open_sentence += " " + bare
    _close(open_sentence, into)


def _close(sentence: str, into: Instruction) -> str:
    """Add the sentences of one paragraph; returns the empty paragraph."""
    for piece in SENTENCE_END.split(sentence):
        if EXAMPLE.match(piece) or not piece.strip() or ONLY_SLOTS.match(piece):
            continue
        into.sentences.append(_plain(piece))
    return ""


def _is_slot(name: str) -> bool:
    """``summary``, ``relevant table names``: a slot; ``summarize the following document``: a sentence."""
    first, *rest = name.split()
    words = vocabulary()
    if len(rest) >= 2 and first in words["base"] and first not in words["neutral"]:
        return False
    return (
        first not in words["unambiguous"]
        and len(rest) <= 4
        and not (
            rest
            and (
                first in NO_SLOT_STARTS or rest[0] in ("the", "this", "these", "each", "all", "a", "an", "me")
            )
        )
        and not any(word in ("following", "below") for word in rest)
    )


NO_SLOT_STARTS = {"please", "return", "give", "create", "find", "provide", "given", "use", "fix", "is", "are", "what",
                  "which", "does", "rewrite", "do", "you", "how", "output", "answer"}  # fmt: skip


def _few_shot_labels(labelled: list[re.Match[str] | None]) -> list[str]:
    """Labels that come back with literal text behind them, in order of their last use."""
    seen: dict[str, int] = {}
    for label in labelled:
        if label and not ONLY_SLOTS.match(label[2]):
            name = _plain(label[1])
            seen[name] = seen.pop(name, 0) + 1
    return [name for name, count in seen.items() if count >= 2]
