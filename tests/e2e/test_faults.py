"""Whatever a model server does: one clear message, the document unharmed, and the next request works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from tests.e2e.editor import KEY, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import (
    Step,
    bad_json,
    drop,
    end_here,
    error_event,
    garbage,
    never_headers,
    reasoning,
    safety_block,
    send,
    status,
)

URI = "file:///work/secret_module.py"
CODE = "# planted-source-93b7\ndef add(a, b):\n    return "

FAULTS: dict[str, tuple[Sequence[Step], bool]] = {
    # name: what every request gets, and whether the user must act (and so sees a message box)
    "400": ([status(400)], False),
    "401": ([status(401)], True),
    "402": ([status(402)], True),
    "403": ([status(403)], True),
    "404": ([status(404)], True),
    "412": ([status(412)], True),
    "429": ([status(429, headers={"retry-after": "0"})], False),
    "500": ([status(500)], False),
    "503": ([status(503)], False),
    "context": ([status(400, {"error": {"code": "context_length_exceeded", "message": "too long"}})], False),
    "filter": ([status(400, {"error": {"code": "content_filter", "message": "no"}})], False),
    "html": ([status(502, "<html>Bad gateway</html>")], False),
    "garbage": ([garbage()], False),
    "reset": ([drop()], True),
    "cut": ([send("a "), drop()], False),
    "bad json": ([send("a "), bad_json()], False),
    "error event": ([send("a "), error_event()], False),
    "safety block": ([send("a "), safety_block()], False),
    "only reasoning": ([reasoning("hm " * 4000)], False),
    "empty": ([end_here()], False),
    "never": ([never_headers()], False),
}


STATES = {"429": "limited", "reset": "offline"}
"""Of the status, where it is not an error."""


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_a_fault_is_told_once_and_over_with_the_next_answer(fault: str, model: ModelServer) -> None:
    steps, must_act = FAULTS[fault]
    env = for_model(model.url) | {"MAI_LSP_TIMEOUT_FIRST_TOKEN": "1", "MAI_LSP_TIMEOUT_TOTAL": "5"}
    async with editing(VSCODE, env, clean=False) as editor:
        editor.open(URI, CODE)
        model.default = steps
        for number in range(2):
            editor.edit(URI, (len(editor.texts[URI]), len(editor.texts[URI]), " " * number))
            assert await editor.inline(URI) == []
        await editor.check_texts()
        await editor.until(lambda: editor.statuses[-1]["state"] == STATES.get(fault, "error"))
        assert editor.statuses[-1]["message"]
        assert len(editor.messages) == (1 if must_act else 0)
        assert len(editor.client.log_messages) == 1
        noted = editor.client.log_messages[0].message
        await editor.until(lambda: noted in editor.log)
        assert editor.log.count(noted) == 1
        model.default = (send("a + b\n"),)
        (item,) = await editor.inline(URI)
        assert "a + b" in editor.accepted(URI, item)
        await editor.until(lambda: editor.statuses[-1]["state"] == "ready")
        assert editor.statuses[-1]["message"] == ""
        said = editor.log + "".join(editor.messages + [entry.message for entry in editor.client.log_messages])
        for planted in (KEY, "planted-source", "secret_module", "def add"):
            assert planted not in said


async def test_who_asks_by_hand_is_told_in_a_box(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url), clean=False) as editor:
        editor.open(URI, CODE)
        model.default = (status(500),)
        assert await editor.inline(URI) == []
        assert editor.messages == []
        assert await editor.inline(URI, invoked=True) == []
        assert await editor.inline(URI, invoked=True) == []
        await editor.until(lambda: len(editor.messages) == 1)


async def test_a_missing_endpoint_is_told_at_the_start_and_mended_by_a_setting(model: ModelServer) -> None:
    async with editing(VSCODE, {"MAI_LSP_PROVIDER": "openai-compatible"}, clean=False) as editor:
        await editor.until(lambda: len(editor.messages) == 1)
        assert "mai.baseUrl" in editor.messages[0]
        editor.open(URI, CODE)
        assert await editor.inline(URI) == []
        assert len(editor.messages) == 1
        await configure(editor, {"baseUrl": f"{model.url}/v1", "completion": {"model": "scripted"}})
        await editor.until(lambda: editor.statuses[-1]["state"] == "ready")
        assert len(await editor.inline(URI)) == 1


async def configure(editor: object, settings: object) -> None:
    from lsprotocol import types

    from tests.e2e.editor import Editor

    assert isinstance(editor, Editor)
    editor.client.set_configuration({"mai": settings})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
    await editor.report()  # The pull is over before the server's next answer but one; `until` does the rest.
