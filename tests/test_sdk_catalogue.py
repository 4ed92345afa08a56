"""The SDK catalogue: what is an LLM call, where its arguments are, and what a wrong file is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.schema.sdks import compile_folder
from wattlint.catalogue.sdks import SdkCatalogue, load_sdks

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules" / "sdks"


@pytest.fixture(scope="module")
def sdks() -> SdkCatalogue:
    return SdkCatalogue(compile_folder(RULES))


@pytest.mark.parametrize(
    ("qualname", "name", "kind"),
    [
        ("openai.OpenAI().chat.completions.create", "openai.chat.completions", "call"),
        ("openai.AzureOpenAI().chat.completions.create", "openai.chat.completions", "call"),
        ("openai.chat.completions.create", "openai.chat.completions", "call"),
        ("openai.ChatCompletion.create", "openai.ChatCompletion", "call"),
        ("anthropic.AnthropicBedrock().messages.create", "anthropic.messages", "call"),
        ("google.genai.Client().aio.models.generate_content", "google.genai.generate_content", "call"),
        ("vertexai.language_models.TextEmbeddingModel.from_pretrained", "vertexai.EmbeddingModel", "bind"),
        ("litellm.main.acompletion", "litellm.completion", "call"),
        ("ollama.chat", "ollama.chat", "call"),
        ("bedrock.Runtime().converse", "bedrock.converse", "call"),
        ("langchain_openai.chat_models.base.ChatOpenAI", "langchain.ChatOpenAI", "bind"),
        ("langchain.chat_models.ChatOpenAI", "langchain.ChatOpenAI", "bind"),
        ("langchain.OpenAI", "langchain.llms.OpenAI", "bind"),
        ("langchain_classic.chains.RetrievalQA.from_chain_type", "langchain.chain.from_llm", "derive"),
        ("langchain.agents.create_react_agent", "langchain.agent.function", "derive"),
        ("langgraph.prebuilt.create_react_agent", "langchain.create_agent", "bind"),
        ("langchain.ChatModel().ainvoke", "langchain.invoke", "call"),
        ("langchain_openai.ChatOpenAI().invoke", "langchain.invoke", "call"),
        ("langchain.Agent().run", "langchain.invoke", "call"),
        ("langchain.ChatModel().with_structured_output", "langchain.with_structured_output", "derive"),
        ("langchain_community.vectorstores.FAISS.from_documents", "langchain.vectorstore", "other"),
        ("llama_index.llms.openai.OpenAI", "llama_index.llms.OpenAI", "bind"),
        ("llama_index.llms.OpenAI", "llama_index.llms.OpenAI", "bind"),
        ("llama_index.LLM().achat", "llama_index.llm.call", "call"),
        ("transformers.AutoModelForCausalLM.from_pretrained", "transformers.from_pretrained", "load"),
        (
            "transformers.models.bert.modeling_bert.BertModel.from_pretrained",
            "transformers.from_pretrained.encoder",
            "load",
        ),
        (
            "transformers.RobertaForSequenceClassification.from_pretrained",
            "transformers.from_pretrained.task",
            "load",
        ),
        (
            "transformers.ViTForImageClassification.from_pretrained",
            "transformers.from_pretrained.other",
            "other",
        ),
        ("transformers.AutoModelForImageTextToText.from_pretrained", "transformers.from_pretrained", "load"),
        ("transformers.GenerativeModel().generate", "transformers.generate", "call"),
        ("transformers.Encoder().__call__", "transformers.encode", "embed"),
        ("transformers.Trainer().train", "transformers.Trainer.train", "train"),
        ("ctransformers.AutoModelForCausalLM.from_pretrained", "ctransformers.from_pretrained", "load"),
        ("sentence_transformers.CrossEncoder().predict", "sentence_transformers.rank", "other"),
        ("trl.SFTTrainer", "trl.Trainer", "derive"),
        ("peft.PeftModelForCausalLM.from_pretrained", "peft.PeftModel.from_pretrained", "load"),
        ("vllm.entrypoints.llm.LLM", "vllm.LLM", "bind"),
        ("FlagEmbedding.inference.embedder.FlagModel", "FlagEmbedding.FlagModel", "load"),
        ("chromadb.EmbeddingFunction().__call__", "chromadb.embed", "embed"),
        ("dspy.Predict().__call__", "dspy.call", "call"),
        ("agno.models.openai.chat.OpenAIChat", "agno.models.OpenAIChat", "bind"),
    ],
)
def test_callee_is_found(sdks: SdkCatalogue, qualname: str, name: str, kind: str) -> None:
    entry = sdks.entry(qualname)
    assert entry is not None
    assert (entry.name, entry.kind) == (name, kind)


@pytest.mark.parametrize(
    "qualname",
    [
        "transformers.AutoTokenizer.from_pretrained",
        "transformers.WhisperProcessor.from_pretrained",
        "transformers.AutoConfig.from_pretrained",
        "transformers.GenerationConfig.from_pretrained",
        "transformers.AutoImageProcessor.from_pretrained",
        "transformers.DataCollatorForLanguageModeling",
        "langchain_core.prompts.ChatPromptTemplate",
        "langchain_core.prompts.ChatPromptTemplate.from_messages",
        "langchain_community.chat_message_histories.ChatMessageHistory",
        "langchain.text_splitter.RecursiveCharacterTextSplitter",
        "langchain_core.runnables.RunnableLambda",
        "openai.OpenAI",
        "anthropic.Anthropic",
        "openai.OpenAI().models.list",
        "ollama.Client().list",
        "dspy.Module().__call__",
        "litellm.get_model_info",
        "requests.post",
        "requests.Session().post",
        "os.path.join",
        "twilio.rest.Client().messages.create",
    ],
)
def test_other_callees_are_not(sdks: SdkCatalogue, qualname: str) -> None:
    assert sdks.entry(qualname) is None


def test_arguments_of_an_entry(sdks: SdkCatalogue) -> None:
    entry = sdks.entry("ollama.chat")
    assert entry is not None and entry.model and entry.prompt and entry.limit
    assert entry.model == (("model",), 0)
    assert entry.prompt.position == 1
    assert entry.limit.names == ("options.num_predict",)
    assert entry.options["temperature"].names == ("options.temperature",)


def test_default_models(sdks: SdkCatalogue) -> None:
    chat = sdks.entry("langchain_openai.ChatOpenAI")
    agent = sdks.entry("crewai.Agent")
    pipeline = sdks.entry("transformers.pipeline")
    assert chat and agent and pipeline
    assert chat.model_default == "gpt-3.5-turbo"
    assert agent.model_default == [
        {"since": None, "until": "1.0", "value": "gpt-4o-mini"},
        {"since": "1.0", "until": None, "value": "gpt-4.1-mini"},
    ]
    assert agent.model_env == ("MODEL", "MODEL_NAME", "OPENAI_MODEL_NAME")
    assert isinstance(pipeline.model_default, dict)
    assert pipeline.model_default["by"] == (("task",), 0)
    assert pipeline.model_default["values"]["zero-shot-classification"] == "facebook/bart-large-mnli"
    assert [row["value"] for row in pipeline.model_default["values"]["text-generation"]] == [
        "openai-community/gpt2",
        "HuggingFaceTB/SmolLM3-3B",
    ]


def test_a_partner_package_may_have_another_default(sdks: SdkCatalogue) -> None:
    community, partner = (
        sdks.entry(f"{package}.CohereEmbeddings") for package in ("langchain_community", "langchain_cohere")
    )
    assert community and partner
    assert (community.model_default, partner.model_default) == ("embed-english-v2.0", None)


@pytest.mark.parametrize(
    ("qualname", "argument", "type_name"),
    [
        ("openai.OpenAI", None, "openai.OpenAI"),
        ("openai._client.AsyncOpenAI", None, "openai.OpenAI"),
        ("langfuse.openai.AzureOpenAI", None, "openai.AzureOpenAI"),
        ("boto3.client", "bedrock-runtime", "bedrock.Runtime"),
        ("boto3.Session().client", "bedrock-runtime", "bedrock.Runtime"),
        ("boto3.client", "s3", None),
        ("transformers.AutoModel.from_pretrained", None, "transformers.Encoder"),
        ("langchain_ollama.ChatOllama", None, "langchain.ChatModel"),
        ("instructor.from_openai", None, None),
        ("sqlite3.connect", None, None),
    ],
)
def test_what_a_constructor_makes(
    sdks: SdkCatalogue, qualname: str, argument: str | None, type_name: str | None
) -> None:
    assert sdks.instance_type(qualname, argument) == type_name


def test_types_extend_types(sdks: SdkCatalogue) -> None:
    assert sdks.bases("langchain.Agent") == ("langchain.Agent", "langchain.Chain", "langchain.Runnable")
    assert sdks.bases("langchain_openai.ChatOpenAI")[-1] == "langchain.Runnable"
    assert sdks.bases("numpy.ndarray") == ("numpy.ndarray",)
    assert sdks.type_provider("openai.AzureOpenAI") == "azure"
    assert sdks.type_provider("anthropic.AnthropicVertex") == "vertex"
    assert sdks.module_type("openai") == "openai.OpenAI"
    assert sdks.module_type("json") is None


def test_structural_match_needs_evidence(sdks: SdkCatalogue) -> None:
    def name(chain: str, *keywords: str, open_arguments: bool = False) -> str | None:
        entry = sdks.structural(tuple(chain.split(".")), frozenset(keywords), open_arguments)
        return entry.name if entry else None

    assert name("self.client.chat.completions.create") == "openai.chat.completions"
    assert name("self.client.messages.create", "model", "max_tokens", "messages") == "anthropic.messages"
    assert name("twilio.messages.create", "body", "to", "from_") is None
    assert name("twilio.messages.create", open_arguments=True) is None
    assert name("client.beta.messages.create", open_arguments=True) == "anthropic.messages"
    assert name("client.completions.create", "model", "prompt") == "openai.completions"
    assert name("client.completions.create", "model", "max_tokens_to_sample") == "anthropic.completions"
    assert name("client.embeddings.create", "model", "input") == "openai.embeddings"
    assert name("client.embeddings.create", "name") is None
    assert name("writer.generate_content", "topic") is None
    assert name("model.generate_content", "generation_config") == "google.generativeai.generate_content"
    assert name("client.models.generate_content", "model", "contents") == "google.genai.generate_content"
    assert name("model.generate", "max_new_tokens") == "transformers.generate"
    for generic in (
        "invoke",
        "run",
        "predict",
        "create",
        "generate",
        "chat",
        "encode",
        "embed",
        "complete",
        "generate_content",
    ):
        assert name(f"thing.{generic}") is None
        assert name(f"thing.{generic}", open_arguments=True) is None
    assert sdks.structural((), frozenset(), False) is None


@pytest.mark.parametrize(
    ("url", "name", "kind", "model"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai", "call", None),
        ("https://api.openai.com/v1/embeddings", "openai.embeddings", "embed", None),
        ("https://api.openai.com/v1/engines/davinci/completions", "openai.engines", "call", "davinci"),
        (
            "https://{}.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=1",
            "azure",
            "call",
            "gpt-4o",
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:generateContent?key={}",
            "gemini",
            "call",
            "gemini-pro",
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/{}:generateContent",
            "gemini",
            "call",
            None,
        ),
        ("{}/chat/completions", "openai-compatible", "call", None),
        ("{}/v1/embeddings", "openai-compatible.embeddings", "embed", None),
        ("http://localhost:11434/api/generate", "ollama", "call", None),
        (
            "https://api-inference.huggingface.co/models/meta-llama/Llama-2-7b",
            "huggingface",
            "call",
            "meta-llama/Llama-2-7b",
        ),
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v2/invoke",
            "bedrock",
            "call",
            "anthropic.claude-v2",
        ),
    ],
)
def test_urls_of_model_servers(sdks: SdkCatalogue, url: str, name: str, kind: str, model: str | None) -> None:
    endpoint = sdks.endpoint(url)
    assert endpoint is not None
    assert (endpoint.name, endpoint.kind, endpoint.model) == (name, kind, model)
    assert any(marker in url for marker in sdks.hosts)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/api/chat",
        "https://api.anthropic.com/v1/messages/batches",
        "http://localhost:11434/api/pull",
        "http://localhost:11434/api/show",
        "https://example.com/search",
        "{}/tokenize",
        "{}",
        "",
    ],
)
def test_other_urls_are_not(sdks: SdkCatalogue, url: str) -> None:
    assert sdks.endpoint(url) is None


def test_http_callees(sdks: SdkCatalogue) -> None:
    post, request = sdks.http_callee("requests.Session().post"), sdks.http_callee("requests.request")
    assert post and request
    assert (post.options["base_url"].position, request.options["base_url"].position) == (0, 1)
    assert "json.messages" in (post.prompt.names if post.prompt else ())
    assert sdks.http_callee("httpx.AsyncClient().post") is not None
    assert sdks.http_callee("requests.get") is None
    assert sdks.http_callee("openai.OpenAI().chat.completions.create") is None


def test_quantization_configs(sdks: SdkCatalogue) -> None:
    bnb, gptq = sdks.quantization("transformers.BitsAndBytesConfig"), sdks.quantization("GPTQConfig")
    assert bnb and gptq and gptq.bits
    assert bnb.flags == {"load_in_4bit": "int4", "load_in_8bit": "int8"}
    assert (gptq.format, gptq.bits.names) == ("gptq", ("bits",))
    assert sdks.quantization("GenerationConfig") is None


def test_imports_that_bring_an_sdk(sdks: SdkCatalogue) -> None:
    for module in ("openai", "openai.types.chat", "google.genai", "langchain_openai", "langchain_acme.chat"):
        assert sdks.is_sdk_module(module), module
    for module in ("google", "google.cloud.storage", "requests", "numpy", "openaix"):
        assert not sdks.is_sdk_module(module), module


def test_names_for_the_finder(sdks: SdkCatalogue) -> None:
    names = sdks.names_by_sdk(frozenset({"call", "load"}))
    assert {"create", "invoke", "generate", "from_pretrained", "__call__"} <= names.all()
    assert "create" in names.beside(["openai"]) and "from_pretrained" not in names.beside(["openai"])
    assert {"create", "generate_content"} <= sdks.structural_names
    assert "*" not in names.all()
    assert {"api.openai.com", ":11434", "/chat/completions"} <= set(sdks.hosts)


# Every pattern of the files themselves leads to its own entry; that is how the finder will ask.
def test_every_callee_of_the_files_resolves(sdks: SdkCatalogue) -> None:
    data = compile_folder(RULES)
    http = set(data["http"])
    for callee, name in data["callees"].items():
        entry = sdks.http_callee(callee) if name in http else sdks.entry(callee)
        assert entry is not None and entry.name == name, callee
    for constructor, type_name in data["constructors"].items():
        callee, _, argument = constructor.partition("('")
        assert sdks.instance_type(callee, argument.removesuffix("')") or None) == type_name


def test_the_shared_artefact_has_them() -> None:
    entry = load_sdks().entry("openai.OpenAI().chat.completions.create")
    assert entry is not None and entry.sdk == "openai"


def test_no_pydantic_or_yaml_at_run_time() -> None:
    code = "import sys; import wattlint.catalogue.sdks; print({'pydantic', 'yaml'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert done.stdout.strip() == "set()"


WRAPPER = """
sdk: acme
imports: [acme.llm]
entry_points:
  - {name: acme.ask, kind: call, callees: [acme.llm.ask], model: model, prompt: {names: [question], position: 0}}
