"""Completions over the wire, as each editor asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from lsprotocol import types

from mai_lsp.engine.outcome import Reason
from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import ALE, ALL, EMACS, KATE, NEOVIM, OLD_EMACS, VSCODE, ZED, Profile
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, stall

URI = "file:///work/a.py"
CODE = "# ä\U0001f600字\ndef add(a, b):\n    return "


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
async def test_the_encoding_is_the_first_of_the_clients_that_is_known(profile: Profile) -> None:
    async with editing(profile) as editor:
        assert editor.capabilities.position_encoding == profile.encoding
        assert (await editor.report())["position_encoding"] == profile.encoding


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
async def test_the_completion_list_is_for_clients_without_inline_completion(profile: Profile) -> None:
    async with editing(profile) as editor:
        assert (editor.capabilities.completion_provider is None) == profile.inline
        assert editor.capabilities.inline_completion_provider is not None


async def test_the_list_may_be_asked_for_or_forbidden() -> None:
    async with editing(VSCODE, options={"mai": {"completion": {"list": "always"}}}) as editor:
        assert editor.capabilities.completion_provider is not None
    async with editing(EMACS, options={"completion.list": "never"}) as editor:
        assert editor.capabilities.completion_provider is None


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM], ids=lambda profile: profile.name)
async def test_an_inline_completion_fits_the_text(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        (item,) = await editor.inline(URI)
        assert editor.accepted(URI, item).rstrip() == CODE + "a + b"
        assert item.range is not None
        assert item.range.start.line == item.range.end.line == 2
        assert item.command is not None
        assert item.command.command in editor.capabilities.execute_command_provider.commands  # type: ignore[union-attr]
        await editor.run(item.command.command, *(item.command.arguments or ()))
        await editor.run(item.command.command, *(item.command.arguments or ()))
        report = await editor.report()
        assert (report["shown"], report["accepted"]) == (1, 1)


async def test_astral_characters_before_the_cursor(model: ModelServer) -> None:
    text = "s = '\U0001f600ä字'; x = "
    for profile in (VSCODE, NEOVIM):
        model.enqueue(send("len(s)\n"))
        async with editing(profile, for_model(model.url)) as editor:
            editor.open(URI, text)
            (item,) = await editor.inline(URI)
            assert editor.accepted(URI, item).rstrip() == text + "len(s)"


@pytest.mark.parametrize("profile", [EMACS, OLD_EMACS, KATE, ALE, ZED], ids=lambda profile: profile.name)
async def test_a_list_item_replaces_the_typed_word(profile: Profile, model: ModelServer) -> None:
    text = "# \U0001f600\nresult = 1\nprint(res"
    model.enqueue(send("result)\n"))
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, text)
        reply = await editor.complete(URI, len(text))
        assert reply.is_incomplete
        (item,) = reply.items
        assert (item.filter_text, item.preselect) == ("res", False)
        assert isinstance(item.text_edit, types.TextEdit)
        where = item.text_edit.range
        assert editor.offset(text, where.start) == text.rindex("res")
        assert item.text_edit.new_text.startswith("result")
        assert "\n" not in item.text_edit.new_text
        assert item.label.startswith("result")
        assert item.detail == "scripted"


async def test_cancelling_closes_the_stream(model: ModelServer) -> None:
    model.enqueue(send("a"), stall(Gate()))
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        request = editor.client.protocol.send_request(
            types.TEXT_DOCUMENT_INLINE_COMPLETION, editor.inline_params(URI, len(CODE)), msg_id="asked"
        )
        asked = await model.next_request()
        editor.client.cancel_request(types.CancelParams(id="asked"))
        with pytest.raises(Exception, match="cancel"):
            await asyncio.wrap_future(request)
        await asyncio.wait_for(asked.hung_up.wait(), 30)
        assert len(await editor.inline(URI)) == 1


async def test_a_newer_request_takes_over_and_asks_nobody_again(model: ModelServer) -> None:
    gate = Gate()
    model.enqueue(send("a"), stall(gate), send(" + b\n"))
    async with editing(NEOVIM, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        older = asyncio.create_task(editor.inline(URI))
        await model.next_request()
        newer = asyncio.create_task(editor.inline(URI))
        assert await older == []
        gate.open()
        assert len(await newer) == 1
        assert len(model.requests) == 1
        skipped = (await editor.report())["skipped"]
        assert (skipped if isinstance(skipped, dict) else skipped._asdict()) == {Reason.SUPERSEDED.value: 1}


async def test_typing_while_the_model_answers_drops_the_answer(model: ModelServer) -> None:
    gate = Gate()
    model.enqueue(send("a"), stall(gate), send(" + b\n"))
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        asking = asyncio.create_task(editor.inline(URI))
        await model.next_request()
        editor.edit(URI, (len(CODE), len(CODE), "z"))
        await editor.check_texts()
        gate.open()
        assert await asking == []


async def test_nothing_is_asked_when_completions_are_off(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url), options={"completion": {"enable": False}}) as editor:
        editor.open(URI, CODE)
        assert await editor.inline(URI) == []
        assert model.requests == []
        await editor.until(lambda: editor.statuses[-1]["state"] == "off")


async def test_copilots_notifications_are_tolerated(model: ModelServer) -> None:
    async with editing(
        VSCODE, for_model(model.url), options={"editorInfo": {"name": "x"}, "editorPluginInfo": {"name": "y"}}
    ) as editor:
        editor.open(URI, CODE)
        for method, params in [
            ("textDocument/didFocus", {"textDocument": {"uri": URI}}),
            ("textDocument/didShowCompletion", {"item": {"insertText": "x"}}),
            ("textDocument/didPartiallyAcceptCompletion", {"item": {}, "acceptedLength": 3}),
        ]:
            editor.client.protocol.notify(method, params)
        assert (await editor.report())["problems"] == []
        assert editor.messages == []


@pytest.mark.parametrize("encoding", [VSCODE, NEOVIM], ids=lambda profile: profile.name)
async def test_a_closed_document_has_no_completions(encoding: Profile, model: ModelServer) -> None:
    async with editing(encoding, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(URI)))
        assert await editor.inline(URI) == []
        assert model.requests == []


def test_the_editor_counts_like_an_editor() -> None:
    editor = object.__new__(Editor)
    editor.profile = VSCODE
    text = "a\U0001f600b\nc"
    assert [editor.position(text, at).character for at in range(4)] == [0, 1, 3, 4]
    assert all(editor.offset(text, editor.position(text, at)) == at for at in range(6))
