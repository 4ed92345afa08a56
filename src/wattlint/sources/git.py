"""What git knows about a repository, read from its objects. Nothing is checked out, no index or ref is written."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wattlint.catalogue.errors import nearest
from wattlint.sources import touched

DEFAULT_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master", "trunk", "develop")
"""Names that a default branch goes by, the most certain first."""
ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
"""git must not write the index to remember what it learned, nor fetch what a partial clone lacks."""

OPTIONS = ("-c", "diff.relative=false", "-c", "core.fsmonitor=false")
"""Paths from the top; no program that the repository's configuration names is started to tell what has changed."""

NO_SETTINGS: Mapping[str, str] = {}

_OID = re.compile(rb"[0-9a-f]{40,64}")


class GitError(Exception):
    """Why git cannot answer; the message is one line for people."""


class Entry(NamedTuple):
    """A file of a tree or of the index."""

    path: str
    """Relative to the top of the repository; bytes that are no text as surrogate escapes."""
    oid: str
    mode: str
    """``100644``, ``100755``, ``120000`` (symbolic link) or ``160000`` (submodule)."""


class Differences(NamedTuple):
    paths: frozenset[str]
    """Old and new names alike. What git does not track is not among them."""
    renamed: dict[str, str]
    """New path -> old path."""
    began_ns: int
    """Not before this was it so."""


