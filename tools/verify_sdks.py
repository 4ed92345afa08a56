"""Checks ``rules/sdks`` against installed SDKs: do the callees exist, do they take these arguments there?

    python tools/verify_sdks.py [--path FOLDER] ... [--verbose] [NAME ...]

FOLDER: a site-packages. Default: what ``tools/install_sdks.py`` fetched, else the packages of this interpreter. Sources
are read, never imported or run. An entry is right when one of the versions at hand takes its arguments. One without a
``signature`` is looked up by its callees. Names select entries (``openai.`` for all that start so). Exit status 1 when
something drifted.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from wattlint.catalogue.models import load_models  # noqa: E402
from wattlint.catalogue.schema.sdk_file import Entry, SdkFile, Type  # noqa: E402
from wattlint.catalogue.yaml_source import read_yaml  # noqa: E402

DEFINES = re.compile(
    r"^[ \t]*(?:class|(?:async[ \t]+)?def)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)|[ \t]as[ \t]+(\w+)",
    re.MULTILINE,
)


class Signature(NamedTuple):
    positional: tuple[str, ...]
    keywords: frozenset[str]
    open: bool
    """Takes ``**kwargs``: any keyword may be right."""
    defaults: frozenset[tuple[str, str]] = frozenset()
    """Parameters whose default is a text, written out or a constant of the module; not the base class's, which often
    is for another service."""


class Source(NamedTuple):
    path: Path
    tree: ast.Module


class Library:
    """Finds classes and functions in folders of packages by reading their sources."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self._trees: dict[Path, ast.Module | None] = {}
        self._definers: dict[str, dict[str, list[Path]]] = {}

    def installed(self, module: str) -> bool:
        return any(True for _ in self._roots(module.split(".")[0]))

    def signatures(
        self, module: str, class_name: str, function: str, followed: tuple[str, ...] = ()
    ) -> Iterator[Signature]:
        """Every function of that name in ``module`` and below it; ``followed``: other names that led here."""
        if module.startswith("botocore.data."):
            yield from self._operations(module.rpartition(".")[2].replace("_", "-"), function)
            return
        for source in self._sources(module, class_name or function):
            if not class_name:
                functions = [node for node in ast.walk(source.tree) if is_function(node, function)]
                yield from (of_function(node, source.tree, is_method=False) for node in functions[-1:])
                continue
            for node in ast.walk(source.tree):
                if isinstance(node, ast.ClassDef) and node.name == class_name:
                    found = self._method(source, node, function, depth=0)
                    if found:
                        yield found
                elif original := renamed(node, class_name):
                    home, name = original
                    if name in followed:
                        continue
                    for package in dict.fromkeys((home or module.split(".")[0], module.split(".")[0])):
                        yield from self.signatures(package, name, function, (*followed, class_name))

    def _operations(self, service: str, function: str) -> Iterator[Signature]:
        """boto3 makes its methods from botocore's service models: the members of an operation's input."""
        for folder in self.folders:
            for path in folder.glob(f"botocore/data/{service}/*/service-2.json*"):
                raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                model = json.loads(raw)
                for name, operation in model["operations"].items():
                    if re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() == function:
                        shape = model["shapes"][operation["input"]["shape"]]
                        yield Signature((), frozenset(shape["members"]), False)

    def _method(self, source: Source, node: ast.ClassDef, function: str, depth: int) -> Signature | None:
        own = [child for child in node.body if is_function(child, function)]
        if own:
            return of_function(own[-1], source.tree, is_method=True)
        bases = (self._method(*base, function, depth + 1) for base in self._bases(source, node, depth))
        inherited = [found for found in bases if found]
        fields = of_fields(node, source.tree) if function == "__init__" else None
        if fields is None:
            return inherited[0]._replace(defaults=frozenset()) if inherited else None
        return Signature(
            fields.positional or (inherited[0].positional if inherited else ()),
            fields.keywords.union(*(base.keywords for base in inherited)),
            any(base.open for base in inherited),
            fields.defaults,
        )

    def _bases(self, source: Source, node: ast.ClassDef, depth: int) -> Iterator[tuple[Source, ast.ClassDef]]:
        if depth > 6:
            return
        for base in node.bases:
            name = ast.unparse(base).split("[")[0].rpartition(".")[2]
            near = self._folder(source.path)
            candidates = self._sources(self._home(source, name), name)
            for found in sorted(candidates, key=lambda one: self._folder(one.path) != near):
                classes = [
                    child
                    for child in ast.walk(found.tree)
                    if isinstance(child, ast.ClassDef) and child.name == name
                ]
                if classes and classes[0] is not node:
                    yield found, classes[0]
                    break

    def _home(self, source: Source, name: str) -> str:
        """The top-level package that ``name`` is imported from in ``source``; its own when it is not imported."""
        own = source.path.relative_to(self._folder(source.path)).parts[0].removesuffix(".py")
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.ImportFrom)
                and not node.level
                and any(alias.name == name for alias in node.names)
            ):
                return (node.module or own).split(".")[0]
        return own

    def _folder(self, path: Path) -> Path:
        return next(folder for folder in self.folders if path.is_relative_to(folder))

    def _sources(self, module: str, name: str) -> Iterator[Source]:
        """The modules at and below ``module`` that define ``name``, or give something that name."""
        if module not in self._definers:
            self._definers[module] = definers = {}
            for root in self._roots(module):
                for file in [root] if root.is_file() else sorted(root.rglob("*.py")):
                    text = file.read_text(encoding="utf-8", errors="replace")
                    for defined in dict.fromkeys(filter(None, chain(*DEFINES.findall(text)))):
                        definers.setdefault(defined, []).append(file)
        for file in self._definers[module].get(name, ()):
            tree = self._parse(file)
            if tree is not None:
                yield Source(file, tree)

    def _parse(self, file: Path) -> ast.Module | None:
        if file not in self._trees:
            try:
                self._trees[file] = ast.parse(file.read_text(encoding="utf-8", errors="replace"))
            except SyntaxError:
                self._trees[file] = None
        return self._trees[file]

    def _roots(self, module: str) -> Iterator[Path]:
        path = module.replace(".", "/")
        for folder in self.folders:
            for pattern in (path, f"{path}.py"):
                yield from (
                    found for found in sorted(folder.glob(pattern)) if not found.name.endswith(".dist-info")
                )


