"""What counts as a loop over single items, as a batch, as gradients kept: findings that readers showed to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import call, write
from wattlint.run import check_paths
from wattlint.settings import Settings

HEAD = """
import asyncio, itertools, json, sys, time
import litellm
import pandas as pd
from kafka import KafkaConsumer
from openai import OpenAI
from sentence_transformers import SentenceTransformer
from tqdm import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, TextStreamer, pipeline
from vllm import LLM, AsyncEngineArgs, AsyncLLMEngine, SamplingParams
from vllm.v1.engine.async_llm import AsyncLLM

client = OpenAI()
llm = LLM("Qwen/Qwen2.5-7B-Instruct")
pipe = pipeline("text-classification", model="a/b")
st = SentenceTransformer("all-MiniLM-L6-v2")
tok = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B")
model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")
engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model="Qwen/Qwen2.5-7B-Instruct"))
newer = AsyncLLM.from_engine_args(AsyncEngineArgs(model="Qwen/Qwen2.5-7B-Instruct"))
"""


def codes(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The loop, gradient and output findings of one file."""
    write(folder, {"app.py": text})
    monkeypatch.chdir(folder)
    settings = Settings(select=("LLM207", "LLM208", "LLM301", "LLM305", "LLM310"), preview=True)
    return {finding.code for finding in check_paths(["app.py"], settings).findings}


def in_function(body: str, arguments: str = "tasks, rows, df, texts, n, size") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}\ndef run({arguments}):\n{lines}"


LIST = 'prompts = [f"Q: {e}" for e in task.examples]'
BATCHES = [
    f"for task in tasks:\n    {LIST}\n    llm.generate(prompts)",
    f"for task in tasks:\n    {LIST}\n    pipe(prompts)",
    f'for task in tasks:\n    {LIST}\n    model.generate(**tok(prompts, padding=True, return_tensors="pt"))',
    f'for task in tasks:\n    {LIST}\n    ids = tok(prompts, return_tensors="pt").to("cuda")\n'
    "    model.generate(ids.input_ids, max_new_tokens=9)",
    'for task in tasks:\n    llm.chat([[{"role": "user", "content": e}] for e in task.examples])',
    "for task in tasks:\n    llm.generate([tok.apply_chat_template([{'role': 'user', 'content': e}]) for e in task])",
    'prompts = []\nfor row in rows:\n    prompts.append(f"Q: {row}")\nfor _ in range(n):\n    llm.generate(prompts)',
    "for task in tasks:\n    prompts = []\n    for row in task.rows:\n        prompts.append(f'Q: {row}')\n"
    "    llm.generate(prompts)",
    'for name, g in df.groupby("topic"):\n    st.encode(g["text"].tolist())',
    'for name, g in df.groupby("topic"):\n    st.encode(g["text"].to_list())',
    'for name, g in df.groupby("topic"):\n    st.encode(g["text"])',
    'groups = df.groupby("topic")\nfor name, g in tqdm(groups):\n    pipe(g["text"])',
    "for key, g in itertools.groupby(rows, key=len):\n    pipe(g)",
    'for row in rows:\n    st.encode(row["t"].split("\\n"))',
    'for row in rows:\n    st.encode([row["a"], row["b"]])',
    'for row in rows:\n    model.generate(**tok(row.s.split("x"), padding=True, return_tensors="pt"))',
    'for part in pd.read_csv("x.csv", chunksize=1000):\n    st.encode(part["text"])',
    'parts = pd.read_csv("x.csv", chunksize=1000)\nfor i, part in enumerate(parts):\n    st.encode(part["text"])',
    "texts = [f'Q: {row}' for row in rows]\nwith tqdm(range(0, n, size)) as bar:\n    for i in bar:\n"
    "        pipe(texts[i : i + size])",
    "bar = tqdm(range(0, n, size))\nfor i in bar:\n    pipe(rows[i].text)",
    "steps = range(0, n, size)\nfor i in tqdm(steps):\n    pipe(f'{i}')",
    "parts = [rows[i : i + size] for i in range(0, n, size)]\nfor part in parts:\n    st.encode(part)",
    "parts = [rows[i : i + size] for i in range(0, n, size)]\nreturn list(map(st.encode, parts))",
    'df.groupby("topic").apply(lambda g: st.encode(g["text"]))',
    'rows.map(lambda row: {"e": st.encode(row["t"])}, batched=True)',
    "for label in tasks:\n    st.encode(rows[label])",
    "for i in range(5):\n    st.encode(rows[i])",
    "list(map(tok.encode, texts)), list(map(tok, texts)), list(map(len, texts))",
]


