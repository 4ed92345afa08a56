"""The energy model through its public doors: estimate, compare, explain."""

from __future__ import annotations

import dataclasses
import math
import sys

import pytest

from wattlint.callsites.facts import (
    CallSite,
    Context,
    Hole,
    LoadFact,
    Loop,
    ModelFact,
    OutputContract,
    Place,
    Prompt,
    PromptPart,
    TaskVerdict,
    Workload,
)
from wattlint.catalogue.records import ModelRecord, Range
from wattlint.impact import constants
from wattlint.impact.compare import ratio
from wattlint.impact.estimate import as_called, estimate
from wattlint.impact.explain import explain
from wattlint.impact.quantities import Factor, Impact, Interval, combine, shares
from wattlint.settings import ImpactSettings

DEFAULT = ImpactSettings()


def model(
    total: float | Range | None = 8.0, active: float | Range | None = None, **changes: object
) -> ModelRecord:
    def as_range(size: float | Range | None) -> Range | None:
        return size if size is None or isinstance(size, Range) else Range(size, size, size)

    record = ModelRecord(
        id="some/model", maker="maker", family="family", kind="chat", total_b=as_range(total), active_b=as_range(active),
        provenance="disclosed", source="model card", architecture="moe" if active else "dense", native_precision="bf16",
        quantized=None, open_weights=True, reasoning=False, context_tokens=None, input_usd_per_mtok=None,
        output_usd_per_mtok=None, price_date=None, price_source=None, release_source=None, typical_output_tokens=None, released=None, deprecated=None,
        retired=None, retirement_source=None, successor=None, smaller=None, dated="2026-11-22",
    )  # fmt: skip
    return record._replace(**changes)


def call(**changes: object) -> CallSite:
    site = CallSite(
        path="app.py", line=7, column=4, end_line=7, end_column=40, callee="client.chat.completions.create", sdk="openai",
        entry_point="openai.chat.completions", kind="call", confidence="resolved", provider="openai",
    )  # fmt: skip
    return dataclasses.replace(site, **changes)


def work(tokens_in: float, tokens_out: float, batch: int | None = None) -> Workload:
    return Workload(tokens_in=tokens_in, tokens_out=tokens_out, batch=batch, source="test")


def known(site: CallSite, record: ModelRecord, settings: ImpactSettings = DEFAULT) -> Impact:
    impact = estimate(site, record, settings)
    assert impact is not None
    return impact


def test_nothing_is_said_about_a_model_of_unknown_size() -> None:
    assert estimate(call(), None, DEFAULT) is None
    assert estimate(call(), model(None), DEFAULT) is None
    assert estimate(call(), model(8, kind="image"), DEFAULT) is None


@pytest.mark.parametrize(
    ("record", "low", "high"),
    [
        # energy.md section 3: another model of the same rows, per call with 500 tokens in and 300 out
        (model(8), 0.018, 0.097),
        (model(70), 0.106, 0.720),
        (model(671, 37, native_precision="fp8"), 0.242, 1.88),
        (model(Range(200, 400, 800), Range(30, 60, 120), open_weights=False), 0.132, 1.85),
        (model(Range(15, 30, 60), open_weights=False), 0.025, 0.202),
    ],
)
def test_a_hosted_call_agrees_with_an_independent_model(record: ModelRecord, low: float, high: float) -> None:
    energy = known(call(workload=work(500, 300)), record).energy_wh
    assert low < energy.p50 < high
    assert energy.p10 < high and energy.p90 > low
    assert energy.width > 3


def test_every_quantity_is_an_interval_in_order() -> None:
    record = model(70, input_usd_per_mtok=1.0, output_usd_per_mtok=3.0)
    impact = known(call(), record)
    for field in dataclasses.fields(Impact):
        value = getattr(impact, field.name)
        if isinstance(value, Interval):
            assert 0 <= value.p10 <= value.p50 <= value.p90 < math.inf, field.name
    assert impact.energy_wh.p50 > impact.accelerator_wh.p50
    assert impact.carbon_gco2e.p50 == pytest.approx(
        impact.carbon_operational_gco2e.p50 + impact.carbon_embodied_gco2e.p50
    )
    assert impact.water_ml.p50 == pytest.approx(impact.water_onsite_ml.p50 + impact.water_offsite_ml.p50)
    assert sum(share for _, share in impact.shares) == pytest.approx(1)


