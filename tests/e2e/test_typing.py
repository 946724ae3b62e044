"""Typing over the wire, as each editor does it: one request, kept alive, joined, and closed when it is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.gate import Gate
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, stall

URI = "file:///work/a.py"
CODE = "# ä\U0001f600字\ndef add(first, second):\n    total = "
LINE = "first + second * 2"
PROFILES = [VSCODE, NEOVIM, EMACS]


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send(LINE + "\n")) as server:
        yield server


def environment(model: ModelServer, **more: str) -> dict[str, str]:
    return {**for_model(model.url), "MAI_LSP_COMPLETION_PREFETCH": "never", **more}


async def shown(editor: Editor) -> str | None:
    """Ask as this editor does; what the text is with the suggestion, or None."""
    text = editor.texts[URI]
    if editor.profile.inline:
        items = await editor.inline(URI)
        return editor.accepted(URI, items[0]) if items else None
    reply = await editor.complete(URI, len(text))
    if not reply.items:
        return None
    edit = reply.items[0].text_edit
    assert isinstance(edit, types.TextEdit)
    start, end = (editor.offset(text, place) for place in (edit.range.start, edit.range.end))
    return text[:start] + edit.new_text + text[end:]


def typed(editor: Editor, text: str) -> None:
    end = len(editor.texts[URI])
    editor.edit(URI, (end, end, text))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
async def test_what_is_typed_along_needs_no_further_request(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, environment(model)) as editor:
        editor.open(URI, CODE)
        assert await shown(editor) == CODE + LINE
        for piece in ("f", "irst ", "+ sec"):
            typed(editor, piece)
            assert await shown(editor) == CODE + LINE
        assert len(model.requests) == 1


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
async def test_a_request_is_kept_alive_while_the_typing_agrees(profile: Profile, model: ModelServer) -> None:
    gate = Gate()
    model.enqueue(send("fir"), stall(gate), send("st + second * 2\n"))
    async with editing(profile, environment(model)) as editor:
        editor.open(URI, CODE)
        first = asyncio.create_task(shown(editor))
        asked = await model.next_request()
        for piece in ("f", "irst", " +"):
            typed(editor, piece)
            second = asyncio.create_task(shown(editor))
            assert await first is None
            first = second
        gate.open()
        assert await first == CODE + LINE
        assert len(model.requests) == 1
        assert not asked.hung_up.is_open


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
async def test_it_is_closed_when_something_else_is_typed(profile: Profile, model: ModelServer) -> None:
    model.enqueue(send(f"```python\n{CODE.rpartition(chr(10))[2]}first + sec"), stall(Gate()))
    async with editing(profile, environment(model)) as editor:
        editor.open(URI, CODE)
        first = asyncio.create_task(shown(editor))
        asked = await model.next_request()
        typed(editor, "(")
        await asyncio.wait_for(asked.hung_up.wait(), 30)
        assert await first is None


async def test_a_request_that_the_editor_cancels_is_joined_by_the_next(model: ModelServer) -> None:
    gate = Gate()
    model.enqueue(stall(gate), send(LINE + "\n"))
    async with editing(VSCODE, environment(model)) as editor:
        editor.open(URI, CODE)
        params = editor.inline_params(URI, len(CODE))
        request = editor.client.protocol.send_request(types.TEXT_DOCUMENT_INLINE_COMPLETION, params, msg_id="asked")
        await model.next_request()
        editor.client.cancel_request(types.CancelParams(id="asked"))
        typed(editor, "fi")
        with pytest.raises(Exception, match="cancel"):
            await asyncio.wrap_future(request)
        asking = asyncio.create_task(shown(editor))
        gate.open()
        assert await asking == CODE + LINE
        assert len(model.requests) == 1


async def test_the_next_suggestion_is_there_before_it_is_asked_for(model: ModelServer) -> None:
    model.enqueue(send(LINE + "\n"))
    model.enqueue(send("```python\n    return total\n```"))
    async with editing(VSCODE, environment(model, MAI_LSP_COMPLETION_PREFETCH="shown")) as editor:
        editor.open(URI, CODE)
        assert await shown(editor) == CODE + LINE
        await model.next_request()
        ahead = await model.next_request()
        await asyncio.wait_for(ahead.answered.wait(), 30)
        typed(editor, LINE)
        typed(editor, "\n    ")
        text = await shown(editor)
        assert text is not None
        assert text.endswith(LINE + "\n    return total")


async def test_files_can_be_switched_off(model: ModelServer) -> None:
    async with editing(VSCODE, environment(model, MAI_LSP_COMPLETION_DISABLED_FILES="*.py")) as editor:
        editor.open(URI, CODE)
        assert await shown(editor) is None
        assert model.requests == []
        assert len(await editor.inline(URI, invoked=True)) == 1
