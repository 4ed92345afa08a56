"""Limits: of a call, of a project, of what a change adds; what is not known is never passed over in silence."""

from __future__ import annotations

import json

import pytest

from git_helper import Repo, diff, run

CALL = """\
from openai import OpenAI

client = OpenAI()


def story(topic{parameters}):
    return client.chat.completions.create(
        model={model}, max_tokens=500, messages=[{{"role": "user", "content": f"A long story about {{topic}}."}}]
    )
"""


def call(model: str, parameters: str = "") -> str:
    return CALL.format(model=model, parameters=parameters)


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"app.py": call('"gpt-4o-mini"')})
    repo.git("checkout", "-q", "-b", "feature")
    return repo


def verdicts(repo: Repo, limits: str, files: dict[str, str | None], *options: str) -> dict[str, str]:
    repo.commit({"wattlint.toml": f"[budget]\n{limits}\n", **files})
    return {gate["name"]: gate["verdict"] for gate in diff(repo.folder, *options)["gates"]}


BIGGER = {"app.py": call('"gpt-4o"')}
UNKNOWN = {"more.py": call("model", ", model")}


@pytest.mark.parametrize(
    ("limits", "files", "verdict"),
    [
        ('increase = { energy-wh = "10%" }', BIGGER, "failed"),
        ('increase = { energy-wh = "100000%" }', BIGGER, "passed"),
        ("increase = { energy-wh = 0 }", BIGGER, "failed"),
        ("increase = { energy-wh = 0 }", {}, "passed"),
        ("increase = { energy-wh = 0 }", {"app.py": None}, "passed"),
        ("increase = { cost-usd = 5 }", BIGGER, "passed"),
        ("increase = { cost-usd = 5 }", UNKNOWN, "unknown"),
        ("per-call = { water-ml = 0.00001 }", BIGGER, "failed"),
        ("per-call = { water-ml = 0.00001 }", {}, "passed"),  # nothing added or changed
        ("per-call = { carbon-gco2e = 100 }", UNKNOWN, "unknown"),
        ("per-project = { energy-wh = 0.00001 }", {}, "failed"),
        ("per-project = { energy-wh = 100 }", {}, "passed"),
        ("per-project = { energy-wh = 100 }", UNKNOWN, "unknown"),
        ("per-month = { cost-usd = 1 }", {}, "unknown"),
        (
            "per-month = { cost-usd = 1 }",
            {
                "app.py": call('"gpt-4o"').replace(
                    "    return", "    # wattlint: calls=1_000_000/day\n    return"
                )
            },
            "failed",
        ),
    ],
)
def test_each_limit(repo, limits, files, verdict):
    (found,) = verdicts(repo, limits, files).values()
    assert found == verdict


def test_a_new_loop_is_not_in_the_figure_and_that_is_said(repo):
    looped = call('"gpt-4o-mini"').replace("    return client", "    for _ in topic:\n        client")
    assert verdicts(repo, 'increase = { energy-wh = "50%" }', {"app.py": looped}) == {
        "budget.increase.energy-wh": "unknown"
    }


def test_a_share_of_nothing_is_unknown(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"app.py": None})
    repo.git("checkout", "-q", "-b", "first")
    found = verdicts(repo, 'increase = { energy-wh = "10%" }', BIGGER)
    assert found == {"budget.increase.energy-wh": "unknown"}


def test_the_percentile_that_counts(repo):
    repo.commit(BIGGER)
    energy = diff(repo.folder)["after"]["energy_wh"]
    limit = f"per-project = {{ energy-wh = {(energy['p50'] + energy['p90']) / 2} }}"
    assert verdicts(repo, limit, {})["budget.per-project.energy-wh"] == "passed"
    assert verdicts(repo, f'at = "p90"\n{limit}', {})["budget.per-project.energy-wh"] == "failed"


def test_what_is_gone_keeps_every_limit(repo):
    repo.git("checkout", "-q", "main")
    repo.commit(UNKNOWN)
    repo.git("checkout", "-q", "-b", "empty")
    repo.git("rm", "-q", "*.py")
    limits = 'unknown = "fail"\nper-project = { cost-usd = 0.001 }\nincrease = { energy-wh = "5%" }'
    assert set(verdicts(repo, limits, {}).values()) == {"passed"}
    # A bound model is in no sum, so that nothing is missing in one.
    bound = "from langchain_openai import ChatOpenAI\n\nllm = ChatOpenAI(model=input())\n"
    assert set(verdicts(repo, limits, {"bound.py": bound}).values()) == {"passed"}


def test_unknown_can_fail(repo):
    limits = 'unknown = "fail"\nper-project = { energy-wh = 100 }'
    assert verdicts(repo, limits, UNKNOWN) == {"budget.per-project.energy-wh": "failed"}
    assert run(repo.folder, "diff")[0] == 1


