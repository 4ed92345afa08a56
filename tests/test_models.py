"""The model catalogue through its public doors: look-up, placeholders, suggestions, the compiler's errors."""

from __future__ import annotations

import importlib.util
import marshal
import subprocess
import sys
from pathlib import Path

import pytest

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.models import ModelCatalogue, load_models
from wattlint.catalogue.schema.model_prices import read_derived
from wattlint.catalogue.schema.models import compile_folder, compile_hand_written
from wattlint.catalogue.show_model import describe

RULES = Path(__file__).resolve().parent.parent / "rules" / "models"


@pytest.fixture(scope="module")
def catalogue() -> ModelCatalogue:
    return ModelCatalogue(marshal.loads(marshal.dumps(compile_folder(RULES))))


# --- spellings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "family"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("openai:gpt-4o", "gpt-4o"),
        ("openrouter/openai/gpt-4o:free", "gpt-4o"),
        ("azure/gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc123", "gpt-4o-mini"),
        ("gpt-35-turbo", "gpt-3.5-turbo"),
        ("azure/gpt-35-turbo-16k", "gpt-3.5-turbo-16k"),
        ("text-completion-openai/gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"),
        ("curie:ft-acme-2022-01-01", "curie"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("meta/llama-2-70b-chat:" + "02e509c789964a7e" * 4, "llama-2"),
        ("anthropic/claude-3.5-sonnet", "claude-3-5-sonnet"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
            "claude-sonnet-4",
        ),
        ("models/gemini-1.5-pro-latest", "gemini-1.5-pro"),
        (
            "projects/p/locations/us-central1/publishers/google/models/gemini-2.0-flash-001",
            "gemini-2.0-flash",
        ),
        ("google-gla:gemini-2.5-flash", "gemini-2.5-flash"),
        ("gemini-2.5-flash-preview-05-20", "gemini-2.5-flash"),
        ("mistral/mistral-large-latest", "mistral-large-3"),
        ("cohere.command-text-v14", "command"),
        ("xai/grok-4-0709", "grok-4"),
        ("azure/eu/gpt-4o-2024-11-20", "gpt-4o"),
        ("bedrock/us-east-1/anthropic.claude-instant-v1", "claude-instant-1.2"),
        ("databricks/databricks-claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("amazon.titan-text-premier-v1:0", "amazon.titan-text-premier-v1"),
    ],
)
def test_every_spelling_leads_to_the_model(catalogue: ModelCatalogue, spelling: str, family: str) -> None:
    record = catalogue.lookup(spelling)
    assert record is not None
    assert record.family == family
    assert record.provenance != "family"


def test_normalise_gives_the_listed_id_or_strips_the_route(catalogue: ModelCatalogue) -> None:
    assert catalogue.normalise("azure/gpt-35-turbo") == "gpt-3.5-turbo"
    assert catalogue.normalise("us.anthropic.claude-opus-4-1-20250805-v1:0") == "claude-opus-4-1"
    assert catalogue.normalise("together_ai/Someone/Some-Model-7B") == "Someone/Some-Model-7B"
    assert catalogue.normalise("nobody-knows") == "nobody-knows"


def test_snapshots_carry_their_own_price_and_retirement(catalogue: ModelCatalogue) -> None:
    snapshot, alias = catalogue.lookup("gpt-4o-2024-05-13"), catalogue.lookup("gpt-4o")
    assert snapshot is not None and alias is not None
    assert (snapshot.output_usd_per_mtok, snapshot.retired) == (15, "2026-10-23")
    assert (alias.output_usd_per_mtok, alias.retired) == (10, "2027-01-14")
    assert snapshot.total_b == alias.total_b
    assert snapshot.retirement_source and "litellm" in snapshot.retirement_source


def test_the_archive_keeps_what_code_still_names(catalogue: ModelCatalogue) -> None:
    for id in (
        "text-davinci-003",
        "gpt-4-0314",
        "claude-instant-v1",
        "gemini-1.5-flash",
        "command",
        "text-bison",
        "j2-ultra",
    ):
        record = catalogue.lookup(id)
        assert record is not None and record.total_b is not None, id
    retired = catalogue.lookup("text-davinci-003")
    assert retired is not None and retired.retired == "2024-01-04" and retired.retirement_source


