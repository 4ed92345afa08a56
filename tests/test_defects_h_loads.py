"""Loads that were read wrongly: where they run, in which precision, and of which weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resolver.project import sites, write
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.models import load_models
from wattlint.config import Configuration
from wattlint.impact.deployment import Deployment, deployment_of
from wattlint.lint.fixes.edits import Fix
from wattlint.lint.fixes.propose import Fixer
from wattlint.run import analyse, check_paths
from wattlint.settings import ImpactSettings, Settings


def codes(folder: Path, text: str, *select: str, **files: str) -> list[tuple[str, int]]:
    """The findings of ``app.py``: (code, line)."""
    write(folder, {"app.py": text, **{name.replace("_", ".", 1): one for name, one in files.items()}})
    found = check_paths([str(folder / "app.py")], Settings(select=select)).findings
    return [(finding.code, finding.line) for finding in found]


def deployment(site: CallSite) -> Deployment:
    assert site.catalogue_id is not None
    record = load_models().lookup(site.catalogue_id)
    assert record is not None
    return deployment_of(site, record, ImpactSettings())


PROFILE = """
    import boto3
    client = boto3.client("bedrock-runtime", region_name="us-east-1")
    def ask(text):
        return client.converse(modelId="{model}", messages=[{{"role": "user", "content": [{{"text": text}}]}}])
"""
CLAUDE = "anthropic.claude-sonnet-4-6"


@pytest.mark.parametrize(
    ("model", "grid"),
    [
        (f"global.{CLAUDE}", "World"),
        (f"us.{CLAUDE}", "United States"),
        (f"eu.{CLAUDE}", "Europe"),
        (f"apac.{CLAUDE}", "World"),
        (f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.{CLAUDE}", "Europe"),
    ],
)
def test_a_cross_region_profile_decides_where_the_call_runs(tmp_path, model, grid):
    text = PROFILE.format(model=model)
    assert codes(tmp_path, text, "LLM401") == []
    (site,) = sites(tmp_path, text)
    assert deployment(site).grid.country == grid and "inference profile" in deployment(site).grid_reason


def test_a_model_without_profile_runs_in_the_region(tmp_path):
    text = PROFILE.format(model=CLAUDE)
    assert codes(tmp_path, text, "LLM401") == [("LLM401", 4)]
    (site,) = sites(tmp_path, text)
    assert deployment(site).grid_reason == "region in the code"


MISTRAL = "mistralai/Mistral-7B-Instruct-v0.2"
LOAD = """
    import torch
    from transformers import AutoModelForCausalLM, pipeline
    model = {load}
"""
OLD = {"requirements_txt": "transformers==4.46.3\n"}


@pytest.mark.parametrize(
    ("device", "on_cpu"),
    [
        ('device_map={"": "cpu"}', True),
        ('device_map={"": torch.device("cpu")}', True),
        ('device_map="cpu"', True),
        ('device_map={"": 0}', False),
        ("device_map=0", False),
        ('device_map={"": "cuda:1"}', False),
    ],
)
def test_a_device_in_any_form(tmp_path, device, on_cpu):
    load = f'AutoModelForCausalLM.from_pretrained("{MISTRAL}", torch_dtype=torch.float32, {device})'
    assert codes(tmp_path, LOAD.format(load=load), "LLM201", **OLD) == ([] if on_cpu else [("LLM201", 3)])


@pytest.mark.parametrize(
    ("device", "on_cpu"),
    [("-1", True), ('torch.device("cpu")', True), ("0", False), ('torch.device("cuda:0")', False)],
)
def test_a_pipelines_device(tmp_path, device, on_cpu):
    text = LOAD.format(load=f'pipeline("text-generation", model="{MISTRAL}", device={device})')
    assert codes(tmp_path, text, "LLM201", **OLD) == ([] if on_cpu else [("LLM201", 3)])
    (site,) = sites(tmp_path, text)
    assert (deployment(site).hardware_reason == "device cpu") is on_cpu


@pytest.mark.parametrize(
    ("after", "safe"),
    [
        ("model.lm_head = torch.nn.Linear(4096, 10).cuda()", False),
        ("model.register_forward_hook(lambda m, i, o: o + shift)", False),
        ("model.generate(**tokenizer(text), max_new_tokens=9)", True),
    ],
)
def test_the_fix_is_unsafe_where_16_and_32_bits_meet(tmp_path, after, safe):
    load = f'AutoModelForCausalLM.from_pretrained("{MISTRAL}").cuda()'
    write(
        tmp_path,
        {"app.py": LOAD.format(load=load) + f"    {after}\n", "requirements.txt": "transformers<5\n"},
    )
    analysis = analyse([str(tmp_path / "app.py")], Configuration())
    (finding,) = [one for one in analysis.findings if one.code == "LLM201"]
    fix = Fixer(analysis).propose(finding)
    assert isinstance(fix, Fix) and fix.safe is safe


SCRIPT = f"""
    # /// script
    # requires-python = ">=3.11"
    # dependencies = [
    #   "transformers=={{version}}",
    # ]
    # ///
    from transformers import AutoModelForCausalLM
    model = AutoModelForCausalLM.from_pretrained("{MISTRAL}", device_map="auto")
