"""Replaces a model's name where it stands: in the call, or in the constant or default that it comes from."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from wattlint.callsites.facts import Place
from wattlint.catalogue.records import ModelRecord
from wattlint.lint.fixes.edits import Fix, NotFixed
from wattlint.lint.fixes.module import Module, minimal
from wattlint.lint.fixes.target import Target, Unfixable, made
from wattlint.lint.subject import Subject, model_record

NAME = "replace-model"
PYTHON = (".py", ".pyw", ".ipynb")
ASKED_TO_THINK = frozenset({"anthropic"})
"""Makers whose models only think where the call asks for it, and then take a temperature and a limit as before."""
PREFIX = re.compile(r"(?:[\w.-]+[/:])*")
"""Prefixes that say who serves the model: ``openai/``, ``openrouter/anthropic/``."""
LITERAL = re.compile(r"""[rRuU]?(?:'[^'\\\n]*'|"[^"\\\n]*")""")


def replace_model(target: Target) -> Fix | NotFixed:
    """The model that its maker puts in its place, at the origin of its name, once for all calls that use it.

    Where weights are loaded, their tokenizer is too: then the name changes wherever it stands in the module.
    """
    site = target.site
    subject = Subject(site, target.settings)
    id, record = site.model.id, subject.record
    if id is None or record is None:
        raise Unfixable("the model is not known")
    successor = _successor(subject, record, target.settings.rules_dir)
    _same_use(target, record, successor)
    new = _spelled_alike(target, id, record, successor)
    module, literal = _origin(target, id)
    literals = _only_values(module, id) if site.load is not None else [literal]
    changes = []
    for node in literals:
        if name := _named_after(module, node, id):
            raise Unfixable(f"{name} would no longer be what it says")
        start, old = module.span(node)[0], module.segment(node)
        changes.append((module, minimal(start, old, old.replace(id, new))))
    safe = record.id == successor.id  # two names of one model
    return made(NAME, f"replace {id} by {new}", safe, changes)


def _successor(subject: Subject, record: ModelRecord, rules_dir: str | None) -> ModelRecord:
    """What the maker names for a retired model; else the smaller one that is as good."""
    if record.successor is not None and (record.retired or record.deprecated or subject.successor is None):
        named = model_record(record.successor, rules_dir)
    else:
        named = subject.successor
    if named is None:
        raise Unfixable("no successor is known")
    seen = {record.id}
    while named.retired is not None and named.id not in seen:  # itself ending, or on a date that is announced
        seen.add(named.id)
        named = model_record(named.successor, rules_dir) if named.successor else None
        if named is None:
            raise Unfixable("its successors are retired too")
    return named


def _same_use(target: Target, record: ModelRecord, successor: ModelRecord) -> None:
    """What the code relies on besides the answer's text. Raises Unfixable."""
    site = target.site
    if record.kind == "embedding" or site.kind == "embed":
        raise Unfixable("stored vectors would no longer match those of another model")
    if record.kind != successor.kind:
        raise Unfixable(f"{successor.id} is a {successor.kind} model, and this one a {record.kind} model")
    if site.provider == "azure" or site.sdk == "azure":
        raise Unfixable("on Azure the name is that of a deployment")
    if successor.reasoning and not record.reasoning and successor.maker not in ASKED_TO_THINK:
        given = [
            name
            for name, is_given in (
                ("temperature", site.temperature is not None),
                ("an output limit", site.output_limit_given),
                ("what `**kwargs` may hold", site.open_arguments),
            )
            if is_given
        ]
        if given:
            raise Unfixable(f"{successor.id} is a reasoning model, for which {given[0]} means something else")


def _spelled_alike(target: Target, id: str, record: ModelRecord, successor: ModelRecord) -> str:
    """The successor's id with the prefixes of ``id``. Raises Unfixable."""
    rules_dir = target.settings.rules_dir
    if record.open_weights:
        # Every host has names of its own; only a repository that is loaded here is one for certain.
        known = target.site.load is not None and "/" in id and "/" in successor.id
        new = successor.id
    else:
        prefix = PREFIX.match(id)[0]  # type: ignore[index]
        known = model_record(id[len(prefix) :], rules_dir) is not None and "@" not in id
        new = prefix + successor.id
    found = model_record(new, rules_dir)
    if not known or found is None or found.id != successor.id:
        raise Unfixable(f"how {successor.id} is spelled there is not known")
    return new


def _origin(target: Target, id: str) -> tuple[Module, ast.Constant]:
    """The literal that holds the name. Raises Unfixable."""
    model = target.site.model
    if not model.origin or model.via == "omitted_default":
        raise Unfixable("the model is the library's default")
    place = model.origin[-1]
    module = target.module_at(place.path)
    if module is None:
        where = f"{place.path}:{place.line}"
        if not place.path.endswith(PYTHON):
            raise Unfixable(f"the name stands in {where}, which is no Python: change it there")
        raise Unfixable(f"the name stands in {where}, outside the files that are linted")
    line = _line_of(place, module, target)
    found = [node for node in module.literals_on(line, id) if not module.in_text(node)]
    if len(found) != 1 or not LITERAL.fullmatch(module.segment(found[0])):
        raise Unfixable(f"the name is not one plain literal at {place.path}:{line}")
    _only_values(module, id)
    return module, found[0]


def _named_after(module: Module, literal: ast.Constant, id: str) -> str | None:
    """The name that the literal is given to, where it says the model: ``GPT_4O = "gpt-4o"``."""
    parent = module.parent(literal)
    targets = parent.targets if isinstance(parent, ast.Assign) else [getattr(parent, "target", None)]
    model = _letters(id.rpartition("/")[2])
    for target in targets:
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if model in _letters(name):
            return name
    return None


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _line_of(place: Place, module: Module, target: Target) -> int:
    """The line in the module's text; a place in a notebook names its cell in the note."""
    cell = re.search(r"cell (\d+)$", place.note)
    index = int(cell[1]) - 1 if cell and module.source.cells is not None else None
    return module.text_line(index, place.line)


def _only_values(module: Module, id: str) -> list[ast.Constant]:
    """The literals of the name in the module, none of which serves to look something up or to compare with, or is
    one of a list. Raises Unfixable."""
    found, other = _values(module, id)
    if other is not None:
        raise Unfixable(f"{id} is also {other}")
    return found


@lru_cache(maxsize=32)
def _values(module: Module, id: str) -> tuple[list[ast.Constant], str | None]:
    """(those that are values, what one is that is none). Remembered, for a file may have many."""
    found = []
    for node in module.literals(id):
        parent = module.parent(node)
        if isinstance(parent, ast.Dict) and node in parent.keys:
            what = "a key of a dictionary"
        elif isinstance(parent, ast.Compare):
            what = "compared with"
        elif isinstance(parent, ast.Subscript | ast.List | ast.Set | ast.Tuple | ast.MatchValue):
            what = "one of a list"
        elif LITERAL.fullmatch(module.segment(node)) and not module.in_text(node):
            found.append(node)
            continue
        else:
            what = "part of another text"
        return [], f"{what} in line {node.lineno} of {module.source.display}"
    return found, None
