"""No program makes the finder crash or hang, and the order of files does not matter."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project import sites_of, write

from wattlint.callsites.facts import CallSite
from wattlint.callsites.finder import Finder
from wattlint.settings import Settings
from wattlint.sources.files import SourceFile

CALL = "from openai import OpenAI\nOpenAI().responses.create(model={}, input={})\n"


def found(folder: Path, text: str) -> list[CallSite] | None:
    """The sites of one text; None for what is no Python. Fails when it takes seconds of processor time: it is bounded, or it is not."""
    finder = Finder(folder, Settings())
    source = SourceFile(folder / "app.py", "app.py", text.encode("utf-8", "surrogatepass"), text, None)
    start = time.process_time()
    try:
        return finder.sites(source)
    except SyntaxError:
        return None
    finally:
        assert time.process_time() - start < 3


HARD: dict[str, str] = {
    "parentheses": "x = " + "(" * 10_000 + "1" + ")" * 10_000 + "\n" + CALL.format("x", "x"),
    "lists": "x = " + "[" * 500 + "]" * 500 + "\n" + CALL.format("x", "x"),
    "elif chain": "def f(k):\n    if k == 0:\n        x = 'a'\n"
    + "".join(f"    elif k == {n}:\n        x = 'gpt-{n}'\n" for n in range(1, 1500))
    + "    return x\n"
    + CALL.format("f(1400)", "f(3)"),
    "nested ifs": "".join(" " * n + "if a:\n" for n in range(90)) + " " * 90 + CALL.replace("\n", ";", 1).format("x", "x"),
    "doubled text": "s = 'ab'\n" + "s = s + s\n" * 60 + CALL.format("s", "s"),
    "doubled f-string": "s = 'ab'\n" + "s = f'{s}{s}'\n" * 60 + CALL.format("s", "s"),
    "doubled list": "s = ['ab']\n" + "s = s + s\n" * 60 + CALL.format("s[0]", "s"),
    "doubled dict": "s = {'a': 'b'}\n" + "s = {'x': s, 'y': s}\n" * 60 + CALL.format("s", "s"),
    "doubled join": "s = 'ab'\n" + "s = s.join([s, s, s])\n" * 40 + CALL.format("s", "s"),
    "doubled call": "def f(x):\n    return x + x\n" + CALL.format("f(" * 40 + "'a'" + ")" * 40, "'b'"),
    "long sum": CALL.format("+".join(["'a'"] * 5_000), "'b'"),
    "long pipe": CALL.format("|".join(["a"] * 2_000), "'b'"),
    "long attribute": CALL.format("a" + ".b" * 900, "a" + ".c()" * 400),
    "long call chain": "x = a" + ".f()" * 900 + "\n" + CALL.format("x", "x"),
    "many assignments": "".join(f"x{n} = x{n - 1}\n" for n in range(1, 3_000)) + CALL.format("x2999", "x2999"),
    "many branches": "".join(f"if c{n}:\n    x = 'gpt-{n}'\n" for n in range(2_000)) + CALL.format("x", "x"),
    "self reference": "d = {}\nd['a'] = d\nd.update(d)\nd = {**d, 'b': d}\n" + CALL.format("d['a']['a']['b']", "d"),
    "self-referring list": "x = []\nx.append(x)\nx.extend(x)\nx += x\n" + CALL.format("x[0]", "x"),
    "recursive function": "def f(n=f(0)):\n    return f(n) + f(n)\n" + CALL.format("f(1)", "f(2)"),
    "mutual recursion": "def f(a):\n    return g(a)\ndef g(a):\n    return h(a) or f(a)\ndef h(a):\n    return f(g(a))\n" + CALL.format("f(1)", "g(2)"),
    "recursive default": "def f(x=lambda: f()):\n    return x()\n" + CALL.format("f()", "f"),
    "recursive class": "class A(A):\n    x = A.x\n    def __init__(self):\n        self.y = A().y\n" + CALL.format("A().y", "A.x"),
    "cyclic bases": "class A(B):\n    pass\nclass B(A):\n    pass\n" + CALL.format("B().x", "A().x"),
    "class of itself": "class A:\n    a = property(lambda self: self.a)\n    def __getitem__(self, k):\n        return self[k]\n"
    "    def __call__(self):\n        return self()\n    def __enter__(self):\n        return self.__enter__()\nx = A()\n"
    "with x as y:\n    z = y\n" + CALL.format("x['a']()", "z.a"),
    "recursive decorators": "@f\ndef f(g):\n    return f(g)\n@A\nclass A:\n    pass\n" + CALL.format("f(A)", "A(f)"),
    "recursive generator": "def f():\n    yield from f()\n    yield next(f())\n" + CALL.format("next(f())", "list(f())"),
    "recursive comprehension": "x = [y for y in x]\nz = {k: z for k in z}\n" + CALL.format("x[0]", "z['a']"),
    "recursive lambda": "f = lambda g: g(g)\n" + CALL.format("f(f)", "f(f)(f)"),
    "Y combinator": "Y = lambda f: (lambda x: x(x))(lambda y: f(lambda *a: y(y)(*a)))\n" + CALL.format("Y(Y)", "Y(lambda g: g)"),
    "self partial": "from functools import partial\np = partial(p, p)\np = partial(partial, p)\n" + CALL.format("p()", "p"),
    "self import": "from app import *\nfrom app import x\nimport app\nx = app.x\n" + CALL.format("x", "app.y"),
    "global swap": "a = b\nb = a\ndef f():\n    global a, b\n    a, b = b, a\n" + CALL.format("a", "b"),
    "environment of itself": "import os\nos.environ['A'] = os.environ['A']\n" + CALL.format("os.environ['A']", "os.getenv('A', os.environ['A'])"),
    "fan-in": "".join(f"def f{n}(x):\n    return f{n + 1}(x) + f{n + 1}(x)\n" for n in range(60)) + "def f60(x):\n    return x\n" + CALL.format("f0('a')", "f0('b')"),
    "callers of callers": "from openai import OpenAI\ndef f0(m):\n    OpenAI().responses.create(model=m, input=m)\n"
    + "".join(f"def f{n + 1}(m):\n    f{n}(m)\n    f{n}(m)\n    f{n}(m)\n" for n in range(25)),
    "wrapper calling itself": "from openai import OpenAI\ndef ask(m, n=3):\n    ask(m + 'x', n - 1)\n    ask(m, n)\n    return OpenAI().responses.create(model=m, input=m)\nask('gpt-4o')\n",
    "huge literal": "x = [" + "'gpt-4o', " * 50_000 + "]\n" + CALL.format("x[7]", "x"),
    "huge dict": "x = {" + "".join(f"'k{n}': {n}, " for n in range(20_000)) + "}\n" + CALL.format("x['k3']", "x"),
    "many calls": "from openai import OpenAI\nc = OpenAI()\n" + "c.responses.create(model='gpt-4o-mini', input='x')\n" * 300,
    "many calls in a loop": "from openai import OpenAI\nc = OpenAI()\nfor x in y:\n    while z:\n        try:\n"
    + "            r = c.responses.create(model='gpt-4o-mini', input=r)\n" * 300
    + "        except ValueError:\n            pass\n",
    "many calls in a with": "import dspy\np = dspy.Predict('a -> b')\nwith dspy.context(lm=dspy.LM('openai/gpt-4o')):\n" + "    r = p(a=r)\n" * 300,
    "many callers": "from openai import OpenAI\ndef ask(m):\n    return OpenAI().responses.create(model=m, input=m)\n"
    + "".join(f"def f{n}():\n    ask('gpt-{n}')\n" for n in range(2_000)),
    "many wrappers": "from openai import OpenAI\n"
    + "".join(f"def f{n}(m, q):\n    return OpenAI().responses.create(model=m, input=q)\nf{n}('gpt-4o', 'x')\n" for n in range(200)),
    "many methods": "from openai import OpenAI\nclass A:\n    def __init__(self, m='gpt-4o'):\n        self.m = m\n        self.c = OpenAI()\n"
    + "".join(f"    def f{n}(self, q):\n        return self.c.responses.create(model=self.m, input=q)\n" for n in range(200)),
    "power": "x = 10 ** 40 ** 40\ny = 'a' * 10 ** 12\nz = [0] * 10 ** 12\n" + CALL.format("x", "y"),
    "range": "x = [n for n in range(10 ** 12)]\n" + CALL.format("x[0]", "x"),
    "format bomb": "x = '{:>1000000000}'.format('a')\ny = '%1000000000d' % 3\nz = 'a'.ljust(10**10)\n" + CALL.format("x", "y + z"),
    "pattern bomb": "x = '{' * 5000\n" + CALL.format("x.format()", "x % x"),
    "surrogates": "x = '\\udc80\\x00'\n" + CALL.format("x", "open(x).read()"),
    "odd paths": "import yaml\nx = yaml.safe_load(open('../' * 400 + 'a.yaml'))\ny = yaml.safe_load(open('/etc/passwd'))\n" + CALL.format("x['a']", "y"),
    "star everything": "from openai import *\nfrom . import *\nfrom .. import *\nfrom .app import *\n" + CALL.format("m", "n"),
    "nothing": "",
    "match of everything": "match x:\n    case {'a': [b, *c], **d} | (b, c, d):\n        y = b\n    case A(b=c) as d if c:\n        y = d\n" + CALL.format("y", "c"),
    "exception groups": "try:\n    x = 'gpt-4o'\nexcept* ValueError as e:\n    x = e\nfinally:\n    y = x\n" + CALL.format("y", "e"),
    "delete": "x = 'gpt-4o'\ndel x\n" + CALL.format("x", "x"),
    "star target": "*a, b = *b, a\n[*a] = a\n(a[0], b.c) = a\n" + CALL.format("a[0]", "b.c"),
    "async everything": "async def f():\n    async with f() as a, a as b:\n        async for c in b:\n            x = [d async for d in c if await d]\n            await x\n    return x\n" + CALL.format("f()", "f"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_hard_programs(name: str, tmp_path: Path) -> None:
    found(tmp_path, HARD[name])


NAMES = st.sampled_from(["a", "b", "c", "f", "g", "A", "self", "client", "model"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(
        ["'gpt-4o'", "1", "None", "{}", "[]", "OpenAI()", "super()", "os.getenv('X', a)", "lambda: a", "..."]
    ),
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: f"({p[0]} + {p[1]})"),
        two.map(lambda p: f"({p[0]} or {p[1]})"),
        two.map(lambda p: f"({p[0]} | {p[1]})"),
        two.map(lambda p: f"({p[0]} if {p[1]} else {p[0]})"),
        two.map(lambda p: f"{{'model': {p[0]}, **{p[1]}}}"),
        two.map(lambda p: f"[{p[0]}, *{p[1]}]"),
        two.map(lambda p: f"({p[0]})[{p[1]}]"),
        two.map(lambda p: f"({p[0]})({p[1]}, model={p[0]})"),
        two.map(lambda p: f"({p[0]})(*{p[1]}, **{p[0]})"),
        two.map(lambda p: f"[{p[0]} for a in {p[1]}]"),
        two.map(lambda p: f"{{a: {p[0]} for a, b in {p[1]}}}"),
        two.map(lambda p: f"partial({p[0]}, {p[1]})"),
        two.map(lambda p: f"getattr({p[0]}, {p[1]})"),
        two.map(lambda p: f"f'x{{{p[0]}}}{{{p[1]}}}'".replace("'gpt-4o'", '"m"').replace("'X'", '"X"').replace("'model'", '"model"') if "'x{" not in p[0] + p[1] else p[0]),
        inner.map(lambda p: f"({p}).model"),
        inner.map(lambda p: f"({p}).get('model', a)"),
        inner.map(lambda p: f"({p}).responses.create(model={p}, input=b)"),
        inner.map(lambda p: f"(lambda model=a: {p})()"),
        inner.map(lambda p: f"next({p}, a)"),
    )  # fmt: skip


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=6)


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(NAMES, EXPRESSIONS, inner)
    return st.one_of(
        pair.map(lambda p: f"def {p[0]}(self, model={p[1]}):\n{_indented(p[2])}\n    return {p[1]}"),
        pair.map(lambda p: f"class {p[0]}(A):\n    model = {p[1]}\n{_indented(p[2])}"),
        pair.map(lambda p: f"for {p[0]} in {p[1]}:\n{_indented(p[2])}"),
        pair.map(lambda p: f"while {p[1]}:\n{_indented(p[2])}\n    {p[0]} = {p[1]}"),
        pair.map(lambda p: f"if {p[1]}:\n{_indented(p[2])}\nelse:\n    {p[0]} = {p[1]}"),
        pair.map(lambda p: f"with {p[1]} as {p[0]}:\n{_indented(p[2])}"),
        pair.map(lambda p: f"try:\n{_indented(p[2])}\nexcept {p[0]} as e:\n    {p[0]} = {p[1]}"),
        st.tuples(inner, inner).map("\n".join),
    )


STATEMENTS = st.recursive(
    st.one_of(
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]} = {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]} += {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}.model = {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}['model'] = {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}.append({p[1]})"),
        st.tuples(NAMES, NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}, {p[1]} = {p[2]}"),
        EXPRESSIONS.map(lambda p: f"OpenAI().responses.create(model={p}, input={p})"),
        EXPRESSIONS,
    ),
    _blocks,
    max_leaves=8,
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(STATEMENTS)
def test_random_programs(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    found(folder, "import os\nfrom functools import partial\nfrom openai import OpenAI\n" + text)


PROJECT = {
    "config.py": "import os\nDEFAULT = os.getenv('MODEL', 'gpt-4o-mini')\nPROVIDERS = {}\nclass Settings:\n    model = DEFAULT\nsettings = Settings()\n",
    "llm.py": "from openai import OpenAI\nfrom config import settings, PROVIDERS\nclass Client:\n    def __init__(self, model=None):\n        self.model = model or settings.model\n"
    "    def ask(self, prompt, model=None, **kwargs):\n        return OpenAI().chat.completions.create(model=model or self.model, messages=[{'role': 'user', 'content': prompt}], **kwargs)\n"
    "def get(name):\n    return PROVIDERS.get(name, Client)()\n",
    "jobs/__init__.py": "from .daily import run\n",
    "jobs/daily.py": "from llm import Client, get\nclass Big(Client):\n    def __init__(self):\n        super().__init__('gpt-4-turbo')\n"
    "def run(rows):\n    for row in rows:\n        Big().ask('Rate: ' + row, max_tokens=5)\n    get('x').ask('Done?')\n",
    "jobs/weekly.py": "from jobs.daily import Big, run\nfrom llm import Client\nclass Bigger(Big):\n    def ask(self, prompt, **kwargs):\n        return super().ask('Think. ' + prompt, model='gpt-4o', **kwargs)\n"
    "def main():\n    run(['a'])\n    Bigger().ask('Plan')\n    Client('o3-mini').ask('x')\n",
    "app.py": "from langchain_openai import ChatOpenAI\nfrom jobs.weekly import main\nfrom config import settings\nllm = ChatOpenAI(model=settings.model)\n"
    "def chat(q):\n    main()\n    return llm.invoke('Answer: ' + q)\n",
}


def test_same_facts_whatever_the_order_of_files(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    orders = list(itertools.permutations(sorted(PROJECT)))
    random.Random(3).shuffle(orders)
    seen = set()
    for order in orders[:40]:
        finder = Finder(tmp_path, Settings())
        facts = {name: sites_of(finder, tmp_path / name) for name in order}
        seen.add(repr([facts[name] for name in sorted(facts)]))
    assert len(seen) == 1


CHAIN = 9


def _chain(home: tuple[int, ...], entries: tuple[int, ...]) -> dict[str, str]:
    """A chain of wrappers over files: step n is called by step n + 1; some steps call a model, some are called."""
    files = {}
    for file in sorted(set(home)):
        lines = ["from openai import OpenAI"]
        lines += [
            f"from file_{home[n]} import step_{n}"
            for n in range(CHAIN)
            if home[n] != file and file in home[n + 1 : n + 2]
        ]
        for n in range(CHAIN):
            if home[n] == file:
                inner = f"step_{n - 1}(model)" if n else "None"
                call = "OpenAI().responses.create(model=model, input='x')"
                lines += [f"def step_{n}(model):", f"    {call}", f"    return {inner}"]
        lines += [f"step_{n}('model-{n}')" for n in entries if home[n] == file]
        files[f"file_{file}.py"] = "\n".join(lines) + "\n"
    return files


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.tuples(*[st.integers(0, 3)] * CHAIN),
    st.sets(st.integers(0, CHAIN - 1), max_size=2).map(lambda some: (*sorted(some), CHAIN - 1)),
    st.randoms(use_true_random=False),
)
def test_callers_are_followed_as_far_from_any_file(
    tmp_path_factory: pytest.TempPathFactory,
    home: tuple[int, ...],
    entries: tuple[int, ...],
    chance: random.Random,
) -> None:
    """Callers are followed so far and no farther, whatever was asked before: all files in any order, or one alone."""
    folder = tmp_path_factory.mktemp("chain")
    files = _chain(home, entries)
    write(folder, files)
    alone = {name: sites_of(Finder(folder, Settings()), folder / name) for name in files}
    order = list(files)
    for _ in range(2):
        chance.shuffle(order)
        finder = Finder(folder, Settings())
        together = {name: sites_of(finder, folder / name) for name in order}
        assert repr([together[name] for name in files]) == repr([alone[name] for name in files])


def test_a_question_cut_short_spoils_no_later_one(tmp_path: Path) -> None:
    """Nine callers away is too far for the first step, and near enough for the sixth."""
    write(tmp_path, _chain((0, 0, 0, 0, 0, 1, 1, 1, 1), (8,)))

    def models(*names: str) -> dict[str, list[str | None]]:
        finder = Finder(tmp_path, Settings())
        return {name: [site.model.id for site in sites_of(finder, tmp_path / name)] for name in names}

    assert models("file_0.py", "file_1.py") == models("file_1.py", "file_0.py")
    assert models("file_0.py", "file_1.py")["file_1.py"] == ["model-8"] * 4
    assert models("file_0.py")["file_0.py"][0] is None
