"""``rules/tasks``: what prompts ask for, who else could do it, and how it is recognised.

One file, ``vocabulary.yaml``, holds the word lists; every other file holds a list of tasks. Patterns may use a word
list as ``@name``; they are written in lower case and expanded and checked here, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from wattlint.catalogue.errors import CatalogueError, nearest
from wattlint.catalogue.schema.first_words import first_words
from wattlint.catalogue.yaml_source import YamlSource, read_yaml

VOCABULARY = "vocabulary.yaml"
MACRO = re.compile(r"@([a-z_]+)")
Word = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
Language = Literal["de", "fr", "es", "pt", "zh", "ja"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(Strict):
    """What tells one language from the others, and what asks for free text in it."""

    common: list[str] = []
    """Frequent function words (languages in Latin script)."""
    open: list[str]
    """Patterns that ask for open-ended text: another task than ours is in the prompt."""


class Vocabulary(Strict):
    lists: dict[str, str]
    """Name -> pattern, for use as ``@name``; may use the lists above it."""
    demands: list[Word]
    """Verbs that ask for something; a demand that no task claims makes the prompt's purpose unknown."""
    neutral: list[Word]
    """Verbs that shape the answer or set the scene; ignored unless a task claims them."""
    unambiguous: list[Word]
    """Verbs that are no nouns: a demand even with a colon behind them (``Translate: {text}``)."""
    preparatory: str
    """A demand that only introduces the real one (``read the following text``)."""
    closed: dict[str, str]
    """Evidence clause -> pattern over the instruction that limits what may be answered."""
    questions: str
    """How a question starts."""
    languages: dict[Language, Words]
    english: list[str]
    """Frequent function words of English."""
    other: list[str]
    """Frequent function words of Latin-script languages we have no patterns for."""


class Recogniser(Strict):
    words: list[str] = []
    """Cheap filter: one of these must occur in the lower-case instruction (English)."""
    demand: list[str] = []
    """Patterns at the start of one demand or question, its verb in base form."""
    label: list[str] = []
    """Patterns for the last slot label of a template without demands (``concise summary:``)."""
    template: list[str] = []
    """Patterns over the whole instruction, whatever it demands."""
    unless: list[str] = []
    """Near misses: patterns over the whole instruction that rule the task out."""
    verbs: list[Word] = []
    """Verbs that make any demand no other task claims one of these (open-ended tasks)."""
    nouns: list[Word] = []
    """Objects that do the same for a neutral verb (``provide a report``)."""
    closed: bool = False
    """Needs a closed output, in the words or by contract."""
    languages: dict[Language, list[str]] = {}
    """Patterns over the whole instruction in other languages."""
    names: list[str] = []
    """Words of function and variable names that point to the task."""
    confirms: list[Literal["json", "labels", "bool", "number"]] = []
    """Output contracts that agree with the task."""
    generic: bool = False
    """Only when no other task matches the same demand."""
    history: bool = False
    """Conversation history is this task's input, not a sign of a dialogue."""
    media: bool = False
    """Pictures, recordings and files are this task's input; any other is told of texts alone."""
    at_most: Literal["low", "medium", "high"] = "high"


class SmallModel(Strict):
    id: str
    parameters_m: float = Field(gt=0)
    """Millions."""
    source: str = Field(min_length=4)


class Replacement(Strict):
    summary: str = Field(max_length=160)
    snippet: str
    packages: list[str] = []
    """Third-party packages the snippet imports; empty: standard library only, and the tests execute it."""
    checks: list[str] = []
    """Expressions that are true after the snippet ran."""
    models: list[SmallModel] = []
    any_language: bool = False
    """The models named read more than English."""


class Examples(Strict):
    positive: list[str]
    negative: list[str] = []


class Task(Strict):
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    solver: Literal["code", "small-model", "small-llm", "llm"]
    output_tokens: tuple[int, int, int]
    """p10, p50, p90."""
    recognise: Recogniser
    replacement: Replacement | None = None
    limits: str = ""
    """What the replacement cannot do."""
    examples: Examples
    references: list[str] = []


class TaskFile(Strict):
    tasks: list[Task] = Field(min_length=1)


def compile_folder(folder: Path) -> object:
    """``{"tasks": [...], "vocabulary": {...}}`` with every pattern expanded; raises CatalogueError."""
    source = read_yaml(folder / VOCABULARY)
    vocabulary = source.validate(Vocabulary)
    lists = _expand_lists(source, vocabulary)
    tasks: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name != VOCABULARY:
            tasks += _compile_file(read_yaml(path), lists, {task["name"] for task in tasks})
    if not tasks:
        raise CatalogueError(folder, None, None, "no task file (*.yaml) in this folder")
    return {"tasks": tasks, "vocabulary": _compile_vocabulary(source, vocabulary, lists, tasks)}


def read_tasks(folder: Path) -> list[Task]:
    """Every task with its examples, in catalogue order (for tests and documentation)."""
    paths = [path for path in sorted(folder.glob("*.yaml")) if path.name != VOCABULARY]
    return [task for path in paths for task in read_yaml(path).validate(TaskFile).tasks]


