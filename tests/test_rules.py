"""Rules: their pages, what they report on hand-made facts and on real code, and how findings are chosen and silenced."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattlint.callsites.facts import (
    CallSite,
    Context,
    Hole,
    LoadFact,
    Loop,
    ModelFact,
    Place,
    Prompt,
    PromptPart,
    TaskVerdict,
)
from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.catalogue.schema.checks import read_folder, read_page
from wattlint.lint import subject
from wattlint.lint.engine import check_sites
from wattlint.lint.pages import page, rule_list
from wattlint.lint.rules import load_rules
from wattlint.lint.selection import UnknownCode
from wattlint.lint.suppressions import read_markers, suppress, workload_hints
from wattlint.own_knowledge import case_settings
from wattlint.settings import ImpactSettings, Settings
from wattlint.sources.files import CellMap, SourceFile

CHECKS = Path(__file__).parent.parent / "rules" / "checks"
PAGES = read_folder(CHECKS)
CASES = [case for rule_page in PAGES for case in rule_page.cases]
CODES = [rule_page.front.code for rule_page in PAGES]


def record(id: str, total_b: float | None = 7, **values: object) -> ModelRecord:
    size = None if total_b is None else Range(total_b, total_b, total_b)
    base = dict.fromkeys(ModelRecord._fields)
    base.update(
        id=id, maker="maker", family=id, kind="chat", total_b=size, active_b=size, provenance="disclosed"
    )
    base.update(
        source="test", architecture="dense", native_precision="bf16", open_weights=True, reasoning=False
    )
    base.update(dated="2026-11-01")
    return ModelRecord(**{**base, **values})


MODELS = {
    model.id: model
    for model in [
        record("mistralai/Mistral-7B", 7.2),
        record("meta-llama/Llama-70B", 70.6),
        record("meta-llama/Llama-70B-AWQ", 70.6, quantized="awq"),
        record("bert-base", 0.11, kind="encoder", native_precision="fp32"),
        record("gpt-big", 400, open_weights=False, smaller="gpt-small"),
        record("gpt-small", 8, open_weights=False),
        record("gpt-old", 400, smaller="gpt-gone"),
        record("gpt-gone", 8, retired="2024-01-01"),
        record("gpt-near", 12, smaller="gpt-small"),
    ]
}


@pytest.fixture
def models(monkeypatch):
    """A catalogue of a few models, so that these tests do not move with the real one."""
    monkeypatch.setattr(subject, "model_record", MODELS.get)


def call(model: str | None = None, **facts: object) -> CallSite:
    origin = (Place("app.py", 3, "module constant"),) if model else ()
    base = {
        "path": "app.py",
        "line": 10,
        "column": 4,
        "end_line": 12,
        "end_column": 5,
        "callee": "client.create",
    }
    base.update(sdk="openai", entry_point="openai.chat.completions", kind="call", confidence="resolved")
    base.update(model=ModelFact(model, "module_const" if model else "unknown", origin))
    return CallSite(**{**base, **facts})


def load(model: str | None, version: str | None = "4.57", **facts: object) -> CallSite:
    declared = (version, "transformers<5 in requirements.txt:3") if version else None
    fact = LoadFact(library_version=declared, library_class="AutoModelForCausalLM")
    return call(model, kind="load", sdk="transformers", load=fact._replace(**facts))


def task(solver: str, confidence: str = "high") -> TaskVerdict:
    return TaskVerdict("email-extraction", solver, confidence, ("asks for e-mail addresses",), "re.findall")


def codes(*sites: CallSite, **settings: object) -> list[str]:
    return [finding.code for finding in check_sites(sites, Settings(**settings))]


# LLM201 and LLM202


def test_a_float32_load_names_the_version_the_place_and_the_memory(models):
    [finding] = check_sites([load("mistralai/Mistral-7B")], Settings())
    assert finding.code == "LLM201"
    assert finding.message == (
        "mistralai/Mistral-7B: the weights are loaded in float32, the default of transformers 4.57 "
        "(transformers<5 in requirements.txt:3): 28.8 GB, where 16 bits take 14.4 GB"
    )
    assert (finding.path, finding.line, finding.column, finding.end_line) == ("app.py", 10, 4, 12)
    assert finding.related == (Place("app.py", 3, "module constant"),)


def test_the_newest_of_a_series_is_written_as_a_series(models):
    [finding] = check_sites([load("mistralai/Mistral-7B", "4.x")], Settings())
    assert "the default of transformers 4.x (" in finding.message


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"version": "4.0"},
        {"version": "4.x"},
        {"library_class": "pipeline", "version": "4.52.x"},
        {"device_map": "auto"},
        {"library_class": "pipeline", "version": "4.52.4"},
        {"dtype": "float32", "device_map": "cuda:0", "version": None},
        {"dtype": "float32", "device_map": "auto", "version": "5.2"},
        {"model": None, "generates": True},
    ],
)
def test_loads_in_full_precision(models, facts):
    assert codes(load(**{"model": "mistralai/Mistral-7B", **facts})) == ["LLM201"]


@pytest.mark.parametrize(
    "facts",
    [
        {"version": None},
        {"version": "5.0.0"},
        {"version": "5.23"},
        {"library_class": "pipeline", "version": "4.53"},
        {"library_class": "pipeline", "version": "4.x"},
        {"dtype": "auto"},
        {"dtype": "bfloat16"},
        {"dtype": "unknown"},
        {"dtype": "float32"},
        {"dtype": "float32", "device_map": "cpu"},
        {"device_map": "cpu"},
        {"cast_after": "float16"},
        {"quantization": "nf4", "compute_dtype": "bfloat16"},
        {"quantization": "unknown"},
        {"open_arguments": True},
        {"for_training": True},
        {"library": "vllm"},
        {"library": "petals"},
        {"model": "bert-base"},
        {"model": "meta-llama/Llama-70B-AWQ"},
        {"model": None, "library_class": "AutoModel"},
    ],
)
def test_loads_that_are_no_waste_or_not_known_to_be(models, facts):
    assert codes(load(**{"model": "mistralai/Mistral-7B", **facts})) == []


def test_a_load_that_does_not_fit_one_gpu_says_memory_and_gpus_but_promises_no_energy(models):
    [finding] = check_sites([load("meta-llama/Llama-70B", dtype="bfloat16")], Settings())
    assert finding.code == "LLM202"
    assert finding.message == (
        "meta-llama/Llama-70B (app.py:3): the weights alone take 141 GB in bfloat16, "
        "at least 2 GPUs of 80 GB; at 4 bits about 38.8 GB, 1 of them"
    )
    assert "measure" in finding.help


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"dtype": "auto"}, ["LLM202"]),
        ({"version": "5.1"}, ["LLM202"]),
        ({}, ["LLM201", "LLM202"]),
        ({"cast_after": "float16"}, ["LLM202"]),
        ({"library": "vllm"}, ["LLM202"]),
        ({"dtype": "bfloat16", "quantization": "int8"}, []),
        ({"dtype": "bfloat16", "open_arguments": True}, []),
        ({"dtype": "unknown"}, []),
        ({"model": "meta-llama/Llama-70B-AWQ", "dtype": "auto"}, []),
        ({"model": "mistralai/Mistral-7B", "dtype": "bfloat16"}, []),
        ({"model": None, "dtype": "bfloat16"}, []),
    ],
)
def test_large_loads(models, facts, expected):
    assert codes(load(**{"model": "meta-llama/Llama-70B", **facts})) == expected


def test_the_configured_hardware_decides_what_fits(models):
    site = load("mistralai/Mistral-7B", dtype="bfloat16")
    assert codes(site, impact=ImpactSettings(hardware="H100")) == []
    small = load("mistralai/Mistral-7B", dtype="float32", device_map="cpu")
    large = load("meta-llama/Llama-70B", dtype="bfloat16")
    assert codes(large, impact=ImpactSettings(hardware="MI300X")) == []
    assert codes(large, impact=ImpactSettings(gpus=2)) == []
    assert codes(large, impact=ImpactSettings(gpus=1)) == ["LLM202"]
    assert codes(small, impact=ImpactSettings(hardware="T4")) == []


# LLM101, LLM102, LLM103

TASKS = ("LLM101", "LLM102", "LLM103")
"""In preview."""


def test_an_oversized_model_names_the_smaller_one_the_ratio_and_its_reliability(models):
    [finding] = check_sites([call("gpt-big", task=task("small-llm"))], Settings(extend_select=TASKS))
    assert finding.code == "LLM101"
    assert "gpt-big (app.py:3)" in finding.message
    assert "gpt-small is predicted to use" in finding.message
    assert "less energy per call by a factor of" in finding.message
    assert finding.message.endswith("predictions above 3 had the order right in all of 1,178 measured pairs")


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (call("gpt-big", task=task("small-llm")), ["LLM101"]),
        (call("gpt-big", task=task("small-llm", "medium")), ["LLM101"]),
        (call("gpt-big", task=task("small-llm", "low")), []),
        (call("gpt-big", task=task("llm")), []),
        (call("gpt-big"), []),
        (call("gpt-small", task=task("small-llm")), []),
        (call("gpt-near", task=task("small-llm")), []),
        (call("gpt-old", task=task("small-llm")), []),
        (call(None, task=task("small-llm")), []),
        (call("no-such-model", task=task("small-llm")), ["LLM903"]),
        (call("gpt-big", task=task("small-llm"), kind="bind"), []),
        (call("gpt-big", task=task("code")), ["LLM102"]),
        (call(None, task=task("code", "medium")), ["LLM102"]),
        (call("gpt-big", task=task("code", "low")), []),
        (call("gpt-big", task=task("small-model")), ["LLM103"]),
        (call(None, task=task("small-model")), ["LLM103"]),
        (call("bert-base", task=task("small-model")), []),
    ],
)
def test_tasks_and_models(models, site, expected):
    assert codes(site, extend_select=TASKS) == expected


def test_when_the_stronger_advice_is_not_wanted_the_weaker_one_is_given(models):
    site = call("gpt-big", task=task("small-model"))
    assert codes(site, extend_select=TASKS) == ["LLM103"]
    assert codes(site, extend_select=("LLM101",)) == ["LLM101"]
    assert codes(site) == []


# LLM301

ITEM = Prompt((PromptPart("text", (Hole("text", "loop-item"),)),))
CONSTANT = Prompt((PromptPart("text", ("Hello",)),))
EACH = Loop("data", over="texts", line=8)
CALLED_IN_A_LOOP = (Context(Place("jobs.py", 30), ModelFact(), None, EACH),)


def generate(
    loop: Loop = EACH, prompt: Prompt | None = ITEM, sdk: str = "transformers", **facts: object
) -> CallSite:
    return call(None, sdk=sdk, loop=loop, prompt=prompt, callee="model.generate", **facts)


@pytest.mark.parametrize(
    ("site", "fires"),
    [
        (generate(), True),
        (generate(sdk="vllm"), True),
        (generate(sdk="sentence-transformers", kind="embed"), False),
        (generate(fallback=True), False),
        (generate(prompt=None, entry_point="transformers.generate"), True),
        (generate(Loop("data", over="chunks"), None, entry_point="transformers.generate"), False),
        (generate(prompt=None, entry_point="transformers.forward"), False),
        (generate(Loop("none"), None, entry_point="transformers.generate", contexts=CALLED_IN_A_LOOP), False),
        (generate(Loop("data", over="texts", count=4)), True),
        (
            generate(
                Loop("data", over="rows", via_function="answer"),
                Prompt((PromptPart("text", (Hole("q", "parameter"),)),)),
            ),
            False,
        ),
        (generate(Loop("data", over="texts", count=3)), False),
        (generate(Loop("none")), False),
        (generate(Loop("retry")), False),
        (generate(Loop("chat")), False),
        (generate(Loop("data", over="texts", dependent=True)), False),
        (generate(Loop("data", over="texts", timed=True)), False),
        (generate(entry_point="transformers.chat"), False),
        (generate(Loop("data", over="DataLoader(data)")), False),
        (generate(Loop("data", over="batches")), False),
        (generate(Loop("data", over="range(0, len(texts), 8)")), False),
        (generate(Loop("data", over="chunked(texts, 8)")), False),
        (generate(prompt=Prompt((PromptPart("text", (Hole("batch", "loop-item"),)),))), False),
        (generate(prompt=CONSTANT), False),
        (generate(prompt=Prompt((PromptPart("text", (Hole("all_texts", "parameter"),)),))), False),
        (generate(batch_size=16), False),
        (generate(stream=True), False),
        (generate(sdk="openai"), False),
        (generate(sdk="ollama"), False),
    ],
)
def test_loops_over_local_models(site, fires):
    assert codes(site) == (["LLM301"] if fires else [])


def test_an_unbatched_loop_names_the_loop():
    [finding] = check_sites([generate()], Settings())
    assert finding.message.startswith(
        "model.generate runs once per item of texts (line 8): transformers takes a batch"
    )


# Wrappers, tests, order


def test_what_holds_for_one_caller_of_a_wrapper_only_is_reported_there(models):
    big, small = ModelFact("gpt-big", "via_caller"), ModelFact("gpt-small", "via_caller")
    prompt = Prompt((PromptPart("user", ("Sort the following names alphabetically: ", Hole("names"))),))
    contexts = (
        Context(Place("jobs.py", 30), big, prompt, Loop(), end_line=30),
        Context(
            Place("jobs.py", 40),
            small,
            Prompt((PromptPart("user", ("Write a poem about ", Hole("topic"))),)),
            Loop(),
        ),
    )
    [finding] = check_sites([call(None, contexts=contexts)], Settings(extend_select=TASKS))
    assert (finding.code, finding.path, finding.line, finding.end_line) == ("LLM102", "jobs.py", 30, 30)
    assert finding.related == (Place("app.py", 10, "the call itself"),)


def test_in_a_notebook_the_call_itself_is_reported_for_its_callers(models):
    site = call(None, task=None, cell=3)
    prompt = Prompt((PromptPart("user", ("Sort the following names alphabetically: ", Hole("names"))),))
    site.contexts = (Context(Place("app.py", 99), ModelFact("gpt-big", "via_caller"), prompt, Loop()),)
    [finding] = check_sites([site], Settings(extend_select=TASKS))
    assert (finding.code, finding.cell, finding.line) == ("LLM102", 3, 10)


def test_what_holds_for_the_wrapper_itself_is_reported_once(models):
    site = load("mistralai/Mistral-7B")
    site.contexts = tuple(Context(Place("jobs.py", line), site.model, None, Loop()) for line in (30, 40))
    assert [(finding.path, finding.line) for finding in check_sites([site], Settings())] == [("app.py", 10)]


def test_weaker_advice_is_not_given_at_callers_where_stronger_is_given_for_the_call(models):
    site = call("gpt-small", task=task("small-model"))
    big = ModelFact("gpt-big", "via_caller")
    site.contexts = (Context(Place("jobs.py", 30), big, site.prompt, Loop()),)
    assert codes(site, extend_select=("LLM103",)) == ["LLM103"]


def test_tests_and_examples_are_left_out_unless_asked_for(models):
    site = load("mistralai/Mistral-7B")
    site.in_tests = True
    assert codes(site) == []
    assert codes(site, check_tests=True) == ["LLM201"]


def test_the_order_of_sites_does_not_matter_and_duplicates_are_one(models):
    sites = [
        dataclasses.replace(load("mistralai/Mistral-7B"), path=path, line=line)
        for path, line in [("b.py", 9), ("a.py", 20), ("a.py", 3), ("a.py", 3)]
    ]
    expected = [("a.py", 3), ("a.py", 20), ("b.py", 9)]
    for order in itertools.permutations(sites):
        assert [(finding.path, finding.line) for finding in check_sites(order, Settings())] == expected


# Selection


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["LLM201", "LLM202"]),
        ({"select": ("LLM201",)}, ["LLM201"]),
        ({"select": ("LLM2",)}, ["LLM201", "LLM202"]),
        ({"select": ("ALL",)}, ["LLM201", "LLM202"]),
        ({"select": ("LLM1",)}, []),
        ({"select": ("LLM1",), "extend_select": ("LLM202",)}, ["LLM202"]),
        ({"ignore": ("LLM2",)}, []),
        ({"ignore": ("ALL",)}, []),
        ({"ignore": ("LLM2",), "extend_select": ("LLM202",)}, ["LLM202"]),
        ({"select": ("LLM2",), "ignore": ("LLM202",)}, ["LLM201"]),
        ({"select": ("LLM202",), "ignore": ("LLM202",)}, []),
        ({"per_file_ignores": {"app.py": ("LLM201",)}}, ["LLM202"]),
        ({"per_file_ignores": {"*.py": ("LLM2",)}}, []),
        ({"per_file_ignores": {"*.py": ("ALL",)}}, []),
        ({"per_file_ignores": {"tests/": ("LLM201",)}}, ["LLM201", "LLM202"]),
        ({"per_file_ignores": {"tests/": ("LLM201",), "a*": ("LLM202",)}}, ["LLM201"]),
    ],
)
def test_selection(models, settings, expected):
    assert codes(load("meta-llama/Llama-70B"), **settings) == expected


def test_per_file_ignores_are_relative_to_the_configuration(models, tmp_path):
    site = dataclasses.replace(load("mistralai/Mistral-7B"), path=str(tmp_path / "jobs" / "run.py"))
    ignores = {"/jobs/*.py": ("LLM201",)}
    assert codes(site, per_file_ignores=ignores, config_path=str(tmp_path / "pyproject.toml")) == []
    assert codes(site, per_file_ignores=ignores, config_path=str(tmp_path / "jobs" / "wattlint.toml")) == [
        "LLM201"
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"select": ("LLM201", "LLM21")}, 'select: unknown rule code "LLM21" (did you mean "LLM201"?)'),
        ({"ignore": ("E501",)}, 'ignore: unknown rule code "E501" (known: LLM101'),
        ({"extend_select": ("",)}, 'extend-select: unknown rule code ""'),
        (
            {"per_file_ignores": {"a.py": ("llm201",)}},
            'per-file-ignores of "a.py": unknown rule code "llm201"',
        ),
    ],
)
def test_an_unknown_code_is_an_error_even_where_nothing_is_found(settings, message):
    with pytest.raises(UnknownCode) as error:
        check_sites([], Settings(**settings))
    assert message in str(error.value)


# Comments


def suppressed(comment: str, code: str = "LLM201") -> bool:
    text = f"import x\nmodel = load(  {comment}\n    name,\n)\n"
    markers = read_markers(text, CODES)
    assert markers.problems == []
    return markers.suppress(2, code)


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa", True),
        ("# NOQA", True),
        ("# noqa: LLM201", True),
        ("# noqa:LLM201", True),
        ("# noqa: E501,LLM201", True),
        ("# noqa: E501 llm201", True),
        ("# noqa: LLM2", True),
        ("# type: ignore # noqa: LLM201", True),
        ("# noqa: LLM202", False),
        ("# noqa: E501", False),
        ("# wattlint: ignore", True),
        ("# wattlint: ignore the memory is there", True),
        ("# wattlint: ignore[LLM201] the memory is there", True),
        ("#wattlint:ignore[llm202, llm201]", True),
        ("# wattlint: ignore[LLM202]", False),
        ("# noqa: E501 # wattlint: ignore[LLM201]", True),
        ("# wattlint: ignore-file[LLM2]", True),
        ("# flake8: noqa", False),
        ("# wattlint is a linter", False),
        ("", False),
    ],
)
def test_comments_silence_findings(comment, silent):
    assert suppressed(comment) is silent


def test_a_marker_covers_its_own_line_only():
    markers = read_markers("a = load()  # noqa\nb = load()\n# noqa\nc = load()\n", CODES)
    assert [line for line in range(1, 5) if markers.suppress(line, "LLM201")] == [1, 3]


def test_a_marker_inside_a_string_does_not_count():
    text = 'model = load("# noqa", """\n# wattlint: ignore[LLM201]\n# wattlint: nonsense\n""")\n'
    markers = read_markers(text, CODES)
    assert not markers.suppress(1, "LLM201")
    assert markers.problems == []


