"""The protocol: what the editor says goes into the session, what it asks for is answered from there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from wattlint import __version__
from wattlint.config import Overrides
from wattlint.lsp.actions import FIX_ALL, code_actions
from wattlint.lsp.diagnostics import diagnostics, lines_of
from wattlint.lsp.hints import hover, inlay_hints
from wattlint.lsp.session import Session

PAUSE_S = 0.02
"""Between the last key and the analysis."""
WATCHED = ("**/*.py", "**/*.{toml,yaml,yml,json,env,txt,cfg,lock,md}", "**/.env")


class Server(LanguageServer):
    """One editor."""

    def __init__(self) -> None:
        super().__init__("wattlint", __version__)
        self.session = Session()
        self.inlay = True
        self._timer: asyncio.TimerHandle | None = None

    def later(self, uri: str | None = None) -> None:
        """Analyse after a pause, so that typing is not held up; ``uri`` first."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self.publish, uri)

    def publish(self, first: str | None = None) -> None:
        """Diagnostics of every open document: a change in one can matter to another."""
        for uri in sorted(self.workspace.text_documents, key=lambda uri: uri != first):
            document = self.workspace.get_text_document(uri)
            if path_of(uri) is not None:
                found = diagnostics(self.session.known(Path(document.path)).analysis, document)
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, found, document.version)
                )
        capabilities = self.client_capabilities.workspace
        if (
            self.inlay
            and capabilities
            and capabilities.inlay_hint
            and capabilities.inlay_hint.refresh_support
        ):
            self.workspace_inlay_hint_refresh(None)

    def configure(self, settings: object) -> None:
        """``settings``: ``{"select": [...], "ignore": [...], "preview": true, "inlayHints": false}``, all optional."""
        given: dict[str, Any] = settings if isinstance(settings, dict) else {}
        given = given.get("wattlint", given) or {}
        self.inlay = bool(given.get("inlayHints", True))
        self.session.configure(
            Overrides(
                select=_texts(given.get("select")),
                extend_select=_texts(given.get("extendSelect")),
                ignore=_texts(given.get("ignore")),
                exclude=_texts(given.get("exclude")),
                preview=bool(given.get("preview", False)),
            )
        )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def path_of(uri: str) -> Path | None:
    """The file behind ``uri``; None for what is none, such as ``untitled:``, or no Python."""
    if urlsplit(uri).scheme != "file":
        return None
    path = to_fs_path(uri)
    return Path(path) if path and path.endswith((".py", ".pyw", ".pyi")) else None


def build() -> Server:
    server = Server()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.configure(params.initialization_options)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        capabilities = server.client_capabilities.workspace
        watching = capabilities.did_change_watched_files if capabilities else None
        if watching and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            )
            registration = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        _put(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        _put(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None:
            server.session.files_changed([path])
            server.later(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        path = path_of(uri)
        if path is not None:
            server.session.close(path)
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            server.later()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [to_fs_path(change.uri) for change in params.changes]
        server.session.files_changed([Path(path) for path in paths if path])
        server.later()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        server.configure(params.settings)
        server.later()

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        document = _document(params.text_document.uri)
        if document is None or not server.inlay:
            return []
        lines = range(params.range.start.line + 1, params.range.end.line + 2)
        return inlay_hints(server.session.known(Path(document.path)), document, lines)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        document = _document(params.text_document.uri)
        if document is None:
            return None
        at = document.position_codec.position_from_client_units(lines_of(document), params.position)
        return hover(server.session.known(Path(document.path)), document, at.line + 1, at.character)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = _document(params.text_document.uri)
        if document is None:
            return []
        return code_actions(server.session, document, params.range, params.context.only)

    def _put(uri: str) -> None:
        path = path_of(uri)
        if path is not None:
            server.session.put(path, server.workspace.get_text_document(uri).source)
            server.later(uri)

    def _document(uri: str) -> TextDocument | None:
        path = path_of(uri)
        if path is None or path not in server.session.documents:
            return None
        return server.workspace.get_text_document(uri)

    return server


def serve() -> None:
    """Serve one editor over standard input and output, until it says exit."""
    build().start_io()