def _compile_file(source: YamlSource, lists: dict[str, str], taken: set[str]) -> list[dict[str, Any]]:
    compiled = []
    for index, task in enumerate(source.validate(TaskFile).tasks):
        at: tuple[object, ...] = ("tasks", index)
        if task.name in taken:
            raise source.error((*at, "name"), f"a task named {task.name!r} exists already")
        taken.add(task.name)
        _check(source, at, task)
        recognise = task.recognise.model_dump()
        for key in ("label", "template", "unless"):
            recognise[key] = _alternatives(source, (*at, "recognise", key), recognise[key], lists)
        expanded = [
            _expand(source, (*at, "recognise", "demand", i), pattern, lists)
            for i, pattern in enumerate(task.recognise.demand)
        ]
        recognise["demand"] = tuple((pattern, first_words(pattern)) for pattern in expanded)
        recognise["languages"] = {
            language: _alternatives(source, (*at, "recognise", "languages", language), patterns, lists)
            for language, patterns in task.recognise.languages.items()
        }
        compiled.append(
            {
                "name": task.name,
                "title": task.title,
                "solver": task.solver,
                "output_tokens": tuple(task.output_tokens),
                "recognise": recognise,
                "summary": task.replacement.summary if task.replacement else None,
                "snippet": task.replacement.snippet if task.replacement else None,
                "models": tuple((model.id, model.parameters_m) for model in task.replacement.models)
                if task.replacement
                else (),
                "english_only": task.solver == "small-model"
                and task.replacement is not None
                and not task.replacement.any_language,
                "limits": task.limits,
                "references": tuple(task.references),
            }
        )
    return compiled


def _check(source: YamlSource, at: tuple[object, ...], task: Task) -> None:
    """What a type cannot say."""
    recognise = task.recognise
    low, middle, high = task.output_tokens
    if not 0 < low <= middle <= high:
        raise source.error((*at, "output_tokens"), "must be p10 <= p50 <= p90, all above 0")
    if task.solver in ("code", "small-model"):
        if task.replacement is None:
            raise source.error(at, f"solver {task.solver!r} needs a replacement")
        if not task.limits:
            raise source.error(at, "say in 'limits' what the replacement cannot do")
    if task.solver == "small-model" and task.replacement and not task.replacement.models:
        raise source.error((*at, "replacement"), "solver 'small-model' needs at least one model")
    if task.replacement and not task.replacement.packages and not task.replacement.checks:
        raise source.error((*at, "replacement"), "a snippet without packages is executed: give it 'checks'")
    if not (recognise.demand or recognise.label or recognise.template or recognise.verbs or recognise.nouns):
        raise source.error((*at, "recognise"), "needs demand, label, template, verbs or nouns")
    if any(word != word.lower() for word in recognise.words):
        raise source.error(
            (*at, "recognise", "words"), "must be lower case, as the instruction is when compared"
        )


def _expand(source: YamlSource, key: Sequence[object], pattern: str, lists: dict[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name not in lists:
            raise source.error(key, f"unknown word list @{name}" + nearest(name, lists))
        return f"(?:{lists[name]})"

    expanded = MACRO.sub(replace, pattern)
    try:
        re.compile(expanded)
    except re.error as error:
        raise source.error(key, f"not a valid pattern: {error}") from None
    return expanded


def _expand_lists(source: YamlSource, vocabulary: Vocabulary) -> dict[str, str]:
    lists: dict[str, str] = {}
    for name, pattern in vocabulary.lists.items():
        lists[name] = _expand(source, ("lists", name), pattern, lists)
    return lists


def _alternatives(
    source: YamlSource, key: tuple[object, ...], patterns: list[str], lists: dict[str, str]
) -> str | None:
    """One pattern out of several; None when there are none."""
    if not patterns:
        return None
    return "|".join(f"(?:{_expand(source, (*key, i), p, lists)})" for i, p in enumerate(patterns))


def _compile_vocabulary(
    source: YamlSource, vocabulary: Vocabulary, lists: dict[str, str], tasks: list[dict[str, Any]]
) -> dict[str, Any]:
    open_verbs = {verb: task["name"] for task in tasks for verb in task["recognise"]["verbs"]}
    nouns = {noun: task["name"] for task in tasks for noun in task["recognise"]["nouns"]}
    bases = {*vocabulary.demands, *vocabulary.neutral, *open_verbs}
    inflected = {form: verb for verb in sorted(bases) for form in _inflections(verb)}
    return {
        "base": tuple(sorted(bases)),
        "lemmas": inflected,
        "neutral": tuple(vocabulary.neutral),
        "open_verbs": open_verbs,
        "nouns": nouns,
        "unambiguous": tuple(vocabulary.unambiguous),
        "preparatory": _expand(source, ("preparatory",), vocabulary.preparatory, lists),
        "closed": {
            clause: _expand(source, ("closed", clause), pattern, lists)
            for clause, pattern in vocabulary.closed.items()
        },
        "questions": _expand(source, ("questions",), vocabulary.questions, lists),
        "english": tuple(vocabulary.english),
        "other": tuple(vocabulary.other),
        "languages": {
            code: {
                "common": tuple(words.common),
                "open": _alternatives(source, ("languages", code, "open"), words.open, lists),
            }
            for code, words in vocabulary.languages.items()
        },
    }


def _inflections(verb: str) -> list[str]:
    """``extract`` -> extracts, extracting (regular English spelling)."""
    if verb.endswith("e"):
        return [verb + "s", verb[:-1] + "ing"]
    if re.search(r"[^aeiou]y$", verb):
        return [verb[:-1] + "ies", verb + "ing"]
    if verb.endswith(("s", "x", "ch", "sh")):
        return [verb + "es", verb + "ing"]
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb):
        return [verb + "s", verb + verb[-1] + "ing"]
    return [verb + "s", verb + "ing"]
