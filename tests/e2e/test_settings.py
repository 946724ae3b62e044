"""Settings from every source take effect at once, and a bad one is reported once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, OLD_EMACS, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send("a + b\n")) as server:
        yield server


def push(editor: Editor, settings: Any) -> None:
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))


async def settled(editor: Editor, name: str, value: Any) -> None:
    """Ask until the setting has its value; every answer is a turn of the server's loop."""
    for _ in range(200):
        report = await editor.report()
        found = report["settings"]
        if (found.get(name) if isinstance(found, dict) else getattr(found, name, None)) == value:
            return
    raise AssertionError(f"{name} did not become {value!r}: {report['settings']}")


async def test_a_client_that_answers_is_asked(model: ModelServer) -> None:
    wanted = {"provider": "openai-compatible", "baseUrl": f"{model.url}/v1", "completion": {"model": "scripted"}}
    async with editing(NEOVIM, configuration=wanted) as editor:
        await settled(editor, "provider", "openai-compatible")
        editor.open(URI, CODE)
        await editor.until(lambda: editor.statuses[-1]["provider"] == "openai-compatible")


async def test_a_change_applies_without_a_restart(model: ModelServer) -> None:
    async with (
        ModelServer(send("a - b\n")) as other,
        editing(VSCODE, for_model(model.url), configuration={}) as editor,
    ):
        editor.open(URI, CODE)
        (item,) = await editor.inline(URI)
        assert "a + b" in editor.accepted(URI, item)
        editor.client.set_configuration({"mai": {"baseUrl": f"{other.url}/v1", "completion.model": "other"}})
        push(editor, None)
        await editor.until(lambda: editor.statuses[-1]["model"] == "other")
        (item,) = await editor.inline(URI)
        assert "a - b" in editor.accepted(URI, item)


@pytest.mark.parametrize("pushed", [{"mai": {"completion": {"enable": False}}}, {"completion": {"enable": False}}])
async def test_a_client_that_can_not_be_asked_pushes(pushed: Any, model: ModelServer) -> None:
    async with editing(OLD_EMACS, for_model(model.url)) as editor:
        push(editor, pushed)
        await settled(editor, "completion.enable", False)
        push(editor, {"mai": {}})
        await settled(editor, "completion.enable", None)


async def test_bad_settings_are_reported_once_and_the_default_used() -> None:
    options = {"mai": {"completion": {"maxLines": "many"}, "providr": "x", "apiKey": 7}}
    async with editing(VSCODE, options=options) as editor:
        await editor.until(lambda: editor.messages)
        problems = (await editor.report())["problems"]
        assert len(problems) == 3
        push(editor, None)
        push(editor, None)
        await editor.report()
        assert [entry.message for entry in editor.client.log_messages] == list(problems)
        assert len(editor.messages) == 1
        assert "2 more" in editor.messages[0]


async def test_a_project_file_is_read_and_watched(tmp_path: Path) -> None:
    file = tmp_path / ".mai.toml"
    file.write_text("[completion]\nmaxLines = 3\n")
    async with editing(VSCODE, folder=tmp_path) as editor:
        await settled(editor, "completion.maxLines", 3)
        await editor.until(lambda: "mai-project-file" in editor.registered)
        file.write_text("completion.maxLines = 4\n")
        changed = types.FileEvent(file.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        await settled(editor, "completion.maxLines", 4)


async def test_a_project_file_that_is_saved_is_read_again_where_nobody_watches(tmp_path: Path) -> None:
    file = tmp_path / ".mai.toml"
    async with editing(NEOVIM, folder=tmp_path) as editor:
        file.write_text('baseUrl = "https://example.invalid"\n[completion]\nmaxLines = 4\n')
        editor.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(file.as_uri()))
        )
        await settled(editor, "completion.maxLines", 4)
        await editor.until(lambda: editor.messages)
        assert "can not be set by a project" in editor.messages[0]


async def test_the_completion_list_follows_its_setting_where_the_client_lets_it(model: ModelServer) -> None:
    async with editing(VSCODE, for_model(model.url), configuration={}) as editor:
        editor.client.set_configuration({"mai": {"completion": {"list": "always"}}})
        push(editor, None)
        await editor.until(lambda: "mai-completion-list" in editor.registered)
        editor.open(URI, CODE)
        assert len((await editor.complete(URI, len(CODE))).items) == 1
        editor.client.set_configuration({"mai": {}})
        push(editor, None)
        await editor.until(lambda: "mai-completion-list" not in editor.registered)


@pytest.mark.parametrize("profile", [EMACS, NEOVIM], ids=lambda profile: profile.name)
async def test_nothing_is_registered_that_the_client_can_not(profile: Profile) -> None:
    async with editing(profile) as editor:
        await editor.report()
        allowed = {"mai-project-file"} if profile is EMACS else set()
        assert set(editor.registered) <= allowed


async def test_copilots_clients_get_copilots_status(model: ModelServer) -> None:
    options = {"editorInfo": {"name": "x", "version": "1"}, "editorPluginInfo": {"name": "y", "version": "1"}}
    async with editing(VSCODE, for_model(model.url), options=options) as editor:
        editor.open(URI, CODE)
        await editor.inline(URI)
        await editor.until(lambda: editor.copilot_statuses and not editor.copilot_statuses[-1]["busy"])
        assert editor.copilot_statuses[-1]["kind"] == "Normal"
        assert any(status["busy"] for status in editor.copilot_statuses)
