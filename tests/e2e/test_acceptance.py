"""What becomes of suggestions is learned from what each editor sends, however little, and counted once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from mai_lsp.usage import store
from mai_lsp.usage.counts import Counts, Timing, total
from tests.e2e.editor import KEY, Editor, editing, for_model
from tests.e2e.profiles import EMACS, NEOVIM, VSCODE, Profile
from tests.support.model_server import ModelServer
from tests.support.model_steps import send

URI = "file:///work/a.py"
CODE = "# ä\U0001f600字\ndef add(a, b):\n    return "
ADDED = "a + b"


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(send(f"{ADDED}\n")) as server:
        yield server


def counting(model: ModelServer, folder: Path) -> dict[str, str]:
    return {
        **for_model(model.url),
        "MAI_LSP_STATS_ENABLE": "true",
        "MAI_LSP_DATA_DIR": str(folder),
        "MAI_LSP_COMPLETION_PREFETCH": "never",
    }


def kept(folder: Path) -> Counts:
    """What the server has written by the time it left."""
    return total(store.read(folder / f"usage-{store.SCHEMA}.db").values())


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def asked(editor: Editor) -> types.InlineCompletionItem:
    editor.open(URI, CODE)
    (item,) = await editor.inline(URI)
    return item


def insert(editor: Editor, item: types.InlineCompletionItem) -> None:
    """Put a suggestion into the text, as an editor does that replaces its range."""
    assert item.range is not None
    assert isinstance(item.insert_text, str)
    text = editor.texts[URI]
    start, end = (editor.offset(text, place) for place in (item.range.start, item.range.end))
    editor.edit(URI, (start, end, item.insert_text))


async def confirm(editor: Editor, item: types.InlineCompletionItem) -> None:
    assert item.command is not None
    await editor.run(item.command.command, *(item.command.arguments or ()))


def tell(editor: Editor, method: str, item: types.InlineCompletionItem, **more: Any) -> None:
    """Send one of Copilot's notifications."""
    assert item.command is not None
    command = {"title": "", "command": item.command.command, "arguments": list(item.command.arguments or ())}
    editor.raw(method, {"item": {"insertText": item.insert_text, "command": command}, **more})


async def test_text_and_command_are_one_acceptance(model: ModelServer, tmp_path: Path) -> None:
    async with editing(VSCODE, counting(model, tmp_path)) as editor:
        item = await asked(editor)
        insert(editor, item)
        await confirm(editor, item)
        report = await editor.report()
        assert (report["shown"], report["accepted"]) == (1, 1)
    counts = kept(tmp_path)
    assert counts.numbers["shown"] == counts.numbers["accepted"] == counts.numbers["accepted_whole"] == 1
    assert counts.numbers["accepted_chars"] == len(ADDED)
    assert counts.numbers["requests"] == 1
    assert counts.numbers["input_tokens"] > 0
    assert counts.timings[Timing.WAIT].total() == 1


async def test_a_command_that_overtakes_the_text_is_the_same_acceptance(model: ModelServer, tmp_path: Path) -> None:
    async with editing(NEOVIM, counting(model, tmp_path)) as editor:
        item = await asked(editor)
        await confirm(editor, item)
        editor.edit(URI, (len(CODE), len(CODE), ADDED))
        await editor.check_texts()
    counts = kept(tmp_path)
    assert (counts.numbers["accepted"], counts.numbers["accepted_chars"]) == (1, len(ADDED))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM], ids=lambda profile: profile.name)
async def test_words_are_seen_in_the_text_alone(profile: Profile, model: ModelServer, tmp_path: Path) -> None:
    async with editing(profile, counting(model, tmp_path)) as editor:
        await asked(editor)
        editor.edit(URI, (len(CODE), len(CODE), "a +"))
        editor.edit(URI, (len(CODE) + 3, len(CODE) + 3, " b"))
        await editor.check_texts()
        assert (await editor.report())["accepted"] == 1
    counts = kept(tmp_path)
    assert (counts.numbers["accepted"], counts.numbers["accepted_chars"]) == (1, len(ADDED))


