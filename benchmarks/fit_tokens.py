"""Fits the prices of src/wattlint/impact/tokens.py against o200k.

    PYTHONPATH=src python benchmarks/fit_tokens.py RANKS FOLDER...

RANKS: o200k_base in tiktoken's form (litellm carries it as
litellm/litellm_core_utils/tokenizers/fb374d419588a4632f3f557e76b4b70aebbca790). FOLDER: unpacked packages; texts are
taken from their docstrings and long strings, source, JSON, Markdown and translations (.po). The shipped prices come
from Django 5.2.19, Wagtail 8.0.1, Sphinx 9.0.4 and djangorestframework 3.18.3 (translations), spaCy 3.8.18 (sentences),
litellm 1.109.1 and langchain-core 1.8.2.
A text is held out when the hash of its file says so; prints the prices and the error on the texts held out.
"""

from __future__ import annotations

import ast
import json
import random
import re
import statistics
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import lsq_linear

from wattlint.impact import tokens

PER_KIND = 900
MAIN_LANGUAGES = frozenset(
    [
        "es",
        "fr",
        "de",
        "it",
        "pt",
        "pt_BR",
        "nl",
        "pl",
        "cs",
        "sv",
        "da",
        "fi",
        "tr",
        "ru",
        "uk",
        "el",
        "ar",
        "he",
        "fa",
        "hi",
        "th",
        "ja",
        "ko",
        "zh_Hans",
        "vi",
        "id",
    ]
)


def texts(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """(kind, file, text) of 60 to 4,000 characters."""
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix not in (".py", ".po", ".json", ".md", ".rst", ".txt")
            or path.stat().st_size > 3_000_000
        ):
            continue
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.suffix == ".po":
            language = path.parent.parent.name
            found = [
                json.loads(f'"{s}"') for s in re.findall(r'^msgstr "(.+)"$', content, re.M) if "\\x" not in s
            ]
            found = [message for message in found if len(message) > 25]
            for start in range(0, len(found), 12):
                kind = "language" if language in MAIN_LANGUAGES else "rare language"
                yield (
                    ("english" if language.startswith("en") else kind),
                    path,
                    " ".join(found[start : start + 12]),
                )
        elif path.suffix == ".py":
            try:
                tree = ast.parse(content)
            except SyntaxError:
                continue
            if path.name == "examples.py":  # spaCy: sentences in one language
                sentences = [
                    n.value
                    for n in ast.walk(tree)
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                ]
                yield (
                    ("language" if path.parent.name in MAIN_LANGUAGES else "rare language"),
                    path,
                    " ".join(sentences[1:]),
                )
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                    yield ("english" if node.value.isascii() else "language"), path, node.value
            for start in range(0, len(content), 1500):
                yield "code", path, content[start : start + 1500]
        elif path.suffix == ".json":
            for start in range(0, min(len(content), 60_000), 1200):
                yield "json", path, content[start : start + 1200]
        else:
            for start in range(0, len(content), 1500):
                yield "english", path, content[start : start + 1500]


def sample(folders: list[Path]) -> list[tuple[str, bool, str]]:
    """(kind, held out, text), the same number of every kind."""
    kinds: dict[str, list[tuple[str, bool, str]]] = defaultdict(list)
    for folder in folders:
        for kind, path, text in texts(folder):
            if 60 <= len(text) <= 4000:
                kinds[kind].append((kind, zlib.crc32(str(path.relative_to(folder)).encode()) % 3 == 0, text))
    chosen = []
    for kind in sorted(kinds):
        random.Random(1).shuffle(kinds[kind])
        chosen += kinds[kind][: PER_KIND // 3 if kind == "rare language" else PER_KIND]
    return chosen


def errors(name: str, predicted: np.ndarray, actual: np.ndarray) -> None:
    off = np.abs(predicted / actual - 1)
    print(
        f"# {name}: n {len(off)}, median {np.median(off):.1%}, p90 {np.quantile(off, 0.9):.1%}, p95 {np.quantile(off, 0.95):.1%}, bias {np.median(predicted / actual) - 1:+.1%}"
    )


def main() -> None:
    encode = tokens.encoder(Path(sys.argv[1]))
    assert encode is not None, "needs tiktoken and the o200k ranks"
    rows = sample([Path(folder) for folder in sys.argv[2:]])
    x = np.array([list(tokens.features(text).values()) for _, _, text in rows])
    y = np.array([encode(text) for _, _, text in rows], float)
    held_out = np.array([held for _, held, _ in rows])
    kind = np.array([kind for kind, _, _ in rows])
    train = ~held_out
    weights = np.ones(train.sum())
    for _ in range(12):  # relative errors, reweighted towards the median
        scale = weights / y[train]
        solution = lsq_linear(x[train] * scale[:, None], y[train] * scale, bounds=(0, 3))
        off = np.abs(x[train] @ solution.x / y[train] - 1)
        weights = 1 / np.sqrt(np.maximum(off, 0.03))
    predicted = x @ solution.x
    errors("all held out", predicted[held_out], y[held_out])
    usual = held_out & (kind != "rare language")
    errors("all held out but rare languages", predicted[usual], y[usual])
    for name in sorted(set(kind)):
        errors(f"{name} held out", predicted[held_out & (kind == name)], y[held_out & (kind == name)])
    for low, high in ((0, 30), (30, 100), (100, 300), (300, 2000)):
        inside = held_out & (y >= low) & (y < high)
        ratio = y[inside] / predicted[inside]
        print(
            f"# {low}-{high} tokens: n {inside.sum()}, measured / predicted p10 {np.quantile(ratio, 0.1):.2f}, p90 {np.quantile(ratio, 0.9):.2f}"
        )
    print(
        f"# chars / 4: median {statistics.median(abs(len(t) / 4 / n - 1) for (_, h, t), n in zip(rows, y, strict=True) if h):.1%}"
    )
    for name, price in zip(tokens.NAMES, solution.x, strict=True):
        if price >= 0.0005:
            print(f'    "{name}": {price:.3f},')


if __name__ == "__main__":
    main()
