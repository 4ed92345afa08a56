"""Training calls: what is trained, on how much, and what that costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites
from wattlint.callsites.facts import CallSite, Training
from wattlint.catalogue.models import load_models
from wattlint.impact.estimate import estimate
from wattlint.impact.explain import explain
from wattlint.impact.quantities import Impact
from wattlint.settings import Settings

BASE = """
    import torch
    from datasets import Dataset, load_dataset
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments
    from trl import SFTConfig, SFTTrainer
    NAME = "meta-llama/Llama-3.1-8B"
"""


def train(folder: Path, body: str) -> CallSite:
    if "peft" in body.lower() or "lora" in body.lower():
        body = (
            "from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training\n" + body
        )
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    return next(site for site in sites(folder, BASE + lines + "\n") if site.kind == "train")


def shown(site: CallSite) -> Training:
    assert site.training is not None
    return site.training


def impact(site: CallSite) -> Impact:
    found = estimate(site, load_models().lookup(site.model.id or ""), Settings().impact)
    assert found is not None
    return found


FOUR_BITS = 'quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")'
METHODS = [
    ("model = AutoModelForCausalLM.from_pretrained(NAME)\nTrainer(model=model).train()", "all weights"),
    ("SFTTrainer(model=NAME, args=SFTConfig(output_dir='o')).train()", "all weights"),
    (
        "model = AutoModelForCausalLM.from_pretrained(NAME)\n"
        "model = get_peft_model(model, LoraConfig(r=8))\nTrainer(model=model).train()",
        "LoRA",
    ),
    ("SFTTrainer(model=NAME, peft_config=LoraConfig(r=8)).train()", "LoRA"),
    ("config = LoraConfig(r=8)\nt = SFTTrainer(NAME, SFTConfig(), peft_config=config)\nt.train()", "LoRA"),
    (
        "model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(NAME), 'me/lora', is_trainable=True)\n"
        "Trainer(model=model).train()",
        "LoRA",
    ),
    (
        f"model = AutoModelForCausalLM.from_pretrained(NAME, {FOUR_BITS})\n"
        "model = get_peft_model(prepare_model_for_kbit_training(model), LoraConfig(r=8))\nTrainer(model=model).train()",
        "QLoRA",
    ),
    (
        f"m = AutoModelForCausalLM.from_pretrained(NAME, {FOUR_BITS})\n"
        "SFTTrainer(model=m, peft_config=LoraConfig()).train()",
        "QLoRA",
    ),
    ("SFTTrainer(model=NAME, peft_config=settings.peft).train()", "unknown"),
    (
        "from unsloth import FastLanguageModel\nmodel, tok = FastLanguageModel.from_pretrained(NAME)\n"
        "model = FastLanguageModel.get_peft_model(model, r=16)\nSFTTrainer(model=model).train()",
        "QLoRA",
    ),
    (
        "from unsloth import FastLanguageModel\n"
        "model, tok = FastLanguageModel.from_pretrained(NAME, load_in_4bit=False)\n"
        "model = FastLanguageModel.get_peft_model(model, r=16)\nSFTTrainer(model=model).train()",
        "LoRA",
    ),
    (
        "m = AutoModelForCausalLM.from_pretrained('unsloth/Meta-Llama-3.1-8B-bnb-4bit')\n"
        "SFTTrainer(model=m, peft_config=LoraConfig()).train()",
        "QLoRA",
    ),
]


@pytest.mark.parametrize(("body", "method"), METHODS)
def test_what_is_trained(tmp_path: Path, body: str, method: str) -> None:
    site = train(tmp_path, body)
    other = next((id for id in ("me/lora", "unsloth/Meta-Llama-3.1-8B-bnb-4bit") if id in body), None)
    assert site.model.id == (other or "meta-llama/Llama-3.1-8B")
    assert shown(site).method == method, shown(site).reason


def test_adapters_take_two_thirds_and_quantized_weights_more_time(tmp_path: Path) -> None:
    full, lora, qlora = (impact(train(tmp_path, METHODS[row][0])) for row in (0, 3, 7))
    assert lora.energy_wh.p50 / full.energy_wh.p50 == pytest.approx(4 / 6)
    assert qlora.energy_wh.p50 / lora.energy_wh.p50 == pytest.approx(1.4)
    assert {full.unit, lora.unit, qlora.unit} == {"million training tokens"}


def test_adapters_named_elsewhere_in_the_file_leave_it_open(tmp_path: Path) -> None:
    body = "config = LoraConfig(r=8)\nbuild(config)\nSFTTrainer(model=NAME).train()"
    assert shown(train(tmp_path, body)).method == "unknown"


@pytest.mark.parametrize(
    ("data", "examples"),
    [
        ("load_dataset('imdb', split='train[:1000]')", 1000),
        ("load_dataset('imdb', split='train[500:2000]').map(tokenize).shuffle(seed=1)", 1500),
        ("load_dataset('imdb', split='train').select(range(64))", 64),
        ("load_dataset('imdb')['train'].shuffle().select(range(10, 30))", 20),
        ("load_dataset('imdb', split='train[:1000]').train_test_split(test_size=0.1)['train']", 900),
        ("Dataset.from_list([{'text': 'a'}, {'text': 'b'}, {'text': 'c'}])", 3),
        ("Dataset.from_dict({'text': ['a', 'b'], 'label': [0, 1]})", 2),
        ("load_dataset('imdb', split='train')", None),
        ("load_dataset('imdb', split='train[:10%]')", None),
        ("rows", None),
    ],
)
def test_how_many_examples(tmp_path: Path, data: str, examples: int | None) -> None:
    assert shown(train(tmp_path, f"Trainer(model=NAME, train_dataset={data}).train()")).examples == examples


def test_a_list_that_a_loop_lengthens_has_no_known_length(tmp_path: Path) -> None:
    body = """
