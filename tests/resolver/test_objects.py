"""How an object reaches the call that is made on it, and what it brings along."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import call, model, sites

M = "gpt-4o-mini"
OTHER = "gpt-4-turbo"

OBJECTS: dict[str, str] = {
    "attribute of a parameter by annotation": """
        from openai import OpenAI
        class Deps:
            def __init__(self):
                self.client = OpenAI()
        def ask(deps: Deps, q):
            return deps.client.responses.create(model="{M}", input=q)
    """,
    "annotation as text": """
        from openai import OpenAI
        def ask(client: "OpenAI | None", q):
            return client.responses.create(model="{M}", input=q)
    """,
    "optional annotation": """
        from typing import Optional
        import openai
        def ask(q, client: Optional[openai.OpenAI] = None):
            client = client or openai.OpenAI()
            return client.responses.create(model="{M}", input=q)
    """,
    "with statement": """
        from openai import OpenAI
        with OpenAI() as client:
            client.responses.create(model="{M}", input="Hi")
    """,
    "async with": """
        from openai import AsyncOpenAI
        async def ask(q):
            async with AsyncOpenAI() as client:
                return await client.responses.create(model="{M}", input=q)
    """,
    "lazy property": """
        from openai import OpenAI
        class A:
            _client = None
            @property
            def client(self):
                if self._client is None:
                    self._client = OpenAI()
                return self._client
            def ask(self, q):
                return self.client.responses.create(model="{M}", input=q)
    """,
    "dependency by annotation": """
        from typing import Annotated
        from fastapi import Depends
        from langchain_openai import ChatOpenAI
        def get_llm():
            return ChatOpenAI(model="{M}")
        def answer(q: str, llm: Annotated[ChatOpenAI, Depends(get_llm)]):
            return llm.invoke(q)
    """,
    "dependency that yields": """
        from fastapi import Depends
        from langchain_openai import ChatOpenAI
        def get_llm():
            yield ChatOpenAI(model="{M}")
        def answer(q: str, llm=Depends(get_llm)):
            return llm.invoke(q)
    """,
    "bind": """
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI(model="{M}").bind(stop=["x"])
        llm.invoke("Hi")
    """,
    "structured output": """
        from langchain_openai import ChatOpenAI
        from pydantic import BaseModel
        class Answer(BaseModel):
            text: str
        llm = ChatOpenAI(model="{M}").with_structured_output(Answer)
        llm.invoke("Hi")
    """,
    "chain in a method": """
        from langchain_openai import ChatOpenAI
        from langchain_core.prompts import PromptTemplate
        class A:
            def __init__(self):
                self.llm = ChatOpenAI(model="{M}")
            def chain(self, prompt):
                return prompt | self.llm
            def ask(self, q):
                return self.chain(PromptTemplate.from_template("Say {q}")).invoke({"q": q})
    """,
    "LLMChain": """
        from langchain.chains import LLMChain
        from langchain.prompts import PromptTemplate
        from langchain_openai import ChatOpenAI
        chain = LLMChain(llm=ChatOpenAI(model_name="{M}"), prompt=PromptTemplate.from_template("Say {q}"))
        chain.run(q="Hi")
    """,
    "init_chat_model with provider": """
        from langchain.chat_models import init_chat_model
        init_chat_model("openai:{M}").invoke("Hi")
    """,
    "llama index settings": """
        from llama_index.core import Settings, VectorStoreIndex
        from llama_index.llms.openai import OpenAI
        Settings.llm = OpenAI(model="{M}")
        index = VectorStoreIndex.from_documents([])
        engine = index.as_query_engine()
        engine.query("Why?")
    """,
    "dspy configure": """
        import dspy
        dspy.configure(lm=dspy.LM("openai/{M}"))
        answer = dspy.Predict("question -> answer")
        answer(question="Why?")
    """,
    "dspy settings": """
        import dspy
        lm = dspy.LM("openai/{M}")
        dspy.settings.configure(lm=lm)
        answer = dspy.ChainOfThought("question -> answer")
        answer(question="Why?")
    """,
    "dspy module": """
        import dspy
        class QA(dspy.Module):
            def __init__(self):
                super().__init__()
                self.answer = dspy.ChainOfThought("question -> answer")
            def forward(self, question):
                return self.answer(question=question)
        def main():
            dspy.configure(lm=dspy.LM("openai/{M}"))
            QA()(question="Why?")
    """,
    "dspy context": """
        import dspy
        dspy.configure(lm=dspy.LM("openai/gpt-4-turbo"))
        answer = dspy.Predict("question -> answer")
        with dspy.context(lm=dspy.LM("openai/{M}")):
            answer(question="Why?")
    """,
    "agent with a model object": """
        from pydantic_ai import Agent
        from pydantic_ai.models.openai import OpenAIModel
        agent = Agent(OpenAIModel("{M}"), system_prompt="Be brief.")
        agent.run_sync("Why?")
    """,
    "object from a list": """
        from openai import OpenAI
        clients = [OpenAI(), OpenAI()]
        clients[0].responses.create(model="{M}", input="Hi")
    """,
    "object from a dict in a class": """
        from langchain_openai import ChatOpenAI
        class Pool:
            def __init__(self):
                self.llms = {"small": ChatOpenAI(model="{M}"), "big": ChatOpenAI(model="gpt-4-turbo")}
            def ask(self, q):
                return self.llms["small"].invoke(q)
    """,
    "iteration over a registry": """
        from langchain_openai import ChatOpenAI
        class Small:
            def make(self):
                return ChatOpenAI(model="{M}")
        BUILDERS = {"small": Small}
        def ask(q):
            for name, builder in BUILDERS.items():
                builder().make().invoke(q)
    """,
    "bound method": """
        from openai import OpenAI
        create = OpenAI().responses.create
        create(model="{M}", input="Hi")
    """,
    "partial of a method": """
        from functools import partial
        from openai import OpenAI
        create = partial(OpenAI().responses.create, model="{M}")
        create(input="Hi")
    """,
    "with options": """
        from openai import OpenAI
        OpenAI().with_options(timeout=3).responses.create(model="{M}", input="Hi")
    """,
    "instructor": """
        import instructor
        from openai import OpenAI
        client = instructor.from_openai(OpenAI())
        client.chat.completions.create(model="{M}", response_model=str, messages=[{"role": "user", "content": "Hi"}])
    """,
    "thread": """
        import asyncio
        from openai import OpenAI
        client = OpenAI()
        async def ask(q):
            return await asyncio.to_thread(client.responses.create, model="{M}", input=q)
    """,
    "old module style": """
        import openai
        openai.ChatCompletion.create(model="{M}", messages=[{"role": "user", "content": "Hi"}])
    """,
    "subclass of an SDK class": """
        from langchain_openai import ChatOpenAI
        class Quick(ChatOpenAI):
            model_name: str = "{M}"
        Quick().invoke("Hi")
    """,
}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects(name: str, tmp_path: Path) -> None:
    found = model(tmp_path, OBJECTS[name].replace("{M}", M))
    assert found is not None and found.removeprefix("openai/").removeprefix("openai:") == M


def test_ambient_model_of_another_file(tmp_path: Path) -> None:
    files = {
        "app.py": """
            import dspy
            class QA(dspy.Module):
                def __init__(self):
                    self.answer = dspy.Predict("question -> answer")
                def forward(self, question):
                    return self.answer(question=question)
        """,
        "main.py": """
            import dspy
            from app import QA
            dspy.configure(lm=dspy.LM("openai/gpt-4o-mini"))
            QA()(question="Why?")
        """,
    }
    assert model(tmp_path, files) == "openai/gpt-4o-mini"


def test_no_ambient_model_where_two_are_set(tmp_path: Path) -> None:
    """Two scripts set different models: which one runs is not known here."""
    script = 'import dspy\nfrom app import answer\ndspy.configure(lm=dspy.LM("openai/{}"))\nanswer(question="Why?")\n'
    files = {
        "app.py": 'import dspy\npredict = dspy.Predict("question -> answer")\ndef answer(question):\n    return predict(question=question)\n',
        "one.py": script.format("gpt-4o-mini"),
        "two.py": script.format("gpt-4-turbo"),
    }
    assert model(tmp_path, files) is None


def test_parallel_chains(tmp_path: Path) -> None:
    """``RunnableParallel`` runs each of its chains; with one model among them it is known."""
    found = call(
        tmp_path,
        """
        from langchain_core.prompts import PromptTemplate
        from langchain_core.runnables import RunnableParallel
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI(model="gpt-4o-mini")
        chains = {}
        for number, text in enumerate(["a", "b"]):
            chains[f"part{number}"] = PromptTemplate.from_template("Summarise {text}") | llm
        RunnableParallel(**chains).invoke({"text": "x"})
        """,
    )
    assert found.model.id == M


PROVIDERS = """
    from anthropic import Anthropic
    from openai import OpenAI
    def ask(question, model="claude-sonnet-4-5"):
        if model.startswith("claude"):
            return Anthropic().messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": question}])
        return OpenAI().responses.create(model=model, input=question)
