"""How often calls run: stated in comments and configuration, or recorded; and the month that follows."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattlint.cli import main
from wattlint.reports.json_models import Estimate
from wattlint.traffic.read import read
from wattlint.traffic.records import TrafficError

APP = """
from openai import OpenAI
client = OpenAI()

class Grader:
    def grade(self, text):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])

def classify(text):
    return client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": text}])

def classify_ten(text):
    for _ in range(10):
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": text}])

def ask(text, model):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
"""
JANUARY_1 = 1_767_225_600
DAY = 86_400
MONTH = 365.25 / 12


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "src" / "app").mkdir(parents=True)
    (tmp_path / "src" / "app" / "grader.py").write_text(APP)
    (tmp_path / "wattlint.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def estimate(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["estimate", "--format", "json", ".", *options]) == 0
    data = json.loads(capsys.readouterr().out)
    Estimate.model_validate(data)
    return data


def site(data: dict[str, Any], function: str) -> dict[str, Any]:
    (found,) = (site for site in data["sites"] if site["function"] == function)
    return found


def span(number: int, parent: str = "", at: float = JANUARY_1, **attributes: str | int) -> dict[str, Any]:
    values = [
        {"key": key.replace("__", "."), "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in attributes.items()
    ]  # fmt: skip
    return {
        "traceId": "t", "spanId": str(number), "parentSpanId": parent, "name": "chat", "attributes": values,
        "startTimeUnixNano": str(int(at * 1e9)), "endTimeUnixNano": str(int((at + 1) * 1e9)),
    }  # fmt: skip


def chat(number: int, model: str, tokens_in: int, tokens_out: int, **more: Any) -> dict[str, Any]:
    usage = {"gen_ai.usage.input_tokens": tokens_in, "gen_ai.usage.output_tokens": tokens_out}
    return span(number, **{"gen_ai.operation.name": "chat", "gen_ai.request.model": model, **usage, **more})


def otlp(path: Path, *lines: list[dict[str, Any]]) -> str:
    data = [
        {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}
        for spans in lines
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in data))
    return str(path)


def test_nothing_is_said_about_a_month_where_nobody_says_how_often(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = estimate(capsys)
    assert data["traffic"] is None and data["totals"]["per_month"] is None
    assert all(site["per_month"] is None for site in data["sites"])


def test_a_comment_states_the_calls_of_its_line(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = APP.replace(
        "        client.chat", "        # wattlint: calls=100/day tokens-out=40\n        client.chat"
    )
    (app / "src" / "app" / "grader.py").write_text(text)
    here = site(estimate(capsys), "classify_ten")
    month, wh = here["per_month"], here["impact"]["energy_wh"]["p50"]
    assert month["calls"] == pytest.approx(100 * MONTH, rel=1e-3)
    assert month["energy_kwh"]["p50"] == pytest.approx(100 * MONTH * wh / 1000, rel=1e-2)
    assert here["tokens_out"]["p90"] == 40
    assert "comment" in month["source"]


def test_the_configuration_states_how_often_a_function_runs_and_loops_multiply(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "wattlint.toml").write_text(
        '[workload]\n"src/app/*.py::classify*" = "2_000/day"\n"src/app/grader.py::classify" = "calls=7/week tokens-in=50"\n'
    )
    data = estimate(capsys)
    assert site(data, "classify_ten")["per_month"]["calls"] == pytest.approx(20_000 * MONTH, rel=1e-3)
    assert site(data, "classify")["per_month"]["calls"] == pytest.approx(
        MONTH, rel=1e-3
    )  # the longest pattern
    assert site(data, "classify")["tokens_in"]["p90"] == 50
    assert site(data, "Grader.grade")["per_month"] is None


def test_a_rate_that_cannot_be_read_is_an_error_with_its_line(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "wattlint.toml").write_text('[workload]\n"*.py" = "2000/fortnight"\n')
    assert main(["estimate", "."]) == 2
    assert "wattlint.toml:2: workload" in capsys.readouterr().err


def test_spans_are_matched_by_the_function_around_them_and_their_tokens_count(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = {"code.function.name": "app.grader.Grader.grade"}
    traffic = otlp(
        app / "spans.jsonl",
        [span(1, **day), chat(2, "gpt-4o-2024-08-06", 500, 100, parent="1")],
        [chat(3, "gpt-4o", 700, 300, at=JANUARY_1 + 10 * DAY - 1, **{"code.namespace": "app.grader.Grader", "code.function": "grade"})],
    )  # fmt: skip
    data = estimate(capsys, "--traffic", traffic)
    here = site(data, "Grader.grade")
    assert here["tokens_in"]["p50"] == 600 and here["tokens_out"]["p50"] == 200
    assert here["per_month"]["calls"] == pytest.approx(2 * MONTH / 10, rel=1e-3)
    assert data["traffic"]["matched"] == data["traffic"]["calls"] == 2
    assert data["traffic"]["days"] == pytest.approx(10)
    assert data["traffic"]["passed_over"] == [{"reason": "spans of something else", "entries": 1}]


def test_spans_without_a_place_are_matched_by_model_and_shared_among_its_sites(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spans = [chat(number, "openai/gpt-4o-mini", 100, 10) for number in range(4)]
    data = estimate(
        capsys, "--traffic", otlp(app / "spans.jsonl", spans, [chat(9, "claude-sonnet-4-0", 10, 10)])
    )
    for function in ("classify", "classify_ten"):
        month = site(data, function)["per_month"]
        assert month["calls"] == pytest.approx(2 * MONTH, rel=1e-3)
        assert "by model, shared evenly by 2 call sites" in month["source"]
    assert data["traffic"]["unmatched"] == [{"name": "claude-sonnet-4-0", "calls": 1}]


def test_nested_spans_of_one_call_and_sums_of_an_agent_count_once(app: Path) -> None:
    agent = span(
        1,
        **{
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 900,
        },
    )
    spans = [agent, chat(2, "gpt-4o", 500, 100, parent="1"), chat(3, "gpt-4o", 500, 100, parent="2")]
    assert read(Path(otlp(app / "spans.jsonl", spans))).calls == 1


def test_spans_that_surround_each_other_end(app: Path) -> None:
    spans = [span(1, "2", **{"code.function": "f"}), span(2, "1"), chat(3, "gpt-4o", 1, 1, parent="1")]
    (group,) = read(Path(otlp(app / "spans.jsonl", spans))).groups
    assert group.function == "f"


def test_a_recording_tells_a_model_that_the_code_does_not(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "t.csv").write_text(
        "function,model,calls,tokens_in,tokens_out,time\nask,gpt-4o,30,100,10,2026-01-01\nask,gpt-4o-mini,10,100,10,2026-01-02\n"
    )
    data = estimate(capsys, "--traffic", "t.csv")
    here = site(data, "ask")
    assert (here["model"]["id"], here["model"]["via"]) == ("gpt-4o", "recorded")
    assert here["per_month"]["calls"] == pytest.approx(40 * MONTH / 2, rel=1e-3)
    alone = here["per_month"]["calls"] * here["impact"]["energy_wh"]["p50"] / 1000
    assert here["per_month"]["energy_kwh"]["p50"] != pytest.approx(
        alone, rel=0.01
    )  # each model at its own size


@pytest.mark.parametrize("form", ["lines", "array", "data", "csv"])
def test_spend_logs_of_a_proxy(app: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    rows = [
        {"request_id": str(n), "call_type": "acompletion", "model": "gpt-4o", "prompt_tokens": 100, "completion_tokens": 50,
         "startTime": f"2026-01-{n + 1:02}T00:00:00Z", "endTime": f"2026-01-{n + 1:02}T00:00:09Z", "cache_hit": "False"}
        for n in range(3)
    ]  # fmt: skip
    rows.append({**rows[0], "cache_hit": "True"})
    rows.append({**rows[0], "prompt_tokens": 0, "completion_tokens": 0})
    columns = list(rows[0])
    texts = {
        "lines": "\n".join(map(json.dumps, rows)),
        "array": json.dumps(rows, indent=1),
        "data": json.dumps({"data": rows}),
        "csv": "\n".join([",".join(columns), *(",".join(str(row[c]) for c in columns) for row in rows)]),
    }
    (app / "logs").write_text(texts[form])
    data = estimate(capsys, "--traffic", "logs")
    assert data["traffic"]["calls"] == data["traffic"]["matched"] == 3
    assert site(data, "Grader.grade")["tokens_out"]["p50"] == 50
    assert {entry["entries"] for entry in data["traffic"]["passed_over"]} == {1}


def test_a_recording_without_times_is_a_month_and_a_short_one_a_day(app: Path) -> None:
    (app / "t.csv").write_text("model,calls\ngpt-4o,30\n")
    assert read(app / "t.csv").days is None and read(app / "t.csv").per_month == 1
    (app / "t.csv").write_text("model,time\ngpt-4o,2026-01-01T10:00:00\ngpt-4o,2026-01-01T10:00:05Z\n")
    assert read(app / "t.csv").days == 1


def test_the_text_report_says_what_was_seen_and_what_did_not_fit(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "t.csv").write_text(
        "file,model,calls,tokens_in,tokens_out,time\n/srv/x/src/app/grader.py,gpt-4o,3000,500,200,2026-01-01\n,mystery,7,1,1,2026-01-30\n"
    )
    assert main(["estimate", ".", "--traffic", "t.csv"]) == 0
    out = capsys.readouterr().out
    assert "grader.py:7  3,044 calls:" in out and " kWh (" in out
    assert "Recorded in t.csv (rows of CSV): 3,007 calls from 2026-01-01 to 2026-01-31; 3,000 matched" in out
    assert "mystery 7" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t: the file is empty"),
        ("model,tokens_ot\ngpt-4o,1\n", 't:1: unknown column "tokens_ot" (did you mean "tokens_out"?)'),
        ("tokens_in\n1\n", 't:1: the column "model" or "function" is missing'),
        ("model,calls\ngpt-4o,1\ngpt-4o,-2\n", "t:3: calls: must be greater than or equal to 0"),
        ("model,calls\ngpt-4o,many\n", "t:2: calls: must be a number"),
        ("model,time\ngpt-4o,soon\n", "t:2: time"),
        ("model\ngpt-4o,1\n", "t:2: more than 1 columns"),
        ('{"a": 1}\n', "t:1: expected resourceSpans (OpenTelemetry)"),
        ('{"resourceSpans": []}\n{"resourceSpans": [\n', "t:2: not valid JSON"),
        ('{"resourceSpans": [{"scopeSpans": 3}]}', "t:1: resourceSpans.0.scopeSpans: must be a list"),
        ('{"prompt_tokens": -1, "completion_tokens": 2}', "t:1: prompt_tokens: must be greater"),
        ('{"resourceSpans": []}', "t: no call of a model in these OpenTelemetry spans"),
        ("[1, 2]", "t:1: expected an object, found a int"),
    ],
)  # fmt: skip
def test_a_recording_that_cannot_be_read_names_its_place(app: Path, text: str, said: str) -> None:
    (app / "t").write_text(text)
    with pytest.raises(TrafficError) as error:
        read(Path("t"))
    assert str(error.value).startswith(said)


def test_tokens_that_are_no_number_name_the_attribute(app: Path) -> None:
    spans = [span(1, **{"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": "lots"})]
    with pytest.raises(
        TrafficError, match=r"gen_ai.usage.input_tokens must be a number of tokens, not 'lots'"
    ):
        read(Path(otlp(app / "spans.jsonl", spans)))


def test_a_missing_recording_ends_with_status_2(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", ".", "--traffic", "missing.jsonl"]) == 2
    assert "missing.jsonl: no such file" in capsys.readouterr().err
    assert main(["estimate", "--explain", "src/app/grader.py:7", "--traffic", "missing.jsonl"]) == 2
    assert "--explain: not with --traffic" in capsys.readouterr().err


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "intValue", "data", "prompt_tokens",
                             "completion_tokens", "model", "startTime", "startTimeUnixNano", "traceId"]),
            inner, max_size=5,
        ),
    ),
    max_leaves=20,
)  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["1e400", "nan", "-1", "9999-12-31", "0001-01-01", "2026-01-01T00:00:00+14:00", "gpt-4o", '"']
    ),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=4).map(
    lambda lines: "\n".join(["model,calls,tokens_in,time", *lines])
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.text(), JSON.map(json.dumps), st.lists(JSON.map(json.dumps)).map("\n".join), TABLES).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    | st.binary()
)
def test_any_file_is_read_or_refused_with_its_name(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(raw)
        try:
            traffic = read(path)
        except TrafficError as error:
            assert str(error).startswith(str(path))
        else:
            assert math.isfinite(traffic.calls * traffic.per_month)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"resourceSpans":' * 5000, b"\xff\xfe", b"{" + b"\0" * 99])
def test_hostile_files_are_refused(app: Path, raw: bytes) -> None:
    (app / "t").write_bytes(raw)
    with pytest.raises(TrafficError):
        read(Path("t"))
