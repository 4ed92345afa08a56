"""Input made to break: every file is done with in bounded time and memory, with a finding or an error that is seen, and
the file beside it is linted all the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from forked import run

from wattlint.sources.ignore import MAX_CHARACTERS

CPU_S = 5.0
"""Per file, plus START_S for the interpreter and the catalogue."""
START_S = 2.0
PEAK_MB = 500

GOOD = "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-4-turbo', messages=[])\n"
CALL = "from openai import OpenAI\nOpenAI().responses.create(model={}, input={})\n"


def call(before: str, model: str = "x", prompt: str = "x") -> str:
    return f"{before}\n{CALL.format(model, prompt)}"


ANALYSED: dict[str, Callable[[], str | bytes]] = {
    "one line": lambda: "; ".join(["from openai import OpenAI"] + ["OpenAI().responses.create(model='gpt-4o', input='x')"] * 60 + ["x = 1"] * 20_000),
    "constants joined": lambda: call("x = " + " + ".join(["'a'"] * 100_000)),
    "names joined": lambda: call("a = 'b'\nx = " + " + ".join(["a"] * 100_000)),
    "implicitly joined": lambda: call("x = (" + " ".join(["'a'"] * 100_000) + ")"),
    "doubling": lambda: call("s = 'a'\n" + "s = s + s\n" * 60, "s", "s"),
    "doubling in place": lambda: call("s = 'a'\n" + "s += s\n" * 60, "s", "s"),
    "doubling in a format": lambda: call("s = 'a'\n" + "s = f'{s}{s}'\n" * 60, "s", "s"),
    "doubling by percent": lambda: call("s = 'a'\n" + "s = '%s%s' % (s, s)\n" * 60, "s", "s"),
    "doubling by join": lambda: call("s = 'a'\n" + "s = ''.join([s, s])\n" * 60, "s", "s"),
    "doubling lists": lambda: call("s = ['a']\n" + "s = [*s, *s]\n" * 60, "s[0]", "s"),
    "doubling dicts": lambda: call("s = {'a': 'b'}\n" + "s = {'l': s, 'r': s}\n" * 60, "s['l']", "s"),
    "replacing": lambda: call("s = 'a'\n" + "s = s.replace('a', 'aa')\n" * 60, "s", "s"),
    "cyclic classes": lambda: call("class A(B): pass\nclass B(C): pass\nclass C(A):\n    m = A.m\n", "A().m", "B.m"),
    "mutual recursion": lambda: call("def f(x=g()):\n    return g(x)\ndef g(x=f()):\n    return f(x)", "f()", "g()"),
    "dict of itself": lambda: call("d = {}\nd['d'] = d\nd.update(d)\nfor k in d:\n    d[k] = d", "d['d']['d']", "d"),
    "dict of 100,000": lambda: call("d = {" + ", ".join(f"'k{n}':{n}" for n in range(100_000)) + "}", "d['k7']", "d"),
    "list of 100,000": lambda: call("d = [" + ", ".join(f"'k{n}'" for n in range(100_000)) + "]", "d[7]", "d"),
    "20,000 branches": lambda: call("".join(f"if a{n}:\n    x = 'm{n}'\n" for n in range(20_000))),
    "20,000 assignments": lambda: call("x = ''\n" + "x = x + 'a'\n" * 20_000),
    "10,000 functions": lambda: call("".join(f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(10_000)), "f0('a')", "f0('b')"),
    "60 loops": lambda: "from openai import OpenAI\n" + "for a in b:\n    OpenAI().responses.create(model='gpt-4o', input=a)\n" * 60,
    "byte order mark": lambda: b"\xef\xbb\xbf" + GOOD.encode(),
    "latin-1": lambda: "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1") + GOOD.encode(),
    "surrogate in a text": lambda: call("x = '\\udc80\\ud800'"),
    "huge prompt": lambda: call("x = '" + "word " * 300_000 + "'"),
    "huge prompt without spaces": lambda: call("x = '" + "a" * 1_900_000 + "'"),
    "huge prompt of brackets": lambda: call("x = '" + "[{(<" * 100_000 + "'"),
    "huge comment": lambda: "# wattlint: " + "ignore[" * 100_000 + "\n# noqa: " + "LLM101," * 100_000 + "\n" + GOOD,
    "attributes": lambda: call("x = a" + ".b" * 20_000),
    "huge model id": lambda: call("x = 'gpt-4o-" + "1-" * 100_000 + "'"),
}  # fmt: skip
"""Python: linted, however odd."""
DEPENDS_ON_PYTHON = {"constants joined", "names joined", "attributes"}
"""Its own parser refuses these in some versions."""

REFUSED: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "10 MB": (lambda: GOOD + "x = 'abcdefghijklmnop'\n" * 450_000, "larger than 2 MB"),
    "10 MB on one line": (lambda: GOOD + "x = 1; " * 1_500_000, "larger than 2 MB"),
    "dict of 1,000,000": (lambda: call("d = {" + ", ".join(f"{n}:{n}" for n in range(1_000_000)) + "}"), "larger than 2 MB"),
    "parentheses": (lambda: call("x = " + "(" * 10_000 + ")" * 10_000), "nested"),
    "operators": (lambda: call("x = " + "-" * 50_000 + "1"), "nested"),
    "blocks": (lambda: GOOD + "".join(" " * n + "if a:\n" for n in range(200)), ""),
    "null byte": (lambda: GOOD.encode() + b"x = '\0'\n", "null bytes"),
    "unknown coding": (lambda: b"# coding: klingon\n" + GOOD.encode(), "cannot be decoded"),
    "wrong coding": (lambda: b"# coding: ascii\nx = '\xff'\n" + GOOD.encode(), "not valid ascii"),
    "not UTF-8": (lambda: b"x = '\xff'\n" + GOOD.encode(), "not valid utf-8"),
    "mark against cookie": (lambda: b"\xef\xbb\xbf# coding: latin-1\n" + GOOD.encode(), "cannot be decoded"),
    "UTF-16": (lambda: GOOD.encode("utf-16"), ""),
    "no Python": (lambda: GOOD + "def f(:\n", "syntax error"),
    "newer syntax": (lambda: GOOD + "match x:\n    case 1 as:\n", "read as Python"),
    "Python 2": (lambda: GOOD + "print 'a'\n", "read as Python"),
}  # fmt: skip
"""No Python, or more than is looked at: LLM901 says why."""


def hostile(folder: Path, content: str | bytes, name: str = "bad.py") -> Path:
    folder = folder / "project"
    folder.mkdir()
    (folder / "good.py").write_text(GOOD)
    (folder / name).write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    )
    return folder


def checked(folder: Path, *arguments: str) -> dict[str, list[str]]:
    """Messages by file; what it took is within bounds; the good file is linted."""
    ran = run(folder, "check", "--format", "json", "--no-cache", *arguments, ".")
    assert ran.cpu_s < CPU_S + START_S, f"{ran.cpu_s:.1f} s"
    assert ran.peak_mb < PEAK_MB, f"{ran.peak_mb:.0f} MB"
    found: dict[str, list[str]] = {}
    for finding in json.loads(ran.out)["findings"]:
        found.setdefault(finding["path"], []).append(f"{finding['code']} {finding['message']}")
    assert any(message.startswith("LLM105") or "gpt-4-turbo" in message for message in found["good.py"])
    return found


@pytest.mark.parametrize("name", ANALYSED)
def test_odd_python_is_linted(name: str, tmp_path: Path) -> None:
    found = checked(hostile(tmp_path, ANALYSED[name]()))
    refused = [message for message in found.get("bad.py", ()) if message.startswith("LLM901")]
    if name in DEPENDS_ON_PYTHON:
        refused = [message for message in refused if "nested" not in message]
    assert not refused


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_analysed_says_why(name: str, tmp_path: Path) -> None:
    content, why = REFUSED[name]
    found = checked(hostile(tmp_path, content()))
    assert any(message.startswith("LLM901") and why in message for message in found["bad.py"]), found


def test_a_large_file_without_calls_is_passed_over(tmp_path: Path) -> None:
    assert "bad.py" not in checked(hostile(tmp_path, "x = 'abcdefghijklmnop'\n" * 450_000))


def test_seconds_per_file(tmp_path: Path) -> None:
    calls = "OpenAI().responses.create(model=f('gpt-4o'), input=f('x'))\n" * 3_000
    folder = hostile(tmp_path, "from openai import OpenAI\ndef f(x):\n    return x\n" + calls)
    (folder / "wattlint.toml").write_text("seconds-per-file = 0.2\n")
    found = checked(folder)
    assert any("analysis stopped after 0.2 s" in message for message in found["bad.py"])


def test_folders_links_and_pipes(tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD)
    (folder / "folder.py").mkdir()
    (folder / "folder.py" / "inside.py").write_text(GOOD)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.py").symlink_to(folder / "self.py")
    (folder / "gone.py").symlink_to(folder / "nowhere.py")
    os.mkfifo(folder / "pipe.py")
    os.mkfifo(folder / "pyproject.toml")
    (folder / "user.py").write_text("import pipe, folder, self, gone\nfrom loop.loop import good\n" + GOOD)
    found = checked(folder)
    assert {"good.py", "bad.py", "user.py", "folder.py/inside.py"} <= found.keys()
    assert not any(path.startswith("loop/") for path in found)


def test_cyclic_imports(tmp_path: Path) -> None:
    folder = hostile(tmp_path, "from other import *\nfrom other import m\nclass A(B): pass\n" + GOOD)
    (folder / "other.py").write_text(
        "from bad import *\nimport bad\nm = bad.m\nclass B(bad.A): m = m\n" + CALL.format("m", "B().m")
    )
    checked(folder)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root reads everything, so the refusal is played."""
    from wattlint.run import check_paths

    folder = hostile(tmp_path, GOOD)
    opened = os.open

    def refusing(file: object, *rest: object, **more: object) -> object:
        if str(file).endswith("bad.py"):
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.chdir(folder)
    analysis = check_paths(["."])
    assert [(one.path, one.message) for one in analysis.problems] == [
        ("bad.py", "cannot be read: Permission denied")
    ]
    assert any(finding.path == "good.py" for finding in analysis.findings)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)
