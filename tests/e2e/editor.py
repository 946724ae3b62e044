"""An editor for tests: starts the server as a process, keeps its own copy of every text, and remembers what it is told.

Nothing here sleeps: `until` looks again whenever something has come from the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient as PlainClient
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient, register_lsp_features

from tests.e2e.profiles import Profile

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds after which a wait is a failure; generous, since CI machines are slow and shared."""

KEY = "planted-key-5a1f0c"
"""The API key in tests; must never show up in a log."""

_WIDTH = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the server's process: ours, without anything that would choose a provider."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAI_LSP_") and not name.upper().endswith(("_API_KEY", "_PROXY", "_BASE_URL"))
    }
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "server"), os.environ.get("PYTHONPATH", "")]))
    kept["PYTHONWARNINGS"] = "error"
    kept["MAI_LSP_INDEX_ENABLE"] = "false"  # Tests that are about the index say so, and where it is kept.
    kept["MAI_LSP_STATS_ENABLE"] = "false"  # So do those about figures.
    kept["MAI_LSP_CONFIG_DIR"] = str(ROOT / "tests" / "nothing")  # Nobody's own actions.
    return kept | dict(extra or {})


def for_model(url: str) -> dict[str, str]:
    """The settings, as environment, that send completions to a scripted model server."""
    return {
        "MAI_LSP_PROVIDER": "openai-compatible",
        "MAI_LSP_BASE_URL": f"{url}/v1",
        "MAI_LSP_API_KEY": KEY,
        "MAI_LSP_COMPLETION_MODEL": "scripted",
    }


def for_changes(url: str, folder: Path) -> dict[str, str]:
    """The same for changes of code in a folder, with what is kept of them beside it."""
    return for_model(url) | {
        "MAI_LSP_EDIT_MODEL": "scripted",
        "MAI_LSP_PLAN_MODEL": "scripted",
        "MAI_LSP_EDIT_FORMAT": "region",
        "MAI_LSP_CACHE_DIR": str(folder.parent / "cache"),
        "MAI_LSP_DATA_DIR": str(folder.parent / "data"),
        "MAI_LSP_CONFIG_DIR": str(folder.parent / "config"),
    }


