"""Which version of a library is assumed, and how it is written."""

from __future__ import annotations

import pytest

from wattlint.callsites.versions import assumed, choose, numbers
from wattlint.catalogue.sdks import load_sdks

RELEASED = ("4.30.0", "4.45.0", "4.57.6", "5.23.0")


@pytest.mark.parametrize(
    ("declared", "version"),
    [
        ("transformers", "5.23.0"),
        ("transformers>=4.40", "5.23.0"),
        ("transformers<5", "4.57.6"),
        ("transformers!=4.57.6,<5", "4.45.0"),
        ("transformers~=4.45.0", "4.45.0"),
        ("transformers==4.41.2", "4.41.2"),
        ("transformers<4.20", "4.19.x"),
        ("transformers<4", "3.x"),
        ("transformers<=4.1.1", "4.1.1"),
        ("transformers>6", "newest"),
    ],
)
def test_the_newest_checked_version_that_is_allowed(tmp_path, declared, version):
    (tmp_path / "requirements.txt").write_text(declared + "\n")
    found = assumed(tmp_path, "transformers", RELEASED)
    assert found is not None and found[0] == version
    assert found[1].endswith("in requirements.txt:1")


def test_nothing_is_assumed_about_what_is_not_declared(tmp_path):
    (tmp_path / "requirements.txt").write_text("torch\n")
    assert assumed(tmp_path, "transformers", RELEASED) is None


def test_the_catalogue_knows_releases():
    checked = load_sdks().checked_versions("transformers")
    assert any(numbers(version) < (5,) for version in checked)
    assert any(numbers(version) >= (5,) for version in checked)
    assert load_sdks().checked_versions("no-such-package") == ()


def test_versions_in_order():
    names = ["3.x", "4.30.0", "4.52.x", "4.53", "4.57.6", "4.x", "5.0.0", "newest"]
    shuffled = [*names[4:], *names[:4]]
    assert sorted(shuffled, key=numbers) == names


def test_a_value_by_version():
    rows = [{"until": "5", "value": "old"}, {"since": "5", "value": "new"}]
    assert [choose(rows, version) for version in ("4.x", "5.0", "newest", None)] == [
        "old",
        "new",
        "new",
        "new",
    ]
