"""The condition language: what it accepts, what it means, and what it says when it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlint.lint.conditions import ConditionError, FactType, build, build_test, compile_condition
from wattlint.lint.facts import GROUPS, TYPES
from wattlint.lint.messages import MessageError, compile_template, render, short_number, two_digits

FACTS = {
    "model.size": FactType("number", unit="billion"),
    "model.id": FactType("text"),
    "model.retired": FactType("date"),
    "task.solver": FactType("text", ("code", "small-model", "llm")),
    "site.stream": FactType("boolean"),
    "task.evidence": FactType("texts"),
}
GETTERS = {name: (lambda facts, name=name: facts[name]) for name in FACTS}
VALUES = {
    "model.size": 70,
    "model.id": "gpt-4o",
    "model.retired": "2025-06-01",
    "task.solver": "code",
    "site.stream": False,
    "task.evidence": ("says so",),
}
UNKNOWN = dict.fromkeys(FACTS)


def evaluate(source: str, **facts: object) -> object:
    values = {**VALUES, **{name.replace("_", ".", 1): value for name, value in facts.items()}}
    return build(compile_condition(source, FACTS), GETTERS)(values)


@pytest.mark.parametrize(
    "source",
    [
        'model.size >= 30 and task.solver == "code" and not site.stream',
        "30 < model.size <= 70",
        'task.solver in ["code", "small-model"]',
        'task.solver not in ("small-model", "llm")',
        'model.id in ["gpt-4o"]',
        '"4o" in model.id',
        '"says so" in task.evidence',
        "model.size * 2 / 4 - 5 + 1 == 31",
        "-model.size < -69.5",
        'starts_with(model.id, "claude", "gpt")',
        'ends_with(model.id, "4o") and contains(model.id, "t-4")',
        "known(model.id) and model.id is not None",
        'model.retired < "2026-01-01"',
        '"2026-01-01" > model.retired',
        "model.size in [7, 70]",
        "True",
    ],
)
def test_conditions_that_hold(source):
    assert evaluate(source) is True


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("model.size >= 30", None),
        ("not site.stream", None),
        ("model.size >= 30 and site.stream", None),
        ("model.size >= 30 or site.stream", None),
        ("site.stream and False", False),
        ("site.stream or True", True),
        ("model.size is None", True),
        ("known(model.size)", False),
        ("known(model.size) and model.size >= 30", False),
        ('starts_with(model.id, "gpt")', None),
        ('"a" in task.evidence', None),
        ("-model.size < 1", None),
        ("model.size + 1 is None", True),
    ],
)
def test_what_is_unknown_stays_unknown_until_asked(source, result):
    assert build(compile_condition(source, FACTS), GETTERS)(UNKNOWN) is result


def test_a_division_by_zero_is_unknown():
    assert evaluate("1 / model.size > 0", model_size=0) is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("model.sise > 3", 'unknown fact "model.sise" (did you mean "model.size"?)'),
        ('model.size == "large"', '`model.size` is a number, but `"large"` is a text'),
        ('task.solver == "smal-model"', 'never occurs here (did you mean "small-model"?)'),
        ('task.solver in ["code", "lm"]', 'never occurs here (did you mean "llm"?)'),
        ("model.size", "`model.size` is a number, not a boolean"),
        ("model.size and site.stream", "`model.size` is a number, not a boolean"),
        ("not model.id", "`model.id` is a text, not a boolean"),
        ("model.id > 'a'", "`model.id` is a text, not a number"),
        ("model.id + 1 == 2", "`model.id` is a text, not a number"),
        ("model.size == None", "use `is None`"),
        ("model.size is 70", "only take None"),
        ('model.retired < "soon"', "no ISO date"),
        ('model.retired < "20260101"', "no ISO date"),
        ("known()", "wrong arguments"),
        ("knwon(model.id)", 'unknown function "knwon" (did you mean "known"?)'),
        ("starts_with(model.id)", "needs a text to look for"),
        ("starts_with(model.size, 'a')", "`model.size` is a number, not a text"),
        ("starts_with(model.id, model.id)", "takes literal texts"),
        ("model.id in [model.id]", "literals only"),
        ("model.size in model.id", "`model.size` is a number, not a text"),
        ("[1, 2] == 3", "a list can only stand after `in`"),
        ("model.size >=", "not an expression"),
        ("", "not an expression"),
        ("model.size > 1\nmodel.size > 2", "not an expression"),
        ("__import__('os').system('true') == 0", "unknown function"),
        ("(lambda: True)()", "unknown function"),
        ("model.__class__ is None", 'unknown fact "model.__class__"'),
        ("[x for x in (1,)] is None", "not allowed"),
        ("(y := True)", "not allowed"),
        ("model.size ** 9 > 1", "not allowed"),
        ("b'x' in model.id", "only numbers, text"),
        ("\0", "not an expression"),
        ("True and " * 400 + "True", "longer than 2000 characters"),
        (" and ".join(["True"] * 200), "more than 200 parts"),
        ("(" * 900 + "True" + ")" * 900, "not an expression"),
    ],
)
def test_what_a_refusal_says(source, message):
    with pytest.raises(ConditionError) as error:
        compile_condition(source, FACTS)
    assert message in str(error.value)


COMPARISON = st.builds(
    "{} {} {}".format,
    st.sampled_from(["model.size", "3", "70.5"]),
    st.sampled_from(["<", "<=", "==", ">"]),
    st.just("model.size"),
)
CONDITION = st.recursive(
    COMPARISON
    | st.sampled_from(
        ["True", "False", "site.stream", 'task.solver == "llm"', 'model.id in ["gpt-4o", "o3"]']
    ),
    lambda inner: (
        st.builds("({} and {})".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
        | st.builds("(not {})".format, inner)
    ),
    max_leaves=12,
)


class _Part:
    def __init__(self, **values):
        self.__dict__.update(values)


@given(CONDITION, st.integers(0, 100), st.booleans())
def test_where_everything_is_known_a_condition_means_what_python_means(source, size, stream):
    names = {
        "model": _Part(size=size, id="gpt-4o"),
        "site": _Part(stream=stream),
        "task": _Part(solver="code"),
    }
    meaning = eval(source, {}, names)
    assert evaluate(source, model_size=size, site_stream=stream) is meaning
    test = build_test(compile_condition(source, FACTS), GETTERS)
    assert test({**VALUES, "model.size": size, "site.stream": stream}) is meaning


@given(CONDITION, st.sets(st.sampled_from(sorted(FACTS))))
def test_a_rule_fires_only_where_its_condition_is_true(source, unknown):
    node = compile_condition(source, FACTS)
    facts = {name: None if name in unknown else value for name, value in VALUES.items()}
    assert build_test(node, GETTERS)(facts) is (build(node, GETTERS)(facts) is True)


def test_costly_facts_are_not_asked_for_where_a_cheap_one_is_unknown():
    getters = {**GETTERS, "model.size": lambda facts: pytest.fail("asked for")}
    test = build_test(compile_condition('task.solver == "code" and model.size > 1', FACTS), getters)
    assert test(UNKNOWN) is False


@given(st.text(max_size=60) | st.text(alphabet="model.size()[]'\"<>=andotrisNe 0123", max_size=60))
def test_any_text_compiles_or_is_refused(source):
    try:
        compile_condition(source, FACTS)
    except ConditionError as error:
        assert str(error)


def test_messages_leave_out_the_optional_parts_that_are_not_known():
    template = compile_template(
        "{model.id}[[ of {model.size} B]][[ ({task.evidence})]]\n is {site.stream}", FACTS
    )
    assert render(template, VALUES, GETTERS) == "gpt-4o of 70 B (says so) is no"
    assert render(template, UNKNOWN, GETTERS) == "unknown is unknown"


def test_a_message_is_always_one_line():
    template = compile_template("`{model.id}`", FACTS)
    assert render(template, {**VALUES, "model.id": "a\n\r b"}, GETTERS) == "`a b`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{model.ip}", 'unknown fact "model.ip" (did you mean "model.id"?)'),
        ("{model.id", "expected '}'"),
        ("[[{model.id}", "do not match"),
        ("{model.id}]]", "do not match"),
        ("{model.id:.2f}", "Unknown format code"),
        ("{model.id!r}", "conversions are not allowed"),
        ("{site.stream:>5}", "a boolean takes no format"),
        ("{}", 'unknown fact ""'),
        ("{model.id.__class__}", "unknown fact"),
    ],
)
def test_what_a_refused_message_says(text, message):
    with pytest.raises(MessageError) as error:
        compile_template(text, FACTS)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (70, "70"),
        (70.0, "70"),
        (141.2, "141"),
        (4.118, "4.12"),
        (0.0349, "0.0349"),
        (0, "0"),
        (1234.5, "1230"),
        (3.999, "4"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_have_three_significant_digits(value, text):
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0494, "0.049"), (11.4, "11"), (374, "370"), (5812, "5,800"), (1.24e6, "1,200,000")]
)
def test_figures_of_two_digits(value, text):
    assert two_digits(value) == text


def test_every_fact_has_a_meaning_and_its_page_is_up_to_date():
    from pathlib import Path

    from wattlint.lint.facts import reference_page

    assert all(doc.endswith((".", "…")) for _, _, rows in GROUPS.values() for _, _, doc, *_ in rows)
    assert len(TYPES) == sum(len(rows) for _, _, rows in GROUPS.values())
    page = Path(__file__).parent.parent / "docs" / "facts.md"
    assert page.read_text(encoding="utf-8") == reference_page(), "run: make docs"
