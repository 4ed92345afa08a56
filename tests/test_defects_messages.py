"""Messages and help that said too much or too little, each read on published code."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import write
from wattlint.lint.findings import Finding
from wattlint.run import check_paths
from wattlint.settings import Settings


def only(folder: Path, text: str, code: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    write(folder, {"app.py": text})
    monkeypatch.chdir(folder)
    (finding,) = check_paths(["app.py"], Settings(select=(code,))).findings
    return finding


@pytest.mark.parametrize(
    ("target", "draft", "reasons"),
    [
        ("Qwen/Qwen3-32B", "Qwen/Qwen3-14B", ["it is larger than a fifth of that model"]),
        ("Qwen/Qwen3-32B", "meta-llama/Llama-3.2-1B", ["its tokens are those of "]),
    ],
)
def test_a_poor_draft_model_with_the_reason_that_holds(tmp_path, monkeypatch, target, draft, reasons):
    text = f"""
        from vllm import LLM
        llm = LLM(model="{target}", speculative_config={{"model": "{draft}", "num_speculative_tokens": 4}})
    """
    said = only(tmp_path, text, "LLM206", monkeypatch).message.partition(": ")[2]
    assert len(said.split("; ")) == len(reasons) and all(
        part.startswith(reason) for part, reason in zip(said.split("; "), reasons, strict=True)
    )


@pytest.mark.parametrize(("arguments", "advised"), [("", True), (", peft_config=LoraConfig(r=8)", False)])
def test_adapters_are_advised_where_all_weights_are_trained(tmp_path, monkeypatch, arguments, advised):
    text = f"""
        from transformers import AutoModelForCausalLM
        from trl import SFTTrainer
        {"from peft import LoraConfig" if arguments else ""}
        model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-3B")
        SFTTrainer(model=model{arguments}).train()
    """
    help = only(tmp_path, text, "LLM402", monkeypatch).help
    assert ("LoRA" in help) is advised and "tokens-in=" in help


def test_adapters_are_not_advised_to_a_provider(tmp_path, monkeypatch):
    text = """
        from openai import OpenAI
        OpenAI().fine_tuning.jobs.create(model="gpt-oss-20b", training_file="file-1")
    """
    assert "LoRA" not in only(tmp_path, text, "LLM402", monkeypatch).help
