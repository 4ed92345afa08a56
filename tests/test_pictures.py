"""The pictures of the documentation that need no browser are those that the program draws today (``make pictures``)."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest

from wattlint.cli import main

ROOT = Path(__file__).resolve().parent.parent


def test_the_badge_is_the_sample_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "support_desk"
    shutil.copytree(ROOT / "examples" / "support_desk", project, ignore=shutil.ignore_patterns(".*_cache"))
    monkeypatch.chdir(project)
    main(["badge", ".", "-o", str(tmp_path / "badge.svg"), "-q"])
    assert (tmp_path / "badge.svg").read_bytes() == (ROOT / "docs" / "badge.svg").read_bytes()


def test_the_flow_is_what_the_packages_import() -> None:
    drawn = runpy.run_path(str(ROOT / "tools" / "flow_picture.py"))
    assert drawn["picture"](drawn["imports"]()) == (ROOT / "docs" / "architecture.svg").read_text(
        encoding="utf-8"
    )
