"""Results kept on disk: a run over files of which none changed since is answered from ``.wattlint_cache``.

An entry holds what one command found, and every file and folder that the analysis looked at with a digest of it:
sources, configuration, project and lock files, data files, the user's own rules. It is used only where all of them
are as they were. A damaged, foreign or outdated entry counts as none; writing one replaces it in one step.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wattlint import __version__
from wattlint.analysis import Analysis
from wattlint.catalogue.store import ARTEFACT, PACKAGE, rules_folder
from wattlint.collection import without_collection
from wattlint.config import ConfigError, Configuration
from wattlint.kept_states import Seen, as_json, state_of, states_and_digests
from wattlint.sources import touched
from wattlint.sources.limits import OUT_OF_TIME
from wattlint.sources.project import project_root, surroundings
from wattlint.sources.secrets import holds_secret, may_hold_secret

FOLDER = ".wattlint_cache"
MAX_ENTRIES = 16
"""Of one folder: the oldest go first."""
SECRETS = (".env",)
"""Results drawn from such files are not kept."""


class Cache:
    """The entry of one command in one working directory."""

    def __init__(self, paths: list[str], settings: Any) -> None:
        """``settings``: whatever else the result depends on, as JSON data."""
        self._folder = Path(project_root(Path.cwd()), FOLDER)
        tops = [os.path.abspath(path) for path in paths]
        key = [
            __version__,
            sys.version,
            os.getcwd(),
            paths,
            settings,
            _code(),
            [surroundings(top) for top in tops],
        ]
        self._file = self._folder / f"{touched.digest(json.dumps(key).encode())}.json"
        self._began_ns = time.time_ns()

    # -- reading ------------------------------------------------------------------------------------------------

    def load(
        self, configuration: Configuration, sources: bool = True, jobs: int | None = None
    ) -> Analysis | None:
        """The result that was kept; None where there is none or something changed. ``sources``: whether it holds the
        source files, which are those of now."""
        try:
            with without_collection():  # plain data only
                return self._load(configuration, sources, jobs)
        except (
            OSError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            RecursionError,
            ConfigError,
        ):
            return None

    def _load(self, configuration: Configuration, sources: bool, jobs: int | None) -> Analysis | None:
        head, states, digests, data = self._file.read_bytes().split(b"\n", 3)
        if head.decode() != _checksum(b"\n".join((states, digests, data))):
            return None
        seen = Seen(json.loads(states), digests)
        settled = seen.settled(self._began_ns, jobs)
        if settled is None:
            return None
        analysis = _decoded(json.loads(data), configuration, sources)
        if settled:  # files that were read only to see that they are what they were: once is enough
            self._write(b"\n".join((seen.with_states(settled), digests, data)))
        return analysis

    # -- writing ------------------------------------------------------------------------------------------------

    def save(self, analysis: Analysis, seen: touched.Digests) -> None:
        """Keep a result; nothing happens where that is not possible."""
        if any(os.path.basename(path).startswith(SECRETS) and digest for path, digest in seen.items()):
            return
        if any(OUT_OF_TIME in problem.message for problem in analysis.problems):
            return  # on another day it may be done in time
        try:
            data = _encoded(analysis)
            body = b"\n".join((*states_and_digests(seen, self._began_ns), as_json(data)))
        except (TypeError, ValueError, RecursionError):
            return
        if not holds_secret(body.decode("utf-8", "replace")) and not any(map(may_hold_secret, _texts(data))):
            self._write(body)

    def _write(self, body: bytes) -> None:
        """Nothing happens where that is not possible."""
        with contextlib.suppress(OSError):
            self._replace(_checksum(body).encode() + b"\n" + body)

    def _replace(self, content: bytes) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / ".gitignore").write_text("*\n")
            (self._folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
        import tempfile  # 10 ms, which only a result that is kept is worth

        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, self._file)
        except BaseException:
            os.unlink(name)
            raise
        entries = sorted(self._folder.glob("*.json"), key=lambda entry: -max(state_of(str(entry))[:2]))
        for old in entries[MAX_ENTRIES:]:
            old.unlink(missing_ok=True)


def folders_to_clean(paths: list[str]) -> list[Path]:
    """The caches of the projects that ``paths`` lie in, and of the working directory's."""
    roots = {project_root(Path(path).absolute()) for path in [os.getcwd(), *paths]}
    return sorted(folder for root in roots if (folder := root / FOLDER).is_dir())


def _checksum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


@functools.cache
def _code() -> str:
    """The state of wattlint itself, catalogue and rules included: in a checkout they change without a new version."""
    rows = []
    for top in dict.fromkeys((PACKAGE, str(rules_folder()))):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                if name != os.path.basename(ARTEFACT):
                    file = os.path.join(folder, name)
                    rows.append(f"{file} {state_of(file)}")
    return touched.digest("\n".join(rows).encode("utf-8", "surrogateescape"))


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


def _decoded(data: dict[str, Any], configuration: Configuration, sources: bool) -> Analysis:
    from wattlint.sources.files import FileRef, SourceFile
    from wattlint.sources.reading import read

    if not any(data[name] for name in ("sites", "findings", "suppressed", "problems", "unreported")):
        from wattlint.analysis import Coverage

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
        analysis.settings[shown] = configuration.of_folder(Path(os.path.abspath(shown)).parent)
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
