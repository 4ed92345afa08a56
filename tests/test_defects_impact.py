"""Estimates and findings that real packages showed to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites, write
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.models import load_models
from wattlint.impact.estimate import estimate
from wattlint.impact.quantities import Impact
from wattlint.run import check_paths
from wattlint.settings import Settings


def last_call(folder: Path, text: str) -> CallSite:
    return [site for site in sites(folder, text) if site.kind in ("call", "embed")][-1]


def impact(site: CallSite) -> Impact:
    assert site.model.id is not None
    found = estimate(site, load_models().lookup(site.model.id), Settings().impact)
    assert found is not None
    return found


def codes(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    write(folder, {"app.py": text})
    monkeypatch.chdir(folder)
    return [finding.code for finding in check_paths(["app.py"], Settings()).findings]


SERVED = """
    from openai import OpenAI
    client = OpenAI(base_url="{url}", api_key="none")
    def ask(m):
        return client.chat.completions.create(
            model="Qwen/Qwen2.5-Coder-7B-Instruct", messages=m, n={n}, max_tokens=512
        )
"""


@pytest.mark.parametrize(
    ("url", "kind"), [("http://localhost:8000/v1", "server"), ("http://localhost:11434/v1", "local")]
)
def test_who_serves_on_this_machine(tmp_path: Path, url: str, kind: str) -> None:
    assert impact(last_call(tmp_path, SERVED.format(url=url, n=1))).deployment == kind


@pytest.mark.parametrize("port", [8000, 11434])
def test_samples_of_one_call_are_decoded_together(tmp_path: Path, port: int) -> None:
    url = f"http://localhost:{port}/v1"
    one = impact(last_call(tmp_path, SERVED.format(url=url, n=1)))
    many = impact(last_call(tmp_path, SERVED.format(url=url, n=16)))
    assert many.batch.p10 >= 16
    assert one.energy_wh.p50 < many.energy_wh.p50 < 16 * one.energy_wh.p50


def test_a_forward_pass_writes_nothing(tmp_path: Path) -> None:
    text = """
        from transformers import AutoModelForCausalLM
        m = AutoModelForCausalLM.from_pretrained("gpt2")
        def score(ids):
            return m(input_ids=ids).logits
    """
    site = last_call(tmp_path, text)
    assert site.entry_point == "transformers.forward"
    assert impact(site).tokens_out == (0, 0, 0)


LOOP = """
    from transformers import pipeline
    pipe = pipeline("image-to-text", model="Salesforce/blip-image-captioning-base")
    class Captions:
        def _chunks(self, images):
            for i in range(0, len(images), 8):
                yield images[i : i + 8]
        def of(self, images):
            out = []
            for {name} in {over}:
                out.append(pipe({name}))
            return out
"""


@pytest.mark.parametrize(
    ("name", "over", "expected"),
    [
        ("part", "self._chunks(images)", []),
        ("batch", "images", []),
        ("image", "images", ["LLM301"]),
    ],
)
def test_loops_over_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, over: str, expected: list[str]
) -> None:
    assert codes(tmp_path, LOOP.format(name=name, over=over), monkeypatch) == expected


LOAD = """
    from transformers import AutoModelForCausalLM
    from elsewhere import to_int8, show
    class Scorer:
        def load(self):
            self.model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
            {then}
"""


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("self.model = to_int8(self.model)", []),
        ("show(self.model)", ["LLM201"]),
        ("pass", ["LLM201"]),
    ],
)
def test_full_precision_that_a_function_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str, expected: list[str]
) -> None:
    write(tmp_path, {"requirements.txt": "transformers==4.44.0\n"})
    found = codes(tmp_path, LOAD.format(then=then), monkeypatch)
    assert [code for code in found if code == "LLM201"] == expected


def tokens_in(folder: Path, text: str) -> tuple[float, float, float]:
    found = impact(last_call(folder, text)).tokens_in
    return found.p10, found.p50, found.p90


ASK = """
    from openai import OpenAI
    client = OpenAI()
    def ask({parameter}):
        {first}
        return client.chat.completions.create(model="gpt-4o", messages={messages})