READERS = {
    "bomb.yaml": ("import yaml\nx = yaml.safe_load(open('bomb.yaml'))['m']['a']", BOMB),
    "merge.yaml": ("import yaml\nx = yaml.safe_load(open('merge.yaml'))['m']", "a: &a {k: v}\nb: &b {<<: [*a, *a]}\n" * 20_000),
    "deep.json": ("import json\nx = json.load(open('deep.json'))['m']", "[" * 200_000),
    "large.json": ("import json\nx = json.load(open('large.json'))['m']", '{"a": "' + "x" * 10_000_000 + '"}'),
    "deep.toml": ("import tomllib\nx = tomllib.load(open('deep.toml', 'rb'))['m']", "a = " + "[" * 100_000),
    "deep.yaml": ("import yaml\nx = yaml.safe_load(open('deep.yaml'))['m']", "[" * 99_000),
    "lists.yaml": ("import yaml\nx = yaml.safe_load(open('lists.yaml'))['m']", "- " * 49_000 + "x"),
    "maps.yaml": ("import yaml\nx = yaml.safe_load(open('maps.yaml'))['m']", "\n".join(" " * n + "a:" for n in range(400))),
    "tags.yaml": ("import yaml\nx = yaml.safe_load(open('tags.yaml'))['m']", "m: !!bool x"),
    "date.yaml": ("import yaml\nx = yaml.safe_load(open('date.yaml'))['m']", "m: 2024-99-99"),
    "digits.yaml": ("import yaml\nx = yaml.safe_load(open('digits.yaml'))['m']", "m: " + "9" * 5_000),
    "digits.json": ("import json\nx = json.load(open('digits.json'))['m']", '{"m": ' + "9" * 5_000 + "}"),
    ".env": ("from dotenv import load_dotenv\nimport os\nload_dotenv()\nx = os.environ['MODEL']", "MODEL=" + "a" * 10_000_000),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_data_files(name: str, tmp_path: Path) -> None:
    before, content = READERS[name]
    folder = hostile(tmp_path, call(before))
    (folder / name).write_text(content)
    checked(folder)


def test_notebooks(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": GOOD, "metadata": {}, "outputs": []}
    folder = hostile(tmp_path, json.dumps({"nbformat": 4, "cells": [cell] * 1_000}), "many.ipynb")
    (folder / "deep.ipynb").write_text("[" * 200_000)
    (folder / "outputs.ipynb").write_text(
        json.dumps({"nbformat": 4, "cells": [cell | {"outputs": ["x" * 9_000_000]}]})
    )
    (folder / "odd.ipynb").write_text(
        '{"nbformat": 4, "cells": [null, 1, {"cell_type": "code", "source": [[[]]]}]}'
    )
    found = checked(folder)
    assert any(message.startswith("LLM901") for message in found["deep.ipynb"])


CONFIGURATIONS = {
    "10 MB of comments": "# x\n" * 2_500_000 + "preview = true\n",
    "10 MB of patterns": "exclude = [" + '"aaaaaaaaaa", ' * 700_000 + "]\n",
    "nested": "select = " + "[" * 100_000,
    "patterns that backtrack": f"exclude = ['{'*a' * 40}b', '{'**/' * 40}b', '{'a*' * 3_000}']\n[per-file-ignores]\n'{'*a' * 40}b' = ['LLM101']\n",
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configuration(name: str, tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD, "a" * 200 + ".py")
    (folder / "wattlint.toml").write_text(CONFIGURATIONS[name])
    ran = run(folder, "check", "--no-cache", ".")
    assert ran.cpu_s < CPU_S + START_S and ran.peak_mb < PEAK_MB, ran
    assert ran.status in (1, 2) and (ran.status == 1 or "wattlint.toml" in ran.err)


CALLER = (
    "import os, yaml\nfrom dotenv import load_dotenv\nload_dotenv()\n"
    "OpenAI().responses.create(model=os.environ['MODEL'], input=yaml.safe_load(open('settings.yaml'))['x'])\n"
)


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "wattlint.toml", ".env", "settings.yaml", ".gitignore", "setup.cfg", "requirements.txt", "uv.lock"],
)  # fmt: skip
def test_a_pipe_in_the_place_of_a_file(name: str, tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD + CALLER)
    os.mkfifo(folder / name)
    assert "bad.py" in checked(folder)


@pytest.mark.parametrize("name", ["checks/LLM999-x.md", "sdks/x.yaml", "models/x.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "10 MB"])
def test_knowledge_that_has_no_end(name: str, kind: str, tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD)
    file = folder / "knowledge" / name
    file.parent.mkdir(parents=True)
    os.mkfifo(file) if kind == "pipe" else file.write_text("---\n" + "a: [b, c]\n" * 1_000_000)
    (folder / "wattlint.toml").write_text("rules-dir = 'knowledge'\n")
    ran = run(folder, "check", "--no-cache", ".")
    assert ran.status == 2 and ran.cpu_s < CPU_S
    assert f"{name}: {'not a regular file' if kind == 'pipe' else 'larger than 500 kB'}" in ran.err.replace(
        "cannot be read: ", ""
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = '" + "a" * 10_000_000 + "'\n", "wattlint.toml: larger than 250 kB"),
        ("".join(f"k{n} = 1\n" for n in range(20_000)), "unknown key"),
        ("ignore = [" + "'LLM0', " * 20_000 + "]\n", "unknown rule code"),
        ("a = " + "[" * 200_000 + "\n", "wattlint.toml:1: not valid TOML"),
        ("k" * 200_000 + " = 1\n", "unknown key"),
        ("seconds-per-file = " + "9" * 5_000 + "\n", "wattlint.toml:1: not valid TOML: Exceeds the limit"),
    ],
    ids=["10 MB", "many mistakes", "many wrong codes", "nested", "a long key", "a long number"],
)
def test_a_hostile_configuration(text: str, why: str, tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD)
    (folder / "wattlint.toml").write_text(text)
    ran = run(folder, "check", "--no-cache", ".")
    assert ran.status == 2 and why in ran.err
    assert ran.cpu_s < CPU_S and len(ran.err) < 20_000


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 2_000 + "b", "**/" * 1_000 + "b", "a/" + "**/a/" * 60 + "b.py", "**/*a*a*/" * 20 + "x", "[a-z]" * 800, "*" * 40_000],
    ids=lambda pattern: f"{pattern[:9]}, {len(pattern)}",
)  # fmt: skip
def test_a_hostile_pattern(pattern: str, tmp_path: Path) -> None:
    """In every setting that takes one, against a path made to try all its ways."""
    folder = hostile(tmp_path, GOOD)
    deep = folder.joinpath(*["a"] * 40, "aaaaaaaa" * 8)
    deep.mkdir(parents=True)
    (deep / ("a" * 200 + ".py")).write_text(GOOD)
    (folder / ".gitignore").write_text(pattern + "\n")
    (folder / "wattlint.toml").write_text(
        f"extend-exclude = ['{pattern}']\n[per-file-ignores]\n'{pattern}' = ['LLM301']\n[workload]\n'{pattern}::{pattern}' = '1/day'\n"
    )
    ran = run(folder, "check", "--no-cache", ".")
    refused = len(pattern) > MAX_CHARACTERS
    assert ran.cpu_s < CPU_S and ("is no valid pattern" in ran.err) == refused
    assert refused or "gpt-4-turbo" in ran.out


