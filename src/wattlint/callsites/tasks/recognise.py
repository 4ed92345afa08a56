"""Judges what one call is for and whether less than a large model could do it.

Speaks seldom: one demand that a task claims, nothing else asked, and, for label tasks, a closed set of answers. Words
alone never give ``high``; what the code does with the answer can.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wattlint.callsites.facts import Certainty, OutputContract, Prompt, Solver, TaskVerdict
from wattlint.callsites.tasks.demands import Demand, demands
from wattlint.callsites.tasks.instruction import Instruction, read_instruction
from wattlint.callsites.tasks.language import language
from wattlint.callsites.tasks.records import (
    ANY,
    TIERS,
    Recogniser,
    demand_patterns,
    pattern,
    recogniser,
    recognisers,
    task_record,
    templates,
    vocabulary,
)
from wattlint.regexes import regex

LONG = 120
"""Words of instruction above which confidence drops one step: long instructions carry conditions."""
TOO_LONG = 300
CLOSED_LIMIT = 5
"""Output tokens: a limit up to this is a label, a number or yes/no."""
LABEL_WORDS, LABEL_COUNT = 3, 12
FEW_WORDS = 8
"""Up to here a template may be judged by its last slot alone."""
MIXED = "mixed-request"
LABELS = "label-classification"
YES_NO = "yes-no-question"
STEPS: tuple[Certainty, ...] = ("low", "medium", "high")
WHETHER = regex(r"\w+ (?:if|whether)\b")
ONLY = regex(r"\w+ (?:back |with )?(?:only|just|nothing (?:but|else|other))\b")
"""``respond only with ...`` limits what was asked before."""
QUOTED = regex(r"\(\w[\w -]{0,30}(?:/\w[\w -]{0,30})+\)|\"[^\"]{1,60}\"|(?<!\w)'[^']{1,60}'(?!\w)")
NEGATED = regex(
    r"\b(?:do not|don't|never|without|no|not|avoid|nor)\s+(?:\w+\s+){0,3}?"
    r"(?:explain\w*|explanations?|justif\w*|reason\w*|rationale|comment\w*|summar\w*|translat\w*|write)\b"
)
"""What is forbidden is not asked for."""
MEDIA = regex(r"image|picture|photo|screenshot|audio|video|pixel|\bimg", re.IGNORECASE)
MEDIA_TOKEN = regex(r"<\|?(?:image|img|vision|audio|video)", re.IGNORECASE)
"""What stands for a picture in a model's own prompt format: ``<image>``, ``<|vision_start|>``."""
ATTACHED = regex(
    r"\b(?:this|the (?:following|attached|uploaded|provided|given)|attached|uploaded) (?:\w+ )?"
    r"(?:images?|pictures?|photos?|photographs?|screenshots?|videos?|audio|recordings?|pdfs?)\b"
    r"(?!['\u2019]s|[- ](?:captions?|descriptions?|titles?|transcripts?|urls?|links?|tags?|names?|prompts?|metadata|comments?))"
)
NAME_BREAK = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
WHOLE_PART = 3
"""Words up to this length must be a whole part of a name: ``ner`` is no part of ``generate``."""
HELPING = ("help", "assist", "guide", "support")
"""``You help people find information`` opens prompts of every kind: alone, it says nothing."""
FIRST_WORD = regex(r"[a-z]+")
BACK = regex(
    r"\w+(?: \w+)? (?:it|them|this|these|those)(?: (?:all|accordingly|verbatim|as is|if (?:any|needed|necessary)))?[\s.]*"
)


class Claim(NamedTuple):
    """A task that a demand, a label or the whole text matched."""

    task: Recogniser
    clause: str


@lru_cache(maxsize=4_096)
def recognise(
    prompt: Prompt | None,
    contract: OutputContract,
    names: tuple[str, ...] = (),
    output_limit: int | None = None,
) -> TaskVerdict | None:
    """The task of a call; None when its purpose is not clear. Remembered: each caller of a wrapper asks the same, lint
    and estimate do, both sides of a change, and an editor at every key.

    ``names`` are the enclosing function and the variables around the call; ``output_limit`` is in tokens.
    """
    whole = _recognise(prompt, contract, names, output_limit)
    if whole is None or prompt is None or prompt.always is None:
        return whole
    least = _recognise(prompt.least, contract, names, output_limit)
    # What is only asked sometimes neither makes a task nor leaves another one alone.
    return least if least is not None and least.name == whole.name else None


