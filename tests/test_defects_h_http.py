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


# -- requests written by hand -------------------------------------------------------------------------------------

OLLAMA = "http://localhost:11434/api/generate"
OPENAI = "https://api.openai.com/v1/chat/completions"
REQUESTS = """
    import json, os
    import aiohttp, httpx, requests, orjson
    import urllib.request
    from urllib.request import Request, urlopen
    from settings import settings
    LOCAL = httpx.Client(base_url="http://localhost:11434")
    CLAUDE = httpx.Client(base_url="https://api.anthropic.com")
    GEMINI = httpx.Client(base_url="https://generativelanguage.googleapis.com/v1beta")
    GPT = httpx.AsyncClient(base_url="https://api.openai.com/v1/", timeout=9)
    SESSION = requests.Session()
    async def ask(text, body, url, method):
        prompt = {{"model": "llama3.1:70b", "prompt": text}}
        chat = {{"model": "gpt-4o", "messages": [{{"role": "user", "content": text}}]}}
        {request}
"""


@pytest.mark.parametrize(
    ("request_", "url", "model"),
    [
        # a body in bytes
        (
            f'urlopen(urllib.request.Request("{OLLAMA}", data=json.dumps(prompt).encode()))',
            OLLAMA,
            "llama3.1:70b",
        ),
        (f'Request("{OLLAMA}", json.dumps(prompt).encode("utf-8"), method="POST")', OLLAMA, "llama3.1:70b"),
        (f'urlopen("{OLLAMA}", data=bytes(json.dumps(prompt), "utf8"))', OLLAMA, "llama3.1:70b"),
        (f'httpx.post("{OPENAI}", content=json.dumps(chat).encode())', OPENAI, "gpt-4o"),
        (f'httpx.post("{OPENAI}", content=orjson.dumps(chat))', OPENAI, "gpt-4o"),
        (f'SESSION.post("{OPENAI}", json.dumps(chat), headers=None)', OPENAI, "gpt-4o"),
        (f'Request("{OLLAMA}", data=body)', OLLAMA, None),
        # streamed
        (f'httpx.stream("POST", "{OPENAI}", json=chat)', OPENAI, "gpt-4o"),
        (f'GPT.stream("POST", "{OPENAI}", json=chat)', OPENAI, "gpt-4o"),
        ('GPT.stream("POST", "/chat/completions", json=chat)', OPENAI, "gpt-4o"),
        ('GPT.stream(method="POST", url="chat/completions", json=chat)', OPENAI, "gpt-4o"),
        # below the client's own address
        ('LOCAL.post("/api/generate", json=prompt)', OLLAMA, "llama3.1:70b"),
        ('CLAUDE.post("/v1/messages", json=chat)', "https://api.anthropic.com/v1/messages", "gpt-4o"),
        (
            'GEMINI.post("/models/gemini-2.5-pro:generateContent", json=body)',
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent",
            "gemini-2.5-pro",
        ),
        (
            'aiohttp.ClientSession("http://localhost:11434").post("/api/generate", json=prompt)',
            OLLAMA,
            "llama3.1:70b",
        ),
        ('httpx.Client(base_url=url).post("/chat/completions", json=chat)', "{}/chat/completions", "gpt-4o"),
    ],
)
def test_requests(tmp_path: Path, request_: str, url: str, model: str | None) -> None:
    (site,) = sites(tmp_path, REQUESTS.format(request=request_))
    assert (site.base_url, site.model.id) == (url, model)
    assert model is not None or site.model.unknown_reason == "the body of the request is not known"


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ('requests.post(f"{settings.OLLAMA_URL}/api/generate", json=prompt)', True),
        ('requests.post(os.environ["OLLAMA_URL"] + "/api/chat", json=chat)', True),
        ('requests.post(f"http://{url}:{body}/api/chat", json=chat)', True),
        ('httpx.AsyncClient(base_url=url).stream("POST", "/api/chat", json=chat)', True),
        ('requests.post(f"{url}/api/chat", json=prompt)', False),
        ('requests.post(f"{url}/api/generate", json=body)', False),
        ('requests.post(f"{url}/api/chat", json={"message": text})', False),
        ('requests.post(f"{url}/api/generate", json={"prompt": text})', False),
        ('requests.post(f"{url}/v2/api/generate/all", json=prompt)', False),
        ('requests.post("https://shop.example/api/chat", json=chat)', False),
        ('SESSION.post("/api/chat", json=chat)', False),
        ('httpx.AsyncClient(base_url="http://test").post("/api/chat", json=chat)', False),
        ('httpx.stream("GET", "https://shop.example/v1")', False),
    ],
)
def test_ollama_on_an_unknown_host(tmp_path: Path, request_: str, found: bool) -> None:
    request_ = request_.replace("{", "{{").replace("}", "}}")
    seen = sites(tmp_path, REQUESTS.replace("{request}", request_).replace("{{", "{").replace("}}", "}"))
    assert [(site.provider, site.confidence) for site in seen] == [("ollama", "structural")] * found


