"""Decides from the bytes of a file whether it can contain an LLM call, so that most files are never parsed.

Letting a file through costs a parse, stopping one with a call loses the call: every doubt lets through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from wattlint.regexes import regex
from wattlint.sources.text_words import words_of

ATTRIBUTE = rb"\.\s*([A-Za-z_]\w*)"
if TYPE_CHECKING:
    from pathlib import Path

NONE: frozenset[bytes] = frozenset()
FEW_LOOKS = 200
"""Files up to which the slower way to look for names is the faster one."""
FEW_SEARCHES = 40
"""The same for addresses."""
SIGNS = "/.:"
"""One of them stands in most addresses; the first that does is looked for, which is many times faster than to try one
address after the other at each letter."""


class Scan:
    """What the sieve looks at in one file."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        self.words: frozenset[bytes] | None = None
        """What ``Sieve.words`` found."""
        self.methods: Set[bytes] | None = None
        """What ``Sieve.methods`` found."""

    @cached_property
    def imports(self) -> bytes:
        return import_lines(self.code)

    @cached_property
    def imported(self) -> frozenset[bytes]:
        """Every word of the lines that import something."""
        return words_of(self.imports)

    @cached_property
    def attributes(self) -> frozenset[bytes]:
        """Every name that stands after a dot."""
        return frozenset(re.findall(ATTRIBUTE, self.code))