def test_a_repository_does_not_retire_with_the_service(catalogue: ModelCatalogue) -> None:
    hosted, repository = catalogue.lookup("pixtral-12b-2409"), catalogue.lookup("mistralai/Pixtral-12B-2409")
    assert hosted is not None and hosted.retired
    assert repository is not None and repository.retired is None


# --- unknown versions and makers --------------------------------------------------------------------------------------


def test_an_unknown_version_is_tagged_as_family_and_has_no_price(catalogue: ModelCatalogue) -> None:
    record = catalogue.lookup("claude-opus-9-20300101")
    assert record is not None
    assert (record.provenance, record.maker, record.input_usd_per_mtok) == ("family", "anthropic", None)
    assert record.source.startswith("like claude-opus-")


@pytest.mark.parametrize(
    ("id", "maker"),
    [
        ("claude-99", "anthropic"),
        ("gpt-7", "openai"),
        ("azure/gpt-7", "openai"),
        ("gemini-9-ultra", "google"),
        ("meta-llama/Llama-9", "meta"),
        ("Qwen/Nothing-Yet", "qwen"),
        ("us.anthropic.claude-99-v1:0", "anthropic"),
        ("gpt-4-x-alpaca-13b", "lmsys"),  # found: named OpenAI for its prefix
        ("made-up-thing", None),
    ],
)
def test_maker_of(catalogue: ModelCatalogue, id: str, maker: str | None) -> None:
    assert catalogue.maker_of(id) == maker


def test_nothing_is_guessed_about_a_bare_new_generation(catalogue: ModelCatalogue) -> None:
    assert catalogue.lookup("claude-99") is None
    assert catalogue.lookup("tei") is None


# --- placeholders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id",
    [
        *(
            "",
            " ",
            "<your-model>",
            "YOUR/MODEL/PATH",
            "your-deployment",
            "model",
            "path/to/model",
            "TODO",
            "xxx",
            "XXXX",
        ),
        *(
            "./weights",
            "/models/llama",
            "~/models/llama",
            "C:\\models\\llama",
            "../out",
            "my-model",
            "model_name",
            "None",
        ),
        *("{model}", "$MODEL", "gpt", "deployment-name", "...", "insert model here", "tei", "42", "a" * 300),
    ],
)
def test_placeholders_do_not_look_like_models(catalogue: ModelCatalogue, id: str) -> None:
    assert not catalogue.looks_like_model(id)
    assert catalogue.lookup(id) is None


@pytest.mark.parametrize(
    "id", ["gpt-4o", "command", "someone/good-model", "claude-99", "acme-7b", "gpt2", "llama3", "sonar"]
)
def test_ids_look_like_models(catalogue: ModelCatalogue, id: str) -> None:
    assert catalogue.looks_like_model(id)


