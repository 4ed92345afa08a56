"""Findings on packages that nobody had read, which readers showed to be wrong (November 2026)."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import call, sites, write
from wattlint.run import check_paths
from wattlint.settings import Settings


def codes(folder: Path, files: dict[str, str], select: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    write(folder, files)
    monkeypatch.chdir(folder)
    settings = Settings(select=(select,), preview=True)
    return [finding.code for finding in check_paths(sorted(files), settings).findings]


HELPER = """
from contextlib import contextmanager
import torch

@contextmanager
def quiet(device):
    torch.backends.cudnn.allow_tf32 = False
    try:
        with torch.inference_mode(), torch.autocast(device):
            yield
    finally:
        torch.backends.cudnn.allow_tf32 = True

def mode():
    return torch.no_grad()

@contextmanager
def timed(name):
    with open(name) as file:
        yield file

class Timed:
    def __enter__(self):
        return self
"""
EMBEDDER = """
from transformers import AutoModel
from helper import Timed, mode, quiet, timed

class Embedder:
    def __init__(self):
        self.model = AutoModel.from_pretrained("google-bert/bert-base-uncased")

    def embed(self, batch):
        with {context}:
            out = self.model(input_ids=batch)
        return out.last_hidden_state[:, 0].cpu()
"""


@pytest.mark.parametrize(
    ("context", "found"),
    [("quiet('cuda')", []), ("mode()", []), ("timed('a')", ["LLM207"]), ("Timed()", ["LLM207"])],
)
def test_a_context_manager_of_the_project_may_switch_gradients_off(
    tmp_path: Path, context: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"helper.py": HELPER, "app.py": EMBEDDER.format(context=context)}
    assert codes(tmp_path, files, "LLM207", monkeypatch) == found


LOAD = """
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

def load(name, small):
    if small:
        conf = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.float16)
        kw = dict(quantization_config=conf{beside})
    else:
        kw = dict(dtype=torch.float32, device_map="cpu")
    return AutoModelForCausalLM.from_pretrained(name, **kw)
"""


@pytest.mark.parametrize(("beside", "found"), [("", []), (", dtype=torch.float32", ["LLM203"])])
def test_arguments_of_two_branches_are_not_given_together(
    tmp_path: Path, beside: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": LOAD.format(beside=beside)}, "LLM203", monkeypatch) == found


MEMBERS = """
from enum import Enum
from transformers import AutoModelForCausalLM

class Kind(Enum):
    SMALL = {"name": "TheBloke/zephyr-7B-beta-AWQ", "quantization": "awq"}
    PAIR = ("Qwen/Qwen2.5-7B-Instruct", 7)
"""


@pytest.mark.parametrize(
    ("member", "wanted", "found"),
    [
        ("SMALL", '["name"]', "TheBloke/zephyr-7B-beta-AWQ"),
        ("SMALL", '["none"]', None),
        ("PAIR", "[0]", "Qwen/Qwen2.5-7B-Instruct"),
    ],
)
def test_members_of_an_enum_have_dicts_and_tuples_for_values(
    tmp_path: Path, member: str, wanted: str, found: str | None
) -> None:
    load = f"""
def load(kind: Kind = Kind.{member}):
    return AutoModelForCausalLM.from_pretrained(kind.value{wanted})
"""
    assert [site.model.id for site in sites(tmp_path, MEMBERS + load)] == [found]


@pytest.mark.parametrize(
    ("endpoint", "model", "known"),
    [
        ("completions.create(prompt=text, ", "gpt-5-nano", False),
        ("completions.create(prompt=text, ", "gpt-3.5-turbo-instruct", True),
        ("chat.completions.create(messages=text, ", "gpt-5-nano", True),
    ],
)
def test_a_model_for_chats_does_not_complete(tmp_path: Path, endpoint: str, model: str, known: bool) -> None:
    text = f"""
from openai import OpenAI

class Provider:
    def __init__(self, model="{model}"):
        self.client, self.model = OpenAI(), model

    def ask(self, text):
        return self.client.{endpoint}model=self.model)
"""
    assert call(tmp_path, text).model.id == (model if known else None)


def offline(statement: str) -> str:
    return f"""
from google import genai
from openai import OpenAI

client, google = OpenAI(), genai.Client()

def run(texts):
    chat = google.chats.create(model="gemini-3.5-flash")
    for item in texts:
        {statement}