def test_output_costs_more_than_input_and_both_count() -> None:
    base = known(call(workload=work(500, 300)), model(70)).energy_wh.p50
    more_in = known(call(workload=work(5000, 300)), model(70)).energy_wh.p50
    more_out = known(call(workload=work(500, 3000)), model(70)).energy_wh.p50
    assert base < more_in < more_out


def test_each_token_of_a_long_prompt_costs_more() -> None:
    short, long = (known(call(workload=work(tokens, 1)), model(70)) for tokens in (2_000, 200_000))
    assert 1.5 < long.energy_wh.p50 / short.energy_wh.p50 / 100 < 5


def test_a_fuller_batch_spends_less_per_call() -> None:
    site = call(workload=work(500, 300))
    energies = [
        known(site, model(70), ImpactSettings("api", batch=batch)).energy_wh.p50 for batch in (1, 8, 64, 256)
    ]
    assert energies == sorted(energies, reverse=True)
    assert 2 < energies[1] / energies[2] < 6  # measured: 8 to 64, x 3.4 (2.5 to 5.2)


def test_a_mixture_of_experts_costs_by_total_size_in_a_batch_and_by_active_size_alone() -> None:
    site = call(workload=work(100, 300))
    mixture, small, large = model(235, 22), model(22), model(235)
    crowded = ImpactSettings("api", batch=64, gpus=8, hardware="H100")
    alone = ImpactSettings("api", batch=1, gpus=8, hardware="H100")
    assert known(site, mixture, crowded).energy_wh.p50 > 3 * known(site, small, crowded).energy_wh.p50
    assert known(site, mixture, alone).energy_wh.p50 < 0.5 * known(site, large, alone).energy_wh.p50


def test_the_number_of_gpus_follows_memory() -> None:
    for total, gpus in ((8, 1), (70, 4), (405, 16)):
        assert known(call(), model(total), ImpactSettings("api", hardware="H100")).gpus == gpus
    assert known(call(), model(405), ImpactSettings("api", hardware="H100", precision="fp8")).gpus == 8


def test_answers_follow_contract_task_limit_and_samples() -> None:
    free = known(call(), model()).tokens_out
    assert known(call(contract=OutputContract("bool")), model()).tokens_out.p50 < 10
    verdict = TaskVerdict("sentiment", "small-model", "high")
    assert known(call(task=verdict), model()).tokens_out.p50 < free.p50
    assert known(call(output_limit=16, output_limit_given=True), model()).tokens_out.p90 <= 16
    assert known(call(samples=5), model()).tokens_out.p50 == pytest.approx(5 * free.p50)
    assert known(call(), model(), ImpactSettings(output_tokens=77)).tokens_out.p50 == 77


def test_reasoning_is_written_too_and_effort_scales_it() -> None:
    thinker = model(reasoning=True)
    tokens = [
        known(call(reasoning_effort=e), thinker).tokens_out.p50 for e in ("none", "low", "medium", "high")
    ]
    assert tokens == sorted(tokens) and tokens[0] < tokens[1]
    assert known(call(output_limit=200), thinker).tokens_out.p90 <= 200


def test_prompts_count_text_and_holes() -> None:
    def prompt(*pieces: str | Hole) -> Prompt:
        return Prompt((PromptPart("user", pieces),))

    short = known(call(prompt=prompt("Translate to French: hello")), model()).tokens_in
    holed = known(call(prompt=prompt("Summarise: ", Hole("document", "file"))), model()).tokens_in
    assert short.p90 < 20 and short.width < 2
    assert holed.p50 > 1000 and holed.width > 5
    capped = known(call(prompt=prompt("x", Hole("d", "file"))), model(context_tokens=2048)).tokens_in
    assert capped.p90 <= 2048


