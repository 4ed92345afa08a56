"""What reading large published applications showed: models not seen, models of others, methods that are no SDK's."""

from __future__ import annotations

from resolver.project import call, model, sites
from wattlint.run import check_paths
from wattlint.settings import Settings


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


OWN_CLASS = """
    from transformers import PreTrainedModel, {base}
    class Speech({base}):
        def generate(self, text, voice=None):
            {body}
    class Reader:
        def __init__(self, path):
            self.model = Speech.from_pretrained(path).eval()
        def read(self, texts):
            for text in texts:
                self.model.generate(text, voice=1)
"""


def test_what_an_own_class_generates_itself_is_no_call_of_transformers(tmp_path):
    own = OWN_CLASS.format(base="PreTrainedModel", body="return self.decoder.sample(text)")
    assert [site.kind for site in sites(tmp_path, own)] == ["load"]
    assert list(check_paths([str(tmp_path / "app.py")], Settings(select=("LLM301",))).findings) == []


def test_what_an_own_class_passes_on_is_a_call_of_transformers(tmp_path):
    passed_on = OWN_CLASS.format(base="LlamaForCausalLM", body="return super().generate(text)")
    assert call(tmp_path, passed_on).entry_point == "transformers.generate"


def test_an_own_class_is_what_its_name_says(tmp_path):
    text = """
        from transformers import PreTrainedModel
        class MusicPreTrainedModel(PreTrainedModel):
            pass
        class MusicForCausalLM(MusicPreTrainedModel):
            def forward(self, ids): ...
        class MusicEncoder(MusicPreTrainedModel):
            def forward(self, ids): ...
        lm = MusicForCausalLM.from_pretrained("acme/music")
        encoder = MusicEncoder.from_pretrained("acme/sound")
        def run(ids):
            return lm(ids), encoder(ids)
    """
    found = [(site.entry_point, site.kind) for site in sites(tmp_path, text)]
    assert found == [
        ("transformers.from_pretrained", "load"),
        ("transformers.from_pretrained.encoder", "load"),
        ("transformers.forward", "call"),
        ("transformers.encode", "embed"),
    ]


def test_modelscope_hands_on_the_classes_of_transformers(tmp_path):
    text = """
        from modelscope import AutoModelForCausalLM, AutoTokenizer
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B-Instruct")
        tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-7B-Instruct")
        def ask(text):
            return model.generate(**tokenizer(text, return_tensors="pt"), max_new_tokens=64)
    """
    found = [(site.kind, site.confidence, site.model.id) for site in sites(tmp_path, text)]
    assert found == [(kind, "resolved", "Qwen/Qwen2.5-7B-Instruct") for kind in ("load", "call")]


def test_litellm_has_google_s_own_interface_too(tmp_path):
    text = """
        from litellm.google_genai import agenerate_content
        async def ask(text):
            return await agenerate_content("gemini/gemini-2.5-flash", contents=text, config={"max_output_tokens": 64})
    """
    found = call(tmp_path, text)
    assert (found.model.id, found.output_limit) == ("gemini/gemini-2.5-flash", 64)


BEDROCK = """
    from aiobotocore.session import get_session
    class Client:
        async def ask(self, model_name, messages):
            settings = {{"service_name": "bedrock-runtime", "region_name": "us-east-1"}}
            async with get_session().create_client(**settings) as client:
                return await client.converse(modelId=model_name, messages=messages)
    class App:
        model: str = "{model}"
        async def run(self, messages):
            return await Client().ask(model_name=self.model, messages=messages)
"""


def test_bedrock_is_not_asked_for_a_name_of_somebody_else_s(tmp_path):
    found = call(tmp_path, BEDROCK.format(model="gpt-4o"))
    assert (found.confidence, found.provider, found.model.id) == ("resolved", "bedrock", None)
    assert found.model.unknown_reason == "gpt-4o is not served by bedrock under this name"


def test_bedrock_has_names_of_its_own(tmp_path):
    for name in ("us.anthropic.claude-sonnet-4-6", "openai.gpt-oss-120b-1:0"):
        assert model(tmp_path, BEDROCK.format(model=name)) == name


def test_a_load_that_an_own_class_passes_on_is_one(tmp_path):
    text = """
        from transformers import LlamaForCausalLM
        class Mine(LlamaForCausalLM):
            @classmethod
            def from_pretrained(cls, name, **options):
                model = super().from_pretrained(name, **options)
                model.extra = 1
                return model
        lm = Mine.from_pretrained("meta-llama/Llama-3.1-8B-Instruct")
        def ask(ids):
            return lm.generate(ids, max_new_tokens=8)
    """
    found = [(site.line, site.kind, site.model.id) for site in sites(tmp_path, text)]
    assert found == [
        (5, "load", "meta-llama/Llama-3.1-8B-Instruct"),
        (10, "call", "meta-llama/Llama-3.1-8B-Instruct"),
    ]


def test_a_chat_model_that_a_setting_shares_is_no_embedding_model(tmp_path):
    text = """
        from openai import OpenAI
        class Handler:
            def __init__(self, model="gpt-4o-mini"):
                self.model = model
                self.client = OpenAI()
            def embed(self, text):
                return self.client.embeddings.create(model=self.model, input=text)
            def ask(self, messages):
                return self.client.chat.completions.create(model=self.model, messages=messages)
    """
    embed, ask = sites(tmp_path, text)
    assert (embed.model.id, ask.model.id) == (None, "gpt-4o-mini")
    assert embed.model.unknown_reason == "gpt-4o-mini is no embedding model for openai"


def test_defaults_of_many_callers_are_no_default(tmp_path):
    names = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini")
    text = "from openai import OpenAI\n\n\ndef ask(model, messages):\n"
    text += "    return OpenAI().chat.completions.create(model=model, messages=messages)\n"
    for number, name in enumerate(names):
        text += f"\n\ndef ask_{number}(messages, model={name!r}):\n    return ask(model, messages)\n"
    found = call(tmp_path, text).model
    assert (found.id, found.unknown_reason) == (None, "callers pass many different ones")
    assert set(found.candidates) == set(names)
