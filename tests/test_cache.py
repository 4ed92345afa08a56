"""Kept results: the same output with and without, never an outdated one, never a fault from what lies on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from wattlint import cache, kept_states, run
from wattlint.cli import main
from wattlint.commands import check
from wattlint.kept_parts import Parts, packed
from wattlint.kept_reports import Said
from wattlint.semantics import environment  # noqa: F401
from wattlint.sources import touched

SEEN = ("folders", "names", "states", "digests")
CALL = """\
import json
from openai import OpenAI
from shop.names import MODEL

with open("options.json") as file:
    options = json.load(file)


def ask(text):
    return OpenAI().chat.completions.create(
        model=MODEL, max_tokens=options["limit"], messages=[{"role": "user", "content": "Is it spam? yes or no: " + text}]
    )
"""

GATEWAY = """\
sdk: acme
imports: [acme.llm]
entry_points:
  - {name: acme.ask, kind: call, callees: [acme.llm.ask], model: model, prompt: {names: [question], position: 0}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "shop/__init__.py": "",
        "shop/names.py": "MODEL = 'gpt-4o'\n",
        "shop/ask.py": CALL,
        "options.json": '{"limit": 5}',
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.chdir(tmp_path)
    age(tmp_path)
    return tmp_path


def age(folder: Path) -> None:
    """Let everything look as if it had settled long ago, apart from the time of the change of its inode."""
    past = time.time() - 1000
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (past, past))


def entries(project: Path) -> list[Path]:
    return [file for file in (project / cache.FOLDER).iterdir() if file.name not in cache.MARKS]


