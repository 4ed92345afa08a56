"""Latency of ``wattlint lsp``: from a key to the new diagnostics of a 1,000-line file in a project of 1,000 files.

    python benchmarks/lsp_latency.py [--write docs/editor-latency.md]

Prints medians and 95th percentiles of 40 edits each, with the pause after the last key (see ``PAUSE_S``) and without, and
of 8 starts of the server. With ``--write`` the page says so, with the machine and its load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

EDITS = 40
STARTS = 8
FUNCTION = '''
def answer_{n}(question: str) -> str:
    """One of many."""
    reply = client.chat.completions.create(
        model=SETTINGS.model,
        messages=[{{"role": "user", "content": f"Answer question {n} briefly: {{question}}"}}],
    )
    return reply.choices[0].message.content
'''
PLAIN = '''

def step_{n}(rows: list[dict[str, str]]) -> list[str]:
    """Ordinary code around the calls."""
    kept = []
    for row in rows:
        name = row.get("name", "").strip().lower()
        if not name or name.startswith("#"):
            continue
        kept.append(f"{{name}}: {{len(row)}} of {{len(rows)}}")
    return sorted(kept)
'''


def project(folder: Path) -> Path:
    """999 ordinary modules in packages, and one file of 1,000 lines with a call in every 45."""
    (folder / "pyproject.toml").write_text('[project]\nname = "large"\n')
    for number in range(998):
        package = folder / f"package_{number % 25}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        body = "".join(f"def f_{n}(x):\n    return x + {n}\n\n\n" for n in range(30))
        (package / f"module_{number}.py").write_text(f"import json\nimport os\n\n\n{body}")
    (folder / "settings.py").write_text(
        "import os\n\n\nclass Settings:\n    model = os.getenv('MODEL', 'gpt-4o')\n\n\nSETTINGS = Settings()\n"
    )
    head = "from openai import OpenAI\n\nfrom settings import SETTINGS\n\nclient = OpenAI()\n"
    lines = (head + "".join(FUNCTION.format(n=n) + PLAIN.format(n=n) * 3 for n in range(24))).splitlines()
    app = folder / "app.py"
    lines += [f"# {number}" for number in range(len(lines), 995)]
    app.write_text("\n".join(lines) + "\n\n\nif __name__ == '__main__':\n    print(answer_1('?'))\n")
    return app


class Client:
    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "wattlint", "lsp"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._next = 0

    def request(self, method: str, params: Any) -> Any:
        self._next += 1
        self._write({"id": self._next, "method": method, "params": params})
        return next(message for message in self.messages() if message.get("id") == self._next)

    def notify(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def diagnostics(self) -> Any:
        return next(it for it in self.messages() if it.get("method") == "textDocument/publishDiagnostics")

    def messages(self) -> Iterator[dict[str, Any]]:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            yield json.loads(stream.read(length))

    def _write(self, message: dict[str, Any]) -> None:
        raw = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(raw), raw))
        stream.flush()

    def end(self) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        self._process.wait(10)


class Row(NamedTuple):
    """Seconds of each time something was done."""

    what: str
    times: list[float]
    bar: str = ""

    @property
    def figures(self) -> tuple[float, float]:
        """Median and 95th percentile in milliseconds."""
        return statistics.median(self.times) * 1000, statistics.quantiles(self.times, n=20)[-1] * 1000


def started(app: Path) -> tuple[Client, float, float]:
    """A server with the file open, seconds until it answered, and until its first diagnostics."""
    start = time.perf_counter()
    client = Client(app.parent)
    root = {"processId": os.getpid(), "rootUri": app.parent.as_uri(), "capabilities": {}}
    client.request("initialize", root)
    client.notify("initialized", {})
    answered = time.perf_counter() - start
    document = {"uri": app.as_uri(), "languageId": "python", "version": 0, "text": app.read_text()}
    client.notify("textDocument/didOpen", {"textDocument": document})
    client.diagnostics()
    return client, answered, time.perf_counter() - start


def measured(app: Path) -> list[Row]:
    from wattlint.lsp.server import PAUSE_S

    answers, opened = [], []
    for _ in range(STARTS):
        client, answered, shown = started(app)
        answers.append(answered)
        opened.append(shown)
        client.end()
    client, _, _ = started(app)
    uri = app.as_uri()
    edits, hints, hovers = [], [], []
    for version in range(1, EDITS + 1):
        place = {"line": 500 + version, "character": 0}
        change = {"range": {"start": place, "end": place}, "text": "# typed\n"}
        at = time.perf_counter()
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
        )
        client.diagnostics()
        edits.append(time.perf_counter() - at)
        at = time.perf_counter()
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 2000, "character": 0}}
        client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})
        hints.append(time.perf_counter() - at)
        at = time.perf_counter()
        client.request(
            "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 9, "character": 15}}
        )
        hovers.append(time.perf_counter() - at)
    client.end()
    return [
        Row("start to the first answer", answers),
        Row("start to the first diagnostics", opened),
        Row("edit to its diagnostics", edits, "100"),
        Row(
            f"of that, without the pause of {PAUSE_S * 1000:.0f} ms after a key",
            [one - PAUSE_S for one in edits],
        ),
        Row("inlay hints of the whole file", hints),
        Row("hover", hovers),
    ]


PAGE = """\
# Latency in editors

Written by `make bench-editor` (`benchmarks/lsp_latency.py`); nothing here is typed by hand. A real client drives
`wattlint lsp` over its standard input and output: a file of {lines} lines with {calls} calls, in a project of 1,000 files,
a line typed {edits} times, {starts} starts.

| milliseconds | median | p95 | bar (median) |
| --- | --- | --- | --- |
{rows}

_{date}, {machine}, {processors} processors, Python {python}, load average {load}. Other work on the machine adds to every
figure; the load says how much there was._
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the figures to this page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        app = project(Path(name).resolve())
        text, rows = app.read_text(), measured(app)
    lines = []
    for row in rows:
        median, p95 = row.figures
        lines.append(f"| {row.what} | {median:.0f} | {p95:.0f} | {row.bar or '–'} |")
    print(*lines, sep="\n")
    if options.write:
        page = PAGE.format(
            lines=f"{len(text.splitlines()):,}", calls=text.count("create("), edits=EDITS, starts=STARTS,
            rows="\n".join(lines), date=date.today(), machine=f"{platform.system()} {platform.machine()}",
            processors=os.cpu_count(), python=platform.python_version(),
            load=", ".join(f"{one:.1f}" for one in os.getloadavg()),
        )  # fmt: skip
        options.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
