"""The peers: pinned in ``peers/*.txt``, each list in a virtual environment of its own, and how each is called."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed.measure import Command

HERE = Path(__file__).resolve().parent


class Peer(NamedTuple):
    command: Callable[[Path], Command]
    bar: str
    tree: str = "ordinary"
    every: int = 10
    """Which part of the tree: every so many files. Of a small part, start-up is most of what the quick ones take."""


def venv(name: str, cache: Path) -> Path:
    """The ``bin`` folder of the environment with ``peers/NAME.txt``."""
    folder = cache / "venvs" / name
    if not (folder / "complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "-r", str(HERE / "peers" / f"{name}.txt")]
        subprocess.run(pip, check=True)
        (folder / "complete").touch()
    return folder / "bin"


def peer_commands(cache: Path) -> dict[str, Peer]:
    bare, bugbear, others = (str(venv(name, cache)) for name in ("flake8", "bugbear", "others"))
    rules = str(HERE / "semgrep_rules.yaml")
    offline = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "HOME": str(cache)}

    def call(*arguments: str, environment: dict[str, str] | None = None) -> Callable[[Path], Command]:
        return lambda top: Command([*arguments, str(top)], environment or {}, str(cache))

    return {
        "flake8": Peer(call(f"{bare}/flake8", "--isolated", "--exit-zero"), ""),
        "flake8 + bugbear": Peer(call(f"{bugbear}/flake8", "--isolated", "--exit-zero"), "≥ 50 ×"),
        "TorchFix": Peer(call(f"{others}/torchfix"), "≥ 100 ×", every=1),
        "TorchFix, on what it is made for": Peer(call(f"{others}/torchfix"), "≥ 100 ×", "torch", every=10),
        "Fixit": Peer(call(f"{others}/fixit", "lint"), "≥ 100 ×", every=100),
        "pylint": Peer(call(f"{others}/pylint", "--exit-zero", "--recursive=y"), "", every=800),
        "semgrep (three rules)": Peer(
            call(f"{others}/semgrep", "scan", "--metrics=off", "--quiet", "--config", rules, environment=offline), "≥ 10 ×", every=20
        ),
        "overllm": Peer(call(f"{others}/overllm"), "≥ 50 ×", every=1),
        "tokentoll": Peer(call(f"{others}/tokentoll", "scan"), "≥ 10 ×", every=1),
        "llmdoctor": Peer(call(f"{others}/llmdoctor", "doctor"), "≥ 50 ×", every=1),
    }  # fmt: skip
