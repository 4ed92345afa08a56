"""Entry points that real packages use and that went unseen, or were taken for another SDK's."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import call, model, sites

CALLS: dict[str, tuple[str, str, str | None]] = {
    "gigachat's chat is a namespace from 0.2": (
        """
        from gigachat import GigaChat
        def ask(p):
            with GigaChat(model="GigaChat-Pro") as client:
                return client.chat.create({"messages": [{"role": "user", "content": p}]})
        """,
        "gigachat.chat",
        "GigaChat-Pro",
    ),
    "injected cohere client": (
        """
        class Keywords:
            def __init__(self, client, model="command"):
                self.client, self.model = client, model
            def extract(self, p):
                return self.client.generate(model=self.model, prompt=p, max_tokens=50, stop_sequences=["."])
        """,
        "cohere.generate",
        "command",
    ),
    "injected chain": (
        """
        import langchain
        class Keywords:
            def __init__(self, chain):
                self.chain = chain
            def extract(self, docs):
                return self.chain.run(input_documents=docs, question="Which keywords?")
        """,
        "langchain.invoke",
        None,
    ),
    "legacy completions of an injected client": (
        """
        def complete(client, prompt, **kw):
            return client.completions.create(prompt=prompt, **kw)
        """,
        "openai.completions",
        None,
    ),
    "embeddings of an injected client": (
        """
        def embed(client, text, **kw):
            return client.embeddings.create(input=text, model="text-embedding-3-small", **kw)
        """,
        "openai.embeddings",
        "text-embedding-3-small",
    ),
    "tensorrt": (
        """
        from tensorrt_llm import LLM as Engine
        llm = Engine(model="meta-llama/Llama-3.1-8B-Instruct")
        llm.generate(["Hi"])
        """,
        "tensorrt_llm.generate",
        "meta-llama/Llama-3.1-8B-Instruct",
    ),
    "sglang": (
        """
        import sglang as sgl
        llm = sgl.Engine(model_path="meta-llama/Llama-3.1-8B-Instruct")
        llm.generate(["Hi"], {"max_new_tokens": 9})
        """,
        "sglang.generate",
        "meta-llama/Llama-3.1-8B-Instruct",
    ),
    "model2vec": (
        """
        from model2vec import StaticModel
        m = StaticModel.from_pretrained("minishlab/potion-base-8M")
        m.encode(["Hi"], show_progress_bar=False)
        """,
        "model2vec.encode",
        "minishlab/potion-base-8M",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_call(tmp_path: Path, name: str) -> None:
    text, entry_point, expected = CALLS[name]
    site = call(tmp_path, text)
    assert (site.entry_point, site.model.id) == (entry_point, expected)


def test_limits_of_engines(tmp_path: Path) -> None:
    found = sites(tmp_path, CALLS["sglang"][0])
    assert [(site.kind, site.output_limit) for site in found] == [("bind", None), ("call", 9)]


def test_a_model_given_to_the_call_wins(tmp_path: Path) -> None:
    text = """
        from langchain_mistralai import ChatMistralAI
        def ask(config, messages):
            client = ChatMistralAI(api_key="k")
            kwargs = {"model": config.get("model") or "mistral-tiny", "temperature": 0}
            return client.invoke(**kwargs, input=messages)
    """
    assert model(tmp_path, text) == "mistral-tiny"


def test_the_constructor_still_decides_where_the_call_is_open(tmp_path: Path) -> None:
    text = """
        from langchain_openai import ChatOpenAI
        def ask(messages, **kw):
            return ChatOpenAI().invoke(messages, **kw)
    """
    assert model(tmp_path, text) == "gpt-3.5-turbo"


def test_own_methods_named_like_those_of_an_sdk(tmp_path: Path) -> None:
    files = {
        "backend.py": """
            class BaseEmbedder:
                def embed_documents(self, docs):
                    return self.embed(docs)
        """,
        "app.py": """
            import langchain
            def embed(embedding_model, docs):
                return embedding_model.embed_documents(docs)
        """,
    }
    assert sites(tmp_path, files) == []


def test_own_subclass_of_the_sdk_leaves_the_name_evident(tmp_path: Path) -> None:
    files = {
        "backend.py": """
            from langchain_core.embeddings import Embeddings
            class Local(Embeddings):
                def embed_documents(self, docs):
                    return [[0.0] for _ in docs]
        """,
        "app.py": """
            import langchain
            def embed(embedding_model, docs):
                return embedding_model.embed_documents(docs)
        """,
    }
    assert [site.kind for site in sites(tmp_path, files)] == ["embed"]


def test_a_chain_that_does_its_own_work(tmp_path: Path) -> None:
    text = """
        from langchain.chains.base import Chain
        class Evaluator(Chain):
            def _call(self, inputs):
                return {"score": self.metric.score(inputs)}
            def evaluate(self, run):
                return self.invoke(run)
    """
    assert sites(tmp_path, text) == []


def test_a_host_that_says_what_it_serves(tmp_path: Path) -> None:
    text = """
        import requests
        class Model:
            def __init__(self, name):
                self.url = f"https://llm.example.org/models/{name}/generate"
            def ask(self, prompt):
                return requests.post(self.url, json={"input": prompt, "params": {}})
    """
    assert call(tmp_path, text).entry_point == "llm-host"


def test_a_client_for_requests_of_every_kind_is_no_call_of_the_model_that_one_caller_asks(
    tmp_path: Path,
) -> None:
    text = """
        import httpx
        class Client:
            def send(self, method, url, data=None):
                return httpx.Client().request(method, url, json=data)
            def get(self, url):
                return self.send("GET", url)
            def post(self, url, data):
                return self.send("POST", url, data)
        def ask(prompt):
            data = {"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]}
            return Client().post("https://api.openai.com/v1/chat/completions", data)
    """
    assert sites(tmp_path, text) == []


@pytest.mark.parametrize(
    ("api_type", "provider"), [("azure", "azure"), ("azure_ad", "azure"), ("open_ai", "openai")]
)
def test_the_library_of_old_is_told_once_for_a_module_whom_it_asks(
    tmp_path: Path, api_type: str, provider: str
) -> None:
    text = f"""
        import openai
        def set_up():
            openai.api_type = "{api_type}"
        def ask(p):
            return openai.ChatCompletion.create(model="gpt-4", messages=[{{"role": "user", "content": p}}])
        def ask_again(p):
            return openai.ChatCompletion.create(model="gpt-4", messages=[{{"role": "user", "content": p}}])
    """
    assert [site.provider for site in sites(tmp_path, text)] == [provider, provider]
    (tmp_path / "other").mkdir()
    plain = "import openai\nopenai.ChatCompletion.create(model='gpt-4', messages=[])\n"
    assert call(tmp_path / "other", plain).provider == "openai"
