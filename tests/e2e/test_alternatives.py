"""Asking by hand gives several different suggestions, in each of the ways that editors ask."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.engine.alternatives import TEMPERATURE
from mai_lsp.usage import store
from mai_lsp.usage.counts import total
from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.gate import Gate
from tests.support.model_server import Asked, ModelServer
from tests.support.model_steps import Step, send, stall

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
PROFILES = pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        others = itertools.cycle(["b + a\n", "sum((a, b))\n"])

        def reply(asked: Asked) -> Sequence[Step]:
            return (send(next(others) if asked.body["temperature"] == TEMPERATURE else "a + b\n"),)

        server.default = reply
        yield server


def results(editor: Editor, items: Sequence[Any]) -> list[str]:
    """What the last line is with each of the items; fields of partial results are plain."""
    return [editor.accepted(URI, item).rsplit("return ", 1)[1] for item in items]


@PROFILES
async def test_asking_by_hand_gives_three_the_usual_one_first(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        found = results(editor, await editor.inline(URI, invoked=True))
        assert found[0] == "a + b"
        assert sorted(found) == ["a + b", "b + a", "sum((a, b))"]


async def test_stepping_through_them_asks_nobody_again(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        first = await editor.inline(URI, invoked=True)
        asked = len(model.requests)
        assert [item.command for item in await editor.inline(URI, invoked=True)] == [item.command for item in first]
        assert len(model.requests) == asked
        editor.edit(URI, (0, 0, "x = 1\n"))
        assert await editor.inline(URI, invoked=True)
        assert len(model.requests) > asked


async def test_while_typing_there_is_one(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        assert len(await editor.inline(URI)) == 1


async def test_one_is_enough_for_those_who_say_so(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url) | {"MAI_LSP_COMPLETION_ALTERNATIVES": "1"}) as editor:
        editor.open(URI, CODE)
        assert len(await editor.inline(URI, invoked=True)) == 1
        assert len(model.requests) == 1


@PROFILES
async def test_the_command_gives_them_to_any_client(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        position = editor.position(CODE, len(CODE))
        answer = await editor.run("mai.alternatives", URI, {"line": position.line, "character": position.character})
        assert sorted(item["insertText"].split("return ")[-1] for item in answer["items"]) == [
            "a + b",
            "b + a",
            "sum((a, b))",
        ]


async def test_the_panel_gets_each_as_soon_as_it_is_there(model: ModelServer) -> None:
    gate = Gate()

    def reply(asked: Asked) -> Sequence[Step]:
        return (stall(gate), send("b + a\n")) if asked.body["temperature"] == TEMPERATURE else (send("a + b\n"),)

    model.default = reply
    options = {"editorInfo": {"name": "x", "version": "1"}, "editorPluginInfo": {"name": "y", "version": "1"}}
    async with editing(NEOVIM, for_model(model.url), options=options) as editor:
        editor.open(URI, CODE)
        position = editor.position(CODE, len(CODE))
        params = {
            "textDocument": {"uri": URI, "version": 1},
            "position": {"line": position.line, "character": position.character},
            "partialResultToken": "panel",
        }
        asking = asyncio.create_task(editor.request("textDocument/copilotPanelCompletion", params))
        await editor.until(lambda: editor.progress)
        assert len(model.requests) == 3, "the others are under way"
        gate.open()
        assert (await asking).items == []
        await editor.until(lambda: len(shown(editor)) == 2)
        assert [text.split("return ")[-1] for text in shown(editor)] == ["a + b", "b + a"]


def shown(editor: Editor) -> list[str]:
    """The texts of all partial results so far."""
    return [_field(item, "insertText") for value in editor.progress for item in _field(value, "items") or ()]


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


async def test_they_are_one_offer_and_each_request_is_counted(model: ModelServer, tmp_path: Path) -> None:
    env = for_model(model.url) | {"MAI_LSP_STATS_ENABLE": "true", "MAI_LSP_DATA_DIR": str(tmp_path)}
    async with editing(VSCODE, env) as editor:
        editor.open(URI, CODE)
        items = await editor.inline(URI, invoked=True)
        item: types.InlineCompletionItem = items[1]
        assert item.command is not None
        await editor.run(item.command.command, *(item.command.arguments or ()))
        editor.edit(URI, (len(CODE), len(CODE), results(editor, [item])[0]))
        await editor.check_texts()
    counts = total(store.read(tmp_path / f"usage-{store.SCHEMA}.db").values())
    assert counts.numbers["requests"] == 3
    assert (counts.numbers["shown"], counts.numbers["accepted"]) == (1, 1)
    assert counts.numbers["accepted_chars"] == len(results_text(item))


def results_text(item: types.InlineCompletionItem) -> str:
    assert isinstance(item.insert_text, str)
    return item.insert_text.split("return ")[-1]
