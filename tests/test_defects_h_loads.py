"""Loads that were read wrongly: where they run, in which precision, and of which weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resolver.project import sites, write
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.models import load_models
from wattlint.cli import main
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


def test_where_sentence_transformers_takes_the_dtype(tmp_path):
    text = (
        "from sentence_transformers import SentenceTransformer as S\nmodel = S('Qwen/Qwen3-Embedding-8B')\n"
    )
    write(tmp_path, {"app.py": text, "requirements.txt": "transformers<5\n"})
    (finding,) = check_paths([str(tmp_path / "app.py")], Settings(select=("LLM201",))).findings
    assert finding.help is not None and "4.56), in `model_kwargs`, to load" in finding.help


def test_the_weights_of_a_small_model_are_not_nothing(tmp_path):
    write(
        tmp_path,
        {
            "app.py": """
                from transformers import pipeline
                def label(texts):
                    for text in texts:
                        print(pipeline("sentiment-analysis", model="distilbert-base-uncased")(text))
            """
        },
    )
    (finding,) = check_paths([str(tmp_path / "app.py")], Settings(select=("LLM204",))).findings
    assert "the weights, 0.26" in finding.message


TRAINED = """
    from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
    OUT = "results/run1"
    args = TrainingArguments(output_dir=OUT)
    trainer = Trainer(args=args)
    trainer.save_model("results/best")
    model = AutoModelForCausalLM.from_pretrained("{name}")
