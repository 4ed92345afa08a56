"""How often a call runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import call

HEAD = """
from openai import OpenAI
client = OpenAI()
def ask(q):
    return client.responses.create(model="gpt-4o-mini", input=q)
"""
DIRECT = 'client.responses.create(model="gpt-4o-mini", input={})'
OWN = "from openai import OpenAI\nclient = OpenAI()\n"

LOOPS: dict[str, tuple[str, str]] = {
    # name: (program, kind of loop)
    "for": (OWN + "for q in open('x'):\n    " + DIRECT.format("q"), "data"),
    "comprehension": (OWN + "def f(rows):\n    return [" + DIRECT.format("q") + " for q in rows]", "data"),
    "while true": (OWN + "while True:\n    " + DIRECT.format("'Hi'"), "unbounded"),
    "chat": (OWN + "while True:\n    q = input()\n    " + DIRECT.format("q"), "chat"),
    "function called in a loop": (HEAD + "for q in open('x'):\n    ask(q)", "data"),
    "two hops": (HEAD + "def one(q):\n    return ask(q)\nfor q in open('x'):\n    one(q)", "data"),
    "map": (HEAD + "def f(rows):\n    return list(map(ask, rows))", "data"),
    "pool map": (
        HEAD
        + "from concurrent.futures import ThreadPoolExecutor\ndef f(rows):\n    with ThreadPoolExecutor() as p:\n        return list(p.map(ask, rows))",
        "data",
    ),
    "pool submit": (
        HEAD
        + "from concurrent.futures import ThreadPoolExecutor\ndef f(rows):\n    with ThreadPoolExecutor() as p:\n        return [p.submit(ask, q) for q in rows]",
        "data",
    ),
    "data frame apply": (HEAD + "def f(frame):\n    frame['a'] = frame['q'].apply(ask)", "data"),
    "data frame apply of a lambda": (
        HEAD + "def f(frame):\n    frame['a'] = frame['q'].apply(lambda q: ask(q))",
        "data",
    ),
    "map of a lambda": (
        OWN + "def f(rows):\n    return list(map(lambda q: " + DIRECT.format("q") + ", rows))",
        "data",
    ),
    "return on first pass": (
        OWN + "def f(rows):\n    for q in rows:\n        return " + DIRECT.format("q"),
        "none",
    ),
    "break on first pass": (OWN + "for q in open('x'):\n    " + DIRECT.format("q") + "\n    break", "none"),
    "retry": (
        OWN
        + "def f(q):\n    for attempt in range(3):\n        try:\n            return "
        + DIRECT.format("q")
        + "\n        except Exception:\n            pass",
        "retry",
    ),
    "retry with break": (
        OWN
        + "def f(q):\n    for _ in range(5):\n        try:\n            r = "
        + DIRECT.format("q")
        + "\n            break\n        except Exception:\n            continue\n    return r",
        "retry",
    ),
    "while retry": (
        OWN
        + "import time\ndef f(q):\n    n = 0\n    while n < 3:\n        try:\n            return "
        + DIRECT.format("q")
        + "\n        except Exception:\n            time.sleep(1)\n            n += 1",
        "retry",
    ),
    "retry inside a data loop": (
        OWN
        + "def f(rows):\n    for q in rows:\n        for attempt in range(3):\n            try:\n                r = "
        + DIRECT.format("q")
        + "\n                break\n            except Exception:\n                pass",
        "data",
    ),
    "no loop": (OWN + DIRECT.format("'Hi'"), "none"),
    "loop beside": (OWN + "for x in range(3):\n    print(x)\n" + DIRECT.format("'Hi'"), "none"),
    "else of a loop": (OWN + "for x in range(3):\n    print(x)\nelse:\n    " + DIRECT.format("'Hi'"), "none"),
    "iterable of the loop": (OWN + "for x in " + DIRECT.format("'Hi'") + ".output:\n    print(x)", "none"),
    "first iterable of a comprehension": (OWN + "[x for x in " + DIRECT.format("'Hi'") + ".output]", "none"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_kind(name: str, tmp_path: Path) -> None:
    program, kind = LOOPS[name]
    assert call(tmp_path, program).loop.kind == kind


@pytest.mark.parametrize(
    ("iterable", "count"),
    [
        ("range(100)", 100),
        ("range(0, 100, 10)", 10),
        ("['a', 'b', 'c']", 3),
        ("enumerate(['a', 'b'])", 2),
        ("NAMES", 2),
        ("tqdm(range(7))", 7),
        ("zip(NAMES, NAMES)", 2),
        ("open('x')", None),
    ],
)
def test_count(iterable: str, count: int | None, tmp_path: Path) -> None:
    program = (
        OWN + f"from tqdm import tqdm\nNAMES = ['a', 'b']\nfor q in {iterable}:\n    " + DIRECT.format("q")
    )
    assert call(tmp_path, program).loop.count == count


def test_gather_is_concurrent(tmp_path: Path) -> None:
    program = """
        import asyncio
        from openai import AsyncOpenAI
        client = AsyncOpenAI()
        async def ask(q):
            return await client.responses.create(model="gpt-4o-mini", input=q)
        async def main(rows):
            return await asyncio.gather(*[ask(q) for q in rows])
    """
    loop = call(tmp_path, program).loop
    assert (loop.kind, loop.gathered, loop.via_function) == ("data", True, "ask")


DEPENDENT = {
    "conversation": (
        "messages = []\nfor q in open('x'):\n    messages.append(q)\n    r = client.responses.create(model='gpt-4o-mini', input=messages)\n    messages.append(r)",
        True,
    ),
    "running summary": (
        "text = ''\nfor q in open('x'):\n    text = client.responses.create(model='gpt-4o-mini', input=text + q)",
        True,
    ),
    "answers kept": (
        "out = []\nfor q in open('x'):\n    r = client.responses.create(model='gpt-4o-mini', input=q)\n    out.append(r)",
        False,
    ),
    "answers by key": (
        "answers = {}\nfor row in rows:\n    answers[row['id']] = client.responses.create(model='gpt-4o-mini', input=row['prompt'])",
        False,
    ),
    "answers by index": (
        "for i, q in enumerate(rows):\n    out[i] = client.responses.create(model='gpt-4o-mini', input=rows[i])",
        False,
    ),
    "own item": (
        "for row in rows:\n    row['answer'] = client.responses.create(model='gpt-4o-mini', input=row['prompt'])",
        False,
    ),
    "earlier answer by key": (
        "for i in range(9):\n    out[i] = client.responses.create(model='gpt-4o-mini', input=out[i - 1])",
        True,
    ),
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_dependent(name: str, tmp_path: Path) -> None:
    text, dependent = DEPENDENT[name]
    assert call(tmp_path, OWN + text).loop.dependent is dependent
