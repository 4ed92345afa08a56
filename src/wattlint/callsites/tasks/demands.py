"""Finds what a sentence demands: its imperatives, and the questions it puts.

``Your task is to read the text and extract the dates.`` demands ``read the text`` and ``extract the dates``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from wattlint.callsites.tasks.records import pattern, vocabulary
from wattlint.regexes import regex

MAX_SENTENCE = 800
"""Characters of a sentence that are looked at."""
TRAILING = regex(r"(?:[\s,;:.!]|\b(?:and|then)\b)+$")
WORD = regex(r"[a-z][a-z']*(?:-[a-z]+)*")
DETERMINER = regex(
    r"\s*(?:the|a|an|all|any|each|every|it|them|this|that|these|those|your|my|their|its|his|whether|if|how|why|what|which"
    r"|who|only|one|two|three|no|at|both|relevant|\d+\b)\b|[\s\"'`(]*\{|\s+[\"']"
)
FILLERS = (
    r"(?:please|kindly|now|then|first(?:ly)?|next|finally|also|just|only|simply|carefully|always|secondly?|thirdly"
    r"|step \d+|and|so|directly|briefly|quickly|can you|could you|would you|will you|help me(?: to)?|let's|let us"
    r"|hi|hello|hey|ok|okay|dear \w+|to do (?:this|so)|thanks|great|i|we|lastly|using \{[^}]*\}|as needed|try to|must)"
)
AT_START = regex(rf"^[^\w{{]*(?:{FILLERS}[\s,:.!]*)*$")
AFTER_PREFIX = regex(
    r"^\W*(?:given|based on|using|from|for|in|with|as|considering|according|between|after|before|below|here|to|on|assuming"
    r"|when|you are|you're|i am|i'm|i have|we have|imagine|suppose|by|following|without|by)\b.*[,:]\s*(?:and\s+)?"
    rf"(?:{FILLERS}\s*,?\s*)*$"
)
AFTER_GIVEN = regex(
    r"^\W*(?:given|based on|using|considering)\b[^,]*(?:[}\"'`>]|\b(?:below|above|following|text|passage|context|question))"
    r"\s*(?:please\s*)?$"
)
JOINED = regex(r"(?:[,;:]|\band|\bthen|\bor)\s+(?:and\s+|then\s+|also\s+|finally\s+|please\s+)*$")
TO = regex(
    r"(?:\b(?:task|job|(?:your|my|our) (?:\w+ )?(?:goal|mission|role|objective|purpose|duty|responsibility|aim|work|function))\b[\w\s]{0,20}?"
    r"\b(?:is|will be|are|was)\b[\s:]*(?:now |simply |only )?(?:to)?(?: help(?: me| us| users?| the user)?(?: to)?)?"
    r"|(?<!that is )(?<!that are )(?<!information )\b(?:want|need|like(?= you)|ask|asked|tasked|require|required|supposed|expected|have|are|designed|trained|built|able"
    r"|going|help|helps|instructed|responsible|intended|meant|job|task|goal)(?: you| me| us)? to(?: only| simply| also)?"
    r"|\byou(?:'ll| will| must| should| can| shall| may| ought to| need to| now)(?: also| then| now| only| always| first| be)*"
    r"|\bplease(?: help me)?(?: to| also| just| only)*|(?:^\W*|, |\band )you(?: only| always| carefully)?)$"
)
CAPABLE = regex(r"\b(?:that|who|which) can\s+$")
RELATIVE = regex(
    r"\b(?:that|who|which)\b(?:.*(?:\band|,))?\s+(?:can |will |only |must |always |carefully |accurately )*$"
)
GERUND = regex(
    r"\b(?:speciali[sz]\w*|skilled|expert|tasked|trained|proficient|experienced|responsible|capable|designed|task|job|goal"
    r"|good|great|role|help\w*|assist\w*|used|focus\w*|charge|purpose)\b[\w\s]{0,15}\b(?:in|for|of|at|with|by|is|as|on|to)\s+$"
)
RECEIVE = {"get", "have", "receive", "see", "find", "know", "want", "like", "need", "answer"}
"""After a bare ``you`` these tell what the model gets, not what it shall do."""
ALSO_NOUNS = {"name", "book", "test", "work", "order"}
"""Verbs that without a determiner behind them are more often nouns (a table's head: ``name type default``)."""
AGENT = regex(r"\b(?:assistant|bot|engine|system|model|expert|ai|agent|specialist|\w+(?:er|or|ist|yst))\s+$")
ROLE_START = regex(
    r"^\W*(?:you are|you're|you will be|act as|i want you to act as|as an?|an?|imagine you are|assume you are|you will act)\b"
)
CONDITION = regex(r"^\W*(?:if|when|unless|in case|whenever|do not|don't|never|avoid|note that|remember)\b")


QUESTION = regex(r"(?:^\W*|[,:]\s+)(how|what|which|who|where|is|are|does|do|did|has|have|was|were|can)\b")


class Demand(NamedTuple):
    """One thing that is asked. ``text`` starts with ``verb`` in its base form (a question: as it stands)."""

    verb: str
    text: str
    question: bool


@cache
def _verbs() -> tuple[dict[str, str], frozenset[str]]:
    """(inflected form -> base form, base forms)."""
    words = vocabulary()
    return words["lemmas"], frozenset(words["base"])


def demands(sentences: list[str]) -> list[Demand]:
    """Every demand of the instruction, in order."""
    return [demand for sentence in sentences for demand in _of_sentence(sentence)]


def _of_sentence(sentence: str) -> list[Demand]:
    if CONDITION.match(sentence):
        return []
    sentence = sentence[:MAX_SENTENCE]
    role = ROLE_START.match(sentence) is not None
    found = [(match, verb) for match in WORD.finditer(sentence) if (verb := _demanded(match, sentence, role))]
    if not found:
        return _question(sentence)
    ends = [match.start() for match, _ in found[1:]] + [len(sentence)]
    clauses = [
        (verb, verb + sentence[match.end() : end]) for (match, verb), end in zip(found, ends, strict=True)
    ]
    return [Demand(verb, TRAILING.sub("", text), False) for verb, text in clauses]


def _question(sentence: str) -> list[Demand]:
    if sentence.rstrip("\"' )").endswith("?") or pattern(vocabulary()["questions"]).match(sentence):
        asked = QUESTION.search(sentence)
        return [Demand("", sentence[asked.start(1) :] if asked else sentence, True)]
    return []


def _demanded(match: re.Match[str], sentence: str, role: bool) -> str | None:
    """The base form of the word when it is a verb that demands something, else None."""
    word, before, after = match[0], sentence[: match.start()], sentence[match.end() :]
    if before.endswith(("{", "_", ".")):
        return None
    lemmas, bases = _verbs()
    if word in bases and (_imperative(word, before, after) or (role and CAPABLE.search(before))):
        return word
    if word not in lemmas:
        return None
    if word.endswith("ing"):
        demanded = GERUND.search(before) or (role and AGENT.search(before))
    else:
        demanded = role and RELATIVE.search(before)
    return lemmas[word] if demanded else None


def _imperative(word: str, before: str, after: str) -> bool:
    if word in ALSO_NOUNS and not DETERMINER.match(after):
        return False
    if AT_START.match(before):
        if after.startswith(":"):
            return word in vocabulary()["unambiguous"]
        return not after.startswith(
            ("'s ", " is ", " are ", " will ", " must ", " should ", " can ", " may ")
        )
    if TO.search(before.rstrip()):
        return not (word in RECEIVE and before.rstrip().endswith("you"))
    if AFTER_PREFIX.match(before):
        return True
    if before.rstrip().endswith(":") and word in vocabulary()["neutral"]:
        return False
    follows = DETERMINER.match(after) is not None
    return follows and (JOINED.search(before) is not None or AFTER_GIVEN.match(before) is not None)
