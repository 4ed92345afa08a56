"""Tasks of transformers' pipelines that write no text."""

from __future__ import annotations

from wattlint.callsites.matched import Bindings

READING_TASKS = frozenset(
    """
    text-classification sentiment-analysis token-classification ner feature-extraction fill-mask question-answering
    zero-shot-classification audio-classification image-classification zero-shot-image-classification
    image-feature-extraction object-detection zero-shot-object-detection image-segmentation depth-estimation
    """.split()
)
"""Tasks of transformers' pipelines in which no text is generated (SUPPORTED_TASKS of pipelines/__init__.py)."""


def only_reads(bindings: Bindings) -> bool:
    """A pipeline whose task writes nothing: its ``max_length`` is that of the input."""
    return (bindings.text("task") or "") in READING_TASKS