def test_a_multi_line_string_is_one_line_as_in_flake8():
    markers = read_markers('model = load("""\n{x}\n""")  # noqa: LLM201\n', CODES)
    assert markers.suppress(1, "LLM201")


def test_flake8_skips_a_file_with_its_marker_alone_on_a_line():
    for marker in ("# flake8: noqa", "# FLAKE8=NOQA: E501"):
        assert read_markers(f"x = 1\n{marker}\n", CODES).suppress(1, "LLM201")


def test_a_file_marker_may_stand_anywhere():
    markers = read_markers("x = 1\n\n# wattlint: ignore-file[LLM201] legacy\n", CODES)
    assert markers.suppress(1, "LLM201")
    assert not markers.suppress(1, "LLM202")


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# wattlint: ignore[LLM21]", 'unknown rule code "LLM21" (did you mean "LLM201"?)'),
        ("# wattlint: ignore[]", "no code between the brackets"),
        ("# wattlint: ignore[LLM201", "`]` is missing"),
        ("# wattlint: ingore[LLM201]", 'cannot be read: "ingore[LLM201]" (did you mean "ignore"?)'),
        ("# wattlint:", "cannot be read"),
        ("# noqa: LLM999", 'noqa: unknown rule code "LLM999"'),
        ("# wattlint: cals=20/day", 'unknown key "cals" (did you mean "calls"?)'),
        ("# wattlint: calls=20", "write calls=2_000/day"),
        ("# wattlint: calls=20/dya", '(did you mean "day"?)'),
        ("# wattlint: calls=many/day", "a number is needed"),
        ("# wattlint: calls=-3/day", "a positive number is needed"),
        ("# wattlint: batch=nan", "a positive number is needed"),
        ("# wattlint: batch=1.5", "a whole number is needed"),
        ("# wattlint: batch=2 batch=3", "batch is given twice"),
    ],
)
def test_a_marker_that_means_nothing_is_a_problem_with_its_line(comment, message):
    [(line, problem)] = read_markers(f"x = 1\ny = 2  {comment}\n", CODES).problems
    assert line == 2
    assert message in problem


