"""Objects that a client or a model reached by ways that lost it: found by reading on packages that nobody tuned it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites

LOADS = "from transformers import AutoModelForCausalLM\n"
KEPT: dict[str, tuple[str, str | None]] = {
    "stored before a return inside try": (
        LOADS
        + """
class A:
    def load(self):
        try:
            self.model = AutoModelForCausalLM.from_pretrained("gpt2"); return True
        except Exception:
            return False
    def run(self, i): return self.model.generate(i)
""",
        "gpt2",
    ),
    "stored before a return in a branch": (
        LOADS
        + """
class A:
    def load(self, ok):
        if ok:
            self.model = AutoModelForCausalLM.from_pretrained("gpt2")
            return self.model
        return None
    def run(self, i): return self.model.generate(i)
""",
        "gpt2",
    ),
    "a global set before a return": (
        LOADS
        + """
model = None
def load(ok):
    global model
    if ok:
        model = AutoModelForCausalLM.from_pretrained("gpt2")
        return True
    return False
def run(i): return model.generate(i)
""",
        "gpt2",
    ),
    "what is stored at the end comes before what a branch left": (
        LOADS
        + """
class A:
    def __init__(self, big):
        if big:
            self.model = AutoModelForCausalLM.from_pretrained("gpt2-xl")
            return
        self.model = AutoModelForCausalLM.from_pretrained("gpt2")
    def run(self, i): return self.model.generate(i)
""",
        "gpt2",
    ),
    "a local name is gone after a return": (
        LOADS
        + """
def run(i, big):
    model = AutoModelForCausalLM.from_pretrained("gpt2")
    if big:
        model = AutoModelForCausalLM.from_pretrained("gpt2-xl")
        return None
    return model.generate(i)
""",
        "gpt2",
    ),
    "loaded in a thread": (
        LOADS
        + """
import asyncio
class A:
    def _load(self, name): return AutoModelForCausalLM.from_pretrained(name)
    async def start(self): self.model = await asyncio.to_thread(self._load, "gpt2")
    def run(self, i): return self.model.generate(i)
""",
        "gpt2",
    ),
    "loaded in an executor": (
        LOADS
        + """
import asyncio
async def run(i):
    loop = asyncio.get_running_loop()
    model = await loop.run_in_executor(None, lambda: AutoModelForCausalLM.from_pretrained("gpt2"))
    return model.generate(i)
""",
        "gpt2",
    ),
}
ANNOTATED = {
    "that may be None": "def f(x, c: cohere.Client | None = None): return c.chat(message=x)",
    "in Optional": "def f(x, c: Optional[cohere.Client] = None): return c.chat(message=x)",
    "with None for a default": "def f(x, c: cohere.Client = None): return c.chat(message=x)",
    "where a caller passes who knows what": """
def f(x, c: cohere.Client): return c.chat(message=x)
def main(x, settings): return f(x, settings.clients()["cohere"])
""",
    "kept on an object": """
class A:
    def __init__(self, c: cohere.Client | None = None): self.c = c
    def f(self, x): return self.c.chat(message=x)
""",
    "of an attribute": """
class A:
    def __init__(self): self.c: cohere.Client = somewhere()
    def f(self, x): return self.c.chat(message=x)
""",
    "of a local name": """
def f(x):
    c: cohere.Client = somewhere()
    return c.chat(message=x)
""",
    "of a global that is set later": """
c: Optional[cohere.Client] = None
def f(x): return c.chat(message=x)
""",
    "of what a function returns": """
