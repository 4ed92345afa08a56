"""The measurements. Each returns ``figures``: rows of (what, value, bar), and what else its part of the page says."""

from __future__ import annotations

import ast
import compileall
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.speed.measure import ROOT, Command, Cost, peak_memory_mb, run, take_turns
from benchmarks.speed.peers import peer_commands, venv
from benchmarks.speed.trees import python_files, sample, tree

RUFF = Path(sys.executable).with_name("ruff")
INSTALLED = ROOT / ".cache" / "bench" / "installed"
ENVIRONMENT = {"PYTHONPATH": str(INSTALLED)}
PLAIN = '"""Nothing to do with models."""\n\nimport os\n\n\ndef names(folder):\n    return sorted(os.listdir(folder))\n'
Results = dict[str, Any]


def install() -> None:
    """wattlint as a wheel lays it out: in a checkout each start also looks for changed rules."""
    from wattlint.catalogue.compile import SECTIONS
    from wattlint.catalogue.store import section

    for name in SECTIONS:
        section(name)  # compiled where it is not yet
    shutil.rmtree(INSTALLED, ignore_errors=True)
    shutil.copytree(ROOT / "src", INSTALLED, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rules", INSTALLED / "wattlint" / "rules")
    compileall.compile_dir(INSTALLED, quiet=1)


def ruff(top: Path, *options: str) -> Command:
    fixed = ("check", "--isolated", "--select", "F401", "--quiet", "--exit-zero")
    return Command([str(RUFF), *fixed, *(options or ("--no-cache",)), str(top)])


def wattlint(top: Path, *options: str) -> Command:
    fixed = ("-m", "wattlint", "check", "--quiet", "--exit-zero")
    arguments = [sys.executable, *fixed, *(options or ("--no-cache",)), str(top)]
    return Command(arguments, ENVIRONMENT, statuses=(0, 1, 2))  # 2: some file of the tree is no Python


def ratio(costs: Mapping[str, Cost], one: str, other: str) -> str:
    return f"{costs[one].wall_s / costs[other].wall_s:.2f} × wall, {costs[one].cpu_s / costs[other].cpu_s:.2f} × CPU"


def cold(cache: Path, runs: int) -> Results:
    return _cold("ordinary", "wall ≤ 1.0 ×", cache, runs)


def cold_llm(cache: Path, runs: int) -> Results:
    return _cold("llm", "wall ≤ 2.0 ×", cache, runs)


def cold_torch(cache: Path, runs: int) -> Results:
    return _cold("torch", "", cache, runs)


def _cold(name: str, bar: str, cache: Path, runs: int) -> Results:
    top = tree(name, cache)
    costs = take_turns({"ruff": ruff(top), "wattlint": wattlint(top)}, runs)
    files, passing = _sifted(top)
    return {
        "figures": [(f"cold, {name} tree, against ruff F401", ratio(costs, "wattlint", "ruff"), bar)],
        "notes": [
            f"{files:,} files, {passing / files:.1%} pass the sieve; "
            f"ruff {costs['ruff'].wall_s:.2f} s, wattlint {costs['wattlint'].wall_s:.2f} s"
        ],
    }


def _sifted(top: Path) -> tuple[int, int]:
    """How many files there are, and how many of them pass the sieve."""
    code = (
        "import sys; from wattlint import batch, run; from wattlint.config import Configuration; n = []\n"
        "batch._project = lambda todo, *rest: (n.extend(todo), ([], []))[1]\n"
        "a = run.analyse(sys.argv[1:], Configuration(), jobs=1); print(a.coverage.files, len(n))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(top)],
        env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files, passing = done.stdout.split()
    return int(files), int(passing)


def warm(cache: Path, runs: int) -> Results:
    top = tree("ordinary", cache)
    commands = {
        "ruff": ruff(top, "--cache-dir", str(cache / "ruff")),
        "wattlint": wattlint(top, "--no-color")._replace(folder=str(cache)),
        "cold": wattlint(top),
    }
    run(commands["wattlint"])
    costs = take_turns(commands, runs)
    speedup = costs["cold"].wall_s / costs["wattlint"].wall_s
    return {
        "figures": [
            ("warm, against ruff warm", ratio(costs, "wattlint", "ruff"), "wall ≤ 1.0 ×"),
            ("warm, against cold", f"{speedup:.0f} × faster", "≥ 8 × faster"),
        ],
        "notes": [f"ruff {costs['ruff'].wall_s:.2f} s, wattlint {costs['wattlint'].wall_s:.2f} s"],
    }


def peers(cache: Path, runs: int) -> Results:
    figures = []
    for name, peer in peer_commands(cache).items():
        top = sample(tree(peer.tree, cache), cache / f"{peer.tree}-every-{peer.every}", peer.every)
        costs = take_turns({"peer": peer.command(top), "wattlint": wattlint(top), "ruff": ruff(top)}, runs)
        faster = costs["peer"].wall_s / costs["wattlint"].wall_s
        slower = costs["peer"].wall_s / costs["ruff"].wall_s
        figures.append(
            (f"against {name}, {_part(peer.every)} the {peer.tree} tree",
             f"{faster:.1f} × faster ({name} took {slower:.0f} × ruff)", peer.bar)
        )  # fmt: skip
    return {"figures": figures, "notes": []}


def _part(every: int) -> str:
    return "all of" if every == 1 else f"every {every}th file of"


def start(cache: Path, runs: int) -> Results:
    file = cache / "plain.py"
    file.write_text(PLAIN)
    commands = {
        "bare": Command([sys.executable, "-c", "import ast, re"]),
        "wattlint": wattlint(file),
        "ecologits": Command([str(venv("others", cache) / "python"), "-c", ECOLOGITS]),
    }
    costs = take_turns(commands, runs * 3)
    loads = sorted(_catalogue_ms() for _ in range(runs * 3))
    return {
        "figures": [
            ("one file without LLM code, against `python -c \"import ast, re\"`",
             ratio(costs, "wattlint", "bare"), "≤ 2.0 ×"),
            ("catalogue load", f"{loads[len(loads) // 2]:.1f} ms", "≤ 20 ms"),
            ("against EcoLogits (import and one call)", f"{costs['ecologits'].wall_s / costs['wattlint'].wall_s:.1f} × faster", ""),
        ],
        "notes": [f"bare {costs['bare'].cpu_s * 1000:.0f} ms CPU, wattlint {costs['wattlint'].cpu_s * 1000:.0f} ms"],
    }  # fmt: skip


ECOLOGITS = """\
from ecologits.tracers.utils import llm_impacts
llm_impacts(provider="openai", model_name="gpt-4o-mini", output_token_count=100, request_latency=1.0)
"""


def _catalogue_ms() -> float:
    code = (
        "import time; import wattlint.catalogue.models, wattlint.catalogue.sdks, wattlint.sources.sieve as s\n"
        "t = time.process_time(); wattlint.catalogue.models.load_models(); s.load_sieve()\n"
        "print((time.process_time() - t) * 1000)"
    )
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def plugin(cache: Path, runs: int) -> Results:
    """flake8 with an empty plugin and with ours, both declared in a configuration file."""
    folder = cache / "plugin"
    folder.mkdir(exist_ok=True)
    (folder / "empty_plugin.py").write_text(
        "class Plugin:\n    name, version = 'empty', '1'\n    def __init__(self, tree): pass\n    def run(self): return iter(())\n"
    )
    for name, extension in (
        ("empty", "EMP = empty_plugin:Plugin"),
        ("ours", "LLM = wattlint.flake8_plugin:Flake8Plugin"),
    ):
        (folder / f"{name}.cfg").write_text(
            f"[flake8]\n[flake8:local-plugins]\nextension =\n    {extension}\npaths =\n    .\n"
        )
    (folder / "plain.py").write_text(PLAIN)
    (folder / "calls.py").write_text(with_calls(1_000))
    flake8 = str(venv("flake8", cache) / "flake8")
    figures = []
    for file, bar in (("plain.py", "≤ 1.05 ×"), ("calls.py", "≤ 1.5 ×")):
        commands = {
            name: Command(
                [flake8, "--exit-zero", "-j1", "--config", f"{name}.cfg", file], ENVIRONMENT, str(folder)
            )
            for name in ("empty", "ours")
        }
        costs = take_turns(commands, runs * 3)
        what = "a file without LLM code" if file == "plain.py" else "a 1,000-line file with LLM calls"
        figures.append(
            (f"flake8 plugin on {what}, against an empty plugin", ratio(costs, "ours", "empty"), bar)
        )
    return {"figures": figures, "notes": []}


def with_calls(lines: int, every: int = 40) -> str:
    """A module of about ``lines`` lines, with a call of a model in each stretch of ``every``."""
    out = ["from openai import OpenAI", "", "client = OpenAI()", 'MODEL = "gpt-4o-mini"', ""]
    number = 0
    while len(out) < lines:
        number += 1
        out += [f"def ask_{number}(text):", "    client_options = {'temperature': 0}"]
        out += ["    return client.chat.completions.create(", "        model=MODEL,"]
        out += [
            f"        messages=[{{'role': 'user', 'content': f'Question {number}: {{text}}'}}],",
            "        max_tokens=20,",
            "    )",
            "",
        ]
        filler = max(every - 10, 0)
        out += [f"def helper_{number}(values):", "    total = 0"]
        out += [f"    total += len(values) * {line}" for line in range(filler)] + ["    return total", ""]
    return "\n".join(out[:lines]) + "\n"


def memory(cache: Path, runs: int) -> Results:
    top = tree("ordinary", cache)
    ours, theirs = peak_memory_mb(wattlint(top)), peak_memory_mb(ruff(top))
    one = peak_memory_mb(wattlint(top, "--no-cache", "-j1"))
    return {
        "figures": [
            (
                "peak memory, ordinary tree, against ruff",
                f"{ours / theirs:.1f} × ({ours:.0f} MB, {one:.0f} MB with -j1)",
                "≤ 3 ×",
            )
        ],
        "notes": ["All processes of a command together (PSS)"],
    }


def analysis(cache: Path, runs: int) -> Results:
    """Processor time of analysing the files that hold calls, all rules, against ``ast.parse`` of the same files."""
    top = tree("llm", cache)
    code = (
        "import sys, time; from wattlint.run import analyse; from wattlint.config import Configuration\n"
        "a = analyse([sys.argv[1]], Configuration()); print('\\n'.join(str(s.path) for s in a.sources.values()))"
    )
    environment = {**os.environ, **ENVIRONMENT}
    listed = subprocess.run(
        [sys.executable, "-c", code, str(top)], env=environment, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    files = [Path(line) for line in listed if line]
    timed = (
        "import sys, time; from wattlint.run import analyse; from wattlint.config import Configuration\n"
        "analyse(['/dev/null'], Configuration()); files = sys.stdin.read().split('\\n')\n"
        "t = time.process_time(); analyse(files, Configuration(), jobs=1); print(time.process_time() - t)"
    )
    ratios = []
    for _ in range(runs):
        spent = subprocess.run(
            [sys.executable, "-c", timed], env=environment, input="\n".join(map(str, files)), capture_output=True, text=True, check=True
        )  # fmt: skip
        ratios.append(float(spent.stdout) / _parsing(files))
    value = sorted(ratios)[len(ratios) // 2]
    return {
        "figures": [
            ("analysis of files with LLM calls, against `ast.parse` of them", f"{value:.1f} × CPU", "≤ 2.0 ×")
        ],
        "notes": [
            f"{len(files)} files of the llm tree; modules that they lead to are parsed and evaluated within our time only"
        ],
    }


def _parsing(files: list[Path]) -> float:
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.suffix == ".py"]
    start = time.process_time()
    for text in texts:
        ast.parse(text)
    return time.process_time() - start


__all__ = [
    "analysis",
    "cold",
    "cold_llm",
    "cold_torch",
    "memory",
    "peers",
    "plugin",
    "python_files",
    "start",
    "warm",
]
