"""Results kept on disk: a run over files of which none changed since is answered from ``.wattlint_cache``.

An entry holds what one command found, and every file and folder that the analysis looked at with a digest of it:
sources, configuration, project and lock files, data files, the user's own rules. It is used only where all of them
are as they were. A damaged, foreign or outdated entry counts as none; writing one replaces it in one step.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wattlint import __version__
from wattlint.catalogue.store import ARTEFACT, PACKAGE, rules_folder
from wattlint.collection import without_collection
from wattlint.kept_parts import Parts, packed
from wattlint.kept_reports import Said
from wattlint.kept_states import Seen, is_fresh, parts_of, state_of
from wattlint.sources import touched
from wattlint.sources.buffers import read_regular
from wattlint.sources.limits import OUT_OF_TIME
from wattlint.sources.project import root_of, surroundings
from wattlint.sources.secrets import holds_secret, may_hold_secret

if TYPE_CHECKING:
    from pathlib import Path

    from wattlint.analysis import Analysis
    from wattlint.config import Configuration

FOLDER = ".wattlint_cache"
MARKS = {".gitignore": "*\n", "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n"}
"""Files that say what the folder is: none of the project's."""
PART = ".part"
"""What is not written to its end yet."""
GIVEN_UP_NS = 3_600_000_000_000
"""Who began to write it so long ago was ended."""
MAX_ENTRY_BYTES = 2**31
MAX_ENTRIES = 16
"""Of one folder: the oldest go first."""
MAX_SAID = 4
"""Of one entry, likewise."""
SECRETS = (".env",)
"""Results drawn from such files are not kept."""
DAMAGED = (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What comes of reading an entry that is none of ours."""


class Cache:
    """The entry of one command in one working directory."""

    def __init__(self, paths: list[str], settings: Any) -> None:
        """``settings``: whatever else the result depends on, as JSON data."""
        tops = [os.path.abspath(path) for path in paths]
        self._folder = os.path.join(_root(tops), FOLDER)
        key = [
            __version__,
            sys.version,
            PACKAGE,
            os.getcwd(),
            paths,
            settings,
            [surroundings(top) for top in tops],
        ]
        self._file = os.path.join(self._folder, _name(key))
        self._began_ns = time.time_ns()
        self._parts: Parts | None = None
        """Of a result that holds."""
        self._looked = False

    # -- reading ------------------------------------------------------------------------------------------------

    def load(
        self, configuration: Configuration, sources: bool = True, jobs: int | None = None
    ) -> Analysis | None:
        """The result that was kept; None where there is none or something changed. ``sources``: whether it holds the
        source files, which are those of now."""
        from wattlint.config import ConfigError

        try:
            with without_collection():  # plain data only
                parts = self._unchanged(jobs)
                return _decoded(parts["data"], configuration, sources) if parts is not None else None
        except (*DAMAGED, ConfigError):
            return None

    def said(self, how: Any, jobs: int | None = None) -> Said | None:
        """What was said of the result by a command that was called like this, where ``load`` would find it. ``how``: all that
        it depends on besides the result, as JSON data."""
        try:
            with without_collection():
                parts = self._unchanged(jobs)
                return Said.unpacked(parts[_said(how)]) if parts is not None else None
        except DAMAGED:
            return None

    def _unchanged(self, jobs: int | None) -> Parts | None:
        """The entry, where nothing changed that it depends on. This is looked for once."""
        if not self._looked:
            self._looked = True
            parts = Parts(read_regular(self._file, MAX_ENTRY_BYTES))
            seen = Seen(parts)
            settled = seen.settled(self._began_ns, jobs)
            if settled:  # files that were read only to see that they are what they were: once is enough
                self._write({**parts.whole(), "states": seen.with_states(settled)})
            elif settled is not None:
                self._parts = parts
        return self._parts

    # -- writing ------------------------------------------------------------------------------------------------

    def save(self, analysis: Analysis, seen: touched.Digests) -> None:
        """Keep a result; nothing happens where that is not possible."""
        if any(os.path.basename(path).startswith(SECRETS) and digest for path, digest in seen.items()):
            return
        if any(OUT_OF_TIME in problem.message for problem in analysis.problems):
            return  # on another day it may be done in time
        import json

        try:
            data = _encoded(analysis)
            raw = json.dumps(data, separators=(",", ":"))
            parts = parts_of({**seen, **_code(self._began_ns)}, self._began_ns) | {"data": raw.encode()}
        except (TypeError, ValueError, RecursionError):
            return
        # many folders hold files of the same names
        named = "\0".join(
            {*os.fsdecode(parts["folders"] + b"/" + parts["names"]).replace("/", "\0").split("\0")}
        )
        if not holds_secret(raw) and not holds_secret(named) and not any(map(may_hold_secret, _texts(data))):
            self._write(parts)

    def keep(self, how: Any, said: Said, seen: touched.Digests) -> None:
        """Keep what was said of the result that was loaded or saved last. ``seen``: what was looked at for that."""
        if self._parts is None or not said.may_be_kept:
            return
        with contextlib.suppress(*DAMAGED):
            if not Seen(self._parts).holds(seen):
                return
            parts = self._parts.whole()
            before = [name for name in parts if name.startswith(_SAID)]
            for name in before[: len(before) + 1 - MAX_SAID]:
                del parts[name]
            self._write(parts | {_said(how): said.packed()})

    def _write(self, parts: dict[str, bytes]) -> None:
        """Nothing happens where that is not possible."""
        raw = packed(parts)
        self._parts = Parts(raw)
        with contextlib.suppress(OSError):
            self._replace(raw)

    def _replace(self, content: bytes) -> None:
        if not os.path.isfile(os.path.join(self._folder, ".gitignore")):
            os.makedirs(self._folder, exist_ok=True)
            for name, text in MARKS.items():
                with open(os.path.join(self._folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
        import tempfile  # 10 ms, which only a result that is kept is worth

        handle, name = tempfile.mkstemp(dir=self._folder, suffix=PART)
        try:
            with os.fdopen(handle, "wb") as entry:
                entry.write(content)
            os.replace(name, self._file)
        except BaseException:
            os.unlink(name)
            raise
        names = [name for name in os.listdir(self._folder) if name not in MARKS]
        ages = {
            path: max(state_of(path)[:2]) for path in (os.path.join(self._folder, name) for name in names)
        }
        given_up = [
            path for path in ages if path.endswith(PART) and ages[path] < self._began_ns - GIVEN_UP_NS
        ]
        entries = sorted((path for path in ages if not path.endswith(PART)), key=lambda path: -ages[path])
        for old in entries[MAX_ENTRIES:] + given_up:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(old)


_SAID = "said-"


def _said(how: Any) -> str:
    return _SAID + _name(how)


def _root(tops: list[str]) -> str:
    """The working directory's project, unless the paths all lie elsewhere: then that of the first."""
    here = root_of(os.getcwd())
    inside = here.rstrip(os.sep) + os.sep
    return here if not tops or any(f"{top}{os.sep}".startswith(inside) for top in tops) else root_of(tops[0])


def _name(key: Any) -> str:
    return touched.digest(repr(key).encode("utf-8", "surrogateescape"))


def folders_to_clean(paths: list[str]) -> list[Path]:
    """The caches of the projects that ``paths`` lie in, and of the working directory's."""
    from pathlib import Path

    from wattlint.sources.project import project_root

    roots = {project_root(Path(path).absolute()) for path in [os.getcwd(), *paths]}
    return sorted(folder for root in roots if (folder := root / FOLDER).is_dir())


def _code(began_ns: int) -> touched.Digests:
    """wattlint itself, catalogue and rules included, in a run that began then: in a checkout they change without a new
    version. Most files have no digest: one in another state counts as another one."""
    seen: touched.Digests = {}
    for top in dict.fromkeys((PACKAGE, str(rules_folder()))):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name != "__pycache__"]
            seen[folder] = touched.digest_of(folder)
            for file in (os.path.join(folder, name) for name in names):
                if file != ARTEFACT:
                    seen[file] = touched.digest_of(file) if is_fresh(state_of(file), began_ns) else None
    return seen