def test_codes_of_other_linters_are_none_of_our_business():
    assert read_markers("x = 1  # noqa: E501, ABC999, F401\n", CODES).problems == []


def test_source_that_cannot_be_tokenized_gives_what_stands_before_the_break():
    markers = read_markers("x = 1  # noqa\ny = (\n", CODES)
    assert markers.suppress(1, "LLM201")


MARKER_TEXT = st.lists(
    st.sampled_from(
        [
            "# ",
            "noqa",
            ": ",
            "wattlint:",
            "ignore",
            "-file",
            "[",
            "]",
            "LLM201",
            "calls=",
            "1_0",
            "/day",
            "\n",
            "x(",
            ")",
        ]
    )
    | st.text(max_size=3)
).map("".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(MARKER_TEXT)
def test_any_text_can_be_read_for_markers(text):
    markers = read_markers(text, CODES)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= line <= lines and message for line, message in markers.problems)


def test_workload_hints_belong_to_the_line_of_code():
    text = (
        "x = ask(a)  # wattlint: calls=2_000/day tokens-out=40 batch=32\n"
        "\n"
        "# wattlint: calls=12/year, tokens-in=1e3\n"
        "# (an estimate)\n"
        "y = ask(\n"
        "    # wattlint: batch=8\n"
        "    b,\n"
        ")\n"
    )
    hints = workload_hints(text)
    assert sorted(hints) == [1, 5, 7]
    assert hints[1].calls_per_month == pytest.approx(2000 * 365.25 / 12)
    assert (hints[1].tokens_out, hints[1].batch, hints[1].source) == (40, 32, "comment, line 1")
    assert (hints[5].calls_per_month, hints[5].tokens_in) == (pytest.approx(1), 1000)
    assert hints[7].batch == 8


