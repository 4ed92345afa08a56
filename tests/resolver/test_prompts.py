"""What a call sends, as far as it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import call

HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
SEND = "client.responses.create(model='gpt-4o-mini', input={})"

TEXTS: dict[str, tuple[str, str]] = {
    "f-string": (HEAD + "def f(doc):\n    " + SEND.format("f'Summarise: {doc}'"), "Summarise: {doc}"),
    "concatenation": (
        HEAD + "def f(doc):\n    " + SEND.format("'Summarise: ' + doc + '!'"),
        "Summarise: {doc}!",
    ),
    "percent": (HEAD + "def f(doc):\n    " + SEND.format("'Summarise: %s' % doc"), "Summarise: {doc}"),
    "format": (
        HEAD + "T = 'Summarise: {text}'\ndef f(doc):\n    " + SEND.format("T.format(text=doc)"),
        "Summarise: {doc}",
    ),
    "replace": (
        HEAD + "T = 'Summarise: <text>'\ndef f(doc):\n    " + SEND.format("T.replace('<text>', doc)"),
        "Summarise: {doc}",
    ),
    "join of lines": (
        HEAD + "def f(doc):\n    " + SEND.format("'\\n'.join(['Summarise:', doc])"),
        "Summarise:\n{doc}",
    ),
    "augmented": (
        HEAD + "def f(doc):\n    p = 'Summarise: '\n    p += doc\n    " + SEND.format("p"),
        "Summarise: {doc}",
    ),
    "template": (
        HEAD
        + "from string import Template\nT = Template('Summarise: $text')\ndef f(doc):\n    "
        + SEND.format("T.substitute(text=doc)"),
        "Summarise: {doc}",
    ),
    "dedent": (
        HEAD + "import textwrap\ndef f(doc):\n    " + SEND.format("textwrap.dedent('Summarise: ') + doc"),
        "Summarise: {doc}",
    ),
    "row of a loop": (HEAD + "for row in open('x'):\n    " + SEND.format("row['prompt']"), "{row['prompt']}"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str, tmp_path: Path) -> None:
    program, expected = TEXTS[name]
    prompt = call(tmp_path, program).prompt
    assert prompt is not None and prompt.with_holes() == expected


ROWS: dict[str, str] = {
    "subscript": "for row in open('x'):\n    " + SEND.format("row['prompt']"),
    "attribute": "for row in load():\n    " + SEND.format("row.prompt"),
    "get": "for row in load():\n    " + SEND.format("row.get('prompt')"),
    "in an f-string": "for row in load():\n    " + SEND.format("f\"Rate: {row['prompt']}\""),
    "unpacked": "for number, text in enumerate(load()):\n    " + SEND.format("text"),
    "items": "for key, text in load().items():\n    " + SEND.format("text"),
    "rows of a frame": "import pandas as pd\nframe = pd.read_csv('x')\nfor _, row in frame.iterrows():\n    "
    + SEND.format("row['text']"),
    "comprehension": "out = [" + SEND.format("row['text']") + " for row in load()]",
    "stripped": "for line in open('x'):\n    " + SEND.format("line.strip()"),
}


@pytest.mark.parametrize("name", ROWS)
def test_items_of_a_loop(name: str, tmp_path: Path) -> None:
    prompt = call(tmp_path, HEAD + "from data import load\n" + ROWS[name]).prompt
    assert prompt is not None
    assert [hole.kind for hole in prompt.holes] == ["loop-item"]


MESSAGES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "append": (
        "def f(q):\n    m = [{'role': 'system', 'content': 'Be brief.'}]\n    m.append({'role': 'user', 'content': q})\n",
        [("system", "Be brief."), ("user", "{q}")],
    ),
    "addition": (
        "S = [{'role': 'system', 'content': 'Be brief.'}]\ndef f(q):\n    m = S + [{'role': 'user', 'content': q}]\n",
        [("system", "Be brief."), ("user", "{q}")],
    ),
    "extend": (
        "def f(q):\n    m = []\n    m.extend([{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': q}])\n",
        [("system", "Be brief."), ("user", "{q}")],
    ),
    "helper": (
        "def message(role, text):\n    return {'role': role, 'content': text}\ndef f(q):\n    m = [message('system', 'Be brief.'), message('user', q)]\n",
        [("system", "Be brief."), ("user", "{text}")],
    ),
    "spread": (
        "S = [{'role': 'system', 'content': 'Be brief.'}]\ndef f(q):\n    m = [*S, {'role': 'user', 'content': q}]\n",
        [("system", "Be brief."), ("user", "{q}")],
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str, tmp_path: Path) -> None:
    before, expected = MESSAGES[name]
    text = HEAD + before + "    client.chat.completions.create(model='gpt-4o-mini', messages=m)\n"
    prompt = call(tmp_path, text).prompt
    assert prompt is not None
    found = [
        (part.role, "".join(p if isinstance(p, str) else "{" + p.name + "}" for p in part.pieces))
        for part in prompt.parts
    ]
    assert found == expected


def test_history_is_not_complete(tmp_path: Path) -> None:
    text = (
        HEAD
        + "m = [{'role': 'system', 'content': 'Be brief.'}]\nwhile True:\n    m.append({'role': 'user', 'content': input()})\n"
    )
    text += "    r = client.chat.completions.create(model='gpt-4o-mini', messages=m)\n    m.append(r.choices[0].message)\n"
    prompt = call(tmp_path, text).prompt
    assert prompt is not None and not prompt.complete


LOCAL = "from transformers import AutoModelForCausalLM, AutoTokenizer\nN = 'Qwen/Qwen2.5-7B-Instruct'\ntok = AutoTokenizer.from_pretrained(N)\nm = AutoModelForCausalLM.from_pretrained(N)\n"
TOKENIZED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "call": ("i = tok('Summarise: x', return_tensors='pt')\nm.generate(**i)", [("text", "Summarise: x")]),
    "moved": (
        "i = tok('Summarise: x', return_tensors='pt').to('cuda')\nm.generate(**i, max_new_tokens=9)",
        [("text", "Summarise: x")],
    ),
    "ids": ("i = tok.encode('Summarise: x', return_tensors='pt')\nm.generate(i)", [("text", "Summarise: x")]),
    "attribute": (
        "i = tok('Summarise: x', return_tensors='pt')\nm.generate(i.input_ids)",
        [("text", "Summarise: x")],
    ),
    "item": (
        "i = tok('Summarise: x', return_tensors='pt')\nm.generate(input_ids=i['input_ids'])",
        [("text", "Summarise: x")],
    ),
    "chat template": (
        "c = [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'}]\n"
        "i = tok.apply_chat_template(c, return_tensors='pt')\nm.generate(i)",
        [("system", "Be brief."), ("user", "Hi")],
    ),
    "chat template as text": (
        "c = [{'role': 'user', 'content': 'Hi'}]\nt = tok.apply_chat_template(c, tokenize=False)\n"
        "i = tok([t], return_tensors='pt').to(m.device)\nm.generate(**i)",
        [("user", "Hi")],
    ),
}


@pytest.mark.parametrize("name", TOKENIZED)
def test_tokenized(name: str, tmp_path: Path) -> None:
    """The text behind token ids."""
    before, expected = TOKENIZED[name]
    prompt = call(tmp_path, LOCAL + before).prompt
    assert prompt is not None
    assert [(part.role, part.static_text) for part in prompt.parts] == expected


CONTRACTS: dict[str, tuple[str, str]] = {
    "constant list": ("LABELS = ['spam', 'ham']\n", "label in LABELS"),
    "constant set": ("LABELS = {'spam', 'ham'}\n", "label not in LABELS"),
    "keys of a dict": ("LABELS = {'spam': 1, 'ham': 0}\n", "label in LABELS"),
    "constant": ("SPAM = 'spam'\nHAM = 'ham'\n", "label == SPAM or label == HAM"),
    "enum": (
        "from enum import Enum\nclass L(str, Enum):\n    SPAM = 'spam'\n    HAM = 'ham'\n",
        "label == L.SPAM or label == L.HAM",
    ),
    "values of an enum": (
        "from enum import Enum\nclass L(str, Enum):\n    SPAM = 'spam'\n    HAM = 'ham'\n",
        "label in [one.value for one in L]",
    ),
    "look-up": ("LABELS = {'spam': 1, 'ham': 0}\n", "LABELS[label]"),
    "look-up with get": ("LABELS = {'spam': 1, 'ham': 0}\n", "LABELS.get(label)"),
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_labels(name: str, tmp_path: Path) -> None:
    """The answer is compared with words that stand elsewhere."""
    before, test = CONTRACTS[name]
    text = (
        HEAD
        + before
        + "r = "
        + SEND.format("'Spam?'")
        + f"\nlabel = r.output_text.strip()\nif {test}:\n    print(1)\n"
    )
    contract = call(tmp_path, text).contract
    assert (contract.kind, set(contract.labels)) == ("labels", {"spam", "ham"})
