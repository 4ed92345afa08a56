"""Looks for input that makes wattlint fall over: every file below the given folders, mutations of a sample of them, and
generated modules, with the net that a run has (one file's failure is an LLM901 of that file) taken away.

    make fuzz FUZZ="/usr/lib/python3.11 .venv/lib/python3.11/site-packages"

Every failure is printed with its traceback; its input, with as many lines taken out as it stays a failure without, is
kept below .cache/fuzz, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from wattlint.analysis import Analysis
from wattlint.config import Configuration
from wattlint.lint.engine import check_sites
from wattlint.outcome import quietly
from wattlint.run import estimates
from wattlint.settings import Settings
from wattlint.sources.discovery import display_path
from wattlint.sources.files import FileRef, SourceFile
from wattlint.sources.limits import OutOfTime
from wattlint.sources.project import project_root
from wattlint.sources.reading import read, source_from_bytes
from wattlint.workspace import Workspace

KEPT = Path(".cache/fuzz")
TOGETHER = 4000
"""Files of one project, at most, after which what is known of it goes, as a run does when a project is done."""
HANG_S = 20
"""Of processor time."""
CALL = "\nfrom openai import OpenAI as _O\n_O().chat.completions.create(model=str(x), messages=[x])\n"
"""Added to what is generated, so that there is something to resolve."""


class Hang(BaseException):
    """Not an Exception: nothing may catch it on the way."""


def analyse(source: SourceFile, workspace: Workspace) -> None:
    """As a run does it, but that what goes wrong is raised; what is no Python is no failure."""
    settings = workspace.configuration.of_folder(source.path.parent)
    try:
        sites = quietly(workspace.sites, source, settings)
    except (SyntaxError, OutOfTime):
        return
    check_sites(sites, settings)
    analysis = Analysis(sites=list(sites), settings={source.display: settings})
    estimates(analysis)


def files_below(tops: list[Path]) -> Iterator[Path]:
    for top in tops:
        for path in sorted(top.rglob("*.py")):
            if path.is_file():
                yield path.absolute()


def by_project(files: list[Path]) -> list[Path]:
    return sorted(files, key=lambda path: (project_root(path), path))


def mutated(text: str, other: str, chance: random.Random) -> str:
    """Truncated, spliced with another file, with lines or words in another order, or with a character changed."""
    kind = chance.randrange(6)
    at = chance.randrange(len(text) + 1)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + other[chance.randrange(len(other) + 1) :]
    if kind == 2:
        lines = text.split("\n")
        first = chance.randrange(len(lines))
        part = lines[first : first + 20]
        chance.shuffle(part)
        return "\n".join([*lines[:first], *part, *lines[first + 20 :]])
    if kind == 3:
        words = text.split(" ")
        for _ in range(5):
            one, two = chance.randrange(len(words)), chance.randrange(len(words))
            words[one], words[two] = words[two], words[one]
        return " ".join(words)
    if kind == 4:
        return text[:at] + chance.choice("()[]{}'\"\\\x0c\n\t:=,@*\u202e\ud800") + text[at + 1 :]
    lines = text.split("\n")
    del lines[chance.randrange(len(lines)) :: chance.randrange(2, 30)]
    return "\n".join(lines)


def generated(count: int) -> Iterator[str]:
    import hypothesmith
    from hypothesis import HealthCheck, Phase, given, settings
    from pysource_codegen import generate

    texts: list[str] = []

    @settings(max_examples=count // 2, database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(hypothesmith.from_grammar())
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    yield from texts
    for seed in range(count - len(texts)):
        yield generate(seed, node_limit=300, depth_limit=5)


class Fuzz:
    def __init__(self) -> None:
        self.done = self.failed = 0
        self.longest = (0.0, "")
        self._workspace = Workspace(Configuration.fixed(Settings(preview=True)))
        signal.signal(signal.SIGPROF, _hang)
        gc.disable()  # as a run does: the collector would go over a heap of gigabytes again and again

    def take(self, source: object, name: str) -> None:
        if not isinstance(source, SourceFile):
            return
        self.done += 1
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, HANG_S)
        try:
            analyse(source, self._workspace)
        except (Exception, Hang):
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.failed += 1
            story = traceback.format_exc(limit=-6)
            print(f"\n{name}, kept as {_keep(source)}\n{story}", flush=True)
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.longest = max(self.longest, (time.process_time() - began, name))
        if not self.done % 500:
            print(f"{self.done} done, {self.failed} failed", file=sys.stderr, flush=True)

    def forget(self) -> None:
        self._workspace = Workspace(Configuration.fixed(Settings(preview=True)))
        gc.collect()


def _keep(source: SourceFile) -> Path:
    """Store the smallest part found of ``source`` on which analysis fails by itself, else all of it."""
    text = source.text
    lines = text.split("\n")
    size = len(lines) // 2 if _fails(source, text) else 0
    while size:
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + size :]
            if _fails(source, "\n".join(fewer)):
                lines = fewer
            else:
                at += size
        size //= 2
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{hashlib.blake2b(source.raw, digest_size=6).hexdigest()}.py"
    kept.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    return kept


def _fails(source: SourceFile, text: str) -> bool:
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    try:
        part = source._replace(text=text, raw=text.encode("utf-8", "surrogatepass"))
        analyse(part, Workspace(Configuration.fixed(Settings(preview=True))))
    except (Exception, Hang):
        return True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return False


def _hang(signal: int, frame: object) -> None:
    raise Hang


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="of the files; 0: all")
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--generated", type=int, default=2000)
    options = parser.parse_args()
    chance, fuzz = random.Random(11), Fuzz()
    gc.set_threshold(50_000)
    files = list(files_below(options.folders))
    if options.sample:
        files = sorted(chance.sample(files, min(options.sample, len(files))))
    files, root = by_project(files), None
    for number, path in enumerate(files):
        if project_root(path) != root or not number % TOGETHER:
            fuzz.forget()
            root = project_root(path)
        fuzz.take(read(FileRef(str(path), display_path(str(path)), True)), str(path))
    print(
        f"{fuzz.done} files, {fuzz.failed} failures, longest {fuzz.longest[0]:.1f} s ({fuzz.longest[1]})",
        flush=True,
    )
    alone = Path(tempfile.mkdtemp(prefix="wattlint-fuzz-"))
    (alone / "pyproject.toml").touch()
    place = FileRef(str(alone / "m.py"), "m.py", True)
    for number in range(options.mutations if files else 0):
        fuzz.forget()
        text, other = (path.read_text("utf-8", "replace")[:200_000] for path in chance.sample(files, 2))
        text = mutated(text, other, chance)
        fuzz.take(source_from_bytes(place, text.encode("utf-8", "surrogatepass")), f"mutation {number}")
    for number, text in enumerate(generated(options.generated) if options.generated else ()):
        fuzz.forget()
        fuzz.take(
            source_from_bytes(place, (text + CALL).encode("utf-8", "surrogatepass")), f"generated {number}"
        )
    print(f"{fuzz.done} in all, {fuzz.failed} failures, longest {fuzz.longest[0]:.1f} s ({fuzz.longest[1]})")
    return 1 if fuzz.failed else 0


if __name__ == "__main__":
    sys.exit(main())