# --- names of open models ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "total_b", "active_b", "precision", "quantized", "kind"),
    [
        (
            "meta-llama/Llama-4-Scout-17B-16E-Instruct",
            108.6,
            17,
            "bf16",
            None,
            "chat",
        ),  # 17B is the active part
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 46.7, 12.9, "bf16", None, "chat"),
        ("someone/Experts-8x7B", 47.4, 13.1, "bf16", None, "chat"),
        ("allenai/OLMoE-1B-7B-0924", 6.92, 1.28, "bf16", None, "chat"),
        ("google/gemma-3n-E4B-it", 7.85, 7.85, "bf16", None, "chat"),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507", 30.5, 3.3, "bf16", None, "chat"),
        (
            "moonshotai/Kimi-VL-A3B-Instruct",
            16.4,
            2.8,
            "bf16",
            None,
            "vision",
        ),  # only the active size is written
        ("google/gemma-3-270m", 0.268, 0.268, "bf16", None, "chat"),
        ("Qwen/Qwen2.5-7B-Instruct-1M", 7.62, 7.62, "bf16", None, "chat"),  # 1M is the context
        ("inclusionAI/Ring-2.5-1T", 1000, 50, "bf16", None, "chat"),
        ("microsoft/Phi-3-mini-4k-instruct", 3.82, 3.82, "bf16", None, "chat"),
        ("microsoft/phi-1_5", 1.42, 1.42, "fp32", None, "completion"),
        ("stabilityai/stablelm-2-1_6b-chat", 1.645, 1.645, "bf16", None, "chat"),
        ("IlyaGusev/saiga_llama3_8b", 8.03, 8.03, "bf16", None, "chat"),
        ("deepseek-ai/DeepSeek-V3-0324", 684.5, 37, "fp8", "fp8", "chat"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", 7.62, 7.62, "bf16", None, "chat"),
        ("deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", 8.19, 8.19, "bf16", None, "chat"),
        ("openai/gpt-oss-20b", 20.9, 3.6, "mxfp4", "mxfp4", "chat"),
        ("0xSero/GLM-5.1-555B-A14B-REAP", 555, 14, "bf16", None, "chat"),  # pruned: the written size counts
        ("facebook/opt-125m", 0.125, 0.125, "fp16", None, "completion"),
        ("bigscience/bloom-7b1", 7.07, 7.07, "bf16", None, "completion"),
        ("gpt2", 0.124, 0.124, "fp32", None, "completion"),
        ("openai-community/gpt2-xl", 1.558, 1.558, "fp32", None, "completion"),
        ("google/flan-t5-xxl", 11.27, 11.27, "fp32", None, "seq2seq"),
        ("bert-base-uncased", 0.1095, 0.1095, "fp32", None, "encoder"),
        ("ProsusAI/finbert", 0.1095, 0.1095, "fp32", None, "encoder"),
        ("FacebookAI/xlm-roberta-large", 0.56, 0.56, "fp32", None, "encoder"),
        ("intfloat/multilingual-e5-large-instruct", 0.56, 0.56, "fp32", None, "embedding"),
        ("BAAI/bge-m3", 0.568, 0.568, "fp32", None, "embedding"),
        ("BAAI/bge-reranker-base", 0.278, 0.278, "fp32", None, "rerank"),
        ("cross-encoder/ms-marco-MiniLM-L-12-v2", 0.0334, 0.0334, "fp32", None, "rerank"),
        ("Qwen/Qwen3-Embedding-0.6B", 0.596, 0.596, "bf16", None, "embedding"),
        ("TheBloke/Llama-2-13B-chat-GPTQ", 13.02, 13.02, "int4", "gptq", "chat"),
        ("Qwen/Qwen3-8B-AWQ", 8.19, 8.19, "int4", "awq", "chat"),
        ("Qwen/Qwen3-1.7B-GPTQ-Int8", 2.03, 2.03, "int8", "gptq", "chat"),
        ("unsloth/llama-3-8b-bnb-4bit", 8.03, 8.03, "nf4", "bnb-4bit", "chat"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8", 8.03, 8.03, "fp8", "fp8", "chat"),
        ("nvidia/Gemma-4-31B-IT-NVFP4", 31.3, 31.3, "nvfp4", "nvfp4", "chat"),
        ("RedHatAI/Qwen2.5-1.5B-quantized.w8a8", 1.544, 1.544, "int8", "int8", "chat"),
        ("nm-testing/SmolLM-1.7B-Instruct-quantized.w4a16", 1.71, 1.71, "int4", "int4", "chat"),
        ("lmstudio-community/LFM2-24B-A2B-MLX-8bit", 23.8, 2.3, "int8", "int8", "chat"),
        ("bartowski/Llama-3.2-3B-Instruct-GGUF", 3.213, 3.213, "int4", "gguf", "chat"),
        ("TheBloke/Mistral-7B-v0.1-GGUF/mistral-7b-v0.1.Q8_0.gguf", 7.242, 7.242, "int8", "gguf", "chat"),
        (
            "nomic-ai/nomic-embed-text-v1.5-GGUF/nomic-embed-text-v1.5.f16.gguf",
            0.1367,
            0.1367,
            "fp16",
            "gguf",
            "embedding",
        ),
        ("llama3:8b-instruct-q4_0", 8.03, 8.03, "int4", "gguf", "chat"),
        ("ollama/qwen2.5:0.5b", 0.494, 0.494, "int4", "gguf", "chat"),
        ("gpt-oss:20b", 20.9, 3.6, "mxfp4", "mxfp4", "chat"),  # 4-bit weights are not packed again
        ("deepseek-r1:7b", 7.62, 7.62, "int4", "gguf", "chat"),  # the tag is a distilled Qwen
        ("accounts/fireworks/models/llama-v3p1-70b-instruct", 70.55, 70.55, "bf16", None, "chat"),
        ("bedrock/us.meta.llama3-2-1b-instruct-v1:0", 1.236, 1.236, "bf16", None, "chat"),
        ("mixtral-8x7b-32768", 46.7, 12.9, "bf16", None, "chat"),
        ("nobody/Invention-9B-fp16", 9.18, 9.18, "fp16", None, "chat"),
    ],
)
def test_what_a_name_says(
    catalogue: ModelCatalogue,
    id: str,
    total_b: float,
    active_b: float,
    precision: str,
    quantized: str | None,
    kind: str,
) -> None:
    record = catalogue.lookup(id)
    assert record is not None and record.total_b is not None and record.active_b is not None
    assert record.total_b.mid == pytest.approx(total_b, rel=0.04)
    assert record.active_b.mid == pytest.approx(active_b, rel=0.04)
    assert (record.native_precision, record.quantized, record.kind) == (precision, quantized, kind)


