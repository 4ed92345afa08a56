"""``wattlint lsp`` with a real client over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

# Models age; these tests do not.
OPTIONS = {"ignore": ["LLM104", "LLM105"], "extendSelect": ["LLM103"]}
SETTINGS = 'MODEL = "gpt-4o"\n'
APP = """\
from openai import OpenAI

from shop.settings import MODEL

client = OpenAI()


def is_spam(mail: str) -> str:
    prompt = "é𝕏"
    return client.chat.completions.create(model=MODEL, max_tokens=3, messages=[{"role": "user", "content": f"Is this email spam? Answer yes or no. {mail}"}])
"""
LOAD = """\
# requires a GPU: 𝕏
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.1-8B-Instruct")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["transformers<5"]\n'
    )
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "settings.py").write_text(SETTINGS)
    (tmp_path / "shop" / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "shop" / "load.py").write_text(LOAD, encoding="utf-8")
    return tmp_path


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "wattlint", "lsp"]))
async def client(lsp_client: LanguageClient):
    registered: list[types.Registration] = []

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    capabilities = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        )
    )
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities, initialization_options={"wattlint": OPTIONS})
    )
    yield
    assert [one.method for one in registered] == ["workspace/didChangeWatchedFiles"]
    await lsp_client.shutdown_session()


def open_file(client: LanguageClient, path: Path, text: str | None = None) -> str:
    text = path.read_text(encoding="utf-8") if text is None else text
    item = types.TextDocumentItem(path.as_uri(), "python", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return path.as_uri()


def edit(client: LanguageClient, uri: str, version: int, text: str, where: types.Range | None = None) -> None:
    change: types.TextDocumentContentChangeEvent = (
        types.TextDocumentContentChangePartial(where, text)
        if where
        else types.TextDocumentContentChangeWholeDocument(text)
    )
    document = types.VersionedTextDocumentIdentifier(version, uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))


async def codes(client: LanguageClient, uri: str, wanted: set[str]) -> list[types.Diagnostic]:
    """The diagnostics of ``uri``, once their codes are ``wanted``."""
    for _ in range(200):
        found = client.diagnostics.get(uri, [])
        if uri in client.diagnostics and {str(one.code) for one in found} == wanted:
            return list(found)
        await asyncio.sleep(0.05)
    raise AssertionError(f"{wanted} expected, not {client.diagnostics.get(uri)}")


def hints_in(uri: str) -> types.InlayHintParams:
    return types.InlayHintParams(
        types.TextDocumentIdentifier(uri), types.Range(types.Position(0, 0), types.Position(99, 0))
    )


@pytest.mark.asyncio
async def test_open_edit_hover_and_close(client: LanguageClient, project: Path) -> None:
    uri = open_file(client, project / "shop" / "app.py")
    (finding,) = await codes(client, uri, {"LLM103"})
    line = APP.splitlines()[9]
    assert (finding.range.start.line, finding.range.start.character) == (9, line.index("client"))
    assert "gpt-4o" in finding.message and finding.source == "wattlint"
    assert finding.code_description is not None

    (hint,) = await client.text_document_inlay_hint_async(hints_in(uri)) or []
    assert str(hint.label).startswith("≈ ") and "Wh (" in str(hint.label)
    assert hint.position == types.Position(9, len(line))

    place = types.TextDocumentPositionParams(
        types.TextDocumentIdentifier(uri), types.Position(9, line.index("create"))
    )
    hover = await client.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    assert hover is not None and isinstance(hover.contents, types.MarkupContent)
    story = hover.contents.value
    assert "gpt-4o" in story and "settings.py:1" in story and "LLM103" in story and "input tokens" in story
    nothing = await client.text_document_hover_async(
        types.HoverParams(place.text_document, types.Position(0, 0))
    )
    assert nothing is None

    end = types.Position(9, line.index("spam?"))
    where = types.Range(end, types.Position(9, line.index(" {mail}")))
    edit(client, uri, 2, "a good start for a novel? Write its first chapter.", where)
    await codes(client, uri, set())
    edit(client, uri, 3, "def broken(:\n" + APP)
    await codes(client, uri, {"LLM901"})
    edit(client, uri, 4, APP)
    await codes(client, uri, {"LLM103"})
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    await codes(client, uri, set())
    assert not await client.text_document_inlay_hint_async(hints_in(uri))


@pytest.mark.asyncio
async def test_a_changed_settings_module_updates_its_users(client: LanguageClient, project: Path) -> None:
    app, settings = project / "shop" / "app.py", project / "shop" / "settings.py"
    uri = open_file(client, app)
    (before,) = await codes(client, uri, {"LLM103"})
    assert "gpt-4o" in before.message

    # Unsaved, in another tab of the editor.
    other = open_file(client, settings)
    edit(client, other, 2, 'MODEL = "gpt-4.1"\n')
    await _message(client, uri, "gpt-4.1 (")
    # Closed without saving: what is on disk counts.
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(other)))
    await _message(client, uri, "gpt-4o (")
    # Written by somebody else.
    settings.write_text('MODEL = "gpt-4-turbo"\n')
    _changed(client, settings, types.FileChangeType.Changed)
    await _message(client, uri, "gpt-4-turbo (")
    # Gone: the model is unknown, and nothing falls over.
    settings.unlink()
    _changed(client, settings, types.FileChangeType.Deleted)
    await _message(client, uri, "not for a general one: ")


