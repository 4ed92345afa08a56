"""Decides from the bytes of a file whether it can contain an LLM call, so that most files are never parsed.

Letting a file through costs a parse, stopping one with a call loses the call: every doubt lets through.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache, cached_property
from typing import Any

from wattlint.catalogue.records import EntryPoint

_ATTRIBUTE = re.compile(rb"\.\s*([A-Za-z_]\w*)")
_WORD = re.compile(rb"\w+")
REPORTED_KINDS = ("call", "bind", "load", "embed", "train")
_KIND = EntryPoint._fields.index("kind")
_RELATIVE_IMPORT = re.compile(rb"\bfrom[ \t]*\.")


class Scan:
    """What the sieve looks at in one file."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        self.imports = import_lines(code)
        self.imported = frozenset(_WORD.findall(self.imports))

    @cached_property
    def attributes(self) -> frozenset[bytes]:
        """Every name that stands after a dot."""
        return frozenset(_ATTRIBUTE.findall(self.code))


class Sieve:
    """What an LLM call cannot do without: the import of an SDK, the address of a model server, a distinctive chain
    of attributes, or an object from another module of the project."""

    def __init__(
        self,
        imports: Iterable[str],
        hosts: Iterable[str],
        chains: Iterable[tuple[Iterable[str], Iterable[str], bool]],
        methods: Iterable[Iterable[str]],
        http_callees: Iterable[str] = (),
    ) -> None:
        """``imports``: modules, dotted or with ``*`` within a name; ``chains``: attribute names that mark a call on
        an unknown object, the keywords it must have, and whether ``**`` can stand for these; ``methods``: attribute names from an instance to the call, for objects that another
        module hands over; ``http_callees``: ``requests.Session().post``."""
        modules = sorted(imports)
        plain = (name for name in modules if name.isidentifier())
        self._modules = frozenset(name.encode() for name in plain)
        patterns = [_import_pattern(name) for name in modules if not name.isidentifier()]
        self._module_pattern = re.compile("|".join(patterns or [r"(?!)"]).encode())
        self._hosts = tuple(host.encode() for host in hosts)
        self._chains: dict[bytes, list[tuple[frozenset[bytes], frozenset[bytes], bool]]] = {}
        for chain, keywords, may_hide in chains:
            names = [name.encode() for name in chain]
            self._chains.setdefault(names[-1], []).append((frozenset(names), _encoded(keywords), may_hide))
        self._methods: dict[bytes, list[list[bytes]]] = {}
        for *parents, name in methods:
            self._methods.setdefault(name.encode(), []).append([parent.encode() for parent in parents])
        http = [callee.replace("()", "").split(".") for callee in http_callees]
        self._http_modules = frozenset(parts[0].encode() for parts in http)
        self._http_names = frozenset(parts[-1].encode() for parts in http)

    def passes(self, code: bytes, own_modules: Collection[bytes] | None = None) -> bool:
        """Whether ``code`` (``SourceFile.code``: UTF-8) has to be parsed.

        ``own_modules``: the project's importable top-level names (``project.own_modules``); where they are not
        known, any import may bring in an object of the project. ``Reach`` knows better which imports do.
        """
        scan = Scan(code)
        if self.has_evidence(scan):
            return True
        if own_modules is None:
            hands_over = bool(scan.imports)
        else:
            hands_over = not scan.imported.isdisjoint(own_modules) or bool(
                _RELATIVE_IMPORT.search(scan.imports)
            )
        return hands_over and self.uses_a_method(scan)

    def imports_sdk(self, scan: Scan) -> bool:
        named = any(_is_module(name, scan.imports) for name in self._modules & scan.imported)
        return named or bool(self._module_pattern.search(scan.imports))

    def has_evidence(self, scan: Scan) -> bool:
        """Whether the code by itself shows that it may call a language model."""
        if self.imports_sdk(scan):
            return True
        code, attributes = scan.code, scan.attributes
        for last in attributes.intersection(self._chains):
            for chain, keywords, may_hide in self._chains[last]:
                given = all(word in code for word in keywords) or (may_hide and b"**" in code)
                if given and chain <= attributes:
                    return True
        return not self._http_names.isdisjoint(attributes) and (
            not self._http_modules.isdisjoint(scan.imported) or any(host in code for host in self._hosts)
        )

    def uses_a_method(self, scan: Scan) -> bool:
        """Whether there is an attribute chain that is a call on an SDK's object, were there one."""
        return any(
            all(parent in scan.code for parent in parents)
            for name in scan.attributes.intersection(self._methods)
            for parents in self._methods[name]
        )


@cache
def load_sieve() -> Sieve:
    """The sieve for the catalogue's SDKs."""
    from wattlint.catalogue.sdks import load_sdks
    from wattlint.catalogue.store import section

    sdks, data = load_sdks(), section("sdks")
    http = frozenset(data["http"])
    return Sieve(
        imports=sdks.imports,
        hosts=sdks.hosts,
        chains=[row[:3] for rows in data["structural"].values() for row in rows],
        methods=_methods(data, http),
        http_callees=[callee for callee, name in data["callees"].items() if name in http],
    )


def _methods(sdks: dict[str, Any], http: frozenset[str]) -> set[tuple[str, ...]]:
    """``("chat", "completions", "create")`` for ``openai.OpenAI().chat.completions.create``, of every kind of call
    that is reported."""
    kinds = {name: entry[_KIND] for name, entry in sdks["entries"].items()}
    chains = (
        tuple(callee.partition("().")[2].split("."))
        for callee, name in sdks["callees"].items()
        if "()." in callee and kinds[name] in REPORTED_KINDS and name not in http
    )
    return {chain for chain in chains if chain[-1] != "__call__"}


@cache
def _module_position(name: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"\bfrom\s+%(name)s\b|[\"']%(name)s\b|(?:^|[\n;:])\s*import\b[^\n;]*\b%(name)s\b" % {b"name": name}
    )


def _is_module(name: bytes, imports: bytes) -> bool:
    """Whether ``name`` is imported as a module (or named in a string, for ``import_module``): ``from x import phi``
    is no import of ``phi``."""
    return bool(_module_position(name).search(imports))


def _encoded(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


def import_lines(code: bytes) -> bytes:
    """Every line that has ``import`` in it, with those that a backslash or a parenthesis joins to it.

    Finding the word and then its line costs 15 µs where a regex for import statements costs 280 (16 kB files).
    """
    lines = []
    at = code.find(b"import")
    while at >= 0:
        start = code.rfind(b"\n", 0, at) + 1
        while start > 1 and code[start - 2] == 0x5C:
            start = code.rfind(b"\n", 0, start - 1) + 1
        end = code.find(b"\n", at)
        while end > 0 and code[end - 1] == 0x5C:
            end = code.find(b"\n", end + 1)
        opened = code.find(b"import (", at, end) if end > 0 else -1
        if opened >= 0 and code.find(b")", opened, end) < 0:
            end = code.find(b")", end) + 1
        if end <= 0:
            end = len(code)
        lines.append(code[start:end])
        at = code.find(b"import", end)
    return b"\n".join(lines).replace(b"\\\n", b" ")


def _import_pattern(module: str) -> str:
    """``google.genai`` as imported in one go, or by ``from google import genai``; ``langchain_*`` as a name."""
    *parents, name = [part.replace("*", r"\w*") for part in module.split(".")]
    if not parents:
        return rf"\b{name}\b"
    gap = r"\s*\.[\s\\]*"
    parent = gap.join(parents)
    return rf"\b{parent}(?:{gap}{name}\b|\s+import\b(?:[^\n]*\b{name}\b|[ \t]*[(\\]))"
