"""Ignore rules and masks over stdio: what the editor has open is not what a model is sent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.editor import PATIENCE, editing, for_model
from tests.e2e.profiles import VSCODE
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

MARKER = "marker_93b7"


def plain(found: Any) -> Any:
    """A result as JSON data; pygls makes objects of what it does not know."""
    return json.loads(json.dumps(found, default=lambda one: one._asdict()))


async def test_an_ignored_file_is_never_sent(tmp_path: Path) -> None:
    (tmp_path / ".maiignore").write_text("*.secret.py\n", encoding="utf-8")
    async with ModelServer(send("1")) as model, editing(VSCODE, for_model(model.url), folder=tmp_path) as editor:
        hidden, shown = ((tmp_path / name).as_uri() for name in ("a.secret.py", "b.py"))
        editor.open(hidden, f"{MARKER} = ")
        editor.raw("textDocument/didFocus", {"textDocument": {"uri": hidden}})
        assert await editor.inline(hidden, invoked=True) == []
        editor.open(shown, "x = ")
        assert await editor.inline(shown)
        assert plain((await editor.report())["skipped"])["ignored"] == 1
        assert MARKER not in json.dumps([request.body for request in model.requests])
        refused = plain(await editor.run("mai.showPrompt", hidden, {"line": 0, "character": 14}))
        assert refused["body"] is None
        assert refused["reason"] == "This file is never sent (.maiignore line 1: *.secret.py)."


@pytest.mark.parametrize("told", [True, False])
async def test_a_changed_ignore_file_takes_effect_without_a_restart(tmp_path: Path, told: bool) -> None:
    rules, uri = tmp_path / ".maiignore", (tmp_path / "a.py").as_uri()
    async with ModelServer(send("1")) as model, editing(VSCODE, for_model(model.url), folder=tmp_path) as editor:
        editor.open(uri, "x = ")
        assert await editor.inline(uri)

        async def change(text: str, shown: bool) -> None:
            rules.write_text(text, encoding="utf-8")
            if told:
                changed = types.FileEvent(rules.as_uri(), types.FileChangeType.Changed)
                editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
                assert bool(await editor.inline(uri)) is shown
            else:
                async with asyncio.timeout(PATIENCE):
                    while bool(await editor.inline(uri)) is not shown:
                        pass  # Ignore files are looked at once a second; every turn waits for an answer.

        await change("*.py\n", shown=False)
        sent = len(model.requests)
        assert await editor.inline(uri) == []
        assert len(model.requests) == sent
        await change("*.py\n!a.py\n", shown=True)


async def test_show_prompt_says_what_would_be_sent(tmp_path: Path) -> None:
    async with ModelServer(send("1")) as model, editing(VSCODE, for_model(model.url), folder=tmp_path) as editor:
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, 'password = "h0rse-b4ttery"\nx = ')
        shown = plain(await editor.run("mai.showPrompt", uri, {"line": 1, "character": 4}))
        assert model.requests == []
        assert shown["method"] == "POST"
        assert shown["url"].startswith(model.url)
        assert [piece["piece"] for piece in shown["pieces"]][-1] == "prefix"
        assert shown["withheld"] == [{"what": "prefix", "path": "a.py", "why": "a secret was masked (assigned-secret)"}]
        assert "<secret>" in json.dumps(shown["body"])
        assert "h0rse" not in json.dumps(shown)
        await editor.inline(uri)
        assert model.requests[0].body == shown["body"]
        assert plain(await editor.run("mai.showPrompt", "file:///not/open", None))["reason"]