def test_a_load_stands_for_one_call_and_an_embedding_for_one_text() -> None:
    load = LoadFact(library="transformers", library_version=("4.57", "transformers<5 in requirements.txt:3"))
    impact = known(call(kind="load", provider=None, load=load), model(7))
    assert (impact.deployment, impact.precision, impact.batch.p50) == ("local", "fp32", 1)
    assert any("not counted" in step.source for step in impact.steps)
    assert impact.cost_usd is None
    text = known(call(kind="embed"), model(0.1, kind="embedding"))
    million = text.energy_wh_per_million_tokens
    assert million is not None and million.width < text.energy_wh.width
    assert million.p50 == pytest.approx(text.energy_wh.p50 * 1e6 / text.tokens_in.p50)
    assert text.unit == "text" and text.tokens_out.p50 == 0
    assert text.energy_wh.p50 < known(call(), model(8)).energy_wh.p50 / 100


def test_texts_embedded_together_count_one_by_one() -> None:
    encoder = model(0.1, kind="embedding")
    texts = tuple(PromptPart("text", ("The quick brown fox jumps over the lazy dog.",)) for _ in range(4))
    one = known(call(kind="embed", prompt=Prompt(texts[:1])), encoder)
    four = known(call(kind="embed", prompt=Prompt(texts, batch=4)), encoder)
    assert one.tokens_in == four.tokens_in


def test_half_precision_halves_memory_and_about_halves_energy_at_batch_one() -> None:
    site = call(provider=None, workload=work(100, 300))
    full, half = (
        known(
            dataclasses.replace(site, load=LoadFact(dtype=dtype)),
            model(7),
            ImpactSettings(hardware="A100-80"),
        )
        for dtype in ("float32", "bfloat16")
    )
    assert 1.4 < full.energy_wh.p50 / half.energy_wh.p50 < 2.5


def test_a_hosted_model_does_not_run_on_machines_of_one_s_own() -> None:
    mine = ImpactSettings(hardware="RTX-4090", batch=1, gpus=1, precision="int8", pue=1.6)
    assert known(call(), model(70), mine) == known(call(), model(70))
    own = known(call(base_url="http://localhost:8000/v1", provider="custom"), model(7), mine)
    assert (own.hardware, own.batch.p90, own.precision) == ("RTX-4090", 1, "int8")


@pytest.mark.parametrize("quantization", ["int8", "nf4", "awq"])
def test_quantization_promises_no_saving(quantization: str) -> None:
    site = call(provider=None, workload=work(100, 300))
    settings = ImpactSettings(hardware="RTX-4090")
    plain = known(dataclasses.replace(site, load=LoadFact(dtype="bfloat16")), model(7), settings)
    quantized = known(dataclasses.replace(site, load=LoadFact(quantization=quantization)), model(7), settings)
    assert quantized.energy_wh.p90 > plain.energy_wh.p50
    assert quantized.gpus <= plain.gpus


def test_without_a_kv_cache_every_token_reads_the_prompt_again() -> None:
    site = call(provider=None, load=LoadFact(dtype="bfloat16"), workload=work(1000, 300))
    cached = known(site, model(7)).energy_wh.p50
    assert known(dataclasses.replace(site, use_cache=False), model(7)).energy_wh.p50 > 1.5 * cached


def test_training_is_per_million_tokens() -> None:
    impact = known(call(kind="train", provider=None), model(7))
    assert impact.unit == "million training tokens"
    assert 10 < impact.accelerator_wh.p50 < 100


def test_training_is_in_total_where_the_size_of_the_data_is_stated() -> None:
    per_million = known(call(kind="train", provider=None), model(7))
    whole = known(
        call(kind="train", provider=None, workload=Workload(tokens_in=5e7, source="comment")), model(7)
    )
    assert whole.unit == "training on 50,000,000 tokens"
    assert whole.energy_wh.p50 == pytest.approx(50 * per_million.energy_wh.p50)


def test_an_image_counts_as_the_tokens_vendors_make_of_it() -> None:
    text, image = (
        known(call(prompt=Prompt((PromptPart("user", pieces),))), model()).tokens_in
        for pieces in (("What is it?",), ("What is it?", Hole("image_url", "image")))
    )
    assert image.p10 - text.p10 > 200 and 900 < image.p50 - text.p50 < 1500