@pytest.mark.asyncio
async def test_a_changed_configuration_counts(client: LanguageClient, project: Path) -> None:
    uri = open_file(client, project / "shop" / "app.py")
    await codes(client, uri, {"LLM103"})
    configuration = project / "pyproject.toml"
    text = configuration.read_text()
    configuration.write_text(text + '[tool.wattlint]\nignore = ["LLM101", "LLM103"]\n')
    _changed(client, configuration, types.FileChangeType.Changed)
    await codes(client, uri, set())
    configuration.write_text(text + "[tool.wattlint]\nignored = []\n")
    _changed(client, configuration, types.FileChangeType.Changed)
    (problem,) = await codes(client, uri, {"LLM901"})
    assert "unknown key" in problem.message
    configuration.write_text(text)
    _changed(client, configuration, types.FileChangeType.Changed)
    await codes(client, uri, {"LLM103"})
    client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams({"wattlint": {"ignore": ["LLM1", "LLM103"], "inlayHints": False}})
    )
    await codes(client, uri, set())
    assert not await client.text_document_inlay_hint_async(hints_in(uri))


@pytest.mark.asyncio
async def test_actions_fix_and_suppress(client: LanguageClient, project: Path) -> None:
    path = project / "shop" / "load.py"
    uri = open_file(client, path)
    (finding,) = await codes(client, uri, {"LLM201"})
    context = types.CodeActionContext([finding])
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), finding.range, context)
    actions = await client.text_document_code_action_async(params) or []
    assert all(isinstance(action, types.CodeAction) for action in actions)
    titles = [action.title for action in actions]
    assert any("ignore on this line" in title for title in titles)
    ignore = next(action for action in actions if "ignore" in action.title)
    edit(client, uri, 2, _applied(LOAD, ignore.edit.changes[uri]))
    await codes(client, uri, set())
    edit(client, uri, 3, LOAD)
    await codes(client, uri, {"LLM201"})
    fix = next(action for action in actions if "load with" in action.title)
    assert "(may change behaviour)" in fix.title and not fix.is_preferred
    fixed = _applied(LOAD, fix.edit.changes[uri])
    assert 'dtype="auto"' in fixed
    edit(client, uri, 4, fixed)
    await codes(client, uri, set())
    everything = types.CodeActionContext([], only=["source.fixAll"])
    edit(client, uri, 5, LOAD)
    await codes(client, uri, {"LLM201"})
    unasked = types.CodeActionParams(params.text_document, finding.range, everything)
    assert not await client.text_document_code_action_async(unasked)


@pytest.mark.asyncio
async def test_strange_documents_and_messages(client: LanguageClient, project: Path) -> None:
    untitled = types.TextDocumentItem("untitled:Untitled-1", "python", 1, APP)
    client.text_document_did_open(types.DidOpenTextDocumentParams(untitled))
    gone = project / "shop" / "app.py"
    uri = open_file(client, gone)
    await codes(client, uri, {"LLM103"})
    gone.unlink()
    _changed(client, gone, types.FileChangeType.Deleted)
    edit(client, uri, 2, APP + "\n\0\n")
    await codes(client, uri, {"LLM901"})
    edit(client, uri, 3, APP)
    await codes(client, uri, {"LLM103"})
    with pytest.raises(Exception, match=r"(?i)not found|unknown|method"):
        await client.protocol.send_request_async("wattlint/noSuchThing", {"x": 1})
    for text in ("", "\r\n" * 5, APP.replace("\n", "\r\n"), "x" * 100_000):
        edit(client, uri, 4, text)
    await codes(client, uri, set())
    assert (
        await client.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier((project / "never_opened.py").as_uri()), types.Position(3, 3)
            )
        )
        is None
    )


def test_garbage_on_standard_input_is_no_crash() -> None:
    import subprocess

    garbage = b"Content-Length: 7\r\n\r\nnotjson" + b"Content-Length: 2\r\n\r\n{}" + b"\xff\xfe\n"
    run = subprocess.run(
        [sys.executable, "-m", "wattlint", "lsp"], input=garbage, capture_output=True, timeout=60
    )
    assert run.returncode in (0, 1)


async def _message(client: LanguageClient, uri: str, part: str) -> None:
    for _ in range(200):
        if any(part in one.message for one in client.diagnostics.get(uri, [])):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{part} expected, not {client.diagnostics.get(uri)}")


def _changed(client: LanguageClient, path: Path, kind: types.FileChangeType) -> None:
    event = types.FileEvent(path.as_uri(), kind)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))


def _applied(text: str, edits: list[types.TextEdit]) -> str:
    """``text`` after ``edits``, as an editor applies them (columns in UTF-16 units)."""
    lines = text.split("\n")

    def offset(place: types.Position) -> int:
        units = lines[place.line].encode("utf-16-le")[: 2 * place.character].decode("utf-16-le")
        return sum(len(line) + 1 for line in lines[: place.line]) + len(units)

    for one in sorted(edits, key=lambda it: offset(it.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
    return text
