"""Commands, kept results and front doors: what they said of the wrong bytes, overwrote, or passed over."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument

from git_helper import BASELINE, SLOW, Repo, diff, run, told
from wattlint.config import Overrides
from wattlint.lsp.actions import code_actions
from wattlint.lsp.diagnostics import diagnostics
from wattlint.lsp.session import Session

CALL = """\
from openai import OpenAI


def ask{0}(text):
    return OpenAI().chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": text}}])
"""
ONE, TWO = CALL.format(1), CALL.format(2)
OTHER_TWO = TWO.replace("gpt-4o", "gpt-4.1")
CHANGED = ["changed m2.py ask2: model gpt-4o → gpt-4.1"]


def program(folder: Path, *arguments: str, **given: object) -> tuple[int, str, str]:
    """(exit status, standard output, standard error) of the program as a process of its own."""
    command = [sys.executable, "-m", "wattlint", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", **given)  # type: ignore[call-overload]
    return done.returncode, done.stdout or "", done.stderr or ""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit({"pyproject.toml": "", "m1.py": ONE, "m2.py": TWO})
    return repo


def age(folder: Path) -> None:
    """As if nothing had been written for an hour."""
    for path in folder.glob("*.py"):
        os.utime(path, (path.stat().st_mtime - 3600,) * 2)


# -- what a commit holds ----------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for git")
def test_a_file_saved_while_diff_runs_is_not_taken_for_the_commit(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(repo.folder)
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\n{shutil.which("git")} "$@"\nstatus=$?\n'
        f"case \"$*\" in *ls-tree*) sed -i s/gpt-4o/gpt-4.1/ '{repo.folder / 'm2.py'}';; esac\nexit $status\n"
    )
    script.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
        diff(repo.folder, "--uncommitted")
    assert told(diff(repo.folder, "--uncommitted")) == CHANGED
    repo.git("checkout", "m2.py")
    assert diff(repo.folder, "--uncommitted")["pairs"] == []


@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
@pytest.mark.parametrize("text", [OTHER_TWO, None])
def test_a_file_that_git_was_told_not_to_look_at_is_read_from_the_commit(
    repo: Repo, flag: str, text: str | None
) -> None:
    age(repo.folder)
    repo.git("update-index", f"--{flag}", "m2.py")
    repo.write({"m2.py": text})
    expected = CHANGED if text else ["removed m2.py ask2"]
    assert told(diff(repo.folder, "--uncommitted")) == expected
    repo.git("update-index", f"--no-{flag}", "m2.py")
    assert told(diff(repo.folder, "--uncommitted")) == expected
    repo.git("checkout", "m2.py")
    found = diff(repo.folder, "--uncommitted")
    assert found["pairs"] == [] and found["unchanged"] == 2


def test_line_ends_that_git_converts_are_no_change(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({".gitattributes": "*.py text eol=crlf\n", "m1.py": ONE})
    (repo.folder / "m1.py").unlink()
    repo.git("checkout", "m1.py")
    assert b"\r\n" in (repo.folder / "m1.py").read_bytes()
    assert diff(repo.folder, "--uncommitted")["pairs"] == []


def test_git_ignores_no_file_that_it_tracks(repo: Repo) -> None:
    repo.commit({"deep/m3.py": CALL.format(3)})
    repo.write({".gitignore": "m2.py\ndeep/\n", "deep/draft.py": CALL.format(4)})
    for _ in range(2):
        found = diff(repo.folder, "HEAD")
        assert found["pairs"] == [] and found["unchanged"] == 3
    assert len(diff(repo.folder, "HEAD", "--exclude", "m2.py")["pairs"]) == 0
    repo.git("rm", "-q", "--cached", "m2.py")
    assert told(diff(repo.folder, "HEAD")) == ["removed m2.py ask2"]


def test_private_excludes_say_nothing_of_commits(repo: Repo) -> None:
    exclude = repo.folder / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    for text in ("m2.py\n", "", "*.py\n"):
        exclude.write_text(text)
        assert diff(repo.folder, "--uncommitted")["unchanged"] == 2


def test_private_excludes_hold_in_linked_worktrees(repo: Repo) -> None:
    (repo.folder / ".git" / "info").mkdir(exist_ok=True)
    (repo.folder / ".git" / "info" / "exclude").write_text("draft.py\n")
    other = repo.folder.parent / "other"
    repo.git("worktree", "add", "-q", str(other))
    for folder in (repo.folder, other):
        (folder / "draft.py").write_text(TWO)
        assert "in 2 of 2 files" in run(folder, "check")[1]
        assert diff(folder, "--uncommitted")["pairs"] == []


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_that_was_switched_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(
        "from openai import OpenAI\nfrom settings import MODEL\n\n\ndef ask(text):\n    return OpenAI()"
        ".chat.completions.create(model=MODEL, max_tokens=5, messages=[{'role': 'user', 'content': text}])\n"
    )
    link, before = tmp_path / "settings.py", 1_700_000_000_000_000_000
    for name, model in (("prod", "gpt-4o"), ("test", "gpt-4x")):
        (tmp_path / f"{name}.txt").write_text(f"MODEL = '{model}'\n")
        os.utime(tmp_path / f"{name}.txt", ns=(before, before))
    link.symlink_to("prod.txt")
    import wattlint.kept_states

    def models() -> str:
        return run(tmp_path, "estimate")[1]

    # ctime cannot be set, but may be the same: the two were written within one tick of the clock.
    stat = os.stat

    class Same:
        def __init__(self, status: os.stat_result) -> None:
            self._status = status

        def __getattr__(self, name: str) -> object:
            return before if name == "st_ctime_ns" else getattr(self._status, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wattlint.kept_states.os, "stat", lambda path: Same(stat(path)))
        assert "gpt-4o" in models()
        link.unlink()
        link.symlink_to("test.txt")
        assert "gpt-4x" in models()


# -- baselines --------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "pyproject.toml": f'[tool.wattlint]\nbaseline = "{BASELINE}"\n',
        "a/one.py": SLOW,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.py").write_text(SLOW + ONE)
    assert run(tmp_path, "baseline", "write")[0] == 0
    return tmp_path


def entries(folder: Path) -> list[tuple[str, str]]:
    return [(one["rule"], one["file"]) for one in json.loads((folder / BASELINE).read_text())["entries"]]


ALL_ENTRIES = [("LLM105", "b/two.py"), ("LLM301", "a/one.py"), ("LLM301", "b/two.py")]


@pytest.mark.parametrize("text", ["import os\n", "", "{}", '{"wattlint-baseline": 1, "entries": 3}'])
def test_a_baseline_is_not_written_over_what_is_none(project: Path, text: str) -> None:
    (project / BASELINE).write_text(text)
    status, out, err = run(project, "baseline", "write")
    assert (status, out) == (2, "") and BASELINE in err
    assert (project / BASELINE).read_text() == text


@pytest.mark.parametrize(
    "narrow", [["--select", "LLM2"], ["--ignore", "LLM3"], ["--exclude", "b"], ["--exclude", "two.py"], ["a"]]
)
def test_a_narrow_run_keeps_the_entries_of_the_rest(project: Path, narrow: list[str]) -> None:
    assert sorted(entries(project)) == ALL_ENTRIES
    assert "0 gone" in run(project, "baseline", "check", *narrow)[1]
    assert "longer needed" not in run(project, "check", *narrow)[1]
    for action in ("update", "write"):
        assert run(project, "baseline", action, *narrow)[0] == 0
        assert sorted(entries(project)) == ALL_ENTRIES


def test_what_a_narrow_run_covers_is_still_dropped(project: Path) -> None:
    (project / "a" / "one.py").write_text("")
    assert "1 gone" in run(project, "baseline", "check", "--select", "LLM3")[1]
    assert run(project, "baseline", "write", "a")[0] == 0
    assert sorted(entries(project)) == [ALL_ENTRIES[0], ALL_ENTRIES[2]]
    # A rule that the configuration turns off is not kept for ever.
    (project / "wattlint.toml").write_text(f'baseline = "{BASELINE}"\nignore = ["LLM105"]\n')
    assert "1 gone" in run(project, "baseline", "update")[1]


def test_write_in_a_folder_keeps_the_entries_beside_it(project: Path) -> None:
    status, out, _ = run(project / "a", "baseline", "write")
    assert status == 0 and "2 entries of files or rules that were not asked for stay" in out
    assert sorted(entries(project)) == ALL_ENTRIES


@pytest.mark.parametrize("name", ["", ".", "a"])
def test_a_baseline_that_is_no_file_is_named_with_its_key(project: Path, name: str) -> None:
    (project / "pyproject.toml").write_text(f'[tool.wattlint]\npreview = false\nbaseline = "{name}"\n')
    status, _, err = run(project, "check")
    assert status == 2
    assert "pyproject.toml:3: tool.wattlint.baseline: not a file" in err


@pytest.mark.parametrize("mode", ["--staged", "--uncommitted"])
def test_before_the_first_commit_all_is_new(tmp_path: Path, mode: str) -> None:
    repo = Repo(tmp_path / "new")
    repo.write({"pyproject.toml": "", "m1.py": ONE})
    repo.git("add", ".")
    for _ in range(2):
        assert told(diff(repo.folder, mode)) == ["added m1.py ask1"]
    assert run(repo.folder, "diff", mode, "--fail-on", "LLM105")[0] == 1


# -- front doors ------------------------------------------------------------------------------------------------


def test_a_budget_of_the_project_is_not_held_against_files(project: Path) -> None:
    (project / "wattlint.toml").write_text("[budget]\nper-project = { energy-wh = 1e-9 }\n")
    assert run(project, "check", "--format", "concise")[1].count(" LLM501 ") == 1
    assert "LLM501" not in run(project, "check", "a/one.py", "b/two.py")[1]
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--extend-select", "LLM", "a", "b"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
    )
    assert "LLM105" in done.stdout and "LLM501" not in done.stdout
    (project / "wattlint.toml").write_text("[budget]\nper-call = { energy-wh = 1e-9 }\n")
    assert "LLM501" in run(project, "check", "b/two.py")[1]


def test_what_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text("import openai\ndef f(:\n")
    for format in ("github", "junit"):
        status, out, _ = run(tmp_path, "check", "--format", format)
        assert status == 2 and out.count("syntax error") == (1 if format == "github" else 2)
        assert out.count("<testcase") == (0 if format == "github" else 1)
        assert "syntax error" in run(tmp_path, "check", "--format", format, "--ignore", "LLM9")[1]


def document(path: Path, text: str) -> tuple[Session, TextDocument]:
    session = Session()
    session.put(path, text)
    codec = PositionCodec(types.PositionEncodingKind.Utf16)
    return session, TextDocument(path.as_uri(), text, 1, "python", position_codec=codec)


def test_an_editor_shows_a_syntax_error_once(tmp_path: Path) -> None:
    session, of = document(tmp_path / "app.py", "import openai\ndef f(:\n")
    (found,) = diagnostics(session.known(tmp_path / "app.py").analysis, of)
    assert (found.code, found.range.start.line) == ("LLM901", 1)


def test_ignore_on_this_line_stands_where_a_backslash_leads(tmp_path: Path) -> None:
    lines = [
        "from openai import OpenAI",
        "answer = \\",
        "    OpenAI().chat.completions.create(model='gpt-4o', messages=[]) \\",
        "    .choices",
        "",
    ]
    session, of = document(tmp_path / "app.py", "\n".join(lines))
    everywhere = types.Range(types.Position(0, 0), types.Position(9, 0))
    actions = code_actions(session, of, everywhere, None)
    (ignore,) = [one for one in actions if one.title == "LLM105: ignore on this line"]
    assert ignore.edit is not None and ignore.edit.changes is not None
    (edit,) = ignore.edit.changes[of.uri]
    assert isinstance(edit, types.TextEdit) and edit.range.start == types.Position(3, len(lines[3]))
    lines[3] += edit.new_text
    (tmp_path / "app.py").write_text("\n".join(lines))
    assert "LLM105" not in run(tmp_path, "check")[1] and run(tmp_path, "check")[0] == 0


def test_exclusions_can_hold_for_standard_input(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.wattlint]\nextend-exclude = ["gen/"]\n')

    def check(*arguments: str) -> tuple[int, str]:
        status, out, _ = program(tmp_path, "check", "-", *arguments, input=ONE)
        return status, out

    for name, expected in (("gen/b.py", 0), ("app.py", 1)):
        assert check("--stdin-filename", name)[0] == 1
        assert check("--stdin-filename", name, "--force-exclude")[0] == expected
    assert check("--stdin-filename", "gen/b.py", "--force-exclude", "--fix") == (0, ONE)


def test_results_are_kept_in_the_project_that_was_asked_for(project: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    (fresh / "own").mkdir(parents=True)
    (fresh / "pyproject.toml").write_text("")
    (fresh / "own" / "m1.py").write_text(ONE)
    run(fresh, "check", str(project / "a"))
    assert not (fresh / ".wattlint_cache").exists()
    run(fresh, "check", str(project / "a"), "own")
    assert (fresh / ".wattlint_cache").exists() and not (fresh / "own" / ".wattlint_cache").exists()


# -- what goes in and out ---------------------------------------------------------------------------------------

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")


def shell(folder: Path, line: str) -> tuple[int, str, str]:
    """``W`` in ``line`` is wattlint."""
    line = line.replace("W ", f"'{sys.executable}' -m wattlint ")
    done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, encoding="utf-8", timeout=60)
    return done.returncode, done.stdout, done.stderr


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("command", ["check", "estimate", "badge", "models gpt-4o", "rule --all", "diff"])
@pytest.mark.parametrize("to, why", [(">/dev/full", "no space left on device"), (">&-", "it is closed")])
def test_a_report_that_cannot_be_written(repo: Repo, command: str, to: str, why: str) -> None:
    status, _, err = shell(repo.folder, f"W {command} {to}")
    assert (status, err) == (2, f"wattlint: standard output cannot be written: {why}\n")


@POSIX
def test_streams_that_the_caller_closed(project: Path) -> None:
    assert shell(project, "W check a 2>&-")[0] == 0
    assert shell(project, "W check -o report.txt >&-")[0] == 0
    assert (project / "report.txt").read_text()
    status, out, err = shell(project, "W check - <&-")
    assert (status, err) == (2, "stdin.py: standard input cannot be read: it is closed\n")
    assert out.startswith("Nothing could be analysed.")


@POSIX
def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    status, _, err = shell(tmp_path, "mkdir gone; cd gone; rmdir ../gone; W check")
    assert status == 2 and err.startswith("wattlint: the working directory cannot be used: ")
    assert err.count("\n") == 1


def test_the_report_of_a_fix_from_standard_input_goes_where_it_was_sent(tmp_path: Path) -> None:
    arguments = ("check", "-", "--fix", "-o", "report.txt", "--format", "json")
    status, out, err = program(tmp_path, *arguments, input=ONE)
    assert (status, out) == (1, ONE) and "LLM105" not in err
    assert json.loads((tmp_path / "report.txt").read_text())["findings"][0]["code"] == "LLM105"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["check", "--select", ""], "--select: names nothing"),
        (["check", "--select", ","], "--select: names nothing"),
        (["check", "--stdin-filename", "x.py"], '--stdin-filename: names what is read when PATHS is "-"'),
        (["check", "--explain", "LLM105", "m1.py:5", "--format", "json"], "--explain: is text, not json"),
        (["estimate", "--explain", "m1.py:5", "--format", "html"], "--explain: is text, not html"),
        (["clean", "nope"], "nope: no such file or directory"),
        (
            ["diff", "--staged", "main..main"],
            '--staged: is compared with one revision, not with a range: "main..main"',
        ),
        (
            ["diff", "HEAD~1", "HEAD"],
            'HEAD: in neither version (to compare two commits: "HEAD~1..HEAD")',
        ),
        (["check", "--select", "LLM1O5"], '--select: unknown rule code "LLM1O5" (did you mean "LLM105"?)'),
        (["check", "--ignore", "llm105"], '--ignore: unknown rule code "llm105" (did you mean "LLM105"?)'),
        (
            ["rule", "--new", "", "--dir", "own"],
            'rule: "" is no name of a rule: small letters and hyphens',
        ),
    ],
)
def test_options_that_cannot_be_meant(repo: Repo, arguments: list[str], message: str) -> None:
    repo.commit({"m2.py": OTHER_TWO})
    assert run(repo.folder, *arguments) == (2, "", f"wattlint: {message}\n")


@pytest.mark.parametrize(
    "text, message",
    [
        ('[per-file-ignores]\n"[" = ["LLM1"]\n', "2: per-file-ignores.[: is no valid pattern"),
        ('[measured]\n"gpt-4oo" = 3\n', '2: measured.gpt-4oo: names no model of the catalogue (did you mean "gpt-4o"?)'),
        ('[measured]\n"azure/gpt-4o" = 3\n', '2: measured.azure/gpt-4o: names no model of the catalogue (did you mean "gpt-4o"?)'),
        ("[impact]\ngpus = 1.5\n", "2: impact.gpus: must be an integer"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wattlint.toml").write_text(text)
    (tmp_path / "m1.py").write_text(ONE)
    status, _, err = run(tmp_path, "check")
    assert status == 2 and err.startswith(f"wattlint.toml:{message}")


def test_a_measured_model_of_the_house_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "wattlint.toml").write_text('[measured]\n"our-model" = 3\n"gpt-4o" = 0.5\n')
    (tmp_path / "m1.py").write_text(ONE)
    assert run(tmp_path, "check")[0] == 1


def test_a_code_that_the_editor_gives_is_not_blamed_on_a_file(project: Path) -> None:
    path = project / "b" / "two.py"
    session, _ = document(path, path.read_text())
    session.configure(Overrides(extend_select=("LLM999",)))
    session.put(path, path.read_text())
    (problem,) = session.known(path).analysis.problems
    assert str(problem).startswith('wattlint: extend-select: unknown rule code "LLM999"')


def test_a_diff_keeps_the_encoding_of_its_file(tmp_path: Path) -> None:
    text = (
        "# -*- coding: latin-1 -*-\nfrom transformers import AutoModelForCausalLM\n# für später\n"
        'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")\n'
    )
    (tmp_path / "requirements.txt").write_text("transformers>=4.40,<5\n")
    (tmp_path / "load.py").write_bytes(text.encode("latin-1"))
    command = [sys.executable, "-m", "wattlint", "check", "load.py", "--diff", "--unsafe-fixes"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert "für später".encode("latin-1") in done.stdout
    subprocess.run([*command, "-o", "fix.diff"], cwd=tmp_path, capture_output=True)
    assert (tmp_path / "fix.diff").read_bytes() == done.stdout


# -- the folder of kept results ---------------------------------------------------------------------------------


@POSIX
def test_the_folder_of_kept_results(project: Path) -> None:
    folder = project / ".wattlint_cache"
    shutil.rmtree(folder)
    folder.mkdir()
    assert run(project, "check")[0] == 0
    assert (folder / ".gitignore").read_text() == "*\n"
    (entry,) = [path for path in folder.iterdir() if path.name not in (".gitignore", "CACHEDIR.TAG")]
    entry.unlink()
    os.mkfifo(entry)
    for name, hours in (("old.part", 2), ("new.part", 0)):
        (folder / name).write_text("")
        then = (folder / name).stat().st_mtime - 3600 * hours
        os.utime(folder / name, (then, then))
    assert shell(project, "W check")[0] == 0
    assert (folder / "new.part").exists()


@POSIX
def test_what_was_never_written_to_its_end_goes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project / ".wattlint_cache"
    (folder / "old.part").write_text("")
    monkeypatch.setattr("wattlint.cache.GIVEN_UP_NS", -60_000_000_000)
    (project / "a" / "one.py").write_text(SLOW + "\n")
    assert run(project, "check")[0] == 0
    assert not (folder / "old.part").exists()
