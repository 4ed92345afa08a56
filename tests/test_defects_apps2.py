"""What large applications showed: closures, managed clients, wrappers of models, requests that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites, write
from wattlint.run import check_paths
from wattlint.settings import Settings

# -- what a function that is made in a branch sees of the names around it --------------------------------------------

CLOSURE = """
    from openai import OpenAI
    from sentence_transformers import SentenceTransformer
    def remote(texts):
        return [0] * len(texts)
    def get(engine, function):
        if engine == "":
            def embed(texts):
                return function.encode(texts)
            return embed
        elif engine in ("api", "other"):
            function = lambda texts: remote(texts)
            def embed(texts):
                return function(texts)
            return embed
    get(ENGINE, SentenceTransformer("all-MiniLM-L6-v2"))
"""


def test_a_function_made_in_a_branch_sees_what_that_branch_sets(tmp_path: Path) -> None:
    found = sites(tmp_path, CLOSURE)
    assert [(site.callee, site.model.id) for site in found] == [
        ("function.encode", "all-MiniLM-L6-v2"),
        ("SentenceTransformer", "all-MiniLM-L6-v2"),
    ]


# -- what an exit stack enters, and what is set where something fails --------------------------------------------------

STACK = """
    from contextlib import AsyncExitStack
    from openai import AsyncOpenAI
    class Client:
        def __init__(self, factory):
            self._factory = factory
        async def ask(self, params):
            async with AsyncExitStack() as stack:
                client = await stack.enter_async_context(self._factory())
                return await self.send(client, params)
        async def send(self, client: AsyncOpenAI, params):
            return await client.responses.create(**params)
    {made}
"""


@pytest.mark.parametrize("made", ["", "Client(lambda: AsyncOpenAI())"])
def test_an_exit_stack_gives_what_it_enters(tmp_path: Path, made: str) -> None:
    (site,) = sites(tmp_path, STACK.format(made=made))
    assert (site.entry_point, site.confidence) == ("openai.responses", "resolved")


def test_what_a_handler_sets_is_not_the_usual(tmp_path: Path) -> None:
    found = sites(
        tmp_path,
        """
        class Store:
            def __init__(self):
                self._encoder = None
            def encoder(self):
                if self._encoder is None:
                    try:
                        from fastembed import SparseTextEmbedding
                        self._encoder = SparseTextEmbedding(model_name="prithivida/Splade_PP_en_v1")
                    except Exception:
                        self._encoder = False
                return self._encoder if self._encoder is not False else None
            def encode(self, text):
                encoder = self.encoder()
                return None if encoder is None else list(encoder.embed([text]))
        """,
    )
    assert [(site.kind, site.model.id) for site in found] == [
        ("load", "prithivida/Splade_PP_en_v1"),
        ("embed", "prithivida/Splade_PP_en_v1"),
    ]


def test_counting_words_is_no_model(tmp_path: Path) -> None:
    (site,) = sites(
        tmp_path, 'from fastembed import SparseTextEmbedding\nSparseTextEmbedding(model_name="Qdrant/bm25")\n'
    )
    assert (site.model.id, site.model.unknown_reason) == (None, "Qdrant/bm25 is no network")


# -- models around models ------------------------------------------------------------------------------------------------

WRAPPED = """
    from pydantic_ai import Agent
    from pydantic_ai.models.fallback import FallbackModel
    from pydantic_ai.models.instrumented import InstrumentedModel
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.models.wrapper import WrapperModel
    class Traced(WrapperModel):
        def __init__(self, wrapped, tracer):
            super().__init__(wrapped)
            self.tracer = tracer
    model = OpenAIChatModel("gpt-4o")
    Agent({wrapped}).run_sync("Hello")
"""


@pytest.mark.parametrize(
    ("wrapped", "id"),
    [
        ("InstrumentedModel(model)", "gpt-4o"),
        ("FallbackModel(model, 'openai:gpt-4o-mini')", "gpt-4o"),
        ("Traced(model, None)", None),
    ],
)
def test_a_wrapper_of_a_model_is_no_other_model(tmp_path: Path, wrapped: str, id: str | None) -> None:
    found = sites(tmp_path, WRAPPED.format(wrapped=wrapped))
    assert [site.entry_point for site in found] == [
        "pydantic_ai.models",
        "pydantic_ai.Agent",
        "pydantic_ai.run",
    ]
    if id is not None:
        assert [site.model.id for site in found] == [id] * 3


# -- calls by their shape ------------------------------------------------------------------------------------------------

SHAPE = """
    import openai
    def ask(client, model, items, stream):
        options = {options}
        if stream:
            options["stream"] = True
        return client.{method}(**options)
