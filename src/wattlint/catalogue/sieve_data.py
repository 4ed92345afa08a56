"""What the sieve needs of the SDK catalogue, taken out of it once: most runs need no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wattlint.catalogue.records import EntryPoint
from wattlint.catalogue.sdk_names import roots


def sieve_data(sdks: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``sources.sieve.Sieve``, as plain data."""
    http = {name: EntryPoint(*sdks["entries"][name]) for name in sdks["http"]}
    arguments = [argument for entry in http.values() for argument in (entry.model, entry.prompt) if argument]
    return {
        "imports": sorted(sdks["imports"]),
        "hosts": list(sdks["hosts"]),
        "chains": [row[:3] for rows in sdks["structural"].values() for row in rows],
        "http_callees": [callee for callee, name in sdks["callees"].items() if name in http],
        "import_needs": sdks["import_needs"],
        "roots": sorted(roots(sdks)),
        "payload_keys": sorted({name.rpartition(".")[2] for names, _ in arguments for name in names}),
    }