class Repository:
    """The repository that ``folder`` lies in. Raises GitError when there is none, or it has no working tree."""

    def __init__(self, folder: Path, nested: bool = False) -> None:
        """``nested``: a submodule, which what a hook's environment says about the repository is not about."""
        self.folder = folder
        self._environment = {
            name: value for name, value in os.environ.items() if not (nested and name.startswith("GIT_"))
        }
        self._commits: dict[str, str | None] = {}
        """By name; None where it names none."""
        self._names: dict[str, tuple[str, str]] = {}
        self._tags: dict[str, str] | None = None
        self._differences: dict[tuple[str | None, str | None, bool], Differences] = {}
        try:
            place = self._run("rev-parse", "--show-toplevel", "--git-path", "info/sparse-checkout")
        except GitError as error:
            if "not a git repository" in str(error):
                raise GitError(f"{folder}: not in a git repository") from None
            if "must be run in a work tree" not in str(error):
                raise
            if self._try("rev-parse", "--is-bare-repository") == "true":
                why = "a bare repository has no working tree: compare in a clone of it"
                raise GitError(f"{folder}: {why}") from None
            raise GitError(f"{folder}: inside a git folder, not in a working tree") from None
        top, sparse = _text(place).removesuffix("\n").rsplit("\n", 1)
        self.top = Path(os.path.realpath(top))
        self._sparse = folder / sparse

    def commit(self, revision: str) -> str:
        """The id of the commit that ``revision`` names."""
        found = self._commit(revision)
        if found is None:
            hint = self._shallow_hint() or nearest(revision, self._names_of_refs())
            raise GitError(f'unknown revision "{revision}"{hint}')
        return found

    def _names_of_refs(self) -> list[str]:
        out = self._try_all(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"
        )
        return out.split("\n")

    def is_commit(self, revision: str) -> bool:
        return self._commit(revision) is not None

    def _commit(self, revision: str) -> str | None:
        if revision not in self._commits:
            # One process answers for all that may be asked for next.
            names = [revision, *({"HEAD", *DEFAULT_BRANCHES} - self._commits.keys())]
            self._commits.update(dict.fromkeys(names))
            names = [name for name in names if name and not {"\n", "\0"} & set(name)]
            given = "".join(f"{name}^{{commit}}\n" for name in names)
            out = self._run("cat-file", "--batch-check=%(objectname)", given=os.fsencode(given))
            for name, line in zip(names, out.split(b"\n")):
                self._commits[name] = line.decode() if _OID.fullmatch(line) else None
        return self._commits[revision]

    def merge_base(self, one: str, other: str) -> str:
        """The nearest common ancestor of two commits."""
        if self.commit(one) == self.commit(other):
            return self.commit(one)
        found = self._try("merge-base", self.commit(one), self.commit(other))
        if found is None:
            raise GitError(
                f"{one} and {other} have no common ancestor{self._shallow_hint()}"
                f'; "{one}..{other}" compares them directly'
            )
        return found

    def default_branch(self) -> str:
        """The branch that changes are merged into, as far as the repository tells."""
        for name in DEFAULT_BRANCHES:
            if self.is_commit(name):
                if name == "origin/HEAD":
                    target = self._try("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
                    return target or name
                return name
        raise GitError("no default branch found (no origin/HEAD, main or master): name what to compare with")

    def files(self, revision: str | None, below: Sequence[str] = ()) -> list[Entry]:
        """The files of a commit, or (None) of the index; only those below the folders ``below`` where there are any."""
        paths = [f":(top,literal){path}" for path in below if path not in ("", ".")]
        if revision is None:
            lines = self._run("ls-files", "--stage", "-z", "--full-name", "--", *(paths or [":(top)"]))
            return list(_staged(lines))
        # ls-tree knows no pathspec magic: its paths are plain, and count from the top with --full-tree.
        plain = [path for path in below if path not in ("", ".")]
        return list(_listed(self._run("ls-tree", "-r", "-z", "--full-tree", revision, "--", *plain)))

    def state(self, revision: str | None) -> str:
        """The same for two commits (None: indexes) that hold the same files."""
        if revision is not None:
            return self._named(revision)[1]
        return touched.digest(self._run("ls-files", "--stage", "-z", "--full-name", "--", ":(top)"))

    def contents(self, oids: Iterable[str]) -> Iterator[bytes]:
        """The contents of blobs, in order."""
        wanted = "".join(f"{oid}\n" for oid in oids).encode()
        if not wanted:
            return
        out = self._run("cat-file", "--batch", "--buffer", given=wanted)
        at = 0
        while at < len(out):
            end = out.index(b"\n", at)
            start, size = end + 1, self._size(out[at:end])
            yield out[start : start + size]
            at = start + size + 1

    def sizes(self, oids: Iterable[str]) -> list[int]:
        """In bytes, in order."""
        wanted = "".join(f"{oid}\n" for oid in oids).encode()
        lines = (
            self._run("cat-file", "--batch-check", "--buffer", given=wanted).splitlines() if wanted else []
        )
        return [self._size(line) for line in lines]

    def _size(self, line: bytes) -> int:
        """Of ``oid type size``."""
        about = line.split()
        if len(about) != 3:
            raise GitError(f"object {about[0].decode()} is missing{self._shallow_hint()}")
        return int(about[2])

    def differences(self, base: str | None, head: str | None, staged: bool = False) -> Differences:
        """Between two commits; ``base`` None: the index; ``head`` None: the working tree, or the index if ``staged``."""
        key = (base, head, staged)
        if key not in self._differences:
            began_ns = time.time_ns()
            target = [*(["--cached"] if staged else []), *(one for one in (base, head) if one is not None)]
            out = self._run(
                "diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules", "--name-status",
                "-M", "-z", *target, "--",
                settings={} if staged or head is not None else self._without_filters(),
            )  # fmt: skip
            self._differences[key] = _compared(out, began_ns)
        return self._differences[key]

    def left_out(self) -> frozenset[str]:
        """Paths that a sparse checkout keeps out of the working tree."""
        if not self._sparse.exists() or self._try("config", "--bool", "core.sparseCheckout") != "true":
            return frozenset()
        return frozenset(path for path, tag in self._passed_over().items() if tag in "Ss")

    def passed_over(self) -> Set[str]:
        """Tracked paths that git was told not to look at in the working tree."""
        return self._passed_over().keys()

    def _passed_over(self) -> dict[str, str]:
        """With git's tag: S for skip-worktree, a small letter for assume-unchanged."""
        if self._tags is None:
            lines = self._run("ls-files", "-v", "-z", "--full-name", "--", ":(top)").split(b"\0")
            self._tags = {
                os.fsdecode(line[2:]): line[:1].decode() for line in lines if line and line[:1] != b"H"
            }
        return self._tags

    def tracked_though_ignored(self) -> list[str]:
        """Paths that patterns name and the index holds: git ignores none of them."""
        out = self._run("ls-files", "-c", "-i", "--exclude-standard", "-z", "--full-name", "--", ":(top)")
        return sorted({os.fsdecode(path) for path in out.split(b"\0") if path})

    @property
    def is_unborn(self) -> bool:
        """Whether there is no commit yet on the branch that HEAD names."""
        return not self.is_commit("HEAD") and self._try("symbolic-ref", "-q", "HEAD") is not None

    @cached_property
    def empty_tree(self) -> str:
        """The tree without files, which every repository knows."""
        tree = _text(self._run("hash-object", "-t", "tree", "--stdin")).strip()
        self._names[tree] = "", tree
        return tree

    @property
    def is_shallow(self) -> bool:
        return self._try("rev-parse", "--is-shallow-repository") == "true"

    def short(self, commit: str) -> str:
        return self._named(commit)[0]

    def _named(self, commit: str) -> tuple[str, str]:
        """A commit's short name, and the id of its tree."""
        if commit not in self._names:
            out = self._run("log", "-1", "--no-show-signature", "--format=%h %T", commit, "--")
            short, tree = _text(out).split()
            self._names[commit] = short, tree
        return self._names[commit]

    def _shallow_hint(self) -> str:
        if not self.is_shallow:
            return ""
        return (
            " in this shallow clone: fetch more of its history (git fetch --unshallow; fetch-depth: 0 in CI)"
        )

    def _without_filters(self) -> dict[str, str]:
        """Settings with which git starts no program that the configuration names to change files (Git LFS, nbstripout):
        what it would have made equal is compared here."""
        listed = self._try_all(
            "config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|process)$"
        )
        filters = {name.rpartition(".")[0] for name in listed.split("\0") if name}
        off = {"clean": "", "process": "", "required": "false"}
        return {f"{name}.{key}": value for name in filters for key, value in off.items()}

    def _try(self, *arguments: str) -> str | None:
        """One line of output; None where git answers no."""
        return self._try_all(*arguments) or None

    def _try_all(self, *arguments: str) -> str:
        """All lines of output; nothing where git answers no."""
        try:
            return _text(self._run(*arguments)).strip()
        except GitError:
            return ""

    def _run(self, *arguments: str, given: bytes = b"", settings: Mapping[str, str] = NO_SETTINGS) -> bytes:
        environment = {**self._environment, **ENVIRONMENT}
        count = int(environment.get("GIT_CONFIG_COUNT") or 0) if settings else 0
        for number, (key, value) in enumerate(settings.items(), count):
            environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
            environment["GIT_CONFIG_COUNT"] = str(number + 1)
        command = ["git", "-C", str(self.folder), "--no-pager", *OPTIONS, *arguments]
        try:
            done = subprocess.run(command, input=given, capture_output=True, env=environment)
        except (FileNotFoundError, NotADirectoryError):
            raise GitError("git is not installed, or not on PATH") from None
        except (OSError, ValueError) as error:
            raise GitError(f"git cannot be run: {error}") from None
        if done.returncode:
            raise GitError(_complaint(done.stderr) or f"git {arguments[0]} failed")
        return done.stdout


def _text(raw: bytes) -> str:
    return os.fsdecode(raw)


def _complaint(stderr: bytes) -> str:
    """git's message as one line: what is fatal, without the advice."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line.partition(": ")[2] for line in lines if line.startswith(("fatal: ", "error: "))]
    return f"git: {(fatal or lines or [''])[0].strip()}" if lines else ""


def _listed(out: bytes) -> Iterator[Entry]:
    """Lines of ``git ls-tree``: ``mode type oid<TAB>path``."""
    for line in out.split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            mode, _, oid = about.decode("ascii").split()
            yield Entry(os.fsdecode(path), oid, mode)


def _staged(out: bytes) -> Iterator[Entry]:
    """Lines of ``git ls-files --stage``: ``mode oid stage<TAB>path``."""
    for line in out.split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            mode, oid, stage = about.decode("ascii").split()
            if stage != "0":
                raise GitError(f"{os.fsdecode(path)}: has merge conflicts that are not resolved")
            yield Entry(os.fsdecode(path), oid, mode)


def _compared(out: bytes, began_ns: int) -> Differences:
    """Fields of ``git diff --name-status -z``: a status and a path, or two for a rename."""
    fields = iter([os.fsdecode(field) for field in out.split(b"\0")])
    paths, renamed = set(), {}
    for status in fields:
        if status:
            paths.add(path := next(fields))
            if status.startswith("R"):
                paths.add(new := next(fields))
                renamed[new] = path
    return Differences(frozenset(paths), renamed, began_ns)