"""


@pytest.mark.parametrize(
    ("method", "options", "entry"),
    [
        ("responses.create", '{"model": model, "input": items}', "openai.responses"),
        ("responses.create", '{"name": model, "input": items}', None),
        ("messages.create", '{"model": model, "max_tokens": 9, "messages": items}', "anthropic.messages"),
        ("messages.create", '{"to": model, "body": items}', None),
    ],
)
def test_a_dict_written_out_shows_the_keywords(
    tmp_path: Path, method: str, options: str, entry: str | None
) -> None:
    found = sites(tmp_path, SHAPE.format(method=method, options=options))
    assert [site.entry_point for site in found] == ([] if entry is None else [entry])


REQUEST = """
    import aiohttp
    async def embed(texts, model, url):
        data = {body}
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{{url}}{path}", json=data) as answer:
                return await answer.json()
"""


@pytest.mark.parametrize(
    ("path", "body", "provider"),
    [
        ("/api/embed", '{"input": texts, "model": model}', "ollama"),
        ("/embeddings", '{"input": texts, "model": model}', None),
        ("/embeddings", '{"ids": texts}', "nothing"),
        ("/api/embed", '{"page": texts}', "nothing"),
        ("/users/embeddings", '{"input": texts, "model": model}', "nothing"),
    ],
)
def test_embeddings_of_a_server_at_an_address_from_elsewhere(
    tmp_path: Path, path: str, body: str, provider: str | None
) -> None:
    found = sites(tmp_path, REQUEST.format(path=path, body=body))
    expected = [] if provider == "nothing" else [("embed", provider, "structural")]
    assert [(site.kind, site.provider, site.confidence) for site in found] == expected


# -- defaults that come through a caller -----------------------------------------------------------------------------------

PASSED = """
    from openai import OpenAI
    client = OpenAI()
    def embed(model, text):
        return client.embeddings.create(model=model, input=text)
    def search(settings, text):
        model = {value}
        return embed(model, text)
    def other(text, model):
        return {other}
"""


@pytest.mark.parametrize(
    ("value", "other", "id"),
    [
        ('settings.get("model", "text-embedding-3-small")', "None", "text-embedding-3-small"),
        ('settings.get("model", "text-embedding-3-small")', "embed(model, text)", None),
        ('settings["model"]', 'embed("text-embedding-3-small", text)', None),
    ],
)
def test_the_default_of_a_setting_stays_one_when_it_is_handed_on(
    tmp_path: Path, value: str, other: str, id: str | None
) -> None:
    (site,) = sites(tmp_path, PASSED.format(value=value, other=other))
    assert site.model.id == id


# -- one of several services -----------------------------------------------------------------------------------------------

SEVERAL = """
    import anthropic
    import os
    from openai import OpenAI
    FIRST = "A"
    def get(key):
        if {test}:
            client = {one}
        else:
            client = {other}
        return client
    def ask(key, text):
        return get(key).{method}(model="m", messages=text)
"""
CLAUDE = "messages.create"
GPT = "chat.completions.create"


@pytest.mark.parametrize(
    ("test", "one", "other", "method", "provider"),
    [
        ("key", "anthropic.Anthropic()", "anthropic.AnthropicVertex()", CLAUDE, None),
        ("key", "anthropic.AnthropicVertex()", "anthropic.AnthropicVertex(region=key)", CLAUDE, "vertex"),
        ('FIRST == "A"', "anthropic.AnthropicVertex()", "anthropic.Anthropic()", CLAUDE, "vertex"),
        ("key", 'OpenAI(base_url="https://api.groq.com/openai/v1")', "OpenAI()", GPT, "openai"),
        (
            "key",
            'OpenAI(base_url="https://api.groq.com/openai/v1")',
            'OpenAI(base_url="https://api.deepseek.com")',
            GPT,
            None,
        ),
    ],
)
def test_of_several_services_none_is_named(
    tmp_path: Path, test: str, one: str, other: str, method: str, provider: str | None
) -> None:
    (site,) = sites(tmp_path, SEVERAL.format(test=test, one=one, other=other, method=method))
    assert site.provider == provider


# -- texts that are embedded once, and kept -------------------------------------------------------------------------------

KEPT = """
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer("all-MiniLM-L6-v2")
    class Matcher:
        def __init__(self):
            self._cache = {{}}
            self._names = {{}}
        def embed(self, text):
    {embed}
        def rank(self, texts):
            return [{each} for text in texts]
