"""Programs that give a model to a call in the ways real projects do. ``@`` stands for the model's name."""

from __future__ import annotations

import textwrap

PROGRAMS: dict[str, dict[str, str]] = {
    "literal": {
        "app.py": """
            from openai import OpenAI
            client = OpenAI()
            answer = client.chat.completions.create(model="@", messages=[{"role": "user", "content": "Hi"}])
        """
    },
    "constant": {
        "app.py": """
            import openai
            MODEL = "@"
            client = openai.OpenAI()
            def ask(question):
                return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
        """
    },
    "environment": {
        "app.py": """
            import os
            import litellm
            def ask(question):
                name = os.getenv("MODEL", "@")
                return litellm.completion(model=name, messages=[{"role": "user", "content": question}])
        """
    },
    "environment_or": {
        "app.py": """
            import os
            from openai import OpenAI
            name = os.environ.get("MODEL") or "@"
            reply = OpenAI().responses.create(model=name, input="Hi")
        """
    },
    "parameter_default": {
        "app.py": """
            from openai import OpenAI
            def ask(question, model="@"):
                client = OpenAI()
                return client.responses.create(model=model, input=question)
            ask("Why?")
        """
    },
    "none_default": {
        "app.py": """
            from openai import OpenAI
            FALLBACK = "@"
            def ask(question, model=None):
                model = model or FALLBACK
                return OpenAI().responses.create(model=model, input=question)
        """
    },
    "self_attribute": {
        "app.py": """
            from openai import OpenAI
            class Agent:
                def __init__(self, model="@"):
                    self.model = model
                    self.client = OpenAI()
                def ask(self, question):
                    return self.client.chat.completions.create(
                        model=self.model, messages=[{"role": "user", "content": question}])
            Agent().ask("Why?")
        """
    },
    "class_attribute": {
        "app.py": """
            from openai import OpenAI
            class Agent:
                model = "@"
                def ask(self, question):
                    return OpenAI().responses.create(model=self.model, input=question)
        """
    },
    "dataclass": {
        "app.py": """
            from dataclasses import dataclass
            from openai import OpenAI
            @dataclass
            class Options:
                model: str = "@"
                temperature: float = 0.1
            def ask(question, options: Options):
                return OpenAI().responses.create(model=options.model, input=question)
            ask("Why?", Options())
        """
    },
    "settings_class": {
        "app.py": """
            from pydantic import Field
            from pydantic_settings import BaseSettings
            from openai import OpenAI
            class Settings(BaseSettings):
                llm: str = Field("@", alias="LLM")
                key: str = ""
            settings = Settings()
            reply = OpenAI(api_key=settings.key).responses.create(model=settings.llm, input="Hi")
        """
    },
    "dictionary": {
        "app.py": """
            from openai import OpenAI
            CONFIG = {"chat": {"model": "@", "temperature": 0}, "embed": {"model": "text-embedding-3-small"}}
            reply = OpenAI().responses.create(model=CONFIG["chat"]["model"], input="Hi")
        """
    },
    "keywords": {
        "app.py": """
            from openai import OpenAI
            options = {"temperature": 0}
            options["model"] = "@"
            options.update(input="Hi")
            reply = OpenAI().responses.create(**options)
        """
    },
    "command_line": {
        "app.py": """
            import argparse
            from openai import OpenAI
            parser = argparse.ArgumentParser()
            parser.add_argument("--model", default="@")
            parser.add_argument("--question", default="Why?")
            args = parser.parse_args()
            reply = OpenAI().responses.create(model=args.model, input=args.question)
        """
    },
    "click": {
        "app.py": """
            import click
            from openai import OpenAI
            @click.command()
            @click.option("--model", default="@")
            def main(model):
                OpenAI().responses.create(model=model, input="Hi")
        """
    },
    "typer": {
        "app.py": """
            import typer
            from openai import OpenAI
            app = typer.Typer()
            @app.command()
            def main(model: str = typer.Option("@")):
                OpenAI().responses.create(model=model, input="Hi")
        """
    },
    "yaml": {
        "app.py": """
            import yaml
            from openai import OpenAI
            with open("settings.yaml") as handle:
                config = yaml.safe_load(handle)
            reply = OpenAI().responses.create(model=config["chat"]["model"], input="Hi")
        """,
        "settings.yaml": """
            embedding:
              model: text-embedding-3-small
            chat:
              model: @
        """,
    },
    "toml": {
        "app.py": """
            import tomllib
            from pathlib import Path
            from openai import OpenAI
            config = tomllib.loads(Path("settings.toml").read_text())
            reply = OpenAI().responses.create(model=config["chat"]["model"], input="Hi")
        """,
        "settings.toml": """
            [embedding]
            model = "text-embedding-3-small"
            [chat]
            model = "@"
        """,
    },
    "json": {
        "app.py": """
            import json
            from openai import OpenAI
            def load():
                with open("settings.json") as handle:
                    return json.load(handle)
            reply = OpenAI().responses.create(model=load()["model"], input="Hi")
        """,
        "settings.json": '{"model": "@"}',
    },
    "factory": {
        "app.py": """
            from openai import OpenAI
            def make():
                return OpenAI(), "@"
            client, name = make()
            reply = client.responses.create(model=name, input="Hi")
        """
    },
    "client_factory": {
        "app.py": """
            from langchain_openai import ChatOpenAI
            def get_llm(temperature):
                llm = ChatOpenAI(model="@", temperature=temperature)
                return llm
            reply = get_llm(0.2).invoke("Hi")
        """
    },
    "registry": {
        "app.py": """
            from langchain_openai import ChatOpenAI
            class Fast:
                def build(self):
                    return ChatOpenAI(model="@")
            REGISTRY = {"fast": Fast}
            def get_llm(kind="fast"):
                return REGISTRY[kind]().build()
            reply = get_llm("fast").invoke("Hi")
        """
    },
    "wrapper": {
        "app.py": """
            from openai import OpenAI
            client = OpenAI()
            def ask(question, name):
                return client.responses.create(model=name, input=question)
            def summarise(text):
                return ask("Summarise: " + text, "@")
        """
    },
    "inheritance": {
        "app.py": """
            from openai import OpenAI
            class Base:
                def __init__(self, name):
                    self.name = name
                def ask(self, question):
                    return OpenAI().responses.create(model=self.name, input=question)
            class Child(Base):
                def __init__(self):
                    super().__init__("@")
            Child().ask("Why?")
        """
    },
    "enumeration": {
        "app.py": """
            from enum import Enum
            from openai import OpenAI
            class Model(str, Enum):
                BIG = "@"
                EMBED = "text-embedding-3-small"
            reply = OpenAI().responses.create(model=Model.BIG.value, input="Hi")
        """
    },
    "partial": {
        "app.py": """
            from functools import partial
            from openai import OpenAI
            def ask(question, name):
                return OpenAI().responses.create(model=name, input=question)
            ask_big = partial(ask, name="@")
            ask_big("Why?")
        """
    },
    "context_manager": {
        "app.py": """
            from contextlib import contextmanager
            from langchain_openai import ChatOpenAI
            @contextmanager
            def session():
                yield ChatOpenAI(model="@")
            with session() as llm:
                llm.invoke("Hi")
        """
    },
    "dependency": {
        "app.py": """
            from fastapi import Depends, FastAPI
            from langchain_openai import ChatOpenAI
            app = FastAPI()
            def get_llm():
                return ChatOpenAI(model="@")
            @app.get("/")
            def answer(question: str, llm=Depends(get_llm)):
                return llm.invoke(question)
        """
    },
    "composition": {
        "app.py": """
            from langchain_core.output_parsers import StrOutputParser
            from langchain_core.prompts import ChatPromptTemplate
            from langchain_openai import ChatOpenAI
            prompt = ChatPromptTemplate.from_template("Translate {text}")
            llm = ChatOpenAI(model="@")
            chain = prompt | llm | StrOutputParser()
            chain.invoke({"text": "Hi"})
        """
    },
    "walrus": {
        "app.py": """
            from openai import OpenAI
            if (name := "@"):
                OpenAI().responses.create(model=name, input="Hi")
        """
    },
    "match": {
        "app.py": """
            from openai import OpenAI
            SIZE = "big"
            match SIZE:
                case "big":
                    name = "@"
                case _:
                    name = "gpt-4.1-mini"
            OpenAI().responses.create(model=name, input="Hi")
        """
    },
    "asynchronous": {
        "app.py": """
            import asyncio
            from openai import AsyncOpenAI
            client = AsyncOpenAI()
            async def ask(question, model="@"):
                return await client.responses.create(model=model, input=question)
            async def main(questions):
                return await asyncio.gather(*(ask(one) for one in questions))
        """
    },
    "property": {
        "app.py": """
            from openai import OpenAI
            class Agent:
                @property
                def model(self):
                    return "@"
                def ask(self, question):
                    return OpenAI().responses.create(model=self.model, input=question)
        """
    },
    "agent": {
        "app.py": """
            from agents import Agent, Runner
            agent = Agent(name="Helper", instructions="Be brief.", model="@")
            Runner.run_sync(agent, "Why?")
        """
    },
    "init_chat_model": {
        "app.py": """
            from langchain.chat_models import init_chat_model
            llm = init_chat_model("@", model_provider="openai")
            llm.invoke("Hi")
        """
    },
    "module_global": {
        "app.py": """
            from openai import OpenAI
            _name = None
            def setup():
                global _name
                _name = "@"
            def ask(question):
                return OpenAI().responses.create(model=_name, input=question)
        """
    },
    "anthropic": {
        "app.py": """
            import anthropic
            client = anthropic.Anthropic()
            settings = {"name": "@"}
            def ask(question):
                messages = [{"role": "user", "content": question}]
                return client.messages.create(model=settings["name"], max_tokens=100, messages=messages)
        """
    },
    "google": {
        "app.py": """
            from google import genai
            class Helper:
                def __init__(self, name="@"):
                    self._client = genai.Client()
                    self._name = name
                def ask(self, question):
                    return self._client.models.generate_content(model=self._name, contents=question)
        """
    },
    "transformers": {
        "app.py": """
            from transformers import AutoModelForCausalLM, AutoTokenizer
            NAME = "@"
            tokenizer = AutoTokenizer.from_pretrained(NAME)
            model = AutoModelForCausalLM.from_pretrained(NAME)
            def ask(question):
                inputs = tokenizer(question, return_tensors="pt")
                return model.generate(**inputs, max_new_tokens=50)
        """
    },
    "pipeline": {
        "app.py": """
            from transformers import pipeline
            def make(name):
                return pipeline("text-generation", model=name)
            write = make("@")
            write("Once upon a time")
        """
    },
    "ollama": {
        "app.py": """
            import ollama
            def ask(question, model="@"):
                return ollama.chat(model=model, messages=[{"role": "user", "content": question}])
            def main():
                ask("Why?")
        """
    },
    "sentence_transformers": {
        "app.py": """
            from sentence_transformers import SentenceTransformer
            class Index:
                model_name = "@"
                def __init__(self):
                    self.model = SentenceTransformer(self.model_name)
                def add(self, texts):
                    return self.model.encode(texts)
        """
    },
    "vllm": {
        "app.py": """
            import argparse
            from vllm import LLM, SamplingParams
            def main():
                parser = argparse.ArgumentParser()
                parser.add_argument("--model", type=str, default="@")
                args = parser.parse_args()
                llm = LLM(model=args.model)
                llm.generate(["Hi"], SamplingParams(max_tokens=20))
            main()
        """
    },
}

MODELS = {
    "anthropic": ("claude-3-5-sonnet-20241022", "claude-3-haiku-20240307"),
    "google": ("gemini-1.5-pro", "gemini-1.5-flash"),
    "transformers": ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.2-1B-Instruct"),
    "pipeline": ("Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-0.5B-Instruct"),
    "ollama": ("llama3.1:8b", "llama3.2:1b"),
    "sentence_transformers": ("intfloat/e5-large-v2", "sentence-transformers/all-MiniLM-L6-v2"),
    "vllm": ("mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen2.5-0.5B-Instruct"),
}
"""Programs whose SDK does not serve OpenAI's models: the model and another one."""


def program(name: str, model: str) -> dict[str, str]:
    """The files of a program with ``model`` in place of ``@``."""
    found = {}
    for file, text in PROGRAMS[name].items():
        text = textwrap.dedent(text).lstrip("\n")
        text = text.replace('"@"', repr(model)) if file.endswith(".py") else text.replace("@", model)
        found[file] = text
    return found
