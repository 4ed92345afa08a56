"""Inputs that once gave a wrong answer, each reduced to the smallest program that showed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites
from wattlint.callsites.facts import CallSite
from wattlint.callsites.finder import Finder
from wattlint.settings import Settings
from wattlint.sources.files import FileRef, SourceFile
from wattlint.sources.reading import read

CASES = {
    "a library that loads modules late": (
        """
import importlib.util
import lazy_loader
def late(name): return lazy_loader.load(name)
def found(name): return importlib.util.module_from_spec(importlib.util.find_spec(name))
def f(ms): return late("litellm").completion(model="gpt-4o", messages=ms)
def g(text): return found("sentence_transformers").SentenceTransformer("org/m-7b").encode(text)
""",
        {
            "litellm.completion": "gpt-4o",
            "sentence_transformers.SentenceTransformer": "org/m-7b",
            "sentence_transformers.encode": "org/m-7b",
        },
    ),
    "a cast tells what a lazy object stands for": (
        """
from typing import TYPE_CHECKING, cast
if TYPE_CHECKING:
    from openai import OpenAI
class Late:
    def __init__(self, name): self.name = name
    def __getattr__(self, name): return getattr(self.load(), name)
client = cast("OpenAI", Late("OpenAI"))
def f(text, **more): return client.responses.create(model="gpt-4o", input=text, **more)
""",
        {"openai.responses": "gpt-4o"},
    ),
    "a conversion keeps the object": (
        """
from transformers import AutoModelForCausalLM
def convert(model, device): return model.to(device)
class A:
    def load(self):
        self.model = AutoModelForCausalLM.from_pretrained("org/m-7b")
        self.model = convert(self.model, device="cuda")
    def run(self, i): return self.model.generate(i)
""",
        {"transformers.from_pretrained": "org/m-7b", "transformers.generate": "org/m-7b"},
    ),
    "a lazy proxy is the module it loads": (
        """
import importlib
class Lazy:
    def __getattr__(self, name):
        self._load()
        return getattr(self._module, name)
    def _load(self):
        self._module = importlib.import_module("litellm")
litellm = Lazy()
def f(ms): return litellm.completion(model="gpt-4o", messages=ms)
""",
        {"litellm.completion": "gpt-4o"},
    ),
    "a subscripted generic class is the class": (
        """
from pydantic_ai import Agent
agent = Agent[None, str]("openai:gpt-4o")
agent.run_sync("hi")
""",
        {"pydantic_ai.Agent": "openai:gpt-4o", "pydantic_ai.run": "openai:gpt-4o"},
    ),
    "a remap of one value is no default": (
        """
from openai import OpenAI
client = OpenAI()
def f(model):
    if model == "gpt-4-turbo": model = "gpt-4-1106-preview"
    return client.chat.completions.create(model=model, messages=[])
""",
        {"openai.chat.completions": None},
    ),
    "a field given to the base class's constructor": (
        """
from pydantic import BaseModel
from openai import OpenAI
class Base(BaseModel):
    name: str
class Encoder(Base):
    def __init__(self, name=None):
        if name is None: name = "text-embedding-3-small"
        super().__init__(name=name)
        self._client = OpenAI()
    def encode(self, t): return self._client.embeddings.create(model=self.name, input=t)
""",
        {"openai.embeddings": "text-embedding-3-small"},
    ),
    "a private attribute of a data class is no network": (
        """
from typing import Any
from pydantic import BaseModel, PrivateAttr
from sentence_transformers import SentenceTransformer
class Encoder(BaseModel):
    _model: Any = PrivateAttr()
    def __init__(self, **k):
        super().__init__(**k)
        self._model = SentenceTransformer("all-MiniLM-L6-v2")
    def encode(self, d): return self._model.encode(d)
""",
        {
            "sentence_transformers.SentenceTransformer": "all-MiniLM-L6-v2",
            "sentence_transformers.encode": "all-MiniLM-L6-v2",
        },
    ),
    "the author's default comes before what one caller passes": (
        """