def test_findings_are_silenced_by_file_and_by_notebook_cell(models):
    text = "model = load()  # noqa: LLM201\nother = load()  # wattlint: oops\n"
    sites = [dataclasses.replace(load("mistralai/Mistral-7B"), line=line) for line in (1, 2)]
    source = SourceFile(Path("app.py"), "app.py", text.encode(), text, None)
    kept, problems, _ = suppress(check_sites(sites, Settings()), source, CODES)
    assert [finding.line for finding in kept] == [2]
    assert [str(problem).split(" (")[0] for problem in problems] == [
        'app.py:2: wattlint comment: cannot be read: "oops"'
    ]

    cells = CellMap(starts=(1, 2), cells=(0, 3))
    notebook = SourceFile(Path("app.ipynb"), "app.py", b"", text.replace("  # wattlint: oops", ""), cells)
    in_cells = [
        dataclasses.replace(site, cell=cell, line=1) for site, cell in zip(sites, (0, 3), strict=True)
    ]
    kept, problems, _ = suppress(check_sites(in_cells, Settings()), notebook, CODES)
    assert [finding.cell for finding in kept] == [3]
    assert problems == []


# Pages


def test_pages_for_readers_hold_no_test_markers():
    for code in CODES:
        text = page(code)
        assert f"# {code}" not in text
        assert "## Cases" not in text
        assert "```python bad" not in text
        assert text.startswith(f"# {load_rules()[code].name} ({code})")


