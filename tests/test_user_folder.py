"""``rules-dir``: a user's own entry points, models and rules beside ours, and what is said about mistakes in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wattlint.cli import main

GATEWAY = """\
sdk: acme
imports: [acme.llm]
entry_points:
  - {name: acme.ask, kind: call, callees: [acme.llm.ask], model: model, prompt: {names: [question], position: 0}}
"""
MODELS = """\
maker: acme
date: 2026-11-22
models:
  - {id: acme-large, total_b: 120, provenance: disclosed, source: "our model card, 2026", smaller: acme-small}
  - {id: acme-small, total_b: 4, provenance: disclosed, source: "our model card, 2026"}
names: {chat-prod: gpt-4o}
"""
APP = """\
from acme import llm


def answer(ticket):
    return llm.ask(f"Write an answer to {ticket}", model="acme-large")


def compose(ticket):
    return llm.ask(f"Write a poem about {ticket}", model="chat-prod")
"""
RULE = """\
---
code: ACM001
name: gateway-with-large-model
summary: The gateway's largest model.
severity: warning
confidence: high
default: on
since: "1"
kinds: [call]
when: site.sdk == "acme" and model.params_total_b >= 100 and model.maker == "acme"
message: "{model.id} has {model.params_total_b} billion parameters[[, try {smaller.id}]]"
help: use a smaller one
references: ["our wiki"]
---
# gateway-with-large-model (ACM001)

## What it does
Reports the largest model.

## Why it matters
It is large.

## Example
```python
llm.ask("Hello", model="acme-large")
```

## Use instead
`acme-small`.

## When to ignore
Never.

## Fix safety
No fix.

