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


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("same") / "project"
    for number, name in enumerate(NAMES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(APP.format(number), encoding="utf-8")
    return folder


def output(folder: Path, arguments: list[str], **environment: str) -> bytes:
    code = f"import sys; sys.path.insert(0, {str(SRC)!r}); from wattlint.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "GITHUB_STEP_SUMMARY": "", **environment},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "form"), RUNS)
def test_same_input_same_output(command: str, form: str, project: Path) -> None:
    arguments = [command, "--format", form]
    shuffled = [f"./{name}" for name in NAMES]
    random.Random(7).shuffle(shuffled)
    first = output(project, [*arguments, "--no-cache", "-j", "1", "."], PYTHONHASHSEED="1", TZ="UTC")
    assert first
    others = {
        "seed, zone, locale, processes": output(
            project,
            [*arguments, "--no-cache", "-j", "3", "."],
            PYTHONHASHSEED="2",
            TZ="Asia/Tokyo",
            LC_ALL="C",
        ),
        "writing the cache": output(project, [*arguments, "."], PYTHONHASHSEED="3"),
        "reading the cache": output(project, [*arguments, "."], PYTHONHASHSEED="4", TZ="America/New_York"),
    }
    if form != "html":  # its title names the paths
        others["order"] = output(project, [*arguments, "--no-cache", *shuffled])
    for what, other in others.items():
        assert other == first, what


@pytest.mark.parametrize(("command", "form"), RUNS)
def test_nothing_breaks_out(command: str, form: str, project: Path) -> None:
    text = output(project, [command, "--no-cache", "--format", form, "."]).decode("utf-8")
    assert re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text) is None
    if form in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif form == "junit":
        ElementTree.fromstring(text)
    elif form == "github":
        for line in filter(None, text.split("\n")):
            assert re.match(r"::(error|warning|notice) file=[^,:]+(,[A-Za-z]+=[^,:]*)*::|\d+ more", line), (
                line
            )
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

        def error(self, message: str) -> None:
            raise AssertionError(message)

    counter = Counter()
    counter.feed(page)
    return counter.found