def test_a_page_is_found_by_code_and_by_name_in_any_case():
    assert page("llm201") == page("full-precision-load") == page("LLM201")
    with pytest.raises(UnknownCode) as error:
        page("full-precision-lod")
    assert 'did you mean "full-precision-load"' in str(error.value)
    with pytest.raises(UnknownCode):
        page("LLM2")


def test_the_list_of_rules_is_complete_and_in_order():
    assert [rule.code for rule in rule_list()] == sorted(CODES)


@pytest.mark.parametrize("rule_page", PAGES, ids=CODES)
def test_every_page_has_sources_and_enough_examples(rule_page):
    bad = [case for case in rule_page.cases if case.bad]
    assert len(bad) >= 6
    assert len(rule_page.cases) - len(bad) >= 6
    assert all(reference.startswith("https://") for reference in rule_page.front.references)
    ignore = rule_page.record["page"].partition("## When to ignore\n")[2].partition("\n## ")[0]
    assert len(ignore.split()) >= 4
    references = rule_page.record["page"].rpartition("## References")[2]
    assert all(reference in references for reference in rule_page.front.references)


GOOD_PAGE = (CHECKS / "LLM201-full-precision-load.md").read_text(encoding="utf-8")


def refused(tmp_path: Path, old: str, new: str, name: str = "LLM201-full-precision-load.md") -> str:
    assert old in GOOD_PAGE
    path = tmp_path / name
    path.write_text(GOOD_PAGE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        read_page(path)
    return str(error.value).replace(str(tmp_path), "").lstrip("/")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "load.for_training",
            "load.for_trainign",
            ':10: when: unknown fact "load.for_trainign" (did you mean "load.for_training"?)',
        ),
        (
            "model.params_total_b >= 1",
            'model.params_total_b >= "1"',
            ":10: when: `model.params_total_b` is a number",
        ),
        (
            "{load.memory_gb}",
            "{load.memory}",
            ':27: message: unknown fact "load.memory" (did you mean "load.memory_gb"?)',
        ),
        ("severity: warning", "severity: warn", ":5: severity: must be 'error', 'warning' or 'info'"),
        ("severity:", "severty:", ':5: severty: unknown key (did you mean "severity"?)'),
        ("kinds: [load, bind]", "kinds: [lode]", ":9: kinds.0: must be"),
        ("kinds: [load, bind]", "kinds: [file, load]", ":9: kinds: file stands alone"),
        ("kinds: [load, bind]", "kinds: [comment]", ':10: when: unknown fact "load.for_training"'),
        (
            "code: LLM201",
            "code: LLM202",
            ":2: code: the file of this rule is called LLM202-full-precision-load.md",
        ),
        ("name: full-precision-load", "name: full-precision", ":2: code: the file of this rule is called"),
        ("---\ncode", "code", ":1: a rule page starts with front matter"),
        ("## Why it matters", "## Why it maters", "Why it matters: missing heading"),
        ("## Fix safety", "## References", "Fix safety: missing heading"),
        (
            "# full-precision-load (LLM201)",
            "# Full precision",
            "the title must be `# full-precision-load (LLM201)`",
        ),
        (
            "```python bad",
            "```python bat",
            'a Python block is "bad", "good", "fixed" or none of these (did you mean "bad"?)',
        ),
        ("  # LLM201", "", "a bad example marks the lines to report with `# LLM201`"),
        ("  # LLM201", "  # LLM202", "LLM202: markers on this page read `# LLM201`"),
        ("```python good", "```python good\nx = 1  # LLM201", "a good example has no marked line"),
        ("```python good", "```python good\nx = = 1", "the example is not valid Python"),
        ("summary:", "summary: [", ": not valid YAML"),
    ],
)
def test_a_page_with_a_fault_is_refused_with_line_key_and_suggestion(tmp_path, old, new, message):
    assert message in refused(tmp_path, old, new)


