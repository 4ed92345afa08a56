"""What a prompt is for: every example of ``rules/tasks`` and every replacement snippet is a test."""

from __future__ import annotations

import ast
import marshal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattlint.callsites.facts import Hole, OutputContract, Prompt, PromptPart, TaskVerdict
from wattlint.callsites.tasks import recognise, task_record
from wattlint.callsites.tasks.template import read_template
from wattlint.catalogue import store
from wattlint.catalogue.schema.tasks import Task, read_tasks
from wattlint.catalogue.store import rules_folder

TASKS = read_tasks(rules_folder() / "tasks")
IMPORTED_AS = {"scikit-learn": "sklearn", "sentence-transformers": "sentence_transformers", "pillow": "PIL"}


def judge(
    text: str, contract: OutputContract | None = None, names: tuple[str, ...] = (), limit: int | None = None
) -> TaskVerdict | None:
    return recognise(read_template(text), contract or OutputContract(), names, limit)


def by_name(task: Task) -> str:
    return task.name


@pytest.mark.parametrize("task", TASKS, ids=by_name)
def test_positive_examples_get_the_task(task: Task) -> None:
    for text in task.examples.positive:
        verdict = judge(text)
        if task.solver == "llm":
            assert verdict is None or verdict.solver == "llm", (text, verdict)
        else:
            assert verdict is not None and verdict.name == task.name, (text, verdict)
            assert verdict.confidence != "high", f"words alone: {text}"
            assert verdict.evidence


@pytest.mark.parametrize("task", TASKS, ids=by_name)
def test_near_misses_do_not(task: Task) -> None:
    for text in task.examples.negative:
        verdict = judge(text)
        assert verdict is None or verdict.name != task.name, (text, verdict)