def test_carbon_and_water_follow_the_place() -> None:
    in_code = known(call(region="eu-north-1", workload=work(100, 100)), model(8))
    sweden = known(call(workload=work(100, 100)), model(8), ImpactSettings(region="SE"))
    poland = known(call(workload=work(100, 100)), model(8), ImpactSettings(region="Poland"))
    assert in_code.region == "eu-north-1" and sweden.region == "Sweden"
    assert sweden.energy_wh == poland.energy_wh
    assert poland.carbon_gco2e.p50 > 5 * sweden.carbon_gco2e.p50
    assert in_code.water_onsite_ml.p50 > 0 and in_code.water_offsite_ml.p50 > 0


def test_a_configured_pue_replaces_the_provider_s() -> None:
    impacts = [
        known(call(workload=work(100, 100)), model(8), ImpactSettings("api", pue=pue)) for pue in (1.0, 1.5)
    ]
    assert impacts[1].energy_wh.p50 == pytest.approx(1.5 * impacts[0].energy_wh.p50)
    assert impacts[1].water_onsite_ml == impacts[0].water_onsite_ml


def test_an_unknown_region_falls_back_and_says_so() -> None:
    impact = known(call(region="mars-west-1"), model(8))
    assert impact.region == "United States"
    assert any('"mars-west-1" is not in the catalogue' in step.formula for step in impact.steps)


def test_where_a_call_runs_follows_what_the_code_shows() -> None:
    kinds = {
        "api": call(),
        "server": call(provider=None, load=LoadFact(library="vllm")),
        "local": call(base_url="http://localhost:11434/v1"),
    }
    for kind, site in kinds.items():
        assert known(site, model(8)).deployment == kind
    assert known(call(provider="ollama"), model(8)).deployment == "local"
    assert known(call(), model(8), ImpactSettings(deployment="server")).deployment == "server"


@pytest.mark.parametrize(
    ("site", "kind", "hardware"),
    [
        (call(base_url="http://vllm:8000/v1", provider="custom"), "server", "H100"),
        (call(base_url="http://10.0.3.7:8000/v1", provider="custom"), "server", "H100"),
        (call(base_url="https://llm.internal/v1", provider="custom"), "server", "H100"),
        (call(base_url="http://tgi.models.svc.cluster.local/v1", provider="custom"), "server", "H100"),
        (call(base_url="https://api.example.com/v1", provider="custom"), "api", "H100"),
        (call(base_url="http://localhost:8000/v1", provider="custom"), "server", "H100"),
        (call(base_url="http://localhost:11434/v1", provider="custom"), "local", "RTX-4090"),
        (call(base_url="http://ollama:11434/v1", provider="custom"), "local", "RTX-4090"),
        (call(base_url="https://api.example.com:8080/v1", provider="custom"), "api", "H100"),
        (call(provider="self-hosted"), "server", "H100"),
        (call(provider=None, model=ModelFact(id="hosted_vllm/some/model")), "server", "H100"),
        (call(provider=None, model=ModelFact(id="ollama/llama3.1")), "local", "RTX-4090"),
        (call(provider=None, model=ModelFact(id="azure/gpt-4o")), "api", "H100"),
        (call(provider="ollama"), "local", "RTX-4090"),
        (call(provider=None, load=LoadFact(library="llama-cpp-python")), "local", "RTX-4090"),
        (call(provider=None, load=LoadFact(library="mlx-lm")), "local", "M2-Ultra"),
        (call(provider=None, load=LoadFact(library="vllm")), "server", "H100"),
    ],
)
def test_addresses_and_libraries_tell_where_a_model_runs(site: CallSite, kind: str, hardware: str) -> None:
    impact = known(site, model(8))
    assert (impact.deployment, impact.hardware.split(" or ")[0]) == (kind, hardware)


@pytest.mark.parametrize(
    ("tag", "precision"),
    [("llama3.1", "gguf"), ("llama3.1:8b-instruct-q8_0", "gguf-q8"), ("llama3.1:8b-instruct-fp16", "fp16")],
)
def test_models_of_ollama_are_quantized_unless_their_tag_says_otherwise(tag: str, precision: str) -> None:
    assert known(call(provider="ollama", model=ModelFact(id=tag)), model(8)).precision == precision