def test_a_block_that_is_never_closed_and_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "LLM201-full-precision-load.md"
    path.write_text(GOOD_PAGE.rstrip().removesuffix("```"), encoding="utf-8")
    with pytest.raises(CatalogueError, match="never closed"):
        read_page(path)
    path.write_bytes(b"---\n\xff\n")
    with pytest.raises(CatalogueError):
        read_page(path)


def test_two_pages_cannot_share_a_code(tmp_path):
    (tmp_path / "LLM201-full-precision-load.md").write_text(GOOD_PAGE, encoding="utf-8")
    other = GOOD_PAGE.replace("full-precision-load", "float32-load")
    (tmp_path / "LLM201-float32-load.md").write_text(other, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"code: LLM201 is already used by LLM201-float32-load\.md"):
        read_folder(tmp_path)


def test_a_rule_can_only_yield_to_a_rule_that_exists(tmp_path):
    text = GOOD_PAGE.replace("kinds: [load, bind]", "kinds: [load, bind]\nyields-to: [LLM22]")
    (tmp_path / "LLM201-full-precision-load.md").write_text(text, encoding="utf-8")
    with pytest.raises(
        CatalogueError, match=r"md:10: yields-to: unknown rule LLM22 \(did you mean \"LLM202\"\?\)"
    ):
        read_folder(tmp_path, others=["LLM202"])


