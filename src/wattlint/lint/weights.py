"""What a load puts into memory: which dtype applies, how many gigabytes the weights take, how many GPUs hold them."""

from __future__ import annotations

import math

from wattlint.callsites.default_dtype import checkpoint_precision, default_dtype
from wattlint.callsites.facts import LoadFact
from wattlint.callsites.versions import numbers
from wattlint.catalogue.records import ModelRecord

BITSANDBYTES_4BIT = ("int4", "nf4", "fp4")
SLOW_INT8_BELOW_B = 4.0
"""Below, the weights take less than 8 GB in 16 bits: int8 saves memory that nearly every GPU has."""
BYTES_PER_PARAMETER = {
    "float32": 4.0,
    "float16": 2.0,
    "bfloat16": 2.0,
    "float8": 1.0,
    "int8": 1.0,
    "int4": 0.55,
    "mxfp4": 0.53,
}
"""4-bit formats store one scale per block of weights beside them: 0.53–0.56 bytes in all."""

DTYPE_OF_PRECISION = {
    "fp32": "float32",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp8": "float8",
    "int8": "int8",
    "int4": "int4",
    "nf4": "int4",
    "nvfp4": "int4",
    "mxfp4": "mxfp4",
}
"""The catalogue's names of stored precisions as dtypes."""


class Weights:
    """A load as rules see it. None: unknown."""

    def __init__(self, fact: LoadFact, record: ModelRecord | None, gpu_memory_gb: float) -> None:
        self.fact, self.record, self.gpu_memory_gb = fact, record, gpu_memory_gb

    @property
    def dtype(self) -> str | None:
        """The argument; None also when it cannot be read."""
        return _readable(self.fact.dtype)

    @property
    def dtype_given(self) -> bool | None:
        return self._given(self.fact.dtype)

    @property
    def quantization(self) -> str | None:
        """None also when it cannot be read."""
        return _readable(self.fact.quantization)

    @property
    def quantization_given(self) -> bool | None:
        return self._given(self.fact.quantization)

    def _given(self, argument: str | None) -> bool | None:
        """``**kwargs`` may hold what is not written."""
        if argument is not None:
            return True
        return None if self.fact.open_arguments else False

    @property
    def version(self) -> str | None:
        return self.fact.library_version[0] if self.fact.library_version else None

    @property
    def version_source(self) -> str | None:
        return self.fact.library_version[1] if self.fact.library_version else None

    @property
    def dtype_in(self) -> str | None:
        """``SentenceTransformer(name, model_kwargs={"dtype": "auto"})``."""
        return "model_kwargs" if self.fact.library == "sentence-transformers" else None

    @property
    def default_dtype(self) -> str | None:
        """The dtype when none is given. Without a declared version the newest one is assumed."""
        default = default_dtype(self.fact)
        return default.dtype if default else None

    @property
    def effective_dtype(self) -> str | None:
        """Of the weights in use: a later cast, the argument, or the default; ``auto`` is the checkpoint's own."""
        dtype = self.fact.cast_after or self.fact.dtype
        if dtype is None and not self.fact.open_arguments:
            dtype = self.default_dtype
        return self._own_dtype if dtype == "auto" else _readable(dtype)

    @property
    def _own_dtype(self) -> str | None:
        """Of the checkpoint, as the library loads it."""
        if self.record is None:
            return None
        return DTYPE_OF_PRECISION.get(checkpoint_precision(self.fact, self.record.native_precision))

    @property
    def dtype_reason(self) -> str | None:
        """Why ``effective_dtype``: who asked for it, or whose default it is."""
        if self.fact.cast_after:
            return "by a cast after the load"
        if self.fact.dtype:
            return "as the call asks"
        default = default_dtype(self.fact)
        if self.fact.open_arguments or default is None:
            return None
        version = f" {default.version[0]} ({default.version[1]})" if default.version else ""
        return f"the default of {default.library}{version}"

    @property
    def eager(self) -> str | None:
        return "eager" if self.fact.attention == "eager" and not self.fact.attention_read else None

    @property
    def is_five(self) -> bool:
        """transformers 5 or later, by what the project declares."""
        return (
            self.fact.library == "transformers" and bool(self.version) and numbers(self.version or "") >= (5,)
        )

    @property
    def removed_argument(self) -> str | None:
        """What is passed although the declared version of transformers no longer takes it."""
        return self.fact.removed_argument if self.is_five else None

    @property
    def slow_compute_dtype(self) -> str | None:
        """``float32`` where bitsandbytes computes 4-bit layers in it: it follows inputs of float32 and bfloat16, and
        takes its own setting, by default float32, for those of float16 (``Linear4bit.set_compute_type`` of 0.50.2)."""
        fact = self.fact
        if fact.quantization not in BITSANDBYTES_4BIT or fact.library != "transformers" or fact.cast_after:
            return None
        if fact.compute_dtype not in (None, "float32") or fact.open_arguments:
            return "float32" if fact.dtype == "float32" and not fact.open_arguments else None
        inputs = fact.dtype
        if inputs is None:
            # 4.x loads the other layers in float16 with bitsandbytes; 5.0 in the checkpoint's own dtype.
            inputs = "auto" if self.version is None or self.is_five else "float16"
        if inputs == "auto":
            inputs = self._own_dtype
        return "float32" if inputs in ("float16", "float32") else None

    @property
    def int8_overhead(self) -> str | None:
        """Measured energy of int8 against 16 bits, where the memory it saves is small."""
        if self.fact.quantization != "int8" or self.fact.library != "transformers":
            return None
        if self.fact.quantized_at_times:
            return None
        if (
            self.record is None
            or self.record.total_b is None
            or self.record.total_b.high >= SLOW_INT8_BELOW_B
        ):
            return None
        return "1.3 to 2.5 times"

    @property
    def memory_8bit_saved_gb(self) -> float | None:
        full, half = self.memory_16bit_gb, self._memory_gb("int8")
        return None if full is None or half is None else full - half

    @property
    def slow(self) -> bool:
        return any((self.removed_argument, self.slow_compute_dtype, self.int8_overhead))

    @property
    def memory_gb(self) -> float | None:
        """Weights alone, in the dtype they are loaded in (1 GB = 1e9 bytes)."""
        return self._memory_gb(self.effective_dtype)

    @property
    def memory_16bit_gb(self) -> float | None:
        return self._memory_gb("bfloat16")

    @property
    def memory_4bit_gb(self) -> float | None:
        return self._memory_gb("int4")

    @property
    def gpus(self) -> int | None:
        """GPUs of the configured kind that hold the weights alone: a lower bound, the KV cache comes on top."""
        return self._gpus(self.memory_gb)

    @property
    def gpus_4bit(self) -> int | None:
        return self._gpus(self.memory_4bit_gb)

    def _memory_gb(self, dtype: str | None) -> float | None:
        if self.record is None or self.record.total_b is None or dtype not in BYTES_PER_PARAMETER:
            return None
        return self.record.total_b.mid * BYTES_PER_PARAMETER[dtype]

    def _gpus(self, memory_gb: float | None) -> int | None:
        return None if memory_gb is None else max(1, math.ceil(memory_gb / self.gpu_memory_gb))


def _readable(value: str | None) -> str | None:
    return None if value == "unknown" else value
