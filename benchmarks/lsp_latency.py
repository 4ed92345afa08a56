"""Latency of ``wattlint lsp``: from a key to the new diagnostics of a 1,000-line file in a project of 1,000 files.

    python benchmarks/lsp_latency.py

Prints medians and 95th percentiles of 40 edits each, with the pause after the last key (see ``PAUSE_S``) and without.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EDITS = 40
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


def main() -> None:
    from wattlint.lsp.server import PAUSE_S

    with tempfile.TemporaryDirectory() as name:
        app = project(Path(name).resolve())
        text, uri = app.read_text(), app.as_uri()
        start = time.perf_counter()
        client = Client(app.parent)
        client.request(
            "initialize", {"processId": os.getpid(), "rootUri": app.parent.as_uri(), "capabilities": {}}
        )
        client.notify("initialized", {})
        started = time.perf_counter() - start
        document = {"uri": uri, "languageId": "python", "version": 0, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": document})
        client.diagnostics()
        opened = time.perf_counter() - start
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
    print(f"{len(text.splitlines())} lines, {text.count('create(')} calls, 1,000 files; milliseconds")
    print(f"start to answer {started * 1000:.0f}; start to first diagnostics {opened * 1000:.0f}")
    for name, values, pause in (
        ("edit to diagnostics", edits, 0.0),
        ("  less the pause after a key", edits, PAUSE_S),
        ("inlay hints of the file", hints, 0.0),
        ("hover", hovers, 0.0),
    ):
        p95 = statistics.quantiles(values, n=20)[-1]
        print(
            f"{name}: median {(statistics.median(values) - pause) * 1000:.0f}, p95 {(p95 - pause) * 1000:.0f}"
        )


if __name__ == "__main__":
    main()