def test_names_in_ollamas_library_stand_for_a_tag(catalogue: ModelCatalogue) -> None:
    for id, total_b in {
        "ollama/deepseek-r1": 8,
        "ollama_chat/gemma3:latest": 4.3,
        "phi": 2.78,
        "openhermes": 7.2,
    }.items():
        record = catalogue.lookup(id)
        assert record is not None and record.total_b is not None
        assert record.total_b.mid == pytest.approx(total_b, rel=0.05), id
        assert (record.native_precision, record.quantized) == ("int4", "gguf")
    hosted = catalogue.lookup("deepseek-ai/DeepSeek-R1")
    assert hosted is not None and hosted.total_b is not None and hosted.total_b.mid > 600


def test_names_of_drafts_and_test_fixtures_have_no_size(catalogue: ModelCatalogue) -> None:
    for id in (
        "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B",
        "llamafactory/tiny-random-Llama-3",
        "z-lab/Qwen3-8B-DFlash",
    ):
        record = catalogue.lookup(id)
        assert record is not None and record.total_b is None and record.provenance is None, id


def test_provenance_of_counts_of_open_models(catalogue: ModelCatalogue) -> None:
    def provenance(id: str) -> str | None:
        record = catalogue.lookup(id)
        assert record is not None
        return record.provenance

    assert provenance("meta-llama/Llama-3.1-8B-Instruct") == "disclosed"
    assert provenance("llama3.1:70b") == "disclosed"
    assert provenance("someone/Llama-3.1-8B-Story-Writer") == "parsed-from-name"
    assert provenance("nobody/Invention-9B") == "parsed-from-name"
    assert provenance("gpt-4-x-alpaca-13b") == "parsed-from-name"


def test_rounded_digits_give_a_range(catalogue: ModelCatalogue) -> None:
    record = catalogue.lookup("nobody/Invention-9B")
    assert record is not None and record.total_b is not None
    assert record.total_b.low < 9 < record.total_b.high


# --- what must hold for every record ----------------------------------------------------------------------------------


