"""Formats that services read: valid against what they publish, within their caps, and nothing breaks out of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_helper import Repo, run
from wattlint.analysis import Analysis
from wattlint.callsites.facts import CallSite, ModelFact, Place
from wattlint.lint.findings import Finding
from wattlint.reports.by_format import check_report
from wattlint.reports.markdown import code, text
from wattlint.reports.terminal import printable
from wattlint.settings import Settings
from wattlint.sources.files import Problem

SARIF = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
EVIL = "a.py\n::error::x%0A</script>|`@team` #1 [x](http://e.vil) \x1b[31m\u202e<img src=x> *b* \ud800"
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def site(
    path: str = "app.py", line: int = 3, model: str | None = "gpt-4o", function: str | None = "f"
) -> CallSite:
    return CallSite(
        path, line, 4, line + 1, 9, "client.create", "openai", "openai.chat.completions", "call", "resolved",
        function=function, model=ModelFact(model, "literal"),
    )  # fmt: skip


def finding(where: CallSite, severity: str = "warning", message: str = "too big", **values: Any) -> Finding:
    base: dict[str, Any] = {
        "path": where.path, "cell": where.cell, "line": where.line, "column": where.column,
        "end_line": where.end_line, "end_column": where.end_column, "code": "LLM101", "name": "oversized-model",
        "severity": severity, "message": message, "help": "use a smaller one", "url": "https://x", "fix": None,
        "site": where,
    }  # fmt: skip
    return Finding(**{**base, **values})


def analysis(findings: list[Finding], problems: list[Problem] | None = None) -> Analysis:
    sites = list({id(one.site): one.site for one in findings}.values())
    return Analysis(
        sites,
        findings,
        problems=problems or [],
        unreported=problems or [],
        settings={one.path: Settings() for one in sites},
    )


def sarif(of: Analysis) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(check_report("sarif", of))
    jsonschema.validate(data, SARIF)
    assert no_empty_lists(data)
    return data["runs"][0]


def no_empty_lists(data: object) -> bool:
    """But for ``results``, which says that nothing was found."""
    if isinstance(data, dict):
        return all(no_empty_lists(value) for key, value in data.items() if key != "results" or value)
    return data != [] and all(no_empty_lists(one) for one in data) if isinstance(data, list) else True


# SARIF


def test_sarif_of_nothing_is_valid():
    assert sarif(analysis([]))["results"] == []


def test_sarif_says_where_what_and_why():
    one = finding(site(), related=(Place("settings.py", 5, "module constant"), Place("x.py", 0, "")))
    run_ = sarif(analysis([one], [Problem("b.py", 2, "syntax error"), Problem("c.py", None, "unreadable")]))
    (result,) = run_["results"]
    (rule,) = run_["tool"]["driver"]["rules"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("LLM101", 0, "warning") and rule[
        "id"
    ] == "LLM101"
    assert rule["help"]["markdown"].startswith("# oversized-model") and rule["helpUri"].startswith("https://")
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 10}
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%" in run_["originalUriBaseIds"]
    assert [one["physicalLocation"].get("region") for one in result["relatedLocations"]] == [
        {"startLine": 5},
        None,
    ]
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert len(run_["invocations"][0]["toolExecutionNotifications"]) == 2


def test_uris_are_relative_to_the_repository(tmp_path):
    repo = Repo(tmp_path / "r")
    repo.commit({"sub/wö r d.py": SLOW})
    data = json.loads(run(repo.folder / "sub", "check", "--format", "sarif")[1])
    location = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "sub/w%C3%B6%20r%20d.py", "uriBaseId": "%SRCROOT%"}


def test_fingerprints_survive_lines_and_models_and_are_distinct():
    def prints(*sites: CallSite) -> list[str]:
        results = sarif(analysis([finding(one) for one in sites]))["results"]
        return [next(iter(result["partialFingerprints"].values())) for result in results]

    assert prints(site(line=3)) == prints(site(line=30, model="gpt-4.1"))
    assert len(set(prints(site(line=3), site(line=9), site(function="g"), site("b.py")))) == 4


def test_a_fix_is_its_edits(tmp_path):
    code = (
        "from transformers import AutoModelForCausalLM\n\n"
        'model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1")\n'
    )
    (tmp_path / "a.py").write_text(code)
    (tmp_path / "requirements.txt").write_text("transformers<5\n")
    data = json.loads(run(tmp_path, "check", "--format", "sarif")[1])
    jsonschema.validate(data, SARIF)
    (fix,) = next(one for one in data["runs"][0]["results"] if one["ruleId"] == "LLM201")["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "a.py" and fix["description"]["text"]
    lines = code.split("\n")
    for one in change["replacements"]:
        region = one["deletedRegion"]
        assert region["startLine"] == region["endLine"] == 3
        line = lines[2]
        lines[2] = (
            line[: region["startColumn"] - 1]
            + one["insertedContent"]["text"]
            + line[region["endColumn"] - 1 :]
        )
    assert "dtype=" in lines[2]
    compile("\n".join(lines), "a.py", "exec")


def test_a_change_carries_the_fixes_of_its_new_findings(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"a.py": "import os\n", "requirements.txt": "transformers<5\n"})
    (tmp_path / "a.py").write_text(
        "from transformers import AutoModelForCausalLM\n\n"
        'model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1")\n'
    )
    said = [run(tmp_path, "diff", "HEAD", "--format", "sarif")[1] for _ in ("cold", "warm")]
    assert said[0] == said[1]
    data = json.loads(said[0])
    jsonschema.validate(data, SARIF)
    (result,) = (one for one in data["runs"][0]["results"] if one["ruleId"] == "LLM201")
    (change,) = result["fixes"][0]["artifactChanges"]
    assert "torch_dtype" in change["replacements"][0]["insertedContent"]["text"]
    # Also for what is staged or committed, whatever lies in the working tree.
    repo.git("add", "a.py")
    (tmp_path / "a.py").write_text("import os\n")
    said = [run(tmp_path, "diff", "--staged", "--format", "sarif")[1] for _ in ("cold", "warm")]
    repo.git("commit", "-q", "-m", "change")
    said += [run(tmp_path, "diff", "HEAD~1..HEAD", "--format", "sarif", *more)[1] for more in ((), ("-j1",))]
    assert {json.dumps(json.loads(one)["runs"][0]["results"]) for one in said} == {
        json.dumps(data["runs"][0]["results"])
    }


def test_a_comment_is_a_suppression(tmp_path):
    (tmp_path / "a.py").write_text(SLOW.replace("pipe(text)", "pipe(text)  # wattlint: ignore[LLM301] small"))
    data = json.loads(run(tmp_path, "check", "--format", "sarif")[1])
    jsonschema.validate(data, SARIF)
    assert [one["suppressions"][0]["kind"] for one in data["runs"][0]["results"]] == ["inSource"]


def test_a_notebook_has_no_lines_of_its_file():
    where = site("n.ipynb")
    where.cell = 2
    (result,) = sarif(analysis([finding(where)]))["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "(cell 3, line 3)" in result["message"]["text"]


# GitLab, JUnit


def test_gitlab_has_the_required_keys_and_distinct_fingerprints():
    """Those of docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format: GitLab publishes no schema, nor does
    Code Climate, whose format it began with (github.com/codeclimate/platform/issues/60)."""
    found = [
        finding(site(line=line), severity) for line, severity in ((1, "error"), (5, "info"), (9, "warning"))
    ]
    data = json.loads(check_report("gitlab", analysis(found)))
    assert [issue["severity"] for issue in data] == ["major", "info", "minor"]
    assert len({issue["fingerprint"] for issue in data}) == 3
    for issue in data:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= issue.keys()
        assert issue["severity"] in SEVERITIES and not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1


def test_junit_counts():
    report = check_report(
        "junit", analysis([finding(site()), finding(site(line=8))], [Problem("b.py", 2, "broken")])
    )
    root = ET.fromstring(report.partition("\n")[2])
    assert root.attrib == {"tests": "3", "failures": "2", "errors": "1"}
    root = ET.fromstring(check_report("junit", analysis([])).partition("\n")[2])
    assert root.attrib == {"tests": "1", "failures": "0", "errors": "0"}


# GitHub


def test_annotations_keep_to_the_caps_largest_energy_first(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    small = [finding(site(line=line, model="gpt-4o-mini")) for line in range(1, 40, 2)]
    large = finding(site(line=99, model="gpt-4o"))
    errors = [finding(site(line=line, model=None), "error") for line in range(101, 140, 2)]
    lines = check_report("github", analysis([*small, large, *errors])).splitlines()
    assert lines[0].startswith("::warning file=") and ",line=99,endLine=100," in lines[0]
    assert sum(line.startswith("::warning") for line in lines) == 10
    assert sum(line.startswith("::error") for line in lines) == 10
    assert lines[-1].startswith("21 more")
    summary = (tmp_path / "summary.md").read_text()
    assert summary.count("\n| `app.py:") == 41


def test_a_summary_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert "::warning::the summary of the job cannot be written" in check_report("github", analysis([]))


# Markdown


SLOW = (
    "from transformers import pipeline\n\npipe = pipeline('text-generation', model='gpt2')\n\n\n"
    "def run(texts):\n    for text in texts:\n        pipe(text)\n"
)


def many(number: int, model: str = "gpt-4o") -> dict[str, str]:
    """``number`` calls in files of 50."""
    call = "\n\ndef function_with_a_long_name_{0}(text):\n    return client.responses.create(model='{1}', input=f'Question {0} {{text}}')\n"
    return {
        f"package/some_module_{start}.py": "from openai import OpenAI\n\nclient = OpenAI()\n"
        + "".join(call.format(index, model) for index in range(start, min(start + 50, number)))
        for start in range(0, number, 50)
    }


def test_markdown_of_a_change_of_1000_calls_fits_a_comment(tmp_path):
    repo = Repo(tmp_path)
    repo.commit(many(1000))
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(many(1000, "gpt-4.1-mini"))
    _, out, _ = run(tmp_path, "diff", "--format", "markdown")
    assert len(out) < 65_536 and len(out.encode()) < 3 * 65_536
    assert out.startswith("<!-- wattlint -->\n### wattlint: −")
    assert out.count("### ") == 1 and out.count("<details>") == out.count("</details>") == 1
    shown = out.count("\n| ✏️ |")
    assert 100 < shown < 1000 and f"{1000 - shown} more rows do not fit here" in out
    assert len(run(tmp_path, "estimate", "--format", "markdown")[1]) < 65_536
    assert len(run(tmp_path, "check", "--format", "markdown")[1]) < 65_536


def test_markdown_names_the_worst_three_with_their_cure(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"a.py": ""})
    repo.git("checkout", "-q", "-b", "feature")
    prompts = ("Translate to French: ", "Summarise the following text in two sentences: ", "Hello ", "Bye ")
    body = "\n".join(
        f"def f{i}(t):\n    return client.responses.create(model='gpt-4o', max_output_tokens={100 * i + 50}, input='{p}' + t)\n"
        for i, p in enumerate(prompts)
    )
    repo.commit({"a.py": f"from openai import OpenAI\nclient = OpenAI()\n{body}"})
    out = run(tmp_path, "diff", "--format", "markdown")[1]
    worst = out.partition("**Grew most**")[2].partition("\n\n| |")[0].strip().splitlines()
    assert len(worst) == 3 and all(line.startswith("1. `a.py:") for line in worst)
    assert "`LLM105`" in "".join(worst) and "<details>" not in out


def test_markdown_lists_new_findings(tmp_path):
    repo = Repo(tmp_path)
    repo.commit({"a.py": "import os\n"})
    repo.commit({f"new_{number}.py": SLOW for number in range(12)})
    out = run(tmp_path, "diff", "HEAD~1", "--format", "markdown")[1]
    assert "**New findings: 12**" in out and "- `new_0.py:8` `LLM301` " in out
    assert "- and 2 more: see the text report" in out
    assert len(re.findall(r"^- `new_", out, re.MULTILINE)) == 10


def test_markdown_of_no_change(tmp_path):
    repo = Repo(tmp_path)
    repo.commit(many(2))
    out = run(tmp_path, "diff", "--format", "markdown")[1]
    assert "### wattlint: no call of a model changed" in out


def shown(markdown: str) -> str:
    """What a reader sees of escaped text."""
    import html

    return html.unescape(re.sub(r"\\(.)", r"\1", markdown))


@given(st.text(max_size=40) | st.just(EVIL))
def test_escaped_text_shows_as_it_is(value):
    escaped = text(value)
    assert shown(escaped) == printable(value)
    assert "\n" not in escaped and "<" not in escaped
    assert not re.search(r"(?<!\\)[`*_\[\]|~]", escaped)
    assert "@" not in escaped and "://" not in escaped
    span = code(value)
    assert "\n" not in span and not re.search(r"(?<!\\)\|", span)
    ticks = re.match("`+", span)
    assert ticks and ticks[0] not in span[len(ticks[0]) : -len(ticks[0])].replace(
        "`" * (len(ticks[0]) + 1), ""
    )


# Nothing breaks out


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60) | st.just(EVIL), st.text(max_size=60) | st.just(EVIL))
def test_text_of_the_user_breaks_no_format(name, message):
    name = name.replace("\0", "") or "x"
    where = site(name, function=message or None, model=message or None)
    found = analysis([finding(where, message=message, help=message)], [Problem(name, 3, message)])
    data = json.loads(check_report("sarif", found))
    jsonschema.validate(data, SARIF)
    json.loads(check_report("gitlab", found))
    ET.fromstring(check_report("junit", found).partition("\n")[2])
    lines = check_report("github", found).splitlines()
    assert len(lines) == 2 and all(re.match(r"::(error|warning) \w+=", line) for line in lines)
    for line in lines:
        properties = line.partition(" ")[2].partition("::")[0]
        assert {part.partition("=")[0] for part in properties.split(",")} <= {
            "file", "line", "endLine", "col", "endColumn", "title"
        }  # fmt: skip
    for format in ("sarif", "gitlab", "junit", "github", "markdown"):
        report = check_report(format, found)
        assert "\x1b" not in report and "\u202e" not in report
    assert unquote(
        data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    )


@pytest.mark.parametrize("format", ["github", "gitlab", "sarif", "markdown", "junit"])
def test_the_same_input_gives_the_same_bytes(tmp_path, format):
    (tmp_path / "a.py").write_text(SLOW)
    assert run(tmp_path, "check", "--format", format) == run(tmp_path, "check", "--format", format)