"""


ASK = 'chat.completions.create(model="gpt-5.5", messages=[{"role": "user", "content": item}])'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (offline("print(client." + ASK + ")"), ["LLM305"]),
        (offline('google.models.generate_content(model="gemini-3.5-flash", contents=item)'), ["LLM305"]),
        (offline('google.models.generate_content_stream(model="gemini-3.5-flash", contents=item)'), []),
        (offline("chat.send_message(item)"), []),
    ],
)
def test_a_batch_serves_no_stream_and_no_chat(
    tmp_path: Path, text: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": text}, "LLM305", monkeypatch) == found


def asked(prompt: str, hole: str = "text") -> str:
    return f"""
import json
from openai import OpenAI

client = OpenAI()

def ask({hole.partition("(")[0] if "(" not in hole else "item"}):
    prompt = f"{prompt}"
    return client.chat.completions.create(model="gpt-5.5", messages=[{{"role": "user", "content": prompt}}])
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (asked("Convert this answer to JSON: {answer}", "answer"), ["LLM313"]),
        (asked("Fix this so that it is valid JSON: {text}"), ["LLM313"]),
        (asked("Transform the content into structured JSON: {content}", "content"), []),
        (asked("Transform the page into JSON: {json.dumps(item)}", "json.dumps(item)"), []),
    ],
)
def test_a_document_is_no_earlier_answer(
    tmp_path: Path, text: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": text}, "LLM313", monkeypatch) == found


ROUTE = """
from typing import Literal
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

class Route(BaseModel):
    intent: Literal["booking", "billing", "other"]
    {field}: str

llm = ChatOpenAI(model="gpt-5.5", temperature=0).with_structured_output(Route)

def classify(query):
    return llm.invoke([
        ("system", "Classify the query into one of these categories: booking, billing, other."),
        ("human", query),
    ])
"""


@pytest.mark.parametrize(("field", "found"), [("city", ["LLM103"]), ("justification", [])])
def test_a_small_model_gives_no_reasons(
    tmp_path: Path, field: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": ROUTE.format(field=field)}, "LLM103", monkeypatch) == found


@pytest.mark.parametrize(
    ("prompt", "found"),
    [("Text: {text}\\nKeywords:", ["LLM103"]), ("### Text: {text}\\n### Keywords:", [])],
)
def test_a_form_without_a_demand_is_of_a_model_tuned_for_it(
    tmp_path: Path, prompt: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": asked(prompt)}, "LLM103", monkeypatch) == found


PAGE = """
from openai import OpenAI

client = OpenAI()
TASK = '''Transcribe the text in the image.

- Do not put fences (```) around it.
{more}'''

def read(url):
    return client.chat.completions.create(model="gpt-5.5", messages=[{{"role": "user", "content": [
        {{"type": "text", "text": TASK}}, {{"type": "image_url", "image_url": {{"url": url}}}}]}}])
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", ["LLM103"]),
        ("- If it has a diagram, describe it in detail.", []),
        ("```\nDescribe the diagram.", ["LLM103"]),
    ],
)
def test_a_fence_that_is_only_spoken_of_opens_none(
    tmp_path: Path, more: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, {"app.py": PAGE.format(more=more)}, "LLM103", monkeypatch) == found


@pytest.mark.parametrize(
    ("task", "found"), [("text-to-speech", []), ("automatic-speech-recognition", ["LLM301"])]
)
def test_speech_is_not_made_in_batches(
    tmp_path: Path, task: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"""
from transformers import pipeline

pipe = pipeline("{task}", model="suno/bark")

def run(parts):
    return [pipe(part) for part in parts]
"""
    assert codes(tmp_path, {"app.py": text}, "LLM301", monkeypatch) == found


@pytest.mark.parametrize(("texts", "found"), [('["probe"]', []), ('["a", "b", "c"]', ["LLM311"])])
def test_one_text_is_no_collection(
    tmp_path: Path, texts: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"""
from openai import OpenAI

def run():
    return OpenAI().embeddings.create(model="text-embedding-3-large", input={texts})
"""
    assert codes(tmp_path, {"app.py": text}, "LLM311", monkeypatch) == found


BASE = """
class Base:
    def all(self, texts):
        return [self.generate(text) for text in texts]
"""
SUBCLASS = """
from google import genai
from base import Base

class Gemini(Base):
    def generate(self, text):
        return genai.Client().models.generate_content(model="gemini-3.5-flash", contents=text)
"""


def test_the_line_of_a_loop_has_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"base.py": BASE, "app.py": SUBCLASS})
    monkeypatch.chdir(tmp_path)
    (finding,) = check_paths(["."], Settings(select=("LLM305",), preview=True)).findings
    assert "(base.py:3)" in finding.message