def renamed(node: ast.AST, name: str) -> tuple[str, str] | None:
    """(package that is written before it or "", what ``name`` is another name of) for ``OpenAI = dsp.GPT3`` and
    ``from .base import BaseEmbedder as FlagModel``."""
    if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
        package, _, original = ast.unparse(node.value).rpartition(".")
        given = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return (package.split(".")[0], original) if name in given and original != name else None
    if isinstance(node, ast.ImportFrom):
        originals = [alias.name for alias in node.names if alias.asname == name != alias.name]
        return ("", originals[0]) if originals else None
    return None


def is_function(node: ast.AST, name: str) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name


def of_function(node: ast.AST, tree: ast.Module, is_method: bool) -> Signature:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    static = any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    positional = names[1:] if is_method and not static else names
    pairs = [
        *zip(reversed(names), reversed(node.args.defaults), strict=False),
        *zip((argument.arg for argument in node.args.kwonlyargs), node.args.kw_defaults, strict=True),
    ]
    return Signature(
        tuple(positional),
        frozenset((*positional, *(argument.arg for argument in node.args.kwonlyargs))),
        node.args.kwarg is not None,
        frozenset(text_defaults(pairs, tree)),
    )


def field_default(value: ast.expr | None) -> ast.expr | None:
    """``"x"``, or what is in ``Field("x")`` and ``Field(default="x")``."""
    if isinstance(value, ast.Call):
        named = [keyword.value for keyword in value.keywords if keyword.arg == "default"]
        return (named or value.args or [None])[0]
    return value


def text_defaults(pairs: Iterable[tuple[str, ast.expr | None]], tree: ast.Module) -> set[tuple[str, str]]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for name, value in pairs:
        written = constants.get(value.id) if isinstance(value, ast.Name) else value
        if isinstance(written, ast.Constant) and isinstance(written.value, str):
            found.add((name, written.value))
    return found


def of_fields(node: ast.ClassDef, tree: ast.Module) -> Signature | None:
    """Fields of a dataclass or a pydantic model (whose fields are keywords only), with their aliases."""
    names: list[str] = []
    aliases: list[str] = []
    defaults: set[tuple[str, str]] = set()
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            names.append(child.target.id)
            defaults |= text_defaults([(child.target.id, field_default(child.value))], tree)
            if isinstance(child.value, ast.Call):
                for keyword in child.value.keywords:
                    if keyword.arg in ("alias", "validation_alias"):
                        strings = (part for part in ast.walk(keyword.value) if isinstance(part, ast.Constant))
                        aliases += [str(part.value) for part in strings]
    is_dataclass = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    return (
        Signature(
            tuple(names) if is_dataclass else (), frozenset((*names, *aliases)), False, frozenset(defaults)
        )
        if names
        else None
    )


def problems(entry: Entry, signature: Signature, strict: bool) -> list[str]:
    """What of the entry the callee does not take. Options are a union over versions and classes, so that one which
    is missing is no problem (``--verbose`` prints it); without ``strict`` only a wrong position is."""
    found = []
    main = {"model": entry.model, "prompt": entry.prompt, "system": entry.system, "limit": entry.limit}
    for key, argument in (*main.items(), *entry.options.items()):
        tops = {name.partition(".")[0] for name in argument.names} if argument else set()
        if not argument or not tops:
            continue
        if strict and key in main and not takes(signature, tops):
            found.append(f"{key}: no parameter {' or '.join(sorted(tops))}")
        if argument.position is not None and signature.positional:
            actual = signature.positional[argument.position : argument.position + 1]
            if not tops.intersection(actual) and not (signature.open and not actual):
                found.append(f"{key}: position {argument.position} is {actual[0] if actual else 'missing'}")
    return found


