"""A module is parsed for a name only where it uses the name: what is seen in the text is never less than in the tree."""

from __future__ import annotations

import pytest

from wattlint.semantics.mentions import Mentions


@pytest.mark.parametrize(
    "code",
    [
        "ask(1)",
        "x.ask (1)",
        "(x.ask)(1)",
        "(ask  # why\n)(1)",
        "ask \\\n (1)",
        "from m import ask as question",
        "from concurrent.futures import Thread\nThread(target=self.ask, args=(1,))",
        "from functools import partial\npartial(ask)",
        "from functools import partial\npartial((x.ask), model=1)",
        "from functools import partial\npartial(\n    ask  # why\n    , 1)",
        "def\\\n ask(): ...",  # a definition, though this is not seen
        "# see def\nask(1)",
        "class A(ask(1)): ...",
        "def other(x=ask(1)): ...",
    ],
)
def test_a_use_is_seen(code: str) -> None:
    assert Mentions(code.encode()).called("ask")


@pytest.mark.parametrize(
    "code",
    [
        "def ask(x): ...",
        "async def ask(x): ...",
        "class ask(Base): ...",
        "ask = 1\nother(2)",
        "from functools import partial\npartial(other)\ndef ask(x): ...",
        "unmask(1)",
    ],
)
def test_a_definition_or_a_mere_mention_is_no_use(code: str) -> None:
    assert not Mentions(code.encode()).called("ask")


def test_a_class_may_be_made_through_cls() -> None:
    assert Mentions(b"return cls(1)").constructed("Client")
    assert Mentions(b"return partial(cls, 1)").constructed("Client")
    assert not Mentions(b"class Client(Base): ...").constructed("Client")
