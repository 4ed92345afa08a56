"""Rebuilds rules/models/derived_prices.csv from an installed litellm and prints what changed.

    python tools/refresh_models.py [--litellm PATH] [--date YYYY-MM-DD] [--check]

litellm (MIT) ships a price list of some 4,000 spellings. Only models' own ids are kept: those of the makers'
own platforms, and for hand-written records that these no longer list, the price at the first cloud that still has it.
Hand-written values win over this file when the catalogue is compiled. Nothing is downloaded and litellm is not
imported (importing it asks the network): its data file is found through the installed distribution, or in the folder
PATH, ``site-packages`` of another environment.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import importlib.metadata
import io
import json
import sys
from pathlib import Path
from typing import Any

from wattlint.catalogue.model_spellings import key
from wattlint.catalogue.models import ModelCatalogue
from wattlint.catalogue.schema.model_prices import COLUMNS, read_derived
from wattlint.catalogue.schema.models import compile_hand_written

RULES = Path(__file__).resolve().parent.parent / "rules"
TARGET = RULES / "models" / "derived_prices.csv"
PRICE_LIST = "litellm/model_prices_and_context_window_backup.json"
MODES = ("chat", "responses", "completion", "embedding", "rerank")

# litellm's name of a maker's own platform -> maker; where two list a model, the first counts
NATIVE = {
    "ai21": "ai21",
    "amazon_nova": "amazon",
    "anthropic": "anthropic",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "dashscope": "qwen",
    "deepseek": "deepseek",
    "gemini": "google",
    "vertex_ai-language-models": "google",
    "vertex_ai-embedding-models": "google",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "codestral": "mistral",
    "moonshot": "moonshot",
    "openai": "openai",
    "text-completion-openai": "openai",
    "perplexity": "perplexity",
    "voyage": "voyage",
    "xai": "xai",
    "zai": "zhipu",
}
CLOUDS = ("azure", "azure_ai", "bedrock", "bedrock_converse", "vertex_ai", "vercel_ai_gateway", "oci")
DEAREST_EMBEDDING = 5  # US dollars per million tokens; litellm 1.106.2 lists one at 100, a slip of the unit


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--litellm", type=Path, help="site-packages that holds litellm")
    parser.add_argument("--date", type=datetime.date.fromisoformat, default=datetime.date.today())
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
    options = parser.parse_args()
    version, prices = read_litellm(options.litellm)
    rows = derive(prices, ModelCatalogue(compile_hand_written(TARGET.parent)))
    changes = difference(read_derived(TARGET)[2] if TARGET.is_file() else [], rows)
    for line in changes:
        print(line)
    print(f"{len(rows)} models in litellm {version}, {len(changes)} changed")
    if options.check:
        return 1 if changes else 0
    if changes or not TARGET.is_file():
        TARGET.write_text(render(version, options.date, rows), encoding="utf-8")
    return 0


def read_litellm(site_packages: Path | None) -> tuple[str, dict[str, dict[str, Any]]]:
    """(version, price list); exits with a message when litellm is not installed."""
    found = importlib.metadata.distributions(
        name="litellm", path=[str(site_packages)] if site_packages else sys.path
    )
    distribution = next(iter(found), None)
    if distribution is None:
        sys.exit("litellm is not installed here: pip install litellm, or pass --litellm SITE_PACKAGES")
    return distribution.version, json.loads(
        Path(str(distribution.locate_file(PRICE_LIST))).read_text(encoding="utf-8")
    )


def derive(prices: dict[str, dict[str, Any]], catalogue: ModelCatalogue) -> list[dict[str, str]]:
    """One row per model id, sorted by maker and id."""
    rows: dict[str, dict[str, str]] = {}
    for platform, maker in NATIVE.items():
        for spelling, facts in prices.items():
            id = spelling.split("/")[-1]
            own = facts.get("litellm_provider") == platform and catalogue.maker_of(id) in (maker, None)
            if own and facts.get("mode") in MODES and not set(":@") & set(id) and spelling.count("/") < 2:
                put(rows, id, maker, spelling, facts)
    hosted = [
        record for record in catalogue.records() if not record.open_weights and key(record.id) not in rows
    ]
    wanted = {record.id: record for record in hosted if record.output_usd_per_mtok is None}
    for cloud in CLOUDS:
        for spelling, facts in sorted(prices.items(), key=lambda item: len(item[0])):
            provider = facts.get("litellm_provider", "").partition("-")[0]
            if provider == cloud and facts.get("mode") in MODES and facts.get("input_cost_per_token"):
                record = wanted.get(catalogue.normalise(spelling))
                if record:
                    put(rows, record.id, record.maker, spelling, {**facts, "deprecation_date": None})
    return sorted(rows.values(), key=lambda row: (row["maker"], row["id"]))


def put(rows: dict[str, dict[str, str]], id: str, maker: str, spelling: str, facts: dict[str, Any]) -> None:
    """Add a row unless the id has one, or there is nothing in it to know."""
    price = facts.get("input_cost_per_token") or 0
    if facts["mode"] == "embedding" and price * 1e6 > DEAREST_EMBEDDING:
        return
    if key(id) in rows or not (price or facts.get("deprecation_date") or facts["mode"] == "rerank"):
        return
    rows[key(id)] = {
        "id": id,
        "maker": maker,
        "mode": facts["mode"],
        "context": str(facts.get("max_input_tokens") or ""),
        "input": per_million(facts.get("input_cost_per_token")),
        "output": per_million(facts.get("output_cost_per_token")),
        "retires": facts.get("deprecation_date") or "",
        "reasoning": "yes" if facts.get("supports_reasoning") else "",
        "litellm_key": spelling,
    }


def per_million(price: float | None) -> str:
    return f"{price * 1e6:.6g}" if price else ""


def difference(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[str]:
    """One line per id that came, went or changed."""
    before, after = ({row["id"]: row for row in rows} for rows in (old, new))
    lines = [f"- {id}" for id in before if id not in after]
    for id, row in after.items():
        if id not in before:
            lines.append(
                f"+ {id}: {row['input'] or '?'} / {row['output'] or '?'} $/Mtok, {row['context'] or '?'} tokens"
            )
        elif row != before[id]:
            changed = [name for name in COLUMNS if row[name] != before[id][name]]
            parts = (f"{name} {before[id][name] or '?'} -> {row[name] or '?'}" for name in changed)
            lines.append(f"  {id}: {', '.join(parts)}")
    return lines


def render(version: str, date: datetime.date, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    text.write(f"# litellm {version}, {date.isoformat()}\n")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
