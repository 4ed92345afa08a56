"""SDK objects: the catalogue's type of a value, and the entry point that a callee is."""

from __future__ import annotations

import ast
from typing import NamedTuple

from wattlint.callsites.facts import MAKING
from wattlint.callsites.options import Given, read
from wattlint.callsites.prompts import is_template
from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdks import SdkCatalogue
from wattlint.semantics import classes
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.mentions import Mentions
from wattlint.semantics.module_index import ModuleIndex
from wattlint.semantics.scopes import ClassInfo, Scope, is_super, last_name
from wattlint.semantics.values import (
    Class,
    Composite,
    Const,
    Element,
    External,
    Instance,
    Mapping,
    Member,
    Result,
    Unknown,
    Value,
    alternatives,
)

COMPOSED = "langchain.Runnable"
"""Type of ``prompt | llm | parser``."""
PARALLEL = ("RunnableParallel", "RunnableMap", "RunnableSequence")
MANY = 2
"""Others beside the one that is looked at."""
HOOKS = ("_call", "_acall")
"""Methods by which a subclass of an SDK class does its own work under the SDK's interface."""
WRAPPED = frozenset({"module", "model", "base_model", "_orig_mod"})
"""Attributes by which a wrapper holds the whole model (``model.module if parallel else model``)."""
MAX_CHAIN = 12
UNREPORTED = frozenset({"derive", "other"})


class Match(NamedTuple):
    """What a callee is. ``receiver`` is the object the method is called on, if any."""

    entry: EntryPoint
    receiver: Value | None
    structural: bool
    others: tuple[Value, ...] = ()
    """The objects whose methods are handed to this place by others, where there are many."""


