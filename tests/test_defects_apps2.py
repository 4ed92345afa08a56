"""What large applications showed: closures, managed clients, wrappers of models, requests that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites

# -- what a function that is made in a branch sees of the names around it --------------------------------------------

CLOSURE = """
    from openai import OpenAI
    from sentence_transformers import SentenceTransformer
    def remote(texts):
        return [0] * len(texts)
    def get(engine, function):
        if engine == "":
            def embed(texts):
                return function.encode(texts)
            return embed
        elif engine in ("api", "other"):
            function = lambda texts: remote(texts)
            def embed(texts):
                return function(texts)
            return embed
    get(ENGINE, SentenceTransformer("all-MiniLM-L6-v2"))
"""


def test_a_function_made_in_a_branch_sees_what_that_branch_sets(tmp_path: Path) -> None:
    found = sites(tmp_path, CLOSURE)
    assert [(site.callee, site.model.id) for site in found] == [
        ("function.encode", "all-MiniLM-L6-v2"),
        ("SentenceTransformer", "all-MiniLM-L6-v2"),
    ]
