"""``wattlint check --explain CODE FILE:LINE``: why a rule fires on a call, or does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from wattlint.cli import main
from wattlint.lint.conditions import compile_condition
from wattlint.lint.explain import spell
from wattlint.lint.facts import TYPES
from wattlint.lint.rules import load_rules

PREVIEW = 'extend-select = ["LLM101", "LLM102"]\n'
LLM1 = ", ".join(code for code in load_rules() if code.startswith("LLM1"))
EXTRACT = """\
from openai import OpenAI

client = OpenAI()
MODEL = "gpt-4o"


def emails(text):
    return client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": f"Extract all email addresses from the text below:\\n{text}"}],
    )
"""
LOADED = """\
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-70b-hf")
"""
WRAPPER = """\
from openai import OpenAI

client = OpenAI()


def fields(text, model="gpt-6-luna"):
    return client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": f"Extract these fields as JSON: order_number, product\\n{text}"}],
        response_format={"type": "json_object"},
    )
"""
CALLER = """\
from wrapper import fields


def usual(text):
    return fields(text)


def large(text):
    return fields(text, model="gpt-4o")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'sample'\n\n[tool.wattlint]\n" + PREVIEW)
    (tmp_path / "requirements.txt").write_text("transformers>=4.40,<5\n")
    for name, text in {
        "extract": EXTRACT,
        "loaded": LOADED,
        "wrapper": WRAPPER,
        "caller": CALLER,
    }.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explained(capsys, code: str, place: str) -> str:
    assert main(["check", "--explain", code, place]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_finding_is_explained_with_evidence_and_replacement(project, capsys):
    out = explained(capsys, "LLM102", "extract.py:8")
    assert out.startswith("extract.py:8: LLM102 code-solvable-task: reported\n")
    assert '  yes      task.solver == "code"\n' in out
    assert '  - asks to "extract all email addresses from the text below"\n' in out
    assert "    EMAIL = re.compile(" in out
    assert "Limits: Misses addresses" in out


@pytest.mark.parametrize("place", ["extract.py:8", "extract.py:10", "extract.py:8:12", "./extract.py:9:"])
def test_any_line_of_the_call_names_it(project, capsys, place):
    assert explained(capsys, "code-solvable-task", place).startswith("extract.py:8: LLM102 ")


def test_the_facts_are_shown_with_their_origins(project, capsys):
    out = explained(capsys, "LLM201", "loaded.py:3")
    assert "  load.default_dtype       float32\n" in out
    assert "  model.params_total_b     69 billion\n" in out
    assert "transformers<5,>=4.40 in requirements.txt:1" in out
    assert "9999" not in out


@pytest.mark.parametrize(
    ("change", "place", "code", "reason"),
    [
        (
            {},
            "extract.py:8",
            "LLM201",
            "not reported, for it looks at calls of kind bind, load, and this is a call",
        ),
        ({}, "extract.py:8", "LLM301", "not reported, for its condition does not hold"),
        (
            {"wattlint.toml": 'ignore = ["LLM102"]\n' + PREVIEW},
            "extract.py:8",
            "LLM102",
            "not reported, for it is not selected; it is in preview",
        ),
        (
            {"wattlint.toml": PREVIEW + '[per-file-ignores]\n"extract.py" = ["LLM102"]\n'},
            "extract.py:8",
            "LLM102",
            "not reported, for per-file-ignores names it",
        ),
        (
            {"extract.py": EXTRACT.replace("create(", "create(  # noqa: LLM102")},
            "extract.py:8",
            "LLM102",
            "not reported, for a comment suppresses it",
        ),
        (
            {"tests/extract.py": EXTRACT},
            "tests/extract.py:8",
            "LLM102",
            "not reported, for folders of tests and examples are only checked with check-tests",
        ),
        ({}, "extract.py:8", "LLM101", "not reported, for LLM102 says more about the same call"),
    ],
)
def test_silence_is_explained_too(project, capsys, change, place, code, reason):
    for path, text in change.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text)
    assert explained(capsys, code, place).splitlines()[0].endswith(f": {reason}")


def test_a_finding_at_a_caller_of_a_wrapper(project, capsys):
    arguments = ["--format", "concise", "--quiet", "--select", "LLM101", "wrapper.py", "caller.py"]
    assert main(["check", *arguments]) == 1
    place = capsys.readouterr().out.partition(" LLM101")[0]
    assert place.startswith("caller.py:9:")
    assert explained(capsys, "LLM101", place).startswith("caller.py:9: LLM101 oversized-model: reported\n")
    assert "does not hold" in explained(capsys, "LLM101", "caller.py:5")


@pytest.mark.parametrize("code", load_rules())
@pytest.mark.parametrize("place", ["extract.py:8", "loaded.py:3", "caller.py:5"])
def test_it_works_for_every_rule(project, capsys, code, place):
    assert "The condition: all of\n" in explained(capsys, code, place)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["LLM2O1", "extract.py:8"],
            'wattlint: --explain: unknown rule code "LLM2O1" (did you mean "LLM201"?)\n',
        ),
        (
            ["LLM1", "extract.py:8"],
            f'wattlint: --explain: "LLM1" is the beginning of {LLM1}: give one of them\n',
        ),
        (["LLM101", "extract.py"], 'wattlint: --explain: expected FILE:LINE, not "extract.py"\n'),
        (["LLM101", "extract.py:1"], "wattlint: extract.py:1: no call site here (call sites at line 8)\n"),
        (["LLM101", "nope.py:1"], "nope.py: no such file or directory"),
    ],
)
def test_what_cannot_be_explained(project, capsys, arguments, message):
    assert main(["check", "--explain", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(message)


@pytest.mark.parametrize("rule", load_rules().values(), ids=lambda rule: rule.code)
def test_a_spelled_condition_means_the_same(rule):
    assert compile_condition(spell(rule.when), TYPES) == rule.when


@pytest.mark.parametrize(
    "source",
    [
        "not (site.stream or site.in_tests) and -loop.count < 3",
        "(loop.count + 1) * 2 - (loop.count - 1) > 4 / 2",
        'contains(prompt.text, "a", "b\\"c") or not known(model.id)',
        'site.sdk in ["openai", "vllm"] and site.stream',
        "not site.stream is None",
    ],
)
def test_every_form_of_condition_can_be_spelled(source):
    compiled = compile_condition(source, TYPES)
    assert compile_condition(spell(compiled), TYPES) == compiled