class Editor:
    """One running server and what the editor knows."""

    def __init__(self, profile: Profile, client: LanguageClient) -> None:
        self.profile = profile
        self.client = client
        self.capabilities: types.ServerCapabilities
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.statuses: list[dict[str, Any]] = []
        self.copilot_statuses: list[dict[str, Any]] = []
        self.registered: dict[str, types.Registration] = {}
        self.progress: list[Any] = []
        """Values of `$/progress` so far."""
        self.tokens: list[int | str] = []
        """Those that the server wants to show progress under."""
        self.log = ""
        """The server's stderr so far."""
        self._stirred = asyncio.Event()
        for method, handler in {
            "mai/status": self._on_status,
            "didChangeStatus": lambda params: self.copilot_statuses.append(params._asdict()),
            types.WINDOW_SHOW_MESSAGE: self._on_message,
            types.CLIENT_REGISTER_CAPABILITY: self._on_register,
            types.CLIENT_UNREGISTER_CAPABILITY: self._on_unregister,
            types.WINDOW_WORK_DONE_PROGRESS_CREATE: lambda params: self.tokens.append(params.token),
            types.PROGRESS: self._on_progress,
        }.items():
            client.feature(method)(partial(handler))  # pygls puts attributes on it, which a method does not take

    @property
    def messages(self) -> list[str]:
        """Message boxes shown so far."""
        return [shown.message for shown in self.client.messages]

    def open(self, uri: str, text: str, language: str = "python") -> None:
        self.texts[uri], self.versions[uri] = text, 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )

    def edit(self, uri: str, *edits: tuple[int, int, str]) -> None:
        """Replace spans (code points, each in the text its predecessor left) and tell the server in one message."""
        changes: list[types.TextDocumentContentChangeEvent] = []
        for start, end, new in edits:
            text = self.texts[uri]
            where = types.Range(self.position(text, start), self.position(text, end))
            changes.append(types.TextDocumentContentChangePartial(where, new))
            self.texts[uri] = text[:start] + new + text[end:]
        self.versions[uri] += 1
        if self.profile.whole:
            changes = [types.TextDocumentContentChangeWholeDocument(self.texts[uri])]
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]), changes
            )
        )

    def position(self, text: str, offset: int) -> types.Position:
        """Count as an editor does: lines end at a newline only here, so tests with odd line ends use `\\n` texts."""
        codec, size = _WIDTH[self.profile.encoding]
        line = text.count("\n", 0, offset)
        start = text.rfind("\n", 0, offset) + 1
        return types.Position(line, len(text[start:offset].encode(codec, "surrogatepass")) // size)

    def offset(self, text: str, position: types.Position) -> int:
        start = 0
        for _ in range(position.line):
            start = text.index("\n", start) + 1
        return next(at for at in range(start, len(text) + 1) if self.position(text, at) == position)

    def inline_params(self, uri: str, offset: int, *, invoked: bool = False) -> types.InlineCompletionParams:
        kinds = types.InlineCompletionTriggerKind
        return types.InlineCompletionParams(
            context=types.InlineCompletionContext(kinds.Invoked if invoked else kinds.Automatic),
            text_document=types.TextDocumentIdentifier(uri),
            position=self.position(self.texts[uri], offset),
        )

    async def inline(
        self, uri: str, offset: int | None = None, *, invoked: bool = False
    ) -> list[types.InlineCompletionItem]:
        """Ask for an inline completion, by default at the text's end."""
        at = len(self.texts[uri]) if offset is None else offset
        async with asyncio.timeout(PATIENCE):
            params = self.inline_params(uri, at, invoked=invoked)
            reply = await self.client.text_document_inline_completion_async(params)
        assert isinstance(reply, types.InlineCompletionList)
        return list(reply.items)

    async def complete(self, uri: str, offset: int) -> types.CompletionList:
        """Ask for the ordinary completion list."""
        async with asyncio.timeout(PATIENCE):
            reply = await self.client.text_document_completion_async(
                types.CompletionParams(
                    text_document=types.TextDocumentIdentifier(uri), position=self.position(self.texts[uri], offset)
                )
            )
        assert isinstance(reply, types.CompletionList)
        return reply

    def accepted(self, uri: str, item: types.InlineCompletionItem) -> str:
        """What the text is after accepting the item."""
        assert item.range is not None
        assert isinstance(item.insert_text, str)
        text = self.texts[uri]
        start, end = (self.offset(text, place) for place in (item.range.start, item.range.end))
        return text[:start] + item.insert_text + text[end:]

    async def run(self, command: str, *arguments: Any) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self.client.workspace_execute_command_async(
                types.ExecuteCommandParams(command, list(arguments))
            )

    async def request(self, method: str, params: Any) -> Any:
        """Send a request of any kind."""
        async with asyncio.timeout(PATIENCE):
            return await self.client.protocol.send_request_async(method, params)  # type: ignore[no-untyped-call]

    def raw(self, method: str, params: Any, identity: str | None = None) -> None:
        """Send what no proper client would."""
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": identity} if identity else {})
        body = json.dumps(message).encode()
        assert self.client._server is not None
        assert self.client._server.stdin is not None
        self.client._server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def report(self) -> dict[str, Any]:
        """The server's own account of itself."""
        found = await self.run("mai.status")
        return found if isinstance(found, dict) else found._asdict()

    async def check_texts(self) -> None:
        """Assert that the server has exactly our texts, by their digests."""
        theirs = {_get(entry, "uri"): entry for entry in (await self.report())["documents"]}
        assert theirs.keys() == self.texts.keys()
        for uri, text in self.texts.items():
            assert _get(theirs[uri], "version") == self.versions[uri]
            assert _get(theirs[uri], "sha256") == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    async def until(self, there: Callable[[], Any]) -> None:
        """Wait until `there` holds; it is looked at whenever something has come from the server."""
        async with asyncio.timeout(PATIENCE):
            while not there():
                self._stirred.clear()
                await self._stirred.wait()

    def _on_status(self, params: Any) -> None:
        self.statuses.append(params._asdict())
        self._stirred.set()

    def _on_message(self, params: types.ShowMessageParams) -> None:
        self.client.messages.append(params)
        self._stirred.set()

    def _on_progress(self, params: types.ProgressParams) -> None:
        self.progress.append(params.value)
        self._stirred.set()

    def _on_register(self, params: types.RegistrationParams) -> None:
        self.registered |= {entry.id: entry for entry in params.registrations}
        self._stirred.set()

    def _on_unregister(self, params: types.UnregistrationParams) -> None:
        for entry in params.unregisterations:
            self.registered.pop(entry.id, None)
        self._stirred.set()

    async def _keep_log(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(4096):
            self.log += data.decode(errors="replace")
            self._stirred.set()


def _get(entry: Any, name: str) -> Any:
    return entry[name] if isinstance(entry, dict) else getattr(entry, name)


class _QuietClient(LanguageClient):
    """Leaves stderr to the editor, which reads it whole."""

    async def start_io(self, cmd: str, *args: str, **kwargs: Any) -> None:
        await PlainClient.start_io(self, cmd, *args, **kwargs)


@contextlib.asynccontextmanager
async def editing(
    profile: Profile,
    env: Mapping[str, str] | None = None,
    *,
    options: Any = None,
    configuration: Any = None,
    folder: Path | None = None,
    named: str | None = None,
    clean: bool = True,
) -> AsyncIterator[Editor]:
    """Run a server for one test; at the end it must leave with 0, and, if `clean`, have logged nothing.

    An editor that is `named` tells its name.
    """
    client = _QuietClient(converter_factory=default_converter)
    register_lsp_features(
        client,
        {
            method: DEFAULT_CLIENT_FEATURES[method]
            for method in (types.WORKSPACE_CONFIGURATION, types.WINDOW_LOG_MESSAGE)
        },
    )
    client.set_configuration({"mai": configuration})
    editor = Editor(profile, client)
    await client.start_io(sys.executable, "-m", "mai_lsp", "--stdio", env=environment(env))
    process = client._server
    assert process is not None
    assert process.stderr is not None
    reading = asyncio.create_task(editor._keep_log(process.stderr))
    try:
        folders = [types.WorkspaceFolder(folder.as_uri(), folder.name)] if folder and not profile.whole else None
        async with asyncio.timeout(PATIENCE):
            result = await client.initialize_session(
                types.InitializeParams(
                    capabilities=profile.capabilities,
                    workspace_folders=folders,
                    root_uri=folder.as_uri() if folder and profile.whole else None,
                    initialization_options=options,
                    client_info=types.ClientInfo(named) if named else None,
                )
            )
        editor.capabilities = result.capabilities
        yield editor
        async with asyncio.timeout(PATIENCE):
            await client.shutdown_session()
            await reading
        assert process.returncode == 0
        if clean:
            assert editor.log == ""
    finally:
        if process.returncode is None:
            process.kill()
        await client.stop()  # type: ignore[no-untyped-call]
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
