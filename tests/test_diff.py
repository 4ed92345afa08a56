"""``wattlint diff`` on real git histories: each shows exactly the calls that it affects."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest

from git_helper import Repo, diff, run, told

SCHEMA = json.loads((Path(__file__).parent.parent / "docs/schemas/diff.schema.json").read_text())

SETTINGS = 'CHAT_MODEL = "gpt-4o"\nSMALL_MODEL = "gpt-4o-mini"\n'
APP = """\
from openai import OpenAI

from settings import CHAT_MODEL, SMALL_MODEL

client = OpenAI()


def summarise(text):
    prompt = f"Summarise the following text in two sentences: {text}"
    return client.chat.completions.create(model=CHAT_MODEL, messages=[{"role": "user", "content": prompt}])


def translate(text):
    prompt = f"Translate the following text to French, keep the tone: {text}"
    return client.chat.completions.create(model=SMALL_MODEL, messages=[{"role": "user", "content": prompt}])
"""
OTHER = """\
import anthropic

client = anthropic.Anthropic()


def poem(topic):
    return client.messages.create(
        model="claude-3-5-haiku-latest", max_tokens=300, messages=[{"role": "user", "content": f"A poem about {topic}"}]
    )
"""
PROJECT = {"settings.py": SETTINGS, "app.py": APP, "other.py": OTHER, "plain.py": "x = 1\n"}


def notebook(*cells: str) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": cell}
                for cell in cells
            ],
        }
    )


NOTEBOOK = (
    "from openai import OpenAI\nclient = OpenAI()",
    "client.responses.create(model='gpt-4o', input='Write a long story about a fox.')",
    "client.responses.create(model='gpt-4o-mini', input='Write a short story about a hen.')",
)


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit(dict(PROJECT))
    repo.git("checkout", "-q", "-b", "feature")
    return repo


def test_model_swapped_in_a_settings_file(repo):
    repo.commit({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1-nano")})
    data = diff(repo.folder)
    jsonschema.validate(data, SCHEMA)
    assert told(data) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1-nano"]
    assert data["pairs"][0]["origin"]["path"] == "settings.py"
    assert data["unchanged"] == 2


def test_model_swapped_in_a_yaml_file(tmp_path):
    repo = Repo(tmp_path)
    code = (
        "import openai\nimport yaml\n\nwith open('config.yaml') as file:\n    config = yaml.safe_load(file)\n\n\n"
        "def ask(text):\n    return openai.OpenAI().responses.create(model=config['model'], input=text)\n"
    )
    repo.commit({"bot.py": code, "config.yaml": "model: gpt-4o\n"})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"config.yaml": "model: gpt-4o-mini\n"})
    data = diff(repo.folder)
    assert told(data) == ["changed bot.py ask: model gpt-4o → gpt-4o-mini"]
    assert data["pairs"][0]["origin"] == {"path": "config.yaml", "line": 1, "note": "value of model"} or (
        data["pairs"][0]["origin"]["path"] == "config.yaml"
    )


def test_new_loop_around_an_existing_call(repo):
    looped = APP.replace(
        "    return client.chat.completions.create(model=SMALL",
        "    for _ in range(20):\n        client.chat.completions.create(model=SMALL",
    )
    repo.commit({"app.py": looped})
    assert told(diff(repo.folder)) == ["changed app.py translate: loop none → once per item, 20 times"]


def test_constant_moved_to_another_file_changes_nothing(repo):
    repo.commit(
        {
            "settings.py": 'CHAT_MODEL = "gpt-4o"\nfrom models import SMALL_MODEL\n',
            "models.py": 'SMALL_MODEL = "gpt-4o-mini"\n',
        }
    )
    data = diff(repo.folder)
    assert told(data) == [] and data["unchanged"] == 3


def test_constant_moved_and_changed(repo):
    repo.commit(
        {
            "settings.py": 'CHAT_MODEL = "gpt-4o"\nfrom models import SMALL_MODEL\n',
            "models.py": 'SMALL_MODEL = "gpt-4.1"\n',
        }
    )
    data = diff(repo.folder)
    assert told(data) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1"]
    assert data["pairs"][0]["origin"]["path"] == "models.py"


WRAPPED = """\
from openai import OpenAI

