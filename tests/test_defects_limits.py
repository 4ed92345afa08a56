"""Output limits: a library's default holds only where nothing unreadable may set another."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites

VLLM = """
    from vllm import LLM, SamplingParams
    llm = LLM("meta-llama/Llama-3.1-8B-Instruct")
    def f(prompts, given, n, **kw):
        {setup}
        return llm.generate(prompts, {params})
"""
TRANSFORMERS = """
    from transformers import AutoModelForCausalLM, GenerationConfig
    model = AutoModelForCausalLM.from_pretrained("gpt2")
    def f(ids, given, config, n, **kw):
        {setup}
        return model.generate(ids, {params})
"""


def limit(folder: Path, text: str) -> int | None:
    return [site.output_limit for site in sites(folder, text) if site.kind == "call"][-1]


@pytest.mark.parametrize(
    ("setup", "params", "expected"),
    [
        ("pass", "", 16),
        ("pass", "SamplingParams(temperature=0)", 16),
        ("pass", "SamplingParams(max_tokens=99)", 99),
        ("pass", "sampling_params=SamplingParams(max_tokens=99)", 99),
        ("pass", "given", None),
        ("pass", "SamplingParams(max_tokens=n)", None),
        ("pass", "SamplingParams(**kw)", None),
        ("pass", "**kw", None),
        ("sp = SamplingParams(); sp.max_tokens = 99", "sp", 99),
        ("sp = SamplingParams(); sp.max_tokens = n", "sp", None),
    ],
)
def test_vllm(tmp_path: Path, setup: str, params: str, expected: int | None) -> None:
    assert limit(tmp_path, VLLM.format(setup=setup, params=params)) == expected


@pytest.mark.parametrize(
    ("setup", "params", "expected"),
    [
        ("pass", "", None),  # the checkpoint's own generation_config decides
        ("pass", "max_new_tokens=7", 7),
        ("pass", "generation_config=given", None),
        ("pass", "generation_config=GenerationConfig(max_new_tokens=7)", 7),
        ("g = GenerationConfig(); g.max_new_tokens = 7", "generation_config=g", 7),
        (
            "g = GenerationConfig.from_model_config(config); g.max_new_tokens = n()",
            "generation_config=g",
            None,
        ),
        ("pass", "**kw", None),
    ],
)
def test_transformers(tmp_path: Path, setup: str, params: str, expected: int | None) -> None:
    assert limit(tmp_path, TRANSFORMERS.format(setup=setup, params=params)) == expected


def test_a_probe_does_not_decide_for_other_callers(tmp_path: Path) -> None:
    text = """
        import anthropic
        client = anthropic.Anthropic()
        def chat(messages, max_tokens=None):
            return client.messages.create(model="claude-sonnet-4-5", messages=messages, max_tokens=max_tokens)
        def validate():
            chat([{"role": "user", "content": "ping"}], max_tokens=5)
        def main(messages, most):
            chat(messages, max_tokens=most)
    """
    assert limit(tmp_path, text) is None


def test_a_default_stands_beside_unknown_callers(tmp_path: Path) -> None:
    text = """
        import anthropic
        client = anthropic.Anthropic()
        def chat(messages, max_tokens=256):
            return client.messages.create(model="claude-sonnet-4-5", messages=messages, max_tokens=max_tokens)
        def main(messages, most):
            chat(messages, max_tokens=most)
    """
    assert limit(tmp_path, text) == 256