def test_a_link_that_leads_nowhere_says_where_to(tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD)
    (folder / "gone.py").symlink_to("nowhere.py")
    assert "gone.py: a link to nowhere.py, which does not exist" in run(folder, "check", ".").err


def test_many_fixes_in_one_file(tmp_path: Path) -> None:
    load = "model{} = AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3.1-8B', torch_dtype=torch.float32)\n"
    chat = "OpenAI().chat.completions.create(model='gpt-4-turbo', messages=[])\n"
    head = "import torch\nfrom openai import OpenAI\nfrom transformers import AutoModelForCausalLM\n"
    folder = hostile(tmp_path, head + "".join(load.format(n) + chat for n in range(150)))
    ran = run(folder, "check", "--no-cache", "--format", "json", ".")
    assert ran.cpu_s < CPU_S
    fixable = [one for one in json.loads(ran.out)["findings"] if one["path"] == "bad.py" and one["fix"]]
    assert len(fixable) >= 150


MANY = {
    "calls": (
        "    r{n} = client.chat.completions.create(model='gpt-4', messages=[dict(role='user', content=f'Cat {n}? {{x}}')])\n"
        "    if r{n}.choices[0].message.content.strip() == 'yes':\n        print({n})\n"
    ),
    "in a loop": "    for row in x:\n        r = client.responses.create(model='gpt-4', input=row)\n",
    "loads": (
        "    m{n} = AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3.1-8B')\n"
        "    m{n} = m{n}.half().to('cuda')\n"
    ),
    "generations": "    o{n} = m.generate(**tokenizer(x, padding=True), max_new_tokens=9)\n    print(o{n}[0])\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
def test_a_thousand_calls_in_one_function(name: str, tmp_path: Path) -> None:
    """Each asks what the rest of the function does: read for every call, this would take minutes."""
    head = (
        "from openai import OpenAI\nfrom transformers import AutoModelForCausalLM\nclient = OpenAI()\n"
        "def run(x, tokenizer):\n    m = AutoModelForCausalLM.from_pretrained('gpt2')\n"
    )
    folder = hostile(tmp_path, head + "".join(MANY[name].format(n=n) for n in range(1000)))
    ran = run(folder, "check", "--format", "json", "--no-cache", ".")
    assert ran.cpu_s < CPU_S + START_S
    assert json.loads(ran.out)["coverage"]["sites"] > 1000 and "LLM901" not in ran.out


def test_time_for_rules_and_fixes_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the analysis: what is left is said."""
    import time

    from wattlint.lint import engine
    from wattlint.lint.fixes import propose

    def slow_time() -> float:
        slow_time.now += 0.1
        return slow_time.now

    slow_time.now = time.thread_time()
    folder = hostile(
        tmp_path,
        "import openai\n" + "openai.OpenAI().responses.create(model='gpt-4-turbo', input='x')\n" * 80,
    )
    monkeypatch.setattr(engine, "thread_time", slow_time)
    found = checked(folder)["bad.py"]
    assert any("analysis stopped after 5 s" in message for message in found)
    monkeypatch.setattr(engine, "thread_time", time.thread_time)
    monkeypatch.setattr(propose, "thread_time", slow_time)
    ran = run(folder, "check", "--format", "json", "--no-cache", ".")
    fixable = [one for one in json.loads(ran.out)["findings"] if one["path"] == "bad.py" and one["fix"]]
    assert 40 < len(fixable) < 60


@pytest.mark.parametrize(
    "text",
    ["a_" * 500_000, "eyJaaaaaaaaaa-" * 70_000, "api_key='" * 100_000, "://" * 300_000, "api_key=" + "\\" * 900_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_hiding_secrets_takes_no_time(text: str) -> None:
    import time

    from wattlint.sources.secrets import hide, may_hold_secret

    began = time.process_time()
    hide(text)
    may_hold_secret(text)
    assert time.process_time() - began < 4


def test_init_beside_hooks_that_nest_without_end(tmp_path: Path) -> None:
    folder = hostile(tmp_path, GOOD)
    (folder / ".pre-commit-config.yaml").write_text("repos: " + "[" * 99_000)
    ran = run(folder, "init", "--yes")
    assert ".pre-commit-config.yaml is no valid YAML" in ran.out + ran.err and "Traceback" not in ran.err
