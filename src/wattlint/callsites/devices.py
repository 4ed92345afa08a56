"""The device that weights are put on: a text, a number, a ``torch.device``, a map of parts to devices."""

from __future__ import annotations

from wattlint.callsites import options
from wattlint.callsites.model_fact import is_default
from wattlint.callsites.options import Given
from wattlint.catalogue.records import Argument
from wattlint.semantics import calls
from wattlint.semantics.evaluator import Evaluator
from wattlint.semantics.values import Const, Mapping, Result, Text, Value, alternatives

DEVICE_NAMES = frozenset({"device", "devices", "device_map"})


def names_devices(argument: Argument | None) -> bool:
    """Not a number of layers or GPUs, as elsewhere."""
    return argument is not None and any(name.rpartition(".")[2] in DEVICE_NAMES for name in argument.names)


def device_name(evaluator: Evaluator, value: Value | None) -> str | None:
    """``cpu``, ``cuda:0``, ``auto``, in whichever form; the CPU only where nothing else is possible, or it is the default."""
    found = alternatives(value) if value is not None else ()
    names = [_device(evaluator, one) for one in found]
    other = next((name for name in names if name is not None and name != "cpu"), None)
    if other is not None or not names:
        return other
    told = [one for one, name in zip(found, names, strict=True) if name is not None]
    sure = len(told) == len(found) or any(isinstance(one, Const) and is_default(one) for one in told)
    return "cpu" if sure else None


def _device(evaluator: Evaluator, value: Value) -> str | None:
    if isinstance(value, Text) and isinstance(value.pieces[0], str):
        return value.pieces[0].rstrip(":")  # f"cuda:{rank}"
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return f"cuda:{value.value}" if value.value >= 0 else "cpu"
    if isinstance(value, Mapping) and value.entries and not value.open:
        parts = {device_name(evaluator, evaluator.force(thunk)) for thunk in value.entries.values()}
        return parts.pop() if len(parts) == 1 else None
    if isinstance(value, Result) and calls.path(value.callee) == "torch.device":
        given = Given.of(evaluator, value)
        return (
            device_name(evaluator, options.read(evaluator, given, ("type", "device"), 0)) if given else None
        )
    return None
