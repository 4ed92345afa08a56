"""How often a loop runs is only said where it is bounded for certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import call

TEXT = """
    from openai import OpenAI
    client = OpenAI()
    class A:
        def __init__(self):
            self.paths = []
        def add(self, p):
            self.paths.append(p)
        def one(self, doc):
            return self.rank([doc])
        def rank(self, docs, x=None):
            {setup}
            for d in {over}:
                client.responses.create(model="gpt-4o", input=d)
"""


@pytest.mark.parametrize(
    ("setup", "over", "count"),
    [
        ("paths = []", "paths", None),
        ("pass", "self.paths", None),
        ("pass", "docs", None),
        ("values = [x] if not isinstance(x, list) else x", "values", None),
        ('values = ["a", "b", "c"]', "values", 3),
        ("pass", "range(7)", 7),
    ],
)
def test_count(tmp_path: Path, setup: str, over: str, count: int | None) -> None:
    assert call(tmp_path, TEXT.format(setup=setup, over=over)).loop.count == count
