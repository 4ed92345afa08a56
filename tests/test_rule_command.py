"""``wattlint rule --new`` and ``--test``: writing a rule of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from wattlint.cli import main
from wattlint.lint.rules import load_rules

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


def page_of(code: str) -> Path:
    [page] = Path("ours/checks").glob(f"{code}-*.md")
    return page


def test_a_new_page_is_a_rule_whose_examples_hold(capsys):
    assert main(["rule", "--new", "no-large-default", "--dir", "ours"]) == 0
    assert capsys.readouterr().out.startswith("ours/checks/OWN001-no-large-default.md is written.")
    assert main(["rule", "--test", "ours"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["OWN001 bad ok", "OWN001 good ok", "2 passed"]
    Path("wattlint.toml").write_text('rules-dir = "ours"\n')
    Path("app.py").write_text('import openai\nopenai.OpenAI().responses.create(model="gpt-4", input="Hi")\n')
    assert main(["check", "--select", "OWN", "--format", "concise", "-q"]) == 1
    assert capsys.readouterr().out == "app.py:2:1: OWN001 gpt-4 is not the model of the house\n"


def test_codes_count_on_and_a_code_may_be_given(capsys):
    Path("wattlint.toml").write_text('rules-dir = "ours"\n')
    Path("ours/checks").mkdir(parents=True)
    for name in ("ACM007-first", "second", "XY001-third"):
        assert main(["rule", "--new", name]) == 0
    assert sorted(page.name for page in Path("ours/checks").iterdir()) == [
        "ACM007-first.md",
        "ACM008-second.md",
        "XY001-third.md",
    ]
    load_rules.cache_clear()  # kept for as long as a process runs
    assert main(["rule", "--test"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "6 passed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--new", "x"], "rule --new: name a folder, or set rules-dir"),
        (["--test"], "rule --test: name a folder, or set rules-dir"),
        (
            ["--new", "Large Model", "--dir", "o"],
            '"Large Model" is no name of a rule: small letters and hyphens',
        ),
        (["--new", "LLM101-mine", "--dir", "o"], "LLM101 oversized-model is a rule of wattlint's own"),
        (["--new", "oversized-model", "--dir", "o"], "LLM101 oversized-model is a rule of wattlint's own"),
        (["--test", "nowhere"], "nowhere: no such file or folder"),
        (["--test", "."], ".: no rule pages (CODE-name.md) in it"),
        (["LLM101", "--all"], "rule: give one of CODE, --all, --new NAME and --test"),
        ([], "rule: give one of CODE, --all, --new NAME and --test"),
    ],
)
def test_what_cannot_be_done_is_said(capsys, arguments, message):
    assert main(["rule", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not Path("o").exists()


def test_nothing_is_written_over(capsys):
    for _ in range(2):
        status = main(["rule", "--new", "ACM001-mine", "--dir", "ours"])
    assert status == 2
    assert "ours/checks/ACM001-mine.md" in capsys.readouterr().err


def test_examples_that_do_not_hold_are_named_with_their_lines(capsys):
    main(["rule", "--new", "ACM001-mine", "--dir", "ours"])
    page = page_of("ACM001")
    text = page.read_text()
    page.write_text(
        text.replace("gpt-4o-mini", "gpt-4").replace(
            'model="gpt-4", input="Write an answer.")  # A', 'model="o1", input="")  # A'
        )
    )
    capsys.readouterr()
    assert main(["rule", "--test", str(page)]) == 1
    lines = text.splitlines()
    bad = next(number for number, line in enumerate(lines, 1) if line.endswith("# ACM001"))
    good = next(number for number, line in enumerate(lines, 1) if "gpt-4o-mini" in line and "create" in line)
    assert capsys.readouterr().out.splitlines() == [
        f"{page}:{bad - 2}: ACM001 bad FAILED",
        f"    {page}:{bad}: expected a finding on this line, got none",
        f"{page}:{good - 2}: ACM001 good FAILED",
        f"    {page}:{good}: expected no finding on this line, got one",
        "0 passed, 2 failed",
    ]


def test_a_fix_that_makes_something_else_is_a_failure(capsys):
    main(["rule", "--new", "ACM001-mine", "--dir", "ours"])
    page = page_of("ACM001")
    text = page.read_text().replace("fix: null", "fix: replace-model").replace('"gpt-4"', '"claude-2.1"')
    text = text.replace("There is no automatic fix.", "```python fixed\nfrom openai import OpenAI\n```")
    page.write_text(text)
    assert main(["rule", "--test", "ours"]) == 1
    out = capsys.readouterr().out
    assert "expected another result of the fix, got:\n        from openai import OpenAI\n" in out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "prompt.tokens",
            "prompt.tokes",
            ':11: when: unknown fact "prompt.tokes" (did you mean "prompt.tokens"?)',
        ),
        ("< 2_000", '< "x"', ':11: when: `prompt.tokens` is a number, but `"x"` is a text'),
        ("prompt.tokens < 2_000", "open('x')", ':11: when: unknown function "open"'),
        (
            "prompt.tokens < 2_000",
            "[x for x in y]",
            ":11: when: `[x for x in y]` is not allowed in a condition",
        ),
        ("prompt.tokens < 2_000", "9**9**9 > 1", ":11: when: `9**9**9` is not allowed in a condition"),
        ("  # ACM001", "  # ACM002", "ACM002: markers on this page read `# ACM001`"),
        (
            "fix: null",
            "fix: replace-modl",
            ':14: fix: unknown fix "replace-modl" (did you mean "replace-model"?)',
        ),
        (
            "```python good",
            "```python god",
            'a Python block is "bad", "good", "fixed" or none of these (did you mean "good"?)',
        ),
    ],
)
def test_a_page_that_cannot_be_read_is_named_with_line_key_and_suggestion(capsys, old, new, message):
    main(["rule", "--new", "ACM001-mine", "--dir", "ours"])
    page = page_of("ACM001")
    page.write_text(page.read_text().replace(old, new, 1))
    capsys.readouterr()
    assert main(["rule", "--test", "ours"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"{page}:") and message in err


@pytest.mark.parametrize(
    "page", ["LLM202-unquantized-large-load", "LLM901-unreadable-file", "LLM902-unused-suppression"]
)
def test_our_own_pages_can_be_tested_one_by_one(page, capsys):
    """Also those about files that cannot be read, and about comments, which other rules' findings decide on."""
    assert main(["rule", "--test", str(ROOT / "rules" / "checks" / f"{page}.md")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" passed")


def test_a_folder_of_pages_may_have_any_name(capsys):
    main(["rule", "--new", "ACM001-mine", "--dir", "ours"])
    Path("ours/checks").rename("pages")
    assert main(["rule", "--test", "pages"]) == 0