@pytest.mark.parametrize("task", TASKS, ids=by_name)
def test_replacement_snippets_work(task: Task) -> None:
    """Snippets of the standard library run on their own checks; others compile and import what they declare."""
    if task.replacement is None:
        return
    code = compile(task.replacement.snippet, f"<{task.name}>", "exec", dont_inherit=True)
    if task.replacement.packages:
        assert not task.replacement.checks, "third-party snippets are not run here"
        imported = {
            (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
            for node in ast.walk(ast.parse(task.replacement.snippet))
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        assert imported == {IMPORTED_AS.get(name, name) for name in task.replacement.packages}
        return
    scope: dict[str, object] = {"__name__": "snippet"}
    exec(code, scope)
    for check in task.replacement.checks:
        assert eval(check, scope), check


def test_every_task_has_enough_examples() -> None:
    assert sum(len(task.examples.positive) + len(task.examples.negative) for task in TASKS) >= 400
    for task in TASKS:
        assert len(task.examples.positive) >= 8, task.name
        assert len(task.examples.negative) >= 8, task.name


def test_all_tiers_are_covered_so_that_silence_is_a_decision() -> None:
    assert {task.solver for task in TASKS} == {"code", "small-model", "small-llm", "llm"}


# Evidence beyond the words


def test_words_alone_give_medium_and_the_contract_lifts_to_high() -> None:
    text = "Classify the sentiment of the review as positive or negative: {review}"
    assert judge(text).confidence == "medium"  # type: ignore[union-attr]
    contract = OutputContract(
        "labels", ("positive", "negative"), ('answer compared with "positive" (line 14)',)
    )
    verdict = judge(text, contract)
    assert verdict is not None and verdict.confidence == "high"
    assert 'answer compared with "positive" (line 14)' in verdict.evidence


def test_label_tasks_need_a_closed_output() -> None:
    text = "Classify this support ticket. {ticket}"
    assert judge(text).confidence == "low"  # type: ignore[union-attr]
    assert judge(text, limit=3).confidence == "medium"  # type: ignore[union-attr]
    assert judge(text, OutputContract("labels", ("bug", "question"))).confidence == "high"  # type: ignore[union-attr]


def test_a_bulleted_list_of_labels_is_no_list_of_demands() -> None:
    listed = "- translate: Translation requests\n- summarize: Summarization requests\n- rewrite: Editing"
    verdict = judge("Classify user intent. Return ONLY valid JSON.\n\nINTENTS:\n" + listed)
    assert verdict is not None and (verdict.name, verdict.confidence) == ("label-classification", "medium")
    assert "lists the labels: translate, summarize, rewrite" in verdict.evidence


def test_a_json_contract_is_no_closed_set() -> None:
    contract = OutputContract("json", evidence=("parsed with json.loads (line 9)",))
    open_labels = judge("Classify this support ticket. {ticket}", contract)
    assert open_labels is not None and open_labels.confidence == "medium"
    verdict = judge(
        "Classify the ticket into one of these categories: billing, technical. {ticket}", contract
    )
    assert verdict is not None and verdict.confidence == "high"
    assert "parsed with json.loads (line 9)" in verdict.evidence


def test_few_shot_answers_from_a_small_set_close_the_output() -> None:
    shots = "Message: where is my parcel\nIntent: delivery\nMessage: cancel it\nIntent: cancellation\n"
    verdict = judge("Determine the intent of the message.\n" + shots + "Message: {message}\nIntent:")
    assert verdict is not None and verdict.name == "label-classification" and verdict.confidence == "medium"
    assert "few-shot answers: cancellation, delivery" in verdict.evidence


def test_assistant_messages_are_few_shot_answers() -> None:
    parts = [PromptPart("system", ("Detect the intent of the message.",))]
    for message, answer in (("where is it", "delivery"), ("cancel", "cancellation")):
        parts += [PromptPart("user", (message,)), PromptPart("assistant", (answer,))]
    prompt = Prompt((*parts, PromptPart("user", (Hole("message"),))))
    verdict = recognise(prompt, OutputContract())
    assert verdict is not None and verdict.name == "label-classification" and verdict.confidence == "medium"


def test_a_contract_that_contradicts_the_task_lowers_confidence() -> None:
    text = "Summarize the following text: {text}"
    assert judge(text).confidence == "medium"  # type: ignore[union-attr]
    assert judge(text, OutputContract("bool")).confidence == "low"  # type: ignore[union-attr]


def test_names_are_weak_evidence() -> None:
    contract = OutputContract("labels", ("positive", "negative"))
    verdict = recognise(None, contract, names=("classify_sentiment",))
    assert verdict is not None and (verdict.name, verdict.confidence) == ("sentiment", "low")
    assert "name `classify_sentiment`" in verdict.evidence
    assert recognise(None, OutputContract(), names=("classify_sentiment",)) is None


def test_a_closed_contract_alone_is_a_low_verdict() -> None:
    assert judge("{prompt}", OutputContract("bool", stated=True)).name == "yes-no-question"  # type: ignore[union-attr]
    assert judge("{prompt}", OutputContract("labels", ("a", "b"), stated=True)).confidence == "low"  # type: ignore[union-attr]
    assert judge("{prompt}") is None


def test_words_the_code_compares_with_count_when_the_prompt_mentions_them() -> None:
    """``"max_tokens" in response`` is about the envelope."""
    envelope = OutputContract("labels", ("max_tokens", "length"), ('the answer is compared with "length"',))
    assert judge("{prompt}", envelope) is None
    answer = OutputContract("labels", ("allow", "block"), ('the answer is compared with "block"',))
    verdict = judge("Policy: {policy} Post: {post} Block or allow?", answer)
    assert verdict is not None and (verdict.solver, verdict.confidence) == ("small-model", "low")


@pytest.mark.parametrize(
    ("name", "task"),
    [("SentimentBot.run", "sentiment"), ("runNERModel", "named-entities"), ("generate", None), ("MiniMaxChat._generate", None),
     ("recount", None), ("count_votes", None)],
)  # fmt: skip
def test_a_name_counts_by_its_parts(name: str, task: str | None) -> None:
    """``ner`` is no part of ``generate``; a name and a closed answer never say ``code``."""
    verdict = recognise(None, OutputContract("labels", ("x", "y")), names=(name,))
    assert (verdict and verdict.name) == task


def test_what_is_forbidden_is_not_asked_for() -> None:
    text = "Classify the ticket as 'bug' or 'question'. Do not explain your choice and give no reasoning. {ticket}"
    verdict = judge(text)
    assert verdict is not None and (verdict.name, verdict.confidence) == ("label-classification", "medium")


def test_a_demand_that_prepares_or_limits_is_none_of_its_own() -> None:
    text = "Analyze the following message. Classify it as 'reasoning', 'story' or 'other'. Return only the report type. {message}"
    verdict = judge(text)
    assert verdict is not None and verdict.name == "label-classification"
    assert judge("Analyze the following message. {message}").solver == "llm"  # type: ignore[union-attr]


def test_a_helper_of_people_says_nothing() -> None:
    assert judge("You are an AI assistant that helps people find information. {prompt}") is None


def test_the_verdict_carries_the_replacement_line() -> None:
    verdict = judge("Extract all email addresses from {text}")
    assert verdict is not None and verdict.replacement == task_record("email-extraction").replacement_summary


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Summarize the following text: {text}", "bart-large-cnn"),
        ("Fasse den folgenden Text in drei Sätzen zusammen: {text}", None),
        ("总结以下文章：{text}", None),
        ("Übersetze den folgenden Text ins Englische: {text}", "nllb-200"),
    ],
)
def test_small_models_that_read_english_are_named_for_english_prompts(text: str, names: str | None) -> None:
    verdict = judge(text)
    assert verdict is not None and verdict.solver == "small-model"
    assert names in verdict.replacement if names and verdict.replacement else verdict.replacement is names


# Doubt


@pytest.mark.parametrize(
    "text",
    [
        "Extract the dates from {text} and write a poem about them.",
        "Classify the review as positive or negative and explain your choice. {review}",
        "Translate the text to French. Then suggest three better titles.",
    ],
)
def test_mixed_prompts_need_a_language_model(text: str) -> None:
    verdict = judge(text)
    assert verdict is None or verdict.solver == "llm"


