"""python-lsp-server with its flake8 plugin shows what the command reports: a real session over standard input and output."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

from wattlint.run import check_paths

ROOT = Path(__file__).resolve().parent.parent
TRIAGE = ROOT / "examples" / "support_desk" / "support_desk" / "triage.py"
OFF = ("pycodestyle", "pyflakes", "mccabe", "pylint", "rope_autoimport")


class Client:
    """As much of an editor as diagnostics take."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._writer = JsonRpcStreamWriter(process.stdin)
        self._messages: Queue[dict[str, Any]] = Queue()
        reader = JsonRpcStreamReader(process.stdout)
        threading.Thread(target=reader.listen, args=(self._messages.put,), daemon=True).start()

    def send(self, method: str, params: dict[str, Any] | None, id: int | None = None) -> None:
        request = {"jsonrpc": "2.0", "method": method, "params": params}
        self._writer.write(request if id is None else {**request, "id": id})

    def until(self, wanted: Any) -> dict[str, Any]:
        while True:
            message = self._messages.get(timeout=90)
            if wanted(message):
                return message


@pytest.fixture
def client() -> Iterator[Client]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pylsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    client = Client(process)
    root = TRIAGE.parent.parent.as_uri()
    client.send("initialize", {"processId": None, "rootUri": root, "capabilities": {}}, 1)
    client.until(lambda message: message.get("id") == 1)
    client.send("initialized", {})
    yield client
    client.send("shutdown", None, 2)
    client.until(lambda message: message.get("id") == 2)
    client.send("exit", None)
    assert process.wait(30) == 0


def test_findings_arrive_in_the_editor(client: Client) -> None:
    plugins: dict[str, dict[str, object]] = {name: {"enabled": False} for name in OFF}
    plugins["flake8"] = {"enabled": True, "executable": str(Path(sys.executable).parent / "flake8")}
    client.send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
    document = {"uri": TRIAGE.as_uri(), "languageId": "python", "version": 1, "text": TRIAGE.read_text()}
    client.send("textDocument/didOpen", {"textDocument": document})
    shown = client.until(
        lambda it: it.get("method") == "textDocument/publishDiagnostics" and it["params"]["diagnostics"]
    )["params"]["diagnostics"]
    found = {
        (one["code"], one["range"]["start"]["line"], one["range"]["start"]["character"])
        for one in shown
        if str(one["code"]).startswith("LLM")
    }
    assert found == {(it.code, it.line - 1, it.column) for it in check_paths([str(TRIAGE)]).findings}
    assert found
