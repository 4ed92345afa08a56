"""Takes the pictures of the documentation: the report of the sample project in a browser, and its badge.

``make pictures``; needs Debian's package chromium. The others are drawn where their data are: architecture.svg by
``tools/flow_picture.py``, the validation plots by ``make validate-impact``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from wattlint.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZE = "1200,960"


def photograph(page: Path, picture: Path) -> None:
    """``page`` as Chromium shows it."""
    browser = shutil.which("chromium")
    if browser is None:
        raise SystemExit("tools/pictures.py: no chromium on this machine (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as profile:
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--window-size={SIZE}",
        ]
        command = [browser, *flags, f"--user-data-dir={profile}", f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        project = Path(name, "support_desk")
        shutil.copytree(
            ROOT / "examples" / "support_desk", project, ignore=shutil.ignore_patterns(".*_cache")
        )
        os.chdir(project)
        report = Path(name, "report.html")
        main(["estimate", "--format", "html", "-o", str(report)])
        photograph(report, DOCS / "report.png")
        main(["badge", ".", "-o", str(DOCS / "badge.svg")])
