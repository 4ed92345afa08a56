"""Which model is claimed for a call, and which is only a possibility."""

from __future__ import annotations

from pathlib import Path

from resolver.project import model, sites


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