class Objects:
    """Answers over one evaluator and one catalogue."""

    def __init__(self, evaluator: Evaluator, sdks: SdkCatalogue) -> None:
        self.evaluator = evaluator
        self.sdks = sdks

    # -- types --------------------------------------------------------------------------------------------------

    def type_of(self, value: Value, depth: int = 0) -> str | None:
        """The catalogue's (or the SDK's own) type name of an object; None for what is no external object."""
        if depth > MAX_CHAIN:
            return None
        value = self.composed(value)
        if isinstance(value, Result):
            return self._type_of_result(value, depth)
        if isinstance(value, Composite):
            return COMPOSED if self._is_chain(value, depth) else None
        if isinstance(value, Instance):
            base = self.sdk_base(value.cls)
            return self._made_by(base) if base is not None else None
        if isinstance(value, External):
            return self.sdks.module_type(value.path)
        return None

    def composed(self, value: Value) -> Value:
        """What stands for another object as that object; any other value as it is.

        ``RunnableParallel(a=chain, b=chain)`` is the composition of what it runs, and the first item of
        ``model, tokenizer = load(...)`` the model.
        """
        if isinstance(value, Element):
            return self._first_of_load(value) or value
        if not (isinstance(value, Result) and isinstance(value.callee, External)):
            return value
        if value.callee.path.rpartition(".")[2] not in PARALLEL or value.call is None:
            return value
        if value.frame is None or value.spot is None:
            return value
        ev = self.evaluator
        parts: list[Value] = []
        for node in (*value.call.args, *(keyword.value for keyword in value.call.keywords)):
            for one in alternatives(ev.value(node, value.frame, value.spot)):
                inner = (*one.entries.values(), *one.others) if isinstance(one, Mapping) else (one,)
                parts.extend(ev.force(thunk) for thunk in inner[:MAX_CHAIN])
        return Composite(tuple(parts))

    def _first_of_load(self, value: Element) -> Result | None:
        owner = alternatives(value.owner)[0]
        if not (isinstance(owner, Result) and isinstance(value.key, Const) and value.key.value == 0):
            return None
        name = self.qualname(alternatives(owner.callee)[0])
        entry = self.sdks.entry(name) if name else None
        return owner if entry is not None and entry.kind == "load" else None

    def _is_chain(self, value: Composite, depth: int) -> bool:
        """A composition with a model in it, or with a prompt template and something that may be a model."""
        template = unknown = False
        for part in value.parts:
            for one in alternatives(part):
                if isinstance(one, Composite):
                    if self._is_chain(one, depth + 1):
                        return True
                    template = template or any(is_template(inner) for inner in one.parts)
                    unknown = unknown or any(_may_be_model(inner) for inner in one.parts)
                name = self.type_of(one, depth + 1)
                if name is not None and COMPOSED in self.sdks.bases(name):
                    return True
                template = template or is_template(one)
                unknown = unknown or _may_be_model(one)
        return template and unknown

    def _type_of_result(self, value: Result, depth: int) -> str | None:
        callee = alternatives(value.callee)[0]
        name = self.qualname(callee, depth + 1)
        if name is None:
            return None
        entry = self.sdks.entry(name)
        if entry is not None and entry.returns is not None:
            if entry.returns == "self" and isinstance(callee, Member):
                return self.type_of(alternatives(callee.owner)[0], depth + 1)
            if entry.returns.startswith("argument:"):
                inner = self.argument(value, entry.returns.partition(":")[2])
                return self.type_of(inner, depth + 1) if inner is not None else None
        return self._made_by(name, self._first_text(value) if name in self.sdks.told_by_argument else None)

    def _made_by(self, name: str, first_argument: str | None = None) -> str:
        entry = self.sdks.entry(name)
        if entry is not None and entry.returns and entry.returns != "self" and ":" not in entry.returns:
            return entry.returns
        return self.sdks.instance_type(name, first_argument) or name

    def _first_text(self, value: Result) -> str | None:
        call = value.call
        if call is None or value.frame is None or value.spot is None:
            return None
        node = (
            call.args[0]
            if call.args
            else next((k.value for k in call.keywords if k.arg == "service_name"), None)
        )
        if node is None:
            found = self.argument(value, "service_name")  # ``**settings``
            return found.value if isinstance(found, Const) and isinstance(found.value, str) else None
        first = alternatives(self.evaluator.value(node, value.frame, value.spot))[0]
        return first.value if isinstance(first, Const) and isinstance(first.value, str) else None

    def argument(self, value: Result, name: str) -> Value | None:
        given = Given.of(self.evaluator, value)
        if given is None:
            return None
        position = int(name) if name.isdigit() else None
        found = read(self.evaluator, given, (name,), position)
        if found is None and position is None:
            found = read(self.evaluator, given, (), 0)
        return alternatives(found)[0] if found is not None else None

    def sdk_base(self, cls: Class) -> str | None:
        """Path of the SDK class that a project class derives from."""
        for base in classes.bases(self.evaluator, cls.info)[1]:
            for one in alternatives(base):
                if isinstance(one, External):
                    return one.path
        return None

    # -- callees ------------------------------------------------------------------------------------------------

    def qualname(self, callee: Value, depth: int = 0) -> str | None:
        """The name the catalogue knows a callee by: ``openai.OpenAI().chat.completions.create``."""
        if depth > MAX_CHAIN:
            return None
        if isinstance(callee, External):
            return callee.path
        if isinstance(callee, Member):
            owner = alternatives(callee.owner)[0]
            if isinstance(owner, Class):
                return self._of_class(owner, callee.name)
            if isinstance(owner, (Result, Instance, Composite)):
                name = self.type_of(owner, depth + 1)
                return f"{name}().{callee.name}" if name else None
            name = self.qualname(owner, depth + 1)
            return f"{name}.{callee.name}" if name else None
        if isinstance(callee, (Result, Composite)) or (
            isinstance(callee, Instance) and _not_own_call(self, callee)
        ):
            name = self.type_of(callee, depth + 1)
            return f"{name}().__call__" if name else None
        if isinstance(callee, Class):
            return self.sdk_base(callee)
        return None

    def _of_class(self, cls: Class, name: str) -> str | None:
        """A class method that a project class has from an SDK. Where the base is the SDK's bare base class, the
        project's own class tells by its name what it is: ``class MineForCausalLM(PreTrainedModel)``."""
        base = self.sdk_base(cls)
        if base is None:
            return None
        bare = self.sdks.instance_type(base)
        own = f"{bare.rpartition('.')[0]}.{cls.info.name}.{name}" if bare is not None else None
        return own if own is not None and self.sdks.entry(own) is not None else f"{base}.{name}"

    def match(
        self, callee: Value, node: ast.Call, near: ModuleIndex, scope: Scope | None = None
    ) -> Match | None:
        """The entry point a callee is, by name; failing that, by the shape of the call in the module ``near``."""
        guest: Match | None = None
        other: Match | None = None
        own = False
        for one in alternatives(callee):
            name = self.qualname(one)
            if name is None:
                continue
            entry = self.sdks.entry(name)
            if entry is None or (isinstance(one, Class) and entry.kind not in MAKING):
                continue
            receiver = alternatives(one.owner)[0] if isinstance(one, Member) else None
            if name.endswith("().__call__"):
                receiver = one
            if isinstance(receiver, Instance) and receiver.call is None and _does_own_work(receiver):
                continue
            if isinstance(one, Member) and self._replaces(one):
                own = True
                continue
            if receiver is one and (_mostly_own(callee) or _may_be_a_part(callee)):
                continue
            match = Match(entry, receiver, False, _others(callee, one, node))
            if entry.kind in UNREPORTED:
                other = other or match
            elif self.sdks.is_guest(name):
                guest = guest or match
            else:
                return match
        return guest or other or (None if own else self._structural(callee, node, near, scope))

    def _replaces(self, method: Member) -> bool:
        """A class of the project, loaded with the SDK's ``from_pretrained``, defines the method itself and does not
        pass on to the SDK's: the calls in it are the sites, and what the SDK says of its own does not hold."""
        cls = _loaded(alternatives(method.owner)[0])
        found = classes.find_method(self.evaluator, cls.info, method.name) if cls is not None else None
        return found is not None and not any(
            is_super(node.value) and node.attr == method.name
            for node in ast.walk(found.node)
            if isinstance(node, ast.Attribute)
        )

    def _structural(
        self, callee: Value, node: ast.Call, near: ModuleIndex, scope: Scope | None
    ) -> Match | None:
        """By attribute chain and keywords, where the receiver's type is not known (or not in the catalogue)."""
        chain = attribute_chain(node.func)
        if not chain or chain[-1] not in self.sdks.structural_names:
            return None
        if all(isinstance(one, (Const,)) or not _open_type(one) for one in alternatives(callee)):
            return None
        keywords = keywords_of(node, scope)
        entry = self.sdks.structural(chain, keywords, any(keyword.arg is None for keyword in node.keywords))
        if entry is None:
            return None
        by_name_alone = self.sdks.structural(chain[-1:], frozenset(), False) is entry
        if by_name_alone and self._is_own_method(chain[-1], near):
            return None
        receivers = [one.owner for one in alternatives(callee) if isinstance(one, (Member, Element))]
        return Match(entry, alternatives(receivers[0])[0] if receivers else None, True)

    def _is_own_method(self, name: str, near: ModuleIndex) -> bool:
        """A class of the project that is no SDK's defines a method ``name``: an unknown object may be one of those."""
        return any(
            function.name == name and function.cls is not None and not self._is_sdk_class(function.cls)
            for module in self.evaluator.project.mentioning(name, near, Mentions.defined)
            for function in module.functions
        )

    def _is_sdk_class(self, cls: ClassInfo) -> bool:
        return any(
            isinstance(one, External) and self.sdks.is_sdk_module(one.path)
            for base in classes.bases(self.evaluator, cls)[1]
            for one in alternatives(base)
        )


