"""Token counts: estimated by a regular expression, exact only where asked and possible."""

from __future__ import annotations

import time

import pytest

from wattlint.impact.tokens import count_tokens, encoder

# Texts and their o200k token counts (tiktoken 0.14).
COUNTED = [
    (
        "You are a helpful assistant. Summarise the document below in three sentences, then list the names of all people it mentions.",
        26,
    ),
    (
        "Classify the sentiment of the following review as positive, negative or neutral. Answer with one word only.\n\nReview: ",
        24,
    ),
    (
        '{"name": "get_weather", "description": "Current weather of a city", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}',
        46,
    ),
    (
        'def mean(values: list[float]) -> float:\n    """Arithmetic mean; raises ValueError when empty."""\n    if not values:\n        raise ValueError("empty")\n    return sum(values) / len(values)\n',
        43,
    ),
    ("Extract every e-mail address from the text. Return a JSON list of strings and nothing else.", 19),
    (
        "SELECT customer_id, SUM(amount) AS total FROM orders WHERE created_at >= '2026-01-01' GROUP BY customer_id ORDER BY total DESC LIMIT 10;",
        35,
    ),
    (
        "Übersetze den folgenden Text ins Englische und behalte die Formatierung bei. Gib nur die Übersetzung zurück.",
        24,
    ),
    (
        "Eres un asistente que responde preguntas sobre la documentación del producto. Si no sabes la respuesta, dilo claramente.",
        23,
    ),
    (
        "Vous êtes un assistant juridique. Répondez à la question de l'utilisateur en citant les articles de loi pertinents.",
        25,
    ),
    ("你是一个有帮助的助手。请用三句话总结下面的文章，并列出其中提到的所有人名。", 27),
    ("あなたは優秀な翻訳者です。次の文章を自然な英語に翻訳してください。", 23),
    ("Ты полезный помощник. Ответь на вопрос пользователя, используя только приведённый ниже контекст.", 21),
    ("Jesteś pomocnym asystentem. Odpowiedz na pytanie użytkownika na podstawie poniższego kontekstu.", 29),
    (
        "## Instructions\n\n1. Read the question.\n2. Think step by step.\n3. Write the final answer after `Answer:`.\n\n- Do not invent facts.\n- Keep it short.\n",
        38,
    ),
]


@pytest.mark.parametrize(("text", "tokens"), COUNTED)
def test_the_estimate_is_near_the_count(text: str, tokens: int) -> None:
    count = count_tokens(text)
    assert abs(count.tokens / tokens - 1) <= 0.2
    assert count.low <= count.tokens <= count.high


def test_the_median_error_is_small() -> None:
    errors = sorted(abs(count_tokens(text).tokens / tokens - 1) for text, tokens in COUNTED)
    assert errors[len(errors) // 2] <= 0.08


def test_empty_text_has_no_tokens() -> None:
    assert count_tokens("")[:3] == (0, 0, 0)
    assert count_tokens(" ").tokens >= 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        " " * 200_000,
        "\n" * 200_000,
        "é" * 100_000 + "a",
        "!" * 200_000,
        "aé" * 50_000,
        "\x00\ud800" * 999,
    ],
)
def test_hostile_text_is_counted_quickly(text: str) -> None:
    start = time.process_time()
    assert count_tokens(text).tokens > 0
    assert time.process_time() - start < 2


def test_an_accented_word_is_one_piece() -> None:
    """The expression once cut "caféteria" into "ca" and "féteria"."""
    assert count_tokens("caféteria").tokens <= 5


def test_exact_counts_say_when_they_are_not() -> None:
    count = count_tokens("Hello, world", exact=True)
    assert ("counted" in count.method) == (count.low == count.high == count.tokens)
    assert "not at hand" in count.method or "counted" in count.method


def test_a_file_that_is_not_the_ranks_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "ranks").write_bytes(b"IQ== 0\n")
    assert encoder(tmp_path / "ranks") is None
    assert encoder(tmp_path / "missing") is None