## References
Our wiki.
"""
PATHS = {
    "sdk": "knowledge/sdks/acme.yaml",
    "models": "knowledge/models/acme.yaml",
    "rule": "knowledge/checks/ACM001-gateway-with-large-model.md",
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that calls an internal gateway, and knows about it."""
    write(tmp_path / "wattlint.toml", 'rules-dir = "knowledge"\n')
    write(tmp_path / PATHS["sdk"], GATEWAY)
    write(tmp_path / PATHS["models"], MODELS)
    write(tmp_path / PATHS["rule"], RULE)
    write(tmp_path / "app.py", APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def sites(capsys, *arguments: str) -> list[dict]:
    assert main(["estimate", "--format", "json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)["sites"]


def test_calls_of_an_internal_gateway_are_found_and_estimated(project, capsys):
    large, named = sites(capsys)
    assert (large["sdk"], large["line"], large["model"]["id"]) == ("acme", 5, "acme-large")
    assert large["prompt"]["parts"][0]["text"].startswith("Write an answer to")
    assert named["model"]["id"] == "chat-prod"
    assert large["impact"]["energy_wh"]["p50"] > 0 and named["impact"]["energy_wh"]["p50"] > 0


def test_without_the_folder_nothing_is_known_about_it(project, capsys):
    (project / "wattlint.toml").unlink()
    assert sites(capsys) == []


@pytest.mark.parametrize("kept", ["checks", "sdks", "models"])
def test_any_part_may_be_missing(project, capsys, kept):
    for part in {"checks", "sdks", "models"} - {kept}:
        for file in (project / "knowledge" / part).iterdir():
            file.unlink()
        (project / "knowledge" / part).rmdir()
    assert main(["check"]) == 0
    capsys.readouterr()
    assert len(sites(capsys)) == (2 if kept == "sdks" else 0)


def test_the_users_own_rule_reads_the_users_own_model(project, capsys):
    assert main(["check", "--select", "ACM", "--format", "concise", "--quiet"]) == 1
    assert (
        capsys.readouterr().out
        == "app.py:5:12: ACM001 acme-large has 120 billion parameters, try acme-small\n"
    )


def test_two_projects_of_one_run_keep_their_knowledge_apart(project, capsys):
    write(project / "other" / "pyproject.toml", "[tool.wattlint]\n")
    write(project / "other" / "app.py", APP)
    assert {site["path"] for site in sites(capsys)} == {"app.py"}


def test_a_users_record_wins_over_ours(project, capsys):
    write(project / PATHS["models"], MODELS.replace("id: acme-large", "id: gpt-4o"))
    assert main(["models", "openai/gpt-4o-2024-08-06"]) == 0
    assert main(["models", "gpt-4o"]) == 0
    out = capsys.readouterr().out
    assert "120 billion (published by the maker)" in out and "our model card, 2026" in out


def test_models_shows_a_users_own_model_and_name(project, capsys):
    assert main(["models", "acme-large"]) == 0
    assert "our model card, 2026" in capsys.readouterr().out
    assert main(["models", "chat-prod"]) == 0
    assert capsys.readouterr().out.startswith("gpt-4o\n")


@pytest.mark.parametrize("arguments", [["models", "--check"], ["models", "--check", "knowledge"]])
def test_models_check_says_what_a_folder_adds(project, capsys, arguments):
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines() == [
        "knowledge adds",
        "   1 rule: ACM001",
        "   1 callee: acme.llm.ask",
        "   3 models: acme-large, acme-small, chat-prod",
    ]


def test_the_flake8_plugin_knows_the_gateway_too(project):
    code = (
        "import ast, sys; from wattlint.flake8_plugin import Flake8Plugin as P; "
        "t = open('app.py').read(); print([r[:3] for r in P(ast.parse(t), 'app.py', t.splitlines(True)).run()])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=project, check=True)
    assert done.stdout.startswith("[(5, 11, 'ACM001 acme-large has 120 billion parameters")


# Functions and classes of the project itself

OWN = """\
sdk: acme
imports: [shop.llm]
types:
  acme.Bot: {constructors: [shop.llm.Bot]}
entry_points:
  - {name: acme.ask, kind: call, callees: [shop.llm.ask], model: {names: [model], default: gpt-4o}, prompt: {names: [question], position: 0}}
  - {name: acme.say, kind: call, callees: [acme.Bot().say], model: {names: [model], default: gpt-4o}, prompt: {names: [question], position: 0}}
"""
SHOP = {
    "shop/__init__.py": "",
    "shop/llm.py": """\
import socket

SMALL = "gpt-4o-mini"


def ask(question, model=None):
    return socket.create_connection(("llm.internal", 80)).send(question)


class Bot:
    def say(self, question):
        return ask(question)
""",
    "shop/desk.py": """\
from . import llm
from .llm import Bot


class Desk:
    def __init__(self):
        self.bot = Bot()

    def greet(self, name):
        return self.bot.say(f"Write a poem for {name}.")


def short(question):
    return llm.ask(question, model=llm.SMALL)
""",
    "shop/main.py": "from shop.llm import ask\n\nask('Hello')\n",
}


@pytest.mark.parametrize("is_package", [True, False])
def test_a_function_of_the_project_itself_can_be_an_entry_point(project, capsys, is_package):
    write(project / PATHS["sdk"], OWN)
    for path, text in SHOP.items():
        write(project / path, text)
    if not is_package:
        (project / "shop" / "__init__.py").unlink()
    found = {(site["path"], site["line"]): site["model"]["id"] for site in sites(capsys, "shop")}
    assert found == {
        ("shop/desk.py", 10): "gpt-4o",
        ("shop/desk.py", 14): "gpt-4o-mini",
        ("shop/main.py", 3): "gpt-4o",
    }


# The documentation

DOCUMENT = (Path(__file__).parent.parent / "docs" / "own-knowledge.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^(```+)(\w+)\n(.*?)^\1$", DOCUMENT, re.MULTILINE | re.DOTALL)
TOML, TREE_SDK, PYTHON, CLIENT, MODEL_FILE, PROVIDER_FILE, PAGE = (text for _, _, text in BLOCKS)


@pytest.fixture
def documented(tmp_path, monkeypatch):
    """The folder that the documentation writes."""
    write(tmp_path / "pyproject.toml", TOML)
    folder = tmp_path / "wattlint_rules"
    write(folder / "sdks" / "acme.yaml", TREE_SDK)
    write(folder / "sdks" / "client.yaml", CLIENT)
    write(folder / "models" / "acme.yaml", MODEL_FILE)
    write(folder / "models" / "providers.yaml", PROVIDER_FILE)
    write(folder / "checks" / "ACM001-large-model-by-default.md", PAGE)
    write(tmp_path / "app.py", "ticket = input()\n" + PYTHON)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_folder_of_the_documentation_works(documented, capsys):
    assert main(["models", "--check"]) == 0
    assert main(["check", "--format", "concise", "--quiet", "--extend-select", "LLM102"]) == 1
    codes = {
        line.split(" ")[1] for line in capsys.readouterr().out.splitlines() if line.startswith("app.py:4:")
    }
    assert {"ACM001", "LLM102"} <= codes
    assert main(["models", "acme/gpt-4o"]) == 0
    assert capsys.readouterr().out.startswith("gpt-4o\n")


CLIENT_CALLS = """\
from acme import client
from acme.client import Client
from acme.other import Client as Other

client.connect().chat(messages=[{"role": "user", "content": "Hello"}], model="gpt-4o")
Client().chat(messages=[{"role": "user", "content": "Hello"}])
Other().chat.completions.create(model="gpt-4o", messages=[])
"""


def test_methods_of_a_client_of_ones_own(documented, capsys):
    other = "sdk: other\nimports: [acme.other]\ntypes:\n  acme.Other: {constructors: [acme.other.Client], extends: [openai.OpenAI]}\n"
    write(documented / "wattlint_rules" / "sdks" / "other.yaml", other)
    write(documented / "app.py", CLIENT_CALLS)
    found = {site["line"]: site["model"]["id"] for site in sites(capsys)}
    assert found == {5: "gpt-4o", 6: "acme-large", 7: "gpt-4o"}


def test_the_examples_of_a_page_are_tried(documented, capsys):
    page = documented / "wattlint_rules" / "checks" / "ACM001-large-model-by-default.md"
    text = page.read_text().replace('answer.", model="acme-small', 'answer.", model="acme-large')
    page.write_text(text.replace("  # ACM001", '\nllm.ask("Hello", model="acme-small")  # ACM001'))
    assert main(["models", "--check"]) == 2
    assert [line.split(": ", 1) for line in capsys.readouterr().err.splitlines()] == [
        [
            "wattlint_rules/checks/ACM001-large-model-by-default.md:27",
            "ACM001: expected no finding on this line, got one",
        ],
        [
            "wattlint_rules/checks/ACM001-large-model-by-default.md:28",
            "ACM001: expected a finding on this line, got none",
        ],
        [
            "wattlint_rules/checks/ACM001-large-model-by-default.md:35",
            "ACM001: expected no finding on this line, got one",
        ],
    ]


# Mistakes: exit status 2; file, line, key and the nearest valid choice

MISTAKES = {
    "wrong key of an entry": (
        "sdk",
        GATEWAY.replace("prompt:", "promt:"),
        'knowledge/sdks/acme.yaml:4: entry_points.0.promt: unknown key (did you mean "prompt"?)',
    ),
    "wrong kind": (
        "sdk",
        GATEWAY.replace("kind: call", "kind: cal"),
        "knowledge/sdks/acme.yaml:4: entry_points.0.kind: must be 'call', ",
    ),
    "unknown type": (
        "sdk",
        GATEWAY.replace("acme.llm.ask", "openai.OpenAL().ask"),
        "knowledge/sdks/acme.yaml:4: entry_points.0.callees.0: unknown type 'openai.OpenAL' (did you mean \"openai.OpenAI\"?)",
    ),
    "no YAML": ("sdk", "sdk: [", "knowledge/sdks/acme.yaml:2: not valid YAML: "),
    "wrong key of a model": (
        "models",
        MODELS.replace("provenance", "provenence", 1),
        'knowledge/models/acme.yaml:4: models.0.provenence: unknown key (did you mean "provenance"?)',
    ),
    "wrong unit": (
        "models",
        MODELS.replace("120", "120_000_000_000"),
        "knowledge/models/acme.yaml:4: models.0.total_b: unit is billions of parameters; did you mean 120?",
    ),
    "twice the same id": (
        "models",
        MODELS.replace("id: acme-small", "id: acme-large"),
        'knowledge/models/acme.yaml:5: models.1.id: "acme-large" already names the model "acme-large"',
    ),
    "no such smaller model": (
        "models",
        MODELS.replace("smaller: acme-small", "smaller: acme-smal"),
        'knowledge/models/acme.yaml:4: models.0.smaller: no model "acme-smal" (did you mean "acme-small"?)',
    ),
    "a circle": (
        "models",
        MODELS.replace("smaller: acme-small", "smaller: acme-large"),
        'knowledge/models/acme.yaml:4: models.0.smaller: leads back to "acme-large"',
    ),
    "a name for nothing": (
        "models",
        MODELS.replace("gpt-4o}", "gpt-4oo}"),
        'knowledge/models/acme.yaml:6: names.chat-prod: no model "gpt-4oo" (did you mean "gpt-4o"?)',
    ),
    "no maker": (
        "models",
        MODELS.replace("maker: acme\n", ""),
        "knowledge/models/acme.yaml:1: models need `maker` and `date` at the top of the file",
    ),
    "unknown fact": (
        "rule",
        RULE.replace("model.params_total_b >=", "model.params_totl_b >="),
        'knowledge/checks/ACM001-gateway-with-large-model.md:10: when: unknown fact "model.params_totl_b" (did you mean "model.params_total_b"?)',
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
@pytest.mark.parametrize("arguments", [["check"], ["estimate"], ["models", "--check"]])
def test_a_mistake_is_named_with_its_place_and_the_nearest_choice(project, capsys, case, arguments):
    part, text, expected = MISTAKES[case]
    write(project / PATHS[part], text)
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith(expected), err
    assert err.count("\n") == 1


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
HOSTILE = {
    "endless when written out": (LAUGHS + "sdk: *a9\n", ":1: stands for more than 100,000 values"),
    "endless in a value": (
        "imports: []\nentry_points: []\nsdk:\n" + re.sub("^", "  ", LAUGHS, flags=re.M),
        ":1: stands for more than",
    ),
    "nested deeply": ("sdk: " + "[" * 100 + "]" * 100, ":1: nested more than 40 levels deep"),
    # libyaml of PyYAML 6.0.4 has a limit of its own, "exceeded maximum nesting depth"; ours speaks before it elsewhere.
    "nested without end": ("sdk: " + "[" * 60_000 + "]" * 60_000, ":1: n"),
    "inside itself": ("sdk: &a [*a]\n", ":1: sdk: must be a string, not [["),
    "a key twice": ("sdk: a\nimports: []\nsdk: b\n", ":3: sdk: this key is already there"),
    "null byte": ("sdk: a\nimports: \0\n", ":2: not valid YAML: unacceptable character #x0000"),
    "a program": ("sdk: !!python/object/apply:os.system [echo]\n", ":1: not valid YAML: could not determine"),
    "no such day": ("sdk: 2024-99-99\n", ": a value is none of its kind: month must be in 1..12"),
    "no such truth": ("sdk: !!bool x\n", ": a value is none of its kind: 'x'"),
    "a number without end": (f"sdk: {'9' * 5_000}\n", ": a value is none of its kind: Exceeds the limit"),
    "empty": ("", ":1: must be a table, not None"),
    "two documents": ("sdk: a\n---\nsdk: b\n", ":2: not valid YAML: but found another document"),
    "a typo in the place of a needed key": ("sdkk: a\n", ':1: sdkk: unknown key (did you mean "sdk"?)'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_in_a_message(project, capsys, case):
    text, expected = HOSTILE[case]
    write(project / PATHS["sdk"], text)
    assert main(["check"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(PATHS["sdk"] + expected), err
    assert len(err) < 400


def test_a_file_that_is_no_utf_8_is_named_with_its_line(project, capsys):
    (project / PATHS["models"]).write_bytes(b"maker: acme\ndate: \xff\n")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == PATHS["models"] + ":2: not valid UTF-8\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("knowledge/model/a.yaml", 'knowledge/model: unknown folder (did you mean "models"?)'),
        (
            "knowledge/ACM002-x.md",
            "knowledge/ACM002-x.md: not read here: rule pages belong in the folder checks",
        ),
        (
            "knowledge/acme.yaml",
            "knowledge/acme.yaml: not read here: it belongs in the folder sdks or models",
        ),
        ("knowledge/sdks/a.json", "knowledge/sdks/a.json: not read: files in sdks end in .yaml"),
        ("knowledge/tasks/a.yaml", "knowledge/tasks: not read: only checks, sdks, models can be added to"),
    ],
)
def test_a_misplaced_file_is_not_passed_over_in_silence(project, capsys, path, message):
    write(project / path, "x: 1\n")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == message + "\n"


def test_an_empty_folder_is_named(project, capsys):
    write(project / "wattlint.toml", 'rules-dir = "empty"\n')
    (project / "empty").mkdir()
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "empty: has none of the folders checks, sdks, models\n"


def test_a_readme_beside_the_parts_is_no_mistake(project, capsys):
    write(project / "knowledge" / "README.md", "What our team knows.\n")
    assert main(["check", "--ignore", "ACM"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models"], "wattlint: models: give one QUERY, or --check\n"),
        (["models", "--check", "nope"], "wattlint: models --check: no such folder: nope\n"),
    ],
)
def test_models_needs_something_to_do(project, capsys, arguments, message):
    assert main(arguments) == 2
    assert capsys.readouterr().err == message