def _loaded(value: Value) -> Class | None:
    """The project's class of ``Mine.from_pretrained(path).eval().to(device)``."""
    for _ in range(MAX_CHAIN):
        callee = alternatives(value.callee)[0] if isinstance(value, Result) else None
        if not isinstance(callee, Member):
            return None
        value = alternatives(callee.owner)[0]
        if isinstance(value, (Class, Instance)):
            return value if isinstance(value, Class) else value.cls
    return None


def _not_own_call(objects: Objects, value: Instance) -> bool:
    """Calling the instance reaches the SDK's ``__call__``, not code of the project."""
    methods = ("__call__", "forward", "aforward", "call", "_call")
    return not any(classes.find_method(objects.evaluator, value.cls.info, name) for name in methods)


def _may_be_a_part(callee: Value) -> bool:
    """``for name in path: layer = getattr(layer, name)`` leads from a model to one of its layers."""
    found = alternatives(callee)
    wholes = {id(one.call) for one in found if isinstance(one, Result)}
    parts = [one for one in found if isinstance(one, Member) and one.name not in WRAPPED]
    return any(
        isinstance(owner, Result) and id(owner.call) in wholes
        for one in parts
        for owner in alternatives(one.owner)
    )


def _mostly_own(callee: Value) -> bool:
    """Called itself, and mostly an object of the project: where SDK objects also come by, a test sorts them out before."""
    found = alternatives(callee)
    return sum(isinstance(one, Instance) for one in found) > len(found) / 2


def _others(callee: Value, chosen: Value, node: ast.Call) -> tuple[Value, ...]:
    """``self.embed(text)`` where many hand over a method as ``embed``: none of them is the default."""
    if not isinstance(chosen, Member) or last_name(node.func) == chosen.name:
        return ()
    owners = [one.owner for one in alternatives(callee) if isinstance(one, Member) and one is not chosen]
    return tuple(owners) if len(owners) >= MANY else ()


def _does_own_work(value: Instance) -> bool:
    """A subclass under whose inherited methods code of the project runs: its own calls are the sites."""
    return any(hook in value.cls.info.methods for hook in HOOKS)


def _may_be_model(value: Value) -> bool:
    return any(isinstance(one, (Unknown, Element)) for one in alternatives(value))


def _open_type(value: Value) -> bool:
    """A callee whose owner is not a class or function of the project."""
    return isinstance(value, (Unknown, Element, Member, External, Result))


def keywords_of(node: ast.Call, scope: Scope | None) -> frozenset[str]:
    """The names of a call's keywords, with those that a dict written out in the same function holds (``**options``)."""
    found = {keyword.arg for keyword in node.keywords if keyword.arg}
    own = scope.bindings if scope is not None else {}
    for keyword in node.keywords:
        spread = keyword.value if keyword.arg is None else None
        for binding in own.get(spread.id, ()) if isinstance(spread, ast.Name) else ():
            if isinstance(binding.value, ast.Dict):
                found.update(str(key.value) for key in binding.value.keys if isinstance(key, ast.Constant))
    return frozenset(found)


def attribute_chain(node: ast.expr) -> tuple[str, ...]:
    """Names of a dotted callee, outermost last; what is not a name ends it: ``f(x).chat.create`` -> chat, create."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return tuple(reversed(names))
