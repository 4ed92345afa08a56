"""Changing a program without changing what it does never changes the model that is found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from metamorphic import CHANGES, MODEL, OTHER, Files
from programs import MODELS, PROGRAMS, program
from project import sites


def _cases() -> list[tuple[str, str, Files]]:
    """(program, change, changed files); the models' names are filled in last."""
    found = []
    for name in PROGRAMS:
        files = program(name, MODEL)
        found.append((name, "unchanged", files))
        for how, change in CHANGES.items():
            changed = change(files)
            if changed is not None:
                found.append((name, how, changed))
    return found


def _pairs(count: int) -> list[tuple[str, str, Files]]:
    """Programs changed twice, drawn once and for all."""
    draw = random.Random(7)
    found = []
    while len(found) < count:
        name = draw.choice(sorted(PROGRAMS))
        first, second = draw.sample(sorted(CHANGES), 2)
        once = CHANGES[first](program(name, MODEL))
        twice = CHANGES[second](once) if once is not None and "app.py" in once else None
        if twice is not None:
            found.append((name, f"{first}-{second}", twice))
    return found


CASES = [*_cases(), *_pairs(200)]


def _model(folder: Path, files: Files) -> str | None:
    main = next(file for file in files if file.endswith("app.py"))
    found = [site for site in sites(folder, files, main) if site.kind in ("call", "embed")]
    assert len(found) == 1, [site.callee for site in found]
    return found[0].model.id


@pytest.mark.parametrize(("name", "how", "files"), CASES, ids=[f"{name}-{how}" for name, how, _ in CASES])
def test_same_model(name: str, how: str, files: Files, tmp_path: Path) -> None:
    """Equal, that is: an unknown model would be honest, but none of these needs to be unknown."""
    model, other = MODELS.get(name, (MODEL, OTHER))
    files = {file: text.replace(MODEL, model).replace(OTHER, other) for file, text in files.items()}
    assert _model(tmp_path, files) == model


def test_enough_cases() -> None:
    assert len(CASES) >= 300