def make() -> cohere.Client: return somewhere().client
def f(x): return make().chat(message=x)
""",
}
DEFAULTS = {
    "or": "    llm = llm or ChatOpenAI(model='gpt-4o')",
    "if": "    if llm is None:\n        llm = ChatOpenAI(model='gpt-4o')",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_put_into_an_object_stays_there(tmp_path: Path, name: str) -> None:
    code, model = KEPT[name]
    found = [site for site in sites(tmp_path, code) if site.kind == "call"]
    assert [site.model.id for site in found] == [model]


@pytest.mark.parametrize("name", ANNOTATED)
def test_an_annotation_tells_the_type_of_what_is_not_known(tmp_path: Path, name: str) -> None:
    [site] = sites(tmp_path, f"from typing import Optional\nimport cohere\n{ANNOTATED[name]}\n")
    assert (site.sdk, site.confidence) == ("cohere", "resolved")


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_that_is_made_says_more_than_an_annotation(tmp_path: Path, name: str) -> None:
    code = (
        "from langchain_core.language_models import BaseChatModel\nfrom langchain_openai import ChatOpenAI\n"
        f"def f(x, llm: BaseChatModel | None = None):\n{DEFAULTS[name]}\n    return llm.invoke(x)\n"
        "def main(x, settings): return f(x, settings.llm)\n"
    )
    found = [site for site in sites(tmp_path, code) if site.kind == "call"]
    assert [site.model.id for site in found] == ["gpt-4o"]


def test_the_text_of_an_unknown_item_stays_the_item(tmp_path: Path) -> None:
    """An annotation with a class that is no SDK's says less than where the value comes from."""
    code = """
        from pydantic import BaseModel
        from sentence_transformers import SentenceTransformer
        m = SentenceTransformer("all-MiniLM-L6-v2")
        def one(item: BaseModel): return m.encode(item.text)
        def all_of(prompt):
            for example in prompt.examples: one(example[0])
    """
    [context] = next(site for site in sites(tmp_path, code) if site.kind == "embed").contexts
    assert context.prompt is not None and context.prompt.parts[0].pieces[0].kind == "loop-item"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tests", "model"), [("app_test.py", "claude-opus-4-8"), ("contest.py", "claude-3-haiku")]
)
def test_what_tests_pass_is_not_what_the_code_uses(tmp_path: Path, tests: str, model: str) -> None:
    files = {
        "app.py": """
            from anthropic import Anthropic
            c = Anthropic()
            def ask(q, model="claude-opus-4-8"): return c.messages.create(model=model, max_tokens=9, messages=q)
        """,
        tests: """
            from app import ask
            def helper(): return ask([], "claude-3-haiku")
        """,
    }
    [site] = sites(tmp_path, files)
    assert site.model.id == model


def a_hub(names: int) -> str:
    """``ask(client)`` with many thousands of ways from callers to callers, more than any budget."""
    lines = [
        "def ask(client, text):",
        "    return client.chat.completions.create(model=choose(), messages=text)",
    ]
    above = ["ask"]
    for level in range(3):
        called = [f"level_{level}_{number}" for number in range(len(above) * names)]
        for number, name in enumerate(called):
            lines += [f"def {name}(a, b):", f"    return {above[number // names]}(a.b if b else a, b)"]
        above = called
    return "\n".join(lines)


def test_the_model_is_read_where_the_client_took_the_whole_budget(tmp_path: Path) -> None:
    code = f"{a_hub(12)}\ndef choose(): return MODEL\nMODEL = 'gpt-4o'\n"
    [site] = sites(tmp_path, code)
    assert (site.confidence, site.model.id) == ("structural", "gpt-4o")


def test_calls_behind_one_that_took_the_whole_budget_are_found(tmp_path: Path) -> None:
    """Many questions fail of the same code: others of the same file have their answers."""
    others = "\n".join(f"def other_{n}(client, t): return ask(client.run(t).create(t), t)" for n in range(30))
    code = f"import openai\n{a_hub(12)}\ndef choose(): return 'gpt-4o'\n{others}\n"
    code += "def last(t): return openai.OpenAI().responses.create(model='gpt-5', input=t)\n"
    found = {site.callee: site.model.id for site in sites(tmp_path, code)}
    assert found["openai.OpenAI().responses.create"] == "gpt-5"
