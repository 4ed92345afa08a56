"""Which model is claimed for a call, and which is only a possibility."""

from __future__ import annotations

from pathlib import Path

from resolver.project import call, model, sites


def test_plain_words_that_are_models_of_their_provider(tmp_path: Path) -> None:
    text = """
        import cohere
        class Embedding:
            def __init__(self, model: str = "large", key=None):
                self.co, self.model = cohere.Client(key), model
            def embed(self, data):
                return self.co.embed(texts=data, model=self.model)
    """
    assert model(tmp_path, text) == "large"


def test_a_pipeline_of_a_loaded_model_has_its_model(tmp_path: Path) -> None:
    text = """
        import torch
        from transformers import AutoModelForCausalLM, pipeline
        m = AutoModelForCausalLM.from_pretrained("gpt2", torch_dtype=torch.bfloat16)
        p = pipeline("text-generation", model=m)
        p("Hi")
    """
    found = sites(tmp_path, text)
    assert [(site.kind, site.model.id) for site in found] == [
        ("load", "gpt2"),
        ("load", "gpt2"),
        ("call", "gpt2"),
    ]
    assert all(site.load is not None and site.load.dtype == "bfloat16" for site in found)


def test_a_client_whose_address_is_configured_still_serves_its_makers_models(tmp_path: Path) -> None:
    text = """
        from langchain_anthropic import ChatAnthropic
        class Config:
            model: str = "gpt-4o"
        def make(url, config=Config()):
            return ChatAnthropic(model_name=config.model, base_url=url)
    """
    (site,) = sites(tmp_path, text)
    assert site.model.id is None
    assert site.model.unknown_reason == "gpt-4o is not served by anthropic"


def test_a_provider_is_no_embedding_model(tmp_path: Path) -> None:
    text = """
        NAME = {"mistral": "mistral"}["mistral"]
        def embed(client, text):
            return client.embeddings.create(input=text, model=NAME)
    """
    assert model(tmp_path, {"names.py": 'NAME = "mistral"', "app.py": text}) is None


def test_a_checkpoint_of_transformers_is_none_of_llama_cpp(tmp_path: Path) -> None:
    text = """
        from llama_cpp import Llama
        def load(path="ibm-granite/granite-4.0-350m"):
            return Llama(model_path=path)
    """
    (site,) = sites(tmp_path, text)
    assert site.model.id is None


def test_invoke_model_of_an_embedding_model_embeds(tmp_path: Path) -> None:
    text = """
        import boto3, json
        client = boto3.client("bedrock-runtime")
        def embed(text):
            body = json.dumps({"inputText": text})
            return client.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=body)
    """
    assert call(tmp_path, text).kind == "embed"


def test_a_function_that_many_hand_over_has_no_default(tmp_path: Path) -> None:
    files = {
        "base.py": """
            class Adapter:
                def __init__(self, embed):
                    self.embed = embed
                def __call__(self, texts):
                    return self.embed(texts)
        """,
        "makers.py": """
            from langchain_openai import OpenAIEmbeddings
            from langchain_aws import BedrockEmbeddings
            from langchain_cohere import CohereEmbeddings
            from base import Adapter
            def one():
                return Adapter(OpenAIEmbeddings(model="text-embedding-3-small").embed_documents)
            def two(name):
                return Adapter(CohereEmbeddings(model=name).embed_documents)
            def three(name):
                return Adapter(BedrockEmbeddings(model_id=name).embed_documents)
        """,
    }
    (site,) = sites(tmp_path, files, "base.py")
    assert site.model.id is None


def test_a_base_class_of_several_providers_has_no_default(tmp_path: Path) -> None:
    text = """
        from langchain_openai import ChatOpenAI
        from langchain_anthropic import ChatAnthropic
        class Base:
            def label(self, prompt):
                return self.llm.invoke(prompt)
        class One(Base):
            def __init__(self):
                self.llm = ChatAnthropic(model="claude-3-haiku-20240307")
        class Two(Base):
            def __init__(self, name):
                self.llm = ChatOpenAI(model=name)
    """
    site = call(tmp_path, text)
    assert site.model.id is None
    assert site.model.candidates == ("claude-3-haiku-20240307",)


def test_a_default_in_the_base_class_stays(tmp_path: Path) -> None:
    text = """
        from langchain_openai import ChatOpenAI
        from langchain_anthropic import ChatAnthropic
        class Base:
            def __init__(self):
                self.llm = ChatOpenAI(model="gpt-4o-mini")
            def label(self, prompt):
                return self.llm.invoke(prompt)
        class One(Base):
            def __init__(self, name):
                self.llm = ChatOpenAI(model=name)
        class Two(Base):
            def __init__(self):
                self.llm = ChatAnthropic(model="claude-3-haiku-20240307")
    """
    assert model(tmp_path, text) == "gpt-4o-mini"


def test_a_demonstration_is_no_default(tmp_path: Path) -> None:
    files = {
        "llm.py": """
            from litellm import completion
            class Judge:
                def __init__(self, name):
                    self.name = name
                def ask(self, m):
                    return completion(model=self.name, messages=m)
            def _test():
                return Judge("gpt-4o").ask([])
            if __name__ == "__main__":
                print(_test())
        """,
        "package.py": "from llm import Judge",
    }
    assert model(tmp_path, files, "llm.py") is None


def test_the_main_guard_of_a_script_counts(tmp_path: Path) -> None:
    text = """
        from litellm import completion
        def ask(name, m):
            return completion(model=name, messages=m)
        if __name__ == "__main__":
            print(ask("gpt-4o-mini", []))
    """
    assert model(tmp_path, text) == "gpt-4o-mini"


def test_none_is_no_default_where_the_library_checks_the_type(tmp_path: Path) -> None:
    text = """
        from langchain_openai import ChatOpenAI
        class Config:
            name: str | None = None
        def make(config: Config):
            arguments = {"model_name": config.name}
            return ChatOpenAI(**arguments)
    """
    (site,) = sites(tmp_path, text)
    assert (site.model.id, site.model.unknown_reason) == (None, "None by default")
    (site,) = sites(tmp_path, text.replace('"model_name": config.name', ""))
    assert site.model.id == "gpt-3.5-turbo"


def test_a_layer_found_by_its_path_is_not_the_model(tmp_path: Path) -> None:
    text = """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("gpt2")
        def head_of(model):
            for path in ("lm_head", "model.lm_head"):
                layer = model
                for name in path.split("."):
                    layer = getattr(layer, name)
                if layer is not None:
                    return layer
        def logits(hidden):
            head = head_of(model)
            return head(hidden)
        def unwrapped(ids, parallel):
            whole = model.module if parallel else model
            return whole(ids)
    """
    assert [(site.kind, site.callee) for site in sites(tmp_path, text)] == [
        ("load", "AutoModelForCausalLM.from_pretrained"),
        ("call", "whole"),
    ]