"""


def write(folder: Path, text: str, name: str = "acme.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_users_own_wrapper(tmp_path: Path) -> None:
    sdks = load_sdks(write(tmp_path / "sdks", WRAPPER))
    entry = sdks.entry("acme.llm.ask")
    assert entry is not None
    assert (entry.sdk, entry.prompt) == ("acme", (("question",), 0))
    assert sdks.is_sdk_module("acme.llm")
    assert sdks.entry("openai.chat.completions.create") is not None


def test_a_user_may_extend_and_override(tmp_path: Path) -> None:
    text = """
sdk: acme
types:
  acme.Gateway: {constructors: [acme.Gateway], extends: [openai.AzureOpenAI]}
entry_points:
  - {name: acme.generate, kind: call, callees: ["acme.*Model.generate"], structural: [{chain: gateway.create}]}
  - {name: acme.embed, kind: embed, callees: [litellm.embedding]}
endpoints:
  - {name: acme, markers: [llm.acme.example], pattern: "llm[.]acme[.]example/(?P<model>[^/]+)/chat/completions"}
"""
    sdks = load_sdks(write(tmp_path / "sdks", text))
    kind = sdks.instance_type("acme.Gateway")
    assert kind and sdks.bases(kind) == ("acme.Gateway", "openai.AzureOpenAI", "openai.OpenAI")
    assert sdks.type_provider(kind) == "azure"
    inherited, overridden = (
        sdks.entry("acme.Gateway().chat.completions.create"),
        sdks.entry("litellm.embedding"),
    )
    wildcard, structural = (
        sdks.entry("acme.TinyModel.generate"),
        sdks.structural(("gateway", "create"), frozenset(), False),
    )
    endpoint = sdks.endpoint("https://llm.acme.example/m1/chat/completions")
    assert inherited and overridden and wildcard and structural and endpoint
    assert (inherited.name, overridden.name) == ("openai.chat.completions", "acme.embed")
    assert (wildcard.name, structural.name) == ("acme.generate", "acme.generate")
    assert (endpoint.name, endpoint.model) == ("acme", "m1")


ENTRY = "sdk: acme\nentry_points:\n  - name: acme.ask\n    kind: call\n    callees: [acme.ask]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ENTRY + "    promt: p\n",
            r'acme.yaml:6: entry_points.0.promt: unknown key \(did you mean "prompt"\?\)',
        ),
        (ENTRY.replace("kind: call", "kind: cal"), r"acme.yaml:4: entry_points.0.kind: .*'call', 'bind'"),
        (
            ENTRY + "    returns: acme.Thing\n",
            r"acme.yaml:6: entry_points.0.returns: unknown type 'acme.Thing'",
        ),
        (ENTRY + "    returns: openai.OpenAi\n", r'unknown type .*did you mean "openai.OpenAI"'),
        (ENTRY.replace("[acme.ask]", "[acme.Client().ask]"), r"acme.yaml:5: .*unknown type 'acme.Client'"),
        (ENTRY.replace("[acme.ask]", "['acme ask']"), r"acme.yaml:5: entry_points.0.callees: .*is no callee"),
        (ENTRY.replace("[acme.ask]", "[a.b().c().d]"), r"acme.yaml:5: .*is no callee"),
        (ENTRY.replace("[acme.ask]", "[]"), r"acme.yaml:5: entry_points.0.callees: .*at least 1"),
        (ENTRY.replace("[acme.ask]", "[acme.ask, acme.ask]"), r"callee acme.ask is already in acme.yaml:5"),
        (
            ENTRY + ENTRY.partition("entry_points:\n")[2],
            r"acme.yaml:6: .*name acme.ask is already in acme.yaml:3",
        ),
        (ENTRY + "    options: {temprature: t}\n", r"acme.yaml:6: entry_points.0.options.temprature"),
        (ENTRY + "    model: {position: -1}\n", r"acme.yaml:6: entry_points.0.model.position: .*greater"),
        (ENTRY + "    model: {}\n", r"acme.yaml:6: entry_points.0.model: .*needs names"),
        (ENTRY + "    limit: {names: [m], default: 0}\n", r"acme.yaml:6: entry_points.0.limit.default"),
        (ENTRY + "    model: {names: [m], default: {by: task}}\n", r"acme.yaml:6: .*a default is a model id"),
        (ENTRY + "    classes: {A: {}}\n", r"acme.yaml:3: entry_points.0: .*\{class\} belongs"),
        (
            ENTRY.replace("acme.ask", '"acme.{class}"') + "    classes: {A: {model: m}}\n",
            r"acme.yaml:3: .*A has a default model, but the entry has no model",
        ),
        (
            "sdk: acme\ntypes:\n  acme.A: {extends: [acme.B]}\n",
            r"acme.yaml:3: types.acme.A.extends.0: unknown type",
        ),
        (
            "sdk: acme\nendpoints: [{name: a, markers: [b], pattern: '('}]\n",
            r"acme.yaml:2: .*not a regular expression",
        ),
        ("imports: [acme]\n", r"acme.yaml:1: sdk: Field required"),
        ("- a\n", r"acme.yaml:1: .*must be a table"),
        ("", r"acme.yaml:1: .*must be a table"),
        ("sdk: [\n", r"acme.yaml:2: not valid YAML"),
    ],
)
def test_a_wrong_file_is_told_where(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_sdks(write(tmp_path, text))
    assert re.search(message, str(caught.value)), str(caught.value)


def test_one_entry_for_many_classes(tmp_path: Path) -> None:
    text = """