"""


def test_a_value_reaches_only_the_branch_of_its_provider(tmp_path: Path) -> None:
    found = {site.sdk: site.model.id for site in sites(tmp_path, PROVIDERS) if site.kind == "call"}
    assert found == {"anthropic": "claude-sonnet-4-5", "openai": None}


def test_prompt_of_a_composition(tmp_path: Path) -> None:
    found = call(
        tmp_path,
        """
        from langchain_core.prompts import ChatPromptTemplate
        from langchain_openai import ChatOpenAI
        prompt = ChatPromptTemplate.from_messages([("system", "You translate."), ("human", "Translate {text}")])
        (prompt | ChatOpenAI(model="gpt-4o-mini")).invoke({"text": "Hi"})
        """,
    )
    assert found.prompt is not None
    assert [(part.role, part.static_text) for part in found.prompt.parts] == [
        ("system", "You translate."),
        ("user", "Translate "),
    ]


OLLAMA = {
    "import ollama\nollama.chat(model='deepseek-r1', messages=[])\n": "ollama/deepseek-r1",
    "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:11434/v1', api_key='x')\n"
    "c.responses.create(model='deepseek-r1', input='Hi')\n": "ollama/deepseek-r1",
    "import litellm\nlitellm.completion(model='ollama/deepseek-r1', messages=[])\n": "ollama/deepseek-r1",
    "import litellm\nlitellm.completion(model='deepseek-r1', messages=[])\n": "deepseek-r1",
}


@pytest.mark.parametrize("program", OLLAMA)
def test_names_of_ollama_are_looked_up_in_its_library(program: str, tmp_path: Path) -> None:
    site = call(tmp_path, program)
    assert site.model.id is not None and site.model.id.endswith("deepseek-r1")
    assert site.catalogue_id == OLLAMA[program]
