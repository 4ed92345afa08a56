"""The text of ``wattlint models QUERY``: one record, where each of its values comes from, and how the id led to it."""

from __future__ import annotations

from wattlint.catalogue.models import ModelCatalogue, load_models
from wattlint.catalogue.records import ModelRecord, Range

_PROVENANCE = {
    "disclosed": "published by the maker",
    "third-party-estimate": "third-party estimate, not confirmed by the maker",
    "price-derived": "derived from the price, not confirmed by the maker",
    "parsed-from-name": "read from the name",
    "family": "that of a sibling, by the prefix of the id",
}


def describe(query: str, catalogue: ModelCatalogue | None = None) -> str:
    """What is known about ``query``, as lines of text; for an unknown id, the nearest ids."""
    catalogue = catalogue or load_models()
    resolution = catalogue.resolve(query)
    if resolution is None:
        return _unknown(query, catalogue.nearest(query), catalogue.maker_of(query))
    record = resolution.record
    alike = catalogue.nearest(query) if record.provenance == "family" else []
    rows = [
        ("resolved", resolution.how if record.id == query else f"{query}: {resolution.how}"),
        ("spelled alike", ", ".join(alike)),
        ("maker", record.maker),
        ("family", record.family),
        ("kind", record.kind + (", reasons before it answers" if record.reasoning else "")),
        *_sizes(record),
        ("weights", _weights(record)),
        ("context", f"{record.context_tokens:,} tokens" if record.context_tokens else None),
        ("price", _price(record)),
        (
            "typical answer",
            f"{record.typical_output_tokens:,} tokens" if record.typical_output_tokens else None,
        ),
        ("released", _with_source(record.released, record.release_source)),
        ("deprecated", record.deprecated),
        ("retirement", _with_source(record.retired, record.retirement_source)),
        ("successor", record.successor),
        ("smaller", record.smaller),
        ("source", record.source),
        ("data of", record.dated),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join([record.id, *(f"  {name:<{width}}  {value}" for name, value in rows if value)])


def _unknown(query: str, nearest: list[str], maker: str | None) -> str:
    lines = [f'No model "{query}" in the catalogue.']
    if maker:
        lines.append(f"  By its prefix it is a model of {maker}; its size is not known.")
    if nearest:
        lines.append(f"  Nearest: {', '.join(nearest)}")
    if not (maker or nearest):
        lines.append(
            "  A name of your own (a deployment, a gateway's model) is mapped to a model: docs/own-knowledge.md"
        )
    return "\n".join(lines)


def _sizes(record: ModelRecord) -> list[tuple[str, str]]:
    if record.total_b is None or record.provenance is None:
        return [("parameters", "not known")]
    rows = [("parameters", f"{_billions(record.total_b)} ({_PROVENANCE[record.provenance]})")]
    if record.active_b and record.active_b != record.total_b:
        rows.append(("active", f"{_billions(record.active_b)} per token"))
    rows.append(("architecture", {"moe": "mixture of experts"}.get(record.architecture, record.architecture)))
    return rows


def _billions(count: Range) -> str:
    if count.low == count.high:
        return _count(count.mid)
    return f"about {_count(count.mid)}, between {_count(count.low)} and {_count(count.high)}"


def _count(billions: float) -> str:
    return f"{billions:.4g} billion" if billions >= 1 else f"{billions * 1000:.3g} million"


def _weights(record: ModelRecord) -> str:
    stored = "" if record.native_precision == "unknown" else f", stored as {record.native_precision}"
    packed = f", already quantized ({record.quantized})" if record.quantized else ""
    return ("open" if record.open_weights else "not published") + stored + packed


def _price(record: ModelRecord) -> str | None:
    parts = [
        f"{usd:g} $ per million {name} tokens"
        for name, usd in (("input", record.input_usd_per_mtok), ("output", record.output_usd_per_mtok))
        if usd is not None
    ]
    if not parts:
        return None
    origin = ", ".join(filter(None, (record.price_source, record.price_date)))
    return f"{', '.join(parts)} ({origin})"


def _with_source(date: str | None, source: str | None) -> str | None:
    return f"{date} ({source})" if date and source else date
