"""Every fix on generated layouts: it removes its finding, adds none, comes to rest, and touches nothing else."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from fix_rules import fixed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

IMPORTS = {
    "transformers": "from transformers import AutoModelForCausalLM",
    "whole": "import transformers",
    "sentence": "from sentence_transformers import SentenceTransformer",
    "openai": "from openai import OpenAI",
    "anthropic": "from anthropic import Anthropic",
}
SETUP = {
    "add-draft-model": 'target = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.3-70B-Instruct", device_map="auto")',
    "drop-slow-setting": 'local = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")',
    "limit-output": "client = OpenAI()",
    "lower-effort": "client = OpenAI()",
    "replace-model": "client = Anthropic()",
    "embed-together": 'encoder = SentenceTransformer("all-MiniLM-L6-v2")',
}
CALLS: dict[str, tuple[str, str, list[str]]] = {
    # fix: (imports, callee, arguments)
    "load-checkpoint-dtype": (
        "transformers",
        "AutoModelForCausalLM.from_pretrained",
        ['"Qwen/Qwen2.5-7B"', 'device_map="auto"', 'revision="größe"', '**{"use_safetensors": True}'],
    ),
    "quantize-4bit": (
        "whole",
        "transformers.AutoModelForCausalLM.from_pretrained",
        ['"meta-llama/Llama-3.3-70B-Instruct"', "local_files_only=(True)"],
    ),
    "repair-quantization": (
        "transformers",
        "AutoModelForCausalLM.from_pretrained",
        ['"Qwen/Qwen2.5-7B"', 'bnb_4bit_quant_type="nf4"', "load_in_4bit=True", 'device_map="auto"'],
    ),
    "load-once": (
        "transformers",
        "AutoModelForCausalLM.from_pretrained",
        ['"Qwen/Qwen2.5-7B"', 'revision="ü"'],
    ),
    "drop-slow-setting": (
        "transformers",
        "local.generate",
        ["tokens", "use_cache=False", "max_new_tokens=(20)"],
    ),
    "replace-model": (
        "anthropic",
        "client.messages.create",
        ["max_tokens=9", 'model="claude-2.1"', 'messages=[{"role": "user", "content": "hä?"}]'],
    ),
    "lower-effort": (
        "openai",
        "client.responses.create",
        ['model="gpt-5"', 'reasoning={"effort": "high"}', 'input="é"'],
    ),
    "limit-output": (
        "openai",
        "client.chat.completions.create",
        ['model="gpt-4o"', 'messages=[{"role": "user", "content": f"Spam? Answer yes or no. {text}"}]'],
    ),
    "add-draft-model": (
        "transformers",
        "target.generate",
        ["tokens", "max_new_tokens=(20)", "do_sample=False"],
    ),
    "embed-together": ("sentence", "encoder.encode", ["chunk", "normalize_embeddings=True"]),
}
PLACES = ("module", "function", "method", "branch")
COMMENT = '  # größer, (als) "das"'


@dataclass(frozen=True)
class Program:
    fix: str
    raw: bytes
    noise: tuple[bytes, ...]
    """Lines that no fix concerns, with their ends."""


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """One call in some layout, between lines that must stay as they are."""
    fix = draw(st.sampled_from(sorted(CALLS)))
    package, callee, arguments = CALLS[fix]
    movable = arguments if fix not in ("load-checkpoint-dtype",) else arguments[:-1]
    keywords = [each for each in movable if "=" in each.split("(")[0].split('"')[0]]
    positional = [each for each in movable if each not in keywords]
    arguments = positional + draw(st.permutations(keywords)) + arguments[len(movable) :]
    if draw(st.booleans()):
        arguments = [spaced(each) for each in arguments]
    place = "function" if fix == "load-once" else draw(st.sampled_from(PLACES))
    unit = draw(st.sampled_from(["    ", "\t", "  "]))
    levels = {"module": 0, "function": 1, "method": 2, "branch": 1}[place]
    indent = unit * levels
    call = draw(layouts(callee, arguments, indent, unit, comments=fix != "embed-together"))
    if fix == "embed-together":
        statement = f"found = [{call} for chunk in chunks]"
    else:
        statement = f"found = {call}"
    before_it = draw(st.sampled_from(["", 'word = "größe"; ', "x = 1; "])) if place != "branch" else ""
    after_it = draw(st.sampled_from(["", "  # noqa: E501", "  # fmt: skip", "; y = 2"]))
    heads = {
        "module": [],
        "function": ["def answer(tokens, text, chunks, options):"],
        "method": ["class Service:", f"{unit}async def answer(self, tokens, text, chunks, options):"],
        "branch": ["if True:"],
    }[place]
    top = draw(
        st.sampled_from([[], ['"""Größe."""'], ['"""A', "b.", '"""', "from __future__ import annotations"]])
    )
    lines = [
        *(["# -*- coding: utf-8 -*-"] if draw(st.booleans()) else []),
        *top,
        *draw(st.sampled_from([[], ["import os", ""], ["", "# imports", "import logging, sys"]])),
    ]
    noise_before = [*lines, SETUP.get(fix, "x = 0"), *draw(noise())]
    body = [f"{indent}{before_it}{statement}{after_it}"]
    use = 'verdict = found.choices[0].message.content == "yes"' if fix == "limit-output" else "print(found)"
    noise_after = [f"{indent}{use}", *draw(noise())]
    text = "\n".join([*lines, IMPORTS[package], *noise_before[len(lines) :], *heads, *body, *noise_after])
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    if draw(st.booleans()):
        text += "\n"
    raw = text.replace("\n", end).encode()
    kept = [f"{line}\n".replace("\n", end).encode() for line in [*noise_before, *heads, *noise_after[:-1]]]
    if draw(st.booleans()):
        raw = b"\xef\xbb\xbf" + raw
    return Program(fix, raw, tuple(kept))


def spaced(argument: str) -> str:
    name, equal, value = argument.partition("=")
    return f"{name} = {value}" if equal and '"' not in name and "(" not in name else argument


@st.composite
def layouts(
    draw: st.DrawFn, callee: str, arguments: list[str], indent: str, unit: str, comments: bool
) -> str:
    layout = draw(st.sampled_from(["one line", "one each", "hanging", "aligned"]))
    if layout == "one line":
        comma = draw(st.sampled_from(["", ",", " ,"]))
        space = draw(st.sampled_from(["", " "]))
        return f"{callee}({space}{', '.join(arguments)}{comma}{space})"
    inner = indent + unit if layout != "aligned" else indent + " " * (len(callee) + 9)
    if layout == "hanging":
        return f"{callee}(\n{inner}{', '.join(arguments)}\n{indent})"
    lines = []
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        comma = "" if last and draw(st.booleans()) else ","
        # A comment behind an argument that a fix takes out or moves belongs to it: then the fix is not made.
        removable = argument.replace(" ", "").startswith(("use_cache", "load_in", "bnb_4bit"))
        comment = draw(st.sampled_from(["", COMMENT])) if comments and not removable else ""
        lines.append(f"{argument}{comma}{comment}")
    if comments and draw(st.booleans()):
        lines.insert(draw(st.integers(1, len(lines) - 1)), "# fmt: off")
    if layout == "aligned":
        return f"{callee}({lines[0]}\n" + "\n".join(inner + line for line in lines[1:]) + f"\n{inner})"
    return f"{callee}(\n" + "\n".join(inner + line for line in lines) + f"\n{indent})"


def noise() -> st.SearchStrategy[list[str]]:
    line = st.sampled_from(
        [
            "",
            "# fmt: off",
            "\x0c",
            "x = 'a\tb'",
            "größe = 1",
            'y = """\n\tz  \n"""',
            "pass;",
            "z = [1,\n  2 ]",
            "#\x0c tail  ",
        ]
    )
    return st.lists(line, max_size=3)


def comments_of(raw: bytes) -> Counter[str]:
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


@settings(
    max_examples=520, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(program=programs())
def test_the_properties_hold_on_any_layout(
    program: Program, rules: Path, tmp_path_factory: pytest.TempPathFactory
):
    folder = Path(FOLDER[0]) if FOLDER else tmp_path_factory.mktemp("layouts")
    FOLDER[:] = [str(folder)]
    file = folder / "app.py"
    file.write_bytes(program.raw)
    (folder / "requirements.txt").write_text("transformers<5\n")
    outcome = fixed([str(file)], rules, program.fix)
    [changed] = outcome.changed
    after = changed.after
    SEEN[program.fix] += 1
    # Its finding is gone, none came, and a second run finds nothing to do.
    assert outcome.fixed and outcome.analysis.findings == [] and outcome.rounds <= 10
    file.write_bytes(after)
    again = fixed([str(file)], rules, program.fix)
    assert again.analysis.findings == [] and again.changed == []
    # It still parses, and everything that it does not concern is there, byte for byte and in order.
    ast.parse(after)
    assert after.startswith(b"\xef\xbb\xbf") == program.raw.startswith(b"\xef\xbb\xbf")
    at = 0
    for line in program.noise:
        found = after.find(line, at)
        assert found >= 0, line
        at = found + len(line)
    assert ends(after) <= ends(program.raw)
    assert after[-1:] in b"\r\n" if program.raw[-1:] in b"\r\n" else after[-1:] not in b"\r\n"
    assert not comments_of(program.raw) - comments_of(after)


FOLDER: list[str] = []
SEEN: Counter[str] = Counter()


def ends(raw: bytes) -> set[bytes]:
    found = {b"\r\n"} if b"\r\n" in raw else set()
    rest = raw.replace(b"\r\n", b"")
    return found | {end for end in (b"\r", b"\n") if end in rest}


def test_every_fix_was_tried_often() -> None:
    assert SEEN.keys() == CALLS.keys()
    assert min(SEEN.values()) >= 25 and sum(SEEN.values()) >= 500
