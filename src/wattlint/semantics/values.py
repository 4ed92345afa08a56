"""The values of the abstract evaluator.

A value says what an expression can be; it never guesses. ``Choice`` joins several possibilities with the one that
default settings select first; ``Unknown`` says why nothing is known. Strings and texts remember their origin.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from wattlint.semantics.frames import Frame
    from wattlint.semantics.module_index import ModuleIndex
    from wattlint.semantics.scopes import ClassInfo, FunctionInfo, Spot

MAX_CHOICES = 16


class Hop(NamedTuple):
    """One step on the way from a use back to the literal."""

    how: str
    """``literal``, ``local_const``, ``module_const``, ``imported_const``, ``env_default``, ``param_default``,
    ``self_attr``, ``class_attr``, ``settings_class``, ``dict_config``, ``cli_default``, ``config_file``, ``via_caller``."""
    path: str
    line: int
    note: str = ""


Origin = tuple[Hop, ...]
Thunk = Union["Value", tuple[ast.expr, "Frame", "Spot"]]
"""A value, or an expression with the frame and the spot to evaluate it at."""


@dataclass(slots=True, eq=False)
class Const:
    """A literal: str, bytes, int, float, complex, bool, None or Ellipsis."""

    value: object
    origin: Origin = ()


class Gap(NamedTuple):
    """A part of a text that is not literal."""

    source: str
    value: Value


@dataclass(slots=True, eq=False)
class Text:
    """Literal pieces and gaps, in order."""

    pieces: tuple[str | Gap, ...]
    origin: Origin = ()


@dataclass(slots=True, eq=False)
class Sequence:
    """A list, tuple or set. ``open``: further items may be there. ``repeated``: built in a loop or comprehension."""

    items: tuple[Thunk, ...]
    open: bool = False
    kind: str = "list"
    repeated: bool = False


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict (or, with ``by_attribute``, a namespace). ``open``: further keys may be there."""

    entries: dict[object, Thunk]
    open: bool = False
    by_attribute: bool = False
    how: str = "dict_config"
    others: tuple[Thunk, ...] = ()
    """Values under keys that are not known."""


@dataclass(slots=True, eq=False)
class External:
    """Something outside the project, by its dotted path: ``openai.OpenAI``."""

    path: str


@dataclass(slots=True, eq=False)
class Result:
    """What calling something external gives. ``call`` is None where only an annotation tells the type."""

    callee: Value
    call: ast.Call | None = None
    frame: Frame | None = None
    spot: Spot | None = None


@dataclass(slots=True, eq=False)
class Member:
    """An attribute of a value whose members are not in the project."""

    owner: Value
    name: str


@dataclass(slots=True, eq=False)
class Element:
    """An item of an external or unknown container: ``response.choices[0]``, a loop variable."""

    owner: Value
    key: Value | None = None


@dataclass(slots=True, eq=False)
class Function:
    """A function of the project. ``frame`` is where it was defined, ``receiver`` what it is bound to."""

    info: FunctionInfo
    frame: Frame
    receiver: Value | None = None


@dataclass(slots=True, eq=False)
class Class:
    """A class of the project."""

    info: ClassInfo
    frame: Frame


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a project class. ``call`` is its constructor call; None for any instance (``self``)."""

    cls: Class
    call: ast.Call | None = None
    frame: Frame | None = None
    spot: Spot | None = None
    given: dict[str, Thunk] = field(default_factory=dict)
    """Attributes known apart from the call: an enum member's value, what ``replace`` or a mapping gives."""


@dataclass(slots=True, eq=False)
class ModuleRef:
    """A module of the project."""

    module: ModuleIndex


@dataclass(slots=True, eq=False)
class Package:
    """A folder of the project without ``__init__.py`` (a namespace package)."""

    dotted: str
    folder: str


@dataclass(slots=True, eq=False)
class Partial:
    """``functools.partial(callee, ...)``; ``call`` holds the arguments after the callee."""

    callee: Value
    call: ast.Call
    frame: Frame
    spot: Spot


@dataclass(slots=True, eq=False)
class Composite:
    """Values joined by an operator that keeps them all: ``prompt | llm | parser``."""

    parts: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Choice:
    """One of several values (at most MAX_CHOICES), the one of default settings first."""

    values: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Unknown:
    """Nothing is known, and why: ``parameter x``, ``budget``, ``recursion``, ``computed at run time`` ..."""

    why: str
    optional: bool = False
    """It is None unless somebody outside the project gives something."""


Value = Union[
    Const,
    Text,
    Sequence,
    Mapping,
    External,
    Result,
    Member,
    Element,
    Function,
    Class,
    Instance,
    ModuleRef,
    Package,
    Partial,
    Composite,
    Choice,
    Unknown,
]

NONE = Const(None)


def alternatives(value: Value) -> tuple[Value, ...]:
    """The members of a Choice, or the value alone."""
    return value.values if isinstance(value, Choice) else (value,)


def is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def tells_nothing(value: Value) -> bool:
    """No more is known than that something is there: a type that is written beside it says more."""
    for one in alternatives(value):
        while not isinstance(one, Unknown):
            if isinstance(one, (Member, Element)):
                one = one.owner
            elif isinstance(one, Result):
                one = one.callee
            elif is_none(one):
                break
            else:
                return False
    return True


def join(values: Iterable[Value]) -> Value:
    """One value for several: duplicates dropped, order kept, bounded."""
    values = list(values)
    if len(values) == 1:
        return values[0]
    flat: list[Value] = []
    seen: set[object] = set()
    is_annotated = False
    for value in values:
        for one in alternatives(value):
            if isinstance(one, Const):
                key: object = ("const", type(one.value), one.value)
            elif isinstance(one, Unknown):
                key = ("unknown", one.why, one.optional)
            elif isinstance(one, External):
                key = ("external", one.path)
            elif isinstance(one, (Function, Class)):
                key = id(one.info)
            else:
                key = id(one)
                is_annotated = is_annotated or (isinstance(one, Result) and one.call is None)
            if key not in seen:
                seen.add(key)
                flat.append(one)
            if len(flat) >= MAX_CHOICES:
                break
    if not flat:
        return Unknown("nothing")
    if is_annotated and any(isinstance(one, (Result, Instance)) and one.call is not None for one in flat):
        # ``llm = llm or ChatOpenAI()`` says more than the annotation of ``llm``.
        flat.sort(key=lambda one: isinstance(one, Result) and one.call is None)
    return flat[0] if len(flat) == 1 else Choice(tuple(flat))


TRACED = (Const, Text, Choice)
"""What ``through`` changes: for other values there is no need to make the step."""


def through(value: Value, hop: Hop) -> Value:
    """``value`` with one more step of origin, where it carries an origin."""
    if isinstance(value, Const):
        return Const(value.value, (*value.origin, hop)) if len(value.origin) < 12 else value
    if isinstance(value, Text):
        return Text(value.pieces, (*value.origin, hop)) if len(value.origin) < 12 else value
    if isinstance(value, Choice):
        return Choice(tuple(through(one, hop) for one in value.values))
    return value


def is_known(value: Value) -> bool:
    return not isinstance(value, Unknown) and not (isinstance(value, Const) and value.value is None)