def test_every_record_is_honest(catalogue: ModelCatalogue) -> None:
    for record in catalogue.records():
        assert record.source and record.dated, record.id
        assert (record.total_b is None) == (record.provenance is None), record.id
        if record.total_b:
            assert record.active_b is not None and record.active_b.mid <= record.total_b.mid, record.id
            if record.provenance in ("third-party-estimate", "price-derived") and not record.open_weights:
                width = record.total_b.high / record.total_b.low
                assert 2 <= width <= 9, (record.id, width)
        if record.retired:
            assert record.retirement_source, record.id
        if record.released and record.retired:
            assert record.released < record.retired, record.id


def test_every_hand_written_smaller_model_is_smaller_and_current(catalogue: ModelCatalogue) -> None:
    for record in catalogue.records():
        if record.smaller:
            smaller = catalogue.lookup(record.smaller)
            assert smaller is not None and smaller.total_b and record.total_b
            assert smaller.total_b.mid < record.total_b.mid, record.id
            assert smaller.retired is None, (record.id, smaller.id)


def test_look_ups_survive_anything(catalogue: ModelCatalogue) -> None:
    for id in (
        "/",
        ":",
        "::",
        "ft:",
        "ft::::",
        "models/",
        "a/b/c/d",
        "\0",
        "ünïcödé/模型-7b",
        "x" * 5000,
        "-" * 100,
        "8x",
        "1e999b",
    ):
        catalogue.lookup(id)
        catalogue.normalise(id)
        catalogue.maker_of(id)
        catalogue.looks_like_model(id)
        catalogue.nearest(id)


def test_nearest_suggests_the_typo(catalogue: ModelCatalogue) -> None:
    assert catalogue.nearest("gpt-4o-mni")[0] == "gpt-4o-mini"
    assert "claude-3-5-sonnet" in catalogue.nearest("cluade-3-5-sonnet")
    assert catalogue.nearest("zzzzzzzzzzzz") == []


def test_the_installed_catalogue_is_shared() -> None:
    assert load_models() is load_models()
    assert load_models().lookup("gpt-4o") is not None


# --- the text of `wattlint models` ------------------------------------------------------------------------------------


def test_describe_names_sources_dates_and_the_way() -> None:
    text = describe("azure/gpt-35-turbo")
    assert 'azure/gpt-35-turbo: spelling of "gpt-3.5-turbo"' in text
    assert "third-party estimate" in text and "EcoLogits" in text and "2026-10-23" in text


def test_describe_an_unknown_id() -> None:
    text = describe("claude-99")
    assert "No model" in text and "anthropic" in text and "Nearest" in text
    assert describe("zzzzzzzzzzzz").splitlines()[0] == 'No model "zzzzzzzzzzzz" in the catalogue.'
    assert "docs/own-knowledge.md" in describe("zzzzzzzzzzzz")


def test_describe_warns_of_a_guess_by_prefix() -> None:
    text = describe("gpt-4o-mni")
    assert 'by its prefix "gpt-4o-"' in text and "spelled alike" in text and "gpt-4o-mini" in text


# --- the compiler's errors --------------------------------------------------------------------------------------------

MAKER = """\
maker: acme
date: 2026-01-01
models:
  - id: acme-large
    aliases: [acme-big]
    total_b: [100, 200, 400]
    provenance: third-party-estimate
    source: a guess
    smaller: acme-small
  - id: acme-small
    total_b: 8
    provenance: disclosed
    source: https://acme.example
"""
FAMILIES = """\
date: 2026-01-01
organisations: {acme-ai: acme}
prefixes: {acme-: acme}
families:
  - {name: nut, maker: acme, hf: acme-ai/nut, sizes: {7b: 7.1}}
"""
PRICES = "# litellm 1.0, 2026-02-02\nid,maker,mode,context,input,output,retires,reasoning,litellm_key\n"