def _recognise(
    prompt: Prompt | None, contract: OutputContract, names: tuple[str, ...], output_limit: int | None
) -> TaskVerdict | None:
    instruction = read_instruction(prompt) if prompt else Instruction()
    claims = _claims(instruction)
    if not claims:
        return _from_contract(instruction, contract, output_limit, names)
    solvers = {claim.task.solver for claim in claims}
    if "llm" in solvers:
        if len(solvers) > 1:
            return _verdict(recogniser(MIXED), "medium", [_quote(claim.clause) for claim in claims])
        return _verdict(claims[0].task, _at_most(claims[0].task, "medium"), [_quote(claims[0].clause)])
    if len({claim.task.task for claim in claims}) > 1 and solvers != {"code"}:
        return _verdict(recogniser(MIXED), "medium", [_quote(claim.clause) for claim in claims])
    closed = _closed_evidence(instruction, contract, output_limit)
    return _judge(claims[0], instruction, contract, closed, names, prompt)


def _judge(
    claim: Claim,
    instruction: Instruction,
    contract: OutputContract,
    closed: list[str],
    names: tuple[str, ...],
    prompt: Prompt | None,
) -> TaskVerdict | None:
    """The verdict for one claimed task that needs less than a large model."""
    task = claim.task
    if not task.media and prompt is not None and _shows(prompt, instruction.whole, task.solver):
        return None
    if instruction.words > TOO_LONG or (instruction.history and not task.history):
        return None
    if contract.explains and task.solver == "small-model":
        return None  # a small model gives labels, not the reasons that the caller parses beside them
    evidence = [_quote(claim.clause), *closed]
    confirmed = contract.kind in task.confirms
    if contract.kind == "json" and confirmed:
        evidence += contract.evidence
    level = 1 + confirmed
    level -= task.closed and not closed
    level -= contract.kind != "text" and not confirmed
    level -= instruction.words > LONG or instruction.cut or (prompt is not None and not prompt.complete)
    if named := _named(task, names):
        evidence.append(f"name `{named}`")
    if level < 0:
        return None
    return _verdict(task, _at_most(task, STEPS[min(level, 2)]), evidence, instruction.whole)


def _shows(prompt: Prompt, whole: str, solver: Solver) -> bool:
    """It is about a picture, a sound or a file: what reads text, code or a small model, does not read these.

    What is written into a text is a text for a small model, whatever its name (``{videos}``); code may lack its words.
    """
    named = (
        hole for part in prompt.parts if len(part.pieces) == 1 or solver == "code" for hole in part.holes
    )
    return (
        any(hole.kind == "image" for hole in prompt.holes)
        or any(MEDIA.search(hole.name) for hole in named)
        or MEDIA_TOKEN.search(prompt.static_text) is not None
        or ATTACHED.search(whole) is not None
    )


def _at_most(task: Recogniser, confidence: Certainty) -> Certainty:
    return STEPS[min(STEPS.index(confidence), STEPS.index(task.at_most))]


def _claims(instruction: Instruction) -> list[Claim] | None:
    """Tasks claimed, in order; None when something is asked that no task covers, or in an unknown language."""
    whole = instruction.whole
    possible = Possible(instruction)
    for task in () if instruction.cut else templates():
        if possible.mentions(task) and pattern(task.template or "").search(whole) and possible(task):
            return [Claim(task, whole[:80])]
    code = language(whole)
    if code != "en":
        return _claims_in(code, whole) if code else None
    claims: list[Claim] = []
    forms: list[Claim] = []
    prepared: list[Claim] = []
    unclear = False
    for demand in demands(instruction.sentences):
        neutral = demand.verb in vocabulary()["neutral"]
        if claims and neutral and (BACK.fullmatch(demand.text) or ONLY.match(demand.text)):
            continue
        if claim := _claim(demand, possible):
            (forms if neutral and claim.task.solver == "code" else claims).append(claim)
        elif (claim := _open(demand)) and possible(claim.task):
            (prepared if _prepares(demand) or demand.verb in HELPING else claims).append(claim)
        elif not _shapes_answer(demand, bool(claims or forms)):
            unclear = True
    if not claims and not forms:  # "analyse the text" is a task of its own only when nothing else is asked
        claims = [claim for claim in prepared if not claim.clause.startswith(HELPING)]
    if unclear and not any(claim.task.solver == "llm" for claim in claims):
        return None
    # "return only the number" is a task of its own only when nothing else is asked
    return claims or forms or _label_claim(instruction, possible)


