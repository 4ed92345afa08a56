"""Which model replaces which, which share their tokens, who could draft: the data, and what is wrong with bad data."""

from __future__ import annotations

from pathlib import Path

import pytest

from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.models import load_models
from wattlint.catalogue.schema.model_relations import add_relations

SUPERSEDED = """\
date: 2026-11-28
superseded:
  - {models: [old-70b], by: new-8b, reason: better on all measures, source: "https://example.org/card"}
"""
TOKENIZERS = """\
date: 2026-11-28
tokenizers:
  - {name: Old, vocab: 32000, families: [old], source: OldConfig}
drafts:
  - {families: [old], draft: old-1b, source: a paper}
"""


def compiled(tmp_path: Path, superseded: str = SUPERSEDED, tokenizers: str = TOKENIZERS) -> dict[str, object]:
    (tmp_path / "superseded.yaml").write_text(superseded)
    (tmp_path / "tokenizers.yaml").write_text(tokenizers)
    section: dict[str, object] = {"families": [("old",), ("new",)]}
    add_relations(tmp_path, section)
    return section


@pytest.mark.parametrize(
    "spelling",
    ["meta-llama/Llama-2-70b-chat-hf", "META-LLAMA/llama-2-70b-chat-hf", "replicate/meta/llama-2-70b-chat"],
)
def test_a_superseded_model_is_found_in_its_spellings(spelling):
    found = load_models().superseded(spelling)
    assert found is not None
    assert load_models().lookup(found.by).total_b.mid < 10
    assert "68.4" in found.reason and found.source.startswith("https://")


@pytest.mark.parametrize(
    "id",
    ["meta-llama/Llama-2-70b-hf", "meta-llama/Llama-2-7b-chat-hf", "upstage/Llama-2-70b-instruct", "gpt-4o"],
)
def test_others_are_not_superseded(id):
    assert load_models().superseded(id) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("meta-llama/Llama-3.1-70B-Instruct", "meta-llama/Llama-3.2-1B-Instruct", True),
        ("meta-llama/Llama-3.1-70B-Instruct", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", False),
        ("google/gemma-2-27b-it", "google/gemma-3-1b-it", False),
        ("Qwen/Qwen2.5-72B-Instruct", "Qwen/Qwen3-0.6B", True),
    ],
)
def test_families_share_their_tokens_or_do_not(one, other, same):
    models = load_models()
    first, second = (models.tokenizer(models.lookup(id)) for id in (one, other))
    assert first is not None and second is not None
    assert (first == second) is same


@pytest.mark.parametrize("id", ["gpt-4o", "somebody/Llama-3.1-70B-tuned", "upstage/SOLAR-10.7B-v1.0"])
def test_tokens_of_other_models_are_not_known(id):
    assert load_models().tokenizer(load_models().lookup(id)) is None


def test_each_draft_is_a_small_model_with_the_tokens_of_its_targets():
    models = load_models()
    for target in ("meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B"):
        record = models.lookup(target)
        draft = models.lookup(models.draft(record))
        assert models.tokenizer(draft) == models.tokenizer(record)
        assert draft.total_b.mid * 10 < record.total_b.mid


def test_good_data_is_compiled(tmp_path):
    section = compiled(tmp_path)
    assert section["superseded"] == {
        "old-70b": ("new-8b", "better on all measures", "https://example.org/card")
    }
    assert section["tokenizers"] == {"old": "Old"}
    assert section["drafts"] == {"old": "old-1b"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[old-70b]",
            "[old-70b, OLD-70B]",
            'superseded.yaml:3: superseded.0.models.1: "OLD-70B" is already listed',
        ),
        ("https://example.org/card", "a card", "superseded.yaml:3: superseded.0.source"),
        ("reason:", "because:", "superseded.yaml:3: superseded.0"),
        ("families: [old], source", "families: [odl], source", 'no family "odl" (did you mean "old"?)'),
        ("families: [old], source", "families: [old, old], source", '"old" is already listed'),
        ("vocab: 32000", "vocab: many", "tokenizers.yaml:3: tokenizers.0.vocab"),
        (
            "families: [old], draft",
            "families: [older], draft",
            'tokenizers.yaml:5: drafts.0.families.0: no family "older"',
        ),
    ],
)
def test_bad_data_names_file_line_and_key(tmp_path, old, new, message):
    with pytest.raises(CatalogueError) as error:
        compiled(tmp_path, SUPERSEDED.replace(old, new), TOKENIZERS.replace(old, new))
    assert message in str(error.value)