def test_exit_status_and_text(repo):
    repo.commit({"wattlint.toml": "[budget]\nper-project = { energy-wh = 100 }\n", **UNKNOWN})
    status, out, _ = run(repo.folder, "diff")
    assert status == 0
    assert "unknown: budget.per-project.energy-wh" in out and "not counted: 1 call without an estimate" in out
    repo.commit({"wattlint.toml": "[budget]\nper-project = { energy-wh = 0.00001 }\n"})
    status, out, _ = run(repo.folder, "diff")
    assert status == 1 and "failed: budget.per-project.energy-wh" in out


SLOW = (
    "from transformers import pipeline\n\npipe = pipeline('text-generation', model='gpt2')\n\n\n"
    "def run(texts):\n    for text in texts:\n        pipe(text)\n"
)


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [("error", 0), ("warning", 1), ("info", 1), ("LLM3", 1), ("LLM2", 0), ("error,LLM301", 1), ("ALL", 1)],
)
def test_fail_on(repo, fail_on, status):
    repo.commit({"slow.py": SLOW})
    assert run(repo.folder, "diff", "--fail-on", fail_on)[0] == status
    assert run(repo.folder, "check", "slow.py", "--fail-on", fail_on)[0] == status
    assert run(repo.folder, "diff")[0] == 0


def test_fail_on_counts_new_findings_only(repo):
    repo.git("checkout", "-q", "main")
    repo.commit({"slow.py": SLOW})
    repo.git("checkout", "-q", "-b", "next")
    repo.commit({"slow.py": "# more\n" + SLOW})
    assert run(repo.folder, "diff", "--fail-on", "info")[0] == 0


@pytest.mark.parametrize("fail_on", ["eror", "LLM99", ""])
def test_fail_on_something_that_does_not_exist(repo, fail_on):
    for command in ("diff", "check"):
        status, out, err = run(repo.folder, command, "--fail-on", fail_on)
        assert (status, out) == (2, "") and err.startswith("wattlint: --fail-on: ")


# LLM501


def codes(repo: Repo, *paths: str) -> list[tuple[str, str]]:
    out = json.loads(run(repo.folder, "check", "--format", "json", *paths)[1])
    return [
        (finding["code"], finding["message"]) for finding in out["findings"] if finding["code"] == "LLM501"
    ]


def test_a_call_over_budget_is_a_finding(repo):
    repo.write({"wattlint.toml": "[budget]\nper-call = { energy-wh = 0.00001 }\n"})
    ((_, message),) = codes(repo)
    assert "exceeds the budget of one call: energy" in message and "limit 0.00001 Wh" in message
    repo.write({"wattlint.toml": "[budget]\nper-call = { energy-wh = 100 }\n"})
    assert codes(repo) == []


def test_a_project_over_budget_is_a_finding_at_its_largest_call(repo):
    repo.write(
        {"wattlint.toml": "[budget]\nper-project = { energy-wh = 0.00001 }\n", "big.py": call('"gpt-4o"')}
    )
    out = json.loads(run(repo.folder, "check", "--format", "json")[1])
    assert [(one["path"], one["code"]) for one in out["findings"] if one["code"] == "LLM501"] == [
        ("big.py", "LLM501")
    ]
    repo.write({"wattlint.toml": 'ignore = ["LLM501"]\n[budget]\nper-project = { energy-wh = 0.00001 }\n'})
    assert codes(repo) == []


def test_check_says_what_no_limit_can_be_held_against(repo):
    repo.write({"wattlint.toml": "[budget]\nper-call = { energy-wh = 100 }\n", **UNKNOWN})
    assert "1 without an estimate not held against the budget" in run(repo.folder, "check")[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "per-call = { energy-kwh = 1 }",
            'budget.per-call.energy-kwh: unknown key (did you mean "energy-wh"?)',
        ),
        ("per-cal = { energy-wh = 1 }", 'budget.per-cal: unknown key (did you mean "per-call"?)'),
        ("per-call = { energy-wh = -1 }", "budget.per-call.energy-wh: "),
        (
            'increase = { energy-wh = "ten" }',
            "budget.increase.energy-wh: must be a number of at least 0, or a share",
        ),
        ("increase = { energy-wh = true }", "budget.increase.energy-wh: must be a number"),
        ('at = "p95"', "budget.at: "),
    ],
)
def test_mistakes_in_the_budget_are_named(repo, text, message):
    repo.write({"wattlint.toml": f"[budget]\n{text}\n"})
    status, out, err = run(repo.folder, "check")
    assert status == 2 and f"wattlint.toml:2: {message}" in err
    status, out, err = run(repo.folder, "diff")
    assert (status, out) == (2, "") and f"wattlint.toml:2: {message}" in err