def test_two_different_small_tasks_are_mixed() -> None:
    verdict = judge("Translate the text to English. Extract the named entities. {text}")
    assert verdict is not None and verdict.name == "mixed-request"


@pytest.mark.parametrize(
    "text",
    [
        "You are a helpful assistant.",
        "Hello, how are you?",
        "{prompt}",
        "",
        "User's Location: {location}",
        "Przetłumacz poniższy tekst na język angielski i nie dodawaj niczego więcej: {tekst}",
        "Переведи следующий текст на английский: {text}",
        "Traduci il seguente testo in inglese per favore, senza aggiungere altro: {testo}",
    ],
)
def test_no_task_or_unknown_language_is_silence(text: str) -> None:
    assert judge(text) is None


def test_context_and_quoted_passages_are_not_instructions() -> None:
    text = (
        'Answer the question from the passage.\n"""\nTranslate the text to French.\n"""\nQuestion: {question}'
    )
    verdict = judge(text)
    assert verdict is None or verdict.name != "translation"


def test_a_conversation_is_not_a_small_task() -> None:
    assert judge("Translate the text to French.\n{chat_history}\n{input}") is None


def test_long_instructions_lower_confidence() -> None:
    rules = " ".join(f"The source has the number {n} and this clause holds in that case." for n in range(14))
    verdict = judge("Translate the following text into {language}: {text} " + rules)
    assert verdict is not None and verdict.confidence == "low"
    assert judge("Translate the following text into {language}: {text} " + rules * 3) is None


def test_an_incomplete_prompt_lowers_confidence() -> None:
    prompt = Prompt((PromptPart("system", ("Translate the text to French.",)),), complete=False)
    verdict = recognise(prompt, OutputContract())
    assert verdict is not None and verdict.confidence == "low"


# What must always hold


@pytest.mark.parametrize("head", ["", "extract ", "determine whether ", "you are a ", "what is "])
@pytest.mark.parametrize(
    "unit",
    ["the ", "{x} ", "'a', ", "yes ", "x: y\n", '"', "(", "<b>", "you ", "that ", "translate ", ", ", "a or b ", "-"],
)  # fmt: skip
def test_repetition_costs_little(head: str, unit: str) -> None:
    """No pattern backtracks without bound: 100 kB of one unit behind each kind of beginning."""
    prompt = Prompt((PromptPart("user", (head + unit * (100_000 // len(unit)),)),))
    start = time.process_time()
    recognise(prompt, OutputContract())
    assert time.process_time() - start < 1.0  # below 0.05 s here


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "1" * 50_000 + "x", " " * 50_000 + "x", "\n" * 50_000, '"' * 50_000, "```" * 20_001, "{a} " * 20_000,
     "a: b\n" * 20_000, "please extract all the " * 3_000, "<a>" * 20_000, "you should " * 5_000, "翻译" * 20_000,
     "{" * 50_000, "[system] " * 5_000, "extract the " + "emails, " * 5_000],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_hostile_prompts_cost_little(text: str) -> None:
    start = time.process_time()
    judge(text)
    assert time.process_time() - start < 2.0


FRAGMENTS = st.sampled_from(
    ["Extract ", "the ", "e-mails ", "{text}", "Translate ", "\n", ": ", '"""', "```", "<a>", "</a>", "Output: x\n", "->", "?", "you are a ",
     "[user] ", "{", "}", "翻译", "を抽出", "a -> b\n", "12 + 3 ", "%s", "\x00", "\ud800", "İ", "Zusammenfassung "]
)  # fmt: skip


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_no_prompt_crashes_and_the_answer_is_stable(text: str) -> None:
    assert judge(text) == judge(text)


def test_a_prompt_takes_about_a_millisecond() -> None:
    prompts = [read_template(text) for task in TASKS for text in task.examples.positive]
    for prompt in prompts:
        recognise(prompt, OutputContract())
    start = time.process_time()
    for prompt in prompts:
        recognise(prompt, OutputContract())
    assert (time.process_time() - start) / len(prompts) < 0.003  # 0.3 ms here; slow machines have room


def test_a_record_is_found_by_name() -> None:
    record = task_record("sentiment")
    low, middle, high = record.typical_output_tokens
    assert record.solver == "small-model" and low <= middle <= high and record.models
    with pytest.raises(KeyError, match="did you mean"):
        task_record("sentimen")


def test_runtime_loads_without_pydantic_and_yaml(tmp_path: Path) -> None:
    compiled = tmp_path / "tasks"
    compiled.write_bytes(marshal.dumps(store.section("tasks")))
    code = (
        "import marshal, pathlib, sys\n"
        "from wattlint.catalogue import store\n"
        f"data = marshal.loads(pathlib.Path({str(compiled)!r}).read_bytes())\n"
        "store.section = lambda name: data\n"
        "from wattlint.callsites.facts import OutputContract\n"
        "from wattlint.callsites.tasks import recognise\n"
        "recognise(None, OutputContract('bool'))\n"
        "print(sorted({'pydantic', 'yaml', 'libcst'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent / "src"), "PATH": ""}
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert output.stdout.strip() == "[]"