from settings import CHAT_MODEL, SMALL_MODEL

client = OpenAI()


def ask(prompt, model):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])


def summarise(text):
    return ask(f"Summarise the following text in two sentences: {text}", CHAT_MODEL)


def translate(text):
    return ask(f"Translate the following text to French, keep the tone: {text}", SMALL_MODEL)
"""


def test_wrapper_added_is_the_same_calls(repo):
    repo.commit({"app.py": WRAPPED})
    data = diff(repo.folder)
    assert told(data) == [] and data["unchanged"] == 3
    assert data["before"]["energy_wh"] == data["after"]["energy_wh"]


def test_wrapper_added_with_another_model(repo):
    repo.commit({"app.py": WRAPPED.replace(", CHAT_MODEL)", ', "gpt-4.1")')})
    data = diff(repo.folder)
    assert told(data) == ["changed app.py summarise: model gpt-4o → gpt-4.1"]
    assert data["pairs"][0]["through"]["note"] == "ask"


def test_new_caller_of_a_wrapper_is_an_added_call(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"app.py": WRAPPED})
    repo.git("checkout", "-q", "-b", "more")
    repo.commit(
        {
            "more.py": "from app import ask\n\n\ndef title(text):\n    return ask('A title: ' + text, 'gpt-4o')\n"
        }
    )
    assert told(diff(repo.folder)) == ["added more.py title"]


def test_two_callers_of_a_wrapper_in_one_function_keep_apart(repo):
    """The one in the loop stays the one in the loop, also where the text of the other changes."""
    loop = (
        "from app import translate\n\n\ndef run(texts, first={}):\n    translate(first)\n"
        "    for text in texts:\n        translate(text)\n"
    )
    repo.commit({"run.py": loop.format("'Good morning to everybody here.'")})
    repo.commit({"run.py": "import os\n\n" + loop.format("os.environ['FIRST']")})
    found = told(diff(repo.folder, "HEAD~1"))
    assert not [line for line in found if "loop" in line], found


def test_notebook_changed(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"n.ipynb": notebook(*NOTEBOOK), "app.py": OTHER})
    repo.git("checkout", "-q", "-b", "feature")
    changed = NOTEBOOK[2].replace("gpt-4o-mini", "gpt-4o")
    repo.commit({"n.ipynb": notebook("print('a new first cell')", *NOTEBOOK[:2], changed)})
    data = diff(repo.folder)
    assert told(data) == ["changed n.ipynb None: model gpt-4o-mini → gpt-4o"]
    assert data["pairs"][0]["after"]["cell"] == 3


def test_lines_that_move_are_no_change(repo):
    repo.commit(
        {
            "app.py": "# a comment\n\n" + APP.replace("(text)", "(document)").replace("{text}", "{document}"),
            "plain.py": "x = 2\n",
        }
    )
    assert told(diff(repo.folder)) == []


def test_file_renamed(repo):
    repo.git("mv", "other.py", "poems.py")
    repo.write({"poems.py": OTHER.replace("max_tokens=300", "max_tokens=30")})
    repo.commit({})
    assert [line.partition(",")[0] for line in told(diff(repo.folder))] == [
        "changed poems.py poem: output limit 300 → 30"
    ]


def test_function_moved_to_a_class_in_another_file(repo):
    moved = OTHER.replace("def poem(topic):", "class Poet:\n  def poem(self, topic):").replace(
        "3-5-haiku", "3-7-sonnet"
    )
    repo.commit({"other.py": None, "lib/poet.py": moved})
    (line,) = told(diff(repo.folder))
    assert line.startswith(
        "changed lib/poet.py Poet.poem: model claude-3-5-haiku-latest → claude-3-7-sonnet-latest"
    )


def test_another_sdk_in_the_same_function(repo):
    repo.commit(
        {
            "other.py": "import openai\n\n\ndef poem(topic):\n    return openai.OpenAI().responses.create("
            'model="gpt-4o-mini", max_output_tokens=300, input=f"A poem about {topic}")\n'
        }
    )
    (line,) = told(diff(repo.folder))
    assert line.startswith("changed other.py poem: call anthropic.messages → openai.responses, model")


def test_added_and_removed_calls_and_sums(repo):
    repo.commit({"other.py": None, "new.py": APP.replace("summarise", "digest").split("def translate")[0]})
    data = diff(repo.folder)
    assert told(data) == ["added new.py digest", "removed other.py poem"]
    assert (data["before"]["calls"], data["after"]["calls"]) == (3, 3)
    added = next(pair for pair in data["pairs"] if pair["status"] == "added")
    assert added["change"]["energy_wh"] == added["after"]["impact"]["energy_wh"]
    for name in ("energy_wh", "carbon_gco2e", "water_ml", "cost_usd"):
        difference = data["after"][name]["p50"] - data["before"][name]["p50"]
        assert data["change"][name]["p50"] == pytest.approx(difference, rel=1e-2, abs=1e-9)


def test_a_call_without_an_estimate_is_kept_apart(repo):
    repo.commit({"app.py": APP.replace("def summarise(text)", "def summarise(text, CHAT_MODEL)")})
    data = diff(repo.folder)
    assert told(data) == ["changed app.py summarise: model gpt-4o → unknown"]
    assert data["pairs"][0]["change"]["energy_wh"] is None
    assert data["after"]["without_estimate"] == 1 and data["before"]["without_estimate"] == 0
    assert "no estimate" in run(repo.folder, "diff")[1]


def test_what_is_in_no_sum_is_said(repo):
    repo.commit(
        {
            "other.py": OTHER.replace('"claude-3-5-haiku-latest"', "MODEL").replace(
                "import", "MODEL = input()\nimport"
            ),
            "bound.py": "from langchain_openai import ChatOpenAI\n\nllm = ChatOpenAI(model='gpt-4o')\n",
        }
    )
    said = (
        "Not in the change: calls with an estimate on one side only (1).",
        "Not in the sums: bound and loaded models (1), shown with one typical call each.",
    )
    text = run(repo.folder, "diff")[1]
    assert all(f"\n{one}\n" in text for one in said)
    markdown = run(repo.folder, "diff", "--format", "markdown")[1].replace("\\", "")
    assert " ".join(said) in markdown


def test_what_becomes_known_is_no_increase(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"app.py": APP.replace("def summarise(text)", "def summarise(text, CHAT_MODEL)")})
    repo.git("checkout", "-q", "-b", "known")
    repo.commit({"app.py": APP})
    data = diff(repo.folder)
    assert told(data) == ["changed app.py summarise: model unknown → gpt-4o"]
    assert data["after"]["energy_wh"]["p50"] > data["before"]["energy_wh"]["p50"]
    assert data["change"]["energy_wh"] == {"p10": 0, "p50": 0, "p90": 0}
    assert "Not in the change: calls with an estimate on one side only (1)." in run(repo.folder, "diff")[1]


def test_workload_per_month(repo):
    repo.commit(
        {"app.py": APP.replace("    return client", "    # wattlint: calls=1_000/day\n    return client")}
    )
    data = diff(repo.folder)
    assert {line.split(": ")[1] for line in told(data)} == {"calls per month unknown → 30,438"}
    assert data["before"]["per_month"] is None and data["after"]["per_month"]["calls"] > 60_000
    assert data["change_per_month"]["energy_kwh"] is None  # of a call that nobody counted before


def test_a_change_of_a_known_workload_per_month(repo):
    counted = APP.replace("    return client", "    # wattlint: calls=1_000/day\n    return client")
    repo.commit({"app.py": counted})
    repo.git("branch", "-f", "main")
    repo.commit({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1")})
    data = diff(repo.folder)
    jsonschema.validate(data, SCHEMA)
    (one,) = data["pairs"]
    for name, per_call in (
        ("energy_kwh", "energy_wh"),
        ("carbon_kgco2e", "carbon_gco2e"),
        ("water_l", "water_ml"),
    ):
        assert one["change_per_month"][name]["p50"] == pytest.approx(
            one["change"][per_call]["p50"] * 30.438, rel=0.01
        )
    text = run(repo.folder, "diff")[1]
    assert re.search(r"per month \+.*Wh .*, \+.*gCO2e .*, \+.*L .* water, \+US\$ ", text)
    assert re.search(r"Per month.*60,875 → 60,875 calls\n  energy .* → .*: \+", text)
    markdown = run(repo.folder, "diff", "--format", "markdown")[1]
    assert "| price per month |" in markdown and "a month" in markdown


# what is compared


def test_the_working_tree_counts_and_is_left_alone(repo):
    repo.write(
        {"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1"), "fresh.py": OTHER.replace("poem", "song")}
    )
    before = {path: path.read_bytes() for path in repo.folder.rglob("*") if path.is_file()}
    assert told(diff(repo.folder, "--no-cache")) == [
        "added fresh.py song",
        "changed app.py translate: model gpt-4o-mini → gpt-4.1",
    ]
    assert {path: path.read_bytes() for path in repo.folder.rglob("*") if path.is_file()} == before


def test_staged_and_uncommitted(repo):
    repo.commit({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1-mini")})
    repo.write({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1")})
    repo.git("add", "-A")
    repo.write({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1-nano")})
    assert told(diff(repo.folder)) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1-nano"]
    assert told(diff(repo.folder, "--staged")) == ["changed app.py translate: model gpt-4.1-mini → gpt-4.1"]
    assert told(diff(repo.folder, "--uncommitted")) == [
        "changed app.py translate: model gpt-4.1-mini → gpt-4.1-nano"
    ]
    assert told(diff(repo.folder, "--staged", "main")) == [
        "changed app.py translate: model gpt-4o-mini → gpt-4.1"
    ]
    assert told(diff(repo.folder, "main..feature")) == [
        "changed app.py translate: model gpt-4o-mini → gpt-4.1-mini"
    ]


def test_the_merge_base_counts_not_the_tip(repo):
    repo.commit({"plain.py": "x = 3\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"other.py": None})
    repo.git("checkout", "-q", "feature")
    assert told(diff(repo.folder, "main")) == []
    assert told(diff(repo.folder, "main..HEAD")) == ["added other.py poem"]
    assert told(diff(repo.folder, "main...HEAD")) == []


def test_project_in_a_subfolder_of_a_bigger_repository(tmp_path):
    repo = Repo(tmp_path)
    files = {f"services/bot/{name}": text for name, text in PROJECT.items()}
    repo.commit({**files, "services/bot/pyproject.toml": "[project]\nname='bot'\n", "tool.py": OTHER})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(
        {
            "services/bot/settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1"),
            "tool.py": OTHER.replace("300", "30"),
        }
    )
    assert told(diff(tmp_path / "services/bot")) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1"]
    assert told(diff(tmp_path, "services")) == [
        "changed services/bot/app.py translate: model gpt-4o-mini → gpt-4.1"
    ]
    assert len(told(diff(tmp_path))) == 2
    assert len(told(diff(tmp_path / "services/bot", "main", "../.."))) == 2


def test_configuration_of_now_holds_for_both_sides(repo):
    repo.commit(
        {
            "pyproject.toml": '[tool.wattlint]\nextend-exclude = ["other.py"]\n[tool.wattlint.impact]\nregion = "SE"\n'
        }
    )
    data = diff(repo.folder)
    assert told(data) == [] and data["unchanged"] == 2


def test_new_and_gone_findings(repo):
    slow = (
        "from transformers import pipeline\n\npipe = pipeline('text-generation', model='gpt2')\n\n\n"
        "def run(texts):\n    for text in texts:\n        pipe(text)\n"
    )
    repo.commit({"slow.py": slow})
    data = diff(repo.folder)
    assert [finding["code"] for finding in data["new_findings"]] == ["LLM301"]
    repo.git("checkout", "-q", "main")
    repo.commit({"slow.py": slow})
    repo.git("checkout", "-q", "-b", "faster")
    repo.commit({"slow.py": slow.replace("    for text in texts:\n        pipe(text)", "    pipe(texts)")})
    data = diff(repo.folder)
    assert [finding["code"] for finding in data["fixed_findings"]] == ["LLM301"]


# bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], 'wattlint: unknown revision "nowhere"\n'),
        (["main..nowhere"], 'wattlint: unknown revision "nowhere"\n'),
        (["feture"], 'wattlint: unknown revision "feture" (did you mean "feature"?)\n'),
        (["main", "ap.py"], "wattlint: ap.py: in neither version\n"),
        (["main..feature", "gone"], "wattlint: gone: in neither version\n"),
        (["--output"], None),
    ],
)
def test_unknown_revision(repo, arguments, message):
    if message is None:
        arguments, message = ["--", "--output"], 'wattlint: unknown revision "--output"\n'
    status, out, err = run(repo.folder, "diff", *arguments)
    assert (status, out, err) == (2, "", message)


def test_a_path_that_is_gone_is_none_of_these(repo):
    repo.commit({"other.py": None})
    assert told(diff(repo.folder, "main", "other.py")) == ["removed other.py poem"]
    assert told(diff(repo.folder, "main..feature", "other.py")) == ["removed other.py poem"]


def test_no_repository(tmp_path):
    status, out, err = run(tmp_path, "diff")
    assert (status, out) == (2, "") and err == f"wattlint: {tmp_path}: not in a git repository\n"


def test_bare_repository(repo, tmp_path):
    repo.git("clone", "-q", "--bare", str(repo.folder), str(tmp_path / "bare"))
    status, out, err = run(tmp_path / "bare", "diff")
    assert (status, out) == (2, "") and "bare repository" in err and err.count("\n") == 1
    status, _, err = run(repo.folder / ".git", "diff")
    assert status == 2 and err.count("\n") == 1


def test_repository_without_a_commit(tmp_path):
    repo = Repo(tmp_path)
    repo.write(dict(PROJECT))
    status, out, err = run(tmp_path, "diff")
    assert (status, out) == (2, "") and "no default branch" in err
    status, out, _ = run(tmp_path, "diff", "--staged")
    assert status == 0 and "No call site" in out
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("add", ".")
    assert len(diff(tmp_path, "--staged")["pairs"]) == len(diff(tmp_path, "--uncommitted")["pairs"]) > 0


def test_shallow_clone(repo, tmp_path):
    repo.commit({"plain.py": "x = 5\n"})
    repo.git(
        "clone",
        "-q",
        "--depth",
        "1",
        "--no-single-branch",
        f"file://{repo.folder}",
        str(tmp_path / "shallow"),
    )
    status, out, err = run(tmp_path / "shallow", "diff", "origin/main")
    assert (status, out) == (2, "")
    assert (
        "no common ancestor in this shallow clone" in err and "fetch-depth: 0" in err and err.count("\n") == 1
    )
    assert told(diff(tmp_path / "shallow", "origin/main..HEAD")) == []


def test_merge_conflict_in_the_index(repo):
    repo.commit({"plain.py": "x = 7\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"plain.py": "x = 8\n"})
    with pytest.raises(Exception, match="merge"):
        repo.git("merge", "feature")
    status, out, err = run(repo.folder, "diff", "--staged")
    assert (status, out) == (2, "") and "plain.py: has merge conflicts" in err


def test_git_is_not_installed(repo, monkeypatch):
    monkeypatch.setenv("PATH", str(repo.folder))
    status, out, err = run(repo.folder, "diff")
    assert (status, out, err) == (2, "", "wattlint: git is not installed, or not on PATH\n")


def test_broken_file_at_the_base_is_said(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"other.py": OTHER + "def f(:\n"})
    repo.git("checkout", "-q", "-b", "repair")
    repo.commit({"other.py": OTHER})
    status, out, err = run(repo.folder, "diff")
    assert status == 0 and err == ""
    assert "Not read at the base: other.py:10: syntax error" in out
    repo.commit({"other.py": OTHER + "def f(:\n"})
    status, _, err = run(repo.folder, "diff", "main~1")
    assert status == 2 and "other.py:10: syntax error" in err


def test_a_sparse_checkout_removes_nothing(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"kept/app.py": OTHER, "left/other.py": OTHER.replace("poem", "song")})
    repo.git("checkout", "-q", "-b", "feature")
    repo.git("sparse-checkout", "set", "kept")
    assert not (tmp_path / "left").exists()
    repo.commit({"kept/app.py": OTHER.replace("300", "30")})
    assert [line.partition(",")[0] for line in told(diff(tmp_path))] == [
        "changed kept/app.py poem: output limit 300 → 30"
    ]


def test_commits_in_a_sparse_checkout_are_read_from_git(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"kept/app.py": OTHER, "left/other.py": OTHER})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"left/other.py": OTHER.replace("300", "30")})
    repo.git("sparse-checkout", "set", "kept")
    assert [line.partition(",")[0] for line in told(diff(tmp_path, "main..feature"))] == [
        "changed left/other.py poem: output limit 300 → 30"
    ]


def test_two_commits_are_compared_whatever_lies_in_the_working_tree(repo):
    repo.commit({"app.py": APP.replace("model=CHAT_MODEL", "model=SMALL_MODEL"), "new.py": OTHER})
    repo.git("checkout", "-q", "-b", "elsewhere", "main")
    repo.commit({"settings.py": SETTINGS.replace("gpt-4o", "gpt-4.1"), "other.py": None})
    repo.write({"new.py": APP, "app.py": "", "settings/__init__.py": SETTINGS.replace("gpt-4o", "o3")})
    there = diff(repo.folder, "main..feature")
    repo.git("stash", "-q", "-u")
    repo.git("checkout", "-q", "feature")
    assert diff(repo.folder, "main..feature") == there
    assert set(told(there)) == {"added new.py poem", "changed app.py summarise: model gpt-4o → gpt-4o-mini"}


def test_files_that_git_does_not_track_are_no_part_of_a_commit(repo):
    repo.write({"draft.py": OTHER, ".gitignore": "private/\n", "private/notes.py": OTHER, ".env": "X=1\n"})
    assert diff(repo.folder, "main..feature")["pairs"] == []
    assert told(diff(repo.folder)) == ["added draft.py poem"]
    # Ignored then and not now; other.py is tracked, so that patterns say nothing of it.
    repo.git("checkout", "-q", "-b", "ignoring")
    repo.commit({".gitignore": "other.py\n"})
    assert told(diff(repo.folder)) == ["added draft.py poem", "added private/notes.py poem"]


def test_a_subclass_more_takes_no_loop_from_the_others(tmp_path):
    """Of the subclasses of one class only so many are told apart."""
    base = (
        "from abc import ABC, abstractmethod\n\n\nclass Base(ABC):\n"
        "    @abstractmethod\n    def embed_text(self, text): ...\n\n"
        "    def train(self, texts):\n        for text in texts:\n            self.embed_text(text)\n"
    )
    of_number = (
        "from openai import OpenAI\nfrom base import Base\n\n\nclass Store{0}(Base):\n"
        "    def embed_text(self, text):\n        return OpenAI().embeddings.create(\n"
        "            model='text-embedding-3-small', input=text)\n"
    )
    repo = Repo(tmp_path)
    repo.commit({"base.py": base, **{f"store{n:02}.py": of_number.format(n) for n in range(10, 14)}})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({f"more{n:02}.py": of_number.format(f"More{n}") for n in range(10, 40)})
    data = diff(tmp_path)
    assert {pair["status"] for pair in data["pairs"]} == {"added"} and data["unchanged"] == 4
    assert {pair["after"]["loop"]["kind"] for pair in data["pairs"]} == {"data"}


def test_a_linked_worktree_and_a_submodule(repo, tmp_path):
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"), "main")
    (tmp_path / "side" / "settings.py").write_text(SETTINGS.replace("gpt-4o-mini", "gpt-4.1"))
    assert told(diff(tmp_path / "side")) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1"]
    inner = Repo(tmp_path / "inner")
    inner.commit({"more.py": OTHER})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.folder), "vendor")
    repo.commit({})
    repo.git("checkout", "-q", "-b", "after")
    repo.commit({"settings.py": SETTINGS.replace("gpt-4o-mini", "gpt-4.1")})
    data = diff(repo.folder, "feature")
    assert told(data) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1"]


def test_odd_names_and_links(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit({"wörld/a b\tc.py": OTHER, "plain.py": ""})
    os.symlink("wörld/a b\tc.py", repo.folder / "link.py")
    os.symlink("/etc/passwd", repo.folder / "outside.py")
    os.symlink("nowhere.py", repo.folder / "dangling.json")
    repo.commit({})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit({"wörld/a b\tc.py": OTHER.replace("300", "3_000")})
    data = diff(repo.folder, "main", "wörld", "link.py", "plain.py")
    assert [pair["status"] for pair in data["pairs"]] == ["changed", "changed"]


def test_work_beside_is_done_here_where_it_fails_there():
    import os

    from wattlint.changes.beside import Beside

    here = os.getpid()
    assert Beside(lambda: "done").result() == "done"
    assert Beside(lambda: os.getpid() if os.getpid() == here else os._exit(1)).result() == here
    with pytest.raises(ValueError, match="wrong"):
        Beside(lambda: int("wrong")).result()


# kept results


def refuse(*arguments, **options):
    raise AssertionError("analysed, although a kept result holds")


def test_a_second_run_takes_what_the_first_kept(repo, monkeypatch):
    looks = (
        'import os\n\nSMALL_MODEL = os.environ.get("MODEL", "gpt-4.1-nano")\n'  # there may be an .env file
    )
    repo.git("checkout", "-q", "main")
    repo.commit({"settings.py": f"CHAT_MODEL = 'gpt-4o'\n{looks.replace('nano', 'mini')}"})
    repo.git("checkout", "-q", "-B", "feature")
    repo.commit({"settings.py": f"CHAT_MODEL = 'gpt-4o'\n{looks}"})
    first = diff(repo.folder)
    assert len(first["pairs"]) == 1 and repo.git("status", "--porcelain") == ""
    with monkeypatch.context() as patch:
        patch.setattr("wattlint.run.analyse_sifted", refuse)
        assert diff(repo.folder) == first
        assert diff(repo.folder, "main") == first
        with pytest.raises(AssertionError):
            diff(repo.folder, "--no-cache")
    text = run(repo.folder, "diff", "--no-cache")[1]
    assert (
        run(repo.folder, "diff")[1] == text
        and run(repo.folder, "diff", "--jobs", "1", "--no-cache")[1] == text
    )


def test_check_and_diff_share_what_they_keep(repo, monkeypatch):
    diff(repo.folder)
    monkeypatch.setattr("wattlint.run.analyse_sifted", refuse)
    assert "LLM" in run(repo.folder, "check")[1]


def test_each_side_is_analysed_anew_when_it_changes(repo):
    assert told(diff(repo.folder)) == []
    swapped = SETTINGS.replace("gpt-4o-mini", "gpt-4.1-nano")
    repo.write({"settings.py": swapped})
    assert told(diff(repo.folder)) == ["changed app.py translate: model gpt-4o-mini → gpt-4.1-nano"]
    repo.commit({})
    assert told(diff(repo.folder, "HEAD")) == []
    repo.write({"settings.py": SETTINGS})
    assert told(diff(repo.folder, "HEAD")) == ["changed app.py translate: model gpt-4.1-nano → gpt-4o-mini"]
    assert told(diff(repo.folder)) == []


def test_an_edit_leaves_what_is_kept_of_the_base(repo, monkeypatch):
    from wattlint import run as analysis

    counted = []
    analyse = analysis.analyse_sifted
    monkeypatch.setattr(analysis, "analyse_sifted", lambda *a, **k: (counted.append(a), analyse(*a, **k))[1])
    for number, first in enumerate((("-j1",), ())):
        repo.write({"wattlint.toml": f"extend-exclude = ['{number}']\n"})  # all anew
        diff(repo.folder, *first)
        counted.clear()
        repo.write({"app.py": APP.replace("French", f"{number} languages")})
        diff(repo.folder, "-j1")
        assert len(counted) == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_another_configuration_is_another_result_of_the_base_too(repo, jobs):
    """Of a file outside what git holds, which the older version does not have."""
    repo.commit({"other.py": OTHER.replace("claude-3-5-haiku-latest", "claude-sonnet-4")})
    before = diff(repo.folder, "--jobs", jobs)["before"]["calls"]
    assert before == 3
    repo.write({"wattlint.toml": 'exclude = ["app.py"]\n'})
    assert diff(repo.folder, "--jobs", jobs)["before"]["calls"] == 1
    repo.write({"wattlint.toml": None})
    assert diff(repo.folder, "--jobs", jobs)["before"]["calls"] == 3


def test_staged_states_are_told_apart(repo):
    for model in ("gpt-4.1", "gpt-4.1-nano", "gpt-4.1"):
        repo.write({"settings.py": SETTINGS.replace("gpt-4o-mini", model)})
        repo.git("add", "-A")
        assert told(diff(repo.folder, "--staged")) == [
            f"changed app.py translate: model gpt-4o-mini → {model}"
        ]
