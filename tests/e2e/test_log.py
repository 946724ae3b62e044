"""Where the log goes: to stderr, or to an editor that keeps it, with the level of each line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from lsprotocol import types

from tests.e2e.editor import editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, status

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
KEPT = {"mai": {"log": True}}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


async def test_an_editor_that_keeps_the_log_gets_every_line_with_its_level(model: ModelServer) -> None:
    env = for_model(model.url) | {"MAI_LSP_LOG_LEVEL": "debug"}
    async with editing(VSCODE, env, options=KEPT) as editor:  # and nothing comes by stderr
        editor.open(URI, CODE)
        assert await editor.inline(URI)
        editor.client.text_document_did_change(  # which is ignored, and said for whoever looks for the cause
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(1, "file:///work/b.py"), [])
        )
        await editor.report()
        lines = {line.message.partition(": ")[0]: line.type for line in editor.client.log_messages}
        assert lines["mai_lsp.engine.desk"] is types.MessageType.Info
        assert lines["mai_lsp.lsp.documents"] is types.MessageType.Log


@pytest.mark.parametrize("level", ["warning", "debug"])
async def test_there_an_error_stands_once(model: ModelServer, level: str) -> None:
    model.default = (status(401),)
    env = for_model(model.url) | {"MAI_LSP_LOG_LEVEL": level}
    async with editing(VSCODE, env, options=KEPT) as editor:
        editor.open(URI, CODE)
        assert await editor.inline(URI) == []
        await editor.until(lambda: editor.messages)
        await editor.report()
        (line,) = [line for line in editor.client.log_messages if "does not accept the key" in line.message]
        assert line.type is types.MessageType.Error


async def test_elsewhere_it_stands_in_the_editors_log_and_on_stderr(model: ModelServer) -> None:
    model.default = (status(401),)
    async with editing(VSCODE, for_model(model.url), clean=False) as editor:
        editor.open(URI, CODE)
        assert await editor.inline(URI) == []
        await editor.until(lambda: "does not accept the key" in editor.log)
        assert [line.type for line in editor.client.log_messages] == [types.MessageType.Error]
