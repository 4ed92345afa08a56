"""The cleanest cloud region nearby."""

from __future__ import annotations

import pytest

from wattlint.impact.nearby import cleanest_nearby


@pytest.mark.parametrize(
    ("region", "provider", "best"),
    [
        ("us-east-1", "bedrock", "us-west-2"),
        ("us-east-1", None, "us-west-2"),
        ("eu-central-1", "bedrock", "eu-north-1"),
        ("us-central1", "vertex", "us-west1"),
        ("europe-west3", "google", "europe-north2"),
        ("East US", "azure", "westus2"),
        ("us-west-2", "bedrock", "us-west-2"),
        ("eu-west-2", "bedrock", "eu-west-2"),  # outside the Union: no border is crossed
        ("ap-south-1", "bedrock", "ap-south-2"),
    ],
)
def test_same_country_or_anywhere_in_the_union(region, provider, best):
    found = cleanest_nearby(region, provider)
    assert found is not None
    assert found.region.split(" (")[0] == best
    assert found.ratio >= 1


@pytest.mark.parametrize(
    ("region", "provider"),
    [
        ("us-gov-east-1", "bedrock"),
        ("cn-north-1", "bedrock"),
        ("ca-west-1", "bedrock"),  # no figure for its grid
        ("us-east-1", "vertex"),  # a region of another cloud
        ("mars-1", None),
        ("", None),
    ],
)
def test_nothing_is_said_where_the_place_is_not_known(region, provider):
    assert cleanest_nearby(region, provider) is None