import litellm
class Agent:
    def __init__(self, model="gpt-4o"): self.model = model
    def ask(self, m): return litellm.completion(model=self.model, messages=m)
def usual(): return Agent()
def special(): return Agent(model="gpt-3.5-turbo")
""",
        {"litellm.completion": "gpt-4o"},
    ),
    "a literal beside a caller that passes something unknown": (
        """
import litellm
def ask(model, m): return litellm.completion(model=model, messages=m)
def probe(): return ask("gpt-4o-mini", [])
def serve(request): return ask(request.model, request.messages)
""",
        {"litellm.completion": None},
    ),
}


def sites_of(folder: Path, text: str) -> list[CallSite]:
    (folder / "pyproject.toml").write_text("")
    return sites(folder, text, "module.py")


def sites_in(root: Path, file: Path) -> list[CallSite]:
    """Of one file of the project in ``root``."""
    source = read(FileRef(str(file), file.relative_to(root).as_posix(), True))
    assert isinstance(source, SourceFile)
    return Finder(root, Settings()).sites(source)


@pytest.mark.parametrize("name", CASES)
def test_models(name: str, tmp_path: Path) -> None:
    text, expected = CASES[name]
    assert {site.entry_point: site.model.id for site in sites_of(tmp_path, text)} == expected


def test_a_config_that_is_off_by_default_is_no_quantization(tmp_path: Path) -> None:
    text = """
from dataclasses import dataclass
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
@dataclass
class Args:
    q_lora: bool = False
def main(args: Args):
    config = BitsAndBytesConfig(load_in_4bit=True) if args.q_lora else None
    return AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf", quantization_config=config)
"""
    [site] = sites_of(tmp_path, text)
    assert site.load is not None
    assert site.load.quantization in (None, "unknown")


def test_modules_that_import_stars_from_each_other(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (package / "__init__.py").write_text("from .one import *\nfrom .two import *\n")
    (package / "one.py").write_text("from .two import *\nfrom . import MODEL\n")
    (package / "two.py").write_text("from .one import *\nfrom . import MODEL\n")
    file = package / "app.py"
    file.write_text(
        "import litellm\nfrom .one import MODEL\n"
        "def ask(m): return litellm.completion(model=MODEL or 'gpt-4o', messages=m)\n"
    )
    [site] = sites_in(tmp_path, file)
    assert site.model.id == "gpt-4o"


@pytest.mark.parametrize(("name", "found"), [("instructor", 1), ("shop", 0)])
def test_examples_of_an_sdk_import_it_as_others_do(tmp_path: Path, name: str, found: int) -> None:
    """In the repository of a catalogued SDK; elsewhere a package of the same name is the project's own."""
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
    package, examples = tmp_path / "instructor", tmp_path / "examples"
    package.mkdir()
    examples.mkdir()
    (package / "__init__.py").write_text(
        "def from_openai(client):\n    return Patched(client)\n\nclass Patched:\n"
        "    def __init__(self, client):\n        self.chat = self.completions = self\n"
        "    def create(self, **options):\n        return options\n"
    )
    file = examples / "run.py"
    file.write_text(
        "import instructor\nfrom openai import OpenAI\nclient = instructor.from_openai(OpenAI())\n"
        "client.chat.completions.create(model='gpt-4o', response_model=int, messages=[])\n"
    )
    assert len(sites_in(tmp_path, file)) == found


def test_a_folder_inside_a_package_is_nobodys_top_level_import(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    folder = tmp_path / "pkg" / "providers" / "openai"  # without __init__.py
    folder.mkdir(parents=True)
    for package in (tmp_path / "pkg", tmp_path / "pkg" / "providers"):
        (package / "__init__.py").touch()
    (folder / "base.py").write_text(
        "from openai import AsyncOpenAI\nclass Base:\n    def __init__(self):\n        self.client = AsyncOpenAI()\n"
    )
    file = folder / "target.py"
    file.write_text(
        "from pkg.providers.openai.base import Base\nclass Target(Base):\n"
        "    def run(self, body):\n        return self.client.responses.create(**body)\n"
    )
    assert len(sites_in(tmp_path, file)) == 1