"""


@pytest.mark.parametrize(
    ("parameter", "messages", "least"),
    [
        ("prompt", '[{"role": "user", "content": prompt}]', 250),
        ("x", '[{"role": "user", "content": build(x)}]', 250),
        ("x", '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": build(x)}]', 90),
    ],
)
def test_knowing_nothing_of_a_prompt_is_no_short_prompt(
    tmp_path: Path, parameter: str, messages: str, least: int
) -> None:
    _, mid, high = tokens_in(
        tmp_path, ASK.format(parameter=parameter, messages=messages, first="from b import build")
    )
    assert mid >= least and high >= 1500


def test_a_question_is_short(tmp_path: Path) -> None:
    messages = '[{"role": "user", "content": self_question()}]'
    text = ASK.format(parameter="self_question", messages=messages, first="pass")
    assert tokens_in(tmp_path, text)[1] < 150


@pytest.mark.parametrize("mark", ["[DOCUMENTS]", "{{ documents }}", "<<documents>>", "{documents}"])
def test_a_template_that_is_filled_elsewhere_is_not_all(tmp_path: Path, mark: str) -> None:
    messages = '[{"role": "user", "content": p}]'
    text = ASK.format(parameter="", messages=messages, first=f'p = "Name the topic of these texts: {mark}"')
    assert tokens_in(tmp_path, text)[2] >= 1000


def test_control_tokens_are_no_placeholders(tmp_path: Path) -> None:
    messages = '[{"role": "user", "content": "[INST] <<SYS>> Say hello. <</SYS>> [/INST]"}]'
    assert tokens_in(tmp_path, ASK.format(parameter="", messages=messages, first="pass"))[2] < 100


def test_a_probe_of_the_class_itself_is_not_what_others_send(tmp_path: Path) -> None:
    text = """
        from sentence_transformers import SentenceTransformer
        class Embedding:
            def __init__(self):
                self.model = SentenceTransformer("all-MiniLM-L6-v2")
                self.dimension = len(self.to_embeddings("foo"))
            def to_embeddings(self, data):
                return self.model.encode(data)
    """
    assert tokens_in(tmp_path, text)[2] >= 200


SAMPLING = """
    from transformers import AutoModelForCausalLM
    model = AutoModelForCausalLM.from_pretrained("gpt2")
    class Ranker:
        def {name}(self, prompts, n):
            for i in {over}:
                out = model.generate({tokens}, max_new_tokens=9)
                self.keep(out)
"""


@pytest.mark.parametrize(
    ("name", "over", "tokens", "expected"),
    [
        ("run", "range(n)", "**self.inputs", []),
        ("run_batched", "prompts", "i", []),
        ("run", "prompts", "i", ["LLM301"]),
    ],
)
def test_passes_over_the_same_input_and_functions_for_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, over: str, tokens: str, expected: list[str]
) -> None:
    found = codes(tmp_path, SAMPLING.format(name=name, over=over, tokens=tokens), monkeypatch)
    assert [code for code in found if code == "LLM301"] == expected


def test_the_task_of_one_caller_is_reported_at_that_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
        import anthropic
        class Model:
            def __init__(self, model="claude-opus-4-5"):
                self.model, self.client = model, anthropic.Anthropic()
            def generate(self, prompt):
                messages = [{"role": "user", "content": prompt}]
                return self.client.messages.create(model=self.model, max_tokens=1024, messages=messages)
        def score(text):
            ask = "Classify the sentiment of this review as positive or negative. Answer with one word."
            return Model().generate(f"{ask} Review: {text}")
        def measure(case):
            return Model().generate(build(case))
    """
    write(tmp_path, {"app.py": text})
    monkeypatch.chdir(tmp_path)
    found = check_paths(["app.py"], Settings(extend_select=("LLM103",))).findings
    assert [(finding.code, finding.line) for finding in found] == [("LLM103", 10)]