"""


@pytest.mark.parametrize(
    ("name", "is_local"),
    [
        ("results/checkpoint-500", True),
        ("results/best", True),
        ("results/best/", True),
        ("results/run1", True),
        ("results/run1/last", True),
        ("models/llama/merged", True),
        ("/data/llama", True),
        ("../input/llama-2/7b", True),
        ("./models/x.gguf", True),
        ("acme/chat", False),
        ("meta-llama/Llama-3.1-8B-Instruct", False),
    ],
)
def test_a_folder_is_no_hub_model(tmp_path, name, is_local):
    text = TRAINED.format(name=name)
    site = next(site for site in sites(tmp_path, text) if site.kind == "load")
    assert (site.model.id is None and site.model.local_path) is is_local
    assert bool(codes(tmp_path, text, "LLM903")) is (name == "acme/chat")


def test_a_folder_that_another_file_saves_to(tmp_path):
    train = "def train(model):\n    model.save_pretrained('acme/best')\n"
    load = "from transformers import AutoModelForCausalLM as A\nmodel = A.from_pretrained('acme/{name}')\n"
    files = {"train.py": train, "app.py": load.format(name="best"), "other.py": load.format(name="chat")}
    write(tmp_path, files)
    found = check_paths([str(tmp_path)], Settings(select=("LLM903",))).findings
    assert [Path(finding.path).name for finding in found] == ["other.py"]


LIMITS: dict[str, int | None] = {
    "from transformers import pipeline\npipeline('text-classification', max_length=512, truncation=True)('x')": None,
    "from transformers import pipeline\np = pipeline('sentiment-analysis')\np('x', max_length=128)": None,
    "from transformers import pipeline\npipeline('text-generation', max_length=100)('x')": 100,
    "import ollama\nollama.generate(model='llama3', prompt='x', options={'num_predict': -1})": None,
    "import ollama\nollama.generate(model='llama3', prompt='x', options={'num_predict': 64})": 64,
    "from langchain_openai import OpenAI\nOpenAI(model='gpt-4o', max_tokens=-1).invoke('x')": None,
    "from llama_cpp import Llama\nllm = Llama('x.gguf')\nfor t in llm.generate([1, 2]): print(t)": None,
    "from llama_cpp import Llama\nllm = Llama('x.gguf')\nllm('x')": 16,
}


@pytest.mark.parametrize("text", LIMITS)
def test_the_limit_of_the_answer(tmp_path, text):
    found = [site for site in sites(tmp_path, text) if site.kind == "call"]
    assert [site.output_limit for site in found] == [LIMITS[text]]


QUANTIZED = {
    "from llama_cpp import Llama\nLlama(model_path='/m/llama-2-7b-chat.Q4_K_M.gguf')": "q4_k_m",
    "from llama_cpp import Llama\nLlama(model_path=f'{folder}/llama-2-7b.Q5_K_M.gguf')": "q5_k_m",
    "from llama_cpp import Llama\nLlama('x.gguf')": "gguf",
    "from llama_cpp import Llama\nLlama.from_pretrained('Qwen/Qwen2-0.5B-Instruct-GGUF', filename='*q8_0.gguf')": "q8_0",
    "from transformers import AutoModel as A\nA.from_pretrained('gpt2', quantization_config={'load_in_4bit': True})": "int4",
    "from transformers import AutoModel as A\nA.from_pretrained('gpt2', quantization_config={'load_in_8bit': True})": "int8",
    "from transformers import AutoModel as A\nA.from_pretrained('gpt2', quantization_config={'load_in_4bit': flag})": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("text", QUANTIZED)
def test_the_format_of_quantized_weights(tmp_path, text):
    (site,) = sites(tmp_path, text)
    assert site.load is not None and site.load.quantization == QUANTIZED[text]


def test_lines_of_what_is_not_fixed_are_those_of_the_file_as_it_is(tmp_path, monkeypatch, capsys):
    text = f"""
        from transformers import AutoModelForCausalLM
        first = AutoModelForCausalLM.from_pretrained("{MISTRAL}", load_in_4bit=True, device_map="auto")
        second = AutoModelForCausalLM.from_pretrained("{MISTRAL}", load_in_4bit=True, load_in_8bit=True)
    """
    write(tmp_path, {"app.py": text, "requirements.txt": "transformers>=5\n"})
    monkeypatch.chdir(tmp_path)
    main(["check", "app.py", "--diff", "--unsafe-fixes", "--select", "LLM203"])
    said = capsys.readouterr()
    assert "+from transformers import AutoModelForCausalLM, BitsAndBytesConfig" in said.out
    assert "app.py:3:10: LLM203 not fixed: " in said.err and "Would fix 1 finding." in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        "load_in_4bit=True",
        "quantization_config=config",
        "quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)",
    ],
)
def test_four_bits_that_are_fed_in_float32_are_repaired(tmp_path, monkeypatch, arguments):
    text = f"""
        import torch
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig
        config = BitsAndBytesConfig(load_in_4bit=True)
        model = AutoModelForCausalLM.from_pretrained("{MISTRAL}", torch_dtype=torch.float32, {arguments})
    """
    write(tmp_path, {"app.py": text, "requirements.txt": "transformers==4.50.0\n"})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "app.py", "--fix", "--unsafe-fixes", "--select", "LLM203"]) == 0
    fixed = (tmp_path / "app.py").read_text()
    assert "torch_dtype=torch.bfloat16" in fixed and "float32" not in fixed


MISSED: dict[str, list[tuple[str, str | None]]] = {
    "from optimum.pipelines import pipeline\np = pipeline('text-generation', model='gpt2', accelerator='ort')\np('x')": [
        ("optimum.pipeline", "gpt2"),
        ("transformers.Pipeline.call", "gpt2"),
    ],
    "from transformers import DPRContextEncoder as D\nd = D.from_pretrained('facebook/dpr-ctx_encoder-single-nq-base')\n"
    "d(input_ids=ids)": [
        ("transformers.from_pretrained.encoder", "facebook/dpr-ctx_encoder-single-nq-base"),
        ("transformers.encode", "facebook/dpr-ctx_encoder-single-nq-base"),
    ],
    "from transformers import DPRReader\nDPRReader.from_pretrained('facebook/dpr-reader-single-nq-base')": [
        ("transformers.from_pretrained.task", "facebook/dpr-reader-single-nq-base")
    ],
    "from transformers import EncoderDecoderModel as E\nm = E.from_encoder_decoder_pretrained('bert-base-uncased', 'gpt2')\n"
    "m.generate(ids, max_length=9)": [
        ("transformers.from_encoder_decoder_pretrained", None),
        ("transformers.generate", None),
    ],
    "from accelerate import load_checkpoint_and_dispatch as load\nfrom transformers import AutoModelForCausalLM as A\n"
    "m = A.from_pretrained('gpt2')\nm = load(m, 'weights', device_map='auto')\nm.generate(ids)": [
        ("transformers.from_pretrained", "gpt2"),
        ("transformers.generate", "gpt2"),
    ],
    "from transformers import pipeline\ndef ask(x):\n    p = pipeline('text-generation', model='gpt2')\n"
    "    return p.model.generate(x)": [("transformers.pipeline", "gpt2"), ("transformers.generate", "gpt2")],
    "from transformers import pipeline\nclass A:\n    def __init__(self):\n"
    "        self.pipe = pipeline('text-generation', model='gpt2')\n"
    "    def ask(self, x):\n        return self.pipe.model.generate(x)": [
        ("transformers.pipeline", "gpt2"),
        ("transformers.generate", "gpt2"),
    ],
    "from transformers import AutoModelForCausalLM as A, Trainer\ndef make(trial=None):\n"
    "    return A.from_pretrained('gpt2')\nTrainer(model_init=make, args=args).train()": [
        ("transformers.from_pretrained", "gpt2"),
        ("transformers.Trainer.train", "gpt2"),
    ],
}


@pytest.mark.parametrize("text", MISSED)
def test_loads_and_calls_that_went_unseen(tmp_path, text):
    assert [(site.entry_point, site.model.id) for site in sites(tmp_path, text)] == MISSED[text]


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ('"cuda" if torch.cuda.is_available() else "cpu"', "cuda"),
        ('"cpu" if not torch.cuda.is_available() else "cuda"', "cuda"),
        ("0 if torch.cuda.is_available() else -1", "cuda:0"),
        ('torch.device("cpu" if slow else find())', None),
        ('f"cuda:{rank}"', "cuda"),
        ("find()", None),
    ],
)
def test_a_device_that_is_one_of_several(tmp_path, device, told):
    (site,) = sites(tmp_path, LOAD.format(load=f'pipeline("text-generation", model="gpt2", device={device})'))
    assert site.load is not None and site.load.device_map == told


def test_a_model_file_that_is_no_gguf_tells_no_format(tmp_path):
    (site,) = sites(tmp_path, "from llama_cpp import Llama\nLlama(model_path='ibm-granite/granite-4.0-350m')")
    assert site.load is not None and site.load.quantization is None


def test_the_library_class_of_an_alias(tmp_path):
    (site,) = sites(tmp_path, "from transformers import AutoModelForCausalLM as A\nA.from_pretrained('gpt2')")
    assert site.load is not None and site.load.library_class == "AutoModelForCausalLM"