def _claims_in(code: str, whole: str) -> list[Claim] | None:
    """Claims for an instruction in another language than English, judged as a whole."""
    opened = vocabulary()["languages"][code]["open"]
    if opened and pattern(opened).search(whole):
        return None
    claims = []
    for task in recognisers():
        if (own := task.languages.get(code)) and (match := pattern(own).search(whole)):
            claims.append(Claim(task, match[0]))
    if not claims or len({claim.task.solver for claim in claims}) > 1:
        return None
    return claims[:1]


class Possible:
    """Whether a task's words occur in an instruction and no near miss rules it out; each is asked once."""

    def __init__(self, instruction: Instruction) -> None:
        self.whole = instruction.whole
        text = " ".join([instruction.text, *instruction.labels])
        self.asked = " ".join([QUOTED.sub(" ", NEGATED.sub(" ", text)), *instruction.reasons])
        self.known: dict[str, bool] = {}

    def __call__(self, task: Recogniser) -> bool:
        known = self.known.get(task.task)
        if known is None:
            known = self.known[task.task] = self.mentions(task) and not (
                task.unless and pattern(task.unless).search(self.asked)
            )
        return known

    def mentions(self, task: Recogniser) -> bool:
        return not task.words or any(word in self.whole for word in task.words)


def _claim(demand: Demand, possible: Possible) -> Claim | None:
    """Of the tasks that match, the most demanding, then the first in the catalogue; generic ones only alone."""
    first = FIRST_WORD.match(demand.text)
    index = demand_patterns()
    tasks = recognisers()
    matching = [
        tasks[rank]
        for word in (first[0] if first else ANY, ANY)
        for rank, text in index.get(word, ())
        if possible.mentions(tasks[rank]) and pattern(text).match(demand.text) and possible(tasks[rank])
    ]
    if not matching:
        return None
    task = max(matching, key=lambda task: (not task.generic, TIERS.index(task.solver), -task.rank))
    return Claim(task, demand.text)


def _shapes_answer(demand: Demand, claimed: bool) -> bool:
    """Whether an unclaimed demand asks for nothing new: it sets the scene, limits the answer, or takes up an earlier
    demand (``choose one of: a, b``; ``fix them``)."""
    if demand.verb in vocabulary()["neutral"] or _prepares(demand):
        return True
    if not claimed:
        return demand.text == demand.verb  # "clean and correct the text": the object follows
    return len(demand.text.split()) <= 2 or BACK.fullmatch(demand.text) is not None or _closes(demand.text)


def _prepares(demand: Demand) -> bool:
    """Whether it only introduces the real demand (``read the following text``)."""
    return pattern(vocabulary()["preparatory"]).fullmatch(demand.text) is not None


def _closes(text: str) -> bool:
    """Whether a demand limits what may be answered (``write "yes" or "no"``)."""
    return any(pattern(closed).search(text) for closed in vocabulary()["closed"].values())


NOUN_REACH = 9
"""Words after the verb among which an open-ended object is looked for (``provide a short, friendly report``)."""


def _open(demand: Demand) -> Claim | None:
    """The open-ended task behind a verb or an object that no task claims."""
    words = vocabulary()
    if demand.verb == "write" and _closes(demand.text):
        return None
    if WHETHER.match(demand.text):
        return None  # to assess whether something holds is a closed question, though none that we know
    if demand.verb in words["open_verbs"]:
        return Claim(recogniser(words["open_verbs"][demand.verb]), demand.text)
    if demand.question:
        return None
    for word in re.findall(r"[a-z]+", QUOTED.sub(" ", demand.text))[:NOUN_REACH]:
        if word in words["nouns"]:
            return Claim(recogniser(words["nouns"][word]), demand.text)
        if word in ("from", "in", "of", "based", "using", "mentioned", "below", "that"):
            break
    return None


