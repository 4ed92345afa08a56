"""Time to load the compiled catalogue, next to the same data as JSON and through pydantic.

    python benchmarks/load_catalogue.py

Best of 20 in this process, file read included. pydantic validates the model files as the compiler does, without
parsing YAML; its import and PyYAML's come on top.
"""

from __future__ import annotations

import json
import marshal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wattlint.catalogue import store
from wattlint.catalogue.compile import SECTIONS, compile_to
from wattlint.catalogue.schema.models import MakerFile
from wattlint.catalogue.yaml_source import read_yaml


def best_ms(load: Callable[[], object]) -> float:
    times = []
    for _ in range(20):
        start = time.perf_counter()
        load()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        artefact = Path(folder, "catalogue.bin")
        rules = store.rules_folder()
        sections = compile_to(rules, artefact)

        def load(names: tuple[str, ...]) -> object:
            data: dict[str, Any] = marshal.loads(artefact.read_bytes())
            return [marshal.loads(data["sections"][name][1]) for name in names]

        models = marshal.loads(sections["models"][1])
        text = Path(folder, "models.json")
        text.write_text(
            json.dumps({"records": models["records"], "index": models["index"]}), encoding="utf-8"
        )
        files = (read_yaml(path).data for path in sorted((rules / "models").glob("*.yaml")))
        makers = [data for data in files if "maker" in data]
        print(f"artefact {artefact.stat().st_size / 1e3:.0f} kB, {len(models['records'])} models")
        print(f"compiled, models         {best_ms(lambda: load(('models',))):6.1f} ms")
        print(f"compiled, all sections   {best_ms(lambda: load(SECTIONS)):6.1f} ms")
        print(
            f"JSON, records and index  {best_ms(lambda: json.loads(text.read_text(encoding='utf-8'))):6.1f} ms"
        )
        print(f"pydantic, models         {best_ms(lambda: [MakerFile(**data) for data in makers]):6.1f} ms")


if __name__ == "__main__":
    main()
