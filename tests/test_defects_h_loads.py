"""Loads that were read wrongly: where they run, in which precision, and of which weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites, write
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.models import load_models
from wattlint.impact.deployment import Deployment, deployment_of
from wattlint.run import check_paths
from wattlint.settings import ImpactSettings, Settings


def codes(folder: Path, text: str, *select: str, **files: str) -> list[tuple[str, int]]:
    """The findings of ``app.py``: (code, line)."""
    write(folder, {"app.py": text, **{name.replace("_", ".", 1): one for name, one in files.items()}})
    found = check_paths([str(folder / "app.py")], Settings(select=select)).findings
    return [(finding.code, finding.line) for finding in found]


def deployment(site: CallSite) -> Deployment:
    assert site.catalogue_id is not None
    record = load_models().lookup(site.catalogue_id)
    assert record is not None
    return deployment_of(site, record, ImpactSettings())


PROFILE = """
    import boto3
    client = boto3.client("bedrock-runtime", region_name="us-east-1")
    def ask(text):
        return client.converse(modelId="{model}", messages=[{{"role": "user", "content": [{{"text": text}}]}}])
"""
CLAUDE = "anthropic.claude-sonnet-4-6"


@pytest.mark.parametrize(
    ("model", "grid"),
    [
        (f"global.{CLAUDE}", "World"),
        (f"us.{CLAUDE}", "United States"),
        (f"eu.{CLAUDE}", "Europe"),
        (f"apac.{CLAUDE}", "World"),
        (f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.{CLAUDE}", "Europe"),
    ],
)
def test_a_cross_region_profile_decides_where_the_call_runs(tmp_path, model, grid):
    text = PROFILE.format(model=model)
    assert codes(tmp_path, text, "LLM401") == []
    (site,) = sites(tmp_path, text)
    assert deployment(site).grid.country == grid and "inference profile" in deployment(site).grid_reason


def test_a_model_without_profile_runs_in_the_region(tmp_path):
    text = PROFILE.format(model=CLAUDE)
    assert codes(tmp_path, text, "LLM401") == [("LLM401", 4)]
    (site,) = sites(tmp_path, text)
    assert deployment(site).grid_reason == "region in the code"