def other_default(entry: Entry, signatures: list[Signature]) -> list[str]:
    """What the packages take when no model is given, where the entry knows none of it."""
    model = entry.model
    if model is None or entry.kind in ("derive", "other") or (model.default and not model.default.versions):
        return []
    ours = {version.value for version in model.default.versions} if model.default else set()
    theirs = {
        value
        for known in signatures
        for name, value in known.defaults
        if name in model.names and load_models().lookup(value)  # not a URL, "not-provided", "default"
    }
    if len(theirs) > 1 and not entry.signature:
        return []  # several classes of that name: which one is not known
    return [f"default model: {', '.join(sorted(theirs))}"] if theirs and not theirs & ours else []


def takes(signature: Signature, names: set[str]) -> bool:
    return signature.open or bool(signature.keywords & names)


def missing_options(entry: Entry, signatures: list[Signature]) -> list[str]:
    tops = {
        key: {name.partition(".")[0] for name in argument.names} for key, argument in entry.options.items()
    }
    return [
        key for key, names in tops.items() if names and not any(takes(known, names) for known in signatures)
    ]


def entries(selected: list[str]) -> Iterator[tuple[str, Entry, list[str]]]:
    """(file:line, entry, signatures that one of the packages should have) of every entry."""
    for path in sorted((ROOT / "rules" / "sdks").glob("*.yaml")):
        source = read_yaml(path)
        file = source.validate(SdkFile)
        for number, family in enumerate(file.entry_points):
            place = f"{path.name}:{source.line(['entry_points', number])}"
            for entry in family.expanded():
                if not selected or entry.name.startswith(tuple(selected)):
                    yield place, entry, [entry.signature] if entry.signature else implied(entry, file.types)


def implied(entry: Entry, types: dict[str, Type]) -> list[str]:
    """Signatures that the callees of an entry spell; none for a resource (``client.chat.completions.create``)."""
    found = []
    for callee in entry.callees:
        owner, instance, method = callee.partition("().")
        if not instance:
            found.append(as_signature(callee))
        elif "." not in method and owner in types:
            made = [name for name in types[owner].constructors if "(" not in name]
            found += [as_signature(f"{name}.{method}") for name in made]
    return list(dict.fromkeys(signature for signature in found if signature))


def as_signature(callee: str) -> str | None:
    """``package.module.Class.method`` -> ``package:Class:method``; parent packages re-export, so the top one is read."""
    package, *_, last = parts = callee.split(".")
    classes = [part for part in parts[1:] if part.lstrip("_")[:1].isupper() and "*" not in part]
    if not classes:
        return None if "*" in callee or len(parts) < 2 else f"{package}::{last}"
    return f"{package}:{classes[-1]}:{'__init__' if last == classes[-1] else last}"


def default_folders() -> list[Path]:
    fetched = ROOT / ".cache" / "sdks"
    return sorted(fetched.iterdir()) if fetched.is_dir() else [Path(sysconfig.get_path("purelib"))]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check rules/sdks against installed SDKs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only entries whose name starts so")
    parser.add_argument("--path", type=Path, action="append", help="a folder of packages; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="print every entry, right or not")
    options = parser.parse_args()
    library = Library(options.path or default_folders())
    counts = {"right": 0, "drifted": 0, "not installed": 0, "no signature": 0}
    for place, entry, wanted in entries(options.names):
        outcome, notes = verify(library, entry, wanted)
        counts[outcome] += 1
        if outcome == "drifted" or options.verbose:
            print(f"{place}: {entry.name}: {outcome} ({', '.join(wanted)}) {'; '.join(notes)}".rstrip())
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["drifted"] else 0


def verify(library: Library, entry: Entry, wanted: list[str]) -> tuple[str, list[str]]:
    """(outcome, what is wrong with it or what it lacks)."""
    if not wanted:
        return "no signature", []
    at_hand = False
    signatures: list[Signature] = []
    for module, class_name, function in (signature.split(":") for signature in wanted):
        signatures += library.signatures(module, class_name, function)
        at_hand = at_hand or (library.installed(module) and "*" not in module)
    of_instance = all("()" in callee for callee in entry.callees)  # may be a method of remote code
    if not signatures and not entry.signature and (of_instance or entry.kind in ("derive", "other")):
        return "no signature", []
    if not signatures:
        return ("drifted", ["no such callee"]) if at_hand else ("not installed", [])
    notes = min(
        (problems(entry, signature, strict=bool(entry.signature)) for signature in signatures), key=len
    )
    notes = notes or other_default(entry, signatures)
    return (
        ("drifted", notes)
        if notes
        else ("right", [f"without {key}" for key in missing_options(entry, signatures)])
    )


if __name__ == "__main__":
    sys.exit(main())
