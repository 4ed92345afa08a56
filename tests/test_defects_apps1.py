"""What reading large published applications showed: models not seen, models of others, methods that are no SDK's."""

from __future__ import annotations

from resolver.project import call, model, sites


def test_a_cache_that_the_branch_fills_is_empty_at_first(tmp_path):
    (load,) = sites(
        tmp_path,
        """
        from transformers import AutoModel
        loaded = {}
        def get(name="BAAI/bge-m3"):
            if name not in loaded:
                loaded[name] = AutoModel.from_pretrained(name)
            return loaded[name]
        """,
    )
    assert load.model.id == "BAAI/bge-m3"


def test_a_fixed_table_of_models_still_decides(tmp_path):
    (load,) = sites(
        tmp_path,
        """
        from transformers import AutoModel
        KNOWN = {"BAAI/bge-m3": 1}
        def get(name="BAAI/bge-m3"):
            if name not in KNOWN:
                return AutoModel.from_pretrained(name)
        """,
    )
    assert load.model.id is None and load.model.unknown_reason.startswith("the branch is not taken")


def test_the_global_model_is_no_model_of_what_is_a_model_itself(tmp_path):
    found = sites(
        tmp_path,
        """
        from llama_index.core import Settings, VectorStoreIndex
        from llama_index.embeddings.openai import OpenAIEmbedding
        from llama_index.llms.anthropic import Anthropic
        from llama_index.llms.openai import OpenAI
        Settings.llm = Anthropic(model="claude-sonnet-4-5")
        embed = OpenAIEmbedding()
        other = OpenAI()
        def ask(documents, text):
            return VectorStoreIndex.from_documents(documents).as_query_engine().query(text)
        """,
    )
    assert {site.line: site.model.id for site in found} == {
        5: "claude-sonnet-4-5",
        6: "text-embedding-ada-002",
        7: "gpt-3.5-turbo",
        9: "claude-sonnet-4-5",
    }


def test_the_class_s_value_holds_until_a_method_sets_another(tmp_path):
    text = """
        from openai import OpenAI
        class Chat:
            model = "gpt-4o-mini"
            def __init__(self):
                self.client = OpenAI()
            def better(self):
                self.model = "gpt-4o"
            def ask(self, messages):
                return self.client.chat.completions.create(model=self.model, messages=messages)
    """
    found = call(tmp_path, text).model
    assert found.id == "gpt-4o-mini" and found.candidates == ("gpt-4o-mini", "gpt-4o")


def test_a_value_that_the_constructor_sets_hides_the_class_s(tmp_path):
    text = """
        from openai import OpenAI
        class Chat:
            model = "gpt-4o-mini"
            def __init__(self):
                self.model = "gpt-4o"
            def ask(self, messages):
                return OpenAI().chat.completions.create(model=self.model, messages=messages)
    """
    assert call(tmp_path, text).model.candidates == ("gpt-4o",)


def test_a_field_that_is_only_renamed_keeps_its_default(tmp_path):
    text = """
        from openai import OpenAI
        from pydantic import BaseModel
        class Ranker(BaseModel):
            provider: str = "openai"
            model: str = "gpt-4o"
            def start(self):
                if self.provider == "google":
                    self.provider = "gemini"
                self.client = OpenAI()
            def ask(self, messages):
                if self.provider in ("openai", "ollama"):
                    return self.client.chat.completions.create(model=self.model, messages=messages)
    """
    assert model(tmp_path, text) == "gpt-4o"
