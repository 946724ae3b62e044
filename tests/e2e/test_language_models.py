"""The provider `vscode` over stdio: the editor is asked for its own models, streams, refuses, and is told to stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.e2e.applying import Applier, able
from tests.e2e.editor import Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send, status

URI = "file:///work/a.py"
CODE = "def add(a, b):\n    return "
CHANGED_FROM = "def add(a, b):\n    return a + b\n"
REPLY = "calc.py\n```python\n<<<<<<< SEARCH\ndef add(a, b):\n=======\ndef plus(a, b):\n>>>>>>> REPLACE\n```\n"
DECLARED = {"mai": {"languageModels": True}}
STOP = {"finish": "stop", "usage": {"input": 50, "output": 5}}


@dataclass
class Models:
    """What the extension does, with a script in place of the editor's models."""

    editor: Editor
    parts: Sequence[Mapping[str, Any]] = ({"text": "a +"}, {"text": " b\n"})
    result: Any = field(default_factory=lambda: STOP)
    listed: Any = field(default_factory=list)
    questions: list[Any] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """If set, nothing comes until it is."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    async def chat(self, params: Any) -> Any:
        self.questions.append(params)
        self.stirred.set()
        if self.hold is not None:
            await self.hold.wait()
        for part in self.parts:
            self.editor.client.protocol.notify("mai/lm/part", {"id": params.id, **part})
        return self.result

    def cancel(self, params: Any) -> None:
        self.cancelled.append(params.id)
        if self.hold is not None:
            self.hold.set()
        self.stirred.set()

    async def until(self, there: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not there():
                self.stirred.clear()
                await self.stirred.wait()


@asynccontextmanager
async def offering(
    env: Mapping[str, str] | None = None,
    *,
    profile: Profile = VSCODE,
    options: Any = DECLARED,
    folder: Path | None = None,
    clean: bool = True,
    answers: bool = True,
) -> AsyncIterator[tuple[Editor, Models]]:
    """Run a server whose editor has language models."""
    env = {"MAI_LSP_PROVIDER": "vscode"} | dict(env or {})
    async with editing(profile, env, options=options, folder=folder, clean=clean) as editor:
        models = Models(editor)
        if answers:
            editor.client.feature("mai/lm/chat")(partial(models.chat))
            editor.client.feature("mai/lm/models")(lambda _: models.listed)
            editor.client.feature("mai/lm/cancel")(partial(models.cancel))
        editor.open(URI, CODE)
        yield editor, models


def type_on(editor: Editor) -> None:
    editor.edit(URI, (0, 0, f"x{len(editor.texts[URI])} = 1\n"))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM, EMACS], ids=lambda profile: profile.name)
async def test_a_suggestion_comes_from_the_editors_model(profile: Profile) -> None:
    async with offering(profile=profile) as (editor, models):
        (item,) = await editor.inline(URI)
        assert editor.accepted(URI, item) == f"{CODE}a + b"
        told = await editor.report()
        assert (told["provider"], told["model"], told["state"]) == ("vscode", "mai-code-1-flash", "ready")
        assert editor.statuses[-1]["cost"] is None
        assert editor.messages == []
        (asked,) = models.questions
        assert (asked.vendor, asked.family) == ("copilot", "mai-code-1-flash")
        assert "return" in "".join(message.content for message in asked.messages)
        assert asked.maxTokens > 0
        shown = await editor.run("mai.showPrompt", URI, {"line": 1, "character": 11})
        assert (shown["method"], shown["url"]) == ("mai/lm/chat", "copilot/mai-code-1-flash")


async def test_parts_of_every_kind_are_read_as_they_are() -> None:
    async with offering() as (editor, models):
        text = "'é\u2028\U0001f600' + a\n"
        odd: list[Any] = [
            {"text": None},
            {"text": 5},
            {"call": {"name": "f", "arguments": {"class": 1, "a b": 2, "_c": 3}}},
        ]
        models.parts = [*odd, *({"text": letter} for letter in text)]
        models.result = {"finish": "stop", "usage": {"input": 1, "output": 1, "class": 1, "a b": 1}}
        editor.client.protocol.notify("mai/lm/part", {"id": "lm-1000", "text": "of nobody"})
        strange: list[Any] = [{"text": "x"}, {"id": 7}, [], None, "x", {"id": ["lm-1"]}]
        for params in strange:
            editor.raw("mai/lm/part", params)
        (item,) = await editor.inline(URI)
        assert editor.accepted(URI, item) == CODE + text.rstrip("\n")


async def test_what_is_not_waited_for_any_more_is_cancelled_in_the_editor() -> None:
    async with offering() as (editor, models):
        models.hold = asyncio.Event()
        editor.raw("textDocument/inlineCompletion", _plain(editor), identity="mine")
        await models.until(lambda: models.questions)
        editor.raw("$/cancelRequest", {"id": "mine"})
        await models.until(lambda: models.cancelled)
        assert models.cancelled == [models.questions[0].id]
        models.hold = None
        type_on(editor)
        (item,) = await editor.inline(URI)  # What still came for the first question is not in it.
        assert editor.accepted(URI, item).endswith("return a + b")
        assert models.cancelled == [models.questions[0].id]
        assert models.questions[1].id != models.questions[0].id


async def test_a_closed_document_cancels_too() -> None:
    async with offering() as (editor, models):
        models.hold = asyncio.Event()
        editor.raw("textDocument/inlineCompletion", _plain(editor), identity="mine")
        await models.until(lambda: models.questions)
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(URI)))
        await models.until(lambda: models.cancelled)


async def test_leaving_with_a_question_under_way_is_clean() -> None:
    async with offering() as (editor, models):
        models.hold = asyncio.Event()
        editor.raw("textDocument/inlineCompletion", _plain(editor), identity="mine")
        await models.until(lambda: models.questions)
    assert models.cancelled == [models.questions[0].id]


async def test_consent_is_one_message_and_a_state_and_no_dialog_at_every_key() -> None:
    async with offering(clean=False) as (editor, models):
        models.parts, models.result = (), {"error": {"code": "consent", "message": "Not allowed."}}
        for _ in range(4):
            type_on(editor)
            assert await editor.inline(URI) == []
        assert len(models.questions) == 1
        await editor.until(lambda: editor.statuses and editor.statuses[-1]["state"] == "limited")
        assert "choose Allow" in editor.statuses[-1]["message"]
        assert editor.statuses[-1]["until"]
        assert len(editor.messages) == 1
        assert "has not been allowed to ask mai-code-1-flash" in editor.messages[0]
        models.parts, models.result = ({"text": "a + b\n"},), STOP
        assert await editor.inline(URI, invoked=True)
        await editor.until(lambda: editor.statuses[-1]["state"] == "ready")
        type_on(editor)
        assert await editor.inline(URI)
        assert len(editor.messages) == 1


async def test_a_missing_model_names_what_the_editor_has() -> None:
    env = {"MAI_LSP_COMPLETION_MODEL": "mai-code"}
    async with offering(env, clean=False) as (editor, models):
        models.parts, models.result = (), {"error": {"code": "missing", "message": ""}}
        known = {"id": "x", "name": "X", "maxInputTokens": 1, "class": "odd"}
        models.listed = [{"vendor": "copilot", "family": name, **known} for name in ("mai-code-1-flash", "gpt-4o")]
        assert await editor.inline(URI) == []
        await editor.until(lambda: editor.messages)
        assert "The editor has no language model copilot/mai-code." in editor.messages[0]
        assert "It has mai-code-1-flash and others. Set mai.completion.model." in editor.messages[0]
        assert editor.statuses[-1]["state"] == "error"


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ({"error": {"code": "quota", "message": "Please wait 5 minutes."}}, "limited"),
        ({"error": {"code": "quota", "message": "You have no quota"}}, "error"),
        ({"error": {"code": "other", "message": "net::ERR_FAILED"}}, "error"),
        (None, "error"),
        ("odd", "error"),
        ([], "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:40],
)
async def test_what_fails_becomes_a_state(result: Any, state: str) -> None:
    async with offering(clean=False) as (editor, models):
        models.parts, models.result = (), result
        assert await editor.inline(URI) == []
        await editor.until(lambda: editor.statuses and editor.statuses[-1]["state"] == state)
        assert editor.statuses[-1]["message"]
        models.parts, models.result = ({"text": "a + b\n"},), STOP
        assert await editor.inline(URI, invoked=True)


async def test_an_editor_that_knows_no_such_request_is_told_about_it_once() -> None:
    async with offering(clean=False, answers=False) as (editor, _):
        for _ in range(2):
            type_on(editor)
            assert await editor.inline(URI) == []
        await editor.until(lambda: editor.messages)
        assert len(editor.messages) == 1
        assert "only in VS Code with the MAI extension" in editor.messages[0]


async def test_an_edit_is_made_by_the_editors_model(tmp_path: Path) -> None:
    path = tmp_path / "project" / "calc.py"
    path.parent.mkdir()
    path.write_bytes(CHANGED_FROM.encode())
    env = {"MAI_LSP_DATA_DIR": str(tmp_path / "data"), "MAI_LSP_EDIT_FORMAT": "search"}
    async with offering(env, profile=able(VSCODE), folder=path.parent) as (editor, models):
        applier = Applier(editor)
        editor.open(path.as_uri(), CHANGED_FROM)
        models.parts = [{"text": letter} for letter in REPLY]
        found = await editor.run("mai.edit", path.as_uri(), {"line": 0, "character": 4}, "Name it plus")
        assert (found["state"], found["message"]) == ("applied", "")
        assert applier.text(path) == CHANGED_FROM.replace("add", "plus")
        (asked,) = models.questions
        assert "as you have asked it to" in asked.justification
        assert "Name it plus" in asked.messages[-1].content


async def test_the_session_examines_them_as_a_fallback_too() -> None:
    async with ModelServer(send("a + b\n")) as model:
        env = for_model(model.url) | {"MAI_LSP_ROUTE_FALLBACK": '["vscode"]'}
        async with offering(env) as (editor, models):
            found = await editor.run("mai.doctor")
            (fallback,) = (check for check in found["checks"] if check["name"] == "Fallback")
            assert fallback["fact"] == "vscode, with mai-code-1-flash for edits"
            assert models.questions == []


@pytest.mark.parametrize("options", [None, {"mai": {"languageModels": False}}, {"mai": {}}])
async def test_an_editor_that_declares_none_is_never_asked(options: Any) -> None:
    async with offering(options=options, clean=False) as (editor, models):
        assert await editor.inline(URI) == []
        await editor.until(lambda: editor.messages)
        assert "only in VS Code with the MAI extension" in editor.messages[0]
        assert editor.statuses[-1]["state"] == "error"
        assert models.questions == []


async def test_an_editors_models_are_never_taken_without_the_setting() -> None:
    async with ModelServer(send("a + b\n")) as model, offering(for_model(model.url)) as (editor, models):
        assert await editor.inline(URI)
        assert models.questions == []


async def test_they_take_over_where_the_setting_names_them() -> None:
    async with ModelServer(status(402)) as model:
        env = for_model(model.url) | {"MAI_LSP_ROUTE_FALLBACK": '["vscode"]'}
        async with offering(env) as (editor, models):
            assert await editor.inline(URI)
            assert len(models.questions) == 1
            told = await editor.report()
            assert (told["provider"], told["model"]) == ("vscode", "mai-code-1-flash")
        assert len(model.requests) == 1


def _plain(editor: Editor) -> dict[str, Any]:
    place = editor.position(editor.texts[URI], len(editor.texts[URI]))
    return {
        "textDocument": {"uri": URI},
        "position": {"line": place.line, "character": place.character},
        "context": {"triggerKind": 2},
    }