sdk: acme
entry_points:
  - name: acme.{class}
    kind: bind
    callees: ["acme.{class}"]
    model: {names: [model], default: big}
    limit: max_tokens
    classes: {Chat: {}, Small: {model: little, limit: 99, provider: acme}}
"""
    sdks = SdkCatalogue(compile_folder(write(tmp_path, text)))
    chat, small = sdks.entry("acme.Chat"), sdks.entry("acme.Small")
    assert chat and small
    assert (chat.name, chat.model_default, chat.limit_default, chat.provider) == (
        "acme.Chat",
        "big",
        None,
        None,
    )
    assert (small.name, small.model_default, small.limit_default, small.provider) == (
        "acme.Small",
        "little",
        99,
        "acme",
    )


def test_two_files_may_not_claim_one_callee(tmp_path: Path) -> None:
    write(tmp_path, ENTRY)
    write(tmp_path, ENTRY.replace("name: acme.ask", "name: acme.other"), "other.yaml")
    with pytest.raises(CatalogueError, match=r"other.yaml:5: .*callee acme.ask is already in acme.yaml:5"):
        compile_folder(tmp_path)


def test_types_that_extend_each_other_do_not_hang(tmp_path: Path) -> None:
    text = "sdk: acme\ntypes:\n  acme.A: {extends: [acme.B]}\n  acme.B: {extends: [acme.A]}\n"
    sdks = SdkCatalogue(compile_folder(write(tmp_path, text)))
    assert sdks.bases("acme.A") == ("acme.A", "acme.B")


def test_the_verification_tool(tmp_path: Path) -> None:
    """It reads an installed package by its source: a callee that lost its keyword or moved is reported."""
    package = tmp_path / "ollama"
    package.mkdir()
    source = "class Client:\n  def chat(self, model='', messages=None, *, options=None, stream=False): ...\n"
    (package / "__init__.py").write_text(source)
    command = [sys.executable, str(ROOT / "tools" / "verify_sdks.py"), "--path", str(tmp_path), "ollama.chat"]
    assert (
        subprocess.run(command, capture_output=True, text=True).stdout
        == "1 right, 0 drifted, 0 not installed, 0 no signature\n"
    )
    (package / "__init__.py").write_text(source.replace("model=''", "name=''"))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "model: no parameter model; model: position 0 is name" in done.stdout
    (package / "__init__.py").write_text("")
    assert "no such callee" in subprocess.run(command, capture_output=True, text=True).stdout


def verified(folder: Path, *names: str) -> str:
    tool = str(ROOT / "tools" / "verify_sdks.py")
    done = subprocess.run(
        [sys.executable, tool, "--verbose", *(f"--path={path}" for path in sorted(folder.iterdir())), *names],
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_the_verification_tool_reads_what_has_no_signature(tmp_path: Path) -> None:
    """Callees spell where they are: a class that an import renames, an instance's method, an older package."""
    for name, files in {
        "FlagEmbedding-9": {
            "FlagEmbedding/__init__.py": "from .base import Embedder as FlagModel\n",
            "FlagEmbedding/base.py": "class Embedder:\n  def __init__(self, model_name_or_path): ...\n",
        },
        "dspy-9": {
            "dspy/__init__.py": "import dsp\nGROQ = dsp.GroqLM\n",
            "dsp/__init__.py": "class GroqLM:\n  def __init__(self, key, model='mixtral-8x7b-32768'): ...\n",
        },
        "botocore-9": {
            "botocore/data/bedrock-runtime/2023/service-2.json": json.dumps(
                {
                    "operations": {"Converse": {"input": {"shape": "In"}}},
                    "shapes": {
                        "In": {
                            "members": {"modelId": {}, "messages": {}, "system": {}, "inferenceConfig": {}}
                        }
                    },
                }
            )
        },
    }.items():
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    text = verified(tmp_path, "FlagEmbedding.FlagModel", "dspy.GROQ", "bedrock.converse")
    assert text.endswith("3 right, 0 drifted, 0 not installed, 0 no signature\n"), text
    gone = tmp_path / "dspy-9" / "dsp" / "__init__.py"
    gone.write_text(gone.read_text().replace("mixtral-8x7b-32768", "llama3-70b-8192"))
    assert "default model: llama3-70b-8192" in verified(tmp_path, "dspy.GROQ")
