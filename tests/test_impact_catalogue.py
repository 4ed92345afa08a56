"""The files of rules/impact: mistakes in them are errors that name file, line and key."""

from __future__ import annotations

import marshal
import re
import shutil
from pathlib import Path

import pytest

from wattlint.catalogue import store
from wattlint.catalogue.errors import CatalogueError
from wattlint.catalogue.schema.impact import compile_folder
from wattlint.impact import constants

RULES = Path(__file__).parent.parent / "rules" / "impact"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("hardware.yaml", "tdp_w: 700", "tpd_w: 700", r'hardware.yaml:\d+: hardware.H100.tpd_w: unknown key .did you mean .tdp_w.'),
        ("hardware.yaml", "host: complete", "host: datacentre", r"must be 'datacenter', 'consumer' or 'complete'"),
        ("hardware.yaml", "aliases: [h200-sxm", "aliases: [h100", r'"h100" already means "H100"'),
        ("precisions.yaml", "compute: fp8, source", "compute: fp8, sorce", r"precisions.fp8"),
        ("coefficients.yaml", "  layer_s:", "  layers_s:", r'no formula uses this coefficient \(did you mean "layer_s"\?\)'),
        ("coefficients.yaml", "low: 1.4, value: 1.7", "low: 1.9, value: 1.7", r"low, middle and high must ascend"),
        ("providers.yaml", "grid: SWE", "grid: SWD", r'no country "SWD" in grids.csv \(did you mean "SW'),
        ("providers.yaml", "  unknown: {", "  unknwn: {", r'the entry "unknown" is missing'),
        ("priors.yaml", "tokens: [5, 40, 400]", "tokens: [50, 40, 400]", r"must ascend"),
        ("priors.yaml", "    medium:", "    middling:", 'the prior "medium" is missing'),
        ("grids.csv", "WOR,", "WRO,", r"the row WOR \(world\) is missing"),
        ("grids.csv", "56.0,2023", "56 g,2023", r'grids.csv:\d+: owid_gco2e_kwh: "56 g" is no number'),
        ("regions.csv", "702.03", "-702.03", r"regions.csv:3: gco2e_kwh: is negative"),
        ("regions.csv", "provider,region", "region,provider", r"expected provider, region"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = tmp_path / "impact"
    shutil.copytree(RULES, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=message) as raised:
        compile_folder(folder)
    assert file in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"grids\.csv"):
        compile_folder(tmp_path)


def test_the_compiled_data_survive_the_artefact() -> None:
    data = compile_folder(RULES)
    assert marshal.loads(marshal.dumps(data)) == data
    assert store.section("impact").keys() == data.keys()  # type: ignore[attr-defined]


def test_every_constant_has_unit_and_source() -> None:
    for name in constants.COEFFICIENTS:
        known = constants.known(name)
        assert known.low <= known.mid <= known.high and known.unit and len(known.source) > 10, name
    for name in constants.hardware_names():
        assert constants.hardware(name).source  # type: ignore[union-attr]


def test_names_are_found_whatever_their_spelling() -> None:
    assert constants.hardware("a100").name == "A100-80"  # type: ignore[union-attr]
    assert constants.hardware("RTX4090").name == "RTX-4090"  # type: ignore[union-attr]
    assert constants.precision("torch.bfloat16").name == "bf16"  # type: ignore[union-attr]
    assert {constants.grid(name).iso3 for name in ("FR", "fra", "France")} == {"FRA"}  # type: ignore[union-attr]
    assert constants.region("EU-NORTH-1").iso3 == "SWE"  # type: ignore[union-attr]
    assert constants.hardware("warp-core") is None
    assert constants.provider("nobody").name == constants.provider(None).name == "unknown"


def test_no_constant_without_unit_source_and_date() -> None:
    for name in constants.COEFFICIENTS:
        known = constants.known(name)
        assert known.unit and re.search(r"\(\d{4}-\d\d-\d\d\)$", known.source), name
        assert known.low <= known.mid <= known.high, name
    for path in sorted(RULES.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert re.search(r"date: \d{4}-\d\d-\d\d", text), path.name
        for number, line in enumerate(text.splitlines(), 1):
            if "{" in line and not line.lstrip().startswith("#"):
                assert re.search(r'source: ("[^"]{4,}"|\w{4,})', line), f"{path.name}:{number}"
