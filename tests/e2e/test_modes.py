"""Suggestions while typing: manual or quiet mode, snoozed, switched off; asking by hand works in any case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
PROFILES = pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


async def quiet_but_by_hand(editor: Editor, model: ModelServer, reason: str) -> None:
    """Nothing comes by itself, for this reason, and something by hand."""
    before = len(model.requests)
    assert await editor.inline(URI) == []
    assert len(model.requests) == before
    assert (await editor.report())["skipped"][reason] >= 1
    assert await editor.inline(URI, invoked=True)


async def comes_by_itself(editor: Editor) -> None:
    editor.edit(URI, (0, 0, "y = 1\n"))
    assert await editor.inline(URI)


@PROFILES
async def test_manual_mode(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url) | {"MAI_LSP_COMPLETION_MODE": "manual"}) as editor:
        editor.open(URI, CODE)
        await quiet_but_by_hand(editor, model, "manual")


async def test_completions_that_are_switched_off_come_by_hand(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url) | {"MAI_LSP_COMPLETION_ENABLE": "false"}) as editor:
        editor.open(URI, CODE)
        await quiet_but_by_hand(editor, model, "disabled")


@PROFILES
async def test_snoozing(profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        told = await editor.run("mai.snooze", 5)
        assert told["state"] == "off"
        assert told["until"]
        await editor.until(lambda: editor.statuses[-1]["state"] == "off")
        assert "snoozed. Until " in editor.statuses[-1]["message"]
        await quiet_but_by_hand(editor, model, "snoozed")
        await editor.run("mai.unsnooze")
        await editor.until(lambda: editor.statuses[-1]["state"] != "off")
        await comes_by_itself(editor)


async def test_a_snooze_ends_by_itself(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        await editor.run("mai.snooze", 0.005)
        await editor.until(lambda: "off" in [told["state"] for told in editor.statuses])
        await editor.until(lambda: editor.statuses[-1]["state"] != "off")
        await comes_by_itself(editor)


@PROFILES
@pytest.mark.parametrize("what", ["file", "language"])
async def test_toggling(what: str, profile: Profile, model: ModelServer) -> None:
    async with editing(profile, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        editor.open("file:///work/b.py", CODE)
        told = await editor.run("mai.toggle", URI, what)
        assert (told["file"]["on"], told["file"]["reason"]) == (False, "disabled")
        await quiet_but_by_hand(editor, model, "disabled")
        assert bool(await editor.inline("file:///work/b.py")) is (what == "file")
        assert (await editor.run("mai.toggle", URI, what))["file"]["on"] is True
        await comes_by_itself(editor)


async def test_odd_arguments_do_no_harm(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url)) as editor:
        editor.open(URI, CODE)
        assert (await editor.run("mai.toggle"))["file"]["on"] is False
        assert (await editor.run("mai.toggle", 7, {"a": 1}))["file"]["on"] is False
        for minutes in ("soon", None, True, 1e300):
            assert (await editor.run("mai.snooze", minutes))["state"] == "off"
        assert (await editor.run("mai.snooze", -1))["state"] != "off"
        await comes_by_itself(editor)


async def test_quiet_mode_is_one_line(model: ModelServer) -> None:
    model.default = (send("for item in a:\n        print(item)\n        b(item)\n"),)
    async with editing(VSCODE, for_model(model.url) | {"MAI_LSP_COMPLETION_MODE": "quiet"}) as editor:
        editor.open(URI, "def show(a, b):\n    ")
        for item in await editor.inline(URI):
            assert isinstance(item.insert_text, str)
            assert "\n" not in item.insert_text
        (item, *_) = await editor.inline(URI, invoked=True)
        assert isinstance(item.insert_text, str)
        assert "\n" in item.insert_text