"""
PLAIN = """
            return model.encode(text)
"""
ASKED_FIRST = """
            found = self._cache.get(text)
            if found is None:
                found = model.encode(text)
                self._cache[text] = found
            return found
"""
LEFT_EARLY = """
            if text in self._cache:
                return self._cache[text]
            self._cache[text] = model.encode(text)
            return self._cache[text]
"""
NOTHING_KEPT = """
            name = self._names.get(text)
            if name is None:
                name = model.encode(text)
            return name
"""


@pytest.mark.parametrize(
    ("embed", "each", "reported"),
    [
        (PLAIN, "self.embed(text)", True),
        (NOTHING_KEPT, "self.embed(text)", True),
        (ASKED_FIRST, "self.embed(text)", False),
        (LEFT_EARLY, "self.embed(text)", False),
    ],
)
def test_what_a_cache_is_asked_for_first_is_not_embedded_at_each_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embed: str, each: str, reported: bool
) -> None:
    write(tmp_path, {"app.py": KEPT.format(embed=embed, each=each)})
    monkeypatch.chdir(tmp_path)
    found = check_paths(["app.py"], Settings(select=("LLM310",))).findings
    assert [one.code for one in found] == (["LLM310"] if reported else [])


# -- loads through another function ----------------------------------------------------------------------------------------

LOADS = """
    import asyncio
    from functools import partial
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForCausalLM, AutoTokenizer, T5ForConditionalGeneration
    def loaders(kind):
        if kind:
            return partial(T5ForConditionalGeneration.from_pretrained, device_map="auto"), AutoTokenizer
        loader = partial(AutoModelForCausalLM.from_pretrained, device_map="auto")
        return loader, AutoTokenizer
    async def run(kind):
        loader, other = loaders(kind)
        {load}
"""


@pytest.mark.parametrize(
    ("load", "entry", "id"),
    [
        ('loader("Qwen/Qwen2.5-0.5B")', "transformers.from_pretrained", "Qwen/Qwen2.5-0.5B"),
        (
            'await asyncio.to_thread(SentenceTransformer, "all-MiniLM-L6-v2")',
            "sentence_transformers.SentenceTransformer",
            "all-MiniLM-L6-v2",
        ),
        ('partial(AutoModelForCausalLM.from_pretrained, "Qwen/Qwen2.5-0.5B")', None, None),
        ('partial(AutoTokenizer.from_pretrained, "Qwen/Qwen2.5-0.5B")()', None, None),
        ('other.from_pretrained("Qwen/Qwen2.5-0.5B")', None, None),
    ],
)
def test_a_load_through_another_function(
    tmp_path: Path, load: str, entry: str | None, id: str | None
) -> None:
    found = sites(tmp_path, LOADS.format(load=load))
    assert [(site.entry_point, site.model.id) for site in found] == ([] if entry is None else [(entry, id)])


# -- what a request says of its model ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"input": texts}', "not in the body of the request"),
        ("texts", "the body of the request is not known"),
    ],
)
def test_a_deployment_in_the_address(tmp_path: Path, body: str, reason: str) -> None:
    url = "{url}/openai/deployments/{name}/embeddings?api-version=1"
    lines = f'import requests\ndef embed(url, name, texts):\n    requests.post(f"{url}", json={body})\n'
    (site,) = sites(tmp_path, lines)
    assert (site.model.id, site.model.unknown_reason) == (None, reason)


@pytest.mark.parametrize(("prompt", "count"), [('""', 0), ("text", 1)])
def test_an_empty_prompt_asks_nothing(tmp_path: Path, prompt: str, count: int) -> None:
    body = f'{{"model": model, "keep_alive": 0, "prompt": {prompt}}}'
    lines = f'import requests\ndef ask(url, model, text):\n    requests.post(f"{{url}}/api/generate", json={body})\n'
    assert len(sites(tmp_path, lines)) == count
