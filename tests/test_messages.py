"""What a person meets who types something slightly wrong, or for the first time."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from importlib import import_module

import pytest

from wattlint.cli import COMMANDS, EXAMPLES, build_parser, main
from wattlint.lint.rules import load_rules

CALL = 'from openai import OpenAI\n\nOpenAI().responses.create(model="gpt-6-sol", input="Write a poem.")\n'


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "call.py").write_text(CALL)
    (tmp_path / "empty").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'sample'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def said(capsys, *arguments: str) -> tuple[int, str, str]:
    try:
        status = main(arguments)
    except SystemExit as stopped:
        status = int(str(stopped.code))
    return (status, *capsys.readouterr())


CODES = ", ".join(load_rules())
LLM2 = ", ".join(code for code in load_rules() if code.startswith("LLM2"))
CONVERSATIONS = [
    (["check"], 0, "No findings.\n1 call site in 1 of 1 file: 1 model known, 0 unknown\n", ""),
    (["check", "empty"], 0, "No Python files or notebooks found.\n0 files\n", ""),
    (["estimate", "empty"], 0, "0 files\n", ""),
    (
        ["check", "ap"],
        2,
        "Nothing could be analysed.\n0 files\n",
        'ap: no such file or directory (did you mean "app"?)\n',
    ),
    (
        ["check", "app", "ap"],
        2,
        "No findings in what could be analysed.\n1 call site in 1 of 1 file: 1 model known, 0 unknown\n",
        'ap: no such file or directory (did you mean "app"?)\n',
    ),
    (["check", "-q", "ap"], 2, "", 'ap: no such file or directory (did you mean "app"?)\n'),
    (
        ["check", "--select", "LLM8"],
        2,
        "",
        f'wattlint: --select: unknown rule code "LLM8" (known: {CODES})\n',
    ),
    (
        ["rule", "LLM2"],
        2,
        "",
        f'wattlint: "LLM2" is the beginning of {LLM2}: give one of them\n',
    ),
    (
        ["rule", "oversize-model"],
        2,
        "",
        'wattlint: unknown rule code "oversize-model" (did you mean "oversized-model"?)\n',
    ),
    (
        ["models", "zzz"],
        2,
        'No model "zzz" in the catalogue.\n'
        "  A name of your own (a deployment, a gateway's model) is mapped to a model: docs/own-knowledge.md\n",
        "",
    ),
]


@pytest.mark.parametrize(("arguments", "status", "out", "err"), CONVERSATIONS, ids=lambda it: str(it)[:40])
def test_conversations(project, capsys, arguments, status, out, err):
    assert said(capsys, *arguments) == (status, out, err)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize(
    ("locked", "arguments", "message"),
    [
        ("app/call.py", ["check"], "app/call.py: "),
        ("app", ["check", "app/call.py"], "app/call.py: "),
        ("pyproject.toml", ["check"], "pyproject.toml: "),
        ("own/models", ["check"], "own/models: cannot be read: permission denied"),
        ("own", ["check"], "own: cannot be read: permission denied"),
    ],
)
def test_what_may_not_be_read_is_named(project, capsys, locked, arguments, message):
    if locked.startswith("own"):
        (project / "own" / "models").mkdir(parents=True)
        (project / "wattlint.toml").write_text('rules-dir = "own"\n')
    (project / locked).chmod(0)
    try:
        status, _, err = said(capsys, *arguments)
    finally:
        (project / locked).chmod(0o700)
    assert status == 2 and err.startswith(message)


def test_wattlint_alone_prints_its_help(project, capsys):
    status, out, err = said(capsys)
    assert (status, err) == (2, "")
    assert out.startswith("usage: wattlint ") and "examples:\n  wattlint check " in out


@pytest.mark.parametrize("command", ["check", "estimate", "models"])
def test_help_shows_examples_and_the_exit_status(capsys, command):
    status, out, err = said(capsys, command, "--help")
    assert (status, err) == (0, "")
    assert f"examples:\n  wattlint {command} " in out and "\nexit status: 0 " in out


def test_help_says_that_files_without_calls_are_not_parsed(capsys):
    assert "not parsed" in said(capsys, "check", "--help")[1]


SHOWN = re.findall(
    r"^  (wattlint .*?)(?:  .*| [<>] .*)?$",
    "\n".join(
        (
            EXAMPLES,
            *(getattr(import_module(f"wattlint.commands.{name}"), "EXAMPLES", "") for name in COMMANDS),
        )
    ),
    re.MULTILINE,
)


@pytest.mark.parametrize("example", SHOWN)
def test_the_examples_of_the_help_can_be_typed(example):
    parser = build_parser()
    assert isinstance(parser.parse_args(shlex.split(example)[1:]), argparse.Namespace)