def test_a_file_with_nothing_else_is_let_through(tmp_path: Path) -> None:
    """The sieve, from which the other tests are spared."""
    from wattlint.config import Configuration
    from wattlint.run import analyse

    text = 'import requests\nfrom settings import URL\n\ndef ask(p):\n    return requests.post(URL + "/api/generate", json={"model": "llama3", "prompt": p})\n'
    (tmp_path / "app.py").write_text(text)
    assert [site.model.id for site in analyse([str(tmp_path)], Configuration(), jobs=1).sites] == ["llama3"]


# -- what a prompt asks for ---------------------------------------------------------------------------------------

ASKED = """
    import boto3
    import anthropic
    import google.generativeai as genai_old
    from google import genai
    from google.genai import types
    from langchain_core.messages import HumanMessage
    from langchain_openai import ChatOpenAI
    from openai import OpenAI
    from PIL import Image
    gpt, claude, gemini, bedrock = OpenAI(), anthropic.Anthropic(), genai.Client(), boto3.client("bedrock-runtime")
    CLASSIFY = "Classify the page as invoice, receipt or letter. Answer with one word."
    SUMMARIZE = "Summarize the following document."
    def ask(given, text, error=None):
        {setup}
        return {made}
"""
CREATE = 'gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": %s}])'
GENERATE = 'gemini.models.generate_content(model="gemini-2.5-pro", contents=%s)'
CONVERSE = 'bedrock.converse(modelId="amazon.nova-pro-v1:0", messages=[{"role": "user", "content": %s}])'
MESSAGES = 'claude.messages.create(model="claude-opus-4-8", messages=[{"role": "user", "content": %s}])'
TEXT = '{"type": "text", "text": CLASSIFY}'


def task_of(folder: Path, made: str, setup: str = "pass") -> str | None:
    text = ASKED.replace("{setup}", setup).replace("{made}", made)
    (site,) = (one for one in sites(folder, text) if one.kind == "call")
    return site.task.name if site.task is not None else None


@pytest.mark.parametrize(
    "made",
    [
        CREATE % f'[{TEXT}, {{"type": "image_url", "image_url": {{"url": given}}}}]',
        CREATE % f'[{TEXT}, {{"type": "file", "file": {{"file_id": given}}}}]',
        CREATE % '"Classify this image as cat or dog. Answer with one word." + given',
        'gpt.responses.create(model="gpt-4o", input=[{"role": "user", "content": ['
        '{"type": "input_file", "file_id": given}, {"type": "input_text", "text": SUMMARIZE}]}])',
        MESSAGES % f'[{{"type": "image", "source": {{"data": given}}}}, {TEXT}]',
        MESSAGES % f'[{{"type": "document", "source": {{"data": given}}}}, {TEXT}]',
        CONVERSE % '[{"image": {"format": "png", "source": {"bytes": given}}}, {"text": CLASSIFY}]',
        CONVERSE % '[{"document": {"format": "pdf", "source": {"bytes": given}}}, {"text": SUMMARIZE}]',
        f'ChatOpenAI(model="gpt-4o").invoke([HumanMessage(content=[{TEXT}, {{"type": "image_url", "image_url": given}}])])',
        GENERATE % "[Image.open(given), CLASSIFY]",
        GENERATE % '[CLASSIFY, Image.open(given).convert("RGB")]',
        GENERATE % "[gemini.files.upload(file=given), SUMMARIZE]",
        GENERATE % '[types.Part.from_bytes(data=given, mime_type="application/pdf"), SUMMARIZE]',
        'genai_old.GenerativeModel("gemini-2.5-pro").generate_content([genai_old.upload_file(given), SUMMARIZE])',
    ],
)
def test_pictures_and_files_are_no_texts(tmp_path: Path, made: str) -> None:
    assert task_of(tmp_path, made) is None