def test_an_open_encoder_that_nobody_serves_runs_where_the_program_runs() -> None:
    site = call(kind="embed", provider=None)
    assert known(site, model(0.1, kind="embedding")).deployment == "local"
    assert known(site, model(0.1, kind="embedding", open_weights=False)).deployment == "api"
    assert (
        known(dataclasses.replace(site, provider="openai"), model(0.1, kind="embedding")).deployment == "api"
    )


def test_a_measured_model_uses_its_measurement() -> None:
    settings = ImpactSettings(measured={"some/model": 2.0})
    impact = known(call(workload=work(100, 300)), model(None), settings)
    assert impact.accelerator_wh.p50 == pytest.approx(2.0 * 300 / 3600)
    assert impact.energy_wh.width < 2


def test_a_context_is_estimated_with_its_own_prompt_and_limit() -> None:
    site = call(output_limit=1000)
    context = Context(Place("b.py", 3), ModelFact(id="x"), None, Loop(), output_limit=5)
    impact = estimate(as_called(site, context), model(8), DEFAULT)
    assert impact is not None and impact.tokens_out.p90 <= 5


@pytest.mark.parametrize("total", [1e-5, 0.02, 0.5, 1000.0, 20_000.0])
@pytest.mark.parametrize("kind", ["call", "bind", "load", "embed", "train"])
def test_odd_records_never_fail(total: float, kind: str) -> None:
    for record in (
        model(total, context_tokens=1),
        model(Range(total / 10, total, total * 10), total / 30, native_precision="weird"),
        model(total, architecture="moe", kind="seq2seq", reasoning=True, typical_output_tokens=3),
    ):
        for site in (
            call(kind=kind, samples=0, output_limit=0),
            call(kind=kind, provider="nobody", reasoning_effort="?"),
        ):
            for settings in (
                DEFAULT,
                ImpactSettings(hardware="CPU", gpus=3, batch=1, region="??", precision="nonsense"),
            ):
                impact = known(site, record, settings)
                assert 0 < impact.energy_wh.p10 <= impact.energy_wh.p90 < math.inf


def test_all_hardware_estimates() -> None:
    for name in constants.hardware_names():
        assert known(call(), model(8), ImpactSettings("api", hardware=name)).energy_wh.p50 > 0


def test_a_clear_difference_is_claimed_and_a_small_one_is_not() -> None:
    site = call(workload=work(300, 200))
    clear, close = ratio(model(70), model(8), site, DEFAULT), ratio(model(9), model(8), site, DEFAULT)
    assert clear is not None and clear.value > 3 and clear.reliability == "certain"
    assert clear.low < clear.value < clear.high
    assert close is not None and close.reliability == "none"
    assert ratio(model(70), model(None), site, DEFAULT) is None
    vague = ratio(model(Range(20, 70, 300)), model(Range(5, 20, 80)), site, DEFAULT)
    assert vague is not None and vague.low < 1 and vague.reliability == "none"


def test_ratios_of_two_models_are_reciprocal() -> None:
    site = call(workload=work(300, 200))
    there, back = ratio(model(70), model(8), site, DEFAULT), ratio(model(8), model(70), site, DEFAULT)
    assert there is not None and back is not None
    assert there.value * back.value == pytest.approx(1)


def test_the_explanation_gives_every_step_with_its_source_and_never_a_bare_number() -> None:
    site = call(model=ModelFact(id="some/model"))
    impact = known(site, model(70, input_usd_per_mtok=1.0, output_usd_per_mtok=2.0))
    text = explain(site, impact)
    assert text.startswith("app.py:7: client.chat.completions.create (some/model), per call\n")
    assert "Estimated, not measured" in text and "30 times" in text
    for step in impact.steps:
        assert step.source, step.name
        assert step.name in text
    energy = next(line for line in text.splitlines() if line.startswith("  energy:"))
    assert " to " in energy and energy.endswith("Wh")