def _encoded(analysis: Analysis) -> dict[str, Any]:
    from wattlint.kept_data import Encoder

    encoder = Encoder(analysis.sites)
    return {
        "sites": [encoder.plain(site) for site in analysis.sites],
        "findings": [encoder.finding(finding) for finding in analysis.findings],
        "suppressed": [encoder.finding(finding) for finding in analysis.suppressed],
        "problems": [encoder.plain(problem) for problem in analysis.problems],
        "unreported": [encoder.plain(problem) for problem in analysis.unreported],
        "coverage": encoder.plain(analysis.coverage),
        "sources": [[shown, str(source.path)] for shown, source in analysis.sources.items()],
        "settings": list(analysis.settings),
        "files": [[shown, str(analysis.files[shown].path)] for shown in _named_by_sites(analysis)],
    }


def _texts(data: object) -> Iterator[str]:
    """Every text in it that is more than a name or a path."""
    todo = [data]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            if not one.isprintable() or any(sign in one for sign in " ='\":"):
                yield one
        elif isinstance(one, dict):
            todo += one.values()
        elif isinstance(one, (list, tuple)):
            todo += one


def _named_by_sites(analysis: Analysis) -> list[str]:
    """The linted files that a fix may change: those of the calls, and those that models and settings come from."""
    named = set(analysis.sources)
    for site in analysis.sites:
        named.update(place.path for place in site.model.origin)
        if site.load is not None and site.load.quantized_by is not None:
            named.add(site.load.quantized_by.path)
    return sorted(named & analysis.files.keys())


def _decoded(raw: bytes, configuration: Configuration, sources: bool) -> Analysis:
    import json

    from wattlint.analysis import Analysis, Coverage
    from wattlint.sources.files import FileRef, SourceFile
    from wattlint.sources.reading import read

    data = json.loads(raw)
    if not any(data[name] for name in ("sites", "findings", "suppressed", "problems", "unreported")):
        return Analysis(coverage=Coverage(*data["coverage"][1:]))
    from wattlint.kept_data import Decoder

    decoder = Decoder([])
    sites = [decoder.plain(site) for site in data["sites"]]
    decoder = Decoder(sites)
    analysis = Analysis(
        sites=sites,
        findings=[decoder.finding(finding) for finding in data["findings"]],
        suppressed=[decoder.finding(finding) for finding in data["suppressed"]],
        problems=[decoder.plain(problem) for problem in data["problems"]],
        unreported=[decoder.plain(problem) for problem in data["unreported"]],
        coverage=decoder.plain(data["coverage"]),
    )
    for shown in data["settings"]:
        analysis.settings[shown] = configuration.of_folder(os.path.dirname(os.path.abspath(shown)))
    if not sources:
        return analysis
    for shown, path in data["files"]:
        analysis.files[shown] = FileRef(path, shown, False)
    for shown, path in data["sources"]:
        source = read(FileRef(path, shown, False))
        if not isinstance(source, SourceFile):
            raise ValueError(source.message)
        analysis.sources[shown] = source
    return analysis
