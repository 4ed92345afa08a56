"""Output is the same byte for byte whatever the order of files, hash seed, processes, cache, locale and time zone; and
nothing in the linted code can break or spoof it."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from forked import run

SRC = Path(__file__).parents[2] / "src"
EVIL = "</script><script>alert(1)</script>\\n::error file=a::b\\x1b[31m|a|b|`x`\\u202e\\u2066<img src=x>\\udc80]]>&amp;"
APP = f"""
from openai import OpenAI
client = OpenAI()
def ask{{0}}(rows):
    for row in rows:
        client.chat.completions.create(model="gpt-4-turbo", messages=[{{{{"role": "user", "content": "Is it spam? {EVIL} " + row}}}}])
        client.chat.completions.create(model="{EVIL}", messages=[])
"""
NAMES = ("a.py", "b/c.py", "b/d.py", "e|f.py", "g <h>.py", "::error::i.py", "k\u202el.py")
RUNS = [
    ("check", one) for one in ("text", "concise", "json", "sarif", "github", "gitlab", "markdown", "junit")
] + [("estimate", one) for one in ("text", "json", "markdown", "html")]
ALL = """
import io, sys
sys.path.insert(0, sys.argv[1])
from wattlint.cli import main
for number, line in enumerate(open(sys.argv[2], encoding="utf-8")):
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    main(line.rstrip("\\n").split("\\t"))
    sys.stdout.flush()
    open(f"{sys.argv[3]}/{number}", "wb").write(sys.stdout.buffer.getvalue())
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("same") / "project"
    for number, name in enumerate(NAMES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(APP.format(number), encoding="utf-8")
    return folder


def outputs(folder: Path, work: Path, more: list[str], **environment: str) -> list[bytes]:
    """Of every command, from a new interpreter."""
    work.mkdir()
    lines = ["\t".join([command, "--format", form, *more]) for command, form in RUNS]
    (work / "commands").write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = {"GITHUB_STEP_SUMMARY": "", **environment}
    done = subprocess.run(
        [sys.executable, "-c", ALL, str(SRC), str(work / "commands"), str(work)],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr
    return [(work / str(number)).read_bytes() for number in range(len(RUNS))]


def test_same_input_same_output(project: Path, tmp_path: Path) -> None:
    first = outputs(project, tmp_path / "first", ["--no-cache", "-j", "1", "."], PYTHONHASHSEED="1", TZ="UTC")
    assert all(first)
    others = {
        "seed, zone, locale, processes": outputs(
            project, tmp_path / "2", ["--no-cache", "-j", "3", "."], PYTHONHASHSEED="2", TZ="Asia/Tokyo", LC_ALL="C"
        ),
        "writing the cache": outputs(project, tmp_path / "3", ["."], PYTHONHASHSEED="3"),
        "reading the cache": outputs(
            project, tmp_path / "4", ["."], PYTHONHASHSEED="4", TZ="America/New_York"
        ),
    }  # fmt: skip
    for what, other in others.items():
        assert [RUNS[number] for number, one in enumerate(other) if one != first[number]] == [], what
    shuffled = [f"./{name}" for name in NAMES]
    random.Random(7).shuffle(shuffled)
    alike = [outputs(project, tmp_path / name, ["--no-cache", *order], PYTHONHASHSEED="5") for name, order in (("5", shuffled), ("6", sorted(shuffled)))]  # fmt: skip
    # Paths that are named, not walked to, can say more of themselves: compared with each other. The HTML title names them.
    assert [RUNS[number] for number, one in enumerate(alike[0]) if one != alike[1][number]] in ([], [("estimate", "html")])  # fmt: skip


@pytest.mark.parametrize(("command", "form"), RUNS)
def test_nothing_breaks_out(command: str, form: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    text = run(project, command, "--no-cache", "--format", form, ".").out
    assert re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text) is None
    if form in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif form == "junit":
        ElementTree.fromstring(text)
    elif form == "github":
        for line in filter(None, text.split("\n")):
            assert re.match(r"::(error|warning|notice) file=[^,:]+(,[A-Za-z]+=[^,:]*)*::|\d+ more", line)
    elif form == "markdown":
        rows = [line for line in text.split("\n") if line.startswith("|")]
        columns = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
        assert rows and len(columns) == 1, columns
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
        assert "<script" not in outside and "<img" not in outside
    elif form == "html":
        assert len(re.findall(r"</script>", text, re.IGNORECASE)) == _scripts(text)
        assert "alert(1)</" not in text


def _scripts(page: str) -> int:
    class Counter(HTMLParser):
        found = 0

        def handle_starttag(self, tag: str, attributes: object) -> None:
            self.found += tag == "script"

    counter = Counter()
    counter.feed(page)
    return counter.found
