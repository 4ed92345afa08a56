"""The dtype that an argument names: ``torch.bfloat16``, ``"auto"``, ``use_fp16=True``."""

from __future__ import annotations

from wattlint.semantics.values import Const, External, Member, Value, alternatives

DTYPES = {
    "float16": "float16",
    "half": "float16",
    "fp16": "float16",
    "bfloat16": "bfloat16",
    "bf16": "bfloat16",
    "float32": "float32",
    "float": "float32",
    "fp32": "float32",
    "auto": "auto",
    "float8_e4m3fn": "float8",
    "float8_e5m2": "float8",
    "fp8": "float8",
    "float64": "float64",
}


def dtype_of(value: Value | None) -> str | None:
    """None where none is given, ``unknown`` where it cannot be read."""
    if value is None:
        return None
    found = [dtype_name(one) for one in alternatives(value)]
    named = [name for name in found if name is not None]
    if not named:
        return "unknown"
    # Chosen at run time (GPU or not): the smaller one is what a GPU gets.
    return next(
        (name for name in named if name != "float32"), named[0] if len(named) == len(found) else "unknown"
    )


def dtype_name(value: Value) -> str | None:
    """``torch.bfloat16`` or ``"bfloat16"`` as a plain name."""
    if isinstance(value, Const) and isinstance(value.value, bool):
        return "float16" if value.value else "float32"  # ``use_fp16``
    if isinstance(value, Const) and isinstance(value.value, str):
        return DTYPES.get(value.value.removeprefix("torch."))
    if isinstance(value, External):
        return DTYPES.get(value.path.rpartition(".")[2])
    if isinstance(value, Member):
        return DTYPES.get(value.name)
    return None
