"""Checks ``rules/sdks`` against installed SDKs: do the callees exist, do they take these arguments there?

    python tools/verify_sdks.py [--path SITE_PACKAGES] [--verbose] [NAME ...]

Reads the sources below SITE_PACKAGES (default: those of this interpreter) and never imports or runs them. Names
select entries (``openai.`` for all that start so). Exit status 1 when something drifted.
"""

from __future__ import annotations

import argparse
import ast
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from wattlint.catalogue.schema.sdk_file import Entry, SdkFile  # noqa: E402
from wattlint.catalogue.yaml_source import read_yaml  # noqa: E402


class Signature(NamedTuple):
    positional: tuple[str, ...]
    keywords: frozenset[str]
    open: bool
    """Takes ``**kwargs``: any keyword may be right."""


class Source(NamedTuple):
    path: Path
    tree: ast.Module


class Library:
    """Finds classes and functions in a folder of packages by reading their sources."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trees: dict[Path, ast.Module | None] = {}
        self._texts: dict[str, list[tuple[Path, str]]] = {}

    def installed(self, module: str) -> bool:
        return any(True for _ in self._roots(module.split(".")[0]))

    def signatures(self, module: str, class_name: str, function: str) -> Iterator[Signature]:
        """Every function of that name in ``module`` and below it."""
        for source in self._sources(module, class_name or function):
            if not class_name:
                functions = [node for node in ast.walk(source.tree) if is_function(node, function)]
                yield from (of_function(node, is_method=False) for node in functions[-1:])
                continue
            for node in ast.walk(source.tree):
                if isinstance(node, ast.ClassDef) and node.name == class_name:
                    found = self._method(source, node, function, depth=0)
                    if found:
                        yield found
                elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [
                    class_name
                ]:
                    yield from self.signatures(module, ast.unparse(node.value), function)

    def _method(self, source: Source, node: ast.ClassDef, function: str, depth: int) -> Signature | None:
        own = [child for child in node.body if is_function(child, function)]
        if own:
            return of_function(own[-1], is_method=True)
        bases = (self._method(*base, function, depth + 1) for base in self._bases(source, node, depth))
        inherited = [found for found in bases if found]
        fields = of_fields(node) if function == "__init__" else None
        if fields is None:
            return inherited[0] if inherited else None
        return Signature(
            fields.positional or (inherited[0].positional if inherited else ()),
            fields.keywords.union(*(base.keywords for base in inherited)),
            any(base.open for base in inherited),
        )

    def _bases(self, source: Source, node: ast.ClassDef, depth: int) -> Iterator[tuple[Source, ast.ClassDef]]:
        if depth > 6:
            return
        for base in node.bases:
            name = ast.unparse(base).split("[")[0].rpartition(".")[2]
            for found in self._sources(self._home(source, name), name):
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
        own = source.path.relative_to(self.folder).parts[0].removesuffix(".py")
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.ImportFrom)
                and not node.level
                and any(alias.name == name for alias in node.names)
            ):
                return (node.module or own).split(".")[0]
        return own

    def _sources(self, module: str, name: str) -> Iterator[Source]:
        """The modules at and below ``module`` that define ``name``."""
        if module not in self._texts:
            files = [
                file
                for root in self._roots(module)
                for file in ([root] if root.is_file() else sorted(root.rglob("*.py")))
            ]
            self._texts[module] = [
                (file, file.read_text(encoding="utf-8", errors="replace")) for file in files
            ]
        for file, text in self._texts[module]:
            if f"class {name}" in text or f"def {name}(" in text or f"\n{name} = " in text:
                tree = self._parse(file, text)
                if tree is not None:
                    yield Source(file, tree)

    def _parse(self, file: Path, text: str) -> ast.Module | None:
        if file not in self._trees:
            try:
                self._trees[file] = ast.parse(text)
            except SyntaxError:
                self._trees[file] = None
        return self._trees[file]

    def _roots(self, module: str) -> Iterator[Path]:
        path = module.replace(".", "/")
        for pattern in (path, f"{path}.py"):
            yield from (
                found for found in sorted(self.folder.glob(pattern)) if not found.name.endswith(".dist-info")
            )


def is_function(node: ast.AST, name: str) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name


def of_function(node: ast.AST, is_method: bool) -> Signature:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    static = any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    positional = names[1:] if is_method and not static else names
    return Signature(
        tuple(positional),
        frozenset((*positional, *(argument.arg for argument in node.args.kwonlyargs))),
        node.args.kwarg is not None,
    )


def of_fields(node: ast.ClassDef) -> Signature | None:
    """Fields of a dataclass or a pydantic model (whose fields are keywords only), with their aliases."""
    names: list[str] = []
    aliases: list[str] = []
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            names.append(child.target.id)
            if isinstance(child.value, ast.Call):
                for keyword in child.value.keywords:
                    if keyword.arg in ("alias", "validation_alias"):
                        strings = (part for part in ast.walk(keyword.value) if isinstance(part, ast.Constant))
                        aliases += [str(part.value) for part in strings]
    is_dataclass = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    return (
        Signature(tuple(names) if is_dataclass else (), frozenset((*names, *aliases)), False)
        if names
        else None
    )


def problems(entry: Entry, signature: Signature) -> list[str]:
    """What of the entry the callee does not take. Options are a union over versions and classes, so that one which
    is missing is no problem (``--verbose`` prints it)."""
    found = []
    main = {"model": entry.model, "prompt": entry.prompt, "system": entry.system, "limit": entry.limit}
    for key, argument in (*main.items(), *entry.options.items()):
        tops = {name.partition(".")[0] for name in argument.names} if argument else set()
        if not argument or not tops:
            continue
        if key in main and not takes(signature, tops):
            found.append(f"{key}: no parameter {' or '.join(sorted(tops))}")
        if argument.position is not None and signature.positional:
            actual = signature.positional[argument.position : argument.position + 1]
            if not tops.intersection(actual) and not (signature.open and not actual):
                found.append(f"{key}: position {argument.position} is {actual[0] if actual else 'missing'}")
    return found


def takes(signature: Signature, names: set[str]) -> bool:
    return signature.open or bool(signature.keywords & names)


def missing_options(entry: Entry, signatures: list[Signature]) -> list[str]:
    tops = {
        key: {name.partition(".")[0] for name in argument.names} for key, argument in entry.options.items()
    }
    return [
        key for key, names in tops.items() if names and not any(takes(known, names) for known in signatures)
    ]


def signed_entries(selected: list[str]) -> Iterator[tuple[str, Entry]]:
    """(file:line, entry) of every entry with a signature."""
    for path in sorted((ROOT / "rules" / "sdks").glob("*.yaml")):
        source = read_yaml(path)
        for number, family in enumerate(source.validate(SdkFile).entry_points):
            place = f"{path.name}:{source.line(['entry_points', number])}"
            for entry in family.expanded():
                if entry.signature and (not selected or entry.name.startswith(tuple(selected))):
                    yield place, entry


def main() -> int:
    parser = argparse.ArgumentParser(description="Check rules/sdks against installed SDKs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only entries whose name starts so")
    parser.add_argument(
        "--path", type=Path, default=Path(sysconfig.get_path("purelib")), help="folder of packages"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print entries that are right or not installed, too"
    )
    options = parser.parse_args()
    library = Library(options.path)
    counts = {"right": 0, "drifted": 0, "not installed": 0}
    for place, entry in signed_entries(options.names):
        module, class_name, function = str(entry.signature).split(":")
        signatures = list(library.signatures(module, class_name, function))
        if not library.installed(module) or (not signatures and "*" in module):
            outcome, notes = "not installed", []
        else:
            candidates = [problems(entry, signature) for signature in signatures]
            notes = min(candidates, key=len, default=["no such callee"])
            outcome = "drifted" if notes else "right"
            if not notes:
                notes = [f"without {key}" for key in missing_options(entry, signatures)]
        counts[outcome] += 1
        if outcome == "drifted" or options.verbose:
            print(f"{place}: {entry.name}: {outcome} ({entry.signature}) {'; '.join(notes)}".rstrip())
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["drifted"] else 0


if __name__ == "__main__":
    sys.exit(main())