async def test_what_a_copilot_client_tells_is_not_counted_again(model: ModelServer, tmp_path: Path) -> None:
    options = {"editorInfo": {"name": "x", "version": "1"}, "editorPluginInfo": {"name": "y", "version": "1"}}
    async with editing(NEOVIM, counting(model, tmp_path), options=options) as editor:
        item = await asked(editor)
        assert isinstance(item.insert_text, str)
        tell(editor, "textDocument/didShowCompletion", item)
        done = len(item.insert_text) - len(ADDED)
        tell(editor, "textDocument/didPartiallyAcceptCompletion", item, acceptedLength=done + len("a +"))
        editor.edit(URI, (len(CODE), len(CODE), "a +"))
        editor.edit(URI, (len(CODE) + 3, len(CODE) + 3, " b"))
        tell(editor, "textDocument/didPartiallyAcceptCompletion", item, acceptedLength=done + len(ADDED))
        await confirm(editor, item)
    counts = kept(tmp_path)
    assert (counts.numbers["shown"], counts.numbers["accepted"]) == (1, 1)
    assert counts.numbers["accepted_chars"] == len(ADDED)


async def test_odd_notifications_do_no_harm(model: ModelServer, tmp_path: Path) -> None:
    odd: list[Any] = [{}, {"item": None}, {"item": {"command": {"arguments": [7]}}}, {"acceptedLength": "x"}]
    async with editing(NEOVIM, counting(model, tmp_path)) as editor:
        item = await asked(editor)
        for params in odd:
            editor.raw("textDocument/didShowCompletion", params)
            editor.raw("textDocument/didPartiallyAcceptCompletion", params)
        tell(editor, "textDocument/didPartiallyAcceptCompletion", item, acceptedLength=-1)
        tell(editor, "textDocument/didPartiallyAcceptCompletion", item, acceptedLength=10**9)
        assert (await editor.report())["accepted"] == 1
    assert kept(tmp_path).numbers["accepted_chars"] == len(ADDED)


async def test_typing_it_is_no_acceptance(model: ModelServer, tmp_path: Path) -> None:
    async with editing(EMACS, counting(model, tmp_path)) as editor:
        editor.open(URI, CODE)
        assert (await editor.complete(URI, len(CODE))).items
        for at, char in enumerate(ADDED, len(CODE)):
            editor.edit(URI, (at, at, char))
        await editor.check_texts()
        assert (await editor.report())["accepted"] == 0
    counts = kept(tmp_path)
    assert counts.numbers["accepted"] == counts.numbers["accepted_chars"] == 0
    assert counts.numbers["typed_chars"] == len(ADDED)


async def test_nothing_of_the_code_is_kept(model: ModelServer, tmp_path: Path) -> None:
    async with editing(VSCODE, counting(model, tmp_path)) as editor:
        item = await asked(editor)
        insert(editor, item)
    stored = contents(tmp_path)
    for secret in ("return", "def add", ADDED, URI, "/work", "a.py", KEY):
        assert secret.encode() not in stored
    with closing(sqlite3.connect(tmp_path / f"usage-{store.SCHEMA}.db")) as db:
        names = db.execute("SELECT provider, model, language FROM day").fetchall()
    assert names == [("openai-compatible", "scripted", "python")]


async def test_nothing_is_kept_where_that_is_switched_off(model: ModelServer, tmp_path: Path) -> None:
    async with editing(VSCODE, {**counting(model, tmp_path), "MAI_LSP_STATS_ENABLE": "false"}) as editor:
        item = await asked(editor)
        insert(editor, item)
        await confirm(editor, item)
        assert (await editor.report())["accepted"] == 1
    assert contents(tmp_path) == b""


async def test_a_folder_that_can_not_be_written_costs_figures_only(model: ModelServer, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with editing(VSCODE, counting(model, blocked), clean=False) as editor:
        insert(editor, await asked(editor))
    assert "figures were not kept" in editor.log
    assert "Traceback" not in editor.log
