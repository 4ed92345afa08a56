"""Which dtype weights get where a load does not say: that is up to the library, or to the transformers below it."""

from __future__ import annotations

from typing import NamedTuple

from wattlint.callsites.facts import LoadFact
from wattlint.callsites.versions import numbers

FROM_PRETRAINED_AUTO_SINCE = (5, 0)
"""transformers ``from_pretrained`` without a dtype: float32 in every 4.x, "auto" from 5.0.0 (read in the source of
5.0.0, run on 4.57.6 and 5.23.0)."""
PIPELINE_AUTO_SINCE = (4, 53)
"""transformers ``pipeline()`` without a dtype: float32 up to 4.52.1, "auto" from 4.53.0 (bisected in the source)."""
ON_TRANSFORMERS = frozenset({"sentence-transformers", "peft"})
"""They hand a load on to ``from_pretrained`` and add no dtype (sentence-transformers 6.2.0 base/modules/transformer.py,
3.0.1 models/Transformer.py; AutoPeftModel of peft)."""
HALF_UNLESS_RERANKER = "FlagEmbedding"
"""``use_fp16`` is True for its embedders, False for its rerankers (1.2.11 and 1.4.2; on a CPU always False)."""
DOWNCASTING = frozenset({"vllm", "sglang"})
"""Their "auto" loads a checkpoint of float32 in 16 bits: ``_resolve_auto_dtype`` of vllm 0.33.0 (config/model.py), ``_get_and_
verify_dtype`` of vllm 0.6.0 (config.py) and of sglang (srt/configs/model_config.py)."""


class DefaultDtype(NamedTuple):
    """The dtype of a load that gives none."""

    dtype: str
    """``float32``, ``float16`` or ``auto``, the checkpoint's own."""
    library: str
    """The one that decides."""
    version: tuple[str, str] | None = None
    """Of it, with the reason for that."""


def default_dtype(load: LoadFact) -> DefaultDtype | None:
    """Without a declared version the newest one is assumed. None: not known."""
    if load.library in DOWNCASTING:
        return DefaultDtype("auto", load.library)
    if load.library == HALF_UNLESS_RERANKER:
        dtype = "float32" if "Reranker" in load.library_class else "float16"
        return DefaultDtype(dtype, load.library, load.library_version)
    if load.library != "transformers" and load.library not in ON_TRANSFORMERS:
        return None
    version = load.library_version if load.library == "transformers" else load.transformers_version
    since = PIPELINE_AUTO_SINCE if load.library_class == "pipeline" else FROM_PRETRAINED_AUTO_SINCE
    old = version is not None and numbers(version[0]) < since
    return DefaultDtype("float32" if old else "auto", "transformers", version)


def checkpoint_precision(load: LoadFact, native: str) -> str:
    """The precision that "auto" stands for, of weights published in ``native``."""
    return "bf16" if load.library in DOWNCASTING and native == "fp32" else native