def test_intervals_combine_in_log_space() -> None:
    one = combine(10, [Factor("a", 0.5, 2)])
    two = combine(10, [Factor("a", 0.5, 2), Factor("b", 0.5, 2)])
    assert one == pytest.approx((5, 10, 20))
    assert two.p90 == pytest.approx(10 * 2 ** math.sqrt(2))
    assert shares([Factor("a", 0.5, 2), Factor("b", 1, 1)]) == (("a", 1.0),)
    assert shares([Factor("b", 1, 1)]) == ()


def test_equal_input_gives_equal_output() -> None:
    site = call(prompt=Prompt((PromptPart("user", ("Hello ", Hole("name"))),)))
    assert known(site, model(8)) == known(site, model(8))


def test_no_heavy_import_is_needed() -> None:
    import subprocess

    code = (
        "import sys; import wattlint.impact.estimate, wattlint.impact.compare, wattlint.impact.explain; "
        "print([m for m in ('pydantic', 'yaml', 'numpy', 'tiktoken', 'libcst') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_explanation_lists_each_source_of_uncertainty_with_its_share() -> None:
    site = call()
    impact = known(site, model(Range(30, 70, 100)))
    text = explain(site, impact)
    for source, share in impact.shares:
        assert f"{share:6.1%}  {source}" in text


def test_prompt_caching_is_bounded_by_reading_what_never_changes() -> None:
    instructions = "Answer with the name of the country only, and nothing else. " * 150
    prompt = Prompt((PromptPart("system", (instructions,)), PromptPart("user", (Hole("question"),))))
    impact = known(call(prompt=prompt), model(70))
    (caching,) = (lever for lever in impact.levers if lever.name == "prompt caching")
    assert 0 < caching.best < 1 == caching.worst
    late = Prompt((PromptPart("user", (Hole("question"),)), PromptPart("system", (instructions,))))
    names = {lever.name for lever in known(call(prompt=late), model(70)).levers}
    assert names == {"batch endpoint", "speculative decoding"}
    assert "Bounds, not promises" in explain(call(prompt=prompt), impact)


def test_a_draft_model_widens_the_interval_and_promises_nothing() -> None:
    site = call(provider=None, load=LoadFact(dtype="bfloat16"), workload=work(100, 300))
    plain, drafted = known(site, model(70)), known(dataclasses.replace(site, draft_model="small"), model(70))
    assert drafted.energy_wh.p50 == plain.energy_wh.p50
    assert drafted.energy_wh.width > plain.energy_wh.width


def test_the_figure_of_ecologits_stands_beside_ours_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from types import ModuleType, SimpleNamespace

    from wattlint.impact import ecologits

    site = call(model=ModelFact(id="gpt-4o"))
    impact = known(site, model(300))
    monkeypatch.setattr(ecologits, "_installed", lambda: False)
    assert ecologits.other_estimate(site, impact) is None

    def llm_impacts(provider: str, name: str, tokens: int, request_latency: float) -> SimpleNamespace:
        if (provider, name) != ("openai", "gpt-4o"):
            return SimpleNamespace(has_errors=True)
        energy = SimpleNamespace(value=SimpleNamespace(min=1e-6 * tokens, max=2e-6 * tokens))
        return SimpleNamespace(has_errors=False, energy=energy, gwp=SimpleNamespace(value=3e-4))

    package = ModuleType("ecologits.tracers.utils")
    package.llm_impacts = llm_impacts  # type: ignore[attr-defined]
    for name in ("ecologits", "ecologits.tracers"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "ecologits.tracers.utils", package)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.11.3")
    monkeypatch.setattr(ecologits, "_installed", lambda: True)
    other = ecologits.other_estimate(site, impact)
    assert other is not None and other.energy_wh == pytest.approx((0.3, 0.6))
    assert other.carbon_gco2e == pytest.approx((0.3, 0.3))
    assert "EcoLogits 0.11.3: 0.3 to 0.6 Wh" in explain(site, impact)
    assert ecologits.other_estimate(call(model=ModelFact(id="odd")), impact) is None
    monkeypatch.setitem(sys.modules, "ecologits.tracers.utils", ModuleType("of another version"))
    assert ecologits.other_estimate(site, impact) is None