@pytest.mark.parametrize("body", BATCHES)
def test_a_list_is_not_one_item(tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(tmp_path, in_function(body), monkeypatch) == set()


def test_a_list_that_a_caller_hands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"""{HEAD}
class Backend:
    def __init__(self):
        self.llm = LLM("Qwen/Qwen2.5-7B-Instruct")

    def answer(self, prompts):
        return self.llm.generate(prompts)

def prompts_of(task):
    return [f"Q: {{e}}" for e in task.examples]

def run(tasks):
    backend = Backend()
    for task in tasks:
        backend.answer(prompts_of(task))
        backend.answer([f"A: {{e}}" for e in task.examples])
"""
    assert codes(tmp_path, text, monkeypatch) == set()


SINGLE = [
    ('for task in tasks:\n    llm.generate([f"Q: {task}"])', "LLM301"),
    ('for task in tasks:\n    llm.chat([{"role": "system", "content": "x"}, {"role": "user", "content": task}])', "LLM301"),
    (
        'for task in tasks:\n    messages = [{"role": "system", "content": "x"}]\n'
        '    messages.append({"role": "user", "content": task})\n    pipe(messages)',
        "LLM301",
    ),
    ('for task in tasks:\n    model.generate(**tok([task], return_tensors="pt"))', "LLM301"),
    (
        'for task in tasks:\n    messages = [{"role": "user", "content": task}]\n'
        '    ids = tok.apply_chat_template(messages, return_tensors="pt")\n    model.generate(ids)',
        "LLM301",
    ),
    ('for task in tasks:\n    for e in task.examples:\n        llm.generate(f"Q: {e}")', "LLM301"),
    ('for row in rows:\n    st.encode(row["t"].split("\\n")[0])', "LLM310"),
    ('for row in rows:\n    st.encode([row["t"]])', "LLM310"),
    ('rows = sorted(rows)\nfor row in tqdm(rows):\n    st.encode(row["t"].strip())', "LLM310"),
    ("for text in df.groupby('id')['t'].agg(' '.join):\n    pipe(text)", "LLM301"),
    ("parts = [text[:size] for text in texts]\nfor part in parts:\n    st.encode(part)", "LLM310"),
    ("for i in range(len(texts)):\n    st.encode(texts[i])", "LLM310"),
    ("return [st.encode(texts[i]) for i in tqdm(range(len(texts)))]", "LLM310"),
    ('for i in range(len(df)):\n    st.encode(df["t"][i])', "LLM310"),
    ('for i in range(len(df)):\n    st.encode(df.iloc[i]["t"])', "LLM310"),
    ('for i in range(len(df)):\n    print(i, pipe(df.loc[i, "t"]))', "LLM301"),
    ('df["l"] = df["t"].apply(lambda t: pipe(t)[0]["label"])', "LLM301"),
    ('df["l"] = df.progress_apply(lambda row: st.encode(row["t"]), axis=1)', "LLM310"),
    ('rows.map(lambda row: {"e": st.encode(row["t"])})', "LLM310"),
    ("return list(map(lambda text: pipe(text), texts))", "LLM301"),
    ('df["e"] = df["t"].apply(st.encode)', "LLM310"),
    ("return list(map(st.encode, texts))", "LLM310"),
    ('df["l"] = df["t"].apply(pipe)', "LLM301"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code"), SINGLE)
def test_one_item_is_still_found(
    tmp_path: Path, body: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, in_function(body), monkeypatch) == {code}


NAMED = """
from openai import OpenAI
from transformers import pipeline

client = OpenAI()

def embed(text{annotation}, model="text-embedding-3-small"):
    text = text.replace("\\n", " ")
    return client.embeddings.create(input=[text], model=model).data[0].embedding

class Labels:
    def __init__(self):
        self.pipe = pipeline("text-classification", model="a/b")

    def of(self, row):
        return self.pipe(row["t"])[0]["label"]

    def run(self, df, rows, executor):
        {use}
"""


@pytest.mark.parametrize(
    ("use", "annotation", "found"),
    [
        ('df["e"] = df["t"].apply(embed)', "", {"LLM310"}),
        ('df["e"] = df["t"].apply(embed)', ": str", {"LLM310"}),
        ('df["e"] = df["t"].apply(embed)', ": list[str]", set()),
        ('df["e"] = df["t"].apply(lambda t: embed(t, model="text-embedding-3-large"))', "", {"LLM310"}),
        ("list(executor.map(embed, rows))", "", {"LLM310"}),
        ("rows.map(embed, batched=True)", "", set()),
        ("print(embed(df.title))", "", set()),
        ('df["l"] = df.apply(self.of, axis=1)', "", {"LLM301"}),
        ('df["l"] = list(map(self.pipe, rows))', "", {"LLM301"}),
        ("print(self.of(rows[0]))", "", set()),
    ],
)
def test_a_function_that_is_handed_to_what_goes_over_items(
    tmp_path: Path, use: str, annotation: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, NAMED.format(use=use, annotation=annotation), monkeypatch) == found


def test_a_method_by_reference_is_a_site_of_its_own(tmp_path: Path) -> None:
    site = call(tmp_path, in_function('df["e"] = df["t"].apply(st.encode)'))
    assert (site.callee, site.kind, site.loop.kind, site.loop.over) == (
        "st.encode",
        "embed",
        "data",
        "df['t']",
    )


NO_BATCH_POSSIBLE = [
    "for p in rows:\n    model.generate(**tok(p, return_tensors='pt'), streamer=TextStreamer(tok))",
    "streamer = TextStreamer(tok)\nfor p in rows:\n    pipe(p, streamer=streamer)",
    "for m in KafkaConsumer('docs'):\n    st.encode(m.value)",
    "consumer = KafkaConsumer('docs')\nfor m in consumer:\n    pipe(m.value)",
    "for line in sys.stdin:\n    st.encode(line)",
    "for p in rows:\n    out = pipe(p)\n    if 'yes' in out:\n        return out",
    "for p in rows:\n    if 'yes' in pipe(p):\n        break",
    "used = 0\nfor p in rows:\n    if used > n:\n        break\n    r = pipe(p)\n    used += len(r.split())",
]


@pytest.mark.parametrize("body", NO_BATCH_POSSIBLE)
def test_items_that_cannot_be_sent_together(
    tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, in_function(body), monkeypatch) == set()


@pytest.mark.parametrize(
    "body",
    [
        "for p in rows:\n    model.generate(**tok(p, return_tensors='pt'), streamer=None)",
        "for p in rows:\n    if not p:\n        break\n    print(pipe(p))",
        "for p in rows:\n    out = pipe(p)\n    for line in out:\n        if line:\n            break\n    print(line)",
    ],
)
def test_these_could_be(tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(tmp_path, in_function(body), monkeypatch) == {"LLM301"}


@pytest.mark.parametrize("name", ["engine", "newer"])
def test_an_engine_that_batches_what_runs_at_once(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"""{HEAD}
async def one(i, text):
    async for out in {name}.generate(text, SamplingParams(max_tokens=9), request_id=str(i)):
        last = out
    return last

async def run(docs):
    return await asyncio.gather(*[one(i, d) for i, d in enumerate(docs)])
"""
    assert codes(tmp_path, text, monkeypatch) == set()


def test_the_loss_of_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
    import torch
    from sentence_transformers import SentenceTransformer

    class Loss(torch.nn.Module):
        def __init__(self, model: SentenceTransformer):
            super().__init__()
            self.model = model

        def forward(self, sentence_features, labels):
            return [self.model(one)["sentence_embedding"] for one in sentence_features]
    """
    assert codes(tmp_path, text, monkeypatch) == set()


def test_time_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = 'client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": row}])'
    plain = f"for row in rows:\n    {ask}"
    timed = f"for row in rows:\n    start = time.time()\n    {ask}\n    print(time.time() - start)"
    assert codes(tmp_path, in_function(plain), monkeypatch) == {"LLM305"}
    assert codes(tmp_path, in_function(timed), monkeypatch) == set()


ASK = "out = litellm.completion(model='gpt-4o', messages=messages)"
JSON = "\n    try:\n        return json.loads(out)\n    except Exception:\n        continue"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"for _ in range(5):\n    {ASK}{JSON}", "retry"),
        (f"for _ in range(size):\n    {ASK}{JSON}", "retry"),
        (f"for _ in range(tasks.num_retries):\n    {ASK}\n    print(out)", "retry"),
        (f"for i in range(3):\n    {ASK}\n    if out.choices:\n        break", "retry"),
        (f"for _ in range(20):\n    {ASK}\n    print(out)", "data"),
        (f"for _ in range(20):\n    {ASK}\n    messages.append(out)\n    if out.choices:\n        break", "data"),
        (f"for messages in range(20):\n    {ASK}\n    if out.choices:\n        break", "data"),
        (f"for messages in tasks:\n    {ASK}\n    if out.choices:\n        break", "data"),
        (f"for i in range(len(entries)):\n    {ASK}\n    print(out)", "data"),
        (f"for countries in tasks:\n    {ASK}\n    print(out)", "data"),
    ],
)  # fmt: skip
def test_a_loop_that_asks_again(tmp_path: Path, body: str, kind: str) -> None:
    site = call(tmp_path, in_function(body, "messages, tasks, size, entries"))
    assert site.loop.kind == kind


GRADIENTS = """
    import torch
    from transformers import AutoModel, AutoTokenizer, {loader}
    tok = AutoTokenizer.from_pretrained("bert-base-uncased")
    m = {loader}.from_pretrained("bert-base-uncased")
    def embed(text):
        return m(**tok(text, return_tensors="{tensors}")).last_hidden_state
"""


@pytest.mark.parametrize(
    ("loader", "tensors", "found"),
    [("TFBertModel", "tf", set()), ("TFAutoModel", "tf", set()), ("BertModel", "pt", {"LLM207"})],
)
def test_tensorflow_records_under_a_tape_alone(
    tmp_path: Path, loader: str, tensors: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, GRADIENTS.format(loader=loader, tensors=tensors), monkeypatch) == found


@pytest.mark.parametrize(("decorator", "found"), [("@torch.inference_mode()", set()), ("", {"LLM207"})])
def test_gradients_off_around_a_function_called_by_another_name(
    tmp_path: Path, decorator: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"""
    import torch
    from transformers import AutoModel

    class Encoder:
        def __init__(self):
            self.m = AutoModel.from_pretrained("bert-base-uncased")

        {decorator}
        def infer(self, x, fast):
            step = self._pooled if fast else self._full
            return step(x)

        def _pooled(self, x):
            return self.m(x).pooler_output

        def _full(self, x):
            return self.m(x).last_hidden_state
    """
    assert codes(tmp_path, text, monkeypatch) == found


OUTPUTS = """
    import torch
    from transformers import AutoModelForCausalLM
    model = AutoModelForCausalLM.from_pretrained("gpt2")
    @torch.no_grad()
    def run(ids, past, show):
        out = {call}
        {use}
"""


@pytest.mark.parametrize(
    ("call_", "use", "found"),
    [
        ("model(ids[:, -1:], past_key_values=past)", "return out.logits[:, -1, :].argmax(-1)", set()),
        ("model(ids, decoder_input_ids=past)", "return out.logits[:, -1, :].argmax(-1)", set()),
        ("model(ids)", "return out.logits[:, -1, :].argmax(-1)", {"LLM208"}),
        ("model(ids, output_hidden_states=True)", "show(dict((k, v) for k, v in out.items()))", set()),
        ("model(ids, output_hidden_states=True)", "for one in out.values(): show(one)", set()),
        ("model(ids, output_hidden_states=True)", "whole = out.to_tuple(); show(whole)", set()),
        ("model(ids, output_hidden_states=True)", "for name in out: show(name)", set()),
        ("model(ids, output_hidden_states=True)", "show(out.logits)", {"LLM208"}),
        ("model.generate(ids, max_new_tokens=9, output_logits=True)", "show(out.cpu())", set()),
        ("model.generate(ids, max_new_tokens=9, output_scores=True)", "show(out.cpu())", set()),
        (
            "model.generate(ids, max_new_tokens=9, output_scores=True, return_dict_in_generate=True)",
            "show(out.sequences)",
            {"LLM208"},
        ),
    ],
)
def test_outputs_that_are_read_or_never_made(
    tmp_path: Path, call_: str, use: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(tmp_path, OUTPUTS.format(call=call_, use=use), monkeypatch) == found