class Sieve:
    """What an LLM call cannot do without, in its own file: the import of an SDK, the address of a model server, or a
    distinctive chain of attributes."""

    def __init__(
        self,
        imports: Iterable[str],
        hosts: Iterable[str],
        chains: Iterable[tuple[Sequence[str], Iterable[str], bool]],
        http_callees: Iterable[str] = (),
        payload_keys: Iterable[str] = (),
        import_needs: Mapping[str, Iterable[str]] | None = None,
        roots: Iterable[str] = (),
    ) -> None:
        """``imports``: modules, dotted or with ``*`` within a name; ``hosts``: parts of the URLs of model servers;
        ``chains``: attribute names that mark a call on an unknown object, the keywords it must have, and whether
        ``**`` can stand for these; ``http_callees``: ``requests.Session().post``; ``payload_keys``: ``messages``;
        ``import_needs``: modules that only matter beside one of these words (``boto3``: ``bedrock``); ``roots``:
        first names of all that the catalogue knows."""
        modules = sorted(imports)
        self._needs = {name.encode(): tuple(_encoded(words)) for name, words in (import_needs or {}).items()}
        self._looks = self._searches = 0
        self._modules = frozenset(name.encode() for name in modules if name.isidentifier())
        self._prefixes = tuple(
            name.partition("*")[0].encode() for name in modules if "*" in name.partition(".")[0]
        )
        self._words = self._modules | _encoded(roots)
        self._dotted = [name for name in modules if not name.isidentifier()]
        self._dotted_roots = _encoded(name.partition(".")[0] for name in self._dotted)
        self._hosts = tuple(host.encode() for host in hosts)
        self._shapes = tuple(chains)
        self._http_names: dict[bytes, set[bytes]] = {}
        for callee in http_callees:
            module, *_, name = callee.replace("()", "").encode().split(b".")
            self._http_names.setdefault(module, set()).add(name)
        self._posting = frozenset(name for names in self._http_names.values() for name in names)
        self._methods = self._posting | _encoded(chain[-1] for chain, _, _ in self._shapes)
        self._payload_keys = sorted(payload_keys)

    # Compiled when needed: to compile them all takes as long as to look at a few hundred files without them.

    @cached_property
    def _module_pattern(self) -> re.Pattern[bytes]:
        return re.compile("|".join(map(_import_pattern, self._dotted)).encode())

    @cached_property
    def _chains(self) -> dict[bytes, list[tuple[frozenset[bytes], frozenset[bytes], bool]]]:
        """By their last name."""
        found: dict[bytes, list[tuple[frozenset[bytes], frozenset[bytes], bool]]] = {}
        for chain, keywords, may_hide in self._shapes:
            row = _encoded(chain), _encoded(keywords), may_hide
            found.setdefault(chain[-1].encode(), []).append(row)
        return found

    @cached_property
    def _method_names(self) -> re.Pattern[bytes]:
        return re.compile(rf"\.\s*({one_of(name.decode() for name in self._methods)})\b".encode())

    @cached_property
    def _addresses(self) -> tuple[tuple[re.Pattern[bytes], ...], tuple[bytes, ...]]:
        """Patterns that each begin with one of SIGNS, and the addresses that have none of them in it."""
        ends: dict[str, dict[str, str]] = {}
        plain = []
        for host in map(bytes.decode, self._hosts):
            sign = next((sign for sign in SIGNS if sign in host), None)
            if sign is None:
                plain.append(host.encode())
                continue
            tails = ends.setdefault(sign, {})
            tail = host[host.index(sign) + 1 :]
            whole = f"(?<={re.escape(host)})"
            tails[tail] = f"(?:{tails[tail]}|{whole})" if tail in tails else whole
        patterns = (re.escape(sign) + one_of(tails, tails) for sign, tails in ends.items())
        return tuple(re.compile(pattern.encode()) for pattern in patterns), tuple(plain)

    @cached_property
    def _payload_key(self) -> re.Pattern[bytes]:
        keys = "|".join(map(re.escape, self._payload_keys)) or r"(?!)"
        return re.compile(rf"[\"'](?:{keys})[\"']|\b(?:{keys})\s*=".encode())

    def imports_sdk(self, scan: Scan) -> bool:
        """Whether the file can make objects of an SDK, and hand them to others."""
        for name in self._modules & self.words(scan):
            if _is_module(name, scan.imports) and self._has_need(name, scan):
                return True
        if self._dotted_roots.isdisjoint(scan.imported) and not self._prefixed(scan):
            return False
        return self._module_pattern.search(scan.imports) is not None

    def words(self, scan: Scan) -> frozenset[bytes]:
        """The words of the import lines that some SDK's path begins with."""
        if scan.words is None:
            found = self._words & scan.imported
            if self._prefixed(scan):
                found |= {word for word in scan.imported if word.startswith(self._prefixes)}
            scan.words = found or NONE
        return scan.words

    def _prefixed(self, scan: Scan) -> bool:
        return any(prefix in scan.imports for prefix in self._prefixes)

    def methods(self, scan: Scan) -> Set[bytes]:
        """The names after a dot that a call of a model or of an HTTP client can end in."""
        if scan.methods is None:
            self._looks += 1
            if self._looks < FEW_LOOKS:
                found = any(name in scan.code for name in self._methods)
                scan.methods = self._methods & scan.attributes if found else NONE
            else:
                scan.methods = frozenset(self._method_names.findall(scan.code))
        return scan.methods

    def _has_need(self, module: bytes, scan: Scan) -> bool:
        needs = self._needs.get(module)
        return needs is None or any(word in scan.code for word in needs)

    def passes(self, scan: Scan, imports_sdk: bool | None = None) -> bool | None:
        """Whether the file by itself shows that it may call a language model. ``Reach`` also asks its imports.

        None: only where another file of the project holds the address of a model server.
        """
        if self.imports_sdk(scan) if imports_sdk is None else imports_sdk:
            return True
        methods = self.methods(scan)
        return bool(methods) and (self._calls_unknown_object(scan, methods) or self.sends_request(scan))

    def holds_address(self, code: bytes) -> bool:
        """Whether the address of a model server, or the part of one that shows it, stands in ``code``."""
        self._searches += 1
        if self._searches < FEW_SEARCHES:
            return any(host in code for host in self._hosts)
        patterns, plain = self._addresses
        return any(pattern.search(code) for pattern in patterns) or any(host in code for host in plain)

    def _calls_unknown_object(self, scan: Scan, methods: Set[bytes]) -> bool:
        missing: set[bytes] = set()
        held: set[bytes] = set()

        def holds(words: Iterable[bytes]) -> bool:
            """Each word is looked for once: many chains have the same."""
            for word in words:
                if word in missing:
                    return False
                if word not in held:
                    if word not in scan.code:
                        missing.add(word)
                        return False
                    held.add(word)
            return True

        for last in methods & self._chains.keys():
            for chain, keywords, may_hide in self._chains[last]:
                given = holds(keywords) or (may_hide and holds((b"**",)))
                if given and holds(chain) and chain <= scan.attributes and _is_last(last, scan.code):
                    return True
        return False

    def sends_request(self, scan: Scan) -> bool | None:
        """An HTTP request, and beside it the address of a model server; None: with an HTTP library, and a prompt, so
        that the address may stand elsewhere."""
        methods = self.methods(scan)
        if self._posting.isdisjoint(methods):
            return False
        if self.holds_address(scan.code):
            return True
        libraries = scan.imported.intersection(self._http_names)
        posts = any(self._http_names[library] & methods for library in libraries)
        return None if posts and self._payload_key.search(scan.code) else False