def _label_claim(instruction: Instruction, possible: Possible) -> list[Claim]:
    """What the last slot of a template without demands waits for."""
    if not instruction.labels or instruction.words > FEW_WORDS:
        return []
    if instruction.whole.count("###") > 1:
        return []  # the form of a model that was tuned to fill it in
    last = instruction.labels[-1]
    if "{" not in instruction.whole.rpartition(last)[0]:
        return []
    for task in recognisers():
        if task.label and pattern(task.label).search(last) and possible(task):
            return [Claim(task, last + ":")]
    return []


def _closed_evidence(
    instruction: Instruction, contract: OutputContract, output_limit: int | None
) -> list[str]:
    """Every sign that the answer comes from a small closed set; the contract's own clauses come first."""
    evidence: list[str] = []
    if contract.kind in ("labels", "bool", "number"):
        labels = ", ".join(contract.labels[:6])
        evidence += contract.evidence or [
            f"output is one of {labels}" if labels else f"output is a {contract.kind}"
        ]
    if contract.kind == "text":
        evidence += contract.evidence
    if output_limit is not None and output_limit <= CLOSED_LIMIT:
        evidence.append(f"at most {output_limit} output tokens")
    answers = {answer for answer in instruction.answers if answer}
    if (
        len(instruction.answers) >= 2
        and len(answers) <= min(LABEL_COUNT, max(2, len(instruction.answers)))
        and all(len(answer.split()) <= LABEL_WORDS for answer in answers)
    ):
        evidence.append("few-shot answers: " + ", ".join(sorted(answers)[:6]))
    if len(instruction.options) >= 2:
        evidence.append("lists the labels: " + ", ".join(instruction.options[:6]))
    for clause, text in vocabulary()["closed"].items():
        if match := pattern(text).search(instruction.whole):
            evidence.append(f'{clause}: "{match[0].strip()[:60]}"')
            break
    return evidence


def _from_contract(
    instruction: Instruction, contract: OutputContract, output_limit: int | None, names: tuple[str, ...]
) -> TaskVerdict | None:
    """What a closed contract alone says, when nothing in the prompt tells a task; never more than ``low``.

    Words that the code merely compares with may belong to the envelope of the response: they count when a schema
    states them, when the prompt mentions them, or when a name says what the call is for.
    """
    if contract.kind not in ("labels", "bool") or instruction.words > LONG or instruction.history:
        return None
    closed = _closed_evidence(instruction, contract, output_limit)
    task = recogniser(YES_NO if contract.kind == "bool" else LABELS)
    for candidate in recognisers():
        if candidate.solver == "code":
            continue  # a name and a closed answer are too little to say that no model is needed
        if contract.kind in candidate.confirms and (name := _named(candidate, names)):
            return _verdict(candidate, "low", [*closed, f"name `{name}`"], instruction.whole)
    if not contract.stated and not any(_mentions(instruction.whole, label) for label in contract.labels):
        return None
    return _verdict(task, "low", closed, instruction.whole)


def _mentions(whole: str, label: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(label.lower())}(?!\w)", whole) is not None


def _named(task: Recogniser, names: tuple[str, ...]) -> str | None:
    """The name that points to the task, if any: a part of it starts with one of the task's words."""
    for name in names:
        parts = "_" + NAME_BREAK.sub("_", name).lower() + "_"
        if any(
            f"_{word}_" in parts if len(word) <= WHOLE_PART else f"_{word}" in parts for word in task.names
        ):
            return name
    return None


def _verdict(task: Recogniser, confidence: Certainty, evidence: list[str], whole: str = "") -> TaskVerdict:
    """``whole`` is the prompt, for tasks whose small models may not read its language."""
    record = task_record(task.task)
    foreign = record.english_only and language(whole) != "en"
    replacement = None if foreign else record.replacement_summary
    return TaskVerdict(task.task, task.solver, confidence, tuple(evidence), replacement)


def _quote(clause: str) -> str:
    return f'asks to "{clause[:100].strip()}"'