@pytest.mark.parametrize(
    ("made", "task"),
    [
        (CREATE % f"[{TEXT}, {{'type': 'text', 'text': text}}]", "label-classification"),
        (CREATE % 'f"Summarize the following transcript of a video: {text}"', "summarisation"),
        (
            CREATE % 'f"Classify the image caption as cat or dog. Answer with one word. {text}"',
            "label-classification",
        ),
        (GENERATE % "[CLASSIFY, text]", "label-classification"),
        (
            CREATE % '[{"type": "text", "text": "Extract all text from the image."}, {"type": "image_url"}]',
            "transcription",
        ),
    ],
)
def test_texts_still_are(tmp_path: Path, made: str, task: str) -> None:
    assert task_of(tmp_path, made) == task


REPAIR = '"\\nYour last answer was not valid. Fix the JSON and try again."'


@pytest.mark.parametrize(
    ("setup", "made", "task"),
    [
        (f"prompt = text\n        if error: prompt += {REPAIR}", CREATE % "prompt", None),
        (f"prompt = f'{{text}}'\n        if error: prompt = prompt + {REPAIR}", CREATE % "prompt", None),
        (
            f"prompt = text\n        if error:\n            prompt = {REPAIR} + prompt",
            CREATE % "prompt",
            None,
        ),
        (
            f"m = [{{'role': 'user', 'content': text}}]\n        if error: m.append({{'role': 'user', 'content': {REPAIR}}})",
            'gpt.chat.completions.create(model="gpt-4o", messages=m)',
            None,
        ),
        (
            "prompt = 'Summarize the text: ' + text\n        if error: prompt += 'Write in short sentences.'",
            CREATE % "prompt",
            "summarisation",
        ),
        (
            "prompt = 'Summarize the text: ' + text\n        if error: prompt += 'Then suggest a name for a startup.'",
            CREATE % "prompt",
            None,
        ),
        (f"prompt = text + {REPAIR}", CREATE % "prompt", "json-repair"),
    ],
)
def test_what_is_asked_only_sometimes(tmp_path: Path, setup: str, made: str, task: str | None) -> None:
    assert task_of(tmp_path, made, setup) == task


ANSWERED = """
    from openai import OpenAI
    def ask(text):
        out = OpenAI().responses.create(model="gpt-4o", input=text).output_text
        {use}
"""


@pytest.mark.parametrize(
    ("use", "labels"),
    [
        ('if "SQLQuery:" in out: return out.split("SQLQuery:")[1]', ()),
        ('if "Result" in out: return out.partition("Result")[2]', ()),
        ('if out.startswith("DONE"): return out[4:]\n        if out.startswith("FAIL"): return None', ()),
        ('if out.startswith("Answer:"): out = out.removeprefix("Answer:")', ()),
        ('if "yes" in out.lower(): return True', ("yes",)),
        (
            'if out.startswith("DONE"): return True\n        if out.startswith("FAIL"): return None',
            ("DONE", "FAIL"),
        ),
        ('if "spam" in out: return out.split()', ("spam",)),
        ('if out.strip().split(":")[0] == "ham": return 1\n        return out == "spam"', ("spam",)),
    ],
)
def test_markers_are_no_answers(tmp_path: Path, use: str, labels: tuple[str, ...]) -> None:
    (site,) = sites(tmp_path, ANSWERED.format(use=use))
    assert site.contract.labels == labels
