"""What an editor is told about the model: slow and why, limited until when, offline and what to do, each box once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import reasoning, send, stall, status, usage

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
PROFILES = pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
COPILOT = {"editorInfo": {"name": "x", "version": "1"}, "editorPluginInfo": {"name": "y", "version": "1"}}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


async def ask(editor: Editor, *, invoked: bool = False) -> int:
    """Ask as this editor does while typing, or by hand; give the number of suggestions."""
    if editor.profile.inline or invoked:
        return len(await editor.inline(URI, invoked=invoked))
    return len((await editor.complete(URI, len(editor.texts[URI]))).items)


def type_on(editor: Editor) -> None:
    """Change the text, so that no answer of before fits."""
    text = editor.texts[URI]
    editor.edit(URI, (0, 0, f"x{len(text)} = 1\n"))


def kinds(editor: Editor) -> list[str]:
    return [told["kind"] for told in editor.copilot_statuses]


@PROFILES
async def test_a_limit_is_told_with_its_end_and_kept_until_asked_by_hand(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url), options=COPILOT, clean=False) as editor:
        editor.open(URI, CODE)
        model.enqueue(status(429, headers={"retry-after": "600"}))
        assert await editor.inline(URI) == []
        await editor.until(lambda: editor.statuses and editor.statuses[-1]["state"] == "limited")
        told = editor.statuses[-1]
        ahead = (datetime.fromisoformat(told["until"]) - datetime.now(UTC)).total_seconds()
        assert 300 < ahead <= 601
        assert " Until " in told["message"]
        assert kinds(editor)[-1] == "Warning"
        assert len(model.requests) == 1
        type_on(editor)
        assert await editor.inline(URI) == []
        assert len(model.requests) == 1, "nothing is asked while the provider wants to be left alone"
        assert (await editor.report())["skipped"]["limited"] == 1
        assert editor.messages == []
        assert await editor.inline(URI, invoked=True)
        await editor.until(lambda: editor.statuses[-1]["state"] == "ready")
        assert editor.statuses[-1]["until"] == ""
        type_on(editor)
        assert await editor.inline(URI)


@PROFILES
async def test_a_server_that_is_not_there_is_offline_and_told_once(profile: Profile, model: ModelServer) -> None:
    async with ModelServer() as gone:
        nowhere = gone.url
    # Its port is free by now; nobody else is given it within this test.
    async with editing(profile, for_model(nowhere), options=COPILOT, clean=False) as editor:
        editor.open(URI, CODE)
        for _ in range(2):
            type_on(editor)
            assert await editor.inline(URI) == []
        await editor.until(lambda: editor.statuses and editor.statuses[-1]["state"] == "offline")
        assert "mai.baseUrl" in editor.statuses[-1]["message"]
        assert len(editor.messages) == 1
        assert kinds(editor)[-1] == "Error"


async def test_slow_is_told_with_its_reason_and_over_when_it_is_over(model: ModelServer) -> None:
    env = for_model(model.url) | {"MAI_LSP_STATUS_SLOW_AFTER": "0.01"}
    async with editing(VSCODE, env, options=COPILOT, clean=False) as editor:
        editor.open(URI, CODE)
        model.default = (reasoning("hm " * 200), send("a + b\n"), usage(input=10, output=200, reasoning=190))
        for _ in range(3):
            type_on(editor)
            gate = Gate()
            model.enqueue(stall(gate), reasoning("hm " * 200), send("a + b\n"))
            asking = asyncio.create_task(
                editor.request(types.TEXT_DOCUMENT_INLINE_COMPLETION, editor.inline_params(URI, len(editor.texts[URI])))
            )
            await editor.until(
                lambda: editor.statuses and editor.statuses[-1]["state"] == "working"
            )  # A while has passed by then.
            gate.open()
            await asking
        await editor.until(lambda: editor.statuses[-1]["state"] == "slow")
        assert "mai.reasoning.effort" in editor.statuses[-1]["message"]
        assert kinds(editor)[-1] == "Warning"
        assert editor.messages == []
        editor.client.set_configuration({"mai": {"status": {"slowAfter": 100}}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        await editor.report()
        for _ in range(3):
            type_on(editor)
            assert await editor.inline(URI)
        await editor.until(lambda: editor.statuses[-1]["state"] == "ready")


async def test_the_cost_of_today_is_in_the_status(model: ModelServer) -> None:
    env = for_model(model.url) | {"MAI_LSP_PRICE_INPUT": "1000", "MAI_LSP_PRICE_OUTPUT": "1000"}
    async with editing(VSCODE, env) as editor:
        editor.open(URI, CODE)
        assert (await editor.report())["cost"] is None
        assert await editor.inline(URI)
        assert (await editor.report())["cost"] > 0


async def asked_status(editor: Editor, uri: str) -> Any:
    reply = await editor.request("mai/status", {"uri": uri})
    return reply.file


async def test_whether_suggestions_come_in_a_document_can_be_asked(model: ModelServer) -> None:
    env = for_model(model.url) | {"MAI_LSP_COMPLETION_DISABLED_LANGUAGES": "lua"}
    async with editing(NEOVIM, env) as editor:
        editor.open(URI, CODE)
        editor.open("file:///work/a.lua", "x = ", "lua")
        editor.open("file:///work/.env", "KEY=", "plaintext")
        assert (await asked_status(editor, URI)).on is True
        off = await asked_status(editor, "file:///work/a.lua")
        assert (off.on, off.reason) == (False, "disabled")
        assert "disabledLanguages" in off.why
        assert (await asked_status(editor, "file:///work/.env")).reason == "ignored"
        assert (await asked_status(editor, "file:///work/none.py")).on is False


async def test_who_waits_long_for_what_was_asked_by_hand_is_shown_progress(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        gate = Gate()
        model.default = (stall(gate), send("a + b\n"))
        params = editor.inline_params(URI, len(CODE), invoked=True)
        params.work_done_token = "mine"
        asking = asyncio.create_task(editor.request(types.TEXT_DOCUMENT_INLINE_COMPLETION, params))
        await editor.until(lambda: editor.progress)
        gate.open()
        assert (await asking).items
        await editor.until(lambda: len(editor.progress) == 2)