@cache
def load_sieve(user_folder: Path | None = None) -> Sieve:
    """The sieve for the catalogue's SDKs and those of the user's own folder. Raises CatalogueError."""
    if user_folder is None:
        from wattlint.catalogue.store import section

        return Sieve(**section("sieve"))
    from wattlint.catalogue.sdks import sdk_data
    from wattlint.catalogue.sieve_data import sieve_data

    return Sieve(**sieve_data(sdk_data(user_folder)))


@cache
def _module_position(name: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"\bfrom\s+%(name)s(?:\s*\.\s*\w+)*\s+import\b|[\"']%(name)s\b|"
        rb"(?:^|[\n;:])\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*%(name)s\b" % {b"name": name}
    )


@cache
def _last_position(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\.\s*%b\b(?!\s*\.|\s+import\b)" % name)


def _is_last(name: bytes, code: bytes) -> bool:
    """Whether ``name`` ends a chain of attributes somewhere: what stands in ``from sklearn.feature_extraction.text import``
    is no method."""
    return _last_position(name).search(code) is not None


def _is_module(name: bytes, imports: bytes) -> bool:
    """Whether ``name`` is imported as a module (or named in a string, for ``import_module``): ``from x import phi``
    is no import of ``phi``."""
    return bool(_module_position(name).search(imports))


def one_of(words: Iterable[str], ends: Mapping[str, str] | None = None) -> str:
    """A regex for any of ``words``, common beginnings written once: ten times faster than an alternation. ``ends``: what
    must hold at the end of each."""
    tree: dict[str, Any] = {}
    for word in words:
        at = tree
        for char in word:
            at = at.setdefault(char, {})
        at[""] = ends[word] if ends else ""
    return _branches(tree) if tree else r"(?!)"


def _branches(tree: dict[str, Any]) -> str:
    found = [re.escape(char) + _branches(below) for char, below in sorted(tree.items()) if char]
    end = tree.get("")
    if end:
        found.append(end)
    if end == "":
        return f"(?:{'|'.join(found)})?" if found else ""
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"


def _encoded(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


_OPENED = regex(rb"import\s*\(")
LISTED = rb"""(?:[^)#"'\n]+|#[^\n]*|\n(?!\s*(?:from|import)\b))*"""
"""What stands in the parentheses of an import. One that closes in a comment does not count; what a comment or a text
opens may never be closed."""
_LISTED = regex(LISTED)


def import_lines(code: bytes) -> bytes:
    """Every line that has ``import`` in it, with those that a backslash or a parenthesis joins to it.

    Finding the word and then its line costs 15 µs where a regex for import statements costs 280 (16 kB files).
    """
    find, rfind = code.find, code.rfind
    at = find(b"import")
    if at < 0:
        return b""
    lines = []
    is_continued = b"\\" in code  # one byte is found much faster than two
    while at >= 0:
        start = rfind(b"\n", 0, at) + 1
        end = find(b"\n", at)
        if is_continued:
            while start > 1 and code[start - 2] == 0x5C:
                start = rfind(b"\n", 0, start - 1) + 1
            while end > 0 and code[end - 1] == 0x5C:
                end = find(b"\n", end + 1)
        if end < 0:
            lines.append(code[start:])
            break
        line = code[start:end]
        if b"(" in line and (opened := _OPENED.search(line)):
            closed = _LISTED.match(code, start + opened.end()).end() + 1  # type: ignore[union-attr]
            if closed > end:
                end = closed
                line = code[start:end]
        lines.append(line)
        at = find(b"import", end)
    joined = b"\n".join(lines)
    return joined.replace(b"\\\n", b" ") if is_continued else joined


def _import_pattern(module: str) -> str:
    """``google.genai`` as imported in one go, or by ``from google import genai``; ``langchain_*`` as a name."""
    *parents, name = [part.replace("*", r"\w*") for part in module.split(".")]
    if not parents:
        return rf"\b{name}\b"
    gap = r"\s*\.[\s\\]*"
    parent = gap.join(parents)
    return rf"\b{parent}(?:{gap}{name}\b|\s+import\b(?:[^\n]*\b{name}\b|[ \t]*[(\\]))"