def output(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    status = main(["check", ".", "--format", "json", *options])
    return status, *capsys.readouterr()


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every analysis that is not answered from the cache."""
    calls: list[object] = []
    analyse = run.analyse

    def counted(*given: object, **named: object) -> object:
        calls.append(given)
        return analyse(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "analyse", counted)
    return calls


def test_the_second_run_says_the_same_without_analysing(project: Path, capsys, analysed) -> None:
    first = output(capsys)
    assert "gpt-4o" in first[1] and output(capsys) == first == output(capsys, "--no-cache")
    assert len(analysed) == 2
    assert (project / ".wattlint_cache" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop/names.py", "MODEL = 'gpt-4.1'\n"),
        ("shop/ask.py", CALL + "ask('x')\n"),
        ("options.json", '{"limit": 7}'),
        ("wattlint.toml", "preview = true\n"),
        ("pyproject.toml", "[tool.wattlint]\nignore = ['LLM1']\n"),
        ("uv.lock", ""),
        ("shop/new.py", "from shop.ask import ask\nfor line in open('x'):\n    ask(line)\n"),
        (".gitignore", "shop/ask.py\n"),
        ("shop/names.py", None),
    ],
)
def test_a_change_counts(project: Path, capsys, analysed, name: str, text: str | None) -> None:
    if name == ".gitignore":
        (project / ".git").mkdir()
    output(capsys)
    if text is None:
        (project / name).unlink()
    else:
        (project / name).write_text(text)
    changed = output(capsys)
    assert len(analysed) == 2
    assert changed == output(capsys, "--no-cache")


def link(place: Path, target: str) -> None:
    place.symlink_to(target)


def plain(place: Path, text: str) -> None:
    place.write_text(text)


def package(place: Path, text: str) -> None:
    place.mkdir()
    (place / "more.py").write_text(text)


def pipe(place: Path, _: str) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("extra", (plain, "no Python"), (package, CALL)),
        ("extra", (link, "shop"), (package, CALL)),
        ("extra", (package, CALL), (link, "shop")),
        ("extra.py", (package, CALL), (plain, CALL)),
        ("extra.py", (link, "gone"), (plain, CALL)),
        ("extra.py", (link, "shop"), (plain, CALL)),
        ("extra.py", (pipe, ""), (plain, CALL)),
    ],
)
@pytest.mark.parametrize("calls", [True, False])
def test_a_name_that_comes_to_mean_something_else_counts(
    project: Path, capsys, analysed, name: str, before, after, calls: bool
) -> None:  # type: ignore[no-untyped-def]
    if not calls:
        (project / "shop" / "ask.py").write_text("")
    make, given = before
    make(project / name, given)
    output(capsys)
    output(capsys)
    assert len(analysed) == 1
    os.rename(project / name, f"{project}-before")
    make, given = after
    make(project / name, given)
    assert output(capsys) == output(capsys, "--no-cache")
    assert len(analysed) == 3


def test_a_new_time_stamp_alone_changes_nothing(project: Path, capsys, analysed) -> None:
    output(capsys)
    os.utime(project / "shop" / "ask.py")
    output(capsys)
    assert len(analysed) == 1


def test_what_was_read_in_vain_is_not_read_again(project: Path, capsys, analysed, monkeypatch) -> None:
    """As after a checkout: the time stamps are others, the texts are not."""
    first = output(capsys)
    age(project / "shop")
    read: list[str] = []
    digest_of = touched.digest_of

    def counted(path: str) -> str | None:
        read.append(os.path.basename(path))
        return digest_of(path)

    monkeypatch.setattr(kept_states, "SETTLED_NS", -(10**15))  # so that nobody has to wait
    monkeypatch.setattr(touched, "digest_of", counted)
    assert output(capsys) == first and "ask.py" in read
    read.clear()
    assert output(capsys) == first and "ask.py" not in read
    assert len(analysed) == 1


def test_options_and_version_have_results_of_their_own(project: Path, capsys, analysed, monkeypatch) -> None:
    output(capsys)
    output(capsys, "--select", "LLM2")
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    output(capsys)
    assert len(analysed) == 3


def test_own_rules_count(project: Path, capsys, analysed) -> None:
    (project / "wattlint.toml").write_text("rules-dir = 'own'\n")
    (project / "own" / "sdks").mkdir(parents=True)
    output(capsys)
    output(capsys)
    assert len(analysed) == 1
    (project / "own" / "sdks" / "acme.yaml").write_text("nonsense: [\n")
    output(capsys)
    assert len(analysed) == 2


def test_own_rules_elsewhere_count(project: Path, capsys, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    elsewhere = tmp_path_factory.mktemp("rules")
    (project / "wattlint.toml").write_text(f"rules-dir = '{elsewhere / 'own'}'\n")
    output(capsys)
    (elsewhere / "sdks").mkdir()
    (elsewhere / "sdks" / "acme.yaml").write_text("nonsense: [\n")
    (elsewhere / "own").mkdir()
    (elsewhere / "own" / "sdks").symlink_to("../sdks")
    (elsewhere / "own" / "back").symlink_to("..")
    assert output(capsys) == output(capsys, "--no-cache")
    (elsewhere / "sdks" / "acme.yaml").write_text(GATEWAY)
    assert output(capsys) == output(capsys, "--no-cache")


@pytest.mark.parametrize("damage", [b"", b"x", b"states:x:y\n", b"\n" * 9, b"\x00" * 100])
def test_a_damaged_entry_counts_as_none(project: Path, capsys, analysed, damage: bytes) -> None:
    first = output(capsys)
    [entry] = entries(project)
    entry.write_bytes(damage)
    assert output(capsys) == first
    entry.write_bytes(entry.read_bytes().replace(b"gpt-4o", b"gpt-4x"))
    assert output(capsys) == first and len(analysed) == 3
    entry.write_bytes(entry.read_bytes()[:-9])
    assert output(capsys) == first and output(capsys, "--statistics")[0] == 1 and len(analysed) == 3
    assert len(Parts(entry.read_bytes()).whole()) == 7, "a damaged part was not replaced"


@pytest.mark.parametrize("name", ["folders", "names", "states", "digests"])
def test_parts_that_do_not_belong_together_count_as_none(project: Path, capsys, analysed, name: str) -> None:
    first = output(capsys)
    [entry] = entries(project)
    for wrong in (b"", b"x", b"\x00" * 24):
        entry.write_bytes(packed(Parts(entry.read_bytes()).whole() | {name: wrong}))
        (project / "options.json").touch()  # so that digests are asked for
        assert output(capsys) == first
    assert len(analysed) == 4


def test_a_forged_entry_makes_nothing_but_results(project: Path, capsys) -> None:
    first = output(capsys)
    [entry] = entries(project)
    for forged in (b'["os.system", "true"]', b"[[[[]]]]", b'["CallSite", 1]', b"null"):
        data = b'{"sites": [' + forged + b'], "findings": [], "problems": [], "coverage": null}'
        parts = Parts(entry.read_bytes()).whole() | {"data": data}
        entry.write_bytes(
            packed({name: part for name, part in parts.items() if name in SEEN or name == "data"})
        )
        assert output(capsys) == first

    for forged in ("\x1b]0;title\x07", "\u202e", "\x00", "a\rb"):
        parts = Parts(entry.read_bytes()).whole()
        said = {name: Said(forged, forged, 0).packed() for name in parts if name not in (*SEEN, "data")}
        assert said
        entry.write_bytes(packed(parts | said))
        assert output(capsys) == first


def test_values_of_env_files_are_not_kept(project: Path, capsys, analysed) -> None:
    (project / ".env").write_text("MODEL=gpt-4.1\nOPENAI_API_KEY=sk-secret\n")
    (project / "shop" / "names.py").write_text(
        "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nMODEL = os.getenv('MODEL', 'gpt-4')\n"
    )
    assert "gpt-4.1" in output(capsys)[1]
    assert output(capsys) and len(analysed) == 2
    assert not entries(project) if (project / cache.FOLDER).exists() else True


def test_nothing_happens_where_it_cannot_be_written(project: Path, capsys) -> None:
    (project / ".wattlint_cache").write_text("a file")
    first = output(capsys)
    assert first[0] == output(capsys)[0] and first[2] == ""


def test_only_so_many_entries_stay(project: Path, capsys) -> None:
    for number in range(cache.MAX_ENTRIES + 3):
        output(capsys, "--exclude", f"x{number}")
    assert len(entries(project)) == cache.MAX_ENTRIES


def test_clean(project: Path, capsys) -> None:
    output(capsys)
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == "removed .wattlint_cache\n"
    assert not (project / ".wattlint_cache").exists() and main(["clean"]) == 0


def test_names_of_folders_are_no_secrets(project: Path, capsys, analysed) -> None:
    folder = project / "shop" / "application_credentials"
    folder.mkdir()
    (folder / "__init__.py").write_text(CALL)
    age(project)
    assert output(capsys) == output(capsys)
    assert len(analysed) == 1


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every report that is not that of an earlier run."""
    calls: list[object] = []
    report_of = check.report_of
    monkeypatch.setattr(check, "report_of", lambda *given: calls.append(given) or report_of(*given))
    return calls


@pytest.mark.parametrize("form", check.FORMATS)
def test_what_was_said_is_said_again(project: Path, capsys, reported, form: str) -> None:
    def said(*options: str) -> tuple[int, str, str]:
        return main(["check", "--format", form, *options]), *capsys.readouterr()

    (project / "shop" / "broken.py").write_text("from openai import OpenAI\nx = (\n")
    first = said()
    assert first == said() == said("--jobs", "2") == said("--no-cache")
    assert len(reported) == (2 if form in check.KEPT else 4)
    for options in (
        ["--statistics"],
        ["--exit-zero"],
        ["--fail-on", "error"],
        ["--unsafe-fixes"],
        ["--quiet"],
    ):
        assert said(*options) == said(*options) == said(*options, "--no-cache")
    assert said() == first


def test_colour_is_said_in_colour(project: Path, capsys, reported, monkeypatch) -> None:
    main(["check"])
    plain = capsys.readouterr()
    monkeypatch.setenv("FORCE_COLOR", "1")
    for _ in range(2):
        main(["check"])
        assert "\x1b[" in capsys.readouterr().out
    main(["check", "--no-color"])
    assert capsys.readouterr() == plain and len(reported) == 2


def test_a_report_goes_to_its_file_again(project: Path, capsys, tmp_path: Path) -> None:
    first = output(capsys)
    for name in ("a.json", "b.json"):
        output(capsys, "-o", f"shop/../{name}")
        assert (project / name).read_text() == first[1]


def test_a_baseline_counts(project: Path, capsys) -> None:
    """Of the working folder, whatever holds for the files."""
    (project / "shop" / "wattlint.toml").write_text("")
    (project / "shop" / "ask.py").write_text(CALL.replace("=MODEL", "='gpt-4-turbo'"))
    assert main(["check", "shop"]) == main(["check", "shop"]) == 1
    assert main(["baseline", "write", "shop", "--baseline", "old.json"]) == 0
    (project / "wattlint.toml").write_text("baseline = 'old.json'\n")
    assert main(["check", "shop"]) == main(["check", "shop"]) == 0
    (project / "old.json").write_text((project / "old.json").read_text().replace("LLM", "LLN"))
    assert main(["check", "shop"]) != 0


def test_an_excerpt_that_may_hold_a_secret_is_not_kept(project: Path, capsys, analysed, reported) -> None:
    call = "    return OpenAI().chat.completions.create("
    text = (project / "shop" / "ask.py").read_text().replace(call, f"{call}  # the password is tr0ub4dor")
    (project / "shop" / "ask.py").write_text(text)
    for _ in range(2):
        main(["check"])
        assert "tr0ub4dor" in capsys.readouterr().out
    assert len(analysed) == 1 and len(reported) == 2
    assert all(b"tr0ub4dor" not in entry.read_bytes() for entry in entries(project))