def test_a_user_writes_rules_in_the_same_format(models, tmp_path):
    text = GOOD_PAGE.replace("LLM201", "ACM001").replace("full-precision-load", "no-mistral")
    start, end = text.index("when: >-"), text.index("message: >-")
    text = text[:start] + 'when: starts_with(model.id, "mistralai/")\n' + text[end:]
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "ACM001-no-mistral.md").write_text(text, encoding="utf-8")
    site = load("mistralai/Mistral-7B", dtype="auto")
    assert codes(site, rules_dir=str(tmp_path)) == ["ACM001"]
    assert codes(site, rules_dir=str(tmp_path), ignore=("ACM",)) == []


def test_a_user_cannot_redefine_one_of_our_rules(tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "LLM201-full-precision-load.md").write_text(GOOD_PAGE, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"load\.md:2: code: LLM201 is a rule of wattlint's own"):
        check_sites([], Settings(rules_dir=str(tmp_path)))


# The examples of the pages, through the front door


@pytest.mark.parametrize("case", CASES, ids=[f"{Path(case.path).name[:6]}-{case.line}" for case in CASES])
def test_the_examples_of_every_page(case, tmp_path, monkeypatch):
    pytest.importorskip("wattlint.callsites.finder")
    from wattlint.run import check_paths

    (tmp_path / "requirements.txt").write_text("\n".join(case.requires) + "\n", encoding="utf-8")
    (tmp_path / "case.py").write_text(case.source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = Path(case.path).name[:6]
    analysis = check_paths(["."], case_settings(case, preview=True, extend_select=(code,)))
    assert analysis.problems == [] or "file" in load_rules()[code].kinds
    assert [finding.line for finding in analysis.findings if finding.code == code] == list(case.marked)


FIXED = [case for case in CASES if case.fixed is not None]


def test_every_fix_is_shown_on_the_page_of_its_rule():
    shown = {Path(case.path).name[:6] for case in FIXED}
    assert shown == {rule.code for rule in load_rules().values() if rule.fix}


@pytest.mark.parametrize("case", FIXED, ids=[f"{Path(case.path).name[:6]}-{case.line}" for case in FIXED])
def test_what_the_fix_makes_of_the_examples(case):
    from wattlint.rule_examples import try_example

    assert try_example(case, Path(case.path).name[:6]).fixed == case.fixed


def test_python_warns_of_nothing_while_pages_are_read(recwarn):
    """Examples may hold what it does warn of."""
    assert [page.front.code for page in read_folder(CHECKS)] == CODES
    assert not recwarn.list