def pieces(text):
    return [text] if len(text) < 100 else [text[:100], text[100:]]
chunks = []
for text in texts:
    chunks.extend(pieces(text))
Trainer(model=NAME, train_dataset=Dataset.from_dict({"text": chunks})).train()
"""
    assert shown(train(tmp_path, body)).examples is None


def test_totals_from_examples_and_epochs(tmp_path: Path) -> None:
    data = "load_dataset('imdb', split='train[:1000]')"
    site = train(
        tmp_path,
        f"args = SFTConfig(num_train_epochs=2, max_length=256)\nSFTTrainer(NAME, args, train_dataset={data}).train()",
    )
    found = impact(site)
    assert found.tokens_in.p50 == 1000 * 2 * 256 and found.tokens_in.p90 == 1000 * 2 * 256
    assert found.unit == "training on about 510,000 tokens"
    text = " ".join(explain(site, found).split())
    assert (
        "1000 examples x 2 epochs x 256 tokens each, cut off at 256" in text
        and 'split="train[:1000]"' in text
    )


def test_totals_from_steps_stand_before_epochs(tmp_path: Path) -> None:
    arguments = (
        "max_steps=60, per_device_train_batch_size=2, gradient_accumulation_steps=4, num_train_epochs=9"
    )
    site = train(tmp_path, f"Trainer(model=NAME, args=TrainingArguments('o', {arguments})).train()")
    assert "60 steps x 8 examples x 300 tokens each" in explain(site, impact(site))
    assert impact(site).tokens_in.p50 == 60 * 8 * 300


def test_defaults_count_only_where_the_arguments_are_seen(tmp_path: Path) -> None:
    data = "train_dataset=load_dataset('x', split='train[:10]')"
    seen = train(tmp_path, f"Trainer(model=NAME, args=TrainingArguments('o'), {data}).train()")
    hidden = train(tmp_path, f"Trainer(model=NAME, args=parsed, {data}).train()")
    spread = train(tmp_path, f"Trainer(model=NAME, args=TrainingArguments('o', **config), {data}).train()")
    assert (shown(seen).epochs, shown(seen).step_examples) == (3, 8)
    assert shown(hidden).epochs is None and shown(spread).epochs is None
    assert impact(hidden).unit == impact(spread).unit == "million training tokens"


def test_hosted_fine_tuning_says_neither_method_nor_amount(tmp_path: Path) -> None:
    site = train(
        tmp_path,
        'from openai import OpenAI\nOpenAI().fine_tuning.jobs.create(model="gpt-4o-mini-2024-07-18", '
        'training_file="file-1", hyperparameters={"n_epochs": 4})',
    )
    assert (shown(site).method, shown(site).epochs) == ("unknown", 4)
    found = impact(site)
    assert found.deployment == "api" and found.unit == "million training tokens"


def test_a_hugging_face_maker_is_no_provider_of_a_training(tmp_path: Path) -> None:
    assert impact(train(tmp_path, 'SFTTrainer(model="Qwen/Qwen2.5-7B").train()')).deployment == "server"