def folder(tmp_path: Path, maker: str = MAKER, families: str = FAMILIES, prices: str | None = None) -> Path:
    (tmp_path / "acme.yaml").write_text(maker, encoding="utf-8")
    (tmp_path / "open_families.yaml").write_text(families, encoding="utf-8")
    (tmp_path / "providers.yaml").write_text("source: none\nproviders: [gateway]\n", encoding="utf-8")
    if prices is not None:
        (tmp_path / "derived_prices.csv").write_text(PRICES + prices, encoding="utf-8")
    return tmp_path


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    own = ModelCatalogue(compile_folder(folder(tmp_path)))  # type: ignore[arg-type]
    assert own.normalise("gateway/acme-big") == "acme-large"
    nut = own.lookup("acme-ai/nut-7B")
    assert nut is not None and nut.total_b == (7.1, 7.1, 7.1) and nut.provenance == "disclosed"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("source: a guess", "sauce: a guess", 8, ["unknown key", 'did you mean "source"?']),
        ("total_b: 8\n", "total_b: 8000000000\n", 11, ["billions", "8"]),
        ("total_b: 8\n", "total_b: eight\n", 11, ["number or [low, mid, high]"]),
        ("[100, 200, 400]", "[400, 200, 100]", 6, ["in this order"]),
        ("[100, 200, 400]", "[100, 200]", 6, ["[low, mid, high]"]),
        ("    source: a guess\n", "", 4, ["needs provenance and source"]),
        ("    source: https://acme.example\n", "", 10, ["needs provenance and source"]),
        ("id: acme-small", "id: acme-large", 10, ['"acme-large" already names the model "acme-large"']),
        ("id: acme-small", "id: Acme.Big", 10, ['"Acme.Big" already names the model "acme-large"']),
        ("aliases: [acme-big]", "aliases: [acme-large]", 5, ['"acme-large" already names']),
        (
            "smaller: acme-small",
            "smaller: acme-smal",
            9,
            ['no model "acme-smal"', 'did you mean "acme-small"?'],
        ),
        ("smaller: acme-small", "successor: acme-large", 9, ['leads back to "acme-large"']),
        ("smaller: acme-small", "retired: 2026-01-01", 4, ["retirement_source"]),
        ("smaller: acme-small", "output_usd_per_mtok: 0.000015", 9, ["per million tokens", "15"]),
        ("smaller: acme-small", "released: someday", 9, ["date"]),
        ("smaller: acme-small", "released: 2026-01-01", 9, ["needs a release_source"]),
        ("smaller: acme-small", "input_usd_per_mtok: 2", 9, ["needs a price_source"]),
        ("smaller: acme-small", "size: huge", 9, ["no such size"]),
        ("source: a guess", "source: gues", 8, ['no source "gues"']),
        ("    source: a guess", "    source: a guess\n    active_b: 300", 4, ["part of total_b"]),
        (
            "aliases: [acme-big]",
            "aliases: [acme-big, Acme.Big]",
            5,
            ['"Acme.Big" already names the model "acme-large"'],
        ),
        ("maker: acme\n", "", 1, ["Field required"]),
        ("provenance: disclosed", "provenance: hearsay", 12, ["disclosed"]),
    ],
)
def test_errors_name_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, words: list[str]
) -> None:
    assert MAKER.count(old) >= 1
    with pytest.raises(CatalogueError) as caught:
        compile_folder(folder(tmp_path, MAKER.replace(old, new, 1)))
    assert caught.value.path.endswith("acme.yaml")
    assert caught.value.line == line, str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_loop_of_smaller_models_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="leads back to"):
        compile_folder(folder(tmp_path, MAKER + "    smaller: acme-large\n"))


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (
            FAMILIES + "  - {name: bolt, names: [nut], maker: acme, hf: a/b, sizes: {}}\n",
            'already names the family "nut"',
        ),
        (FAMILIES.replace("{7b: 7.1}", "{7b: 7.1, 7B: 7.2}"), "already there"),
        (FAMILIES.replace("hf:", "kin: chat, hf:"), 'did you mean "kind"?'),
        (FAMILIES.replace("7.1", "seven"), "must be a number"),
        (FAMILIES.replace("{7b: 7.1}", "{7b: 7.1}, unchecked: [7]"), 'no size "7"'),
    ],
)
def test_errors_in_the_table_of_families(tmp_path: Path, families: str, words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        compile_folder(folder(tmp_path, families=families))
    assert (
        caught.value.path.endswith("open_families.yaml") and caught.value.line and words in str(caught.value)
    )


def test_a_makers_file_may_hold_its_families(tmp_path: Path) -> None:
    row = "\nopen_families:\n  - {name: bolt, maker: acme, hf: acme-ai/bolt-3b, sizes: {3b: 3.2, 5b: 5.1}, unchecked: [5b]}\n"
    own = ModelCatalogue(compile_folder(folder(tmp_path, MAKER + row)))  # type: ignore[arg-type]
    known, guessed = own.lookup("acme-ai/bolt-3b"), own.lookup("acme-ai/bolt-5b")
    assert known and known.total_b == (3.2, 3.2, 3.2) and known.provenance == "disclosed"
    assert guessed and guessed.total_b == (5.1, 5.1, 5.1) and guessed.provenance == "parsed-from-name"
    assert "not compared with the published weights" in guessed.source
    with pytest.raises(CatalogueError, match=r"acme.yaml:\d+: .*already names the family \"nut\""):
        compile_folder(folder(tmp_path, MAKER + row.replace("name: bolt", "name: bolt, names: [nut]")))


def test_release_dates_from_the_id_and_the_derived_file(tmp_path: Path) -> None:
    maker = MAKER.replace("aliases: [acme-big]", "aliases: [acme-big, acme-large-20260203]")
    made = folder(tmp_path, maker)
    (made / "derived_releases.csv").write_text(
        "id,released,package\nacme-small,2026-01-02,langchain-acme 1\n"
    )
    own = ModelCatalogue(compile_folder(made))  # type: ignore[arg-type]
    large, small = own.lookup("acme-large"), own.lookup("acme-small")
    assert large and (large.released, large.release_source) == ("2026-02-03", "the date in the id")
    assert small and (small.released, small.release_source) == (
        "2026-01-02",
        "models.dev, in langchain-acme 1",
    )
    for text, words in (
        ("acme-smal,2026-01-02,x", 'derived_releases.csv:2: id: no model "acme-smal"'),
        ("acme-small,2026-13-02,x", "derived_releases.csv:2: released"),
        ("acme-small,2026-01-02", "derived_releases.csv:2: acme-small: a row has 3 fields"),
    ):
        (made / "derived_releases.csv").write_text(f"id,released,package\n{text}\n")
        with pytest.raises(CatalogueError, match=words):
            compile_folder(made)


def test_every_date_and_price_of_ours_has_a_source(catalogue: ModelCatalogue) -> None:
    for record in catalogue.records():
        assert not record.released or record.release_source, record.id
        assert not record.retired or record.retirement_source, record.id
        priced = record.input_usd_per_mtok is not None or record.output_usd_per_mtok is not None
        assert not priced or record.price_source, record.id


def test_counts_are_confirmed_or_marked() -> None:
    """benchmarks/published_counts.csv bears out every size in the table of families that is not marked unchecked."""
    done = subprocess.run(
        [sys.executable, str(RULES.parent.parent / "benchmarks" / "check_counts.py")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("id", "total_b", "active_b"),
    [
        (
            "Jiunsong/supergemma4-26b-uncensored-mlx-4bit-v2",
            26.5,
            4,
        ),  # letters of their own before the family
        ("mixtao/MixTAO-7Bx2-MoE-v8.1", 12.88, 12.88),
        ("someone/Beyonder-4x7B-v3", 24.15, 12.88),
        ("deepseek-ai/deepseek-moe-16b-chat", 16.38, 2.8),
        ("inclusionAI/LLaDA2.0-mini", 16.26, 1.4),
        ("unsloth/Kimi-K2.6", 1058.6, 32),
        ("skt/A.X-K1", 519, 33),
        ("nvidia.nemotron-super-3-120b", 123.6, 12),  # Bedrock turns the words round
    ],
)
def test_mixtures_of_experts(catalogue: ModelCatalogue, id: str, total_b: float, active_b: float) -> None:
    record = catalogue.lookup(id)
    assert record is not None and record.total_b is not None and record.active_b is not None
    assert record.total_b.mid == pytest.approx(total_b, rel=0.05)
    assert record.active_b.mid == pytest.approx(active_b, rel=0.05)


@pytest.mark.parametrize(
    "id", ["tiny-random/qwen3-next-moe", "acme-internal-testing/Qwen3-8B", "TitanML/tiny-mixtral"]
)
def test_smaller_by_an_amount_that_the_name_does_not_say(catalogue: ModelCatalogue, id: str) -> None:
    record = catalogue.lookup(id)
    assert record is None or record.total_b is None


def test_hand_written_values_win_over_the_price_list(tmp_path: Path) -> None:
    maker = MAKER.replace(
        "smaller: acme-small",
        "input_usd_per_mtok: 1\n    output_usd_per_mtok: 2\n    price_source: a list",
        1,
    )
    prices = "acme-large,acme,chat,8000,9,9,2030-01-01,,x\nacme-large-2026-03-04,acme,chat,,3,4,,,x\nfresh-x,acme,chat,,1,10,,yes,x\n"
    own = ModelCatalogue(compile_folder(folder(tmp_path, maker, prices=prices)))  # type: ignore[arg-type]
    large, snapshot, fresh = (own.lookup(id) for id in ("acme-large", "acme-large-2026-03-04", "fresh-x"))
    assert large is not None and snapshot is not None and fresh is not None
    assert (large.output_usd_per_mtok, large.context_tokens, large.retired) == (2, 8000, "2030-01-01")
    assert (snapshot.output_usd_per_mtok, snapshot.total_b, snapshot.released) == (
        4,
        large.total_b,
        "2026-03-04",
    )
    assert fresh.provenance == "price-derived" and fresh.total_b and fresh.reasoning


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,acme,chatty,,1,1,,,x\n", "mode"),
        ("a,acme,chat,,cheap,1,,,x\n", "input"),
        ("a,acme,chat,,1,1,soon,,x\n", "retires"),
        ("a,acme,chat\n", "9 fields"),
    ],
)
def test_errors_in_the_price_list(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        compile_folder(folder(tmp_path, prices=row))
    assert (
        caught.value.path.endswith("derived_prices.csv")
        and caught.value.line == 3
        and words in str(caught.value)
    )


# --- the tool that rebuilds the price list ----------------------------------------------------------------------------


def test_refresh_keeps_own_ids_and_fills_the_archive_from_clouds() -> None:
    path = RULES.parent.parent / "tools" / "refresh_models.py"
    spec = importlib.util.spec_from_file_location("refresh_models", path)
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    million = 1e-6

    def facts(provider: str, mode: str = "chat", price: float = 2.0) -> dict[str, object]:
        return {
            "litellm_provider": provider,
            "mode": mode,
            "input_cost_per_token": price * million,
            "output_cost_per_token": 2 * price * million,
        }

    prices = {
        "gpt-4o": facts("openai"),
        "azure/gpt-4o": facts("azure", price=9),
        "ft:gpt-4o": facts("openai"),
        "mistral/zai-glm-5": facts("mistral"),  # another maker's model
        "embed-slip-v1": facts("cohere", "embedding", 100),  # seen: a price 1,000 times too high
        "oci/xai.grok-4": facts("oci", price=3),  # xAI's own list has dropped it
        "gpt-image-1": facts("openai", "image_generation"),
    }
    rows = tool.derive(prices, ModelCatalogue(compile_hand_written(RULES)))
    assert [(row["id"], row["input"], row["output"]) for row in rows] == [
        ("gpt-4o", "2", "4"),
        ("grok-4", "3", "6"),
    ]
    assert tool.difference([], rows)[0].startswith("+ gpt-4o: 2 / 4 $/Mtok")
    assert tool.difference(rows, [{**rows[0], "input": "5"}]) == ["- grok-4", "  gpt-4o: input 2 -> 5"]


def test_the_committed_price_list_is_well_formed() -> None:
    origin, date, rows = read_derived(RULES / "derived_prices.csv")
    assert origin.startswith("litellm ") and date
    assert len({row["id"] for row in rows}) == len(rows) > 300
