"""SDK methods that are handed by reference to something that calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites

RETRY = """
    def retry(func, errors=None):
        def wrapper(*args, **kwargs):
            while True:
                try:
                    return func(*args, **kwargs)
                except errors:
                    pass
        return wrapper
"""
RETRYING = """
    class Retrying:
        def __call__(self, fn, *args, **kwargs):
            while True:
                try:
                    return fn(*args, **kwargs)
                except ValueError:
                    pass
"""
CASES: dict[str, tuple[str, str, str]] = {
    "back-off of a parameter's method, called at once": (
        "openai.completions",
        "resolved",
        """
        import openai
        from retrying import retry
        def ask(client, **kwargs):
            return retry(client.completions.create, errors=(openai.RateLimitError,))(**kwargs)
        def main(p):
            return ask(openai.OpenAI(), model="gpt-4o-mini", prompt=p)
        """,
    ),
    "an object of the project that calls what it is given": (
        "openai.chat.completions",
        "resolved",
        """
        import openai
        from retrying import Retrying
        class Model:
            def __init__(self, client=None):
                self.client = client or openai.OpenAI()
                self.retryer = Retrying()
            def ask(self, **kwargs):
                return self.retryer(self.client.chat.completions.create, model="gpt-4o-mini", **kwargs)
        """,
    ),
    "the same with an unknown client": (
        "bedrock.converse",
        "structural",
        """
        from retrying import Retrying
        class Model:
            def __init__(self, client):
                self.client, self.retryer = client, Retrying()
            def ask(self, m):
                return self.retryer(self.client.converse, modelId="gpt-4o-mini", messages=m)
        """,
    ),
    "a function from elsewhere": (
        "litellm.completion",
        "resolved",
        """
        from litellm import completion
        from somewhere import call_with_retry
        def ask(m):
            return call_with_retry(completion, model="gpt-4o-mini", messages=m)
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_call_of_the_wrapper_is_the_site(tmp_path: Path, name: str) -> None:
    entry_point, confidence, text = CASES[name]
    files = {"app.py": text, "retrying.py": RETRY + RETRYING}
    found = sites(tmp_path, files)
    assert [(one.entry_point, one.confidence, one.model.id) for one in found] == [
        (entry_point, confidence, "gpt-4o-mini")
    ]
    assert sites(tmp_path, files, "retrying.py") == []


def test_a_reference_that_is_only_kept_is_no_call(tmp_path: Path) -> None:
    text = """
        import openai
        client = openai.OpenAI()
        register("chat", client.chat.completions.create)
        register(client.chat.completions.create)
        register(client.chat.completions.create, name="chat")
    """
    assert sites(tmp_path, text) == []


def test_callers_of_a_wrapper_around_a_retry(tmp_path: Path) -> None:
    text = """
        import openai
        from retrying import Retrying
        client, retryer = openai.OpenAI(), Retrying()
        def ask(text, model):
            return retryer(client.responses.create, input=text, model=model)
        def first(x):
            return ask(f"Translate to German: {x}", "gpt-4o")
        def second(x):
            return ask(f"Summarise: {x}", "gpt-4o-mini")
    """
    (site,) = sites(tmp_path, {"app.py": text, "retrying.py": RETRYING})
    assert [(one.model.id, one.prompt and one.prompt.static_text) for one in site.contexts] == [
        ("gpt-4o", "Translate to German: "),
        ("gpt-4o-mini", "Summarise: "),
    ]


def test_a_function_of_callers_is_no_sdk_method_at_this_place(tmp_path: Path) -> None:
    text = """
        import litellm
        def timed(handler, name):
            return clock(handler, name=name)
        class Guarded:
            def __init__(self, llm_api):
                self.llm_api = llm_api
            def ask(self, guard, **kw):
                return guard(self.llm_api, **kw)
        def main(m):
            timed(litellm.completion, "x")
            Guarded(litellm.completion).ask(None, model="gpt-4o", messages=m)
    """
    assert sites(tmp_path, text) == []


def test_a_call_through_a_thread_is_named_by_what_it_calls(tmp_path: Path) -> None:
    text = """
        import asyncio
        from google import genai
        client = genai.Client()
        async def ask(p):
            return await asyncio.to_thread(client.models.generate_content, model="gemini-2.5-flash", contents=p)
    """
    (site,) = sites(tmp_path, text)
    assert site.callee == "client.models.generate_content"