"""


def test_a_script_declares_its_own_version(tmp_path):
    assert codes(tmp_path, SCRIPT.format(version="4.40.0"), "LLM201") == [("LLM201", 8)]
    assert codes(tmp_path, SCRIPT.format(version="5.1.0"), "LLM201", **OLD) == []


def test_it_speaks_for_itself_alone(tmp_path):
    other = LOAD.format(load=f'AutoModelForCausalLM.from_pretrained("{MISTRAL}")')
    write(tmp_path, {"script.py": SCRIPT.format(version="4.40.0"), "app.py": other})
    found = check_paths([str(tmp_path)], Settings(select=("LLM201",))).findings
    assert [Path(finding.path).name for finding in found] == ["script.py"]


INSTALLS = {
    '!pip install "transformers==4.38.2"': "4.38.2",
    "%pip install -q transformers==4.38.2 accelerate": "4.38.2",
    "%%capture\n!python -m pip install -U 'transformers<4.40' \\\n    torch": "4.38.2",
    "%%bash\nuv pip install --system transformers==4.38.2 && echo done": "4.38.2",
    "! pip3 install transformers==4.1\n!pip install transformers==4.38.2": "4.38.2",
    "!pip install transformers": "5",
    "!pip install datasets  # transformers==4.38.2": "5",
    'print("pip install transformers==4.38.2")': "5",
}


@pytest.mark.parametrize("install", INSTALLS)
def test_a_notebook_installs_its_own_version(tmp_path, install):
    code = f'from transformers import AutoModelForCausalLM\nAutoModelForCausalLM.from_pretrained("{MISTRAL}").cuda()'
    cells = [{"cell_type": "code", "source": one, "metadata": {}, "outputs": []} for one in (install, code)]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))
    found = check_paths([str(tmp_path / "a.ipynb")], Settings(select=("LLM201",))).findings
    assert bool(found) is INSTALLS[install].startswith("4")
    assert all("in a.ipynb, cell 1)" in finding.message for finding in found)


PRECISIONS = {
    "from FlagEmbedding import BGEM3FlagModel as F\nF('BAAI/bge-m3', use_fp16=True).encode('x')": "float16",
    "from FlagEmbedding import BGEM3FlagModel as F\nF('BAAI/bge-m3', use_fp16=False).encode('x')": "float32",
    "from FlagEmbedding import FlagModel as F\nF('BAAI/bge-m3').encode('x')": "float16",
    "from FlagEmbedding import FlagReranker as F\nF('BAAI/bge-reranker-large')": "float32",
    "from vllm import LLM\nLLM('gpt2').generate('x')": "bfloat16",
    "from vllm import LLM\nLLM('BAAI/bge-m3', task='embed').embed('x')": "bfloat16",
    "from vllm import LLM\nLLM('gpt2', dtype='float32').generate('x')": "float32",
    "from sentence_transformers import SentenceTransformer as S\nS('Qwen/Qwen3-Embedding-8B')": "bfloat16",
    "from sentence_transformers import SentenceTransformer as S\nS('BAAI/bge-m3').encode('x')": "float32",
    "from sentence_transformers import SentenceTransformer as S\na = S('BAAI/bge-m3').half()\na.encode('x')": "float16",
    "from sentence_transformers import SentenceTransformer as S\na = S('BAAI/bge-m3')\na.half()\na.encode('x')": "float16",
    "from sentence_transformers import SentenceTransformer as S\na = S('BAAI/bge-m3')\na = a.half()\na.encode('x')": "float16",
    "import torch\nfrom transformers import AutoModelForCausalLM as A\nm = A.from_pretrained('gpt2')\n"
    "m = torch.compile(m.to(dtype=torch.bfloat16))\nm.generate(x, max_new_tokens=9)": "bfloat16",
}  # fmt: skip


@pytest.mark.parametrize("text", PRECISIONS)
def test_the_precision_of_load_and_call(tmp_path, text):
    found = sites(tmp_path, text)
    wanted = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16"}[PRECISIONS[text]]
    assert {deployment(site).precision.name for site in found} == {wanted}


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("transformers<5", True),
        ("sentence-transformers==5.1.0", True),
        ("sentence-transformers>=3", False),
        ("transformers>=4.41", False),
    ],
)
def test_sentence_transformers_loads_as_the_transformers_below_it(tmp_path, declared, found):
    text = """
        from sentence_transformers import SentenceTransformer
        model = SentenceTransformer("Qwen/Qwen3-Embedding-8B")
        model.encode(["one"])
    """
    assert bool(codes(tmp_path, text, "LLM201", requirements_txt=f"{declared}\n")) is found
