"""What is installed: the wheel's content, that it works alone, and what a run does not import."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"libcst", "pydantic", "yaml", "packaging", "hypothesis", "pathspec", "tomllib", "tomli"}


def run(*command: str, path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """``python command`` that finds wattlint in ``path`` and nowhere else."""
    environment = {**os.environ, "PYTHONPATH": str(path), "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel."""
    pytest.importorskip("build")
    target = tmp_path_factory.mktemp("wheel")
    built = run(
        "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), ".", path=ROOT / "src", cwd=ROOT
    )
    assert built.returncode == 0, built.stdout + built.stderr
    [file] = target.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(target / "unpacked")
    return target / "unpacked"


def test_the_wheel_holds_catalogue_and_rule_pages(wheel: Path) -> None:
    assert (wheel / "wattlint" / "_catalogue.bin").stat().st_size > 10_000
    assert (wheel / "wattlint" / "py.typed").is_file()
    pages = {page.name for page in (ROOT / "rules" / "checks").glob("*.md")}
    assert {page.name for page in (wheel / "wattlint" / "rules" / "checks").glob("*.md")} == pages
    [points] = wheel.glob("*.dist-info/entry_points.txt")
    assert "LLM = wattlint.flake8_plugin:Flake8Plugin" in points.read_text()
    [metadata] = wheel.glob("*.dist-info/METADATA")
    assert "License-Expression: MIT" in metadata.read_text()
    outside = {path.name for path in wheel.iterdir()} - {"wattlint"}
    assert all(name.endswith(".dist-info") for name in outside)


def test_a_wheel_is_the_same_under_another_hash_seed(wheel: Path, tmp_path: Path) -> None:
    compiled = (
        "import sys; from pathlib import Path; from wattlint.catalogue.compile import compile_to; "
        f"compile_to(Path({str(ROOT / 'rules')!r}), Path(sys.argv[1]), digest=lambda name, rules: '')"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", compiled, str(tmp_path / seed)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        subprocess.run(command, env=environment, check=True)
        assert (tmp_path / seed).read_bytes() == (wheel / "wattlint" / "_catalogue.bin").read_bytes()


def test_the_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    before = (wheel / "wattlint" / "_catalogue.bin").read_bytes()
    checked = run("-m", "wattlint", "check", str(ROOT / "examples"), path=wheel, cwd=tmp_path)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    for code in ("LLM101", "LLM102", "LLM103", "LLM201", "LLM202", "LLM301"):
        assert code in checked.stdout
    page = run("-m", "wattlint", "rule", "LLM101", path=wheel, cwd=tmp_path)
    assert page.returncode == 0 and "LLM101" in page.stdout
    assert (wheel / "wattlint" / "_catalogue.bin").read_bytes() == before, (
        "recompiled although it is not stale"
    )


@pytest.mark.parametrize("content", [None, b"", b"no catalogue", "cut off"])
def test_a_damaged_installation_says_so(wheel: Path, tmp_path: Path, content: bytes | str | None) -> None:
    shutil.copytree(wheel / "wattlint", tmp_path / "wattlint")
    artefact = tmp_path / "wattlint" / "_catalogue.bin"
    whole = artefact.read_bytes()
    artefact.unlink()
    if content is not None:
        artefact.write_bytes(content if isinstance(content, bytes) else whole[:2_000])
    (tmp_path / "app.py").write_text("import openai\n")
    for command in (["check", "app.py"], ["estimate"], ["rule", "LLM101"], ["models", "gpt-4o"]):
        done = run("-m", "wattlint", *command, path=tmp_path, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"wattlint: {artefact}: missing or damaged; please reinstall wattlint\n"


def imported(*command: str, cwd: Path) -> set[str]:
    """Top-level modules that ``python command`` imports."""
    result = run("-X", "importtime", *command, path=ROOT / "src", cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return {
        name.partition(".")[0]
        for name in re.findall(r"^import time:.*\| +([\w.]+)$", result.stderr, re.MULTILINE)
    }


def test_a_file_without_llm_code_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("import os\n\nprint(os.getcwd())\n")
    (tmp_path / ".gitignore").write_text("")
    imported(
        "-m", "wattlint", "check", "plain.py", cwd=tmp_path
    )  # compiles the catalogue, should it be stale
    modules = imported("-m", "wattlint", "check", "plain.py", cwd=tmp_path)
    assert "wattlint" in modules
    assert not modules & HEAVY


def test_the_flake8_plugin_imports_nothing_heavy(tmp_path: Path) -> None:
    modules = imported("-c", "import wattlint.flake8_plugin", cwd=tmp_path)
    assert not modules & (HEAVY | {"argparse"})
