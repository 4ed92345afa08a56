"""Why a rule fires on a call or does not: its condition part by part, the facts it read, and where these come from."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from wattlint.callsites.facts import Place, TaskVerdict
from wattlint.callsites.tasks.records import task_record
from wattlint.lint.conditions import Node, build
from wattlint.lint.facts import FACTS, GETTERS
from wattlint.lint.messages import render, short_number
from wattlint.lint.rules import Rule
from wattlint.lint.subject import Subject

WIDTH = 100
ANSWERS = {True: "yes", False: "no", None: "unknown"}


def explain(rule: Rule, subject: Subject, verdict: str) -> str:
    """``verdict``: whether it is reported, in words."""
    site, at = subject.site, subject.caller or Place(subject.site.path, subject.site.line)
    cell = f":cell {site.cell + 1}" if site.cell is not None else ""
    lines = [f"{at.path}{cell}:{at.line}: {rule.code} {rule.name}: {verdict}"]
    if rule.holds(subject):
        lines += _wrapped(render(rule.message, subject, GETTERS), "  ")
        lines += _wrapped("help: " + render(rule.help, subject, GETTERS), "  ")
    lines += ["", "The condition: all of", *_condition(rule.when, subject)]
    lines += ["", "The facts it read", *_facts(rule, subject)]
    origins = list(_origins(rule, subject))
    if origins:
        lines += ["", "Where they come from", *origins]
    if site.task is not None and any(fact.startswith("task.") for fact in _names(rule)):
        lines += ["", *_task(site.task)]
    return "\n".join(lines)


def _condition(when: Node, subject: Subject) -> Iterator[str]:
    """Each part with its answer; ``unknown`` is not enough for a rule to fire."""
    for part in when[1:] if when[0] == "and" else [when]:
        answer = build(part, GETTERS)(subject)
        yield from _wrapped(spell(part), f"  {ANSWERS[answer]:8} ")


def _facts(rule: Rule, subject: Subject) -> Iterator[str]:
    names = _names(rule)
    width = max(map(len, names))
    for name in names:
        yield from _wrapped(_shown(name, GETTERS[name](subject)), f"  {name:<{width}}  ")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "unknown" if FACTS[name].type.kind == "boolean" else "none known"
    if isinstance(value, bool):
        return ANSWERS[value]
    if isinstance(value, tuple):
        return "; ".join(value) or "none"
    unit = FACTS[name].type.unit
    text = short_number(value) if isinstance(value, (int, float)) else str(value)
    return f"{text} {unit}".rstrip()


def _origins(rule: Rule, subject: Subject) -> Iterator[str]:
    """The places and sources behind the facts, for those groups of facts that the rule reads."""
    site, groups = subject.site, {name.partition(".")[0] for name in _names(rule)}
    if "model" in groups or "smaller" in groups:
        for place in site.model.origin:
            yield from _wrapped(f"{place.path}:{place.line} {place.note}".rstrip(), "  model     ")
        if site.model.id is None:
            yield from _wrapped(f"not known: {site.model.unknown_reason or 'not given'}", "  model     ")
        for name, record in (("record", subject.record), ("smaller", subject.smaller)):
            if record is not None:
                how = f"{record.provenance}: " if record.provenance else ""
                yield from _wrapped(f"{record.id}: {how}{record.source} ({record.dated})", f"  {name:9} ")
    if subject.load is not None and "load" in groups and subject.load.version_source:
        version = f"{subject.load.fact.library} {subject.load.version}"
        yield from _wrapped(f"{version}: {subject.load.version_source}", "  version   ")
    if site.loop.line is not None and "loop" in groups:
        yield f"  loop      {site.loop.path or site.path}:{site.loop.line} over {site.loop.over or 'something unknown'}"
    if "hardware" in groups:
        configured = subject.settings.impact.hardware
        yield f"  hardware  {configured or 'none configured: one GPU of 80 GB is assumed'}"
    if "impact" in groups:
        yield f"  impact    wattlint estimate --explain {site.path}:{site.line}"


def _task(task: TaskVerdict) -> Iterator[str]:
    """The evidence for the task, and what its record recommends."""
    record = task_record(task.name)
    yield f"Evidence for the task: {record.title} ({task.solver}, confidence {task.confidence})"
    for piece in task.evidence:
        yield from _wrapped(piece, "  - ")
    if record.replacement_summary and task.replacement is None:
        yield from ("", *_wrapped("The small models that are known for this task here read English.", "  "))
        return
    if task.replacement:
        yield from ("", *_wrapped(task.replacement, "Use instead: "))
    if record.snippet:
        yield from textwrap.indent(record.snippet.rstrip(), "    ").split("\n")
    if record.models:
        models = ", ".join(f"{name} ({millions:g} million parameters)" for name, millions in record.models)
        yield from _wrapped(models, "  Models: ")
    if record.limits:
        yield from _wrapped(record.limits, "  Limits: ")
    for reference in record.references:
        yield f"  See {reference}"


def _names(rule: Rule) -> list[str]:
    """The facts of the condition, then those that only its message and help quote."""
    quoted = [
        piece[0]
        for template in (rule.message, rule.help)
        for _, pieces in template
        for piece in pieces
        if not isinstance(piece, str)
    ]
    return list(dict.fromkeys([*_facts_in(rule.when), *quoted]))


def _facts_in(node: Node) -> Iterator[str]:
    if node[0] == "fact":
        yield node[1]
    else:
        for part in node[1:]:
            if isinstance(part, tuple) and node[0] != "constant":
                yield from _facts_in(part)


def spell(node: Node, inside: bool = False) -> str:
    """A compiled condition as it can be written in a rule page. ``inside``: of another condition."""
    head = node[0]
    if head == "constant":
        return _literal(node[1])
    if head == "fact":
        return str(node[1])
    if head in ("and", "or"):
        text = f" {head} ".join(spell(part, True) for part in node[1:])
        return f"({text})" if inside else text
    if head == "operator":
        text = f"{spell(node[2], True)} {node[1]} {spell(node[3], True)}"
        return f"({text})" if inside and node[1] in "+-*/" else text
    if head == "call":
        return f"{node[1]}({', '.join([spell(node[2]), *map(_literal, node[3])])})"
    if head in ("known", "unknown"):
        return f"{spell(node[1], True)} is {'not ' if head == 'known' else ''}None"
    inner = spell(node[1], True)
    return f"not {inner}" if head == "not" else f"-{inner}"


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _wrapped(text: str, lead: str) -> list[str]:
    rest = " " * len(lead)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [lead]
