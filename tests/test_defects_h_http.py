"""Requests that are written by hand, prompts with more than text in them, and models that a setting has for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites

# -- a model that this library cannot serve ----------------------------------------------------------------------

DISPATCH = """
    from fastembed import TextEmbedding
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_ollama import ChatOllama, OllamaEmbeddings
    from openai import OpenAI
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForCausalLM
    import google.generativeai as genai
    import ollama
    LLM = "gpt-4o"
    class Embedder:
        def __init__(self, provider="openai", model="{default}"):
            self.model = model
        def run(self, text):
            return {made}
"""


@pytest.mark.parametrize(
    ("default", "made", "expected"),
    [
        ("text-embedding-3-small", "OpenAI().embeddings.create(model=self.model, input=text)", True),
        ("text-embedding-3-small", "SentenceTransformer(self.model)", False),
        ("text-embedding-3-small", "TextEmbedding(model_name=self.model)", False),
        ("text-embedding-3-small", "HuggingFaceEmbeddings(model_name=self.model)", False),
        ("text-embedding-3-small", "OllamaEmbeddings(model=self.model)", False),
        ("openai/text-embedding-3-small", "SentenceTransformer(self.model)", False),
        ("text-embedding-3-small", 'AutoModelForCausalLM.from_pretrained("gpt-4o")', False),
        ("text-embedding-3-small", "AutoModelForCausalLM.from_pretrained(LLM)", False),
        ("text-embedding-3-small", "ollama.chat(model=LLM, messages=text)", False),
        ("text-embedding-3-small", "ChatOllama(model=LLM)", False),
        ("models/all-MiniLM-L6-v2", "genai.embed_content(model=self.model, content=text)", False),
        ("models/text-embedding-004", "genai.embed_content(model=self.model, content=text)", True),
        ("voyageai/voyage-4-nano", "SentenceTransformer(self.model)", True),
        ("all-MiniLM-L6-v2", "SentenceTransformer(self.model)", True),
        ("nomic-embed-text", "OllamaEmbeddings(model=self.model)", True),
        ("gpt-oss:20b", "ollama.chat(model=self.model, messages=text)", True),
    ],
)
def test_a_model_of_another_server_is_none(tmp_path: Path, default: str, made: str, expected: bool) -> None:
    found = sites(tmp_path, DISPATCH.format(default=default, made=made))
    assert [site.model.id for site in found] == [default if expected else None]


def test_the_next_model_that_fits_is_taken(tmp_path: Path) -> None:
    (site,) = sites(
        tmp_path,
        """
        from sentence_transformers import SentenceTransformer
        API, LOCAL = "text-embedding-3-small", "all-MiniLM-L6-v2"
        def load(local):
            name = API
            if local:
                name = LOCAL
            return SentenceTransformer(name)
        """,
    )
    assert site.model.candidates == ("all-MiniLM-L6-v2",)


# -- the address of an OpenAI client ------------------------------------------------------------------------------

CLIENT = """
    import os
    from anthropic import Anthropic
    from openai import OpenAI
    class Model:
        def __init__(self, base_url=None, needed=None):
            self.base_url = base_url
            self.client = {client}
        def ask(self, text):
            return self.client.{call}(model="o1-mini", messages=text)
    {caller}
"""
CHAT = "chat.completions.create"


@pytest.mark.parametrize(
    ("client", "method", "caller", "provider"),
    [
        ('OpenAI(base_url=os.getenv("OPENAI_BASE_URL"))', CHAT, "", "openai"),
        ('OpenAI(base_url=os.environ.get("OPENAI_API_BASE"))', CHAT, "", "openai"),
        ('Anthropic(base_url=os.getenv("ANTHROPIC_BASE_URL"))', "messages.create", "", "anthropic"),
        ("OpenAI(base_url=base_url)", CHAT, "", "openai"),
        ("OpenAI(base_url=self.base_url)", CHAT, "", "openai"),
        ('OpenAI(base_url=base_url or os.getenv("OPENAI_BASE_URL"))', CHAT, "", "openai"),
        ("OpenAI(base_url=base_url)", CHAT, "Model()", "openai"),
        ("OpenAI(base_url=base_url)", CHAT, "def make(url): return Model(url)", None),
        ("OpenAI(base_url=base_url)", CHAT, "def make(base_url): return Model(base_url=base_url)", None),
        ('OpenAI(base_url=os.getenv("LLM_URL"))', CHAT, "", None),
        ('OpenAI(base_url=os.getenv("MISTRAL_BASE_URL"))', CHAT, "", None),
        ('OpenAI(base_url=os.environ["OPENAI_BASE_URL"])', CHAT, "", None),
        ('OpenAI(base_url=os.getenv("OPENAI_BASE_URL", "http://gpu:8000/v1"))', CHAT, "", None),
    ],
)
def test_an_address_that_nobody_gives(
    tmp_path: Path, client: str, method: str, caller: str, provider: str | None
) -> None:
    (site,) = sites(tmp_path, CLIENT.format(client=client, call=method, caller=caller))
    assert site.provider == provider
    assert (site.base_url is None) == (provider is not None)


# -- why a model is not known -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("name[1:]", "computed at run time"),
        ("name.upper()", "computed at run time"),
        ("sorted(names)[0]", "computed at run time"),
        ("[*names].pop()", "computed at run time"),
        ("name", "parameter name"),
        ('os.environ["CHAT_MODEL"]', "environment variable CHAT_MODEL"),
        ("str(Path(__file__).parent / 'weights')", "local path .../weights"),
        ("'./weights/final'", "local path ./weights/final"),
    ],
)
def test_reasons_are_in_words(tmp_path: Path, model: str, reason: str) -> None:
    text = f"""
        import os
        from pathlib import Path
        from transformers import AutoModel
        def load(name, names):
            return AutoModel.from_pretrained({model})
    """
    (site,) = sites(tmp_path, text)
    assert site.model.unknown_reason == reason


# -- one attribute, two clients -----------------------------------------------------------------------------------

TWO_CLIENTS = """
    import instructor
    from openai import AsyncOpenAI
    from anthropic import AsyncAnthropic
    class Model:
        def setup(self, provider):
            if provider == "{provider}":
                self._client = {made}
            else:
                self._client = {other}
        async def ask(self, text):
            return await self._client.chat.completions.create(model="gpt-4o", messages=text)
"""


@pytest.mark.parametrize(
    ("provider", "made", "other", "expected"),
    [
        ("openai", "AsyncOpenAI()", "AsyncAnthropic()", "openai.chat.completions"),
        ("anthropic", "AsyncAnthropic()", "AsyncOpenAI()", "openai.chat.completions"),
        ("claude", "instructor.from_anthropic(AsyncAnthropic())", "None", "instructor.create"),
    ],
)
def test_own_methods_come_before_added_ones(
    tmp_path: Path, provider: str, made: str, other: str, expected: str
) -> None:
    (site,) = sites(tmp_path, TWO_CLIENTS.format(provider=provider, made=made, other=other))
    assert site.entry_point == expected
